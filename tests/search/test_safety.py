"""What a search may not do: show what is not the reader's, shift while paging, break, or take for ever."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from communications.models import Attachment, Channel, ChannelAccess, SearchMessage, SearchName
from communications.selectors import search
from tests.database import ScratchDatabase
from tests.inbox import (
    attendee_make,
    channel_make,
    client_of,
    conversation_make,
    message_make,
    minutes,
    person_make,
)
from tests.search.searched import SEARCH, Inbox

HOSTILE = [
    "'; DROP TABLE communications_message; --",
    "' & 'a",
    "a' | 'b",
    "\\' \\",
    "%s %(words)s {channel}",
    "!(a | b) & c <-> d:*",
    "channel:1 chat:1 #1234",
    "'channel:1'",
    "x" * 500,
    "a " * 16,
    "0" * 500,
    "1-" * 250,
    "é" * 500,
    "\u0301" * 500,
    "北" * 500,
    "\ufdfa" * 100,
    "in:#" + "9" * 400,
    "in:#９９",
    "from:' to:\\ in:% account:_ hello",
    "before:9999-12-31 after:0001-01-01 hello",
    "zzzzzzzz yyyyyyyy xxxxxxxx wwwwwwww vvvvvvvv",
    "\ud7ff\uffff\U0010ffff",
]


@pytest.mark.parametrize("q", HOSTILE, ids=range(len(HOSTILE)))
def test_j9_a_hostile_search_is_a_search(inbox: Inbox, q: str) -> None:
    inbox.said("hello")
    response = inbox.client.get(SEARCH, {"q": q, "utc_offset": 840})
    assert response.status_code in (200, 400), response.content
    assert inbox.texts("hello") == ["hello"]


def test_j17_a_search_has_limits(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    for query in (
        {},
        {"q": ""},
        {"q": "a" * 501},
        {"q": "a\x00b"},
        {"q": "a", "utc_offset": "841"},
        {"q": "a", "limit": 201},
    ):
        assert inbox.client.get(SEARCH, query).json()["code"] == "invalid_input", query
    refused = inbox.client.get(SEARCH, {"q": 'say "hello'})
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid_query")
    assert refused.json()["detail"] == "At character 5: close the quotation mark, or leave it out."
    monkeypatch.setattr(search, "_REACH", "SELECT pg_sleep(5), now()")
    monkeypatch.setattr(search, "DEADLINE_MS", 50)
    slow = inbox.client.get(SEARCH, {"q": "hello"})
    assert (slow.status_code, slow.json()["code"]) == (503, "too_broad")
    assert "add a word" in slow.json()["detail"]


def test_a_very_long_text_is_stored_and_found(inbox: Inbox) -> None:
    """No text can make the index refuse a delivery."""
    for number, text in enumerate(
        ("".join(map(chr, range(0x4E00, 0x9FFF))) * 5, "w" * 100_000, "12 34 " * 20_000)
    ):
        inbox.said(f"start {text}", sent_at=minutes(number))
    assert len(inbox.texts("start")) == 3


class Estates:
    """Two channels whose every text and name holds the same word."""

    def __init__(self) -> None:
        self.reader = person_make()
        self.channels = [channel_make(self.reader), channel_make()]
        self.ids: list[set[str]] = []
        for number, channel in enumerate(self.channels):
            ana = attendee_make(channel, "Canary", phone="4917000000")
            chat = conversation_make(channel, contact=ana, members=[ana])
            group = conversation_make(channel, kind="group", title="Canary group", members=[ana])
            message = message_make(
                chat, "canary", search_text="canary", sender=ana, kind="file", sent_at=minutes(number)
            )
            Attachment.objects.create(
                channel=channel, message=message, external_attachment_id="a", kind="file", name="canary.pdf"
            )
            own = message_make(chat, "canary", search_text="canary", direction="outbound")
            self.ids.append(
                {f"{kind}{one.pk}" for kind, one in (("c", chat), ("c", group), ("m", message), ("m", own))}
            )
        self.theirs = self.channels[1]


QUERIES = [
    "canary",
    "canari",
    "canray",
    "from:canary",
    "to:canary",
    "to:me",
    "from:me",
    "in:canary",
    "has:file",
    "is:unread",
    "4917000000",
    "account:whatsapp canary",
    "after:2000",
    'canary "canary"',
]


@pytest.mark.parametrize("q", QUERIES)
def test_j3_a_search_stays_within_the_readers_channels(database: ScratchDatabase, q: str) -> None:
    estates = Estates()
    mine, theirs = estates.ids
    foreign = next(int(one[1:]) for one in theirs if one.startswith("c"))
    for asked in (q, f"{q} in:#{foreign}", f"{q} account:#{estates.theirs.pk}"):
        page = client_of(estates.reader).get(SEARCH, {"q": asked}).json()
        assert seen(page) <= mine, asked
        assert seen(page) or asked != q or q == "is:unread"
    ChannelAccess.objects.create(user=estates.reader, channel=estates.theirs, role="member")
    ChannelAccess.objects.filter(channel=estates.channels[0]).delete()
    page = client_of(estates.reader).get(SEARCH, {"q": q}).json()
    assert seen(page) <= theirs


def seen(page: dict[str, Any]) -> set[str]:
    found = {f"m{hit['message_id']}" for hit in page["hits"]}
    found |= {f"c{one}" for one in page["chats"]} | {f"c{one['id']}" for one in page["conversations"]}
    return found | {f"c{hit['conversation_id']}" for hit in page["hits"]}


@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    places=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 5)), max_size=25),
    limit=st.integers(1, 7),
    share=st.sampled_from([1, 3, 10_000]),
)
def test_pages_together_are_all_hits_newest_first(
    database: ScratchDatabase,
    monkeypatch: pytest.MonkeyPatch,
    places: list[tuple[int, int]],
    limit: int,
    share: int,
) -> None:
    """By whichever way they are found: the newest looked through a few at a time, or the index."""
    database.reset()
    inbox = Inbox()
    chats = [conversation_make(channel_make(inbox.reader)) for _ in range(3)]
    made = [inbox.said(f"word {minute}", chats[chat], sent_at=minutes(minute)) for chat, minute in places]
    expected = [str(one.pk) for one in sorted(made, key=lambda one: (one.sent_at, one.pk), reverse=True)]
    monkeypatch.setattr(search, "FEWEST_NEWEST", share)
    monkeypatch.setattr(search, "NEWEST", share)
    listed: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = inbox.answer("word", limit=limit, **cursor)
        listed += [hit["message_id"] for hit in page["hits"]]
        inbox.said("word that came while paging", chats[0], sent_at=minutes(1_000))
        if page["next_cursor"] is None:
            break
        assert len(page["hits"]) == limit
        cursor = {"cursor": page["next_cursor"]}
    assert listed == expected


def test_a_cursor_is_kept_to_its_search(inbox: Inbox) -> None:
    for number in range(3):
        inbox.said("word other", sent_at=minutes(number))
    cursor = inbox.answer("word", limit=1)["next_cursor"]
    for query in ({"q": "other"}, {"q": "word", "utc_offset": 60}):
        refused = inbox.client.get(SEARCH, {**query, "cursor": cursor})
        assert refused.json()["code"] == "invalid_cursor"
    assert inbox.answer("word", limit=1, cursor=cursor)["hits"]


def test_a_channel_that_goes_takes_its_words_with_it(inbox: Inbox) -> None:
    inbox.said("hello")
    inbox.chat.title = "titled"
    inbox.chat.save()
    Channel.objects.filter(pk=inbox.channel.pk).delete()
    assert (SearchMessage.objects.count(), SearchName.objects.count()) == (0, 0)
