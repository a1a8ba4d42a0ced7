"""``python -m landline``: the same as the ``landline`` command."""

import sys

from landline.cli import main

if __name__ == "__main__":
    sys.exit(main())
