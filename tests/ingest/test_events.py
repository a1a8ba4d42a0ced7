"""Event messages through the fold: who is in a group, its title, reactions told twice, whom a text names."""

from __future__ import annotations

import asyncio
import datetime as dt
import itertools
import json
import uuid

import pytest

from communications.selectors.conversations import CONVERSATIONS_BY_ID, conversation_document
from communications.selectors.members import MEMBERS_OF_CONVERSATION
from communications.selectors.messages import MESSAGES_BY_ID, message_document
from tests.ingest.deliveries import NOON, channel_make, deliver, rows
from tests.webhooks.bodies import whatsapp_message, whatsapp_person

GROUP = "120363000000000000@g.us"
ANA, BEA = "140000000000001@lid", "140000000000002@lid"
A, B = "{{" + ANA + "}}", "{{" + BEA + "}}"
WORDS = """
SELECT text, edited_at IS NULL FROM communications_message AS message
JOIN communications_channel AS channel ON channel.id = message.channel_id WHERE channel.external_account_id = %s
"""


@pytest.fixture
async def account(connections):
    name = f"account-{uuid.uuid4()}"
    await channel_make(connections, name)
    return name


def said(account, message_id, text, *, second, by=ANA, name="Ana", is_event=1, **fields):
    return whatsapp_message(
        message_id,
        account=account,
        text=text,
        sender=whatsapp_person(by, name=name, lid=by),
        attendees=[],
        timestamp=(NOON + dt.timedelta(seconds=second)).isoformat(),
        chat_id="group",
        provider_chat_id=GROUP,
        is_group=True,
        is_event=is_event,
        is_sender=False,
        **fields,
    )


async def members(connections, account):
    (root,) = await rows(
        connections,
        "SELECT id FROM communications_conversation WHERE channel_id ="
        " (SELECT id FROM communications_channel WHERE external_account_id = %s)",
        account,
    )
    found = await rows(connections, MEMBERS_OF_CONVERSATION, root[0], root[0])
    names = await rows(
        connections,
        "SELECT provider_id FROM communications_chatattendee WHERE id = ANY(%s)",
        [row[3] for row in found],
    )
    return sorted(name for (name,) in names)


async def document(connections, account, message_id):
    (found,) = await rows(
        connections,
        "SELECT message.id FROM communications_message AS message JOIN communications_channel AS channel"
        " ON channel.id = message.channel_id WHERE external_account_id = %s AND external_message_id = %s",
        account,
        message_id,
    )
    shown = await rows(connections, MESSAGES_BY_ID, list(found))
    return message_document(shown[0]) if shown else None


async def test_a15_whoever_comes_and_goes_ends_where_the_latest_event_says_in_any_order(connections):
    script = [
        ("m1", f"{A} added {B}", 1),
        ("m2", f"{A} removed {B}", 2),
        ("m3", f'{A} changed the subject to "Peaks"', 3),
        ("m4", f"{B} joined using an invite link", 4),
        ("m5", f"{B} left", 5),
    ]
    for order in itertools.islice(itertools.permutations(script), 0, None, 17):
        account = f"account-{uuid.uuid4()}"
        await channel_make(connections, account)
        for message_id, text, second in order:
            await deliver(connections, said(account, message_id, text, second=second, subject="Alps"))
        assert await members(connections, account) == [ANA], order
        title = await rows(
            connections,
            "SELECT title FROM communications_conversation WHERE channel_id ="
            " (SELECT id FROM communications_channel WHERE external_account_id = %s)",
            account,
        )
        assert title[0][0] == "Alps"


async def test_a_removed_member_who_writes_later_is_in_again_and_an_older_message_of_theirs_is_not_enough(
    connections, account
):
    await deliver(connections, said(account, "m2", f"{A} removed {B}", second=20))
    await deliver(connections, said(account, "m1", "before", second=10, by=BEA, is_event=0))
    assert await members(connections, account) == [ANA]
    await deliver(connections, said(account, "m3", "back again", second=30, by=BEA, is_event=0))
    assert await members(connections, account) == [ANA, BEA]
    await deliver(connections, said(account, "m4", f"{B} left", second=40))
    assert await members(connections, account) == [ANA]


async def conversation_of(connections, account):
    (root,) = await rows(
        connections,
        "SELECT id FROM communications_conversation WHERE channel_id ="
        " (SELECT id FROM communications_channel WHERE external_account_id = %s)",
        account,
    )
    (shown,) = await rows(connections, CONVERSATIONS_BY_ID, list(root))
    return conversation_document(shown)


async def test_a15_a_group_that_we_are_removed_from_can_only_be_read_until_we_are_in_again_in_any_order(
    connections,
):
    script = [
        ("m1", f"{A} added you and {B}", 1),
        ("m2", "You were removed", 2),
        ("m3", f"{A} added you", 3),
        ("m4", f"You were removed by {A}", 4),
    ]
    for order in itertools.islice(itertools.permutations(script), 0, None, 5):
        account = f"account-{uuid.uuid4()}"
        await channel_make(connections, account)
        for message_id, text, second in order:
            await deliver(connections, said(account, message_id, text, second=second, subject="Alps"))
        assert (await conversation_of(connections, account)).read_only, order
        assert await members(connections, account) == [ANA, BEA]
        await deliver(connections, said(account, "m5", f"{A} added you", second=5, subject="Alps"))
        assert not (await conversation_of(connections, account)).read_only


async def test_readers_hear_that_we_are_gone_and_what_we_write_later_says_otherwise(connections, account):
    own_lid = "140000000000009@lid"
    await deliver(connections, said(account, "m1", "hello", second=1, is_event=0, subject="Alps"))
    before = await conversation_of(connections, account)
    await deliver(connections, said(account, "m2", "You were removed", second=2, subject="Alps"))
    gone = await conversation_of(connections, account)
    assert (before.read_only, gone.read_only) == (False, True)
    assert int(gone.version) > int(before.version)
    ours = said(account, "m3", "back", second=3, by=own_lid, is_event=0, subject="Alps")
    await deliver(connections, ours | {"is_sender": True})
    assert not (await conversation_of(connections, account)).read_only


async def test_a_body_that_does_not_show_whose_account_it_is_tells_nothing_of_us(connections, account):
    await deliver(
        connections, said(account, "m1", "You were removed", second=1, subject="Alps", account_info={})
    )
    assert not (await conversation_of(connections, account)).read_only


async def test_a_name_of_a_group_that_is_told_in_the_sentence_counts_over_the_one_around_it(
    connections, account
):
    await deliver(
        connections,
        said(account, "m1", f'{A} changed the subject from "Alps" to "Peaks"', second=1, subject="Alps"),
    )
    shown = await rows(
        connections,
        CONVERSATIONS_BY_ID,
        [
            row[0]
            for row in await rows(
                connections,
                "SELECT id FROM communications_conversation WHERE external_thread_id = 'group'"
                " AND channel_id = (SELECT id FROM communications_channel WHERE external_account_id = %s)",
                account,
            )
        ],
    )
    conversation = conversation_document(shown[0])
    assert conversation.name == "Peaks"
    assert conversation.last_message.event == "subject_changed"
    assert conversation.last_message.mentions[0].name == "Ana"


def reaction(account, *, emoji="👍"):
    return said(account, "m1", "hello", second=1, is_event=0, event="message_reaction") | {
        "reaction": emoji,
        "reaction_sender": whatsapp_person(BEA, name="Bea", lid=BEA),
    }


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
async def test_a_reaction_told_as_a_line_too_is_shown_once_whatever_comes_first(connections, order):
    account = f"account-{uuid.uuid4()}"
    await channel_make(connections, account)
    told = [
        said(account, "m1", "hello", second=1, is_event=0),
        reaction(account),
        said(account, "line", f"{B} reacted 👍", second=2, by=BEA, name="Bea"),
    ]
    for index in order:
        await deliver(connections, told[index])
    message = await document(connections, account, "m1")
    assert [one.emoji for one in message.reactions] == ["👍"]
    assert await document(connections, account, "line") is None
    last = await rows(
        connections,
        "SELECT last.external_message_id FROM communications_conversation AS conversation"
        " JOIN communications_message AS last ON last.id = last_message_id JOIN communications_channel AS channel"
        " ON channel.id = conversation.channel_id WHERE external_account_id = %s",
        account,
    )
    assert last[0][0] == "m1"


async def test_a_line_about_a_reaction_nobody_else_tells_stays_a_line(connections, account):
    await deliver(connections, said(account, "m1", "hello", second=1, is_event=0))
    await deliver(connections, reaction(account, emoji="❤️"))
    await deliver(connections, said(account, "line", f"{B} reacted 👍", second=2, by=BEA, name="Bea"))
    line = await document(connections, account, "line")
    assert (line.kind, line.event, line.text) == ("event", "reaction", f"{B} reacted 👍")


async def test_a_reaction_line_that_names_its_message_is_that_reaction(connections, account):
    quoting = {"reply_to": {"id": "m1", "text": "hello"}}
    line = said(account, "line", f"{B} reacted 👍", second=2, by=BEA, name="Bea", **quoting)
    await deliver(connections, line)
    await deliver(connections, said(account, "m1", "hello", second=1, is_event=0))
    await deliver(connections, reaction(account))
    message = await document(connections, account, "m1")
    assert [(one.emoji, one.sender_name) for one in message.reactions] == [("👍", "Bea")]
    assert not await rows(
        connections,
        "SELECT 1 FROM communications_message WHERE external_message_id = 'line'"
        " AND channel_id = (SELECT id FROM communications_channel WHERE external_account_id = %s)",
        account,
    )


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
async def test_a_reaction_line_that_names_its_message_by_the_providers_id_is_that_reaction(
    connections, order
):
    account = f"account-{uuid.uuid4()}"
    await channel_make(connections, account)
    quoting = {"quoted": {"provider_id": "3EB0AA", "text": "hello"}}
    told = [
        said(account, "m1", "hello", second=1, is_event=0, provider_message_id="3EB0AA"),
        said(account, "m2", "hello", second=1, is_event=0, provider_message_id="3EB0BB"),
        said(account, "line", f"{B} reacted 👍", second=2, by=BEA, name="Bea", **quoting),
    ]
    for index in order:
        await deliver(connections, told[index])
    message = await document(connections, account, "m1")
    assert [(one.emoji, one.sender_name) for one in message.reactions] == [("👍", "Bea")]
    assert (await document(connections, account, "m2")).reactions == ()
    assert await document(connections, account, "line") is None
    await deliver(connections, reaction(account, emoji=""))
    assert (await document(connections, account, "m1")).reactions == ()


async def test_a_line_whose_message_never_comes_stays_a_line(connections, account):
    quoting = {"quoted": {"provider_id": "3EB0AA"}}
    await deliver(connections, said(account, "line", "Reacted 👍", second=2, by=BEA, name="Bea", **quoting))
    assert (await document(connections, account, "line")).event == "reaction"


BEAS_NUMBER = "420600000142"


def proof(account):
    """A body that shows Bea's two ids together."""
    bea = whatsapp_person(BEA, name="Bea", lid=BEA, phone=BEAS_NUMBER)
    return said(account, "proof", "it is me", second=9, by=BEA, is_event=0) | {"sender": bea}


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
async def test_a_reaction_told_by_both_ids_of_one_person_is_shown_once(connections, order):
    account = f"account-{uuid.uuid4()}"
    await channel_make(connections, account)
    by_number = whatsapp_person(f"{BEAS_NUMBER}@s.whatsapp.net", name="Bea", phone=BEAS_NUMBER)
    told = [reaction(account), reaction(account) | {"reaction_sender": by_number}, proof(account)]
    await deliver(connections, said(account, "m1", "hello", second=1, is_event=0))
    for index in order[:2]:
        await deliver(connections, told[index])
    before = await document(connections, account, "m1")
    await deliver(connections, told[order[2]])
    after = await document(connections, account, "m1")
    assert [one.emoji for one in after.reactions] == ["👍"]
    assert int(after.version) > int(before.version), "readers hear of it"


async def test_a_line_goes_once_its_person_is_known_to_be_who_reacted(connections, account):
    by_number = whatsapp_person(f"{BEAS_NUMBER}@s.whatsapp.net", name="Bea", phone=BEAS_NUMBER)
    await deliver(
        connections,
        said(account, "m1", "hello", second=1, is_event=0),
        reaction(account) | {"reaction_sender": by_number},
        said(account, "line", f"{B} reacted 👍", second=2, by=BEA, name="Bea"),
    )
    assert (await document(connections, account, "line")).event == "reaction"
    await deliver(connections, proof(account))
    assert await document(connections, account, "line") is None


async def test_whom_a_text_names_is_told_with_the_best_name_known_and_after_an_edit(connections, account):
    await deliver(connections, said(account, "m1", f"ask {B} or @140000000000001", second=1, is_event=0))
    first = await document(connections, account, "m1")
    assert {(one.token, one.name) for one in first.mentions} == {(B, None), ("@140000000000001", "Ana")}
    await deliver(connections, said(account, "m2", "I am Bea", second=2, by=BEA, name="Bea", is_event=0))
    named = await document(connections, account, "m1")
    assert {one.name for one in named.mentions} == {"Ana", "Bea"}
    edited = said(account, "m1", f"ask {A}", second=1, is_event=0, event="message_edited")
    await deliver(connections, edited)
    after = await document(connections, account, "m1")
    assert [(one.token, one.name) for one in after.mentions] == [(A, "Ana")]
    found = await rows(
        connections, "SELECT search_text FROM communications_message WHERE id = %s", int(after.id)
    )
    assert found[0][0] == "ask ana"


async def test_a_number_that_is_no_members_is_no_mention(connections, account):
    await deliver(
        connections,
        said(account, "m1", "mail me @140000000000009 or a@140000000000001.x", second=1, is_event=0),
    )
    message = await document(connections, account, "m1")
    assert message.mentions == ()


async def test_a_quote_by_the_providers_id_leads_to_the_message(connections, account):
    await deliver(
        connections, said(account, "m1", "hello", second=1, is_event=0, provider_message_id="3EB0AA")
    )
    answer = said(
        account, "m2", "yes", second=2, is_event=0, quoted={"provider_id": "3EB0AA", "text": "hello"}
    )
    await deliver(connections, answer)
    quoted = (await document(connections, account, "m2")).quoted
    assert quoted.message_id == (await document(connections, account, "m1")).id


async def test_events_at_once_from_two_writers_agree(connections, account):
    told = [
        said(account, f"m{number}", f"{A} {'added' if number % 2 else 'removed'} {B}", second=number)
        for number in range(12)
    ]
    await asyncio.gather(*(deliver(connections, *half) for half in (told[::2], told[::-1])))
    assert await members(connections, account) == [ANA, BEA]


async def test_odd_events_break_nothing(connections, account):
    odd = [
        said(account, "o1", "{{1@lid}} " * 2_000 + "left", second=1),
        said(account, "o2", "added " * 5_000, second=2, event_type="5"),
        said(account, "o3", None, second=3, event_type=-4),
        said(account, "o4", f"{A} reacted " + "x" * 100_000, second=4),
        said(account, "o5", f'{A} changed the subject to "' + "t" * 9_000, second=5),
    ]
    outcomes = await deliver(connections, *odd)
    assert outcomes == {"applied": len(odd)}, json.dumps(outcomes)


@pytest.mark.parametrize("first", ["message", "edit"])
async def test_b16_an_edit_without_words_takes_none_away(connections, account, first):
    message = said(account, "m1", "as it was", second=1, is_event=0)
    edits = [{**message, "event": "message_edited", "message": None}, {**message, "event": "message_edited"}]
    del edits[1]["message"]
    told = [message, *edits] if first == "message" else [*edits, message]
    outcomes = await deliver(connections, *told)
    assert outcomes == {"applied": 1, "quarantined": 2}
    assert await rows(connections, WORDS, account) == [("as it was", True)]


async def test_an_edit_may_take_a_caption_away(connections, account):
    pictured = said(
        account,
        "m1",
        "look",
        second=1,
        is_event=0,
        attachments=[{"attachment_id": "a", "attachment_type": "img"}],
    )
    assert await deliver(connections, pictured, {**pictured, "event": "message_edited", "message": None}) == {
        "applied": 2
    }
    assert await rows(connections, WORDS, account) == [("", False)]
