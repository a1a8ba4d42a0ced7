"""What a person may read: the channels that ChannelAccess gives them, and nothing else.

Every read that begins at a person begins here. What somebody may not read is not told apart from what is not
there: both are :class:`~communications.errors.NotFound`.
"""

from typing import Final, NamedTuple

from communications.errors import NotFound
from communications.selectors.conversations import CONVERSATION_IS_SHOWN
from communications.selectors.messages import MESSAGE_IS_SHOWN
from communications.selectors.queries import rows, rows_planned_once

_READABLE_CHANNELS: Final = """
SELECT access.channel_id
FROM communications_channelaccess AS access
JOIN communications_channel AS channel ON channel.id = access.channel_id
WHERE access.user_id = %(user_id)s
  AND (%(provider)s::text IS NULL OR channel.provider = %(provider)s)
  AND (%(channel_id)s::bigint IS NULL OR channel.id = %(channel_id)s)
ORDER BY access.channel_id
"""

# An id of a conversation that continues another stands for that other one.
_READABLE_CONVERSATION: Final = f"""
SELECT conversation.id
FROM communications_conversation AS asked
JOIN communications_conversation AS conversation ON conversation.id = coalesce(asked.continues_id, asked.id)
JOIN communications_channel AS channel ON channel.id = conversation.channel_id
JOIN communications_channelaccess AS access ON access.channel_id = channel.id
WHERE asked.id = %(conversation_id)s AND access.user_id = %(user_id)s
  AND (%(provider)s::text IS NULL OR channel.provider = %(provider)s)
  AND {CONVERSATION_IS_SHOWN}
"""  # noqa: S608 (a constant of this package)

_OWNS_A_CHANNEL: Final = (
    "SELECT EXISTS (SELECT FROM communications_channelaccess WHERE user_id = %s AND role = 'owner')"
)

_OWNS_CHANNEL: Final = (
    "SELECT FROM communications_channelaccess WHERE user_id = %s AND channel_id = %s AND role = 'owner'"
)

_ADMINISTERED: Final = """
SELECT channel.id, access.role
FROM communications_channel AS channel
LEFT JOIN communications_channelaccess AS access
    ON access.channel_id = channel.id AND access.user_id = %s AND access.role IN ('owner', 'admin')
"""

_READABLE_MESSAGE: Final = f"""
SELECT access.role IN ('owner', 'admin')
FROM communications_message AS message
JOIN communications_conversation AS conversation ON conversation.id = message.conversation_id
JOIN communications_channelaccess AS access ON access.channel_id = message.channel_id
WHERE message.id = %(message_id)s AND access.user_id = %(user_id)s
  AND NOT conversation.is_stub AND {MESSAGE_IS_SHOWN}
"""  # noqa: S608 (a constant of this package)


class Administered(NamedTuple):
    """By role owner or admin. ``is_everything``: of every channel there is, and of those that belong to none."""

    channel_ids: frozenset[int]
    owns_one: bool
    is_everything: bool


def readable_channels(user_id: int, *, provider: str | None, channel_id: int | None = None) -> list[int]:
    """Ids of the channels a person reads, of one provider or (``None``) of all, or just the one asked for.

    Raises NotFound if ``channel_id`` is not among them.
    """
    asked = {"user_id": user_id, "provider": provider, "channel_id": channel_id}
    readable = [row[0] for row in rows_planned_once(_READABLE_CHANNELS, asked)]
    if channel_id is not None and not readable:
        raise NotFound
    return readable


def readable_conversation(user_id: int, *, provider: str | None, conversation_id: int) -> int:
    """The id of the conversation to show for ``conversation_id``: itself, or the one it continues.

    Raises NotFound if it is of another provider, not shown, or not the person's to read.
    """
    asked = {"user_id": user_id, "provider": provider, "conversation_id": conversation_id}
    found = rows_planned_once(_READABLE_CONVERSATION, asked)
    if not found:
        raise NotFound
    return int(found[0][0])


def owns_a_channel(user_id: int) -> bool:
    return bool(rows(_OWNS_A_CHANNEL, [user_id])[0][0])


def owns_channel(user_id: int, channel_id: int) -> bool:
    return bool(rows(_OWNS_CHANNEL, [user_id, channel_id]))


def administered(user_id: int) -> Administered:
    """The channels whose deliveries a person may see. One who owns a channel also sees those that belong to none."""
    found = rows(_ADMINISTERED, [user_id])
    theirs = frozenset(channel_id for channel_id, role in found if role is not None)
    owns_one = any(role == "owner" for _, role in found)
    return Administered(theirs, owns_one, is_everything=owns_one and len(theirs) == len(found))


def administers_message(user_id: int, message_id: int) -> bool:
    """Whether the person administers the channel of a message they read. Raises NotFound if they do not read it."""
    found = rows(_READABLE_MESSAGE, {"user_id": user_id, "message_id": message_id})
    if not found:
        raise NotFound
    return bool(found[0][0])
