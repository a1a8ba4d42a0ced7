"""All names under which one chat may be spoken of."""

from __future__ import annotations

from collections.abc import Container, Iterable
from enum import StrEnum

from unipile.payloads.identity import IdForm, id_form
from unipile.payloads.messaging import ChatKind, MessagingPayload
from unipile.payloads.person import Person


class AliasKind(StrEnum):
    """`id` Unipile's id; `lid` `<digits>@lid`; `phone` digits; `group` `…@g.us`; `provider` any other
    provider id.
    """

    ID = "id"
    LID = "lid"
    PHONE = "phone"
    GROUP = "group"
    PROVIDER = "provider"


_KIND_OF_FORM = {IdForm.LID: AliasKind.LID, IdForm.PHONE: AliasKind.PHONE, IdForm.GROUP: AliasKind.GROUP}


def chat_aliases(payload: MessagingPayload) -> tuple[tuple[AliasKind, str], ...]:
    """The names of a webhook's chat; see `aliases_of_chat`."""
    return aliases_of_chat(
        payload.chat_id, payload.provider_chat_id, payload.chat_kind, chat_members(payload)
    )


def chat_members(payload: MessagingPayload) -> tuple[Person, ...]:
    """Everybody whom a webhook shows in its chat, the sender first."""
    return payload.attendees if payload.sender is None else (payload.sender, *payload.attendees)


def aliases_of_chat(
    chat_id: str | None, provider_chat_id: str | None, kind: ChatKind | None, people: Iterable[Person]
) -> tuple[tuple[AliasKind, str], ...]:
    """The chat's names, Unipile's id first, each once.

    A `chat_id` that is a JID counts as what it is. In a direct WhatsApp chat the partner who carries both a
    LID and a phone, one of which names the chat, adds the other: both stand in one body.
    """
    aliases: dict[tuple[AliasKind, str], None] = {}
    if chat_id is not None:
        aliases[_alias(chat_id, otherwise=AliasKind.ID)] = None
    if provider_chat_id is not None:
        aliases[_alias(provider_chat_id, otherwise=AliasKind.PROVIDER)] = None
    if kind is None or kind is ChatKind.DIRECT:
        for person in people:
            aliases.update(dict.fromkeys(_partner_names(person, aliases)))
    return tuple(aliases)


def _alias(external_id: str, *, otherwise: AliasKind) -> tuple[AliasKind, str]:
    form, value = id_form(external_id)
    return _KIND_OF_FORM.get(form, otherwise), value


def _partner_names(
    person: Person, aliases: Container[tuple[AliasKind, str]]
) -> tuple[tuple[AliasKind, str], ...]:
    if person.lid is None or person.phone is None:
        return ()
    names = ((AliasKind.LID, person.lid), (AliasKind.PHONE, person.phone))
    return names if any(name in aliases for name in names) else ()
