"""How the service behaves where it may behave either way, each as a switch."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

import msgspec

Count = Annotated[int, msgspec.Meta(ge=0, le=100_000)]
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
    attempt_seconds: Seconds = 5 * 60
    """How long an attempt to connect an account lives."""
    code_seconds: Seconds = 60.0
    """How long its code can be scanned."""
    one_attempt_at_a_time: bool = False
    """Whether a second attempt for an account is answered 425 while one is open; else it takes its place."""
    import_chats: Count = 12
    """How many chats a new account brings, each with `import_messages`, in portions of `import_portion`."""
    import_messages: Count = 20
    import_portion: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 3
    import_pause_seconds: Seconds = 0.5
    cursor_seconds: Annotated[float, msgspec.Meta(ge=0, le=86_400)] = 86_400.0
    """How long a page's cursor can be used."""
    clock_skew_seconds: Annotated[float, msgspec.Meta(ge=-604_800, le=604_800)] = 0.0
    """How far the service's clock is ahead."""
