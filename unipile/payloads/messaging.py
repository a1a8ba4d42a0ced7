"""The one shape of all six messaging events, whichever of the observed key sets a body uses.

Observed: the live WhatsApp and LinkedIn bodies, the documentation's example (attachment as object, booleans
as strings, no `is_sender`), REST-like names, and the nested form of `nested`. Direction, chat aliases and
keys are derived from the parsed value in `direction`, `aliases` and `event_key`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from unipile.payloads import fields
from unipile.payloads.attachment import Attachment, parse_attachments
from unipile.payloads.events import (
    MESSAGE_DELETED,
    MESSAGE_DELIVERED,
    MESSAGE_REACTION,
    MESSAGE_READ,
    Envelope,
)
from unipile.payloads.happening import Happening, read_happening
from unipile.payloads.identity import IdForm, OwnIdentity, id_form, own_identity_from
from unipile.payloads.message_kind import MessageKind, message_kind
from unipile.payloads.nested import flatten_nested
from unipile.payloads.person import Person, parse_people, parse_sender
from unipile.payloads.providers import LINKEDIN
from unipile.payloads.quoted import Quoted, parse_quoted
from unipile.payloads.reaction import Reaction, parse_reaction
from unipile.payloads.refusals import InvalidField, MissingField
from unipile.payloads.times import UpstreamTime, parse_time


class ChatKind(StrEnum):
    DIRECT = "direct"
    GROUP = "group"
    CHANNEL = "channel"


class MessagingPayload(msgspec.Struct, frozen=True, kw_only=True):
    """A messaging event, normalised; None always means "the body does not say".

    `chat_id` and `message_id` are Unipile's ids (a `chat_id` may be a JID all the same), the `provider_` ones
    the provider's; at least one of the two chat ids is there, but where a message was only read, delivered or
    deleted. For anything but `message_received`, `sender` is the author of the message concerned and
    `reaction.sender` whoever reacted. `subject` is the InMail's, `chat_title` the group's, `happening` what an
    event message tells. `text` None and "" both occur for media.
    """

    event: str
    account_id: str
    provider: str | None
    webhook_name: str | None
    own: OwnIdentity
    message_id: str
    provider_message_id: str | None
    chat_id: str | None
    provider_chat_id: str | None
    chat_kind: ChatKind | None
    chat_title: str | None
    chat_is_pinned: bool | None
    chat_content_type: str | None
    folders: tuple[str, ...]
    kind: MessageKind
    text: str | None
    subject: str | None
    timestamp: UpstreamTime | None
    sender: Person | None
    attendees: tuple[Person, ...]
    attachments: tuple[Attachment, ...]
    quoted: Quoted | None
    reaction: Reaction | None
    message_type: str | None
    is_sender: bool | None
    is_event: bool
    happening: Happening | None
    is_forwarded: bool | None
    is_view_once: bool | None
    is_hidden: bool | None


def parse_messaging(envelope: Envelope) -> MessagingPayload:
    """The payload of a body of the messaging family.

    Raises `MissingField` without account, message or chat id, and `InvalidField` for one of these ids or a text that cannot be
    taken as such. Everything else that cannot be read counts as not said.
    """
    body = flatten_nested(envelope.body)
    provider = envelope.provider
    account_id = fields.required_id(body.get("account_id"), "account_id")
    chat_id = fields.optional_id(body.get("chat_id"), "chat_id")
    provider_chat_id = _provider_chat_id(body, chat_id)
    if chat_id is None and provider_chat_id is None and envelope.event not in _KNOWN_BY_MESSAGE_ID:
        raise MissingField("chat_id")
    text = _text(body)
    attachments = parse_attachments(body.get("attachments"))
    event_number = fields.count(body.get("event_type"))
    said_event = fields.flag(body.get("is_event"))
    is_event = said_event if said_event is not None else event_number is not None
    chat_kind = _chat_kind(body, chat_id, provider_chat_id)
    subject = fields.word(body.get("subject"))
    is_titled = chat_kind is not ChatKind.DIRECT and chat_kind is not None and provider != LINKEDIN
    return MessagingPayload(
        event=envelope.event,
        account_id=account_id,
        provider=provider,
        webhook_name=envelope.webhook_name,
        own=own_identity_from(body.get("account_info")),
        message_id=fields.required_id(body.get("message_id"), "message_id"),
        provider_message_id=fields.companion_id(body.get("provider_message_id")),
        chat_id=chat_id,
        provider_chat_id=provider_chat_id,
        chat_kind=chat_kind,
        chat_title=(subject or fields.word(body.get("chat_name"))) if is_titled else None,
        chat_is_pinned=fields.flag(body.get("chat_pinned")),
        chat_content_type=fields.word(body.get("chat_content_type")) or fields.word(body.get("content_type")),
        folders=fields.words(body.get("folder")),
        kind=message_kind(text, attachments, is_event=is_event),
        text=text,
        subject=None if is_titled else subject,
        timestamp=parse_time(body.get("timestamp")),
        sender=parse_sender(body.get("sender"), provider),
        attendees=parse_people(body.get("attendees"), provider),
        attachments=attachments,
        quoted=parse_quoted(body.get("quoted"), body.get("reply_to")),
        reaction=_reaction(body, envelope.event, provider),
        message_type=fields.word(body.get("message_type")),
        is_sender=fields.flag(body.get("is_sender")),
        is_event=is_event,
        happening=read_happening(text or "", event_number) if is_event else None,
        is_forwarded=fields.flag(body.get("is_forwarded")),
        is_view_once=fields.flag(body.get("is_view_once")),
        is_hidden=fields.flag(body.get("hidden")),
    )


def _provider_chat_id(body: Mapping[str, object], chat_id: str | None) -> str | None:
    """Beside Unipile's own id of the chat, one that cannot be one counts as not said."""
    if chat_id is not None:
        return fields.companion_id(body.get("provider_chat_id"))
    return fields.optional_id(body.get("provider_chat_id"), "provider_chat_id")


def _text(body: Mapping[str, object]) -> str | None:
    """Kept exactly. Of another type it stops the message, which would be stored without its words."""
    text = body.get("message")
    if text is None or text == {}:
        text = body.get("text")
    written = fields.text(text)
    if written is None and text is not None:
        raise InvalidField("message", "is not text")
    return written


def _chat_kind(
    body: Mapping[str, object], chat_id: str | None, provider_chat_id: str | None
) -> ChatKind | None:
    """What an id says by its form is certain; then the flag; then REST's chat type (0, 1, 2 or a word)."""
    for external_id in (provider_chat_id, chat_id):
        form = id_form(external_id)[0] if external_id is not None else IdForm.OTHER
        if form is IdForm.GROUP:
            return ChatKind.GROUP
        if form is IdForm.CHANNEL:
            return ChatKind.CHANNEL
    is_group = fields.flag(body.get("is_group"))
    if is_group is not None:
        return ChatKind.GROUP if is_group else ChatKind.DIRECT
    chat_type = body.get("chat_type")
    return _KIND_OF_CHAT_TYPE.get(str(chat_type).lower()) if isinstance(chat_type, (str, int)) else None


def _reaction(body: Mapping[str, object], event: str, provider: str | None) -> Reaction | None:
    """Plain messages carry an empty `reaction` at times; it says something on its own event only."""
    if event != MESSAGE_REACTION:
        return None
    return parse_reaction(body.get("reaction"), body.get("reaction_sender"), provider)


# What these say is about one message and brings no words.
_KNOWN_BY_MESSAGE_ID = frozenset({MESSAGE_READ, MESSAGE_DELIVERED, MESSAGE_DELETED})
_KIND_OF_CHAT_TYPE = {
    "0": ChatKind.DIRECT,
    "single": ChatKind.DIRECT,
    "direct": ChatKind.DIRECT,
    "individual": ChatKind.DIRECT,
    "private": ChatKind.DIRECT,
    "1": ChatKind.GROUP,
    "group": ChatKind.GROUP,
    "2": ChatKind.CHANNEL,
    "channel": ChatKind.CHANNEL,
}
