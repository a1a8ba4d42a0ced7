"""What the page shows, as JSON."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from simulator.dialects import dialect_name
from simulator.model import Account, Attachment, Attendee, Chat, HostedLink, Message
from simulator.moments import stamp
from simulator.webhooks.deliveries import Delivery
from simulator.world import World

View = dict[str, Any]

_TOKEN = re.compile(r"\{\{([^{}]+)\}\}")
_MEDIA_WORDS = {"img": "Photo", "video": "Video", "audio": "Voice message", "file": "File"}


def account_view(account: Account) -> View:
    """A connected account."""
    return {
        "id": account.id,
        "type": account.type,
        "name": account.name,
        "address": account.phone_number or account.username or "",
        "status": account.status,
        "dialect": dialect_name(account.dialect),
        "mirrored": account.mirror_id is not None,
        "waiting": len(account.held),
    }


def link_view(link: HostedLink) -> View:
    """A link to connect an account."""
    return {
        "id": link.id,
        "providers": [link.account.type] if link.account else link.providers,
        "account": link.account.name if link.account else None,
    }


def chat_view(world: World, chat: Chat) -> View:
    """A conversation with its people and its last line."""
    newest = next(world.chat_messages(chat), None)
    return {
        "id": chat.id,
        "account_id": chat.account.id,
        "name": chat_name(chat),
        "is_group": chat.is_group,
        "members": [_member_view(one) for one in chat.members],
        "timestamp": stamp(chat.timestamp) if chat.timestamp else None,
        "preview": message_line(world, newest) if newest else "",
    }


def chat_name(chat: Chat) -> str:
    """What to call a conversation."""
    if chat.name:
        return chat.name
    return ", ".join(person_name(one) for one in chat.members)


def chat_line(chat: Chat) -> str:
    """Everything a conversation can be searched by."""
    numbers = (one.phone_number or one.public_identifier or "" for one in chat.members)
    return " ".join((chat_name(chat), *numbers))


def person_name(attendee: Attendee) -> str:
    """What to call somebody."""
    return attendee.name or _address(attendee) or "Unknown"


def message_view(world: World, message: Message, deliveries: Sequence[Delivery]) -> View:
    """A message and how its webhooks fared."""
    return {
        "id": message.id,
        "chat_id": message.chat.id,
        "sender_id": message.sender.id,
        "sender": person_name(message.sender),
        "own": message.is_sender,
        "origin": message.origin,
        "timestamp": stamp(message.timestamp),
        "text": _readable(world, message),
        "event": message.is_event,
        "forwarded": message.forwarded,
        "view_once": message.view_once,
        "receipt": ("read" if message.seen else "delivered" if message.delivered else "sent")
        if message.is_sender
        else "",
        "deleted": message.deleted,
        "edited": message.edited,
        "quoted": message_line(world, message.quoted) if message.quoted else None,
        "attachments": [_attachment_view(message, one) for one in message.attachments],
        "reactions": [{"value": one.value, "sender": person_name(one.sender)} for one in message.reactions],
        "deliveries": [delivery_view(one) for one in deliveries],
    }


def message_line(world: World, message: Message) -> str:
    """A message in one line."""
    if message.deleted:
        return "Message deleted"
    media = [media_word(one) for one in message.attachments]
    words = [*media, _readable(world, message)] if message.text else media
    return " · ".join(words) or "Something that cannot be shown"


def media_word(attachment: Attachment) -> str:
    """What to call a file."""
    if attachment.sticker:
        return "Sticker"
    if attachment.gif:
        return "GIF"
    return attachment.file_name or _MEDIA_WORDS[attachment.type]


def delivery_view(delivery: Delivery) -> View:
    """How a webhook fared so far."""
    last = delivery.tries[-1] if delivery.tries else None
    return {
        "number": delivery.number,
        "event": delivery.event,
        "message_id": delivery.message_id,
        "url": delivery.url,
        "state": delivery.state,
        "tries": len(delivery.tries),
        "status": last.status if last else None,
        "error": last.error if last else None,
        "milliseconds": round(last.seconds * 1000, 1) if last else None,
    }


def _readable(world: World, message: Message) -> str:
    """The text with names for the people it mentions."""

    def named(found: re.Match[str]) -> str:
        person = world.attendee_find(found[1], message.account)
        mark = "" if message.is_event else "@"
        return f"{mark}{person_name(person)}" if person else found[0]

    return _TOKEN.sub(named, message.text or "")


def _attachment_view(message: Message, attachment: Attachment) -> View:
    withheld = attachment.withheld
    return {
        "id": attachment.id,
        "word": media_word(attachment),
        "type": attachment.type,
        "small": attachment.sticker,
        "loops": attachment.gif,
        "width": attachment.width,
        "height": attachment.height,
        "url": f"/play/media/{message.id}/{attachment.id}" if attachment.content else None,
        "withheld": withheld is not None and (withheld.refuses or withheld.delay_seconds > 0),
    }


def _member_view(attendee: Attendee) -> View:
    return {"id": attendee.id, "name": person_name(attendee), "address": _address(attendee)}


def _address(attendee: Attendee) -> str:
    if attendee.phone_number:
        return "Number hidden" if attendee.phone_number == "hidden" else attendee.phone_number
    return attendee.public_identifier or ""
