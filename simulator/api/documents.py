"""The API's objects as JSON documents: flags are 0 and 1, moments are stamps."""

from __future__ import annotations

import base64
from typing import Any

from simulator.model import (
    GROUP,
    INSTAGRAM,
    LINKEDIN,
    TELEGRAM,
    WHATSAPP,
    Account,
    Attachment,
    Attendee,
    Chat,
    Message,
    Webhook,
)
from simulator.moments import stamp
from simulator.world import World

Document = dict[str, Any]


def account_document(account: Account) -> Document:
    """`Account`; its state is that of its sources, there is none of its own."""
    return {
        "object": "Account",
        "connection_params": {"im": _connection(account)},
        "name": account.name,
        "type": account.type,
        "created_at": stamp(account.created_at),
        "sources": [{"id": f"{account.id}_MESSAGING", "status": account.status}],
        "id": account.id,
        "groups": [],
    }


def _connection(account: Account) -> Document:
    if account.type == WHATSAPP:
        return {"phone_number": account.phone_number}
    if account.type == INSTAGRAM:
        return {"id": account.own.provider_id, "username": account.username}
    if account.type == TELEGRAM:
        return {"user_id": account.own.provider_id, "username": account.username}
    return {
        "id": account.own.provider_id,
        "publicIdentifier": account.username,
        "username": account.name,
        "connection_method": "credentials",
        "premiumId": None,
        "premiumFeatures": [],
        "premiumContractId": None,
        "organizations": [],
    }


def attendee_document(attendee: Attendee) -> Document:
    """`ChatAttendee`."""
    document: Document = {
        "object": "ChatAttendee",
        "id": attendee.id,
        "account_id": attendee.account.id,
        "provider_id": attendee.provider_id,
        "name": attendee.name,
        "is_self": int(attendee.is_self),
        "hidden": 0,
    }
    if attendee.account.type != TELEGRAM:
        document["specifics"] = specifics(attendee)
    if attendee.public_identifier:
        document["public_identifier"] = attendee.public_identifier
    if attendee.picture is not None:
        document["picture_url"] = picture_url(attendee)
    if url := profile_url(attendee):
        document["profile_url"] = url
    return document


def picture_url(attendee: Attendee) -> str:
    """Where a person's picture is said to be; nobody can fetch it there."""
    if attendee.account.type == WHATSAPP:
        return f"wapp://{attendee.account.id}/{attendee.provider_id}.jpg"
    if attendee.account.type == TELEGRAM:
        return f"tg://{attendee.account.id}/{attendee.provider_id}.jpg"
    host = "media.licdn.com" if attendee.account.type == LINKEDIN else "scontent.cdninstagram.com"
    return f"https://{host}/{attendee.id}.jpg"


def specifics(attendee: Attendee) -> Document:
    """What one provider alone knows of a person; of Telegram's nothing is known."""
    if attendee.account.type == TELEGRAM:
        return {"provider": TELEGRAM}
    if attendee.account.type == LINKEDIN:
        return {
            "provider": LINKEDIN,
            "member_urn": f"urn:li:member:{attendee.member_number}",
            "occupation": attendee.occupation or "",
            "is_company": False,
            "network_distance": "SELF" if attendee.is_self else "DISTANCE_1",
        }
    if attendee.account.type == INSTAGRAM:
        return {
            "provider": INSTAGRAM,
            "public_identifier": attendee.public_identifier or "",
            "relationship_status": relationship(attendee),
        }
    document: Document = {"provider": WHATSAPP, "phone_number": attendee.phone_number or "hidden"}
    if attendee.provider_id.endswith("@lid") and attendee.phone_number != "hidden":
        document["lid"] = attendee.provider_id
    return document


def relationship(attendee: Attendee) -> Document:
    """How an Instagram account and a person follow each other."""
    return {
        "following": False,
        "followed_by": not attendee.is_self,
        "has_sent_invitation": False,
        "has_received_invitation": False,
    }


def profile_url(attendee: Attendee) -> str | None:
    """A person's public page, where the provider has one."""
    if attendee.account.type == LINKEDIN:
        return f"https://www.linkedin.com/in/{attendee.provider_id}"
    if attendee.account.type == INSTAGRAM:
        return f"https://www.instagram.com/{attendee.public_identifier}"
    return None


def folder(account: Account) -> list[str]:
    """Where a chat lies."""
    return ["INBOX", "INBOX_LINKEDIN_CLASSIC"] if account.type == LINKEDIN else ["INBOX"]


def chat_document(chat: Chat) -> Document:
    """`Chat` as lists show it. A conversation with one person has no name of its own."""
    document: Document = {
        "object": "Chat",
        "name": chat.name,
        "type": chat.kind,
        "folder": folder(chat.account),
        "pinned": int(chat.pinned),
        "unread": int(chat.unread_count > 0),
        "archived": int(chat.archived),
        "read_only": int(chat.read_only),
        "timestamp": stamp(chat.timestamp) if chat.timestamp else None,
        "account_id": chat.account.id,
        "provider_id": chat.provider_id,
        "account_type": chat.account.type,
        "unread_count": chat.unread_count,
        "disabledFeatures": ["reactions"] if chat.account.type == INSTAGRAM else [],
    }
    if chat.kind != GROUP:
        other = chat.members[0]
        document["attendee_provider_id"] = other.provider_id
        if chat.account.type == WHATSAPP and other.public_identifier:
            document["attendee_public_identifier"] = other.public_identifier
    document["id"] = chat.id
    document["muted_until"] = -1 if chat.muted else None
    return document


def chat_detail(world: World, chat: Chat) -> Document:
    """`Chat` as read alone: with its last message."""
    newest = next(world.chat_messages(chat), None)
    return {**chat_document(chat), "lastMessage": message_document(newest) if newest else None}


def message_document(message: Message) -> Document:
    """`Message`."""
    document: Document = {
        "object": "Message",
        "seen": int(message.seen),
        "text": message.text,
        "edited": int(message.edited),
        "hidden": 0,
        "chat_id": message.chat.id,
        "deleted": int(message.deleted),
        "seen_by": dict(message.seen_by),
        "subject": None,
        "behavior": None,
        "is_event": int(message.is_event),
        "original": "",
        "delivered": int(message.delivered),
        "is_sender": int(message.is_sender),
        "reactions": [
            {"value": one.value, "sender_id": one.sender.provider_id, "is_sender": one.sender.is_self}
            for one in message.reactions
        ],
        "sender_id": message.sender.provider_id,
        "timestamp": stamp(message.timestamp),
        "account_id": message.account.id,
        "attachments": [attachment_document(message.account, one) for one in message.attachments],
        "provider_id": message.provider_id,
        "chat_provider_id": message.chat.provider_id,
        "sender_attendee_id": message.sender.id,
        "id": message.id,
    }
    if message.account.type == LINKEDIN:
        document |= {"message_type": "MESSAGE", "attendee_type": "MEMBER", "attendee_distance": 1}
    if message.account.type == WHATSAPP and message.sender.public_identifier:
        document["sender_public_identifier"] = message.sender.public_identifier
    if message.event_type is not None:
        document["event_type"] = int(message.event_type)
    if message.forwarded:
        document["is_forwarded"] = 1
    if message.view_once:
        document["is_view_once"] = 1
    if message.quoted is not None:
        document["quoted"] = quoted_document(message.quoted)
        document["reply_to"] = reply_document(message.quoted)
    return document


def quoted_document(message: Message) -> Document:
    """The message that another one answers, as far as the answer carries it."""
    return {
        "provider_id": message.provider_id,
        "sender_id": message.sender.provider_id,
        "text": message.text,
        "attachments": [attachment_document(message.account, one) for one in message.attachments],
    }


def reply_document(message: Message) -> Document:
    """The newer companion of `quoted`."""
    return {
        "id": message.id,
        "provider_id": message.provider_id,
        "timestamp": stamp(message.timestamp),
        "sender_attendee_id": message.sender.id,
        "sender_id": message.sender.provider_id,
        "text": message.text,
    }


def attachment_url(account: Account, attachment: Attachment) -> str:
    """`att://…`, which nobody can fetch."""
    return f"att://{account.id}/{base64.b64encode(attachment.id.encode()).decode()}"


def attachment_document(account: Account, attachment: Attachment) -> Document:
    """An attachment; which keys it has depends on its type."""
    document: Document = {
        "id": attachment.id,
        "type": attachment.type,
        "unavailable": attachment.unavailable,
        "mimetype": attachment.mimetype,
    }
    if not attachment.unavailable:
        document["file_size"] = attachment.file_size
        document["url"] = attachment_url(account, attachment)
    if attachment.type in {"img", "video"}:
        document["size"] = {"width": attachment.width, "height": attachment.height}
        document |= {"sticker": attachment.sticker} if attachment.type == "img" else {"gif": attachment.gif}
    elif attachment.type == "audio":
        document["voice_note"] = attachment.voice_note
        if attachment.duration_seconds is not None:
            document["duration"] = attachment.duration_seconds
    else:
        document["file_name"] = attachment.file_name or "file"
    return document


def webhook_document(world: World, webhook: Webhook, fields: list[tuple[str, str]]) -> Document:
    """`Webhook`; the secret header stands here in clear, as in the service."""
    accounts = [world.accounts[one] for one in webhook.account_ids if one in world.accounts]
    return {
        "object": "Webhook",
        "id": webhook.id,
        "account_ids": [{"id": one.id, "name": one.name, "type": one.type} for one in accounts],
        "enabled": webhook.enabled,
        "name": webhook.name or "",
        "request_url": webhook.request_url,
        "format": webhook.format,
        "source": webhook.source,
        "type": "AUTO",
        "headers": [{"key": key, "value": value} for key, value in webhook.headers],
        "events": webhook.events,
        "data": [{"key": key, "name": name} for key, name in fields],
    }
