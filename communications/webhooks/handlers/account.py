"""What upstream says of an account's own state."""

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Final

from communications.schemas.facts import ChannelStatusReported
from unipile.payloads.account import AccountStatusPayload
from unipile.payloads.events import AccountStatus
from unipile.payloads.times import settle_time

STATUS_OF_WORD: Final[Mapping[AccountStatus, str]] = {
    AccountStatus.OK: "ok",
    AccountStatus.CREATION_SUCCESS: "ok",
    AccountStatus.SYNC_SUCCESS: "ok",
    AccountStatus.RECONNECTED: "ok",
    AccountStatus.CONNECTING: "connecting",
    AccountStatus.CREDENTIALS: "credentials",
    AccountStatus.PERMISSIONS: "permissions",
    AccountStatus.ERROR: "error",
    AccountStatus.CREATION_FAIL: "error",
    AccountStatus.STOPPED: "stopped",
    AccountStatus.DELETED: "deleted",
    AccountStatus.UNKNOWN: "unknown",
}


def handle_account_status(data: AccountStatusPayload, received_at: dt.datetime) -> ChannelStatusReported:
    """The status in our words, upstream's word beside it; the body names no time of its own, as a rule."""
    at, _ = settle_time(data.timestamp, received_at)
    return ChannelStatusReported(
        status=STATUS_OF_WORD[data.status],
        status_word=data.upstream_status,
        at=min(at, received_at),
        correlation=_key(data.correlation),
    )


def _key(correlation: str | None) -> str:
    """The key that we gave with a link; whoever makes a link elsewhere may have given anything."""
    try:
        return str(uuid.UUID(correlation or ""))
    except ValueError:
        return ""
