"""From a refusal's status and body to the outcome it is.

Upstream's statuses are ambiguous (401 is our key as well as the account's session; a provider's limit shows
as 429 or 500), so its `errors/<type>` decides, then the status. A 5xx proves nothing about a write unless its
type says that the request was never handed to a provider.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from unipile.errors import (
    DisconnectedAccount,
    ExpiredCursor,
    NotFound,
    RateLimited,
    Refused,
    Rejected,
    Unauthorised,
    Unknown,
)
from unipile.payloads import fields
from unipile.payloads.refusals import UnreadableBody
from unipile.payloads.strict import decode

LONGEST_RETRY_AFTER_SECONDS = 86_400.0

_KEY_REFUSED = frozenset({"missing_credentials"})
_SESSION_LOST = frozenset(
    {
        "disconnected_account",
        "disconnected_feature",
        "expired_credentials",
        "invalid_credentials",
        "invalid_credentials_but_valid_account_imap",
        "invalid_imap_configuration",
        "invalid_smtp_configuration",
        "invalid_proxy_credentials",
        "multiple_sessions",
        "checkpoint_error",
        "expired_link",
    }
)
_MAY_PASS = frozenset(
    {
        "operation_canceled",
        "auth_in_progress",
        "cannot_resend_yet",
        "cannot_resend_within_24hrs",
        "limit_exceeded",
        "provider_unreachable",
        "realtime_client_not_initialized",
        "action_required",
    }
)
# 5xx answers whose type says that no provider was asked.
_NEVER_HANDED_ON = frozenset({"no_client_session", "no_channel", "no_handler", "authentication_intent_error"})


def error_from_answer(
    status: int, headers: Mapping[str, str], body: bytes, *, had_cursor: bool, now: datetime
) -> Refused | Unknown:
    """The outcome of an answer other than 2xx. `had_cursor`: the call carried a page token."""
    upstream_type, title = _stated(body)
    name = upstream_type.removeprefix("errors/")
    if 300 <= status < 400:
        return Unknown("redirected", f"Unipile redirected the call (status {status}).", status=status)
    if status == 429 or name == "too_many_requests":
        return RateLimited(
            status=status,
            upstream_type=upstream_type,
            title=title,
            retry_after_seconds=retry_after_seconds(headers.get("Retry-After"), now),
        )
    if name == "feature_not_implemented":
        return Rejected(status=status, upstream_type=upstream_type, title=title)
    if status >= 500 or status == 408 or status < 200:
        if name in _NEVER_HANDED_ON:
            return Rejected(status=status, upstream_type=upstream_type, title=title, is_permanent=False)
        return Unknown("server_error", title or f"Unipile answered with status {status}.", status=status)
    return _client_error(status, name, upstream_type, title, had_cursor=had_cursor)


def retry_after_seconds(header: str | None, now: datetime) -> float | None:
    """RFC 9110: seconds or a date; at most a day, never negative; None when absent or unreadable."""
    if header is None:
        return None
    header = header.strip()
    if header.isascii() and header.isdecimal():
        return min(float(header), LONGEST_RETRY_AFTER_SECONDS)
    try:
        at = parsedate_to_datetime(header)
    except (ValueError, OverflowError):
        return None
    seconds = (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds()
    return min(max(seconds, 0.0), LONGEST_RETRY_AFTER_SECONDS)


def _client_error(status: int, name: str, upstream_type: str, title: str, *, had_cursor: bool) -> Refused:
    if name in _SESSION_LOST:
        return DisconnectedAccount(status=status, upstream_type=upstream_type, title=title)
    if name in _KEY_REFUSED or (status == 401 and not name):
        return Unauthorised(status=status, upstream_type=upstream_type, title=title)
    if had_cursor and status in (400, 410):
        return ExpiredCursor(status=status, upstream_type=upstream_type, title=title, is_permanent=False)
    if status in (404, 410):
        return NotFound(status=status, upstream_type=upstream_type, title=title)
    return Rejected(
        status=status, upstream_type=upstream_type, title=title, is_permanent=name not in _MAY_PASS
    )


def _stated(body: bytes) -> tuple[str, str]:
    """`type` and `title` of an error body; empty when it is none of upstream's (a gateway's page, say)."""
    try:
        stated = fields.table(decode(body))
    except UnreadableBody:
        return "", ""
    return (fields.word(stated.get("type")) or "")[:200], (fields.word(stated.get("title")) or "")[:200]
