"""Reading chats, messages, attendees and bytes: what is asked for, and the typed answer."""

from datetime import timedelta

import pytest

from tests.unipile.upstream_objects import ACCOUNT, ATTENDEE, CHAT, JUNE_2, MESSAGE, WHY, collected, listing
from unipile.errors import NotFound, Rejected, Unknown
from unipile.payloads.messaging import ChatKind
from unipile.resources.attendee import parse_attendee
from unipile.resources.chat import Muted, parse_chat
from unipile.resources.message import parse_message


async def test_chats(upstream, client):
    upstream.answers["GET /chats"] = listing("ChatList", CHAT)
    page = await client.chats.page_stated(
        account_id="acc-wa", after=JUNE_2, before=JUNE_2 + timedelta(seconds=1), reason=WHY
    )
    (chat,) = map(parse_chat, page.items)
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
    of_chat = await client.messages.page_stated("chat-1", account_id="acc-wa", after=JUNE_2, reason=WHY)
    (message,) = map(parse_message, of_chat.items)
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
    of_account = await client.messages.page_stated(None, account_id="acc-wa", reason=WHY)
    (old,) = map(parse_message, of_account.items)
    assert (old.id, old.chat_id, old.is_sender) == ("old-1", None, None)
    assert upstream.asked[0].query == {"after": "2026-06-02T08:15:30.250Z", "limit": "250"}
    assert upstream.asked[1].query == {"account_id": "acc-wa", "limit": "250"}


async def test_an_item_that_cannot_be_used_is_counted_and_the_rest_kept(upstream, client):
    items = [ACCOUNT, {"object": "Account"}, "x", ACCOUNT | {"id": "k" * 600}, ACCOUNT | {"id": "acc-2"}]
    upstream.answers["GET /accounts"] = listing("AccountList", *items)
    page = await client.accounts.page(reason=WHY)
    assert [account.id for account in page.items] == ["acc-wa", "acc-2"]
    assert [(refused.position, refused.code) for refused in page.refused] == [
        (1, "missing_field"),
        (2, "missing_field"),
        (3, "invalid_field"),
    ]


async def test_attendees(upstream, client):
    upstream.answers["GET /chats/c/attendees"] = listing("ChatAttendeeList", ATTENDEE)
    upstream.answers["GET /chat_attendees"] = listing("ChatAttendeeList", ATTENDEE)
    of_account = await client.attendees.page_stated(account_id="acc-wa", reason=WHY)
    found = [*await collected(client.chats.attendee_pages_stated("c", reason=WHY)), *of_account.items]
    assert len(found) == 2
    for attendee in map(parse_attendee, found):
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
