"""Every captured and documented body ends in its right outcome, in a channel that exists.

The folder named by LANDLINE_SAMPLES holds `webhooks/`; without it these tests are skipped. What is odd about
each body is told beside the bodies.
"""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import pytest

from communications.ingest.record import record
from tests.ingest.deliveries import channel_make, delivery_of
from tests.webhooks.expectations import (
    NOBODY_KNOWS,
    OWN,
    THEIRS,
    account,
    ignored,
    message,
    quarantined,
    stub,
    unmet,
)
from tests.webhooks.stored import stored

FOLDER = Path(os.environ.get("LANDLINE_SAMPLES", os.devnull)) / "webhooks"

pytestmark = pytest.mark.skipif(
    "LANDLINE_SAMPLES" not in os.environ, reason="LANDLINE_SAMPLES names no folder of captured bodies"
)

# What the channel knows of itself from the list of accounts, where a body alone does not tell who we are.
OWN_IDENTITIES = {
    "044": ["phone:27820000147"],
    "047": ["phone:27820000147"],
    "058": ["phone:33639980163"],
    "063": ["phone:33639980131"],
    "070": ["phone:919900000001"],
    "092": ["id:ACoAAOwnerFict"],
}

KARIM = "140871122334455@lid"
KARIMS_CHAT = {
    "chat_kind": "direct",
    "chat": ["id:SfsNmAhpZeHz6w32kjJb4w", "lid:140871122334455@lid", "phone:33639980135"],
    "contact": KARIM,
    "contact_name": "Karim Belloc Tahar",
    "contact_phone": "33639980135",
    "members": [f"{KARIM} (self)"],
    "sender": KARIM,
}
SENT_IN_MAY = "2026-05-18T19:44:12+00:00"
BRAZILIAN = "5511900000001@s.whatsapp.net"
MAIL = "mail: kept, but this inbox shows messengers only"
TRACKING = "an opened mail or followed link: kept, but this inbox shows messengers only"
VERSION_2 = "an event of API version 2"

EXPECTED = {
    "001-message_received-whatsapp": message(
        OWN, **KARIMS_CHAT, kind="text", text="phase 70 webhook research probe", sent=SENT_IN_MAY
    ),
    "002-message_received-linkedin": message(
        THEIRS,
        sender="ACoAAFictSender0001",
        sender_name="Marta Lindqvist",
        contact_name="Marta Lindqvist",
        chat=["id:HAAEbseXs3-268aFUe0BYA", "provider:2-Y2hhdC1maWN0aXRpb3VzLTAwMDE="],
        chat_kind="direct",
        members=["ACoAAFictSender0001"],
        sent="2026-07-06T09:43:27.002+00:00",
    ),
    "005-account_status-linkedin": account("ok"),
    "006-mail_received-microsoft": ignored("mail_received", MAIL),
    "008-message_received-linkedin-invalid-json": quarantined("not_json: "),
    "009-message_received-linkedin": message(
        OWN,
        sender_name="Kim Unipile",
        contact_name="Bastien Unipile",
        contact="AA1212sqqsMQBODyLwZrRcgYhrkCafURGqva0U4E",
        kind="image",
        text="Hello World !",
        attachments=["image wanted"],
        sent="2023-09-24T13:49:07.965+00:00",
    ),
    "010-message_reaction-linkedin": stub("message_reaction", reactions=["😄"]),
    "012-message_read-linkedin": stub("message_read", status="read"),
    "013-message_edited-linkedin": stub("message_edited", edited=True, text="Hello World (edited) !"),
    "014-message_deleted-linkedin": stub("message_deleted", deleted=True, text=""),
    "015-message_delivered-linkedin": stub("message_delivered", status="delivered"),
    "016-account_status-linkedin": account("credentials"),
    "017-account_status-whatsapp-ok": account("ok"),
    "018-account_status-whatsapp-error": account("error"),
    "019-account_status-whatsapp-stopped": account("stopped"),
    "021-account_status-whatsapp-sync_success": account("ok"),
    "022-account_status-whatsapp-reconnected": account("ok"),
    "023-account_status-linkedin-deleted": account("deleted"),
    "024-account_status-google_oauth-permissions": account("permissions"),
    "027-account_status-linkedin-flat": account("error"),
    "029-account_status-whatsapp-inferred": account("credentials"),
    "031-hosted_auth_notify-whatsapp": account("ok", "hosted_auth_notify"),
    "032-hosted_auth_notify-whatsapp-reconnected": account("ok", "hosted_auth_notify"),
    "034-hosted_auth_notify-unknown": ignored(
        "hosted_auth_notify", "a hosted connection ended in a way that is not known"
    ),
    "035-new_relation-linkedin": ignored(
        "new_relation", "a new relation: no message, so there is nothing to show"
    ),
    "037-mail_received-imap": ignored("mail_received", MAIL),
    "038-mail_sent-google": ignored("mail_sent", MAIL),
    "039-mail_moved-google": ignored("mail_moved", MAIL),
    "040-mail_opened-tracking": ignored("mail_opened", TRACKING),
    "041-mail_link_clicked-tracking": ignored("mail_link_clicked", TRACKING),
    "042-message_received-whatsapp-out-name-is-number": quarantined(
        "missing_field: The field account_id is missing."
    ),
    "044-message_received-whatsapp-out-chat-is-jid": message(
        OWN,
        sender="27820000147@s.whatsapp.net",
        sender_name="",
        chat=["phone:27830000140"],
        contact="27830000140@s.whatsapp.net",
        contact_phone="27830000140",
        sent="2025-08-20T16:45:00+00:00",
    ),
    "047-message_received-whatsapp-attachment-no-url": message(
        THEIRS, sender_name="Nadia", contact_name="Nadia", kind="image", attachments=["image wanted"]
    ),
    "048-message_received-whatsapp-media": message(
        THEIRS, **KARIMS_CHAT, kind="image", text="", attachments=["image wanted"], sent=SENT_IN_MAY
    ),
    "049-message_received-whatsapp-voice-note": message(
        THEIRS, **KARIMS_CHAT, kind="voice", text="", attachments=["voice wanted"], sent=SENT_IN_MAY
    ),
    "050-message_received-whatsapp-unavailable-media": message(
        THEIRS, **KARIMS_CHAT, kind="video", text="", attachments=["video unavailable"], sent=SENT_IN_MAY
    ),
    "054-message_received-unknown-nested-legacy": message(
        THEIRS,
        sender="sender_456",
        sender_name="Webhook Test User",
        contact_phone="15555550134",
        chat=["id:chat_test_789"],
        members=["self_123 (self)", "sender_456"],
        text="Test webhook message",
        sent="2025-08-17T10:00:00+00:00",
        time_flagged=True,
    ),
    "056-mail_received-gmail-invented": ignored("mail_received", MAIL),
    "057-mail_received-gmail-half-real": ignored("mail_received", MAIL),
    "058-message_received-whatsapp-echo-you": message(
        OWN, sender_name="", contact_name="Some User", sent="2026-01-10T08:00:00+00:00"
    ),
    "061-message_received-whatsapp-identifier": message(
        NOBODY_KNOWS, sender=None, sender_name="Test User", contact=None, text="Test"
    ),
    "063-message_received-whatsapp-foreign-account": message(
        THEIRS, sender_name="Test User", contact_phone="33639980133", sent="2026-01-10T08:00:00+00:00"
    ),
    "066-message_new-unknown-nested-data": ignored("message_new", "unknown event"),
    "070-message_received-whatsapp-group-empty-attendees": message(
        THEIRS,
        sender="919900000293",
        sender_name="Rohan K Mehra-Iyer",
        chat_kind="group",
        title="Hiring - Product Team",
        contact=None,
        chat=["group:120363123456789012@g.us", "id:chat-individual"],
        members=["919900000293"],
        sent="2026-06-19T02:44:14+00:00",
    ),
    "072-message_received-whatsapp-int-flag": message(
        THEIRS, sender=BRAZILIAN, contact_phone="5511900000001", members=[BRAZILIAN]
    ),
    "074-message_received-whatsapp-null-text": message(THEIRS, sender=BRAZILIAN, kind="unsupported", text=""),
    "077-message_received-telegram": message(THEIRS, provider="telegram", text="Oi, pode ser terça?"),
    "078-unknown_event-unknown": ignored("algo_novo", "unknown event"),
    "079-empty-unknown": ignored("", "unknown event"),
    "080-array-unknown": quarantined("not_an_object: "),
    "081-string-unknown": quarantined("not_an_object: "),
    "082-message_received-linkedin-sponsored": message(
        THEIRS, sender="ACoAAA1", contact="ACoAAA1", members=["ACoAAA1", "ACoDONO (self)"]
    ),
    "087-message_reaction-unknown-object": quarantined("missing_field: The field chat_id is missing."),
    "090-message_received-instagram-owner-int": message(
        THEIRS,
        provider="instagram",
        sender="instagram-sender-id",
        sender_name="Remote Instagram User",
        kind="file",
        attachments=["file unavailable"],
        sent="2026-09-04T12:00:00+00:00",
    ),
    "092-message_received-linkedin-event_type": message(
        THEIRS,
        sender=None,
        contact="urn-hakim",
        contact_name="✨ Hakim Ahmedi",
        members=["ACoAAOwnerFict (self)", "urn-hakim"],
        sent="2026-08-27T08:00:00+00:00",
    ),
    "094-message_received-linkedin-empty-reaction": message(
        THEIRS, contact_name="Jane Roe", kind="text", reactions=[], sent="2026-09-10T13:59:58+00:00"
    ),
    "096-message_received-linkedin-queue": message(
        NOBODY_KNOWS, sender="a1", contact_name="A", sent="2026-08-01T08:00:00+00:00"
    ),
    "098-v2_message_new-linkedin": ignored("message.new", VERSION_2),
    "100-v2_message_read-whatsapp": ignored("message.read", VERSION_2),
}


def test_every_sample_has_an_expectation():
    assert {path.stem for path in FOLDER.glob("*.json")} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
async def test_a_sample_ends_in_its_outcome(connections, name):
    received_at = dt.datetime.now(dt.UTC)
    delivery = delivery_of((FOLDER / f"{name}.json").read_bytes(), received_at=received_at)
    if delivery.account:
        provider = delivery.reading.provider or "whatsapp"
        own = OWN_IDENTITIES.get(name[:3], [])
        await channel_make(connections, delivery.account, provider=provider, own_identities=own)
    await record(connections, [delivery])
    seen = await stored(connections)
    assert unmet(EXPECTED[name], seen) == {}
    if seen.get("time_flagged") and "sent_at" not in EXPECTED[name]:
        assert seen["sent_at"] == received_at.replace(microsecond=received_at.microsecond // 1000 * 1000)
