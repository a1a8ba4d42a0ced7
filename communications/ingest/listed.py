"""What is held of what a list of upstream's shows, so that only what differs is folded."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from psycopg import AsyncConnection

from communications.ingest.channels import LOCK
from communications.status import Status


class HeldMessage(NamedTuple):
    """A message as it is held. ``is_read``: by the account's owner, here or elsewhere. ``reactions`` are those that count, the
    provider's id of who reacted and what with.
    """

    direction: str
    text: str
    status: Status | None
    is_read: bool
    is_deleted: bool
    reactions: frozenset[tuple[str, str]]


# What event messages of a thread tell of reactions is theirs, and no list of reactions takes it back.
_MESSAGES: Final = """
SELECT message.external_message_id, message.direction, message.text, message.status,
       message.is_read OR coalesce(message.sent_at <= reader.read_through_at, false), message.deleted_at IS NOT NULL,
       (SELECT array_agg(ARRAY[newest.sender_provider_id, newest.emoji]) FROM (
            SELECT DISTINCT ON (told.sender_provider_id) told.sender_provider_id, told.emoji
            FROM communications_reaction AS told WHERE told.message_id = message.id AND told.line_id IS NULL
            ORDER BY told.sender_provider_id, told.reacted_at DESC, told.event_key DESC
        ) AS newest WHERE newest.emoji <> '')
FROM communications_channel AS channel
JOIN communications_message AS message ON message.channel_id = channel.id AND message.external_message_id = ANY(%(ids)s)
LEFT JOIN communications_conversation AS part ON part.id = message.conversation_id
LEFT JOIN communications_conversation AS reader ON reader.id = coalesce(part.continues_id, part.id)
WHERE channel.external_account_id = %(account)s AND NOT message.is_stub
"""

_CHATS: Final = """
SELECT alias.value, conversation.title, conversation.archived, conversation.pinned, conversation.muted_until,
       conversation.read_only, conversation.disabled_features, conversation.described_at
FROM communications_channel AS channel
JOIN communications_conversationalias AS alias
    ON alias.channel_id = channel.id AND alias.kind = 'id' AND alias.value = ANY(%(ids)s)
JOIN communications_conversation AS part ON part.id = alias.conversation_id
JOIN communications_conversation AS conversation ON conversation.id = coalesce(part.continues_id, part.id)
WHERE channel.external_account_id = %(account)s
"""

_PEOPLE: Final = """
SELECT attendee.provider_id, attendee.external_attendee_id, attendee.name, attendee.name_rank
FROM communications_channel AS channel
JOIN communications_chatattendee AS attendee ON attendee.channel_id = channel.id AND attendee.provider_id = ANY(%(ids)s)
WHERE channel.external_account_id = %(account)s
"""

_KEYS: Final = "SELECT event_key FROM communications_webhookdelivery WHERE event_key = ANY(%s::bytea[])"
_OUTCOMES: Final = """
SELECT id, outcome, reason FROM communications_webhookdelivery WHERE id = ANY(%s::uuid[]) AND outcome <> 'applied'
"""
# Ids of the ledger sort by time: this reads its newest end.
_LIVELY: Final = """
SELECT EXISTS (
    SELECT FROM (
        SELECT source, external_account_id FROM communications_webhookdelivery
        WHERE id >= landline_uuid7_before(now() - interval '2 seconds') ORDER BY id DESC LIMIT 500
    ) AS recent
    WHERE recent.source <> 'api' AND recent.external_account_id = %s)
"""
# The messages by their ids before all else: every quiet row there is has that version.
_QUIET: Final = """
SELECT DISTINCT coalesce(part.continues_id, part.id)
FROM (
    SELECT message.conversation_id, message.version
    FROM communications_channel AS channel
    JOIN communications_message AS message
        ON message.channel_id = channel.id AND message.external_message_id = ANY(%(ids)s)
    WHERE channel.external_account_id = %(account)s
    OFFSET 0
) AS shown
JOIN communications_conversation AS part ON part.id = shown.conversation_id
WHERE shown.version = '0'::xid8
"""
_TELL: Final = """
UPDATE communications_conversation SET history_revision = history_revision + 1 WHERE id = ANY(%s)
"""


class HeldChat(NamedTuple):
    title: str
    archived: bool
    pinned: bool
    muted_until: dt.datetime | None
    read_only: int
    disabled_features: tuple[str, ...]
    is_described: bool


class HeldPerson(NamedTuple):
    attendee_id: str
    name: str
    name_rank: int


async def held_messages(
    connection: AsyncConnection[Any], account: str, external_ids: Sequence[str]
) -> Mapping[str, HeldMessage]:
    found = await connection.execute(_MESSAGES, {"account": account, "ids": list(external_ids)})
    return {
        external_id: HeldMessage(
            direction, text, status, is_read, is_deleted, frozenset(map(tuple, reactions or ()))
        )
        for external_id, direction, text, status, is_read, is_deleted, reactions in await found.fetchall()
    }


async def held_chats(
    connection: AsyncConnection[Any], account: str, external_ids: Sequence[str]
) -> Mapping[str, HeldChat]:
    found = await connection.execute(_CHATS, {"account": account, "ids": list(external_ids)})
    return {
        external_id: HeldChat(
            title, archived, pinned, muted_until, read_only, tuple(disabled), described_at is not None
        )
        for (
            external_id,
            title,
            archived,
            pinned,
            muted_until,
            read_only,
            disabled,
            described_at,
        ) in await found.fetchall()
    }


async def held_people(
    connection: AsyncConnection[Any], account: str, provider_ids: Sequence[str]
) -> Mapping[str, HeldPerson]:
    found = await connection.execute(_PEOPLE, {"account": account, "ids": list(provider_ids)})
    return {told[0]: HeldPerson._make(told[1:]) for told in await found.fetchall()}


async def is_lively(connection: AsyncConnection[Any], account: str) -> bool:
    """Whether deliveries of the account came just now."""
    [(lively,)] = await (await connection.execute(_LIVELY, (account,))).fetchall()
    return bool(lively)


async def keys_known(connection: AsyncConnection[Any], keys: Sequence[bytes]) -> frozenset[bytes]:
    """Those of these event keys that the ledger has."""
    if not keys:
        return frozenset()
    found = await connection.execute(_KEYS, (list(keys),))
    return frozenset(bytes(key) for (key,) in await found.fetchall())


async def not_applied(
    connection: AsyncConnection[Any], deliveries: Sequence[uuid.UUID]
) -> Mapping[uuid.UUID, str]:
    """Why some of these were not folded."""
    found = await connection.execute(_OUTCOMES, (list(deliveries),))
    return {
        delivery: f"{outcome}: {reason}" if reason else outcome
        for delivery, outcome, reason in await found.fetchall()
    }


async def quiet_conversations(
    connection: AsyncConnection[Any], account: str, external_ids: Sequence[str]
) -> list[int]:
    """Those of these messages which no feed shows."""
    found = await connection.execute(_QUIET, {"account": account, "ids": list(external_ids)})
    return [row[0] for row in await found.fetchall()]


async def older_messages_tell(
    connection: AsyncConnection[Any], account: str, conversations: Sequence[int]
) -> None:
    """Tells readers that these have something older now: a write like any other of the account, in its turn."""
    async with connection.transaction():
        await connection.execute(LOCK, (account,))
        await connection.execute(_TELL, (list(conversations),))
