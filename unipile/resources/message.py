"""A message as REST shows it. Its flags are 0 and 1 where a webhook has booleans; both are read."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from unipile.payloads import fields
from unipile.payloads.attachment import Attachment, parse_attachments
from unipile.payloads.identity import lid_and_phone
from unipile.payloads.message_kind import MessageKind, message_kind
from unipile.payloads.person import Person
from unipile.payloads.quoted import Quoted, parse_quoted
from unipile.payloads.times import UpstreamTime, parse_time


class SeenBy(msgspec.Struct, frozen=True):
    """Who read a message; `at` is None where upstream says only that it was read."""

    provider_id: str
    at: UpstreamTime | None


class MessageReaction(msgspec.Struct, frozen=True, kw_only=True):
    value: str
    sender_provider_id: str | None
    is_sender: bool | None


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """None means "not said". `sender` has ids only. `is_seen` of an own message: read by at least one
    recipient.
    """

    id: str
    account_id: str | None
    chat_id: str | None
    provider_message_id: str | None
    provider_chat_id: str | None
    sender: Person | None
    kind: MessageKind
    text: str | None
    subject: str | None
    timestamp: UpstreamTime | None
    attachments: tuple[Attachment, ...]
    reactions: tuple[MessageReaction, ...]
    quoted: Quoted | None
    seen_by: tuple[SeenBy, ...]
    message_type: str | None
    event_type: int | None
    is_sender: bool | None
    is_seen: bool | None
    is_delivered: bool | None
    is_edited: bool | None
    is_deleted: bool | None
    is_hidden: bool | None
    is_forwarded: bool | None
    is_view_once: bool | None
    is_event: bool


def parse_message(stated: Mapping[str, object]) -> Message:
    """Raises `MissingField` or `InvalidField` without a usable id, or for a chat's id that cannot be one.
    Other ids that cannot be one count as not said.
    """
    text = fields.text(stated.get("text"))
    attachments = parse_attachments(stated.get("attachments"))
    event_type = fields.count(stated.get("event_type"))
    said_event = fields.flag(stated.get("is_event"))
    is_event = said_event if said_event is not None else event_type is not None
    return Message(
        id=fields.required_id(stated_id(stated), "id"),
        account_id=fields.companion_id(stated.get("account_id")),
        chat_id=fields.optional_id(stated.get("chat_id"), "chat_id"),
        provider_message_id=fields.companion_id(stated.get("provider_id")),
        provider_chat_id=fields.companion_id(stated.get("chat_provider_id")),
        sender=_sender(stated),
        kind=message_kind(text, attachments, is_event=is_event),
        text=text,
        subject=fields.word(stated.get("subject")),
        timestamp=parse_time(stated.get("timestamp")),
        attachments=attachments,
        reactions=tuple(_reactions(stated.get("reactions"))),
        quoted=parse_quoted(stated.get("quoted"), stated.get("reply_to")),
        seen_by=tuple(_seen_by(stated.get("seen_by"))),
        message_type=fields.word(stated.get("message_type")),
        event_type=event_type,
        is_sender=fields.flag(stated.get("is_sender")),
        is_seen=fields.flag(stated.get("seen")),
        is_delivered=fields.flag(stated.get("delivered")),
        is_edited=fields.flag(stated.get("edited")),
        is_deleted=fields.flag(stated.get("deleted")),
        is_hidden=fields.flag(stated.get("hidden")),
        is_forwarded=fields.flag(stated.get("is_forwarded")),
        is_view_once=fields.flag(stated.get("is_view_once")),
        is_event=is_event,
    )


def stated_id(stated: Mapping[str, object]) -> object:
    """The list of all messages has been seen to say `message_id` where others say `id`."""
    return fields.first(stated, "id", "message_id")


def _sender(stated: Mapping[str, object]) -> Person | None:
    provider_id = fields.companion_id(stated.get("sender_id"))
    public_identifier = fields.word(stated.get("sender_public_identifier"))
    lid, phone = lid_and_phone({}, (provider_id, public_identifier), None)
    sender = Person(
        attendee_id=fields.companion_id(stated.get("sender_attendee_id")),
        provider_id=provider_id,
        lid=lid,
        phone=phone,
        public_identifier=public_identifier,
    )
    return sender if sender.is_identified else None


def _reactions(value: object) -> list[MessageReaction]:
    reactions = []
    for entry in value if isinstance(value, list) else ():
        stated = fields.table(entry)
        emoji = fields.word(stated.get("value"))
        if emoji is not None:
            reactions.append(
                MessageReaction(
                    value=emoji[:64],
                    sender_provider_id=fields.companion_id(stated.get("sender_id")),
                    is_sender=fields.flag(stated.get("is_sender")),
                )
            )
    return reactions


def _seen_by(value: object) -> list[SeenBy]:
    readers = []
    for provider_id, seen in fields.table(value).items():
        usable = fields.companion_id(provider_id)
        at = parse_time(seen)
        if usable is not None and (at is not None or fields.flag(seen)):
            readers.append(SeenBy(usable, at))
    return readers
