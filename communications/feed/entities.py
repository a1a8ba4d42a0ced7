"""What the feed carries: one description per table, in the order in which a page hands them out."""

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from communications.schemas.documents import Document
from communications.selectors.attendees import ATTENDEES_BY_ID, attendee_document
from communications.selectors.channels import CHANNELS_BY_ID, channel_document
from communications.selectors.conversations import CONVERSATIONS_BY_ID, conversation_document
from communications.selectors.drafts import DRAFTS_BY_ID, draft_document
from communications.selectors.members import MEMBERS_BY_ID, member_document
from communications.selectors.messages import MESSAGES_BY_ID, message_document


class Entity(NamedTuple):
    """``channel`` and ``user`` are SQL expressions of what scopes a row; ``documents`` yields rows by id."""

    name: str
    table: str
    channel: str
    user: str = "NULL::bigint"
    shown: str = "true"
    described: str = "NULL::text, NULL::bigint"
    documents: str | None = None
    document: Callable[[Sequence[Any]], Document] | None = None
    vanishes: bool = False


ACCESS: Final = "access"
SESSION: Final = "session"
TOMBSTONE: Final = "tombstone"
CHANNEL: Final = "channel"

ENTITIES: Final[tuple[Entity, ...]] = (
    Entity(SESSION, "communications_user", channel="NULL::bigint", user="changed.id"),
    Entity(ACCESS, "communications_channelaccess", channel="changed.channel_id", user="changed.user_id"),
    Entity(
        TOMBSTONE,
        "communications_tombstone",
        channel="changed.channel_id",
        user="changed.user_id",
        described="changed.entity, changed.row_id",
    ),
    Entity(
        CHANNEL,
        "communications_channel",
        channel="changed.id",
        documents=CHANNELS_BY_ID,
        document=channel_document,
    ),
    Entity(
        "attendee",
        "communications_chatattendee",
        channel="changed.channel_id",
        documents=ATTENDEES_BY_ID,
        document=attendee_document,
    ),
    Entity(
        "conversation",
        "communications_conversation",
        channel="changed.channel_id",
        shown="NOT changed.is_stub",
        documents=CONVERSATIONS_BY_ID,
        document=conversation_document,
        vanishes=True,
    ),
    Entity(
        "member",
        "communications_conversationattendee",
        channel="changed.channel_id",
        documents=MEMBERS_BY_ID,
        document=member_document,
    ),
    Entity(
        "message",
        "communications_message",
        channel="changed.channel_id",
        shown="NOT changed.is_stub",
        documents=MESSAGES_BY_ID,
        document=message_document,
        vanishes=True,
    ),
    Entity(
        "draft",
        "communications_draft",
        channel="changed.channel_id",
        user="changed.user_id",
        documents=DRAFTS_BY_ID,
        document=draft_document,
    ),
)

_SEEN: Final = "%(seen)s::pg_snapshot"
_TARGET: Final = "%(target)s::pg_snapshot"


def changed_keys(*, scoped: bool, from_entity: int) -> str:
    """The query of a page's keys: (entity, id, version, channel, user, tombstone's entity, tombstone's row), in order.

    Parameters: ``seen`` and ``target`` (snapshots), ``version`` and ``id`` (the position, in entity ``from_entity``), ``limit``;
    if ``scoped``, ``channels`` and ``user`` of the reader.
    """
    pages = [
        _entity_keys(order, entity, scoped=scoped, after_position=order == from_entity)
        for order, entity in enumerate(ENTITIES)
        if order >= from_entity
    ]
    return " UNION ALL ".join(f"({page})" for page in pages) + " ORDER BY 1, 3, 2 LIMIT %(limit)s"


def _entity_keys(order: int, entity: Entity, *, scoped: bool, after_position: bool) -> str:
    conditions = [
        f"changed.version >= pg_snapshot_xmin({_SEEN})",
        f"NOT pg_visible_in_snapshot(changed.version, {_SEEN})",
        f"pg_visible_in_snapshot(changed.version, {_TARGET})",
        entity.shown,
    ]
    if after_position:
        conditions.append("(changed.version, changed.id) > (%(version)s::xid8, %(id)s)")
    if scoped:
        conditions.append(_scope(entity))
    return (
        f"SELECT {order}, changed.id, changed.version, {entity.channel}, {entity.user}, {entity.described} "  # noqa: S608
        f"FROM {entity.table} AS changed WHERE {' AND '.join(conditions)} "
        "ORDER BY changed.version, changed.id LIMIT %(limit)s"
    )


def _scope(entity: Entity) -> str:
    if entity.name in (SESSION, ACCESS, "draft"):
        return f"{entity.user} = %(user)s"
    in_channels = f"{entity.channel} = ANY(%(channels)s::bigint[])"
    if entity.name == TOMBSTONE:
        # Once the right to a channel is gone, its tombstone of access is all that still concerns the reader.
        return f"(({in_channels} AND {entity.user} IS NULL) OR {entity.user} = %(user)s)"
    return in_channels
