"""Who is who on screen: links and merges undone and made by hand, names given, lines proposed."""

from __future__ import annotations

from typing import Any

import pytest
from asgiref.sync import async_to_sync

from communications.ingest.record import record
from communications.models import ChannelAccess, ChatAttendee, Conversation, GivenName, Message
from communications.schemas.connections import PLANNED_ONCE, connection_pool
from tests.database import ScratchDatabase
from tests.inbox import attendee_make, channel_make, client_of, person_make
from tests.ingest.deliveries import delivery_of
from tests.webhooks.bodies import whatsapp_message, whatsapp_person

LID = "240000000000017@lid"
NUMBER = "420600000217"
JID = f"{NUMBER}@s.whatsapp.net"


class Desk:
    """An administrator's browser on one channel, and the deliveries that come in on it."""

    def __init__(self) -> None:
        self.admin = person_make("anna")
        self.channel = channel_make(self.admin, role="admin")
        self.client = client_of(self.admin)
        self._messages = 0

    def member(self) -> Any:
        member = person_make()
        ChannelAccess.objects.create(user=member, channel=self.channel, role="member")
        return client_of(member)

    def comes(self, provider_id: str, *, name: str = "Ann", **fields: Any) -> str:
        """A message of a direct chat that is named after its author; answers with the delivery's id."""
        self._messages += 1
        phone, lid = fields.pop("phone", None), fields.pop("lid", None)
        author = whatsapp_person(provider_id, name=name, phone=phone, lid=lid)
        body = whatsapp_message(
            f"m{self._messages}",
            account=self.channel.external_account_id,
            sender=author,
            attendees=[author],
            timestamp=f"2026-06-02T08:{self._messages:02}:00Z",
            **{"chat_id": None, "provider_chat_id": provider_id, "is_sender": False, **fields},
        )
        delivery = delivery_of(body)

        async def fold() -> None:
            async with connection_pool(
                "fold", max_size=1, lock_timeout_ms=60_000, statement_timeout_ms=60_000, planner=PLANNED_ONCE
            ) as pool:
                await record(pool, [delivery])

        async_to_sync(fold)()
        return str(delivery.id)

    def attendee(self, provider_id: str) -> ChatAttendee:
        return ChatAttendee.objects.get(channel=self.channel, provider_id=provider_id)

    def person(self, attendee: ChatAttendee, client: Any = None) -> dict[str, Any]:
        answer = (client or self.client).get(f"/api/v1/communications/people/{attendee.pk}/")
        assert answer.status_code == 200, answer.content
        document: dict[str, Any] = answer.json()
        return document

    def says(
        self, one: ChatAttendee | Conversation, other: Any, verdict: str | None, client: Any = None
    ) -> Any:
        if isinstance(one, Conversation):
            path, kind = f"all/chats/{one.pk}", "conversation"
        else:
            path, kind = f"people/{one.pk}", "attendee"
        return (client or self.client).post(
            f"/api/v1/communications/{path}/decisions/",
            {f"other_{kind}_id": str(other.pk), "verdict": verdict},
            content_type="application/json",
        )

    def name(self, attendee: ChatAttendee, name: str, client: Any = None) -> Any:
        return (client or self.client).post(
            f"/api/v1/communications/people/{attendee.pk}/name/",
            {"name": name},
            content_type="application/json",
        )

    def ids(self, attendee: ChatAttendee) -> list[str]:
        return [held["provider_id"] for held in self.person(attendee)["ids"]]

    def threads(self) -> dict[str, tuple[list[str], int]]:
        """Of every conversation in the list its messages and unread count, by its name upstream."""
        items = self.client.get("/api/v1/communications/all/chats/").json()["items"]
        shown = {}
        for item in items:
            page = self.client.get(f"/api/v1/communications/all/chats/{item['id']}/messages/").json()["items"]
            held = Conversation.objects.get(pk=item["id"])
            messages = sorted(message["external_message_id"] for message in page)
            shown[held.external_thread_id] = (messages, item["unread_count"])
        return shown


@pytest.fixture
def desk(database: ScratchDatabase) -> Desk:
    return Desk()


def test_a_link_is_undone_against_all_later_proof_and_the_undoing_is_undone(desk: Desk) -> None:
    desk.comes(JID)
    proof = desk.comes(LID, phone=NUMBER)
    lid, jid = desk.attendee(LID), desk.attendee(JID)
    person = desk.person(jid)
    assert [held["provider_id"] for held in person["ids"]] == [JID, LID]
    assert person["ids"][1]["proofs"] == [{"beside": NUMBER, "delivery_id": proof}]
    assert desk.person(jid, desk.member())["ids"][1]["proofs"] == [{"beside": NUMBER, "delivery_id": None}]

    assert desk.says(lid, jid, "different").status_code == 200
    desk.comes(LID, phone=NUMBER)
    assert desk.ids(lid) == [LID]
    apart = desk.person(lid)["kept_apart"]
    assert [(held["provider_id"], held["decided_by"]) for held in apart] == [(JID, "anna")]
    assert desk.person(lid)["proposals"] == [], "who is kept apart is not proposed"

    assert desk.says(lid, jid, None).status_code == 200
    assert desk.ids(lid) == [JID, LID]
    assert Message.objects.get(external_message_id="m1").sender_id == jid.pk


def test_parting_two_conversations_gives_each_its_own_messages_back(desk: Desk) -> None:
    desk.comes(JID)
    desk.comes(LID)
    whole = desk.threads()
    assert whole == {JID: (["m1"], 1), LID: (["m2"], 1)}
    proof = desk.comes(LID, phone=NUMBER)
    desk.comes(JID)
    root, part = Conversation.objects.order_by("pk")
    details = desk.client.get(f"/api/v1/communications/all/chats/{root.pk}/details/").json()
    assert [(held["id"], held["delivery_id"]) for held in details["parts"]] == [(str(part.pk), proof)]
    merged = desk.threads()
    assert list(merged.values()) == [(["m1", "m2", "m3", "m4"], 4)]

    assert desk.says(root, part, "different").status_code == 200
    desk.comes(LID, phone=NUMBER)
    assert desk.threads() == {JID: (["m1", "m4"], 2), LID: (["m2", "m3", "m5"], 3)}
    assert desk.says(root, part, None).status_code == 200
    assert list(desk.threads().values()) == [(["m1", "m2", "m3", "m4", "m5"], 5)]


def test_two_conversations_are_joined_by_hand_and_the_joining_is_undone(desk: Desk) -> None:
    desk.comes(JID)
    desk.comes(LID)
    before = desk.threads()
    one, other = Conversation.objects.order_by("pk")
    assert desk.says(one, other, "same").status_code == 200
    assert list(desk.threads().values()) == [(["m1", "m2"], 2)]
    assert desk.says(one, other, None).status_code == 200
    assert desk.threads() == before


def test_what_was_read_together_stays_read_apart(desk: Desk) -> None:
    desk.comes(JID)
    desk.comes(LID)
    desk.comes(LID, phone=NUMBER)
    root, part = Conversation.objects.order_by("pk")
    newest = Message.objects.get(external_message_id="m3")
    desk.client.post(
        f"/api/v1/communications/all/chats/{root.pk}/read/",
        {"message_id": str(newest.pk)},
        content_type="application/json",
    )
    desk.says(root, part, "different")
    assert [unread for _, unread in desk.threads().values()] == [0, 0]


def test_a_member_names_but_does_not_decide(desk: Desk) -> None:
    desk.comes(JID)
    desk.comes(LID, phone=NUMBER)
    lid, jid, member = desk.attendee(LID), desk.attendee(JID), desk.member()
    refused = desk.says(lid, jid, "different", member)
    assert (refused.status_code, refused.json()["code"]) == (403, "not_permitted")
    assert "administrator" in refused.json()["detail"]
    assert desk.person(lid, member)["may_decide"] is False
    assert desk.name(lid, "  Ann\u00a0 Novak ", member).json()["attendee"]["name"] == "Ann Novak"


def test_a_given_name_wins_and_the_others_stay_visible(desk: Desk) -> None:
    said = desk.comes(JID, name="Ann")
    desk.comes(JID, name="You")
    desk.comes(LID, name="Annie", phone=NUMBER)
    lid, jid = desk.attendee(LID), desk.attendee(JID)
    desk.name(jid, "Aunt Ann")
    desk.comes(JID, name="Anna")
    names = desk.person(lid)["names"]
    assert [(held["name"], held["source"]) for held in names] == [
        ("Aunt Ann", "given"),
        ("Anna", "push_name"),
        ("Annie", "push_name"),
        ("Ann", "push_name"),
    ]
    assert names[0]["given_by"] == "anna"
    assert names[3]["delivery_id"] == said
    assert desk.person(lid)["attendee"]["name"] == "Aunt Ann"
    assert {
        item["name"] for item in desk.client.get("/api/v1/communications/all/chats/").json()["items"]
    } == {"Aunt Ann"}
    assert desk.name(lid, "").json()["attendee"]["name"] == "Anna"
    assert not GivenName.objects.exists()
    invisible = desk.name(lid, "\u200b\u200d")
    assert (invisible.status_code, invisible.json()["code"]) == (400, "invalid_input")


LINES = [
    ("5511987654321", "551187654321", "", "brazil_ninth_digit"),
    ("5491123456789", "541123456789", "", "argentina_nine"),
    ("5215512345678", "525512345678", "", "mexico_one"),
    ("0612345678", "33612345678", "33699999999", "national_form"),
    ("600000217", "420600000217", "420600000001", "national_form"),
    ("420600000217", "420600000217", "", "same_number"),
]


@pytest.mark.parametrize(("one", "other", "own", "reason"), LINES)
def test_two_notations_of_one_line_are_proposed_and_never_applied(
    desk: Desk, one: str, other: str, own: str, reason: str
) -> None:
    desk.channel.own_identities = [f"phone:{own}"] if own else []
    desk.channel.save()
    first, second = attendee_make(desk.channel, "A", phone=one), attendee_make(desk.channel, "B", phone=other)
    attendee_make(desk.channel, "C", phone="4915112345678")
    for mine, theirs in ((first, second), (second, first)):
        proposals = desk.person(mine)["proposals"]
        assert [(held["attendee"]["id"], held["reason"]) for held in proposals] == [(str(theirs.pk), reason)]
        assert proposals[0]["phone"] == f"+{mine.phone}"
    assert desk.ids(first) == [first.provider_id]

    desk.says(first, second, "same")
    assert desk.ids(first) == sorted([first.provider_id, second.provider_id])
    assert desk.person(second)["ids"][0]["joined_by"] == "anna"
    assert desk.person(first)["proposals"] == []
    desk.says(first, second, None)
    assert desk.ids(first) == [first.provider_id]
    assert len(desk.person(first)["proposals"]) == 1
    desk.says(first, second, "different")
    assert desk.person(first)["proposals"] == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("5511387654321", "551187654321"),  # a fixed line's digits after the 9
        ("5521987654321", "551187654321"),  # another area
        ("33612345678", "420612345678"),  # another country
        ("521551234567", "52551234567"),  # too short for a Mexican mobile
    ],
)
def test_what_only_looks_like_one_line_is_not_proposed(desk: Desk, one: str, other: str) -> None:
    first = attendee_make(desk.channel, "A", phone=one)
    attendee_make(desk.channel, "B", phone=other)
    assert desk.person(first)["proposals"] == []


def test_other_threads_of_the_same_person_are_listed(desk: Desk) -> None:
    desk.comes(JID)
    desk.comes(LID)
    desk.says(desk.attendee(JID), desk.attendee(LID), "same")
    person = desk.person(desk.attendee(LID))
    assert len(person["conversations"]) == 2
    assert person["first_contact_at"] == "2026-06-02T08:01:00.000Z"


def test_who_cannot_be_one_is_refused(desk: Desk) -> None:
    here, elsewhere = attendee_make(desk.channel), attendee_make(channel_make(desk.admin, role="admin"))
    for other in (here, elsewhere):
        refused = desk.says(here, other, "same")
        assert (refused.status_code, refused.json()["code"]) == (400, "invalid_input")


def test_a_group_is_called_again_as_before_once_the_part_that_gave_its_title_is_parted(desk: Desk) -> None:
    for number, title in enumerate(("Alps", "Choir", "Dolomites")):
        group = f"1203630000000000{number}@g.us"
        desk.comes(LID, chat_id=f"group-{number}", provider_chat_id=group, is_group=True, subject=title)

    def group(number: int) -> Conversation:
        return Conversation.objects.get(external_thread_id=f"group-{number}")

    def titles() -> list[str]:
        return [group(number).title for number in range(3)]

    desk.says(group(0), group(1), "same")
    assert titles()[0] == "Choir"
    desk.says(group(0), group(2), "same")
    assert titles()[0] == "Dolomites"
    desk.says(group(0), group(1), "different")
    assert titles() == ["Dolomites", "Choir", "Dolomites"]
    desk.says(group(0), group(2), "different")
    assert titles() == ["Alps", "Choir", "Dolomites"]

    desk.says(group(0), group(2), "same")
    named = {"chat_id": "group-0", "provider_chat_id": "12036300000000000@g.us", "is_group": True}
    desk.comes(LID, **named, subject="Alps again")
    desk.says(group(0), group(2), "different")
    assert titles()[0] == "Alps again", "what was told of the whole since stays"
