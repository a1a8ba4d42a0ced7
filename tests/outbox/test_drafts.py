"""Drafts follow their author through every browser, and nobody else sees them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from communications.models import ChannelAccess, Conversation, Draft, Tombstone, User
from tests.database import ScratchDatabase
from tests.inbox import channel_make, client_of, conversation_make, person_make


class Desk:
    def __init__(self) -> None:
        self.person: User = person_make()
        self.channel = channel_make(self.person)
        self.conversation: Conversation = conversation_make(self.channel)
        self.client = client_of(self.person)

    def keep(
        self, text: str, *, conversation: Conversation | None = None, client: Client | None = None
    ) -> Any:
        path = f"/api/v1/communications/all/chats/{(conversation or self.conversation).pk}/draft/"
        return (client or self.client).put(
            path, json.dumps({"text": text}, ensure_ascii=False), content_type="application/json"
        )


@pytest.fixture
def desk(database: ScratchDatabase) -> Desk:
    return Desk()


def test_a_draft_is_kept_changed_and_removed(desk: Desk) -> None:
    first = desk.keep("Dear")
    assert (first.status_code, first.json()["text"]) == (200, "Dear")
    assert first.json()["conversation_id"] == str(desk.conversation.pk)
    second = desk.keep("Dear Ada,")
    assert second.json()["id"] == first.json()["id"]
    assert int(second.json()["version"]) > int(first.json()["version"])
    assert desk.keep("Dear Ada,").json() == second.json(), "what changes nothing is no news"
    removed = desk.keep("")
    assert (removed.status_code, removed.content) == (204, b"")
    assert Draft.objects.count() == 0
    assert Tombstone.objects.get(entity="draft").user_id == desk.person.pk
    assert desk.keep("").status_code == 204


def test_each_person_has_a_draft_of_their_own(desk: Desk) -> None:
    colleague = person_make()
    ChannelAccess.objects.create(user=colleague, channel=desk.channel)
    desk.keep("mine")
    theirs = desk.keep("theirs", client=client_of(colleague))
    assert theirs.status_code == 200
    assert set(Draft.objects.values_list("user", "text")) == {
        (desk.person.pk, "mine"),
        (colleague.pk, "theirs"),
    }
    assert desk.keep("x", client=client_of(person_make())).status_code == 404


def test_a_draft_of_a_part_is_one_of_the_whole(desk: Desk) -> None:
    part = conversation_make(desk.channel, continues=desk.conversation)
    Draft.objects.create(user=desk.person, channel=desk.channel, conversation=part, text="begun before")
    assert desk.keep("begun anew", conversation=part).json()["conversation_id"] == str(desk.conversation.pk)
    assert list(Draft.objects.values_list("conversation", "text")) == [(desk.conversation.pk, "begun anew")]
    assert desk.keep("", conversation=part).status_code == 204
    assert Draft.objects.count() == 0


@pytest.mark.parametrize("text", ["x" * 100_000, "\U0001f600" * 100_000, " ", "\u202e", "a\nb"])
def test_a_text_of_any_kind_comes_back_as_it_was(desk: Desk, text: str) -> None:
    assert desk.keep(text).json()["text"] == text


@pytest.mark.parametrize(("text", "words"), [("x" * 100_001, "100000"), ("a\0b", "pattern")])
def test_what_cannot_be_kept_is_refused_and_the_draft_stays(desk: Desk, text: str, words: str) -> None:
    desk.keep("kept")
    refused = desk.keep(text)
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid_input")
    assert words in refused.json()["detail"]
    assert Draft.objects.get().text == "kept"


def test_a_browser_that_starts_empty_reads_all_of_ones_own_drafts(desk: Desk) -> None:
    other = conversation_make(desk.channel)
    kept = [desk.keep("Dear").json(), desk.keep("Hello", conversation=other).json()]
    colleague = person_make()
    ChannelAccess.objects.create(user=colleague, channel=desk.channel)
    assert desk.client.get("/api/v1/communications/drafts/").json() == {"items": kept}
    assert client_of(colleague).get("/api/v1/communications/drafts/").json() == {"items": []}
    ChannelAccess.objects.filter(user=desk.person).delete()
    assert desk.client.get("/api/v1/communications/drafts/").json() == {"items": []}
