"""What folding a delivery once more would change: found by doing it, and taking it back."""

import uuid
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec
import psycopg
from psycopg import AsyncConnection, errors
from psycopg_pool import AsyncConnectionPool

from communications.errors import Busy, NotFound
from communications.ingest.batch import FOLD, FoldBatch
from communications.ingest.channels import LOCK
from communications.ingest.erased import ERASED, meets_erased
from communications.ingest.record import error_described, is_about_data
from communications.refold.held import delivery_held
from communications.schemas.deliveries import Delivery
from communications.schemas.facts import (
    MessageDeleted,
    MessageEdited,
    MessageSent,
    PeopleListed,
    Reacted,
    Receipt,
    received_told,
)

MISSING: Final = "The ledger has no such delivery, or its body is no longer held."
BUSY: Final = "The database was busy: try again in a moment."

# All that the transaction has written so far that a reader sees, and what the delivery itself speaks of.
_TOUCHED: Final = """
SELECT 'channel', id FROM communications_channel
WHERE version = pg_current_xact_id() OR external_account_id = %(account)s
UNION
SELECT 'conversation', id FROM communications_conversation WHERE version = pg_current_xact_id()
UNION
SELECT 'attendee', id FROM communications_chatattendee WHERE version = pg_current_xact_id()
UNION
SELECT 'message', id FROM communications_message WHERE version = pg_current_xact_id()
UNION
SELECT named.entity, named.id
FROM communications_channel AS channel
JOIN communications_message AS message
    ON message.channel_id = channel.id AND message.external_message_id = ANY(%(messages)s::text[])
CROSS JOIN LATERAL (VALUES ('message', message.id), ('conversation', message.conversation_id)) AS named (entity, id)
WHERE channel.external_account_id = %(account)s AND named.id IS NOT NULL
UNION
SELECT 'attendee', attendee.id
FROM communications_channel AS channel
JOIN communications_chatattendee AS attendee
    ON attendee.channel_id = channel.id AND attendee.provider_id = ANY(%(people)s::text[])
WHERE channel.external_account_id = %(account)s
"""

_FACTS: Final = """
SELECT 'channel', id, key, facts FROM landline_channel_facts(%(channel)s::bigint[])
UNION ALL
SELECT 'conversation', id, key, facts FROM landline_conversation_facts(%(conversation)s::bigint[])
UNION ALL
SELECT 'attendee', id, key, facts FROM landline_attendee_facts(%(attendee)s::bigint[])
UNION ALL
SELECT 'message', id, key, facts FROM landline_message_facts(%(message)s::bigint[])
"""

_LEDGER: Final = "SELECT outcome, reason FROM communications_webhookdelivery WHERE id = %s"

ENTITIES: Final = ("channel", "attendee", "conversation", "message")

Facts = dict[str, Any]
Rows = dict[tuple[str, int], tuple[str, Facts]]


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One fact of one row. ``entity`` is a table's noun or ``delivery``, ``key`` its natural key; ``None`` is no such fact."""

    entity: str
    key: str
    field: str
    before: Any
    after: Any


async def delivery_difference(
    connections: AsyncConnectionPool[Any], delivery_id: uuid.UUID
) -> list[Difference]:
    """What a replay of the delivery would change. Takes the fold's own lock and keeps its limits; changes nothing.

    Raises NotFound where the delivery or its body is not held, Busy where the database did not answer in time.
    """
    try:
        async with connections.connection() as connection:
            delivery = await delivery_held(connection, delivery_id)
            if delivery is None:
                raise NotFound(MISSING)
            return await _difference(connection, delivery)
    except (errors.LockNotAvailable, errors.QueryCanceled, errors.DeadlockDetected) as busy:
        raise Busy(BUSY) from busy


async def _difference(connection: AsyncConnection[Any], delivery: Delivery) -> list[Difference]:
    settled = await _ledger(connection, delivery)
    before: Rows = {}
    after: Rows = {}
    try:
        async with connection.transaction(force_rollback=True):
            # While it is held nobody else changes what is compared.
            await connection.execute(LOCK, (delivery.account,))
            async with connection.transaction(force_rollback=True):
                await connection.execute(FOLD, FoldBatch([delivery]).parameters())
                touched = await _touched(connection, delivery)
                after = await _rows(connection, touched)
                settled_then = await _ledger(connection, delivery)
            before = await _rows(connection, touched)
    except psycopg.Error as error:
        if meets_erased(error):
            settled_then = {"outcome": "ignored", "reason": ERASED}
        elif is_about_data(error):
            settled_then = {"outcome": "failed", "reason": error_described(error)}
        else:
            raise
    return [
        *_fields("delivery", str(delivery.id), settled, settled_then),
        *_row_differences(before, after),
    ]


async def _ledger(connection: AsyncConnection[Any], delivery: Delivery) -> Facts:
    [(outcome, reason)] = await (await connection.execute(_LEDGER, (delivery.id,))).fetchall()
    return {"outcome": outcome, "reason": reason}


async def _touched(connection: AsyncConnection[Any], delivery: Delivery) -> dict[str, list[int]]:
    fact = delivery.reading.fact
    received = received_told(fact)
    messages = [one.message.external_message_id for one in received]
    people = [person for one in received for person in one.people]
    match fact:
        case PeopleListed():
            people += fact.people
        case Reacted():
            messages.append(fact.external_message_id)
            people.append(fact.sender)
        case Receipt() | MessageEdited() | MessageDeleted():
            messages.append(fact.external_message_id)
        case MessageSent(external_message_id=str(named)):
            messages.append(named)
    found = await connection.execute(
        _TOUCHED,
        {
            "account": delivery.account,
            "messages": messages,
            "people": [person.provider_id for person in people],
        },
    )
    touched: dict[str, list[int]] = {entity: [] for entity in ENTITIES}
    for entity, row_id in await found.fetchall():
        touched[entity].append(row_id)
    return touched


async def _rows(connection: AsyncConnection[Any], ids: Mapping[str, list[int]]) -> Rows:
    found = await connection.execute(_FACTS, ids)
    return {(entity, row_id): (key, facts) for entity, row_id, key, facts in await found.fetchall()}


def _row_differences(before: Rows, after: Rows) -> Iterator[Difference]:
    for entity, row_id in sorted(
        before.keys() | after.keys(), key=lambda row: (ENTITIES.index(row[0]), row[1])
    ):
        key, facts = before.get((entity, row_id), ("", {}))
        key_then, facts_then = after.get((entity, row_id), ("", {}))
        yield from _fields(entity, key or key_then, facts, facts_then)


def _fields(entity: str, key: str, before: Facts, after: Facts) -> Iterator[Difference]:
    for field in before | after:
        was, becomes = before.get(field), after.get(field)
        if was != becomes:
            yield Difference(entity=entity, key=key, field=field, before=was, after=becomes)
