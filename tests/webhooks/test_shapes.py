"""Bodies of every shape, written for these tests, end in their right outcome; those of the service itself too.

The bodies are those on which the payload parser is tried.
"""

from __future__ import annotations

import pytest

from tests.ingest.deliveries import channel_make, delivery_of
from tests.unipile.fixture_bodies import BODY_NAMES, read_body
from tests.webhooks.bodies import (
    ACCOUNT,
    JANA_LID,
    JANA_PHONE,
    OWN_PHONE,
    OWNER,
    attachment,
    whatsapp_message,
    whatsapp_own_message,
    whatsapp_person,
)
from tests.webhooks.expectations import (
    NOBODY_KNOWS,
    OWN,
    THEIRS,
    account,
    ignored,
    message,
    stub,
    unmet,
)
from tests.webhooks.stored import stored

JANAS_CHAT = {
    "sender": JANA_LID,
    "sender_name": "Jana Novák",
    "contact_name": "Jana Novák",
    "contact_phone": JANA_PHONE,
    "chat_kind": "direct",
    "chat": ["id:cH4tDirectJanaAAAAAAAA", f"lid:{JANA_LID}", f"phone:{JANA_PHONE}"],
    "sent": "2026-06-02T08:15:30.250+00:00",
}
LINKEDIN = {"contact_name": "Kim Lee", "sent": "2025-11-24T13:49:07.965+00:00"}

FIXTURES = {
    "account-status": account("credentials"),
    "account-status-flat": account("stopped"),
    "documented-linkedin": message(OWN, **LINKEDIN, kind="image", attachments=["image wanted"]),
    "hosted-auth-notify": account("ok", "hosted_auth_notify"),
    "linkedin-deleted": stub("message_deleted", deleted=True),
    "linkedin-delivered": stub("message_delivered", status="delivered"),
    "linkedin-edited": stub("message_edited", edited=True, text="Here is the new plan"),
    "linkedin-inmail": message(THEIRS, **LINKEDIN, quoted_text="Hello", title=""),
    "linkedin-reaction": stub("message_reaction", reactions=["👍"]),
    "linkedin-read": stub("message_read", status="read"),
    "mail-received": ignored("mail_received", "mail: kept, but this inbox shows messengers only"),
    "nested-message": message(
        THEIRS,
        sender="visitor-1",
        contact_name="Vera Visitor",
        members=["own-1 (self)", "visitor-1"],
        sent="2026-06-02T10:00:00+00:00",
        time_flagged=True,
    ),
    "new-relation": ignored("new_relation", "a new relation: no message, so there is nothing to show"),
    "v2-message-new": ignored("message.new", "an event of API version 2"),
    "whatsapp-group": message(
        THEIRS,
        chat_kind="group",
        title="Flat 12 repairs",
        contact=None,
        quoted_text="When does he come?",
        chat=["group:120363000000000042@g.us", "id:cH4tGroupAAAAAAAAAAAAA"],
        members=[JANA_LID, "420600000018@s.whatsapp.net"],
        sent="2026-06-02T08:15:30.250+00:00",
    ),
    "whatsapp-media": message(
        THEIRS,
        **JANAS_CHAT,
        kind="image",
        attachments=["image wanted", "voice wanted", "video unavailable"],
    ),
    "whatsapp-text": message(THEIRS, **JANAS_CHAT, kind="text", text="Is the blue one still there?"),
}

NUMBER_ONLY = whatsapp_person(f"{JANA_PHONE}@s.whatsapp.net", name=JANA_PHONE)
SHAPES = {
    "an own message typed on the phone": (
        whatsapp_own_message("own", timestamp="2026-06-02T08:15:30.250Z"),
        message(OWN, **JANAS_CHAT | {"sender": f"{OWN_PHONE}@s.whatsapp.net", "sender_name": ""}),
    ),
    "an own message without a flag, known by our number": (
        whatsapp_message("own", sender=OWNER, is_sender=None),
        message(OWN, **JANAS_CHAT | {"sender": f"{OWN_PHONE}@s.whatsapp.net", "sender_name": ""}),
    ),
    "flags as numbers": (whatsapp_message(is_sender=0, is_group=0), message(THEIRS, **JANAS_CHAT)),
    "flags as words": (
        whatsapp_message(is_sender="false", is_group="false"),
        message(THEIRS, **JANAS_CHAT),
    ),
    "the event in another spelling": (
        whatsapp_message(event="message.received"),
        message(THEIRS, **JANAS_CHAT),
    ),
    "the event under event_type": (
        whatsapp_message(event=None, event_type="message_received"),
        message(THEIRS, **JANAS_CHAT),
    ),
    "a chat with oneself": (
        whatsapp_own_message("note", attendees=[OWNER], provider_chat_id=f"{OWN_PHONE}@s.whatsapp.net"),
        message(OWN, sent="2026-06-02T08:15:30.250+00:00", contact=f"{OWN_PHONE}@s.whatsapp.net"),
    ),
    "a sender whose name is the number": (
        whatsapp_message(sender=NUMBER_ONLY, attendees=[NUMBER_ONLY]),
        message(
            THEIRS,
            sent="2026-06-02T08:15:30.250+00:00",
            sender_name="",
            contact_name="",
            contact_phone=JANA_PHONE,
        ),
    ),
    "nobody told, chat named after the partner": (
        whatsapp_message(
            sender=None,
            attendees=[],
            is_sender=None,
            chat_id=f"{JANA_PHONE}@s.whatsapp.net",
            provider_chat_id=None,
        ),
        message(
            NOBODY_KNOWS,
            sent="2026-06-02T08:15:30.250+00:00",
            sender=None,
            contact_phone=JANA_PHONE,
            chat=[f"phone:{JANA_PHONE}"],
        ),
    ),
    "a group that only its id tells": (
        whatsapp_message(provider_chat_id="120363000000000042@g.us", is_group=None, subject="Choir"),
        message(
            THEIRS,
            sent="2026-06-02T08:15:30.250+00:00",
            chat_kind="group",
            title="Choir",
            contact=None,
        ),
    ),
    "an event of a group": (
        whatsapp_message(is_event=1, text="Jana added you"),
        message(THEIRS | {"unread": 0}, **JANAS_CHAT, kind="event", text="Jana added you"),
    ),
    "a caption and its picture": (
        whatsapp_message(text="look", attachments=[attachment()]),
        message(THEIRS, **JANAS_CHAT, kind="image", text="look", attachments=["image wanted"]),
    ),
    "one attachment as an object": (
        whatsapp_message(
            text=None, attachments={"id": "a", "type": "video", "url": "att://x", "gif": "true"}
        ),
        message(THEIRS, **JANAS_CHAT, kind="gif", attachments=["gif wanted"]),
    ),
    "an attachment that names no id": (
        whatsapp_message(
            text=None, attachments=[{"attachment_type": "img", "attachment_url": "https://x.test/1"}]
        ),
        message(THEIRS, **JANAS_CHAT, kind="image", attachments=["image unavailable"]),
    ),
    "an offset in the time": (
        whatsapp_message(timestamp="2026-06-02T10:15:30.250+02:00"),
        message(THEIRS, **JANAS_CHAT),
    ),
}


@pytest.mark.parametrize("name", BODY_NAMES)
async def test_a_fixture_ends_in_its_outcome(connections, caller, name):
    body = read_body(name)
    reading = delivery_of(body).reading
    if reading.account:
        await channel_make(connections, reading.account, provider=reading.provider or "whatsapp")
    assert (await caller.post(body)).status == 200
    assert unmet(FIXTURES[name], await stored(connections)) == {}


@pytest.mark.parametrize("shape", SHAPES)
async def test_a_shape_of_whatsapps_ends_in_its_outcome(connections, caller, shape):
    body, expected = SHAPES[shape]
    await channel_make(connections, ACCOUNT)
    assert (await caller.post(body)).status == 200
    assert unmet(expected, await stored(connections)) == {}
