"""What ``landline erase`` erases, as its options say it. Needs no Django."""

from __future__ import annotations

import argparse


def erase_options_add(command: argparse.ArgumentParser) -> None:
    command.description = (
        "Deletes rows, files and the bodies of deliveries, and leaves a hashed mark, so that neither a replay nor Unipile "
        "brings it back. What a person or chat sends after that is new."
    )
    command.epilog = (
        "Exit code 0: erased; 1: nothing of that name, or the database did not answer; 2: not confirmed; "
        "130: interrupted."
    )
    command.add_argument("--account", required=True, metavar="ID", help="of this account, by Unipile's id")
    what = command.add_mutually_exclusive_group(required=True)
    what.add_argument("--message", metavar="ID", help="the message with this Unipile id")
    what.add_argument(
        "--conversation",
        metavar="NAME",
        help="the chat of this name: Unipile's id, a group's id, a LID or a number",
    )
    what.add_argument("--person", metavar="NAME", help="whoever has this provider's id, LID or number")
    command.add_argument("--yes", action="store_true", help="do not ask")
