"""Installs one hashed lock with pip and shows how far it is: ``python install.py build.txt``.

pip alone is either silent for half a minute or writes hundreds of lines. Needs nothing but pip.
"""

import subprocess
import sys
from collections import deque

LINES_SHOWN_ON_FAILURE = 30
STEP_WITHOUT_TERMINAL = 10


def main(lock: str) -> int:
    """Returns pip's exit code."""
    with open(lock, encoding="utf-8") as file:  # noqa: PTH123  (as plain as pip itself)
        total = sum("==" in line for line in file)
    command = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    pip = subprocess.Popen(  # noqa: S603
        [*command, "--require-hashes", "-r", lock],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    last_lines: deque[str] = deque(maxlen=LINES_SHOWN_ON_FAILURE)
    seen = 0
    for line in pip.stdout or ():
        last_lines.append(line)
        words = line.split()
        if words[:1] == ["Collecting"] or words[:3] == ["Requirement", "already", "satisfied:"]:
            seen += 1
            show(f"  {seen} of {total}", is_step=seen % STEP_WITHOUT_TERMINAL == 0)
        elif words[:2] == ["Installing", "collected"]:
            show(f"  {total} of {total}, unpacking", is_step=True)
    if sys.stdout.isatty():
        print()
    if pip.wait() != 0:
        sys.stderr.writelines(last_lines)
    return pip.returncode


def show(progress: str, *, is_step: bool) -> None:
    if sys.stdout.isatty():
        print(f"\r{progress:<40}", end="", flush=True)
    elif is_step:
        print(progress, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
