"""The options of ``landline connect``; a key is no argument, for arguments are shown in the list of processes."""

from __future__ import annotations

import argparse
from pathlib import Path


def connect_options_add(command: argparse.ArgumentParser) -> None:
    command.add_argument("--dsn", help="the address in Unipile's dashboard; asked for when left out")
    command.add_argument(
        "--key-file",
        type=Path,
        metavar="PATH",
        help="a file that holds the access token; asked for when left out",
    )
    command.add_argument(
        "--stdin", action="store_true", help='read {"dsn": …, "api_key": …} from standard input'
    )
    command.add_argument("--json", action="store_true", help="answer as one JSON object")
