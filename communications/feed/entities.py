"""What the feed carries: one description per table, in the order in which a page hands them out.

Sessions and access come first, so that nobody is handed a row after the page that took it from them.
"""

import functools
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from communications.schemas.documents import Document
from communications.selectors.attendees import ATTENDEES_BY_ID, attendee_document
from communications.selectors.channels import CHANNELS_BY_ID, channel_document
from communications.selectors.conversations import CONVERSATIONS_BY_ID, conversation_document
from communications.selectors.drafts import DRAFTS_BY_ID, draft_document
from communications.selectors.members import MEMBERS_BY_ID, member_document
from communications.selectors.messages import MESSAGES_BY_ID, message_document

NOBODY: Final = "NULL::bigint"
NOTHING: Final = "NULL::text, NULL::bigint"


class Entity(NamedTuple):
    """``channel`` and ``user`` are SQL expressions of what scopes a row, ``weight_bytes`` of its size.

    ``documents`` yields rows by id; a changed row that it does not yield has ``vanishes`` for its readers.
    """

    name: str
    table: str
    channel: str = "changed.channel_id"
    user: str = NOBODY
    shown: str = "true"
    described: str = NOTHING
    weight_bytes: str = "0"
    documents: str | None = None
    document: Callable[[Sequence[Any]], Document] | None = None
    vanishes: bool = False


SESSION: Final = "session"
ENDED_SESSIONS: Final = "ended sessions"
ACCESS: Final = "access"
LOST_ACCESS: Final = "lost access"
TOMBSTONE: Final = "tombstone"
CHANNEL: Final = "channel"
# What a person may see, and whether they are still let in at all.
STANDING: Final = frozenset({SESSION, ENDED_SESSIONS, ACCESS, LOST_ACCESS})

ENTITIES: Final[tuple[Entity, ...]] = (
    Entity(SESSION, "communications_user", channel=NOBODY, user="changed.id"),
    Entity(
        ENDED_SESSIONS,
        "communications_tombstone",
        channel=NOBODY,
        user="changed.user_id",
        shown="changed.entity = 'user'",
    ),
    Entity(ACCESS, "communications_channelaccess", user="changed.user_id"),
    Entity(
        LOST_ACCESS, "communications_tombstone", user="changed.user_id", shown="changed.entity = 'access'"
    ),
    # With a channel goes everybody's access to it, which says more than the tombstone of each row.
    Entity(
        TOMBSTONE,
        "communications_tombstone",
        user="changed.user_id",
        shown=(
            "changed.entity <> 'access' AND EXISTS ("
            "SELECT FROM communications_channel AS kept WHERE kept.id = changed.channel_id)"
        ),
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
        documents=ATTENDEES_BY_ID,
        document=attendee_document,
    ),
    Entity(
        "conversation",
        "communications_conversation",
        shown="NOT changed.is_stub",
        documents=CONVERSATIONS_BY_ID,
        document=conversation_document,
        vanishes=True,
    ),
    Entity(
        "member",
        "communications_conversationattendee",
        documents=MEMBERS_BY_ID,
        document=member_document,
        vanishes=True,
    ),
    Entity(
        "message",
        "communications_message",
        shown="NOT changed.is_stub",
        weight_bytes="octet_length(changed.text)",
        documents=MESSAGES_BY_ID,
        document=message_document,
        vanishes=True,
    ),
    Entity(
        "draft",
        "communications_draft",
        user="changed.user_id",
        weight_bytes="octet_length(changed.text)",
        documents=DRAFTS_BY_ID,
        document=draft_document,
    ),
)

VERSIONED_TABLES: Final = (*dict.fromkeys(entity.table for entity in ENTITIES), "communications_feedmark")


class Key(NamedTuple):
    """A changed row: what ``changed_keys`` yields."""

    entity: int
    id: int
    version: str
    channel_id: int | None
    user_id: int | None
    gone_entity: str | None
    gone_id: int | None
    weight_bytes: int

    @property
    def name(self) -> str:
        return ENTITIES[self.entity].name


@functools.cache
def changed_keys(*, scoped: bool, from_entity: int, within_target: bool) -> str:
    """The statement that yields a page's keys, in order.

    Parameters: $1 the snapshot seen; $2 and $3 version and id of the position, in entity ``from_entity``; $4
    the limit; if ``scoped``, $5 the reader; if ``within_target``, last the target, else all up to now.
    """
    pages = [
        _entity_keys(order, entity, scoped, order == from_entity, within_target)
        for order, entity in enumerate(ENTITIES)
        if order >= from_entity
    ]
    union = " UNION ALL ".join(f"({page})" for page in pages)
    return f"SELECT * FROM ({union}) AS page ORDER BY 1, 3, 2 LIMIT $4"  # noqa: S608 (constants)


def _entity_keys(order: int, entity: Entity, scoped: bool, after_position: bool, within_target: bool) -> str:
    conditions = [
        "changed.version >= pg_snapshot_xmin($1::pg_snapshot)",
        "NOT pg_visible_in_snapshot(changed.version, $1::pg_snapshot)",
        entity.shown,
    ]
    if within_target:
        target = "$6" if scoped else "$5"
        conditions.append(f"pg_visible_in_snapshot(changed.version, {target}::pg_snapshot)")
    if after_position:
        conditions.append("(changed.version, changed.id) > ($2::xid8, $3::bigint)")
    if scoped:
        conditions.append(_scope(entity))
    return (
        f"SELECT {order}, changed.id, changed.version, {entity.channel}, {entity.user}, {entity.described}, "  # noqa: S608
        f"{entity.weight_bytes} FROM {entity.table} AS changed WHERE {' AND '.join(conditions)} "
        "ORDER BY changed.version, changed.id LIMIT $4"
    )


_READABLE: Final = "SELECT channel_id FROM communications_channelaccess WHERE user_id = $5"


def _scope(entity: Entity) -> str:
    if entity.name in STANDING:
        return f"{entity.user} = $5"
    # By no index of the channel: what is new is little, and what a channel holds is not. The planner cannot know that.
    in_channels = f"{entity.channel} + 0 = ANY(ARRAY({_READABLE}))"
    if entity.user == NOBODY:
        return in_channels
    return f"{in_channels} AND coalesce({entity.user}, $5) = $5"
