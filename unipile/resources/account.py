"""A connected account as `GET /accounts` shows it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from unipile.payloads import fields
from unipile.payloads.identity import OwnIdentity, phone_digits
from unipile.payloads.providers import provider_from_word
from unipile.payloads.times import UpstreamTime, parse_time


class SourceStatus(StrEnum):
    """State of one source (messaging, mail, calendar) of an account, worst last."""

    OK = "OK"
    CONNECTING = "CONNECTING"
    UNKNOWN = "UNKNOWN"
    STOPPED = "STOPPED"
    ERROR = "ERROR"
    PERMISSIONS = "PERMISSIONS"
    CREDENTIALS = "CREDENTIALS"


_WORST_LAST = tuple(SourceStatus)


class AccountSource(msgspec.Struct, frozen=True):
    id: str
    status: SourceStatus


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """`provider` is ours, `upstream_type` upstream's word. `own` is who the account is at its provider."""

    id: str
    provider: str | None
    upstream_type: str | None
    name: str | None
    own: OwnIdentity
    created_at: UpstreamTime | None
    sources: tuple[AccountSource, ...]

    @property
    def status(self) -> SourceStatus:
        """The worst of the sources, for an account works only if all do; `UNKNOWN` without any."""
        return max(
            (source.status for source in self.sources), key=_WORST_LAST.index, default=SourceStatus.UNKNOWN
        )


def parse_account(stated: Mapping[str, object]) -> Account:
    """Raises `MissingField` or `InvalidField` without a usable id."""
    upstream_type = fields.word(stated.get("type"))
    return Account(
        id=fields.required_id(stated.get("id"), "id"),
        provider=provider_from_word(upstream_type),
        upstream_type=upstream_type,
        name=fields.word(stated.get("name")),
        own=_own_identity(fields.table(stated.get("connection_params"))),
        created_at=parse_time(stated.get("created_at")),
        sources=tuple(_sources(stated.get("sources"))),
    )


def _own_identity(params: Mapping[str, object]) -> OwnIdentity:
    """WhatsApp has a phone and no id, Telegram a `user_id`, LinkedIn an id and `publicIdentifier`."""
    stated = fields.table(params.get("im")) or fields.table(params.get("mail"))
    return OwnIdentity(
        user_id=fields.companion_id(stated.get("id")) or fields.companion_id(stated.get("user_id")),
        phone=phone_digits(stated.get("phone_number")),
        username=fields.word(stated.get("publicIdentifier")) or fields.word(stated.get("username")),
    )


def _sources(value: object) -> list[AccountSource]:
    sources = []
    for entry in value if isinstance(value, list) else ():
        source_id, status = fields.table(entry).get("id"), fields.word(fields.table(entry).get("status"))
        try:
            known = SourceStatus((status or "").upper())
        except ValueError:
            known = SourceStatus.UNKNOWN
        sources.append(AccountSource(fields.companion_id(source_id) or "", known))
    return sources
