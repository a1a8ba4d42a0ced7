"""What is found, and how it is shown: scripts, numbers, names, files, operators, slips."""

from __future__ import annotations

import pytest

from communications.models import Attachment, GivenName
from tests.inbox import NOON, attendee_make, channel_make, conversation_make, minutes, recount
from tests.search.searched import SEARCH, Inbox
from unipile.payloads.text import search_text

FOUND = [
    (
        "Die Rechnung für das Übergrößenpaket",
        ["rechnung", "RECH", "ubergros", "Übergrößen", "rechnung das", '"für das"'],
    ),
    ("北京大学的食堂很好吃", ["北京", "京大", "食堂", "吃", "北京大学的食堂", '"大学"']),
    ("東京タワーへ行きました", ["東京", "タワー", "行きま", "た"]),
    ("สวัสดีครับ ผมต้องการสั่งซื้อ", ["สวัสดี", "ครับ", "สั่งซื้อ"]),
    ("السَّلَامُ عَلَيْكُم يا صديقي", ["السلام", "عليكم", "صديق"]),
    ("Tôi muốn đặt hàng ở Đà Nẵng", ["dat hang", "đặt", "Da Nang", "nẵng"]),
    ("안녕하세요 주문했어요", ["안녕", "주문했"]),
    (
        "Ring me: +49 (170) 123-4567 tonight",
        ["0170-123", "+49 170 123", "491701", "1234567", "0049 170 1234567", "+491701234567"],
    ),
    ("office 0301234567", ["+49 30 1234567", "030 123", "301234567"]),
    (
        "write to ann.lee+x@shop.example.com please",
        ["ann.lee+x@shop.example.com", "ann.lee", "shop.example", "lee"],
    ),
    ("see https://example.com/a_b?c=d", ["example.com/a_b", "has:link", "https://example.com"]),
    ("don't stop 😀 O'Neill", ["don't", "neill", "o'neill"]),
    ("iPhone手机壳", ["iphone", "手机", "iphone手机"]),
]


@pytest.mark.parametrize(("text", "asked"), FOUND, ids=[text[:12] for text, _ in FOUND])
def test_a_text_is_found_by_its_words_in_any_script(inbox: Inbox, text: str, asked: list[str]) -> None:
    inbox.said(text)
    inbox.said("something else altogether 555")
    for q in asked:
        page = inbox.answer(q)
        assert [hit["snippet"]["text"] for hit in page["hits"]] == [text], q
        assert not page["forgiving"], q


@pytest.mark.parametrize(
    "q", ["hnung", "rechnung nothing", '"rechnung das"', "京北", "大食", "170999", "gros"]
)
def test_what_is_not_there_is_not_found(inbox: Inbox, q: str) -> None:
    for text, _ in FOUND:
        inbox.said(text)
    assert inbox.texts(q) == []


def test_marks_stand_where_the_words_stand(inbox: Inbox) -> None:
    for text, q, marked in (
        ("😀 Größe: GROSS, grosse", "gross", ["Größ", "GROSS", "gross"]),
        ("北京大学的北京", "北京", ["北京", "北京"]),
        ("+49 170 1234567!", "0170 123", ["49 170 1234567"]),
        ("see you tomorrow, you said", '"see you"', ["see you"]),
    ):
        inbox.said(text)
        snippet = inbox.answer(q)["hits"][0]["snippet"]
        units = snippet["text"].encode("utf-16-le")
        assert [units[start * 2 : end * 2].decode("utf-16-le") for start, end in snippet["marks"]] == marked


def test_a_long_text_is_cut_around_the_find(inbox: Inbox) -> None:
    inbox.said("word " * 400 + "needle" + " more" * 400)
    snippet = inbox.answer("needle")["hits"][0]["snippet"]
    assert snippet["cut_before"]
    assert snippet["cut_after"]
    (mark,) = snippet["marks"]
    assert snippet["text"][slice(*mark)] == "needle"
    assert len(snippet["text"]) < 300


def test_files_are_found_by_name_and_kind(inbox: Inbox) -> None:
    message = inbox.said("", kind="file")
    part = Attachment.objects.create(
        channel=inbox.channel,
        message=message,
        external_attachment_id="a",
        kind="file",
        name="Angebot_Größe-XL.pdf",
    )
    hit = inbox.answer("grosse")["hits"][0]
    assert hit["message_id"] == str(message.pk)
    assert hit["snippet"]["is_file_name"]
    assert inbox.answer("has:file angebot")["hits"]
    assert not inbox.answer("has:image angebot")["hits"]
    Attachment.objects.filter(pk=part.pk).update(name="other.pdf")
    assert not inbox.answer("angebot")["hits"]
    part.delete()
    assert not inbox.answer("other")["hits"]


def test_people_and_chats_come_first_and_by_any_of_their_names(inbox: Inbox) -> None:
    group = conversation_make(inbox.channel, kind="group", title="Reise nach Köln", members=[inbox.ana])
    for q in ("ana", "martinez ana", "0170 1234", "+491701234567", "ana.m"):
        assert inbox.answer(q)["chats"] == [str(inbox.chat.pk), str(group.pk)], q
    assert inbox.answer("koln")["chats"] == [str(group.pk)]
    assert inbox.answer("martinze")["chats"] == [str(inbox.chat.pk), str(group.pk)]
    group.title = "Elsewhere"
    group.save(update_fields=["title"])
    assert inbox.answer("koln")["chats"] == []
    names = {one["name"] for one in inbox.answer("ana")["attendees"]}
    assert names == {"Ana Martínez"}


def test_a_group_found_by_a_member_says_by_whom(inbox: Inbox) -> None:
    zora = attendee_make(inbox.channel, "Zora")
    group = conversation_make(inbox.channel, kind="group", title="Reise", members=[inbox.ana, zora])
    namesake = conversation_make(inbox.channel, kind="group", title="For Zora", members=[inbox.ana, zora])
    answer = inbox.answer("zora")
    assert set(answer["chats"]) == {str(group.pk), str(namesake.pk)}
    assert answer["members"] == [{"conversation_id": str(group.pk), "attendee_id": str(zora.pk)}]
    assert str(zora.pk) in {one["id"] for one in answer["attendees"]}
    assert inbox.answer("reise")["members"] == []


def test_a_name_given_here_finds_the_person_by_all_their_ids(inbox: Inbox) -> None:
    twin = attendee_make(inbox.channel, same_as=inbox.ana)
    inbox.said("from the other id", sender=twin, sent_at=minutes(1))
    given = GivenName.objects.create(channel=inbox.channel, attendee=inbox.ana, name="Dr. Zoë")
    assert inbox.texts("from:zoe") == ["from the other id"]
    assert inbox.texts("in:zoe id") == ["from the other id"]
    given.delete()
    assert inbox.texts("from:zoe") == []


def test_tokens_that_stand_for_people_are_shown_as_names(inbox: Inbox) -> None:
    attendee_make(inbox.channel, "Grace", provider_id="140000000000009@lid")
    inbox.said("{{140000000000009@lid}} measures the corridor")
    (hit,) = inbox.answer("corridor")["hits"]
    assert hit["snippet"]["text"] == "@Grace measures the corridor"
    assert hit["snippet"]["marks"] == [[20, 28]]


def test_operators_narrow_the_search(inbox: Inbox) -> None:
    ben = attendee_make(inbox.channel, "Ben")
    team = conversation_make(inbox.channel, kind="group", title="Team Lisbon", members=[inbox.ana, ben])
    other = channel_make(inbox.reader, provider="linkedin")
    other.name = "Sales desk"
    other.save()
    elsewhere = conversation_make(other, title="Elsewhere")
    inbox.said("hello one", sender=inbox.ana, sent_at=minutes(1))
    inbox.said("hello two", team, sender=ben, sent_at=minutes(2))
    inbox.said("hello three", direction="outbound", sent_at=minutes(3))
    inbox.said("hello four", elsewhere, sent_at=minutes(60 * 24))
    for q, expected in {
        "hello": ["hello four", "hello three", "hello two", "hello one"],
        "from:ana": ["hello one"],
        'from:"ana martinez" hello': ["hello one"],
        "from:me": ["hello three"],
        "from:ana from:ben": ["hello two", "hello one"],
        "to:ana": ["hello three"],
        "in:lisbon hello": ["hello two"],
        f"in:#{team.pk}": ["hello two"],
        "account:linkedin": ["hello four"],
        'account:"sales desk" hello': ["hello four"],
        "hello before:2026-05-19": ["hello three", "hello two", "hello one"],
        "hello after:2026-05-19": ["hello four"],
        "hello after:2026-05-18 before:2026-05": [],
        "from:nobody hello": [],
        "hello from:ana in:lisbon": [],
    }.items():
        assert inbox.texts(q) == expected, q


def test_unread_is_what_comes_after_the_read_marker(inbox: Inbox) -> None:
    first = inbox.said("read already", sent_at=minutes(1))
    inbox.said("unread invoice", sent_at=minutes(2))
    inbox.said("unread hello", sent_at=minutes(3))
    inbox.chat.marked_read_at, inbox.chat.marked_read_id = first.sent_at, first.pk
    inbox.chat.save()
    recount(inbox.chat)
    assert inbox.texts("is:unread") == ["unread hello", "unread invoice"]
    assert inbox.texts("is:unread invoice") == ["unread invoice"]
    assert inbox.texts("is:unread already") == []


def test_a_slip_is_forgiven_only_where_little_is_found(inbox: Inbox) -> None:
    for number in range(4):
        inbox.said(f"Rechnung {number}", sent_at=minutes(number))
    page = inbox.answer("rechnugn", limit=3)
    assert page["forgiving"]
    assert page["total"] == 4
    assert page["hits"][0]["snippet"]["marks"] == [[0, 8]]
    rest = inbox.answer("rechnugn", limit=3, cursor=page["next_cursor"])
    assert [hit["snippet"]["text"] for hit in rest["hits"]] == ["Rechnung 0"]
    inbox.said("Recknung zu Recht")
    assert not inbox.answer("rechnung")["forgiving"]
    assert inbox.texts("rehc") == []


def test_only_the_newest_text_and_only_what_is_shown_is_found(inbox: Inbox) -> None:
    message = inbox.said("secret before")
    message.text, message.edited_at, message.search_text = "plain after", NOON, search_text("plain after")
    message.save()
    assert inbox.texts("secret") == []
    assert inbox.texts("plain") == ["plain after"]
    for fields in ({"is_hidden": True}, {"is_hidden": False}, {"deleted_at": NOON}):
        type(message).objects.filter(pk=message.pk).update(**fields)
        assert inbox.texts("plain") == (["plain after"] if fields == {"is_hidden": False} else []), fields
    stub = inbox.said("plain stub", is_stub=True)
    assert inbox.texts("plain") == []
    type(stub).objects.filter(pk=stub.pk).update(is_stub=False)
    assert inbox.texts("plain") == ["plain stub"]
    type(stub).objects.filter(pk=stub.pk).delete()
    assert inbox.texts("plain") == []


def test_a_chat_that_continues_another_is_found_in_that_other(inbox: Inbox) -> None:
    part = conversation_make(inbox.channel, title="Old name", continues=inbox.chat)
    inbox.said("long ago", part)
    page = inbox.answer("ago")
    assert page["hits"][0]["conversation_id"] == str(inbox.chat.pk)
    assert inbox.texts(f"in:#{inbox.chat.pk}") == ["long ago"]
    assert inbox.answer("old name")["chats"] == [str(inbox.chat.pk)]


def test_the_reach_is_told(inbox: Inbox) -> None:
    inbox.said("a", sent_at=minutes(5))
    inbox.said("b", sent_at=minutes(1))
    conversation_make(inbox.channel, is_whole=True, last_message_at=minutes(0))
    page = inbox.answer("a")
    assert page["reach"] == {"conversations": 2, "since": "2026-05-18T12:01:00.000Z"}
    assert page["completeness"] == {"chats": 2, "whole": 1}


def test_a_search_without_words_finds_nothing(inbox: Inbox) -> None:
    inbox.said("!!! ???")
    for q in ("!!!", '""', " ", "'", "\\", "😀"):
        assert inbox.texts(q) == [], q


def test_somebody_who_reads_no_channel_finds_nothing(inbox: Inbox) -> None:
    inbox.said("hello")
    inbox.reader.channelaccess_set.all().delete()
    page = inbox.answer("hello")
    assert (page["hits"], page["chats"], page["total"]) == ([], [], 0)
    assert page["reach"] == {"conversations": 0, "since": None}


def test_nobody_finds_anything_without_a_session(inbox: Inbox) -> None:
    inbox.client.logout()
    assert inbox.client.get(SEARCH, {"q": "hello"}).status_code == 401
