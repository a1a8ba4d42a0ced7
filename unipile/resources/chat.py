"""A chat as REST shows it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from unipile.payloads import fields
from unipile.payloads.aliases import AliasKind, aliases_of_chat
from unipile.payloads.identity import IdForm, id_form, lid_and_phone
from unipile.payloads.messaging import ChatKind
from unipile.payloads.person import Person
from unipile.payloads.providers import provider_from_word
from unipile.payloads.refusals import PayloadError
from unipile.payloads.times import UpstreamTime, parse_time
from unipile.resources.message import Message, parse_message

_KIND_OF_FORM = {IdForm.GROUP: ChatKind.GROUP, IdForm.CHANNEL: ChatKind.CHANNEL}
_KINDS = {0: ChatKind.DIRECT, 1: ChatKind.GROUP, 2: ChatKind.CHANNEL}


class Muted(StrEnum):
    NO = "no"
    UNTIL = "until"
    FOREVER = "forever"


class Chat(msgspec.Struct, frozen=True, kw_only=True):
    """None means "not said". `name` is null upstream for most direct chats. `timestamp` is the last activity.

    `partner` is the other party of a direct chat, by ids only. `muted_until` is set when `muted` is `UNTIL`.
    `last_message` comes with a single chat, never in lists.
    """

    id: str
    account_id: str | None
    provider: str | None
    provider_chat_id: str | None
    kind: ChatKind | None
    name: str | None
    subject: str | None
    partner: Person | None
    timestamp: UpstreamTime | None
    unread_count: int | None
    is_archived: bool | None
    is_pinned: bool | None
    is_read_only: bool | None
    muted: Muted
    muted_until: UpstreamTime | None
    disabled_features: tuple[str, ...]
    content_type: str | None
    folders: tuple[str, ...]
    last_message: Message | None

    @property
    def aliases(self) -> tuple[tuple[AliasKind, str], ...]:
        """All names of the chat, as `payloads.aliases` gives them for a webhook."""
        people = () if self.partner is None else (self.partner,)
        return aliases_of_chat(self.id, self.provider_chat_id, self.kind, people)


def parse_chat(stated: Mapping[str, object]) -> Chat:
    """Raises `MissingField` or `InvalidField` without a usable id."""
    provider = provider_from_word(fields.word(stated.get("account_type")))
    provider_chat_id = fields.companion_id(stated.get("provider_id"))
    muted, muted_until = _muted(stated.get("muted_until"))
    return Chat(
        id=fields.required_id(stated.get("id"), "id"),
        account_id=fields.companion_id(stated.get("account_id")),
        provider=provider,
        provider_chat_id=provider_chat_id,
        kind=_kind(stated.get("type"), provider_chat_id),
        name=fields.word(stated.get("name")),
        subject=fields.word(stated.get("subject")),
        partner=_partner(stated, provider),
        timestamp=parse_time(stated.get("timestamp")),
        unread_count=fields.count(stated.get("unread_count")),
        is_archived=fields.flag(stated.get("archived")),
        is_pinned=fields.flag(stated.get("pinned")),
        is_read_only=_is_read_only(stated.get("read_only")),
        muted=muted,
        muted_until=muted_until,
        disabled_features=fields.words(stated.get("disabledFeatures")),
        content_type=fields.word(stated.get("content_type")),
        folders=fields.words(stated.get("folder")),
        last_message=_last_message(stated.get("lastMessage")),
    )


def _kind(value: object, provider_chat_id: str | None) -> ChatKind | None:
    if provider_chat_id is not None:
        form = id_form(provider_chat_id)[0]
        if form in _KIND_OF_FORM:
            return _KIND_OF_FORM[form]
    number = fields.count(value)
    return None if number is None else _KINDS.get(number)


def _is_read_only(value: object) -> bool | None:
    """0, 1 or 2, of which only 0 lets anybody write."""
    number = fields.count(value)
    return fields.flag(value) if number is None else number > 0


def _last_message(value: object) -> Message | None:
    """One that cannot be used says nothing against its chat."""
    try:
        return parse_message(value) if isinstance(value, dict) else None
    except PayloadError:
        return None


def _partner(stated: Mapping[str, object], provider: str | None) -> Person | None:
    provider_id = fields.companion_id(stated.get("attendee_provider_id"))
    public_identifier = fields.word(stated.get("attendee_public_identifier"))
    lid, phone = lid_and_phone({}, (provider_id, public_identifier), provider)
    partner = Person(provider_id=provider_id, lid=lid, phone=phone, public_identifier=public_identifier)
    return partner if partner.is_identified else None


def _muted(value: object) -> tuple[Muted, UpstreamTime | None]:
    """-1 is for ever, null not at all, else the time it ends."""
    if value in (-1, "-1"):
        return Muted.FOREVER, None
    until = parse_time(value)
    return (Muted.NO, None) if until is None else (Muted.UNTIL, until)
