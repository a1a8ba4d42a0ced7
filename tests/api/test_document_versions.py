"""A document that changes has a new version, whichever row the change was in: else no browser hears of it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.db import connection

from communications.models import (
    Attachment,
    AttendeeName,
    Channel,
    ChatAttendee,
    Conversation,
    ConversationAttendee,
    Draft,
    GivenName,
    Message,
    Reaction,
)
from communications.selectors import attendees, channels, conversations, drafts, members, messages
from communications.selectors.queries import rows
from tests.database import ScratchDatabase
from tests.inbox import (
    NOON,
    attendee_make,
    channel_make,
    conversation_make,
    message_make,
    minutes,
    person_make,
    recount,
)


class Inbox:
    """A direct chat, a group without a title, and a chat that will turn out to be part of the first."""

    def __init__(self) -> None:
        self.person = person_make()
        self.channel = channel_make(self.person)
        self.contact = attendee_make(self.channel, public_identifier="ada")
        self.stranger = attendee_make(self.channel, "Ben")
        self.twin = attendee_make(self.channel, "Ada B.", same_as=self.stranger)
        for known in (self.stranger, self.twin):
            AttendeeName.objects.create(
                channel=self.channel,
                attendee=known,
                rank=0,
                name=known.name,
                since=NOON,
                told_by=uuid.uuid4(),
            )
        self.direct = conversation_make(self.channel, contact=self.contact, members=[self.contact])
        self.group = conversation_make(self.channel, kind="group", members=[self.stranger])
        self.part = conversation_make(self.channel, members=[self.stranger])
        self.message = message_make(self.direct, "first")
        self.last = message_make(self.direct, "last", sent_at=minutes(1), direction="outbound", status="sent")
        self.in_part = message_make(self.part)
        self.answer = message_make(
            self.direct,
            "I see",
            quoted_external_id=self.message.external_message_id,
            quoted_text="first",
        )
        self.early = message_make(
            self.direct, "me too", quoted_external_id="not come yet", quoted_text="of what"
        )
        self.attachment = Attachment.objects.create(
            channel=self.channel, message=self.message, external_attachment_id="a"
        )
        self.draft = Draft.objects.create(user=self.person, channel=self.channel, conversation=self.part)
        self.called_cleo = self.given("Cleo", to=attendee_make(self.channel, "C."))
        recount(self.direct, self.group, self.part)
        Conversation.objects.filter(pk=self.group.pk).update(last_message_at=NOON)

    def given(self, name: str, *, to: ChatAttendee | None = None) -> GivenName:
        return GivenName.objects.create(channel=self.channel, attendee=to or self.stranger, name=name)


def update(row: Any, **fields: Any) -> None:
    type(row).objects.filter(pk=row.pk).update(**fields)


CHANGES: dict[str, Callable[[Inbox], Any]] = {
    "text of the last message": lambda inbox: update(inbox.last, text="edited"),
    "status of the last message": lambda inbox: update(inbox.last, status="read"),
    "deletion of the last message": lambda inbox: update(inbox.last, deleted_at=minutes(2)),
    "kind of the last message": lambda inbox: update(inbox.last, kind="image"),
    "text of another message": lambda inbox: update(inbox.message, text="edited"),
    "edit of what an answer quotes": lambda inbox: update(inbox.message, text="edited", edited_at=minutes(2)),
    "deletion of what an answer quotes": lambda inbox: update(inbox.message, deleted_at=minutes(2)),
    "deletion of what an answer quotes and has not come": lambda inbox: Message.objects.create(
        channel=inbox.channel, external_message_id="not come yet", is_stub=True, deleted_at=minutes(2)
    ),
    "name of the contact": lambda inbox: update(inbox.contact, name="Ada"),
    "number of the contact": lambda inbox: update(inbox.contact, phone="49170"),
    "identifier of the contact": lambda inbox: update(inbox.contact, public_identifier="ada.l"),
    "name of a member": lambda inbox: update(inbox.stranger, name="Benedict"),
    "a member is us": lambda inbox: update(inbox.stranger, is_self=True),
    "a link of the contact": lambda inbox: update(inbox.stranger, same_as=inbox.contact),
    "an unlinking": lambda inbox: update(inbox.twin, same_as=None),
    "name of somebody linked": lambda inbox: update(inbox.twin, name="Zoe"),
    "rank of the name of somebody linked": lambda inbox: update(inbox.twin, name_rank=3),
    "time of the name of somebody linked": lambda inbox: AttendeeName.objects.filter(
        attendee=inbox.stranger
    ).update(since=minutes(-1)),
    "number of somebody linked": lambda inbox: update(inbox.twin, phone="49171"),
    "a given name": lambda inbox: inbox.given("Benny"),
    "a given name of somebody linked": lambda inbox: inbox.given("Benny", to=inbox.twin),
    "a given name taken back": lambda inbox: inbox.called_cleo.delete(),
    "a member joins": lambda inbox: inbox.group.conversationattendee_set.create(
        channel=inbox.channel, attendee=attendee_make(inbox.channel, "Cleo")
    ),
    "a member without a name joins": lambda inbox: inbox.group.conversationattendee_set.create(
        channel=inbox.channel, attendee=attendee_make(inbox.channel)
    ),
    "a member is gone": lambda inbox: inbox.group.conversationattendee_set.update(state="gone"),
    "a member leaves": lambda inbox: inbox.group.conversationattendee_set.all().delete(),
    "an attachment comes": lambda inbox: Attachment.objects.create(
        channel=inbox.channel, message=inbox.message, external_attachment_id="b"
    ),
    "an attachment is unavailable": lambda inbox: update(inbox.attachment, state="unavailable"),
    "an attachment goes": lambda inbox: inbox.attachment.delete(),
    "a reaction": lambda inbox: Reaction.objects.create(
        channel=inbox.channel, message=inbox.message, sender_provider_id="x", emoji="👍", reacted_at=NOON
    ),
    "a merge": lambda inbox: update(inbox.part, continues=inbox.direct),
    "the reader's role": lambda inbox: inbox.channel.channelaccess_set.update(role="admin"),
    "name of the channel": lambda inbox: update(inbox.channel, name="Shop"),
}


def documents_now() -> dict[tuple[str, int], Any]:
    """Every document that anybody may see, by entity and id."""
    held: dict[tuple[str, int], Any] = {}

    def collect(entity: str, model: Any, sql: str, document_of: Callable[[Sequence[Any]], Any]) -> None:
        ids = list(model.objects.values_list("pk", flat=True))
        held.update({(entity, row[0]): document_of(row) for row in rows(sql, [ids])})

    collect(
        "conversation", Conversation, conversations.CONVERSATIONS_BY_ID, conversations.conversation_document
    )
    collect("message", Message, messages.MESSAGES_BY_ID, messages.message_document)
    collect("draft", Draft, drafts.DRAFTS_BY_ID, drafts.draft_document)
    collect("attendee", ChatAttendee, attendees.ATTENDEES_BY_ID, attendees.attendee_document)
    collect("member", ConversationAttendee, members.MEMBERS_BY_ID, members.member_document)
    collect("channel", Channel, channels.CHANNELS_BY_ID, channels.channel_document)
    return held


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_changed_document_has_a_later_version(
    database: ScratchDatabase, change: Callable[[Inbox], Any]
) -> None:
    inbox = Inbox()
    before = documents_now()
    change(inbox)
    after = documents_now()
    changed = [key for key in before.keys() & after.keys() if before[key] != after[key]]
    assert changed or before.keys() != after.keys()
    assert all(int(after[key].version) > int(before[key].version) for key in changed)


def test_a_disappearance_raises_the_version_of_the_row(database: ScratchDatabase) -> None:
    inbox = Inbox()
    before = documents_now()
    update(inbox.part, continues=inbox.direct)
    assert ("conversation", inbox.part.pk) not in documents_now()
    assert int(Conversation.objects.get(pk=inbox.part.pk).version or 0) > int(
        before["conversation", inbox.part.pk].version
    )


def test_what_shows_no_change_gets_no_version(database: ScratchDatabase) -> None:
    inbox = Inbox()
    before = documents_now()
    update(inbox.contact, name_at=minutes(3))
    update(inbox.stranger, lid="1@lid")
    assert documents_now() == before


def test_a_renamed_member_leaves_groups_with_a_title_alone(database: ScratchDatabase) -> None:
    inbox = Inbox()
    update(inbox.group, title="Launch")
    before = documents_now()["conversation", inbox.group.pk]
    update(inbox.stranger, name="Benedict")
    assert documents_now()["conversation", inbox.group.pk] == before


def test_the_generation_of_sessions_rises_and_never_falls(database: ScratchDatabase) -> None:
    person = person_make()
    held_twice = type(person).objects.get(pk=person.pk)

    def generation_and_version() -> tuple[int, int]:
        held = type(person).objects.get(pk=person.pk)
        return held.session_generation, int(held.version or 0)

    generation, version = generation_and_version()
    person.set_password("another password")
    person.save()
    after_password = generation_and_version()
    assert after_password[0] == generation + 1
    assert after_password[1] > version

    held_twice.first_name = "Ada"
    held_twice.save()
    assert generation_and_version()[0] > generation, "an old copy of the row must not bring sessions back"

    update(person, is_active=False)
    disabled = generation_and_version()
    update(person, is_active=True)
    assert generation_and_version()[0] == disabled[0]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE communications_user SET session_generation = 0")
    assert generation_and_version()[0] == disabled[0]
