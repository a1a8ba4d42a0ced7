"""The nested form, in which `message` is an object: `{event, account_id, message{id, chat_id, text, from, …},
chat}`, and the flat one that names everything as REST does.

The live service sends `message` as a string; these forms come from example calls written by hand, and from receipts, which are
said to hold whole messages and chats: a person who tries one must see the message arrive.
"""

from __future__ import annotations

from collections.abc import Mapping

from unipile.payloads import fields
from unipile.payloads.refusals import InvalidField

_TEXT_NAMES = ("text", "body", "message", "content")
_KEPT_NAMES = (
    "provider_chat_id",
    "provider_message_id",
    "attachments",
    "quoted",
    "reply_to",
    "is_event",
    "is_group",
    "event_type",
    "is_forwarded",
    "is_view_once",
    "hidden",
    "subject",
    "message_type",
)
_REST_NAMES = (("provider_chat_id", "chat_provider_id"), ("provider_message_id", "provider_id"))
_REST_PERSON = (
    ("attendee_provider_id", "sender_id"),
    ("attendee_id", "sender_attendee_id"),
    ("attendee_public_identifier", "sender_public_identifier"),
)


def flatten_nested(body: Mapping[str, object]) -> Mapping[str, object]:
    """The same facts under the live service's names; what the top level says itself is kept where nothing
    nests, and where it says all of it is the body itself.

    Raises `InvalidField` when the object holds neither an id nor a text, and so is no message.
    """
    message = _stated_message(body)
    if message is None:
        return body
    chat = fields.table(body.get("chat"))
    if not ("id" in message or "message_id" in message or any(name in message for name in _TEXT_NAMES)):
        raise InvalidField("message", "is an object without text or id")
    named = message.get("from") or message.get("sender") or body.get("sender")
    author = _attendee(named) if named else {name: message.get(stated) for name, stated in _REST_PERSON}
    flat = dict(body)
    for name in _KEPT_NAMES:
        if message.get(name) is not None:
            flat[name] = message[name]
    for name, rest_name in _REST_NAMES:
        if flat.get(name) is None:
            flat[name] = message.get(rest_name)
    if flat["provider_chat_id"] is None:
        flat["provider_chat_id"] = chat.get("provider_id")
    flat["message"] = fields.first(message, *_TEXT_NAMES)
    flat["message_id"] = fields.first(message, "id", "message_id") or body.get("message_id")
    flat["chat_id"] = message.get("chat_id") or body.get("chat_id") or chat.get("id")
    flat["timestamp"] = fields.first(message, "timestamp", "date", "created_at") or body.get("timestamp")
    flat["sender"] = author
    participants = chat.get("participants") or chat.get("attendees")
    if isinstance(participants, list):
        flat["attendees"] = [_attendee(participant) for participant in participants]
    elif "attendees" not in flat and chat.get("attendee_provider_id") is not None:
        flat["attendees"] = [chat]
    for stated in (message, body, author):
        flat["is_sender"] = fields.first(stated, "is_sender", "from_me", "is_self")
        if flat["is_sender"] is not None:
            break
    flat.setdefault("is_group", chat.get("is_group"))
    flat.setdefault("chat_type", chat.get("type"))
    flat["chat_name"] = fields.first(chat, "subject", "name", "title")
    return flat


def _stated_message(body: Mapping[str, object]) -> Mapping[str, object] | None:
    """The object that is the message: inside the body, or the body itself under REST's names."""
    nested = body.get("message")
    if isinstance(nested, dict) and nested:
        return nested
    return body if "message_id" not in body and "id" in body and "chat_id" in body else None


def _attendee(person: object) -> Mapping[str, object]:
    if isinstance(person, (str, int)) and not isinstance(person, bool):
        return {"attendee_provider_id": person}
    stated = fields.table(person)
    if "provider_id" in stated or any(name.startswith("attendee_") for name in stated):
        return stated
    return {
        "attendee_provider_id": fields.first(stated, "id", "identifier", "phone"),
        "attendee_name": fields.first(stated, "name", "display_name"),
        "attendee_specifics": {"phone_number": fields.first(stated, "phone", "phone_number")},
        "is_self": stated.get("is_self"),
    }
