"""WhatsApp's ``message_received`` as the live service sends it: compact JSON of 1.3 kB, 200 conversations.

Ids are random and 22 characters long, like upstream's, so that indexes are written to where live ids would.
"""

from __future__ import annotations

import datetime as dt
import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ACCOUNT = "T9benchmarkAccountAAAA"
OWN_PHONE = "+420600000001"
CONVERSATIONS = 200
FIRST_CONVERSATION = 1000
NUMBERS = range(FIRST_CONVERSATION, FIRST_CONVERSATION + CONVERSATIONS)
CHAT_ID_PREFIX = "cH4tBenchmarkDirect-"

MESSAGE_ID = "@@@message_id@@@@@@@@@"
PROVIDER_MESSAGE_ID = "@@provider_msg_id@@@"
TIMESTAMP = "@@@timestamp@@@@@@@@@@@@"

LINES = (
    "Good morning! Is the blue one from the window still there, and could you hold it until Friday?",
    "Dobrý den, objednávka dorazila, ale chybí náhradní šroubky. Můžete je prosím poslat dodatečně?",
    "Perfect, thank you so much 🙏 I will come by around half past five, if that is still fine with you.",
    "¿Me puede confirmar la cita del jueves? Si hace falta la cambiamos, tengo casi todas las tardes libres.",
    "The invoice says 240 but we agreed on 220 with your colleague on the phone, could you check, please?",
)


@dataclass(frozen=True, slots=True)
class Chat:
    """A direct conversation as bodies name it. ``contact_id``, ``lid`` and ``phone`` are the contact's."""

    account_id: str
    own_phone: str
    chat_id: str
    contact_id: str
    contact_name: str
    lid: str
    phone: str


def chat_of(number: int) -> Chat:
    """Conversation ``number`` of the prepared database."""
    digits = 700_000_000 + number
    return Chat(
        account_id=ACCOUNT,
        own_phone=OWN_PHONE,
        chat_id=f"{CHAT_ID_PREFIX}{number}",
        contact_id=f"pQ1xVbJ8RkqT0wBenc{number}",
        contact_name=f"Jana Nováková {number}",
        lid=f"2099{digits}17@lid",
        phone=f"+420{digits}",
    )


def line_of(number: int) -> str:
    return LINES[number % len(LINES)]


def template(
    chat: Chat, text: str | None, *, event: str = "message_received", is_own: bool = False, reaction: str = ""
) -> str:
    """An event of a message, with placeholders for what differs from message to message."""
    contact: dict[str, Any] = {
        "attendee_id": chat.contact_id,
        "attendee_provider_id": chat.lid,
        "attendee_name": chat.contact_name,
        "attendee_profile_url": None,
        "attendee_specifics": {"provider": "WHATSAPP", "phone_number": chat.phone, "lid": chat.lid},
        "attendee_public_identifier": f"{chat.phone[1:]}@s.whatsapp.net",
    }
    ourselves = {
        "attendee_id": "oW1nBenchmarkPersonAAA",
        "attendee_provider_id": f"{chat.own_phone[1:]}@s.whatsapp.net",
        "attendee_name": "You",
        "attendee_profile_url": None,
        "attendee_specifics": {"provider": "WHATSAPP", "phone_number": chat.own_phone},
    }
    body = {
        "event": event,
        "account_id": chat.account_id,
        "account_type": "WHATSAPP",
        "account_info": {"type": "WHATSAPP", "phone_number": chat.own_phone},
        "webhook_name": "landline",
        "chat_id": chat.chat_id,
        "attendees": [contact],
        "sender": ourselves if is_own else contact,
        "subject": None,
        "message": text,
        "message_id": MESSAGE_ID,
        "timestamp": TIMESTAMP,
        "attachments": [],
        "is_sender": is_own,
        "provider_chat_id": chat.lid,
        "provider_message_id": PROVIDER_MESSAGE_ID,
        "is_event": 0,
        "chat_pinned": 0,
        "quoted": None,
        "is_forwarded": None,
        "chat_content_type": None,
        "message_type": None,
        "is_group": False,
        "folder": ["INBOX"],
    }
    if reaction:
        body |= {"reaction": reaction, "reaction_sender": contact}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def templates_write(path: Path) -> None:
    """One template per conversation, for the loader."""
    lines = (template(chat_of(number), line_of(number)) for number in NUMBERS)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def event_templates_write(path: Path) -> None:
    """For the loader of the mixed stream, per conversation: event, whose message, and the template of it."""
    path.write_text("".join(_event_lines()), encoding="utf-8")


def _event_lines() -> Iterator[str]:
    for number in NUMBERS:
        chat, text = chat_of(number), line_of(number)
        for is_own in (False, True):
            for event, told, reaction in (
                ("message_received", text, ""),
                ("message_delivered", text, ""),
                ("message_read", text, ""),
                ("message_reaction", text, "👍"),
                ("message_edited", f"{text} (Edited.)", ""),
                ("message_deleted", None, ""),
            ):
                body = template(chat, told, event=event, is_own=is_own, reaction=reaction)
                yield f"{event} {'own' if is_own else 'theirs'} {body}\n"


def ordinary_body(number: int, message_id: str) -> bytes:
    """A message in conversation ``number`` of the prepared database, sent now."""
    return body(chat_of(number), line_of(number), message_id)


def body(chat: Chat, text: str, message_id: str) -> bytes:
    """A message sent now."""
    now = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    filled = template(chat, text)
    for placeholder, value in (
        (MESSAGE_ID, message_id),
        (PROVIDER_MESSAGE_ID, f"3EB0{secrets.token_hex(8).upper()}"),
        (TIMESTAMP, now),
    ):
        filled = filled.replace(placeholder, value)
    return filled.encode()


def new_message_id() -> str:
    return secrets.token_hex(11)
