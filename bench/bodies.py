"""WhatsApp's ``message_received`` as the live service sends it: compact JSON of 1.3 kB, 200 conversations.

Ids are random and 22 characters long, like upstream's, so that indexes are written to where live ids would.
"""

from __future__ import annotations

import datetime as dt
import json
import secrets
import string
from pathlib import Path
from typing import Any

ACCOUNT = "T9benchmarkAccountAAAA"
OWN_PHONE = "+420600000001"
CONVERSATIONS = 200
FIRST_CONVERSATION = 1000
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


def template(number: int) -> str:
    """The body of conversation ``number``, with placeholders for what differs from message to message."""
    digits = f"{700_000_000 + number}"
    lid = f"2099{digits}17@lid"
    contact: dict[str, Any] = {
        "attendee_id": f"pQ1xVbJ8RkqT0wBenc{number}",
        "attendee_provider_id": lid,
        "attendee_name": f"Jana Nováková {number}",
        "attendee_profile_url": None,
        "attendee_specifics": {"provider": "WHATSAPP", "phone_number": f"+420{digits}", "lid": lid},
        "attendee_public_identifier": f"420{digits}@s.whatsapp.net",
    }
    body = {
        "event": "message_received",
        "account_id": ACCOUNT,
        "account_type": "WHATSAPP",
        "account_info": {"type": "WHATSAPP", "phone_number": OWN_PHONE},
        "webhook_name": "landline",
        "chat_id": f"{CHAT_ID_PREFIX}{number}",
        "attendees": [contact],
        "sender": contact,
        "subject": None,
        "message": LINES[number % len(LINES)],
        "message_id": MESSAGE_ID,
        "timestamp": TIMESTAMP,
        "attachments": [],
        "is_sender": False,
        "provider_chat_id": lid,
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
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def templates() -> list[str]:
    return [template(number) for number in range(FIRST_CONVERSATION, FIRST_CONVERSATION + CONVERSATIONS)]


def templates_write(path: Path) -> None:
    """One template per line, for the loader."""
    path.write_text("".join(f"{line}\n" for line in templates()), encoding="utf-8")


def body(number: int, message_id: str) -> bytes:
    """A whole body for conversation ``number``, sent now."""
    now = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    filled = template(number)
    for placeholder, value in (
        (MESSAGE_ID, message_id),
        (PROVIDER_MESSAGE_ID, f"3EB0{secrets.token_hex(8).upper()}"),
        (TIMESTAMP, now),
    ):
        filled = filled.replace(placeholder, value)
    return filled.encode()


def new_message_id() -> str:
    alphabet = string.ascii_letters + string.digits
    return "".join(secrets.choice(alphabet) for _ in range(22))
