"""Pages of upstream's lists in the rows: what is new, what has changed, and what is passed over (F1, F2, F6, F12, F13)."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest

from communications.refold.rebuild.check import rebuild_check
from communications.selectors.messages import MESSAGES_BY_ID, message_document
from communications.tasks.chat_pages import chats_keep, people_keep
from communications.tasks.listing import Listing, Unread
from communications.tasks.older import OlderMessages
from communications.tasks.pages import messages_keep
from tests.ingest.conftest import connections
from tests.ingest.deliveries import NOON, channel_make, deliver, rows
from tests.webhooks.bodies import JANA, JANA_PHONE, whatsapp_message, whatsapp_person

__all__ = ["connections"]

ANA = "140000000000001@lid"
BEA = "140000000000002@lid"
LATER = NOON + dt.timedelta(days=1)

MESSAGES = """
SELECT external_message_id, text, direction, message.status, is_read, found_by, deleted_at IS NOT NULL, edited_at IS NOT NULL,
       message.version = '0'::xid8
FROM communications_message AS message JOIN communications_channel AS channel ON channel.id = message.channel_id
WHERE external_account_id = %s AND NOT is_stub ORDER BY sent_at, message.id
"""
LEDGER = """
SELECT event, outcome, count(*)::integer FROM communications_webhookdelivery WHERE external_account_id = %s GROUP BY 1, 2
"""
PARTS = """
SELECT external_message_id, continues_id IS NULL, message.version = '0'::xid8
FROM communications_message AS message
JOIN communications_conversation AS part ON part.id = message.conversation_id
JOIN communications_channel AS channel ON channel.id = message.channel_id WHERE external_account_id = %s
"""
CHAT = """
SELECT unread_count, history_revision FROM communications_conversation AS held
JOIN communications_channel AS channel ON channel.id = held.channel_id WHERE external_account_id = %s
"""


@pytest.fixture
async def account(connections):
    name = f"account-{uuid.uuid4()}"
    await channel_make(connections, name)
    return name


def listing(account: str, found_by: Any = "history", asked_at: dt.datetime = LATER) -> Listing:
    return Listing(account, uuid.uuid4(), asked_at, found_by)


def listed(message_id: str, second: int, **fields: Any) -> dict[str, Any]:
    """A message as a list shows it: inbound, of one chat, unless told otherwise."""
    return {
        "object": "Message",
        "id": message_id,
        "chat_id": "chat",
        "chat_provider_id": ANA,
        "provider_id": f"provider-{message_id}",
        "sender_id": ANA,
        "is_sender": 0,
        "text": f"text of {message_id}",
        "timestamp": (NOON + dt.timedelta(seconds=second)).isoformat(),
        "seen": 0,
        "delivered": 0,
        "edited": 0,
        "deleted": 0,
        "hidden": 0,
        "is_event": 0,
        "reactions": [],
        "attachments": [],
        **fields,
    }


async def test_a_page_is_kept_once_and_counted(connections, account):
    page = [listed(f"m{number}", number) for number in range(100, 0, -1)]
    page.insert(3, {"object": "Message", "text": "nobody"})

    kept = await messages_keep(connections, listing(account), [*page, page[0]])
    again = await messages_keep(connections, listing(account), page)

    assert (kept.found, kept.stored, kept.changed, kept.known) == (101, 100, 0, 0)
    assert dict(kept.refused) == {"unreadable: missing_field": 1}
    assert (kept.oldest_at, kept.newest_at) == (
        NOON + dt.timedelta(seconds=1),
        NOON + dt.timedelta(seconds=100),
    )
    assert kept.chats["chat"].stored == 100
    assert (again.found, again.stored, again.changed, again.known) == (101, 0, 0, 100)
    held = await rows(connections, MESSAGES, account)
    assert [row[0] for row in held] == [f"m{number}" for number in range(1, 101)]
    assert {row[5] for row in held} == {"history"}
    assert sorted(await rows(connections, LEDGER, account)) == [
        ("api_listed", "applied", 1),
        ("api_listed", "quarantined", 1),
    ]


@pytest.mark.parametrize(
    "told",
    [
        {"id": None, "message_id": "m1"},
        {"reactions": [{"value": emoji, "sender_id": BEA, "is_sender": 0} for emoji in ("👍", "🎉")]},
        {"provider_id": "k" * 600, "sender_id": ["a"], "account_id": 1.5, "sender_attendee_id": {"a": 1}},
        {
            "reactions": {"a": 1},
            "attachments": "[{",
            "seen_by": ["a"],
            "quoted": "3EB0",
            "timestamp": "string",
        },
    ],
    ids=["named as elsewhere", "several reactions of one", "ids beside that are none", "other types"],
)
async def test_f6_a_message_in_another_shape_is_kept_and_known_again(connections, account, told):
    page = [listed("m2", 2), listed("m1", 1) | told, listed("m0", 0)]

    kept = await messages_keep(connections, listing(account), page)
    again = await messages_keep(connections, listing(account, "repair"), page)

    assert (kept.stored, dict(kept.refused)) == (3, {})
    assert (again.stored, again.changed, again.known) == (0, 0, 3)
    assert {row[0] for row in await rows(connections, MESSAGES, account)} == {"m0", "m1", "m2"}


async def test_f12_a_reaction_that_a_list_shows_under_a_persons_other_id_stays(connections, account):
    message = whatsapp_message("m1", account=account)
    told = message | {"event": "message_reaction", "reaction": "👍", "reaction_sender": JANA}
    await deliver(connections, message, told)
    reaction = {"value": "👍", "sender_id": f"{JANA_PHONE}@s.whatsapp.net", "is_sender": 0}

    asked_now = listing(account, asked_at=dt.datetime.now(dt.UTC))
    kept = await messages_keep(connections, asked_now, [listed("m1", 0, reactions=[reaction])])

    assert kept.changed == 1
    [(message_id,)] = await rows(
        connections, "SELECT id FROM communications_message WHERE external_message_id = %s", "m1"
    )
    [row] = await rows(connections, MESSAGES_BY_ID, [message_id])
    assert [shown.emoji for shown in message_document(row).reactions] == ["👍"]


async def test_f1_f2_what_came_live_is_known_and_a_page_from_before_it_changes_nothing(connections, account):
    message = whatsapp_message(account_id=account, chat_id="chat", provider_chat_id=ANA, message_id="m1")
    await deliver(connections, message, {**message, "event": "message_edited", "message": "edited live"})

    stale = listed("m1", 0, text="edited earlier", edited=1)
    kept = await messages_keep(connections, listing(account, asked_at=NOON), [stale])

    assert (kept.stored, kept.changed) == (0, 1)
    [(_, text, *_rest)] = await rows(connections, MESSAGES, account)
    assert text == "edited live"


async def test_f12_edits_deletions_reactions_and_receipts_that_were_missed_are_folded_and_absence_is_nothing(
    connections, account
):
    own = {"is_sender": 1, "sender_id": "own"}
    reaction = {"value": "👍", "sender_id": BEA, "is_sender": 0}
    await messages_keep(
        connections,
        listing(account),
        [listed("m4", 4, **own), listed("m3", 3), listed("m2", 2, reactions=[reaction]), listed("m1", 1)],
    )
    missed = [
        listed("m4", 4, **own, seen=1, delivered=1),
        listed("m3", 3, text="other words", edited=1),
        listed("m2", 2),
        listed("m1", 1, deleted=1),
    ]
    after = LATER + dt.timedelta(hours=1)

    kept = await messages_keep(connections, listing(account, "repair", after), missed)
    again = await messages_keep(connections, listing(account, "repair", after), missed)
    absent = await messages_keep(connections, listing(account, "repair", after), missed[:1])

    assert (kept.stored, kept.changed, kept.known) == (0, 4, 0)
    assert (again.stored, again.changed, again.known) == (0, 0, 4)
    assert absent.known == 1
    held = {row[0]: row for row in await rows(connections, MESSAGES, account)}
    assert held["m4"][3] == "read"
    assert held["m3"][1] == "other words"
    assert held["m1"][6]
    reactions = await rows(
        connections,
        "SELECT emoji FROM communications_reaction AS told JOIN communications_channel AS channel ON channel.id = told.channel_id"
        " WHERE external_account_id = %s ORDER BY reacted_at",
        account,
    )
    assert [emoji for (emoji,) in reactions] == ["👍", ""]


async def test_history_raises_no_more_unread_than_upstream_counts_and_repair_is_news(connections, account):
    page = [listed(f"m{number}", number) for number in range(10, 0, -1)]
    await messages_keep(connections, listing(account), page, unread=Unread({"chat": 3}, LATER))
    assert [row[:1] for row in await rows(connections, CHAT, account)] == [(3,)]

    await messages_keep(connections, listing(account, "repair"), [listed("m11", 11), *page])
    [(unread, _)] = await rows(connections, CHAT, account)
    assert unread == 4


async def test_what_is_older_than_all_is_quiet_and_what_fills_a_hole_is_not(connections, account):
    photo = {"id": "a1", "type": "img", "mimetype": "image/png", "size": {"width": 2, "height": 2}}
    reaction = {"value": "👍", "sender_id": BEA, "is_sender": 0}
    await messages_keep(connections, listing(account), [listed("m9", 9)])
    [(_, began)] = await rows(connections, CHAT, account)
    older = OlderMessages(connections, account)
    page = [listed("m5", 5, attachments=[photo], reactions=[reaction]), listed("m2", 2)]
    for one in (page, [listed("m7", 7)]):
        await older.found((await messages_keep(connections, listing(account), one)).new_ids)
    await older.tell()

    quiet = {row[0]: row[8] for row in await rows(connections, MESSAGES, account)}
    assert quiet == {"m2": True, "m5": True, "m7": False, "m9": True}
    [(_, revision)] = await rows(connections, CHAT, account)
    assert revision == began + 1


async def test_in_a_chat_of_parts_each_is_in_the_part_it_names_and_quiet_if_no_part_holds_older(
    connections, account
):
    by_id, by_person = {"chat_provider_id": None}, {"chat_id": None}
    for one in (listed("m9", 9, **by_person), listed("m4", 4, **by_id), listed("m8", 8)):
        await messages_keep(connections, listing(account), [one])
    page = [
        listed("m6", 6, **by_person),
        listed("m5", 5, **by_id),
        listed("m2", 2, **by_id),
        listed("m1", 1, **by_person),
    ]
    for one in page:
        await messages_keep(connections, listing(account), [one])
    of_root, quiet = {"m1", "m6", "m9"}, {"m1", "m2"}
    found = {name: told for name, *told in await rows(connections, PARTS, account)}
    assert {name for name, (is_of_root, _) in found.items() if is_of_root} == of_root
    assert {one["id"] for one in page if found[one["id"]][1]} == quiet


async def test_files_of_history_wait_the_newest_first_and_those_of_news_do_not(connections, account):
    def photo(name: str) -> dict[str, Any]:
        return {"id": name, "type": "img", "mimetype": "image/png"}

    page = [
        listed("m2", 2, attachments=[photo("new")]),
        listed("m5", 5, attachments=[photo("newer")]),
        listed("m1", 1),
    ]
    await messages_keep(connections, listing(account), page)
    await messages_keep(
        connections, listing(account, found_by="repair"), [listed("m7", 7, attachments=[photo("news")])]
    )
    files = "SELECT external_attachment_id, is_backlog FROM communications_attachment ORDER BY next_attempt_at DESC"
    assert await rows(connections, files) == [("news", False), ("newer", True), ("new", True)]


async def test_chats_and_people_follow_their_pages(connections, account):
    chat = {
        "object": "Chat", "id": "choir", "account_type": "WHATSAPP", "provider_id": "120363000000000000@g.us", "type": 1,
        "name": "Choir", "archived": 0, "pinned": 1, "muted_until": None, "read_only": 0, "disabledFeatures": [],
        "unread_count": 2, "timestamp": NOON.isoformat(),
    }  # fmt: skip
    person = {
        "object": "ChatAttendee", "id": "a1", "provider_id": ANA, "name": "Ana", "is_self": 0,
        "specifics": {"provider": "WHATSAPP"},
    }  # fmt: skip
    kept = await chats_keep(connections, listing(account), [chat, {"object": "Chat"}])
    people = await people_keep(connections, listing(account), [person])
    assert (kept.found, kept.stored, dict(kept.refused)) == (2, 1, {"unreadable: missing_field": 1})
    assert kept.unread == {"choir": 2}
    assert (people.found, people.stored) == (1, 1)

    again = await chats_keep(connections, listing(account), [chat])
    assert (again.known, (await people_keep(connections, listing(account), [person])).known) == (1, 1)

    renamed = {**chat, "name": "Old choir", "archived": 1}
    after = listing(account, asked_at=LATER + dt.timedelta(hours=1))
    assert (await chats_keep(connections, after, [renamed])).changed == 1
    held = await rows(
        connections,
        "SELECT title, archived, pinned FROM communications_conversation AS held JOIN communications_channel AS channel"
        " ON channel.id = held.channel_id WHERE external_account_id = %s",
        account,
    )
    assert held == [("Old choir", True, True)]

    unknown = {**chat, "id": "other", "provider_id": "120363000000000001@g.us"}
    assert (await chats_keep(connections, listing(account, "repair"), [unknown])).known == 1


async def test_poison_on_a_page_costs_itself_only(connections, account):
    poison = [
        listed("m3", 3, text="\ud800 half a letter", quoted={"text": "\ud800"}),
        listed("m2", 2, chat_id=None, chat_provider_id=None),
        listed("m1", 1, timestamp="1970-01-01T00:00:00Z", reactions=[{"value": "👍"}, 7], attachments="none"),
        listed("m0", 0, text=10**40),
    ]
    kept = await messages_keep(connections, listing(account), poison)
    assert kept.found == 4 == kept.stored + kept.refused.total()
    assert kept.stored == 3


async def test_d17_pages_are_rebuilt_from_the_ledger(connections, database):
    from psycopg import AsyncConnection

    database.reset()
    account = f"account-{uuid.uuid4()}"
    await channel_make(connections, account)
    await deliver(
        connections,
        whatsapp_message(
            account_id=account,
            chat_id="chat",
            provider_chat_id=ANA,
            message_id="m3",
            sender=whatsapp_person(ANA, name="Ana"),
        ),
    )
    reaction = {"value": "👍", "sender_id": BEA, "is_sender": 0}
    page = [
        listed("m4", 4, reactions=[reaction]),
        listed("m3", 3, edited=1, text="changed"),
        listed("m2", 2, deleted=1),
    ]
    await messages_keep(connections, listing(account), page, unread=Unread({"chat": 1}, LATER))
    await messages_keep(
        connections, listing(account, "repair", LATER + dt.timedelta(hours=1)), [listed("m4", 4)]
    )

    async with await AsyncConnection.connect(database.owner_url, autocommit=True) as owner:
        done = await rebuild_check(owner, connections, seed=1, begin=lambda _: lambda _: None)
    assert done.different == 0
