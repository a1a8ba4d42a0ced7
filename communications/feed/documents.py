"""The documents of changed rows, as they now are."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
import structlog

from communications.feed.entities import ACCESS, CHANNEL, ENTITIES, Entity, Key
from communications.feed.questions import Question, Rows
from communications.schemas.documents import Document

log = structlog.get_logger(__name__)


class ChangedRow(NamedTuple):
    """A row as it now is. ``user_id`` is set where it is one person's own."""

    entity: str
    channel_id: int | None
    user_id: int | None
    document: Document


class GoneRow(NamedTuple):
    entity: str
    id: int
    version: str
    channel_id: int | None
    user_id: int | None


class ChangedDocuments:
    """What the keys of a page show to everybody, or to one ``reader``; and which of them show nothing any more."""

    def __init__(self, keys: Iterable[Key], *, reader: int | None) -> None:
        self._reader = reader
        self._keys: dict[int, dict[int, Key]] = {}
        # (channel, user) wherever a right was given or changed: the channel's own row may be older.
        self._newly_seen: set[tuple[int, int]] = set()
        for key in keys:
            self._keys.setdefault(key.entity, {})[key.id] = key
            if key.name == ACCESS and key.channel_id is not None and key.user_id is not None:
                self._newly_seen.add((key.channel_id, key.user_id))
        self._asked = [
            (order, entity, ids)
            for order, entity in enumerate(ENTITIES)
            if entity.documents is not None and (ids := self._ids(order, entity))
        ]

    def questions(self) -> list[Question]:
        return [Question(entity.documents or "", (sorted(ids),)) for _, entity, ids in self._asked]

    def answers(self, answers: Iterable[Rows]) -> tuple[list[ChangedRow], list[GoneRow]]:
        rows: list[ChangedRow] = []
        vanished: list[GoneRow] = []
        for (order, entity, _), found in zip(self._asked, answers, strict=True):
            keys = self._keys.get(order, {})
            if entity.name == CHANNEL:
                rows += self._channels(entity, keys, found)
                continue
            for row in found:
                rows += _changed(entity, row, keys[row[0]].channel_id, keys[row[0]].user_id)
            if entity.vanishes:
                shown = {row[0] for row in found}
                vanished += [
                    GoneRow(entity.name, key.id, key.version, key.channel_id, key.user_id)
                    for key in keys.values()
                    if key.id not in shown
                ]
        return rows, vanished

    def _ids(self, order: int, entity: Entity) -> set[int]:
        ids = set(self._keys.get(order, ()))
        return ids | {channel for channel, _ in self._newly_seen} if entity.name == CHANNEL else ids

    def _channels(self, entity: Entity, changed: Mapping[int, Key], found: Rows) -> list[ChangedRow]:
        """A channel has a row of its own for each of its readers, with their role."""
        rows: list[ChangedRow] = []
        for row in found:
            channel, user = row[0], row[-1]
            if self._reader in (None, user) and (channel in changed or (channel, user) in self._newly_seen):
                rows += _changed(entity, row, channel, user)
        return rows


def _changed(
    entity: Entity, row: Sequence[Any], channel_id: int | None, user_id: int | None
) -> list[ChangedRow]:
    """One row, or none if it cannot be written down: one odd row must not keep all others from everybody."""
    if entity.document is None:
        return []
    try:
        return [ChangedRow(entity.name, channel_id, user_id, entity.document(row))]
    except (ValueError, TypeError, msgspec.MsgspecError) as error:
        log.error("document_unreadable", entity=entity.name, id=row[0], error=type(error).__name__)
        return []
