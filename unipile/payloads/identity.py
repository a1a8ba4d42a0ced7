"""Who somebody is: the forms ids take, and keys by which two mentions of one person can be compared.

WhatsApp names a person by phone (`33612345678@s.whatsapp.net`), by privacy id (`140874…@lid`, digits that are
no phone) or, seen from integrators, by the bare number. LinkedIn has one id per product (`ACo…`, `ACw…`,
`AE…`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from unipile.payloads import fields
from unipile.payloads.providers import LINKEDIN, WHATSAPP

if TYPE_CHECKING:
    from unipile.payloads.person import Person

# One phone's linked devices write as `<digits>:<device>@…` or `<digits>.<agent>:<device>@…`.
_DEVICE = re.compile(r"(?:\.\d+)?:\d+\Z")
_CHAT_NAME = re.compile(r"[\w-]{1,64}")
_PHONE_PUNCTUATION = str.maketrans("", "", "+()-./ \t\u00a0\u202a\u202c\u2066\u2069")
_LINKEDIN_ID = re.compile(r"(ACo|ACw|AE)[\w-]+")


class IdForm(StrEnum):
    """What a provider's id says by its form alone."""

    LID = "lid"
    PHONE = "phone"
    GROUP = "group"
    CHANNEL = "channel"
    OTHER = "other"


_FORM_OF_SERVER: Mapping[str, IdForm] = {
    "lid": IdForm.LID,
    "s.whatsapp.net": IdForm.PHONE,
    "c.us": IdForm.PHONE,
    "g.us": IdForm.GROUP,
    "newsletter": IdForm.CHANNEL,
    "broadcast": IdForm.CHANNEL,
}


class OwnIdentity(msgspec.Struct, frozen=True, kw_only=True):
    """The connected account itself, as `account_info` of a webhook or `connection_params` of an account tell
    it.
    """

    user_id: str | None = None
    phone: str | None = None
    username: str | None = None
    mailbox_id: str | None = None
    feature: str | None = None


@lru_cache(maxsize=1024)  # one body names the same few ids again and again
def id_form(external_id: str) -> tuple[IdForm, str]:
    """The form of a person's or chat's id, and the value to compare: LID without device, phone as digits."""
    name, at, server = external_id.rpartition("@")
    form = _FORM_OF_SERVER.get(server) if at else None
    if form is None:
        return IdForm.OTHER, external_id
    if form is IdForm.LID or form is IdForm.PHONE:
        digits = name if name.isdecimal() else _DEVICE.sub("", name)
        if not (digits.isdecimal() and digits.isascii() and len(digits) <= 32):
            return IdForm.OTHER, external_id
        return form, f"{digits}@lid" if form is IdForm.LID else digits
    return (form, external_id) if _CHAT_NAME.fullmatch(name) else (IdForm.OTHER, external_id)


def is_persons_id(value: object) -> bool:
    """Whether a bare value in place of a person is surely an id, and no name: digits, a WhatsApp id, a LinkedIn one."""
    if isinstance(value, int) and not isinstance(value, bool):
        return 10**4 <= value < 10**32
    if not isinstance(value, str):
        return False
    return (value.isdecimal() and len(value) >= 5) or is_jid(value) or bool(_LINKEDIN_ID.fullmatch(value))


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
    else:
        digits = spelt.removeprefix("+")
        if not digits.isdecimal():
            digits = without_phone_punctuation(spelt)
    digits = digits.removeprefix("00")
    return digits if 7 <= len(digits) <= 15 and digits.isdecimal() and digits.isascii() else None


def without_phone_punctuation(text: str) -> str:
    """The text without what people and contact cards put between the digits of a number."""
    return text.translate(_PHONE_PUNCTUATION)


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


def provider_id_key(provider_id: str, provider: str | None) -> str:
    """The key of a provider's id by itself: the same for each way to write it."""
    return _keys(provider_id, None, None, provider)[0]


def keys_beside(person: Person, provider_id: str, provider: str | None) -> tuple[str, ...]:
    """Keys of the other ids that stand beside a person's `provider_id` in one body, a public identifier
    included.
    """
    keys = list(_keys(person.provider_id, person.lid, person.phone, provider))
    public = person.public_identifier
    if public is not None and id_form(public)[0] is IdForm.OTHER:
        keys.append(provider_id_key(public, provider))
    own = provider_id_key(provider_id, provider)
    return tuple(key for key in dict.fromkeys(keys) if key != own)


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
    if value and form is not IdForm.LID and number is None:
        keys[f"id:{value}"] = None
    return tuple(keys)


def _kind(key: str, provider: str | None) -> str:
    kind, _, value = key.partition(":")
    if kind == "id" and provider == LINKEDIN:
        product = _LINKEDIN_ID.fullmatch(value)
        return f"id {product.group(1)}" if product else kind
    return kind
