"""Every captured and documented webhook body, with what must come of it.

The folder named by LANDLINE_SAMPLES holds `webhooks/`; without it these tests are skipped. The provenance of
each body, and so whether it is a form the service sends or one it does not, is told beside the bodies.
"""

import os
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from unipile.payloads.account import parse_account_status
from unipile.payloads.aliases import chat_aliases
from unipile.payloads.direction import body_direction
from unipile.payloads.event_key import event_key
from unipile.payloads.events import Family, classify
from unipile.payloads.identity import identity_keys
from unipile.payloads.messaging import parse_messaging
from unipile.payloads.names import usable_name
from unipile.payloads.refusals import PayloadError
from unipile.payloads.strict import decode

pytestmark = pytest.mark.skipif(
    "LANDLINE_SAMPLES" not in os.environ, reason="LANDLINE_SAMPLES names no folder of captured bodies"
)

RECEIVED_AT = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
KARIM = ("lid:140871122334455@lid", "phone:33639980135")
KARIMS_CHAT = (("id", "SfsNmAhpZeHz6w32kjJb4w"), ("lid", "140871122334455@lid"), ("phone", "33639980135"))
KIM = ("id:ACoAAAcDMMQBODyLwZrRcgYhrkCafURGqva0U4E",)
KIMS_CHAT = (("id", "R8J-xM9WX7eoHLp6gSVtWQ"),)


def message(direction, **expected):
    return {"family": Family.MESSAGING, "event": "message_received", "direction": direction, **expected}


def status(word, provider):
    return {"family": Family.ACCOUNT_STATUS, "status": word, "provider": provider}


def of_family(family, event, **expected):
    return {"family": family, "event": event, **expected}


def refused(code, field=None):
    return {"refusal": (code, field)}


EXPECTED = {
    "001-message_received-whatsapp": message(
        "outbound",
        provider="whatsapp",
        sender=KARIM,
        aliases=KARIMS_CHAT,
        chat_kind="direct",
        sent_at=datetime(2026, 5, 18, 19, 44, 12, tzinfo=UTC),
        text="phase 70 webhook research probe",
        kind="text",
    ),
    "002-message_received-linkedin": message(
        "inbound",
        provider="linkedin",
        sender=("id:ACoAAFictSender0001",),
        chat_kind="direct",
        aliases=(("id", "HAAEbseXs3-268aFUe0BYA"), ("provider", "2-Y2hhdC1maWN0aXRpb3VzLTAwMDE=")),
        sent_at=datetime(2026, 7, 6, 9, 43, 27, 2_000, tzinfo=UTC),
        sender_name="Marta Lindqvist",
    ),
    "005-account_status-linkedin": status("CREATION_SUCCESS", "linkedin"),
    "006-mail_received-microsoft": of_family(Family.MAIL, "mail_received"),
    "008-message_received-linkedin-invalid-json": refused("not_json"),
    "009-message_received-linkedin": message(
        "outbound",
        sender=KIM,
        aliases=KIMS_CHAT,
        chat_kind=None,
        kind="image",
        attachments=["image"],
        attendee_names=["Bastien Unipile"],
    ),
    "010-message_reaction-linkedin": message("outbound", event="message_reaction", sender=KIM, reaction="😄"),
    "012-message_read-linkedin": message("outbound", event="message_read", sender=KIM),
    "013-message_edited-linkedin": message("outbound", event="message_edited", text="Hello World (edited) !"),
    "014-message_deleted-linkedin": message("outbound", event="message_deleted", text=None),
    "015-message_delivered-linkedin": message("outbound", event="message_delivered", aliases=KIMS_CHAT),
    "016-account_status-linkedin": status("CREDENTIALS", "linkedin"),
    "017-account_status-whatsapp-ok": status("OK", "whatsapp"),
    "018-account_status-whatsapp-error": status("ERROR", "whatsapp"),
    "019-account_status-whatsapp-stopped": status("STOPPED", "whatsapp"),
    "021-account_status-whatsapp-sync_success": status("SYNC_SUCCESS", "whatsapp"),
    "022-account_status-whatsapp-reconnected": status("RECONNECTED", "whatsapp"),
    "023-account_status-linkedin-deleted": status("DELETED", "linkedin"),
    "024-account_status-google_oauth-permissions": status("PERMISSIONS", "mail"),
    "027-account_status-linkedin-flat": status("ERROR", "instagram"),
    "029-account_status-whatsapp-inferred": status("CREDENTIALS", "whatsapp"),
    "031-hosted_auth_notify-whatsapp": of_family(
        Family.HOSTED_AUTH, "hosted_auth_notify", status="CREATION_SUCCESS"
    ),
    "032-hosted_auth_notify-whatsapp-reconnected": of_family(
        Family.HOSTED_AUTH, "hosted_auth_notify", status="RECONNECTED"
    ),
    "034-hosted_auth_notify-unknown": of_family(Family.HOSTED_AUTH, "hosted_auth_notify", status="UNKNOWN"),
    "035-new_relation-linkedin": of_family(Family.USERS, "new_relation"),
    "037-mail_received-imap": of_family(Family.MAIL, "mail_received"),
    "038-mail_sent-google": of_family(Family.MAIL, "mail_sent"),
    "039-mail_moved-google": of_family(Family.MAIL, "mail_moved"),
    "040-mail_opened-tracking": of_family(Family.MAIL_TRACKING, "mail_opened"),
    "041-mail_link_clicked-tracking": of_family(Family.MAIL_TRACKING, "mail_link_clicked"),
    "042-message_received-whatsapp-out-name-is-number": refused("missing_field", "account_id"),
    "044-message_received-whatsapp-out-chat-is-jid": message(
        None,
        provider="whatsapp",
        sender=("phone:27820000147",),
        aliases=(("phone", "27830000140"),),
        chat_kind="direct",
        sender_name=None,
    ),
    "047-message_received-whatsapp-attachment-no-url": message(
        None,
        provider="whatsapp",
        sender=("phone:27830000140",),
        kind="image",
        attachments=["image"],
        sent_at=None,
    ),
    "048-message_received-whatsapp-media": message(
        "inbound",
        sender=KARIM,
        aliases=KARIMS_CHAT,
        text="",
        kind="image",
        attachments=["image"],
    ),
    "049-message_received-whatsapp-voice-note": message(
        "inbound", text="", kind="voice", attachments=["voice"]
    ),
    "050-message_received-whatsapp-unavailable-media": message(
        "inbound",
        text=None,
        kind="video",
        attachments=["video"],
        unavailable=[True],
    ),
    "054-message_received-unknown-nested-legacy": message(
        "inbound",
        provider=None,
        sender=("phone:15555550134", "id:sender_456"),
        sender_name="Webhook Test User",
        aliases=(("id", "chat_test_789"),),
        text="Test webhook message",
        is_naive=True,
        sent_at=datetime(2025, 8, 17, 10, 0, 0, tzinfo=UTC),
    ),
    "056-mail_received-gmail-invented": of_family(Family.MAIL, "mail_received"),
    "057-mail_received-gmail-half-real": of_family(Family.MAIL, "mail_received", provider="mail"),
    "058-message_received-whatsapp-echo-you": message(
        None,
        provider="whatsapp",
        sender=("phone:33639980163",),
        sender_name=None,
        sent_at=datetime(2026, 1, 10, 8, 0, 0, tzinfo=UTC),
        is_naive=False,
    ),
    "061-message_received-whatsapp-identifier": message(None, sender=(), sender_name="Test User"),
    "063-message_received-whatsapp-foreign-account": message(None, sender=("phone:33639980133",)),
    "066-message_new-unknown-nested-data": of_family(Family.UNKNOWN, "message_new", account_id=None),
    "070-message_received-whatsapp-group-empty-attendees": message(
        None,
        sender=("phone:919900000293",),
        chat_kind="group",
        chat_title="Hiring - Product Team",
        subject=None,
        attendee_names=[],
        aliases=(("id", "chat-individual"), ("group", "120363123456789012@g.us")),
    ),
    "072-message_received-whatsapp-int-flag": message(
        "inbound",
        sender=("phone:5511900000001",),
        attendee_names=[],
        sent_at=None,
    ),
    "074-message_received-whatsapp-null-text": message(
        "inbound", text=None, kind="unsupported", attachments=[]
    ),
    "077-message_received-telegram": message("inbound", provider="telegram"),
    "078-unknown_event-unknown": of_family(Family.UNKNOWN, "algo_novo"),
    "079-empty-unknown": of_family(Family.UNKNOWN, ""),
    "080-array-unknown": refused("not_an_object"),
    "081-string-unknown": refused("not_an_object"),
    "082-message_received-linkedin-sponsored": message(
        "inbound",
        sender=("id:ACoAAA1",),
        content_type="sponsored",
    ),
    "087-message_reaction-unknown-object": refused("missing_field", "chat_id"),
    "090-message_received-instagram-owner-int": message(
        "inbound",
        provider="instagram",
        sender_name="Remote Instagram User",
        kind="file",
        attachments=["file"],
    ),
    "092-message_received-linkedin-event_type": message(
        "inbound",
        sender=None,
        attendee_names=["Sandra", "✨ Hakim Ahmedi"],
    ),
    "094-message_received-linkedin-empty-reaction": message(
        "inbound",
        reaction=None,
        sender=("id:ACoAATheContact",),
        sender_name="Jane Roe",
    ),
    "096-message_received-linkedin-queue": message(None, sender=("id:a1",), sender_name="A"),
    "098-v2_message_new-linkedin": of_family(Family.V2, "message.new", account_id="acc_01"),
    "100-v2_message_read-whatsapp": of_family(Family.V2, "message.read", account_id="acc_01"),
}


def read_samples():
    folder = Path(os.environ.get("LANDLINE_SAMPLES", os.devnull)) / "webhooks"
    return {path.stem: path for path in sorted(folder.glob("*.json"))}


def observe(raw):
    """What the package makes of a body, under the names of the table above."""
    envelope = classify(decode(raw))
    assert len(event_key(envelope, RECEIVED_AT)) == 32
    seen = SimpleNamespace(
        family=envelope.family,
        event=envelope.event,
        provider=envelope.provider,
        account_id=envelope.account_id,
    )
    if envelope.family in {Family.ACCOUNT_STATUS, Family.HOSTED_AUTH}:
        seen.status = parse_account_status(envelope).status
    if envelope.family is not Family.MESSAGING:
        return seen
    payload = parse_messaging(envelope)
    sender = payload.sender
    seen.direction = body_direction(payload)
    seen.sender = identity_keys(sender, payload.provider) if sender is not None else None
    seen.sender_name = usable_name(sender.name, sender) if sender is not None else None
    seen.attendee_names = [usable_name(person.name, person) for person in payload.attendees]
    seen.aliases = chat_aliases(payload)
    seen.chat_kind, seen.chat_title, seen.subject = payload.chat_kind, payload.chat_title, payload.subject
    seen.content_type = payload.chat_content_type
    seen.sent_at = payload.timestamp.moment if payload.timestamp is not None else None
    seen.is_naive = payload.timestamp is not None and payload.timestamp.is_naive
    seen.text, seen.kind = payload.text, payload.kind
    seen.attachments = [attachment.kind for attachment in payload.attachments]
    seen.unavailable = [attachment.is_unavailable for attachment in payload.attachments]
    seen.reaction = payload.reaction.value if payload.reaction is not None else None
    return seen


def test_every_sample_has_an_expectation():
    assert set(read_samples()) == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_sample_becomes_what_it_means(name):
    raw = read_samples()[name].read_bytes()
    expected = EXPECTED[name]
    if "refusal" in expected:
        with pytest.raises(PayloadError) as caught:
            observe(raw)
        assert (caught.value.code, getattr(caught.value, "name", None)) == expected["refusal"]
        return
    seen = observe(raw)
    assert {name: getattr(seen, name) for name in expected} == expected
