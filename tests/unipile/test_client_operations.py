"""Every operation: what it asks for, and the typed answer."""

from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest

from tests.unipile.upstream_server import API_KEY, upstream_server
from unipile.client import connect_client
from unipile.errors import EndlessPages, ExpiredCursor, NotFound, Rejected, Unknown
from unipile.operations.chats import ChatAction
from unipile.operations.paging import EMPTY_PAGES_MAX, SAME_PAGE_MAX
from unipile.operations.uploads import FILES_MAX_BYTES
from unipile.payloads.messaging import ChatKind
from unipile.resources.account import SourceStatus
from unipile.resources.chat import Muted
from unipile.resources.sent import ChatStarted, SyncStatus
from unipile.resources.webhook import WebhookSource
from unipile.transport import FilePart

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


@pytest.fixture
async def upstream():
    async with upstream_server() as server:
        yield server


@pytest.fixture
def calls():
    return []


@pytest.fixture
async def client(upstream, calls):
    async with connect_client(upstream.dsn, API_KEY, on_call=calls.append) as connected:
        yield connected


def listing(kind, *items, cursor=None):
    return {"object": kind, "items": list(items), "cursor": cursor}


async def collected(pages):
    return [item async for page in pages for item in page.items]


async def test_accounts_and_the_own_identity(upstream, client, calls):
    upstream.answers["GET /accounts"] = listing("AccountList", ACCOUNT)
    (account,) = await collected(client.accounts.pages(reason="start"))
    assert (account.id, account.provider, account.name) == ("acc-wa", "whatsapp", "+420600000001")
    assert (account.own.phone, account.own.user_id) == ("420600000001", None)
    assert account.status is SourceStatus.CREDENTIALS
    (asked,) = upstream.asked
    assert asked.headers["X-API-KEY"] == API_KEY
    assert asked.query == {"limit": "250"}
    (call,) = calls
    assert (call.reason, call.method, call.route, call.status, call.outcome) == (
        "start",
        "GET",
        "/accounts",
        200,
        "ok",
    )
    assert call.duration_seconds > 0


@pytest.mark.parametrize(
    ("params", "user_id", "username"),
    [
        ({"im": {"id": "ACoAAOwn", "publicIdentifier": "ola", "username": "Ola"}}, "ACoAAOwn", "ola"),
        ({"im": {"user_id": 777, "username": "ola"}}, "777", "ola"),
        (
            {"mail": {"id": "ola@example.com", "username": "ola@example.com"}},
            "ola@example.com",
            "ola@example.com",
        ),
        ({}, None, None),
        (None, None, None),
    ],
)
async def test_own_identities_of_other_providers(upstream, client, params, user_id, username):
    upstream.answers["GET /accounts/a"] = {"id": "a", "type": "LINKEDIN", "connection_params": params}
    account = await client.accounts.get("a", reason=WHY)
    assert (account.own.user_id, account.own.username) == (user_id, username)
    assert account.status is SourceStatus.UNKNOWN


async def test_restarting_and_deleting_an_account(upstream, client):
    upstream.answers["POST /accounts/a/restart"] = [
        {"object": "AccountRestarted"},
        {"object": "AccountFailedToRestart"},
    ]
    upstream.answers["DELETE /accounts/a"] = {"object": "AccountDeleted"}
    assert await client.accounts.restart("a", reason=WHY) is True
    assert await client.accounts.restart("a", reason=WHY) is False
    await client.accounts.delete("a", reason=WHY)
    assert [(asked.method, asked.path) for asked in upstream.asked][-1] == ("DELETE", "/api/v1/accounts/a")


async def test_a_link_to_connect_an_account(upstream, client):
    upstream.answers["POST /hosted/accounts/link"] = {
        "object": "HostedAuthURL",
        "url": "https://account.example/x",
    }
    link = await client.accounts.hosted_link(
        providers=["WHATSAPP"],
        expires_at=JUNE_2.astimezone(timezone(timedelta(hours=2))),
        notify_url="https://inbox.example/n?token=t",
        correlation="connect-1",
        reason=WHY,
    )
    assert link == "https://account.example/x"
    assert msgspec.json.decode(upstream.asked[0].body) == {
        "type": "create",
        "providers": ["WHATSAPP"],
        "api_url": upstream.dsn,
        "expiresOn": "2026-06-02T08:15:30.250Z",
        "name": "connect-1",
        "notify_url": "https://inbox.example/n?token=t",
    }


@pytest.mark.parametrize("url", [None, "", "javascript:alert(1)", "http://account.example/x", 5])
async def test_a_link_that_is_none_is_not_handed_on(upstream, client, url):
    upstream.answers["POST /hosted/accounts/link"] = {"object": "HostedAuthUrl", "url": url}
    with pytest.raises(Unknown):
        await client.accounts.hosted_link(
            providers="*", expires_at=JUNE_2, notify_url="https://n", correlation="c", reason=WHY
        )


async def test_chats(upstream, client):
    upstream.answers["GET /chats"] = listing("ChatList", CHAT)
    (chat,) = await collected(
        client.chats.pages(
            account_id="acc-wa", after=JUNE_2, before=JUNE_2 + timedelta(seconds=1), reason=WHY
        )
    )
    assert (chat.id, chat.account_id, chat.provider, chat.kind) == (
        "chat-1",
        "acc-wa",
        "whatsapp",
        ChatKind.DIRECT,
    )
    assert chat.aliases == (("id", "chat-1"), ("lid", "209900000000017@lid"), ("phone", "420600000017"))
    assert chat.timestamp is not None
    assert chat.timestamp.moment == JUNE_2
    assert (chat.unread_count, chat.is_archived, chat.is_pinned, chat.is_read_only) == (2, False, True, False)
    assert (chat.muted, chat.muted_until, chat.disabled_features) == (Muted.FOREVER, None, ("reactions",))
    assert upstream.asked[0].query == {
        "account_id": "acc-wa",
        "after": "2026-06-02T08:15:30.250Z",
        "before": "2026-06-02T08:15:31.250Z",
        "limit": "250",
    }


async def test_one_chat_with_its_last_message(upstream, client):
    upstream.answers["GET /chats/120363000000000042%40g.us"] = CHAT | {
        "provider_id": "120363000000000042@g.us",
        "type": 0,
        "muted_until": "2027-01-01T00:00:00.000Z",
        "read_only": 2,
        "lastMessage": MESSAGE,
    }
    chat = await client.chats.get("120363000000000042@g.us", account_id="acc-wa", reason=WHY)
    assert (chat.kind, chat.muted, chat.is_read_only) == (ChatKind.GROUP, Muted.UNTIL, True)
    assert chat.last_message is not None
    assert chat.last_message.text == "Is the blue one still there?"
    assert upstream.asked[0].query == {"account_id": "acc-wa"}


@pytest.mark.parametrize("chat_id", ["a/b", "a b", "é", "%2e", "a?b#c", "2-YWJj=", "..;", "a\\b"])
async def test_an_id_is_one_part_of_the_address_whatever_it_holds(upstream, client, chat_id):
    with pytest.raises(NotFound):
        await client.chats.get(chat_id, reason=WHY)
    (asked,) = upstream.asked
    assert asked.path.count("/") == "/api/v1/chats/x".count("/")
    assert asked.query == {}


@pytest.mark.parametrize("chat_id", ["", ".", "..", "\ud800"])
async def test_an_id_that_cannot_be_one_is_refused_before_anything_is_sent(upstream, client, calls, chat_id):
    with pytest.raises(Rejected) as caught:
        await client.chats.get(chat_id, reason=WHY)
    assert caught.value.status is None
    assert upstream.asked == []
    assert calls[0].outcome == caught.value.code


async def test_messages_of_a_chat_and_of_an_account(upstream, client):
    upstream.answers["GET /chats/chat-1/messages"] = listing("MessageList", MESSAGE)
    upstream.answers["GET /messages"] = listing("MessageList", {"object": "Message", "message_id": "old-1"})
    (message,) = await collected(client.messages.pages(chat_id="chat-1", after=JUNE_2, reason=WHY))
    assert (message.id, message.chat_id, message.provider_message_id) == ("msg-1", "chat-1", "3EB0AA")
    assert (message.kind, message.text) == ("image", "Is the blue one still there?")
    assert message.sender is not None
    assert (message.sender.lid, message.sender.attendee_id) == ("209900000000017@lid", "att-17")
    assert (message.is_sender, message.is_delivered, message.is_seen, message.is_edited) == (
        False,
        True,
        False,
        True,
    )
    assert [(seen.provider_id, seen.at is None) for seen in message.seen_by] == [
        ("209900000000001@lid", False),
        ("x", True),
    ]
    assert [(reaction.value, reaction.is_sender) for reaction in message.reactions] == [("👍", True)]
    assert message.quoted is not None
    assert message.quoted.provider_message_id == "3EB0A9"
    (old,) = await collected(client.messages.pages(account_id="acc-wa", reason=WHY))
    assert (old.id, old.chat_id, old.is_sender) == ("old-1", None, None)
    assert upstream.asked[1].query == {"account_id": "acc-wa", "limit": "250"}


async def test_an_item_that_cannot_be_used_is_counted_and_the_rest_kept(upstream, client):
    items = [MESSAGE, {"object": "Message"}, "x", MESSAGE | {"id": "k" * 600}, MESSAGE | {"id": "msg-2"}]
    upstream.answers["GET /chats/c/messages"] = listing("MessageList", *items)
    page = await client.messages.page(chat_id="c", reason=WHY)
    assert [message.id for message in page.items] == ["msg-1", "msg-2"]
    assert [(refused.position, refused.code) for refused in page.refused] == [
        (1, "missing_field"),
        (2, "missing_field"),
        (3, "invalid_field"),
    ]


async def test_attendees(upstream, client):
    upstream.answers["GET /chats/c/attendees"] = listing("ChatAttendeeList", ATTENDEE)
    upstream.answers["GET /chat_attendees"] = listing("ChatAttendeeList", ATTENDEE)
    upstream.answers["GET /chat_attendees/att-17"] = ATTENDEE
    found = [
        *await collected(client.chats.attendee_pages("c", reason=WHY)),
        *await collected(client.attendees.pages(account_id="acc-wa", reason=WHY)),
        await client.attendees.get("att-17", reason=WHY),
    ]
    assert len(found) == 3
    for attendee in found:
        assert (attendee.id, attendee.provider, attendee.account_id) == ("att-17", "whatsapp", "acc-wa")
        assert (attendee.person.lid, attendee.person.phone) == ("209900000000017@lid", "420600000017")
        assert (attendee.person.name, attendee.person.is_self) == (None, False)


async def test_a_profile_at_the_provider(upstream, client):
    upstream.answers["GET /users/kim-lee"] = {
        "object": "UserProfile",
        "provider": "LINKEDIN",
        "provider_id": "ACoAAKim",
        "first_name": "Kim",
        "last_name": "Lee",
    }
    upstream.answers["GET /users/420600000017"] = {
        "object": "UserProfile",
        "provider": "WHATSAPP",
        "id": "x@s",
    }
    profile = await client.attendees.profile("kim-lee", account_id="acc-li", reason=WHY)
    assert (profile.provider_id, profile.name, profile.provider) == ("ACoAAKim", "Kim Lee", "linkedin")
    minimal = await client.attendees.profile("420600000017", account_id="acc-wa", reason=WHY)
    assert (minimal.provider_id, minimal.name) == ("x@s", None)


async def test_e1_sending_a_text_with_a_quote_and_files(upstream, client):
    upstream.answers["POST /chats/chat-1/messages"] = (201, {"object": "MessageSent", "message_id": "msg-9"})
    message_id = await client.chats.send(
        "chat-1",
        text="Dobrý den\r\n👋",
        quote_id="msg-1",
        account_id="acc-wa",
        attachments=[
            FilePart('Účet "1".pdf', "application/pdf", b"%PDF"),
            FilePart("a\r\nX-Evil: 1.txt", "text/plain\r\nX-Evil: 1", b"\x00\r\n--"),
        ],
        voice_message=FilePart("voice.ogg", "audio/ogg", b"Ogg"),
        reason=WHY,
    )
    assert message_id == "msg-9"
    assert upstream.asked[0].parts == [
        ("text", None, "text/plain; charset=utf-8", "Dobrý den\r\n👋".encode()),
        ("account_id", None, "text/plain; charset=utf-8", b"acc-wa"),
        ("quote_id", None, "text/plain; charset=utf-8", b"msg-1"),
        ("attachments", 'Účet "1".pdf', "application/pdf", b"%PDF"),
        ("attachments", "a__X-Evil: 1.txt", "application/octet-stream", b"\x00\r\n--"),
        ("voice_message", "voice.ogg", "audio/ogg", b"Ogg"),
    ]
    assert "Content-Length" in upstream.asked[0].headers


async def test_a_text_alone_travels_as_a_form_of_parts_too(upstream, client):
    upstream.answers["POST /chats/c/messages"] = (201, {"object": "MessageSent", "message_id": None})
    assert await client.chats.send("c", text="ok", reason=WHY) is None
    assert upstream.asked[0].headers["Content-Type"].startswith("multipart/form-data; boundary=")


@pytest.mark.parametrize(
    ("stated", "code"),
    [
        ({}, "empty_message"),
        ({"text": " \n"}, "empty_message"),
        ({"text": "\ud800"}, "unusable_text"),
        ({"attachments": [FilePart("a", "text/plain", b"")]}, "empty_file"),
        ({"attachments": [FilePart("a", "text/plain", b"x" * (FILES_MAX_BYTES + 1))]}, "files_too_large"),
        ({"voice_message": FilePart("a", "audio/ogg", b"")}, "empty_file"),
    ],
)
async def test_e21_what_cannot_be_sent_is_refused_before_a_byte_leaves(upstream, client, stated, code):
    with pytest.raises(Rejected) as caught:
        await client.chats.send("c", reason=WHY, **stated)
    assert (caught.value.code, caught.value.status, caught.value.is_permanent) == (code, None, True)
    assert upstream.asked == []


async def test_starting_a_chat(upstream, client):
    upstream.answers["POST /chats"] = [
        (201, {"object": "ChatStarted", "chat_id": "c9", "message_id": "m9"}),
        (201, {"object": "ChatStarted", "chat_id": None, "message_id": None}),
    ]
    started = await client.chats.start(
        account_id="acc-wa",
        attendee_ids=["420600000017@s.whatsapp.net", "420600000018@s.whatsapp.net"],
        title="Trip",
        text="Hi",
        reason=WHY,
    )
    assert started == ChatStarted("c9", "m9")
    assert [(name, content) for name, _, _, content in upstream.asked[0].parts] == [
        ("account_id", b"acc-wa"),
        ("attendees_ids", b"420600000017@s.whatsapp.net"),
        ("attendees_ids", b"420600000018@s.whatsapp.net"),
        ("text", b"Hi"),
        ("title", b"Trip"),
    ]
    again = await client.chats.start(account_id="a", attendee_ids=["x"], text="Hi", reason=WHY)
    assert again == ChatStarted(None, None)


async def test_changing_a_chat_and_fetching_its_history(upstream, client):
    upstream.answers["PATCH /chats/c"] = {"object": "ChatPatched"}
    upstream.answers["GET /chats/c/sync"] = [
        {"object": "ChatHistorySync", "chat_id": "c", "status": "SYNC_STARTED"},
        {"object": "ChatHistorySync", "chat_id": "c", "status": "SOMETHING_NEW"},
    ]
    await client.chats.change("c", ChatAction.SET_READ, value=True, reason=WHY)
    assert msgspec.json.decode(upstream.asked[0].body) == {"action": "setReadStatus", "value": True}
    assert upstream.asked[0].headers["Content-Type"] == "application/json"
    assert await client.chats.sync("c", reason=WHY) is SyncStatus.STARTED
    assert await client.chats.sync("c", reason=WHY) is SyncStatus.UNKNOWN


async def test_what_is_done_to_a_message(upstream, client):
    upstream.answers |= {
        "GET /messages/m": MESSAGE,
        "POST /messages/m/reaction": {"object": "MessageReactionAdded", "success": True},
        "PATCH /messages/m": {"object": "SomethingUndocumented"},
        "DELETE /messages/m": {"object": "MessageDeleted"},
        "POST /messages/m/forward": {"object": "MessageForwarded", "message_id": "m2"},
    }
    assert (await client.messages.get("m", reason=WHY)).id == "msg-1"
    await client.messages.react("m", "👍", reason=WHY)
    await client.messages.edit("m", "new", reason=WHY)
    await client.messages.delete("m", reason=WHY)
    assert await client.messages.forward("m", to_chat_id="c2", reason=WHY) == "m2"
    bodies = [msgspec.json.decode(asked.body) for asked in upstream.asked if asked.body]
    assert bodies == [{"reaction": "👍"}, {"text": "new"}, {"chat_id": "c2"}]


async def test_webhooks(upstream, client):
    upstream.answers["GET /webhooks"] = listing(
        "WebhookList",
        {
            "object": "Webhook",
            "id": "w1",
            "name": "landline",
            "source": "messaging",
            "enabled": True,
            "request_url": "https://inbox.example/w",
            "account_ids": [{"id": "acc-wa", "type": "WHATSAPP"}],
            "events": ["message_received"],
            "headers": [{"key": "Unipile-Auth", "value": "secret-of-ours"}],
        },
    )
    upstream.answers["POST /webhooks"] = (201, {"object": "WebhookCreated", "webhook_id": "w2"})
    upstream.answers["DELETE /webhooks/w1"] = {"object": "WebhookDeleted"}
    (webhook,) = await collected(client.webhooks.pages(reason=WHY))
    assert (webhook.id, webhook.source, webhook.account_ids) == ("w1", "messaging", ("acc-wa",))
    assert webhook.header_names == ("Unipile-Auth",)
    assert "secret-of-ours" not in repr(webhook)
    created = await client.webhooks.create(
        source=WebhookSource.MESSAGING,
        request_url="https://inbox.example/w",
        name="landline",
        events=["message_received", "message_read"],
        headers={"Unipile-Auth": "s"},
        reason=WHY,
    )
    assert created == "w2"
    assert msgspec.json.decode(upstream.asked[1].body) == {
        "request_url": "https://inbox.example/w",
        "source": "messaging",
        "name": "landline",
        "format": "json",
        "events": ["message_received", "message_read"],
        "headers": [
            {"key": "Content-Type", "value": "application/json"},
            {"key": "Unipile-Auth", "value": "s"},
        ],
    }
    await client.webhooks.delete("w1", reason=WHY)


async def test_downloads_are_streamed_with_what_their_headers_claim(upstream, client, calls):
    upstream.answers["GET /messages/m/attachments/a"] = (
        200,
        b"x" * 300_000,
        {"Content-Type": "image/jpeg; q=1", "Content-Disposition": "attachment; filename*=UTF-8''%C3%9A.jpg"},
    )
    async with client.messages.attachment("m", "a", reason=WHY) as download:
        assert (download.mime_type, download.file_name, download.size_bytes) == (
            "image/jpeg",
            "Ú.jpg",
            300_000,
        )
        assert sum([len(piece) async for piece in download.chunks()]) == 300_000
    assert calls[0].outcome == "ok"
    with pytest.raises(NotFound):
        async with client.attendees.picture("nobody", reason=WHY):
            pass


async def test_i2_a_download_past_its_cap_is_cut(upstream, client, calls):
    upstream.answers["GET /messages/m/attachments/a"] = (200, b"x" * 300_000)
    received = []

    async def download():
        async with client.messages.attachment("m", "a", reason=WHY) as stream:
            async for piece in stream.chunks(max_bytes=100_000):
                received.append(len(piece))  # noqa: PERF401 - kept although the reading fails

    with pytest.raises(Unknown) as caught:
        await download()
    assert caught.value.code == calls[0].outcome == "answer_too_large"
    assert sum(received) <= 100_000


async def test_an_error_of_the_reader_is_the_readers_own(upstream, client, calls):
    upstream.answers["GET /messages/m/attachments/a"] = (200, b"x" * 300_000)

    async def download():
        async with client.messages.attachment("m", "a", reason=WHY) as stream:
            async for _ in stream.chunks():
                raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        await download()
    assert calls[0].outcome == "OSError"


async def test_pages_are_followed_to_the_end_and_resumed_from_a_cursor(upstream, client):
    pages = [
        listing("ChatList", CHAT, cursor="one="),
        listing("ChatList", cursor="two"),
        listing("ChatList", CHAT | {"id": "chat-2"}),
    ]
    upstream.answers["GET /chats"] = [*pages, pages[2]]
    assert [chat.id for chat in await collected(client.chats.pages(account_id="a", reason=WHY))] == [
        "chat-1",
        "chat-2",
    ]
    assert [asked.query.get("cursor") for asked in upstream.asked] == [None, "one=", "two"]
    resumed = await collected(client.chats.pages(account_id="a", cursor="two", reason=WHY))
    assert [chat.id for chat in resumed] == ["chat-2"]
    assert upstream.asked[-1].query["cursor"] == "two"


async def pages_until_refused(client):
    read = []

    async def follow():
        async for page in client.chats.pages(account_id="a", reason=WHY):
            read.append(page)  # noqa: PERF401 - kept although the reading fails

    with pytest.raises(EndlessPages) as caught:
        await follow()
    return read, caught.value.code


async def test_f4_a_cursor_that_comes_back_ends_the_reading_and_keeps_what_was_read(upstream, client):
    first, second = CHAT, CHAT | {"id": "chat-2"}
    upstream.answers["GET /chats"] = [
        listing("ChatList", first, cursor="one"),
        listing("ChatList", second, cursor="two"),
        listing("ChatList", CHAT | {"id": "chat-3"}, cursor="one"),
    ]
    read, code = await pages_until_refused(client)
    assert (len(read), code) == (3, "same_cursor")


async def test_f4_one_page_under_ever_new_cursors_ends_the_reading(upstream, client):
    upstream.answers["GET /chats"] = [listing("ChatList", CHAT, cursor=str(number)) for number in range(100)]
    read, code = await pages_until_refused(client)
    assert (len(read), code) == (SAME_PAGE_MAX, "same_page")


async def test_f4_f6_empty_pages_are_followed_but_not_for_ever(upstream, client):
    upstream.answers["GET /chats"] = [listing("ChatList", cursor=str(number)) for number in range(100)]
    read, code = await pages_until_refused(client)
    assert (len(read), code) == (EMPTY_PAGES_MAX, "same_page")


async def test_f5_an_expired_cursor_is_told_apart(upstream, client):
    upstream.answers["GET /chats"] = [
        listing("ChatList", CHAT, cursor="old"),
        (400, {"type": "errors/invalid_parameters", "title": "Invalid parameters", "status": 400}),
    ]
    with pytest.raises(ExpiredCursor):
        await collected(client.chats.pages(account_id="a", reason=WHY))
