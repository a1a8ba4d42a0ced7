"""``python -m landline``, and the ``landline`` command."""

import signal
import sys


def start() -> int:
    """Ctrl-C while the program is still being read ends it without a word; from then on it unwinds what was begun."""
    interrupted = signal.getsignal(signal.SIGINT)
    if interrupted is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from landline.cli import main

    signal.signal(signal.SIGINT, interrupted)
    return main()


if __name__ == "__main__":
    sys.exit(start())
