"""What the event messages of a world change: who is in a group, its title, and which reactions are told twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from tests.ingest.model_people import People
from tests.ingest.world_bodies import lid_of
from tests.ingest.worlds import Happening, Telling

KIND_OF_EVENT = {
    "added": "member_added",
    "removed": "member_removed",
    "left": "member_left",
    "renamed": "subject_changed",
    "reacted": "reaction",
}
STATE_AFTER = {"added": "in", "removed": "gone", "left": "gone"}


def event_of(telling: Telling) -> str | None:
    return telling.event[0] if telling.is_event and telling.event is not None else None


def event_row(telling: Telling) -> dict[str, Any]:
    event = event_of(telling)
    is_line = event == "reacted" and not telling.is_hidden and telling.event is not None
    return {
        "event_kind": KIND_OF_EVENT.get(event or "", "other" if telling.is_event else ""),
        "event_person": lid_of(telling.event[1]) if is_line and telling.event else "",
        "event_emoji": "👍" if is_line else "",
    }


def lines_hide(
    messages: dict[str, dict[str, Any]],
    happened: dict[str, Iterable[tuple[dt.datetime, Happening]]],
    people: People,
) -> None:
    """A reaction told as a line is not shown where the reaction itself is known in that conversation."""
    known = {
        (messages[message]["conversation"], people.provider_id(one.actor, one.mention), one.said)
        for message, told in happened.items()
        for _, one in told
        if one.kind == "message_reaction" and messages[message]["conversation"] is not None
    }
    for row in messages.values():
        if row.get("event_emoji"):
            row["is_hidden"] = (row["conversation"], row["event_person"], row["event_emoji"]) in known


def gone(told: Iterable[tuple[dt.datetime, Telling]], written: Iterable[dict[str, Any]]) -> list[str]:
    """Whom the latest event of a group says to be gone, and who has not written since."""
    latest: dict[str, tuple[dt.datetime, str, str]] = {}
    for at, telling in told:
        state = STATE_AFTER.get(event_of(telling) or "")
        if state is None or telling.event is None:
            continue
        person = lid_of(telling.event[1])
        fact = (at, f"message-{telling.message}", state)
        latest[person] = max(latest.get(person, fact), fact)
    written = list(written)
    return sorted(
        person
        for person, (at, _, state) in latest.items()
        if state == "gone"
        and not any(
            row["sender"] == person and not row["is_event"] and not row["is_hidden"] and row["sent_at"] > at
            for row in written
        )
    )
