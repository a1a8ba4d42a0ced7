"""Bodies about a connected account: its status, and the callback of a hosted connection."""

from __future__ import annotations

import msgspec

from unipile.payloads import fields
from unipile.payloads.events import AccountStatus, Envelope, status_of_word, status_table, status_word
from unipile.payloads.refusals import MissingField
from unipile.payloads.times import UpstreamTime, parse_time


class AccountStatusPayload(msgspec.Struct, frozen=True, kw_only=True):
    """A status, nested or flat. `correlation` is our own token, echoed by the hosted-auth callback only."""

    account_id: str
    provider: str | None
    status: AccountStatus
    upstream_status: str
    timestamp: UpstreamTime | None
    correlation: str | None


def parse_account_status(envelope: Envelope) -> AccountStatusPayload:
    """The payload of a body of the families account_status and hosted_auth.

    Raises `MissingField` without account id or status word.
    """
    stated = status_table(envelope.body)
    upstream_status = status_word(envelope.body)
    if upstream_status is None:
        raise MissingField("message")
    return AccountStatusPayload(
        account_id=fields.required_id(stated.get("account_id"), "account_id"),
        provider=envelope.provider,
        status=status_of_word(upstream_status),
        upstream_status=upstream_status[:64],
        timestamp=parse_time(stated.get("timestamp")),
        correlation=fields.word(stated.get("name")),
    )
