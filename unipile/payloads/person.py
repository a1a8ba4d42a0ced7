"""A person in a body: `sender`, an entry of `attendees`, `reaction_sender`, or REST's ChatAttendee."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from unipile.payloads import fields
from unipile.payloads.identity import is_persons_id, lid_and_phone

PEOPLE_REMEMBERED = 2_048
REMEMBERED_MAX_CHARACTERS = 512


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
    """The author of a message or reaction; None when absent or saying nothing. An id that cannot be one counts as absent: then
    a message is given to nobody.
    """
    person = _person(value, provider)
    return person if person is not None and (person.is_identified or person.name) else None


def parse_people(value: object, provider: str | None) -> tuple[Person, ...]:
    """Listed people, in order; entries that identify nobody (`{}`, no object, unusable ids) are left out."""
    people = (_person(entry, provider) for entry in fields.entries(value))
    return tuple(person for person in people if person is not None and person.is_identified)


def _person(value: object, provider: str | None) -> Person | None:
    stated = value if isinstance(value, dict) else _stated_otherwise(value)
    if not stated:
        return None
    return _parse(
        stated,
        provider,
        attendee_id=fields.companion_id(_stated_attendee_id(stated)),
        provider_id=fields.companion_id(_stated_provider_id(stated)),
    )


def _stated_otherwise(value: object) -> Mapping[str, object]:
    return {"attendee_provider_id": value} if is_persons_id(value) else fields.table(value)


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
        or (
            name in ("attendee_specifics", "specifics")
            and isinstance(value, dict)
            and _is_worth_remembering(value)
        )
        for name, value in stated.items()
    )


def _read(
    stated: Mapping[str, object],
    provider: str | None,
    *,
    attendee_id: str | None,
    provider_id: str | None,
) -> Person:
    specifics = fields.table(stated.get("attendee_specifics")) or fields.table(stated.get("specifics"))
    public_identifier = fields.word(stated.get("attendee_public_identifier")) or fields.word(
        stated.get("public_identifier")
    )
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


def _stated_attendee_id(stated: Mapping[str, object]) -> object:
    """Where REST's names are used, Unipile's id stands beside the provider's."""
    attendee_id = stated.get("attendee_id")
    return stated.get("id") if attendee_id is None and "provider_id" in stated else attendee_id


def _stated_provider_id(stated: Mapping[str, object]) -> object:
    provider_id = stated.get("attendee_provider_id")
    return provider_id if provider_id is not None else stated.get("provider_id")
