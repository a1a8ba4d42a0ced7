"""Who somebody is: the forms ids take, and keys by which two mentions of one person can be compared.

WhatsApp names a person by phone (`33612345678@s.whatsapp.net`), by privacy id (`140874…@lid`, digits that are
no phone) or, seen from integrators, by the bare number. LinkedIn has one id per product (`ACo…`, `ACw…`,
`AE…`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from unipile.payloads import fields
from unipile.payloads.providers import LINKEDIN, WHATSAPP

if TYPE_CHECKING:
    from unipile.payloads.person import Person

_JID = re.compile(r"(\d{1,32})(?::\d+|\.\d+:\d+)?@(s\.whatsapp\.net|c\.us|lid)")
_GROUP_JID = re.compile(r"[\d-]{1,64}@g\.us")
_CHANNEL_JID = re.compile(r"[\w-]{1,64}@(?:newsletter|broadcast)")
_SPELT_PHONE = re.compile(r"\+?[\d\s().\-/\u00a0\u202a-\u202e\u2066-\u2069]{7,40}")
_NOT_DIGIT = re.compile(r"\D")
_LINKEDIN_ID = re.compile(r"(ACo|ACw|AE)[\w-]+")


class IdForm(StrEnum):
    """What a provider's id says by its form alone."""

    LID = "lid"
    PHONE = "phone"
    GROUP = "group"
    CHANNEL = "channel"
    OTHER = "other"


class OwnIdentity(msgspec.Struct, frozen=True, kw_only=True):
    """The connected account itself, as `account_info` of a webhook or `connection_params` of an account tell
    it.
    """

    user_id: str | None = None
    phone: str | None = None
    username: str | None = None
    mailbox_id: str | None = None
    feature: str | None = None


def id_form(external_id: str) -> tuple[IdForm, str]:
    """The form of a person's or chat's id, and the value to compare: LID without device, phone as digits."""
    if "@" not in external_id:
        return IdForm.OTHER, external_id
    jid = _JID.fullmatch(external_id)
    if jid is not None:
        digits, server = jid.groups()
        return (IdForm.LID, f"{digits}@lid") if server == "lid" else (IdForm.PHONE, digits)
    if _GROUP_JID.fullmatch(external_id):
        return IdForm.GROUP, external_id
    if _CHANNEL_JID.fullmatch(external_id):
        return IdForm.CHANNEL, external_id
    return IdForm.OTHER, external_id


def is_jid(text: str) -> bool:
    """Whether the text is a WhatsApp id of any kind, of a person or a chat."""
    return id_form(text)[0] is not IdForm.OTHER


def phone_digits(spelt: object) -> str | None:
    """`+33 6 00 00 00 01`, `0033600000001` or `33600000001@s.whatsapp.net` as `33600000001`; None if it is no
    phone.

    7 to 15 digits (ITU E.164). Upstream writes "hidden" for people outside the address book.
    """
    if isinstance(spelt, int) and not isinstance(spelt, bool):
        spelt = str(spelt) if 0 <= spelt < 10**15 else ""
    if not isinstance(spelt, str):
        return None
    if "@" in spelt:
        form, digits = id_form(spelt)
        if form is not IdForm.PHONE:
            return None
    elif spelt.isascii() and spelt[1:].isdecimal() and (spelt[0] == "+" or spelt[0].isdecimal()):
        digits = spelt.removeprefix("+")
    elif _SPELT_PHONE.fullmatch(spelt):
        digits = _NOT_DIGIT.sub("", spelt)
    else:
        return None
    digits = digits.removeprefix("00")
    return digits if digits.isascii() and 7 <= len(digits) <= 15 else None


def phone_of_provider_id(provider_id: str, provider: str | None) -> str | None:
    """The phone a provider's id stands for: a phone JID or a `+` number anywhere, a bare number on WhatsApp
    only.
    """
    if "@" in provider_id or provider_id.startswith("+") or provider == WHATSAPP:
        return phone_digits(provider_id)
    return None


def identity_keys(person: Person, provider: str | None) -> tuple[str, ...]:
    """Comparable names of one person: `lid:1408…@lid`, `phone:33600000001`, `id:ACoAA…`; empty for nobody.

    Two mentions that share a key are the same person within one account. `provider` may be better known to
    the caller than to the body.
    """
    return _keys(person.provider_id, person.lid, person.phone, provider)


def own_identity_keys(own: OwnIdentity, provider: str | None) -> tuple[str, ...]:
    """As `identity_keys`, for the connected account."""
    return _keys(own.user_id, None, own.phone, provider)


def own_identity_from(account_info: object) -> OwnIdentity:
    """The `account_info` of a webhook. Live WhatsApp has only a phone there, others a `user_id` (string or
    number).
    """
    stated = fields.table(account_info)
    if not stated:
        return OwnIdentity()
    return OwnIdentity(
        user_id=fields.companion_id(stated.get("user_id")) or fields.companion_id(stated.get("id")),
        phone=phone_digits(stated.get("phone_number")),
        username=fields.word(stated.get("username")),
        mailbox_id=fields.companion_id(stated.get("mailbox_id")),
        feature=fields.word(stated.get("feature")),
    )


def proves_other(own_keys: tuple[str, ...], keys: tuple[str, ...], provider: str | None) -> bool:
    """Whether some key of each is of the same kind and differs, and none is shared.

    A LID never contradicts a phone. LinkedIn's ids contradict each other within one product only.
    """
    if not set(own_keys).isdisjoint(keys):
        return False
    mine = {_kind(key, provider) for key in own_keys}
    return any(_kind(key, provider) in mine for key in keys)


def lid_and_phone(
    specifics: Mapping[str, object], ids: tuple[str | None, ...], provider: str | None
) -> tuple[str | None, str | None]:
    """LID and phone of a person from its specifics (`phone_number`, `lid`), then from its ids in the order
    given.
    """
    lid = _stated_lid(specifics.get("lid"))
    phone = phone_digits(specifics.get("phone_number"))
    for external_id in ids:
        if external_id is None:
            continue
        form, value = id_form(external_id)
        if form is IdForm.LID:
            lid = lid or value
        elif phone is None:
            phone = phone_of_provider_id(external_id, provider)
    if _is_lid_without_server(phone, lid):
        phone = None
    return lid, phone


def _stated_lid(value: object) -> str | None:
    if not isinstance(value, str):
        return None
    if value.isascii() and value.isdecimal():
        value += "@lid"
    form, lid = id_form(value)
    return lid if form is IdForm.LID else None


def _is_lid_without_server(phone: str | None, lid: str | None) -> bool:
    """Some senders write a LID's digits where a phone belongs."""
    return lid is not None and phone is not None and lid == f"{phone}@lid"


def _keys(
    provider_id: str | None, lid: str | None, phone: str | None, provider: str | None
) -> tuple[str, ...]:
    form, value = id_form(provider_id) if provider_id is not None else (IdForm.OTHER, "")
    if form is IdForm.LID:
        lid = lid or value
    number = phone_of_provider_id(provider_id, provider) if provider_id is not None else None
    keys: dict[str, None] = {}
    if lid is not None:
        keys[f"lid:{lid}"] = None
    for digits in (phone, number):
        if digits is not None and not _is_lid_without_server(digits, lid):
            keys[f"phone:{digits}"] = None
    if form is IdForm.OTHER and value and number is None:
        keys[f"id:{value}"] = None
    return tuple(keys)


def _kind(key: str, provider: str | None) -> str:
    kind, _, value = key.partition(":")
    if kind == "id" and provider == LINKEDIN:
        product = _LINKEDIN_ID.fullmatch(value)
        return f"id {product.group(1)}" if product else kind
    return kind
