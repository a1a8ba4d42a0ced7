"""A person in a body: `sender`, an entry of `attendees`, `reaction_sender`, or REST's ChatAttendee."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from unipile.payloads import fields
from unipile.payloads.identity import lid_and_phone

PEOPLE_REMEMBERED = 2_048
REMEMBERED_MAX_CHARACTERS = 512

_NO_SPECIFICS: Mapping[str, object] = {}


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """One person as one body shows them.

    `provider_id` is the provider's (JID, LID, `ACo…`), `attendee_id` Unipile's. `lid` is `<digits>@lid`,
    `phone` digits only. `name` is what was sent, cleaned and trimmed: `names.usable_name` judges it.
    """

    attendee_id: str | None = None
    provider_id: str | None = None
    lid: str | None = None
    phone: str | None = None
    public_identifier: str | None = None
    name: str | None = None
    profile_url: str | None = None
    picture_url: str | None = None
    occupation: str | None = None
    is_self: bool | None = None

    @property
    def is_identified(self) -> bool:
        """Whether anything but a name says who it is."""
        return bool(self.provider_id or self.attendee_id or self.lid or self.phone)


def parse_sender(value: object, provider: str | None) -> Person | None:
    """The author of a message or reaction; None when absent or saying nothing.

    Raises `InvalidField` for an id that cannot be one: a message must not be given to the wrong person.
    """
    if not isinstance(value, dict) or not value:
        return None
    person = _parse(
        value,
        provider,
        attendee_id=fields.optional_id(value.get("attendee_id"), "sender.attendee_id"),
        provider_id=fields.optional_id(_stated_provider_id(value), "sender.attendee_provider_id"),
    )
    return person if person.is_identified or person.name else None


def parse_people(value: object, provider: str | None) -> tuple[Person, ...]:
    """Listed people, in order; entries that identify nobody (`{}`, no object, unusable ids) are left out."""
    if isinstance(value, dict):
        value = [value]
    if not isinstance(value, list):
        return ()
    people = []
    for entry in value:
        if not isinstance(entry, dict) or not entry:
            continue
        person = _parse(
            entry,
            provider,
            attendee_id=fields.companion_id(entry.get("attendee_id")),
            provider_id=fields.companion_id(_stated_provider_id(entry)),
        )
        if person.is_identified:
            people.append(person)
    return tuple(people)


# A chat's bodies state its people in the same words again and again, most of them twice in one body.
_remembered: dict[tuple[str | None, str | None, str | None], tuple[Mapping[str, object], Person]] = {}


def _parse(
    stated: Mapping[str, object],
    provider: str | None,
    *,
    attendee_id: str | None,
    provider_id: str | None,
) -> Person:
    key = (provider, provider_id, attendee_id)
    held = _remembered.get(key)
    if held is not None and held[0] == stated:
        return held[1]
    person = _read(stated, provider, attendee_id=attendee_id, provider_id=provider_id)
    if _is_worth_remembering(stated):
        if len(_remembered) >= PEOPLE_REMEMBERED:
            _remembered.clear()
        _remembered[key] = (stated, person)
    return person


def _is_worth_remembering(stated: Mapping[str, object]) -> bool:
    """Short strings only: they are equal where they are the same, but 1, 1.0 and true are equal too."""
    return all(
        value is None
        or (isinstance(value, str) and len(value) <= REMEMBERED_MAX_CHARACTERS)
        or (name == "attendee_specifics" and isinstance(value, dict) and _is_worth_remembering(value))
        for name, value in stated.items()
    )


def _read(
    stated: Mapping[str, object],
    provider: str | None,
    *,
    attendee_id: str | None,
    provider_id: str | None,
) -> Person:
    specifics = stated.get("attendee_specifics")
    if not isinstance(specifics, dict):
        specifics = _NO_SPECIFICS
    public_identifier = fields.word(stated.get("attendee_public_identifier"))
    lid, phone = lid_and_phone(specifics, (provider_id, public_identifier), provider)
    return Person(
        attendee_id=attendee_id,
        provider_id=provider_id,
        lid=lid,
        phone=phone,
        public_identifier=public_identifier,
        name=fields.word(stated.get("attendee_name")) or fields.word(stated.get("name")),
        profile_url=fields.link(stated.get("attendee_profile_url")) or fields.link(stated.get("profile_url")),
        picture_url=fields.link(stated.get("attendee_picture_url")) or fields.link(stated.get("picture_url")),
        occupation=fields.word(specifics.get("occupation")) or fields.word(specifics.get("headline")),
        is_self=fields.flag(stated.get("is_self")),
    )


def _stated_provider_id(stated: Mapping[str, object]) -> object:
    provider_id = stated.get("attendee_provider_id")
    return provider_id if provider_id is not None else stated.get("provider_id")
