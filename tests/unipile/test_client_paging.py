"""Lists that come in pages: F4, F5, F6."""

import pytest

from tests.unipile.upstream_objects import CHAT, WHY, collected, listing
from unipile.errors import EndlessPages, ExpiredCursor
from unipile.operations.paging import EMPTY_PAGES_MAX, SAME_PAGE_MAX, follow_pages


def chat_pages(client, cursor=None):
    def read(at):
        return client.chats.page_stated(account_id="a", cursor=at, reason=WHY)

    return follow_pages(read, cursor)


async def test_pages_are_followed_to_the_end_and_resumed_from_a_cursor(upstream, client):
    pages = [
        listing("ChatList", CHAT, cursor="one="),
        listing("ChatList", cursor="two"),
        listing("ChatList", CHAT | {"id": "chat-2"}),
    ]
    upstream.answers["GET /chats"] = [*pages, pages[2]]
    assert [chat["id"] for chat in await collected(chat_pages(client))] == [
        "chat-1",
        "chat-2",
    ]
    assert [asked.query.get("cursor") for asked in upstream.asked] == [None, "one=", "two"]
    resumed = await collected(chat_pages(client, "two"))
    assert [chat["id"] for chat in resumed] == ["chat-2"]
    assert upstream.asked[-1].query["cursor"] == "two"


async def pages_until_refused(client):
    read = []

    async def follow():
        async for page in chat_pages(client):
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
        await collected(chat_pages(client))
