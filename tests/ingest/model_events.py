"""What the event messages of a world change: who is in a group, its title, and which reactions are told twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from hashlib import sha256
from typing import Any, NamedTuple

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


class ToldReaction(NamedTuple):
    """Of one message, as far as it shows who reacted how; of the same moment the greater ``key`` counts."""

    at: dt.datetime
    key: bytes
    provider_id: str
    emoji: str
    name: str


def reactions_of_lines(
    messages: dict[str, dict[str, Any]], spoken: dict[str, Telling]
) -> dict[str, list[ToldReaction]]:
    """What lines tell of messages that they name, where both are in one conversation; ``spoken``: the telling that counts."""
    told: dict[str, list[ToldReaction]] = {}
    for line, row in messages.items():
        telling = spoken.get(line)
        if telling is None or not row.get("event_emoji") or telling.names is None:
            continue
        named = f"message-{telling.names}"
        target = messages.get(named)
        if (
            named == line
            or target is None
            or target["is_stub"]
            or target["conversation"] != row["conversation"]
        ):
            continue
        name = row["sender_name"] if row["sender"] == row["event_person"] else ""
        at = min(row["sent_at"], row["received_at"])
        told.setdefault(named, []).append(
            ToldReaction(
                at, sha256(f"line {line}".encode()).digest(), row["event_person"], row["event_emoji"], name
            )
        )
    return told


def lines_hide(
    messages: dict[str, dict[str, Any]],
    happened: dict[str, Iterable[tuple[dt.datetime, Happening]]],
    by_lines: dict[str, list[ToldReaction]],
    people: People,
) -> None:
    """A reaction told as a line is not shown where the person's reaction itself is known in that conversation."""
    known = {
        (messages[message]["conversation"], provider_id, one.said)
        for message, told in happened.items()
        for _, one in told
        if one.kind == "message_reaction" and messages[message]["conversation"] is not None
        for provider_id in people.person(people.provider_id(one.actor, one.mention))
    } | {
        (messages[message]["conversation"], provider_id, one.emoji)
        for message, told in by_lines.items()
        for one in told
        for provider_id in people.person(one.provider_id)
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
