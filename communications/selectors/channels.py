"""Channels, one row for each reader of each."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import msgspec

from communications.schemas.documents import Alarm, Channel, Gap, ReadReceipts, Role
from communications.selectors.alarms import OPEN_ALARMS
from communications.selectors.comparisons import OPEN_GAPS
from communications.selectors.values import id_text, optional_instant


class ChannelRow(NamedTuple):
    id: int
    provider: str
    name: str
    status: str
    status_word: str
    status_since: dt.datetime | None
    read_receipts: ReadReceipts
    paused_at: dt.datetime | None
    role: Role
    alarms: str | None
    gaps: str | None
    verified_until: dt.datetime | None
    nightly_check: bool
    version: str
    user_id: int


CHANNEL_ROWS: Final = f"""
SELECT channel.id, channel.provider, channel.name, channel.status, channel.status_word, channel.status_since,
       channel.read_receipts, channel.paused_at, access.role, {OPEN_ALARMS} AS alarms, {OPEN_GAPS} AS gaps,
       channel.verified_until, channel.nightly_check,
       greatest(channel.version, access.version)::text AS version, access.user_id
FROM communications_channelaccess AS access
JOIN communications_channel AS channel ON channel.id = access.channel_id
"""  # noqa: S608 (constants)

# Parameter: channel ids. One row for each reader.
CHANNELS_BY_ID: Final = f"{CHANNEL_ROWS} WHERE access.channel_id = ANY(%s::bigint[])"

# Parameter: user id.
CHANNELS_OF_READER: Final = f"{CHANNEL_ROWS} WHERE access.user_id = %s ORDER BY channel.id"

# Parameters: user id, channel id.
CHANNEL_OF_READER: Final = f"{CHANNEL_ROWS} WHERE access.user_id = %s AND channel.id = %s"


_alarms = msgspec.json.Decoder(tuple[Alarm, ...])
_gaps = msgspec.json.Decoder(tuple[Gap, ...])


def channel_document(row: Sequence[Any]) -> Channel:
    held = ChannelRow._make(row)
    return Channel(
        id=id_text(held.id),
        provider=held.provider,
        name=held.name,
        status=held.status,
        status_word=held.status_word or None,
        status_since=optional_instant(held.status_since),
        read_receipts=held.read_receipts,
        paused_at=optional_instant(held.paused_at),
        role=held.role,
        alarms=() if held.alarms is None else _alarms.decode(held.alarms),
        gaps=() if held.gaps is None else _gaps.decode(held.gaps),
        verified_until=optional_instant(held.verified_until),
        nightly_check=held.nightly_check,
        version=held.version,
    )
