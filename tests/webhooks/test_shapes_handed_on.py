"""Bodies that somebody on the way has wrapped, written as strings or named as REST does end as if they came straight (B16)."""

from __future__ import annotations

import json

import pytest

from tests.ingest.deliveries import channel_make
from tests.webhooks.bodies import (
    ACCOUNT,
    JANA,
    JANA_LID,
    JANA_PHONE,
    OWN_PHONE,
    attachment,
    whatsapp_message,
)
from tests.webhooks.expectations import OWN, THEIRS, account, ignored, message, quarantined, stub, unmet
from tests.webhooks.stored import stored

SENT = "2026-06-02T08:15:30.250+00:00"
JANAS_CHAT = {
    "sender": JANA_LID,
    "sender_name": "Jana Novák",
    "contact_name": "Jana Novák",
    "contact_phone": JANA_PHONE,
    "chat": ["id:cH4tDirectJanaAAAAAAAA", f"lid:{JANA_LID}", f"phone:{JANA_PHONE}"],
    "sent": SENT,
}
FROM_JANA = message(THEIRS, **JANAS_CHAT)
BY_ID_ONLY = JANAS_CHAT | {"sender_name": "", "contact_name": ""}

REST_MESSAGE = {
    "object": "Message",
    "id": "mSgDirectJana000000001",
    "account_id": ACCOUNT,
    "chat_id": "cH4tDirectJanaAAAAAAAA",
    "chat_provider_id": JANA_LID,
    "provider_id": "3EB0A1B2",
    "sender_id": JANA_LID,
    "sender_public_identifier": f"{JANA_PHONE}@s.whatsapp.net",
    "text": "Is the blue one still there?",
    "is_sender": 0,
    "is_event": 0,
    "timestamp": "2026-06-02T08:15:30.250Z",
    "attachments": [],
}
REST_CHAT = {
    "object": "Chat",
    "id": "cH4tDirectJanaAAAAAAAA",
    "provider_id": JANA_LID,
    "attendee_provider_id": JANA_LID,
    "attendee_public_identifier": f"{JANA_PHONE}@s.whatsapp.net",
    "name": None,
    "type": 0,
}
ENVELOPE = {"event": "message_received", "account_id": ACCOUNT, "account_type": "WHATSAPP"}
REST_PERSON = {
    "object": "ChatAttendee",
    "id": f"att-{JANA_LID}",
    "provider_id": JANA_LID,
    "name": "Jana Novák",
    "specifics": {"provider": "WHATSAPP", "phone_number": f"+{JANA_PHONE}"},
}
STATUS = {"account_id": ACCOUNT, "account_type": "WHATSAPP", "message": "CREDENTIALS"}


def bare(*missing: str, **changed: object) -> dict[str, object]:
    return {name: value for name, value in whatsapp_message(**changed).items() if name not in missing}


SHAPES = {
    "in a list of one": ([whatsapp_message()], FROM_JANA),
    "in a list of two": ([whatsapp_message(), whatsapp_message("2")], quarantined("not_an_object: ")),
    "written as a string": (json.dumps(whatsapp_message()), FROM_JANA),
    "under the key of a tool": ({"headers": {}, "body": whatsapp_message()}, FROM_JANA),
    "its event outside": ({"event": "message.received", "data": bare("event")}, FROM_JANA),
    "its event and account outside": (ENVELOPE | {"payload": bare("event", "account_id")}, FROM_JANA),
    "an e-mail whose words are a body": (
        {
            "event": "mail_received",
            "account_id": ACCOUNT,
            "email_id": "eMa1l000000001",
            "body": json.dumps(whatsapp_message()),
        },
        ignored("mail_received", "mail: kept, but this inbox shows messengers only"),
    ),
    "a reaction whose words are a body": (
        bare("sender", event="message_reaction", reaction=json.dumps({"value": "👍", "sender": JANA})),
        quarantined("missing_field: "),
    ),
    "its objects written as strings": (
        whatsapp_message(
            sender=json.dumps(JANA),
            attendees=json.dumps([JANA]),
            attachments=json.dumps([attachment()]),
            quoted=json.dumps({"provider_id": "3A01", "text": "Hello"}),
        ),
        message(THEIRS, **JANAS_CHAT, kind="image", attachments=["image wanted"], quoted_text="Hello"),
    ),
    "its sender in a list": (whatsapp_message(sender=[JANA]), FROM_JANA),
    "its sender by id alone": (
        whatsapp_message(sender=JANA_LID, attendees=[f"{JANA_PHONE}@s.whatsapp.net"], chat_id=None),
        message(THEIRS, sender=JANA_LID, sent=SENT),
    ),
    "its people as REST shows them": (
        whatsapp_message(sender=REST_PERSON, attendees=[REST_PERSON]),
        FROM_JANA,
    ),
    "no words but an empty object": (
        whatsapp_message(message={}, attachments=[attachment()]),
        message(THEIRS, **JANAS_CHAT, kind="image", text="", attachments=["image wanted"]),
    ),
    "ids beside the chat's own that cannot be ones": (
        whatsapp_message(provider_message_id="k" * 513, sender=JANA | {"attendee_id": {"a": 1}}),
        FROM_JANA,
    ),
    "a message and a chat of REST": (
        ENVELOPE | {"message": REST_MESSAGE, "chat": REST_CHAT},
        message(THEIRS, **BY_ID_ONLY),
    ),
    "an own message and a chat of REST": (
        ENVELOPE
        | {
            "message": REST_MESSAGE
            | {"is_sender": 1, "sender_id": f"{OWN_PHONE}@s.whatsapp.net", "sender_public_identifier": None},
            "chat": REST_CHAT,
        },
        message(OWN, **BY_ID_ONLY | {"sender": f"{OWN_PHONE}@s.whatsapp.net"}),
    ),
    "a message of REST beside the event": (ENVELOPE | REST_MESSAGE, message(THEIRS, **BY_ID_ONLY)),
    "the zone of its time in words": (
        whatsapp_message(timestamp="2026-06-02 08:15:30.250 +0000 UTC"),
        FROM_JANA | {"time_flagged": False},
    ),
    "a receipt that names no chat": (
        bare("chat_id", "provider_chat_id", event="message_delivered", is_sender=True),
        stub("message_delivered", status="delivered"),
    ),
    "a deletion that names no chat": (
        bare("chat_id", "provider_chat_id", event="message_deleted"),
        stub("message_deleted", deleted=True),
    ),
    "an edit that names no chat": (
        bare("chat_id", "provider_chat_id", event="message_edited"),
        quarantined("missing_field: The field chat_id is missing."),
    ),
    "a status as a string": ({"AccountStatus": json.dumps(STATUS)}, account("credentials")),
    "a status in a list": ([{"AccountStatus": [STATUS]}], account("credentials")),
    "a status in another spelling": ({"accountStatus": STATUS}, account("credentials")),
    "a status whose account stands outside": (
        {"account_id": ACCOUNT, "AccountStatus": {"message": "CREDENTIALS"}},
        account("credentials"),
    ),
    "a status of one word": ({"account_id": ACCOUNT, "AccountStatus": "ERROR"}, account("error")),
    "a status that is the event": ({"event": "credentials", "account_id": ACCOUNT}, account("credentials")),
    "a status behind its event": ({"event": "account_status", "data": STATUS}, account("credentials")),
    "a status in small letters": (
        {"AccountStatus": STATUS | {"message": "sync.success"}},
        account("ok"),
    ),
    "a status without a wrapper": (
        {"account_id": ACCOUNT, "account_type": "WHATSAPP", "status": "STOPPED"},
        account("stopped"),
    ),
    "a callback without a name": (
        {"account_id": ACCOUNT, "status": "CREATION_SUCCESS"},
        account("ok", "hosted_auth_notify"),
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
async def test_a_shape_of_others_ends_in_its_outcome(connections, caller, shape):
    body, expected = SHAPES[shape]
    await channel_make(connections, ACCOUNT)
    assert (await caller.post(body)).status == 200
    assert unmet(expected, await stored(connections)) == {}
