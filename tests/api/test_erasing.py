"""Owners erase a conversation or a person for good; nobody else does, and not by a slip."""

from __future__ import annotations

import pytest
from django.test import Client

from communications.models import (
    Attachment,
    AuditEntry,
    Channel,
    ChannelAccess,
    ChatAttendee,
    Conversation,
    Erasure,
    Message,
)
from tests.inbox import (
    attendee_make,
    channel_make,
    client_of,
    conversation_make,
    message_make,
    minutes,
    person_make,
)

API = "/api/v1/communications"
JSON = "application/json"


class Town:
    """Ana writes by two ids in a direct chat and in a group, and Bea in the group."""

    def __init__(self) -> None:
        self.owner = person_make("owner")
        self.channel: Channel = channel_make(self.owner, role="owner")
        self.ana = attendee_make(self.channel, "Ana")
        self.also_ana = attendee_make(self.channel, "Ana")
        self.also_ana.same_as = self.ana
        self.also_ana.save()
        self.bea = attendee_make(self.channel, "Bea")
        self.direct = conversation_make(self.channel, title="Ana", contact=self.ana, members=[self.ana])
        self.group = conversation_make(
            self.channel, title="Choir", kind="group", members=[self.also_ana, self.bea]
        )
        for number in range(2):
            written = message_make(self.direct, f"direct {number}", sender=self.ana, sent_at=minutes(number))
        Attachment.objects.create(channel=self.channel, message=written, external_attachment_id="photo")
        message_make(self.group, "of Ana", sender=self.also_ana, sent_at=minutes(3))
        message_make(self.group, "of Bea", sender=self.bea, sent_at=minutes(4))
        self.client: Client = client_of(self.owner)

    @property
    def chat(self) -> str:
        return f"{API}/all/chats/{self.direct.pk}/erasure/"

    def person(self, who: ChatAttendee) -> str:
        return f"{API}/people/{who.pk}/erasure/"


@pytest.fixture
def town(database: object) -> Town:
    return Town()


def texts() -> set[str]:
    return set(Message.objects.values_list("text", flat=True))


def test_a_conversation_is_erased_once_the_word_is_typed(town: Town) -> None:
    told = town.client.get(town.chat).json()
    assert told == {
        "kind": "conversation",
        "messages": 2,
        "conversations": 1,
        "files": 1,
        "oldest_at": "2026-05-18T12:00:00.000Z",
        "newest_at": "2026-05-18T12:01:00.000Z",
    }
    for confirmation in ("", "yes", "Erase"):
        refused = town.client.post(town.chat, {"confirmation": confirmation}, content_type=JSON)
        assert (refused.status_code, refused.json()["code"]) == (400, "invalid_input")
    assert len(texts()) == 4

    done = town.client.post(town.chat, {"confirmation": "erase"}, content_type=JSON).json()
    assert (done["kind"], done["messages"]) == ("conversation", 2)
    assert texts() == {"of Ana", "of Bea"}
    assert town.client.get(town.chat).status_code == 404
    assert Erasure.objects.get().erased_by == "owner"
    entry = AuditEntry.objects.get()
    assert (entry.actor_name, entry.action, entry.object_kind, entry.result) == (
        "owner",
        "erased",
        "conversation",
        "2 messages",
    )


def test_a_person_goes_by_all_their_ids_and_what_others_wrote_stays(town: Town) -> None:
    told = town.client.get(town.person(town.also_ana)).json()
    assert (told["kind"], told["messages"], told["conversations"]) == ("person", 3, 1)
    done = town.client.post(town.person(town.also_ana), {"confirmation": "erase"}, content_type=JSON)
    assert done.json()["messages"] == 3
    assert texts() == {"of Bea"}
    assert list(ChatAttendee.objects.values_list("name", flat=True)) == ["Bea"]
    assert list(Conversation.objects.values_list("title", flat=True)) == ["Choir"]


def test_who_does_not_own_the_account_neither_erases_nor_is_offered_it(town: Town) -> None:
    administrator = person_make("administrator")
    ChannelAccess.objects.create(user=administrator, channel=town.channel, role="admin")
    client = client_of(administrator)
    for path in (town.chat, town.person(town.ana)):
        assert client.get(path).status_code == 404
        refused = client.post(path, {"confirmation": "erase"}, content_type=JSON)
        assert (refused.status_code, refused.json()["code"]) == (403, "not_permitted")
    assert len(texts()) == 4
    for reader, may in ((client, False), (town.client, True)):
        details = reader.get(f"{API}/all/chats/{town.direct.pk}/details/").json()
        assert (details["may_erase"], details["person"]["may_erase"]) == (may, may)


def test_an_account_s_own_person_cannot_be_erased(town: Town) -> None:
    ourselves = attendee_make(town.channel, "Me", is_self=True)
    assert town.client.get(town.person(ourselves)).status_code == 404
    assert town.client.get(f"{API}/people/{ourselves.pk}/").json()["may_erase"] is False
