"""The time line of a channel: what upstream said of its account, and when anything last came from it."""

import datetime as dt
from typing import Any, Final, NamedTuple

import msgspec

from communications.schemas.answers import ChannelStatusEntry
from communications.selectors.queries import rows
from communications.selectors.values import id_text, instant, optional_instant


class StatusPosition(msgspec.Struct, frozen=True, array_like=True):
    """The key of the oldest entry of a page; the next page holds older ones."""

    at: dt.datetime
    id: int


ABOVE_ALL_STATUSES: Final = StatusPosition(dt.datetime.max.replace(tzinfo=dt.UTC), 2**63 - 1)

_PAGE: Final = """
SELECT id, at, status, status_word FROM communications_channelstatus
WHERE channel_id = %(channel_id)s AND at <= %(at)s AND (at, id) < (%(at)s, %(id)s)
ORDER BY at DESC, id DESC LIMIT %(rows)s
"""

# The ledger has no index by channel, which every delivery would pay for: of a channel that is not among the latest deliveries the
# newest message tells.
_LAST_DELIVERY: Final = """
SELECT coalesce((
    SELECT recent.received_at
    FROM (SELECT received_at, channel_id FROM communications_webhookdelivery ORDER BY id DESC LIMIT 2000) AS recent
    WHERE recent.channel_id = %(channel_id)s LIMIT 1
), (
    SELECT max(message.received_at)
    FROM unnest(ARRAY[true, false]) AS shelf (pinned)
    CROSS JOIN LATERAL (
        SELECT conversation.last_message_id FROM communications_conversation AS conversation
        WHERE conversation.channel_id = %(channel_id)s AND conversation.pinned = shelf.pinned
          AND NOT conversation.is_stub AND conversation.last_message_at IS NOT NULL
        ORDER BY conversation.last_message_at DESC LIMIT 1
    ) AS newest
    JOIN communications_message AS message ON message.id = newest.last_message_id
))
"""


class StatusPage(NamedTuple):
    items: tuple[ChannelStatusEntry, ...]
    next_position: StatusPosition | None


def status_page(channel_id: int, *, after: StatusPosition, limit: int) -> StatusPage:
    """Newest first."""
    asked = {"channel_id": channel_id, "at": after.at, "id": after.id, "rows": limit + 1}
    found: list[tuple[Any, ...]] = rows(_PAGE, asked)
    shown = found[:limit]
    return StatusPage(
        items=tuple(
            ChannelStatusEntry(
                id=id_text(row[0]), at=instant(row[1]), status=row[2], status_word=row[3] or None
            )
            for row in shown
        ),
        next_position=StatusPosition(shown[-1][1], shown[-1][0]) if len(found) > limit else None,
    )


def last_delivery_at(channel_id: int) -> str | None:
    moment: dt.datetime | None = rows(_LAST_DELIVERY, {"channel_id": channel_id})[0][0]
    return optional_instant(moment)
