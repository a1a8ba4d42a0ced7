"""Webhook bodies, key for key as the live service sends them; `spelling` turns them into other dialects.

Here flags are JSON booleans where REST has 0 and 1, except `is_event` and `chat_pinned`. LinkedIn's bodies
have two keys more than WhatsApp's (`reply_to`, `event_type`).
"""

from __future__ import annotations

import msgspec

from simulator.api.documents import (
    attachment_url,
    folder,
    quoted_document,
    reply_document,
)
from simulator.dialects import Dialect
from simulator.happenings import Happening
from simulator.model import INSTAGRAM, LINKEDIN, TELEGRAM, WHATSAPP, Account, Attachment, Message, Webhook
from simulator.moments import stamp
from simulator.webhooks.people import person_told
from simulator.webhooks.spelling import Body, message_spelt, status_spelt


def webhook_body(happening: Happening, webhook: Webhook, dialect: Dialect, account_id: str) -> bytes:
    """The bytes that tell `webhook` of `happening` in `dialect`, under `account_id` (the account's own, or its
    mirror's).
    """
    if happening.raw is not None:
        return happening.raw
    if happening.document is not None:
        told = {"webhook_name": webhook.name or ""} if "webhook_name" in happening.document else {}
        return msgspec.json.encode({**happening.document, **told, "account_id": account_id})
    if happening.message is None:
        return msgspec.json.encode(status_spelt(happening, account_id, webhook.name or "", dialect))
    body = message_spelt(_message(happening, happening.message, webhook), happening.message, dialect)
    if "account_id" in body:
        body["account_id"] = account_id
    if webhook.fields is not None:
        chosen = {name: body[key] for key, name in webhook.fields if key in body}
        body = {"event": body["event"], **chosen} if "event" in body else chosen
    return msgspec.json.encode(body)


def _message(happening: Happening, message: Message, webhook: Webhook) -> Body:
    chat, account = message.chat, message.account
    body: Body = {
        "event": happening.event,
        "account_id": account.id,
        "account_type": account.type,
        "account_info": _account_info(account),
        "webhook_name": webhook.name or "",
        "chat_id": chat.id,
        "attendees": [person_told(member) for member in chat.members],
        "sender": person_told(message.sender),
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
    if message.view_once:
        body["is_view_once"] = True
    if happening.reaction is not None:
        body["reaction"] = happening.reaction.value
        body["reaction_sender"] = person_told(happening.reaction.sender)
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
    if account.type in {INSTAGRAM, TELEGRAM}:
        info["username"] = account.username
    return info


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
    # As the documented form and the voice note have it: what a picture or a film is, where it is something special.
    body |= {name: True for name in ("sticker", "gif") if getattr(attachment, name)}
    if attachment.type == "audio":
        return {**body, "voice_note": attachment.voice_note, "attachment_url": None}
    return {
        **body,
        "attachment_url": attachment_url(account, attachment),
        "attachment_mimetype": attachment.mimetype,
    }
