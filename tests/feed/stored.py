"""What the database shows a person: the truth that every copy has to end in."""

from __future__ import annotations

from typing import Any

import msgspec
import psycopg

from communications.feed.entities import ENTITIES
from communications.selectors.channels import CHANNELS_OF_READER

Key = tuple[str, str]
Shown = dict[Key, Any]


def stored(connection: psycopg.Connection, user_id: int) -> Shown:
    """Every document that this person may see, by (entity, id)."""
    channels = [row[0] for row in connection.execute(CHANNELS_OF_READER, (user_id,)).fetchall()]
    shown: Shown = {}
    for channel in channels:
        shown |= stored_of_channel(connection, user_id, channel)
    return shown


def stored_of_channel(connection: psycopg.Connection, user_id: int, channel: int) -> Shown:
    """As a first load of the channel reads it."""
    shown: Shown = {}
    for entity in ENTITIES:
        if entity.documents is None or entity.document is None:
            continue
        own = " AND user_id = %(user)s" if entity.name == "draft" else ""
        column = "id" if entity.name == "channel" else "channel_id"
        ids = connection.execute(
            f"SELECT id FROM {entity.table} WHERE {column} = %(channel)s{own}",
            {"channel": channel, "user": user_id},
        ).fetchall()
        for row in connection.execute(entity.documents, ([found[0] for found in ids],)).fetchall():
            if entity.name != "channel" or row[-1] == user_id:
                document = entity.document(row)
                shown[entity.name, document.id] = document  # type: ignore[attr-defined]
    return shown


def comparable(rows: Shown) -> Shown:
    """A link to a message that is nowhere (any more) counts as none: whoever follows it finds nothing."""
    messages = {number for entity, number in rows if entity == "message"}
    return {key: _without_dead_link(row, messages) for key, row in rows.items()}


def _without_dead_link(row: Any, messages: set[str]) -> Any:
    quoted = getattr(row, "quoted", None)
    if quoted is None or quoted.message_id in messages:
        return row
    return msgspec.structs.replace(row, quoted=msgspec.structs.replace(quoted, message_id=None))
