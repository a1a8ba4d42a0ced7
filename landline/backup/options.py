"""What ``landline backup`` and ``landline restore`` take. Needs no Django."""

from __future__ import annotations

import argparse
from pathlib import Path


def backup_options_add(command: argparse.ArgumentParser) -> None:
    command.description = (
        "Saves one moment of the database and the files of messages in one file, while everything goes on. Secrets and keys are "
        "not in it."
    )
    command.epilog = (
        "Exit code 0: the backup is there, or proven to be good; 1: it is not, and a sentence says why."
    )
    what = command.add_mutually_exclusive_group()
    what.add_argument(
        "file", nargs="?", type=Path, metavar="FILE", help="default: by time, in LANDLINE_DATA_DIR/backups"
    )
    what.add_argument(
        "--verify",
        type=Path,
        metavar="FILE",
        help="restore FILE into a database server of its own and compare everything with what was backed up",
    )


def restore_options_add(command: argparse.ArgumentParser) -> None:
    command.description = (
        "Brings a backup back while nothing else runs. Nothing is sent again by itself, browsers load anew, and everybody "
        "logs in anew."
    )
    command.epilog = "Exit code 0: restored; 1: refused or failed, and the sentence says why."
    command.add_argument("file", type=Path, metavar="FILE", help="a file that `landline backup` made")
    command.add_argument("--replace", action="store_true", help="in place of what the database holds now")
