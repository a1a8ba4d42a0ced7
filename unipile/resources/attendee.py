"""A participant as REST shows it, and a profile looked up at the provider."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from unipile.payloads import fields
from unipile.payloads.identity import lid_and_phone
from unipile.payloads.person import Person
from unipile.payloads.providers import provider_from_word


class ChatAttendee(msgspec.Struct, frozen=True, kw_only=True):
    """`person.attendee_id` equals `id`; `person.is_self` is upstream's claim, known to be wrong at times."""

    id: str
    account_id: str | None
    provider: str | None
    person: Person
    is_hidden: bool | None


class UserProfile(msgspec.Struct, frozen=True, kw_only=True):
    """Answer of a live look-up. WhatsApp tells no more than the id."""

    provider_id: str
    provider: str | None
    public_identifier: str | None
    name: str | None
    headline: str | None
    picture_url: str | None


def parse_attendee(stated: Mapping[str, object]) -> ChatAttendee:
    """Raises `MissingField` or `InvalidField` without usable ids."""
    specifics = fields.table(stated.get("specifics"))
    provider = provider_from_word(fields.word(specifics.get("provider")))
    attendee_id = fields.required_id(stated.get("id"), "id")
    provider_id = fields.required_id(stated.get("provider_id"), "provider_id")
    public_identifier = fields.word(stated.get("public_identifier")) or fields.word(
        specifics.get("public_identifier")
    )
    lid, phone = lid_and_phone(specifics, (provider_id, public_identifier), provider)
    return ChatAttendee(
        id=attendee_id,
        account_id=fields.companion_id(stated.get("account_id")),
        provider=provider,
        person=Person(
            attendee_id=attendee_id,
            provider_id=provider_id,
            lid=lid,
            phone=phone,
            public_identifier=public_identifier,
            name=fields.word(stated.get("name")),
            profile_url=fields.link(stated.get("profile_url")),
            picture_url=fields.link(stated.get("picture_url")),
            occupation=fields.word(specifics.get("occupation")) or fields.word(specifics.get("headline")),
            is_self=fields.flag(stated.get("is_self")),
        ),
        is_hidden=fields.flag(stated.get("hidden")),
    )


def parse_profile(stated: Mapping[str, object]) -> UserProfile:
    """Raises `MissingField` or `InvalidField` without a usable provider id."""
    provider_id = stated.get("provider_id")
    names = (fields.word(stated.get("first_name")), fields.word(stated.get("last_name")))
    return UserProfile(
        provider_id=fields.required_id(
            provider_id if provider_id is not None else stated.get("id"), "provider_id"
        ),
        provider=provider_from_word(fields.word(stated.get("provider"))),
        public_identifier=fields.word(stated.get("public_identifier")),
        name=" ".join(name for name in names if name) or fields.word(stated.get("name")),
        headline=fields.word(stated.get("headline")),
        picture_url=fields.link(stated.get("profile_picture_url")) or fields.link(stated.get("picture_url")),
    )
