"""How the service behaves where it may behave either way, each as a switch."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

import msgspec

Seconds = Annotated[float, msgspec.Meta(ge=0, le=86_400)]


class Echo(StrEnum):
    """When the webhook of a message sent by the API goes out, seen from the API's own answer."""

    BEFORE = "before"
    AFTER = "after"
    EITHER = "either"
    LATE = "late"
    NEVER = "never"


class Habits(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`latency_seconds` pass with each call of the API, half of them before it is carried out; `echo_late_seconds`
    belong to `Echo.LATE` and begin with the answer.

    Nobody has verified the others: whether an empty reaction takes ours away (else it is 400), whether an edit or a
    deletion after its window is refused (422) or answered as ever without effect, how long the windows are (WhatsApp's
    for edits, everybody's for deletions), and with which error an unknown number is answered.
    """

    latency_seconds: Seconds = 0.0
    echo: Echo = Echo.AFTER
    echo_late_seconds: Seconds = 5.0
    empty_reaction_removes: bool = True
    refuses_late_changes: bool = False
    edit_window_seconds: Seconds = 15 * 60
    delete_window_seconds: Seconds = 60 * 60
    unknown_number: Literal["resource_not_found", "invalid_recipient"] = "resource_not_found"
