"""Which deliveries ``landline replay`` folds again, as its options say it. Needs no Django."""

from __future__ import annotations

import argparse
import datetime as dt
import uuid

OUTCOMES = ("applied", "duplicate", "parked", "ignored", "quarantined", "failed")
NARROWING = ("outcome", "event", "account", "since", "until", "text", "id")

EPILOG = """\
Options together mean deliveries for which all of them hold. A delivery that is applied stays so: its fold changes nothing that is
right already. Interrupting loses nothing; the same command goes on. Exit code 0: all were folded; 1: some failed, or the database
did not answer; 2: the options cannot be understood; 130: interrupted.
"""


def replay_options_add(command: argparse.ArgumentParser) -> None:
    command.epilog = EPILOG
    command.add_argument("--outcome", choices=OUTCOMES, help="only those with this outcome")
    command.add_argument("--event", metavar="NAME", help="only those of this event, such as message_edited")
    command.add_argument("--account", metavar="ID", help="only those of this account, by Unipile's id")
    command.add_argument("--since", type=moment, metavar="TIME", help="only those received then or later")
    command.add_argument("--until", type=moment, metavar="TIME", help="only those received before")
    command.add_argument("--text", metavar="TEXT", help="only those whose body contains this")
    command.add_argument(
        "--id", type=uuid.UUID, action="append", metavar="ID", help="this delivery; may be repeated"
    )
    command.add_argument("--all", action="store_true", help="every delivery whose body is still held")
    command.add_argument(
        "--dry-run", action="store_true", help="change nothing; show how the outcomes would change"
    )


def replay_options_check(options: argparse.Namespace, command: argparse.ArgumentParser) -> None:
    """Ends the program with a sentence where nothing, or everything and less, is asked for."""
    is_narrowed = any(getattr(options, name) is not None for name in NARROWING)
    if options.all and is_narrowed:
        command.error("--all means every delivery: leave it out, or leave the other options out")
    if not options.all and not is_narrowed:
        command.error("say which deliveries: by one of the options, or --all for every one")


def moment(text: str) -> dt.datetime:
    """A day or a moment in ISO 8601; without an offset it is UTC."""
    try:
        parsed = dt.datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no time: write 2026-06-02, 2026-06-02T08:15 or 2026-06-02T08:15:30+02:00"
        ) from None
    return parsed if parsed.tzinfo is not None else parsed.replace(tzinfo=dt.UTC)
