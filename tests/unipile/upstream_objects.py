"""Upstream's objects as REST shows them, and lists of them, written for these tests."""

from datetime import UTC, datetime

WHY = "test"
JUNE_2 = datetime(2026, 6, 2, 8, 15, 30, 250_000, tzinfo=UTC)

ACCOUNT = {
    "object": "Account",
    "id": "acc-wa",
    "name": "+420600000001",
    "type": "WHATSAPP",
    "created_at": "2026-06-01T08:00:00.000Z",
    "connection_params": {"im": {"phone_number": "+420600000001"}},
    "groups": [],
    "sources": [{"id": "acc-wa_MESSAGING", "status": "OK"}, {"id": "acc-wa_X", "status": "CREDENTIALS"}],
}
CHAT = {
    "object": "Chat",
    "id": "chat-1",
    "account_id": "acc-wa",
    "account_type": "WHATSAPP",
    "provider_id": "209900000000017@lid",
    "attendee_provider_id": "209900000000017@lid",
    "attendee_public_identifier": "420600000017@s.whatsapp.net",
    "name": None,
    "type": 0,
    "timestamp": "2026-06-02T08:15:30.250Z",
    "unread_count": 2,
    "archived": 0,
    "muted_until": -1,
    "read_only": 0,
    "pinned": 1,
    "disabledFeatures": ["reactions"],
    "folder": ["INBOX"],
}
MESSAGE = {
    "object": "Message",
    "id": "msg-1",
    "account_id": "acc-wa",
    "chat_id": "chat-1",
    "provider_id": "3EB0AA",
    "chat_provider_id": "209900000000017@lid",
    "sender_id": "209900000000017@lid",
    "sender_attendee_id": "att-17",
    "text": "Is the blue one still there?",
    "timestamp": "2026-06-02T08:15:30.250Z",
    "is_sender": 0,
    "seen": 0,
    "delivered": 1,
    "hidden": 0,
    "deleted": 0,
    "edited": 1,
    "is_event": 0,
    "behavior": None,
    "original": "{}",
    "seen_by": {"209900000000001@lid": "2026-06-02T08:16:00.000Z", "x": True, "y": False},
    "reactions": [{"value": "👍", "sender_id": "209900000000001@lid", "is_sender": True}],
    "attachments": [{"id": "a1", "type": "img", "unavailable": False, "size": {"width": 4, "height": 3}}],
    "quoted": {"provider_id": "3EB0A9", "sender_id": "x", "text": "?", "attachments": []},
}
ATTENDEE = {
    "object": "ChatAttendee",
    "id": "att-17",
    "account_id": "acc-wa",
    "provider_id": "209900000000017@lid",
    "name": "",
    "is_self": 0,
    "public_identifier": "420600000017@s.whatsapp.net",
    "specifics": {"provider": "WHATSAPP", "phone_number": "hidden"},
}


def listing(kind, *items, cursor=None):
    return {"object": kind, "items": list(items), "cursor": cursor}


async def collected(pages):
    return [item async for page in pages for item in page.items]
