"""Bodies as the service sends them, built for tests: every key the live ones carry, with invented people."""

from __future__ import annotations

from typing import Any

Body = dict[str, Any]

ACCOUNT = "acc0untShopAAAAAAAAAAAA"
OWN_PHONE = "420600000001"
JANA_LID = "209900000000017@lid"
JANA_PHONE = "420600000017"


def whatsapp_person(
    provider_id: str, *, name: str | None = None, phone: str | None = None, lid: str | None = None
) -> Body:
    """An attendee as WhatsApp bodies show one; ``phone`` is digits."""
    return {
        "attendee_id": f"att-{provider_id}",
        "attendee_provider_id": provider_id,
        "attendee_name": name,
        "attendee_profile_url": None,
        "attendee_specifics": {
            "provider": "WHATSAPP",
            "phone_number": f"+{phone}" if phone else None,
            "lid": lid,
        },
        "attendee_public_identifier": f"{phone}@s.whatsapp.net" if phone else None,
    }


JANA = whatsapp_person(JANA_LID, name="Jana Novák", phone=JANA_PHONE, lid=JANA_LID)
OWNER = whatsapp_person(f"{OWN_PHONE}@s.whatsapp.net", name="You", phone=OWN_PHONE)


def whatsapp_message(
    message_id: str = "mSgDirectJana000000001",
    *,
    account: str = ACCOUNT,
    text: str | None = "Is the blue one still there?",
    sender: Body | None = JANA,
    attendees: object = (JANA,),
    chat_id: str | None = "cH4tDirectJanaAAAAAAAA",
    provider_chat_id: str | None = JANA_LID,
    timestamp: object = "2026-06-02T08:15:30.250Z",
    is_sender: object = False,
    **changed: object,
) -> Body:
    """A ``message_received`` of a direct chat; ``changed`` replaces or adds any other key."""
    return {
        "event": "message_received",
        "account_id": account,
        "account_type": "WHATSAPP",
        "account_info": {"type": "WHATSAPP", "phone_number": f"+{OWN_PHONE}"},
        "webhook_name": "landline",
        "chat_id": chat_id,
        "attendees": attendees,
        "sender": sender,
        "subject": None,
        "message": text,
        "message_id": message_id,
        "timestamp": timestamp,
        "attachments": [],
        "is_sender": is_sender,
        "provider_chat_id": provider_chat_id,
        "provider_message_id": f"3EB0{message_id}",
        "is_event": 0,
        "chat_pinned": 0,
        "quoted": None,
        "is_forwarded": None,
        "chat_content_type": None,
        "message_type": None,
        "is_group": False,
        "folder": ["INBOX"],
    } | changed


def whatsapp_own_message(message_id: str, **changed: Any) -> Body:
    """What the owner typed on the phone, as its echo comes in."""
    return whatsapp_message(message_id, **{"sender": OWNER, "is_sender": True} | changed)


def message_of_chat(number: int, *, chat: int = 0, account: str = ACCOUNT) -> Body:
    """A message of a group; equal numbers of one chat are one message."""
    return whatsapp_message(
        f"message-{chat}-{number}",
        account=account,
        text=f"message {number}",
        chat_id=f"{account}-chat-{chat}",
        provider_chat_id=f"1203630000{chat:08}@g.us",
        is_group=True,
    )


def attachment(number: int = 1, **changed: object) -> Body:
    return {
        "attachment_id": f"att4chment{number}",
        "attachment_type": "img",
        "attachment_mimetype": "image/jpeg",
        "attachment_name": f"photo-{number}.jpg",
        "attachment_size": 20_480,
        "attachment_url": f"att://files/{number}",
    } | changed
