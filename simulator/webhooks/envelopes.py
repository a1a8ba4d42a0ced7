"""Webhook bodies, key for key as the live service sends them.

Here flags are JSON booleans where REST has 0 and 1, except `is_event` and `chat_pinned`. LinkedIn's bodies
have two keys more than WhatsApp's (`reply_to`, `event_type`).
"""

from __future__ import annotations

from typing import Any

import msgspec

from simulator.api.documents import (
    attachment_url,
    folder,
    profile_url,
    quoted_document,
    reply_document,
    specifics,
)
from simulator.changes import Happening
from simulator.model import INSTAGRAM, LINKEDIN, WHATSAPP, Account, Attachment, Attendee, Message, Webhook
from simulator.moments import stamp

Body = dict[str, Any]


def webhook_body(happening: Happening, webhook: Webhook) -> bytes:
    """The bytes that tell `webhook` of `happening`."""
    if happening.message is None:
        return msgspec.json.encode(_account_status(happening))
    body = _message(happening, happening.message, webhook)
    if webhook.fields is not None:
        chosen = {name: body[key] for key, name in webhook.fields if key in body}
        body = {"event": body["event"], **chosen}
    return msgspec.json.encode(body)


def _account_status(happening: Happening) -> Body:
    account = happening.account
    return {
        "AccountStatus": {"account_id": account.id, "message": happening.status, "account_type": account.type}
    }


def _message(happening: Happening, message: Message, webhook: Webhook) -> Body:
    chat, account = message.chat, message.account
    body: Body = {
        "event": happening.event,
        "account_id": account.id,
        "account_type": account.type,
        "account_info": _account_info(account),
        "webhook_name": webhook.name or "",
        "chat_id": chat.id,
        "attendees": [_attendee(member) for member in chat.members],
        "sender": _attendee(message.sender),
        "subject": chat.name if chat.is_group else None,
        "message": _text(message),
        "message_id": message.id,
        "timestamp": stamp(message.timestamp),
        "attachments": [_attachment(account, one) for one in message.attachments],
        "is_sender": message.is_sender,
        "provider_chat_id": chat.provider_id,
        "provider_message_id": message.provider_id,
        "is_event": int(message.is_event),
        "chat_pinned": int(chat.pinned),
        "quoted": quoted_document(message.quoted) if message.quoted else None,
    }
    if account.type != WHATSAPP:
        body["reply_to"] = reply_document(message.quoted) if message.quoted else None
    body |= {
        "is_forwarded": True if message.forwarded else None,
        "chat_content_type": None,
        "message_type": "MESSAGE" if account.type == LINKEDIN else None,
        "is_group": chat.is_group,
        "folder": folder(account),
    }
    if account.type != WHATSAPP:
        body["event_type"] = message.event_type
    if happening.reaction is not None:
        body["reaction"] = happening.reaction.value
        body["reaction_sender"] = _attendee(happening.reaction.sender)
    return body


def _text(message: Message) -> str | None:
    """Media without words come with an empty text, a deleted message with none."""
    return message.text if message.deleted or message.text is not None else ""


def _account_info(account: Account) -> Body:
    if account.type == WHATSAPP:
        return {"type": WHATSAPP, "phone_number": account.phone_number}
    info: Body = {"type": account.type, "user_id": account.own.provider_id}
    if account.type == LINKEDIN:
        return {"type": LINKEDIN, "feature": "classic", "user_id": account.own.provider_id}
    if account.type == INSTAGRAM:
        info["username"] = account.username
    return info


def _attendee(attendee: Attendee) -> Body:
    linkedin = attendee.account.type == LINKEDIN
    return {
        "attendee_id": attendee.id,
        "attendee_provider_id": attendee.provider_id,
        "attendee_name": attendee.name,
        "attendee_profile_url": profile_url(attendee),
        "attendee_specifics": specifics(attendee),
        "attendee_public_identifier": None if linkedin else attendee.public_identifier,
    }


def _attachment(account: Account, attachment: Attachment) -> Body:
    """The webhook's own key names, which REST does not use."""
    if attachment.unavailable:
        return {"attachment_id": attachment.id, "attachment_type": attachment.type, "unavailable": True}
    body: Body = {
        "attachment_id": attachment.id,
        "attachment_type": attachment.type,
        "attachment_name": attachment.file_name,
        "attachment_size": attachment.file_size,
    }
    if attachment.type == "audio":
        return {**body, "voice_note": attachment.voice_note, "attachment_url": None}
    return {
        **body,
        "attachment_url": attachment_url(account, attachment),
        "attachment_mimetype": attachment.mimetype,
    }
