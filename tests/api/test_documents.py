"""What a row becomes on its way to the browser."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest

from communications.models import Attachment, Draft, Reaction
from communications.schemas import documents
from communications.selectors import attendees, channels, conversations, drafts, members, messages
from communications.selectors.queries import rows
from communications.selectors.values import instant
from tests.database import ScratchDatabase
from tests.inbox import (
    NOON,
    attendee_make,
    channel_make,
    client_of,
    conversation_make,
    message_make,
    minutes,
    person_make,
    recount,
)

PROTOCOL = Path(__file__).parents[2] / "docs" / "protocol.md"

SELECTORS: list[tuple[str, Any, Callable[[Sequence[Any]], documents.Document], type[documents.Document]]] = [
    (channels.CHANNELS_BY_ID, channels.ChannelRow, channels.channel_document, documents.Channel),
    (
        conversations.CONVERSATIONS_BY_ID,
        conversations.ConversationRow,
        conversations.conversation_document,
        documents.Conversation,
    ),
    (messages.MESSAGES_BY_ID, messages.MessageRow, messages.message_document, documents.Message),
    (attendees.ATTENDEES_BY_ID, attendees.AttendeeRow, attendees.attendee_document, documents.Attendee),
    (members.MEMBERS_BY_ID, members.MemberRow, members.member_document, documents.Member),
    (drafts.DRAFTS_BY_ID, drafts.DraftRow, drafts.draft_document, documents.Draft),
]


def message_by_id(message_id: int) -> documents.Message:
    (row,) = rows(messages.MESSAGES_BY_ID, [[message_id]])
    return messages.message_document(row)


def conversation_by_id(conversation_id: int) -> documents.Conversation:
    (row,) = rows(conversations.CONVERSATIONS_BY_ID, [[conversation_id]])
    return conversations.conversation_document(row)


def fields_in_protocol(entity: str) -> set[str]:
    """The names a row of the protocol's table lists, without what stands in brackets."""
    (listed,) = re.findall(rf"^\| `{entity}`[^|]*\| (.*) \|$", PROTOCOL.read_text(), re.MULTILINE)
    without_remarks = re.sub(r"\([^()]*\)", "", listed)
    return {name.strip() for name in without_remarks.split(",")}


@pytest.mark.parametrize(
    "document",
    [
        documents.Channel,
        documents.Conversation,
        documents.Message,
        documents.Attachment,
        documents.Reaction,
        documents.Change,
        documents.Attendee,
        documents.Member,
        documents.Draft,
    ],
    ids=lambda document: document.__name__,
)
def test_a_document_has_the_fields_of_the_protocol_and_no_others(document: type[documents.Document]) -> None:
    assert set(document.__struct_fields__) == fields_in_protocol(document.__name__.lower())


@pytest.fixture
def one_of_each(database: ScratchDatabase) -> dict[type[documents.Document], int]:
    """Ids of rows with every part filled, by the document they become."""
    reader = person_make()
    channel = channel_make(reader, role="owner")
    contact = attendee_make(channel, "Ada", phone="491701234567", public_identifier="ada")
    conversation = conversation_make(channel, contact=contact, members=[contact], muted_until=minutes(5))
    message = message_make(
        conversation,
        "look",
        sender=contact,
        sender_name="Ada",
        edited_at=minutes(1),
        quoted_external_id="q",
        quoted_text="?",
    )
    Attachment.objects.create(
        channel=channel, message=message, external_attachment_id="a", kind="video", duration_seconds=2.5
    )
    Reaction.objects.create(
        channel=channel,
        message=message,
        sender_provider_id="b",
        sender=contact,
        emoji="👍",
        reacted_at=NOON,
    )
    recount(conversation)
    draft = Draft.objects.create(user=reader, channel=channel, conversation=conversation, text="well")
    member = conversation.conversationattendee_set.get()
    return {
        documents.Channel: channel.pk,
        documents.Conversation: conversation.pk,
        documents.Message: message.pk,
        documents.Attendee: contact.pk,
        documents.Member: member.pk,
        documents.Draft: draft.pk,
    }


@pytest.mark.parametrize("selector", SELECTORS, ids=[document.__name__ for *_, document in SELECTORS])
def test_a_selector_yields_what_its_type_declares_on_every_kind_of_cursor(
    database: ScratchDatabase,
    one_of_each: dict[type[documents.Document], int],
    selector: tuple[str, Any, Callable[[Sequence[Any]], documents.Document], type[documents.Document]],
) -> None:
    sql, row_type, document_of, document_type = selector
    wanted = [[one_of_each[document_type]]]
    with psycopg.connect(database.runtime_url, options="-c TimeZone=Asia/Tokyo") as connection:
        cursor = connection.execute(sql.encode(), wanted)
        assert [column.name for column in cursor.description or ()] == list(row_type._fields)
        (row,) = cursor.fetchall()
    document = document_of(row)
    assert document == document_of(rows(sql, wanted)[0])
    # Decoding checks every declared type and pattern; encoding does not.
    assert msgspec.json.decode(msgspec.json.encode(document), type=document_type) == document


def test_times_are_utc_with_milliseconds() -> None:
    in_paris = dt.datetime(2026, 5, 18, 21, 44, 12, 345_678, tzinfo=dt.timezone(dt.timedelta(hours=2)))
    assert instant(in_paris) == "2026-05-18T19:44:12.345Z"
    assert instant(dt.datetime(2026, 5, 18, tzinfo=dt.UTC)) == "2026-05-18T00:00:00.000Z"


def test_ids_and_versions_beyond_a_double_survive(database: ScratchDatabase) -> None:
    (held,) = rows(attendees.ATTENDEES_BY_ID, [[attendee_make(channel_make()).pk]])
    ((version,),) = rows("SELECT '18446744073709551615'::xid8::text", [])
    row = attendees.AttendeeRow._make(held)._replace(id=9_223_372_036_854_775_807, version=version)
    document = attendees.attendee_document(row)
    assert document.id == "9223372036854775807"
    assert document.version == "18446744073709551615"


def test_parts_keep_their_order_and_removed_reactions_are_left_out(database: ScratchDatabase) -> None:
    channel = channel_make()
    message = message_make(conversation_make(channel))
    for position, name in [(2, "third"), (0, "first"), (1, "second")]:
        Attachment.objects.create(
            channel=channel, message=message, external_attachment_id=name, position=position, name=name
        )
    for sender, emoji, minute in [("a", "🎉", 2), ("b", "👍", 1), ("c", "", 0)]:
        Reaction.objects.create(
            channel=channel,
            message=message,
            sender_provider_id=sender,
            emoji=emoji,
            reacted_at=minutes(minute),
        )
    document = message_by_id(message.pk)
    assert [part.name for part in document.attachments] == ["first", "second", "third"]
    assert [part.emoji for part in document.reactions] == ["👍", "🎉"]


def test_of_a_deleted_message_nothing_of_its_content_leaves(database: ScratchDatabase) -> None:
    channel = channel_make()
    conversation = conversation_make(channel)
    message = message_make(
        conversation, "the canary", deleted_at=minutes(1), quoted_external_id="q", quoted_text="the canary"
    )
    Attachment.objects.create(
        channel=channel, message=message, external_attachment_id="a", name="the canary.pdf"
    )
    recount(conversation)
    document = message_by_id(message.pk)
    assert document.text == ""
    assert document.deleted_at == "2026-05-18T12:01:00.000Z"
    assert document.quoted is None
    assert document.attachments == ()
    preview = conversation_by_id(conversation.pk).last_message
    assert preview is not None
    assert preview.id == document.id
    assert (preview.text, preview.deleted_at) == ("", document.deleted_at)


def test_a_quoted_message_is_linked_if_it_was_stored_before(database: ScratchDatabase) -> None:
    channel = channel_make()
    conversation = conversation_make(channel)
    earlier = message_make(conversation, external_message_id="earlier")
    answer = message_make(
        conversation, quoted_external_id="earlier", quoted_text="hello", quoted_sender_name="Ada"
    )
    too_early = message_make(conversation, quoted_external_id="later")
    message_make(conversation, external_message_id="later")
    elsewhere = message_make(conversation_make(channel_make()), quoted_external_id="earlier")

    assert message_by_id(answer.pk).quoted == documents.Quoted(
        external_message_id="earlier", sender_name="Ada", text="hello", message_id=str(earlier.pk)
    )
    assert [getattr(message_by_id(one.pk).quoted, "message_id", "") for one in (too_early, elsewhere)] == [
        None,
        None,
    ]


def test_a_conversation_is_named_by_the_best_that_is_known(database: ScratchDatabase) -> None:
    channel = channel_make()

    def name(**fields: Any) -> str:
        return conversation_by_id(conversation_make(channel, **fields).pk).name

    named = attendee_make(channel, "Ada", phone="4917", public_identifier="ada")
    numbered = attendee_make(channel, phone="4917", public_identifier="ada")
    identified = attendee_make(channel, public_identifier="ada")
    nobody = attendee_make(channel)
    me = attendee_make(channel, "Me", is_self=True)
    assert name(title="Launch", contact=named) == "Launch"
    assert name(contact=named) == "Ada"
    assert name(contact=numbered) == "+4917"
    assert name(contact=identified) == "ada"
    assert name(contact=nobody) == name() == "Unknown contact"
    assert name(kind="direct", members=[named, numbered]) == "Unknown contact"

    twin = attendee_make(channel, same_as=named)
    others = [attendee_make(channel, "Ben"), nobody, attendee_make(channel)]
    assert [
        name(kind="group", members=members)
        for members in (
            [me, named, twin],
            [named, me, numbered],
            [numbered, named, identified],
            [nobody, named],
            [me, *others, identified, numbered, named, twin],
            [me, nobody],
            [],
        )
    ] == [
        "Ada",
        "Ada and +4917",
        "Ada, +4917 and ada",
        "Ada and 1 more",
        "Ada, +4917 and 4 more",
        "Group",
        "Group",
    ]
    assert name(kind="channel") == "Channel"


def test_a_preview_is_the_beginning_of_the_text(database: ScratchDatabase) -> None:
    conversation = conversation_make(channel_make())
    message_make(conversation, "é" * 100_000)
    recount(conversation)
    preview = conversation_by_id(conversation.pk).last_message
    assert preview is not None
    assert preview.text == "é" * 300


def test_stubs_hidden_messages_and_merged_or_empty_conversations_are_not_shown(
    database: ScratchDatabase,
) -> None:
    channel = channel_make()
    root = conversation_make(channel)
    hidden_messages = [
        message_make(root, is_hidden=True),
        message_make(root, is_stub=True, sent_at=None, received_at=None),
    ]
    hidden_conversations = [
        conversation_make(channel, is_stub=True),
        conversation_make(channel, continues=root),
        conversation_make(channel, last_message_at=None),
    ]
    assert rows(messages.MESSAGES_BY_ID, [[one.pk for one in hidden_messages]]) == []
    assert rows(conversations.CONVERSATIONS_BY_ID, [[one.pk for one in hidden_conversations]]) == []


def test_what_stands_in_a_merged_conversation_is_shown_in_the_one_it_continues(
    database: ScratchDatabase,
) -> None:
    person = person_make()
    channel = channel_make(person)
    root = conversation_make(channel)
    part = conversation_make(channel, continues=root, members=[attendee_make(channel)])
    message = message_make(part)
    draft = Draft.objects.create(user=person, channel=channel, conversation=part)
    (draft_row,) = rows(drafts.DRAFTS_BY_ID, [[draft.pk]])
    (member_row,) = rows(members.MEMBERS_OF_CONVERSATION, [root.pk, root.pk])
    assert message_by_id(message.pk).conversation_id == str(root.pk)
    assert drafts.draft_document(draft_row).conversation_id == str(root.pk)
    assert members.member_document(member_row).conversation_id == str(root.pk)


def test_the_members_of_a_conversation_are_each_person_once(database: ScratchDatabase) -> None:
    person = person_make()
    channel = channel_make(person)
    ana, bea = attendee_make(channel, "Ana"), attendee_make(channel, "Bea")
    also_ana = attendee_make(channel, "Ana", same_as=ana)
    group = conversation_make(channel, kind="group", members=[also_ana, bea])
    conversation_make(channel, continues=group, members=[ana])
    answer = client_of(person).get(f"/api/v1/communications/all/chats/{group.pk}/members/").json()
    assert [one["attendee_id"] for one in answer["items"]] == [str(also_ana.pk), str(bea.pk)]
    assert {one["conversation_id"] for one in answer["items"]} == {str(group.pk)}


def test_a_channel_has_a_row_for_each_of_its_readers(database: ScratchDatabase) -> None:
    owner, member = person_make(), person_make()
    channel = channel_make(owner, role="owner")
    channel.channelaccess_set.create(user=member, role="member")
    found = [channels.ChannelRow._make(row) for row in rows(channels.CHANNELS_BY_ID, [[channel.pk]])]
    assert {(row.user_id, row.role) for row in found} == {(owner.pk, "owner"), (member.pk, "member")}
