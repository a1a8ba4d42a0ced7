"""Deliveries that speak of what was erased: known by hashed names, settled as ignored, and kept without their bytes."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

import msgspec
from psycopg import AsyncConnection, errors

from communications.ingest.batch import FOLD, FoldBatch
from communications.schemas.deliveries import Delivery
from communications.schemas.facts import (
    ChannelStatusReported,
    ChatDescribed,
    MessageReceived,
    MessagesListed,
    PeopleListed,
    received_told,
)

ERASED: Final = "erased"
BEING_ERASED: Final = "busy: a message that it shows is being erased"

# What ``landline_fold`` raises when a batch meets an erased name.
MEETS_ERASED: Final = "LL001"

UNIT_SEPARATOR: Final = "\x1f"

_LOCK: Final = """
SELECT pg_advisory_xact_lock(hashtextextended(name, 0)) FROM unnest(%s::text[]) AS name
"""

# A message that came after its chat was erased is new; so is what happens to one that is held.
_ERASED: Final = """
SELECT DISTINCT named.place
FROM unnest(%(places)s::integer[], %(accounts)s::text[], %(kinds)s::text[], %(values)s::text[], %(moments)s::timestamptz[],
            %(messages)s::text[]) AS named (place, account, kind, value, sent_at, message)
JOIN communications_erasedmark AS mark
    ON mark.digest = landline_erased_digest(named.account, named.kind, named.value)
WHERE named.kind <> 'chat' OR named.sent_at <= mark.erased_at
   OR named.sent_at IS NULL AND NOT EXISTS (
      SELECT FROM communications_channel AS channel
      JOIN communications_message AS message
          ON message.channel_id = channel.id AND message.external_message_id = named.message
      WHERE channel.external_account_id = named.account)
"""

_BODIES_REMOVE: Final = "DELETE FROM communications_webhookbody WHERE delivery_id = ANY(%s::uuid[])"


class Named(NamedTuple):
    """A name that the delivery at ``place`` uses. ``sent_at`` is of a message, ``None`` of what happened to one."""

    place: int
    account: str
    kind: str
    value: str
    sent_at: dt.datetime | None
    message: str


def meets_erased(error: Exception) -> bool:
    return isinstance(error, errors.Error) and error.sqlstate == MEETS_ERASED


async def fold_without_erased(
    connection: AsyncConnection[Any], deliveries: Sequence[Delivery]
) -> Counter[str]:
    """Folds a batch of which a part was erased, in one transaction: that part counts as ignored, the rest is folded as ever.

    A list of several messages waits until its erased ones have been taken out of its body (``erase_lists``).
    """
    ordered = list(deliveries)
    async with connection.transaction():
        await connection.execute(_LOCK, (sorted({delivery.account for delivery in ordered}),))
        names = [name for place, delivery in enumerate(ordered) for name in _names(place, delivery)]
        columns = ("places", "accounts", "kinds", "values", "moments", "messages")
        asked = {column: [name[at] for name in names] for at, column in enumerate(columns)}
        found = await connection.execute(_ERASED, asked)
        erased = {row[0] for row in await found.fetchall()}
        waiting = {place for place in erased if is_list_of_several(ordered[place])}
        settled = [
            _waiting(delivery) if place in waiting else _settled(delivery) if place in erased else delivery
            for place, delivery in enumerate(ordered)
        ]
        await connection.execute("SELECT set_config('landline.erased_is_settled', 'on', true)")
        folded = await connection.execute(FOLD, FoldBatch(settled).parameters())
        totals = Counter(dict(await folded.fetchall()))
        await connection.execute(_BODIES_REMOVE, ([ordered[place].id for place in erased - waiting],))
    return totals


def is_list_of_several(delivery: Delivery) -> bool:
    fact = delivery.reading.fact
    return isinstance(fact, MessagesListed) and len(fact.messages) > 1


def _names(place: int, delivery: Delivery) -> Iterator[Named]:
    fact, account = delivery.reading.fact, delivery.account
    if account:
        yield Named(place, account, "account", "", None, "")
    if fact is None or isinstance(fact, ChannelStatusReported | PeopleListed):
        return
    if isinstance(fact, ChatDescribed):
        for kind, value in fact.chat.aliases:
            yield Named(place, account, "chat", f"{kind}:{value}", fact.at, "")
        return
    if isinstance(fact, MessageReceived | MessagesListed):
        for received in received_told(fact):
            yield from _names_of_received(place, account, received)
        return
    message = fact.external_message_id
    if message is None:
        return
    yield Named(place, account, "message", message, None, message)
    for chat in delivery.reading.chat_names:
        yield Named(place, account, "chat", chat, None, message)


def _names_of_received(place: int, account: str, received: MessageReceived) -> Iterator[Named]:
    told = received.message
    yield Named(place, account, "message", told.external_message_id, told.sent_at, told.external_message_id)
    for kind, value in received.chat.aliases:
        chat = f"{kind}:{value}"
        yield Named(place, account, "chat", chat, told.sent_at, told.external_message_id)
        if told.provider_message_id:
            in_chat = f"{chat}{UNIT_SEPARATOR}{told.provider_message_id}"
            yield Named(place, account, "in_chat", in_chat, told.sent_at, told.external_message_id)


def _waiting(delivery: Delivery) -> Delivery:
    reading = msgspec.structs.replace(delivery.reading, settled="failed", reason=BEING_ERASED, fact=None)
    return msgspec.structs.replace(delivery, reading=reading)


def _settled(delivery: Delivery) -> Delivery:
    reading = msgspec.structs.replace(
        delivery.reading, settled="ignored", reason=ERASED, fact=None, chat_names=()
    )
    return msgspec.structs.replace(delivery, reading=reading, raw=None)
