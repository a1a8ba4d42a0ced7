"""What the page shows, as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from simulator.model import Account, Attendee, Chat, Message
from simulator.moments import stamp
from simulator.webhooks.deliveries import Delivery
from simulator.world import World

View = dict[str, Any]

_MEDIA_WORDS = {"img": "Photo", "video": "Video", "audio": "Voice message", "file": "File"}


def account_view(account: Account) -> View:
    """A connected account."""
    return {
        "id": account.id,
        "type": account.type,
        "name": account.name,
        "address": account.phone_number or account.username or "",
        "status": account.status,
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
        "preview": message_line(newest) if newest else "",
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


def message_view(message: Message, deliveries: Sequence[Delivery]) -> View:
    """A message and how its webhooks fared."""
    return {
        "id": message.id,
        "chat_id": message.chat.id,
        "sender_id": message.sender.id,
        "sender": person_name(message.sender),
        "own": message.is_sender,
        "origin": message.origin,
        "timestamp": stamp(message.timestamp),
        "text": message.text or "",
        "deleted": message.deleted,
        "edited": message.edited,
        "quoted": message_line(message.quoted) if message.quoted else None,
        "attachments": [_MEDIA_WORDS[one.type] for one in message.attachments],
        "reactions": [one.value for one in message.reactions],
        "deliveries": [delivery_view(one) for one in deliveries],
    }


def message_line(message: Message) -> str:
    """A message in one line."""
    if message.deleted:
        return "Message deleted"
    media = [_MEDIA_WORDS[one.type] for one in message.attachments]
    return " · ".join([*media, message.text] if message.text else media)


def delivery_view(delivery: Delivery) -> View:
    """How a webhook fared so far."""
    last = delivery.tries[-1] if delivery.tries else None
    return {
        "number": delivery.number,
        "message_id": delivery.message_id,
        "url": delivery.url,
        "state": delivery.state,
        "tries": len(delivery.tries),
        "status": last.status if last else None,
        "error": last.error if last else None,
        "milliseconds": round(last.seconds * 1000, 1) if last else None,
    }


def _member_view(attendee: Attendee) -> View:
    return {"id": attendee.id, "name": person_name(attendee), "address": _address(attendee)}


def _address(attendee: Attendee) -> str:
    if attendee.phone_number:
        return "Number hidden" if attendee.phone_number == "hidden" else attendee.phone_number
    return attendee.public_identifier or ""
