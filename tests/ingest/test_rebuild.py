"""The ledger folded into empty tables beside the live ones says what the live ones say, or it is told where not."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from hypothesis import example, given, note, settings
from hypothesis import strategies as st
from psycopg import AsyncConnection

from communications.ingest.channels import LOCK
from communications.ingest.record import record
from communications.refold.rebuild import scratch
from communications.refold.rebuild.check import Check, rebuild_check
from communications.refold.rebuild.fold import LedgerFold
from communications.refold.rebuild.questions import REASONS
from communications.refold.rebuild.scratch import SCHEMA, SEARCH_PATH, AlreadyRunning, scratch_tables
from tests.ingest.deliveries import channel_make, deliver, rows
from tests.ingest.test_laws import QUICK
from tests.ingest.world_bodies import deliveries_of
from tests.ingest.worlds import Telling, World, worlds
from tests.webhooks.bodies import (
    ACCOUNT,
    JANA,
    attachment,
    message_of_chat,
    whatsapp_message,
    whatsapp_own_message,
)


@pytest.fixture
async def owner(database) -> AsyncIterator[AsyncConnection[Any]]:
    async with await AsyncConnection.connect(database.owner_url, autocommit=True) as connection:
        yield connection


async def check(owner, connections, *, seed: int | None = None) -> Check:
    done = await rebuild_check(owner, connections, seed=seed, begin=lambda _: lambda _: None)
    found = await owner.execute("SELECT count(*) FROM pg_namespace WHERE nspname = %s", (SCHEMA,))
    assert await found.fetchone() == (0,)
    return done


def compared(done: Check) -> dict[str, int]:
    return {one.entity: one.compared for one in done.comparisons}


def differing(done: Check) -> set[tuple[str, str]]:
    """Entity and field; ``missing`` and ``too many`` of the live tables for rows of one side only."""
    return {
        (one.entity, name)
        for one in done.comparisons
        for row in one.first
        for name in (
            [field for field, _, _ in row.fields()] or ["missing" if row.live is None else "too many"]
        )
    }


async def check_a_world(connections, database, world: World, gone: Sequence[int]) -> None:
    """Equal in any order; and where bodies are gone, nothing is called different that is only not known."""
    account = f"account-{uuid.uuid4()}"
    database.reset()
    await channel_make(connections, account, own_identities=world.own_identities)
    deliveries = deliveries_of(world, account)
    for delivery in deliveries:
        await record(connections, [delivery])
    async with await AsyncConnection.connect(database.owner_url, autocommit=True) as owner:
        done = await check(owner, connections, seed=1)
        note(str(done.comparisons))
        assert done.different == 0
        assert [one.left_out for one in done.comparisons] == [{}] * 4
        expired = [deliveries[place % len(deliveries)].id for place in gone if deliveries]
        await owner.execute(
            "DELETE FROM communications_webhookbody WHERE delivery_id = ANY(%s::uuid[])", (expired,)
        )
        done = await check(owner, connections)
        note(str(done.comparisons))
        assert done.different == 0


def told(message: int, chat: int, naming: str) -> Telling:
    return Telling(
        message=message,
        chat=chat,
        author=-1,
        text="",
        sent_second=1,
        naming=naming,
        mention="lid",
        name="Ann",
        title="",
        files=0,
        is_event=False,
        event=None,
        names=None,
        is_hidden=False,
        tells_sender=True,
        tells_account=True,
    )


# One message, whose only delivery with a body puts it into another conversation than the earlier one does.
MOVED = World(
    groups=(False, False, False),
    own_identities=("lid:100000000000001@lid", "phone:420600000001"),
    told=(told(5, 1, "lid"), told(5, 1, "phone")),
)
EXPIRED = st.lists(st.integers(0, 30), max_size=8)


@given(worlds(happenings=5), EXPIRED)
@example(MOVED, [0])
@settings(QUICK, max_examples=5)
async def test_d17_the_rows_of_a_world_are_those_of_its_ledger_in_any_order(
    connections, database, world, gone
):
    await check_a_world(connections, database, world, gone)


@pytest.mark.slow
@pytest.mark.timeout(3_600)
@given(worlds(happenings=8), EXPIRED)
@settings(QUICK, max_examples=200)
async def test_d17_a_long_run_of_worlds(connections, database, world, gone):
    await check_a_world(connections, database, world, gone)


async def town_make(connections) -> None:
    """One chat with messages of both sides, a file, a reaction, an edit and a status."""
    await channel_make(connections, ACCOUNT)
    await deliver(connections, *(message_of_chat(number) for number in range(4)), whatsapp_own_message("own"))
    await deliver(
        connections,
        whatsapp_message("with-file", attachments=[attachment()]),
        whatsapp_message("with-file", event="message_edited", text="better"),
        whatsapp_message("with-file", event="message_reaction", reaction="👍", reaction_sender=JANA),
        {"AccountStatus": {"account_id": ACCOUNT, "account_type": "WHATSAPP", "message": "ERROR"}},
    )


CHANGED = {
    "UPDATE communications_message SET text = 'x' WHERE external_message_id = 'with-file'": (
        "message",
        "text",
    ),
    "UPDATE communications_message SET deleted_at = now()": ("message", "deleted_at"),
    "DELETE FROM communications_attachment": ("message", "attachments"),
    "DELETE FROM communications_messageedit": ("message", "edits"),
    "DELETE FROM communications_reaction": ("message", "reactions"),
    "UPDATE communications_conversation SET unread_count = 77": ("conversation", "unread_count"),
    "DELETE FROM communications_conversationalias WHERE kind = 'lid'": ("conversation", "names"),
    "DELETE FROM communications_conversationattendee": ("conversation", "members"),
    "UPDATE communications_chatattendee SET name = 'Mallory'": ("attendee", "name"),
    "UPDATE communications_chatattendee SET identities = '{phone:1}'": ("attendee", "identities"),
    "DELETE FROM communications_attendeeidentity": ("attendee", "told_keys"),
    "UPDATE communications_attendeename SET since = since - interval '1 day'": ("attendee", "told_names"),
    "UPDATE communications_chatattendee SET same_as_id = (SELECT min(id) FROM communications_chatattendee)": (
        "attendee",
        "person",
    ),
    "UPDATE communications_conversation SET archived = true": ("conversation", "archived"),
    "DELETE FROM communications_channelstatus": ("channel", "time_line"),
    "UPDATE communications_comparisonwindow SET starts_at = starts_at - interval '1 day'": (
        "channel",
        "windows",
    ),
    "UPDATE communications_channel SET own_identities = '{}'": ("channel", "own_identities"),
}
LOST_AND_INVENTED = """
UPDATE communications_conversation SET last_message_id = NULL;
DELETE FROM communications_attachment;
DELETE FROM communications_messageedit;
DELETE FROM communications_reaction;
DELETE FROM communications_message WHERE external_message_id = 'with-file';
INSERT INTO communications_message (channel_id, external_message_id, is_stub)
SELECT id, 'invented', true FROM communications_channel
"""


async def test_every_kind_of_planted_difference_is_found_and_nothing_else(connections, owner, database):
    await town_make(connections)
    untouched = await check(owner, connections)
    assert differing(untouched) == set()
    assert compared(untouched) == {"channel": 1, "attendee": 2, "conversation": 2, "message": 6}

    await owner.execute("; ".join(CHANGED))
    assert differing(await check(owner, connections, seed=3)) == set(CHANGED.values())

    database.reset()
    await town_make(connections)
    await owner.execute(LOST_AND_INVENTED)
    assert differing(await check(owner, connections)) == {
        ("message", "missing"),
        ("message", "too many"),
        ("conversation", "last_message"),
    }


async def test_what_depends_on_a_body_that_is_gone_is_left_out_and_said_to_be(connections, owner):
    await channel_make(connections, ACCOUNT)
    await deliver(connections, *(message_of_chat(number, chat=number) for number in range(3)))
    await deliver(connections, message_of_chat(9, chat=0))
    await rows(
        connections,
        "DELETE FROM communications_webhookbody WHERE delivery_id = "
        "(SELECT id FROM communications_webhookdelivery ORDER BY id LIMIT 1) RETURNING 1",
    )
    await owner.execute("UPDATE communications_conversation SET title = 'tampered' WHERE id = 1")
    done = await check(owner, connections)
    left_out = {one.entity: one.left_out for one in done.comparisons}
    assert done.different == 0
    assert left_out["message"] == {REASONS["expired"]: 1}
    assert left_out["conversation"] == {REASONS["expired"]: 1}
    assert compared(done)["message"] == 3
    assert compared(done)["conversation"] == 2

    await owner.execute("UPDATE communications_message SET text = 'tampered'")
    assert (await check(owner, connections)).different == 3


async def test_what_comes_while_the_check_runs_is_left_out(connections, owner, monkeypatch):
    await town_make(connections)

    class Late(LedgerFold):
        async def run(self, waiting, progress):
            totals = await super().run(waiting, progress)
            await deliver(connections, message_of_chat(50), message_of_chat(51, chat=7))
            return totals

    monkeypatch.setattr(rebuild_check.__module__ + ".LedgerFold", Late)
    done = await check(owner, connections)
    assert done.different == 0
    assert next(one for one in done.comparisons if one.entity == "message").left_out == {
        REASONS["meanwhile"]: 2
    }


async def test_read_markers_set_here_are_no_difference(connections, owner):
    await town_make(connections)
    await owner.execute(
        "UPDATE communications_conversation SET marked_read_at = last_message_at, marked_read_id = last_message_id; "
        "SELECT landline_conversations_recount(ARRAY(SELECT id FROM communications_conversation))"
    )
    assert differing(await check(owner, connections)) == set()


async def test_a_status_that_the_list_of_accounts_tells_is_no_difference_and_neither_is_its_window(
    connections, owner
):
    await town_make(connections)
    for word in ("ok", "credentials"):
        await owner.execute("SELECT landline_channel_status_listed(%s, %s, 'said')", (ACCOUNT, word))
    done = await check(owner, connections)
    assert differing(done) == set()
    assert compared(done)["channel"] == 1
    await owner.execute("UPDATE communications_comparisonwindow SET starts_at = starts_at - interval '1 day'")
    assert differing(await check(owner, connections)) == {("channel", "windows")}


async def test_two_checks_do_not_meet_and_the_live_tables_can_be_written_meanwhile(
    connections, owner, database, monkeypatch
):
    monkeypatch.setattr(scratch, "BEGUN_WITHIN_SECONDS", 0.1)
    await town_make(connections)
    async with (
        await AsyncConnection.connect(database.owner_url, autocommit=True) as other,
        scratch_tables(owner, "postgres"),
    ):
        with pytest.raises(AlreadyRunning):
            async with scratch_tables(other, "postgres"):
                pass
        await other.execute(f"SET search_path = {SEARCH_PATH}")
        async with other.transaction():
            await other.execute(LOCK, (ACCOUNT,))
            assert await deliver(connections, message_of_chat(60)) == {"applied": 1}
