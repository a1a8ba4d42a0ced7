"""What may be changed of a message, and for how long: refused beforehand where it is sure, left to upstream where it is not."""

import datetime as dt
from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

from communications.errors import NotPossible, TooLate
from unipile.payloads.providers import LINKEDIN, WHATSAPP

ChangeKind = Literal["react", "edit", "delete"]

# From the provider's time of the message on; ``None`` is for ever. A provider that is not named decides by itself.
WINDOWS: Final[Mapping[str, Mapping[ChangeKind, dt.timedelta | None]]] = {
    WHATSAPP: {"react": None, "edit": dt.timedelta(minutes=15), "delete": dt.timedelta(hours=60)},
    LINKEDIN: {"react": None, "edit": dt.timedelta(minutes=60), "delete": dt.timedelta(minutes=60)},
}

# Clocks differ.
GRACE: Final = dt.timedelta(minutes=1)

_DOING: Final[Mapping[ChangeKind, str]] = {"react": "reactions", "edit": "edits", "delete": "deletions"}

# Where upstream accepted it and neither an event nor a reading shows it.
UNSHOWN: Final[Mapping[ChangeKind, str]] = {
    "react": "The provider did not show the reaction.",
    "edit": "The provider no longer accepts edits of this message.",
    "delete": "The provider no longer takes the deletion of this message.",
}


class ChangedMessage(NamedTuple):
    """A message as its rules need it. ``sending`` is the state of its own intent, empty for one that was not written here."""

    id: int
    provider: str
    direction: str
    is_event: bool
    is_deleted: bool
    has_text: bool
    has_name: bool
    sent_at: dt.datetime
    disabled_features: list[str]
    sending: str
    outcome: str

    @property
    def has_left(self) -> bool:
        return self.has_name or self.sending in ("", "sending", "accepted", "done")


def change_check(message: ChangedMessage, kind: ChangeKind, now: dt.datetime) -> None:
    """Raises NotPossible, or TooLate, with words for the person."""
    if message.is_deleted:
        raise NotPossible("The message was deleted")
    if message.is_event:
        raise NotPossible("A line that tells of an event cannot be changed")
    if kind == "react":
        if "reactions" in message.disabled_features:
            raise NotPossible("Nobody can react in this conversation")
    elif message.direction != "outbound":
        raise NotPossible("Only messages of this account can be edited or deleted")
    if kind == "edit" and not message.has_text:
        raise NotPossible("There is no text to edit")
    _check_standing(message, kind)
    if message.has_left:
        _check_window(message, kind, now)


def _check_standing(message: ChangedMessage, kind: ChangeKind) -> None:
    if message.sending == "unconfirmed" or (message.sending == "waiting" and message.outcome == "unknown"):
        raise NotPossible("Nobody knows yet whether the message arrived: decide that first")
    if message.sending == "failed" and kind == "react":
        raise NotPossible("The message was not sent")


def _check_window(message: ChangedMessage, kind: ChangeKind, now: dt.datetime) -> None:
    windows = WINDOWS.get(message.provider)
    if windows is None:
        return
    longest = windows[kind]
    if longest is not None and now - message.sent_at > longest + GRACE:
        minutes = int(longest.total_seconds() // 60)
        span = f"{minutes} minutes" if minutes < 120 else f"{minutes // 60} hours"
        raise TooLate(f"The provider accepts {_DOING[kind]} only for {span} after sending")
