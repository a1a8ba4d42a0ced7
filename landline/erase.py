"""``landline erase``: a message, a conversation or a person, for good. Imported once Django is set up."""

from __future__ import annotations

import argparse
import getpass
import sys
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError

from communications.ingest.erase import (
    Erasable,
    conversation_erasable,
    erase,
    message_erasable,
    person_erasable,
)
from communications.ingest.erased_list import FOLDER, erased_list_keep
from communications.models import Channel

ERASED, NOT_FOUND, NOT_CONFIRMED = 0, 1, 2

FINDERS = {
    "message": message_erasable,
    "conversation": conversation_erasable,
    "person": person_erasable,
}


def erase_run(options: argparse.Namespace) -> int:
    """Shows what there is, asks, and erases; returns the exit code."""
    try:
        return _erase(options)
    except DatabaseError as error:
        reason = str(error).strip().splitlines()[-1]
        _refuse(
            f"the database did not answer ({reason}). What is erased so far stays erased; run the same command again to end it."
        )
        return NOT_FOUND


def _erase(options: argparse.Namespace) -> int:
    channel = Channel.objects.filter(external_account_id=options.account).first()
    if channel is None:
        _refuse(f"no channel has the account {options.account}: `landline erase` wants Unipile's id of it.")
        return NOT_FOUND
    erasable = _found(channel, options)
    if erasable is None:
        _refuse(f"nothing of that name is in {channel}.")
        return NOT_FOUND
    sys.stdout.write(
        f"This erases {erasable.title} from {channel} for good: {_counted(erasable)}, their files, "
        "and the bodies of all deliveries that tell of it.\n"
    )
    if not options.yes and not _confirmed():
        _refuse("nothing was erased.")
        return NOT_CONFIRMED
    erasure = erase(erasable, erased_by=f"{getpass.getuser()}, by landline erase")
    kept = _list_kept()
    sys.stdout.write(
        f"Erased: {erasure.messages:,} messages, {erasure.deliveries:,} bodies of deliveries. "
        "Files that nothing refers to any more go within the hour. Backups still hold it" + kept
    )
    return ERASED


def _list_kept() -> str:
    folder = Path(settings.LANDLINE_DATA_DIR)
    try:
        erased_list_keep(folder)
    except OSError as error:
        return f"; the list of what was erased could not be written ({error.strerror or error}).\n"
    return f", and {folder / FOLDER} is what erases it again after a restore: keep a copy elsewhere.\n"


def _found(channel: Channel, options: argparse.Namespace) -> Erasable | None:
    for kind, find in FINDERS.items():
        name: str | None = getattr(options, kind)
        if name is not None:
            return find(channel, name)
    return None


def _counted(erasable: Erasable) -> str:
    counted = ((len(erasable.messages), "message"), (len(erasable.conversations), "conversation"))
    told = [f"{count:,} {noun}{'' if count == 1 else 's'}" for count, noun in counted if count]
    return " and ".join(told) or "no message"


def _confirmed() -> bool:
    if not sys.stdin.isatty():
        _refuse("nobody is there to be asked: pass --yes to erase without asking.")
        return False
    return input("Type erase to go on: ").strip() == "erase"


def _refuse(sentence: str) -> None:
    sys.stderr.write(f"landline: {sentence}\n")
