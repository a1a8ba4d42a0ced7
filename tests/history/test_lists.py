"""Several messages of a list are one ledger row: each can fail, be erased and be asked about as if it were alone (D17, D19)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec
import pytest
from asgiref.sync import sync_to_async
from psycopg import AsyncConnection

from communications.ingest.channels import LOCK
from communications.ingest.connections import fold_connections
from communications.ingest.erase import Erasable, conversation_erasable, erase, message_erasable
from communications.models import Channel
from communications.refold.difference import delivery_difference
from communications.refold.rebuild.check import rebuild_check
from communications.refold.replay import deliveries_replay
from communications.refold.selection import DeliverySelection
from communications.schemas.deliveries import sha256_of
from communications.selectors.inspection import inspection
from communications.tasks import pages
from communications.tasks.pages import messages_keep
from communications.webhooks.handlers import listed as handlers_listed
from communications.webhooks.handlers.listed import listed_message
from tests.history.test_pages import ANA, BEA, account, listed, listing
from tests.ingest.conftest import connections
from tests.ingest.deliveries import channel_make, deliver, rows
from tests.webhooks.bodies import whatsapp_message

__all__ = ["account", "connections"]

LISTS = """
SELECT delivery.id, outcome, reason, message_id, message_ids, size_bytes, sha256, raw
FROM communications_webhookdelivery AS delivery
LEFT JOIN communications_webhookbody AS body ON body.delivery_id = delivery.id
WHERE external_account_id = %s AND event = 'api_listed' ORDER BY delivery.id
"""
HELD = """
SELECT external_message_id, message.id, received_by FROM communications_message AS message
JOIN communications_channel AS channel ON channel.id = message.channel_id
WHERE external_account_id = %s AND NOT is_stub ORDER BY sent_at
"""


def page_of(*message_ids: str, **fields: Any) -> list[dict[str, Any]]:
    """Newest first."""
    return [listed(name, int(name[1:]), **fields) for name in message_ids]


async def erased(account: str, find: Any, *names: str) -> None:
    @sync_to_async
    def run() -> None:
        erasable: Erasable | None = find(Channel.objects.get(external_account_id=account), *names)
        assert erasable is not None
        erase(erasable, erased_by="a test")

    await run()


async def changed_by_replay(connections: Any, account: str) -> list[Any]:
    await deliveries_replay(connections, DeliverySelection(account=account))
    return [
        change
        for row in await rows(connections, LISTS, account)
        if row[7] is not None
        for change in await delivery_difference(connections, row[0])
    ]


async def test_a_list_is_one_row_that_every_message_of_it_leads_to(connections, account):
    await messages_keep(connections, listing(account), page_of("m3", "m2", "m1"))
    [(delivery, outcome, _, message_id, message_ids, _, sha256, raw)] = await rows(
        connections, LISTS, account
    )
    held = await rows(connections, HELD, account)
    assert (outcome, message_id) == ("applied", None)
    assert [row[1] for row in held] == message_ids
    assert {row[2] for row in held} == {delivery}
    assert sha256 == sha256_of(raw)

    for _, row_id, _ in held:
        shown = await sync_to_async(inspection)(row_id, is_administrator=False)
        assert [(one.id, one.effect) for one in shown.deliveries] == [(str(delivery), "brought")]
        assert await deliveries_replay(connections, DeliverySelection(message_id=row_id)) == {"applied": 1}
    assert await changed_by_replay(connections, account) == []


async def test_what_became_of_a_held_message_is_a_row_of_its_own(connections, account):
    await messages_keep(connections, listing(account), page_of("m2", "m1"))
    later = listing(account, "repair", listing(account).asked_at + dt.timedelta(hours=1))
    await messages_keep(connections, later, [*page_of("m4", "m3"), *page_of("m2", "m1", deleted=1)])
    links = [(row[3] is not None, row[4] and len(row[4])) for row in await rows(connections, LISTS, account)]
    assert links == [(False, 2), (False, 2), (True, None), (True, None)]


def poisoned(message: Any, **told: Any) -> Any:
    """As ``listed_message``, but that the message m5 cannot be folded."""
    fact = listed_message(message, **told)
    if message.id != "m5":
        return fact
    bad = msgspec.structs.replace(fact.received.message, external_message_id="")
    return msgspec.structs.replace(fact, received=msgspec.structs.replace(fact.received, message=bad))


async def test_d19_a_list_that_was_stored_unfolded_and_cannot_be_is_made_good_by_the_next_reading(
    connections, account, monkeypatch
):
    monkeypatch.setattr(pages, "listed_message", poisoned)
    monkeypatch.setattr(handlers_listed, "listed_message", poisoned)
    page = page_of(*(f"m{number}" for number in range(8, 0, -1)))
    async with connections.connection() as other, other.transaction(), fold_connections(max_size=1) as hasty:
        await other.execute(LOCK, (account,))
        kept = await messages_keep(hasty, listing(account), page)
    assert (kept.stored, kept.refused.total()) == (0, 8)
    assert await deliveries_replay(connections, DeliverySelection(account=account)) == {"failed": 1}

    kept = await messages_keep(connections, listing(account), page)
    assert (kept.stored, kept.refused.total()) == (7, 1)
    assert [row[0] for row in await rows(connections, HELD, account)] == [
        "m1",
        "m2",
        "m3",
        "m4",
        "m6",
        "m7",
        "m8",
    ]


async def test_d19_a_message_that_does_not_fold_costs_itself_only(connections, account, monkeypatch):
    monkeypatch.setattr(pages, "listed_message", poisoned)
    names = [f"m{number}" for number in range(20, 0, -1)]
    kept = await messages_keep(connections, listing(account), page_of(*names))
    assert (kept.found, kept.stored, kept.refused.total()) == (20, 19, 1)
    [reason] = kept.refused
    assert reason.startswith("failed: ")
    ledger = await rows(connections, LISTS, account)
    [failed] = [row for row in ledger if row[1] == "failed"]
    assert b'"m5"' in failed[7]
    assert b'"m6"' not in failed[7]
    assert len(await rows(connections, HELD, account)) == 19

    monkeypatch.undo()
    await deliveries_replay(connections, DeliverySelection(ids=(failed[0],)))
    assert len(await rows(connections, HELD, account)) == 20


@pytest.mark.parametrize(("find", "name"), [(message_erasable, "m2"), (conversation_erasable, "other")])
async def test_an_erased_message_leaves_its_list_and_the_others_stay(
    connections, database, account, find, name
):
    reaction = {"value": "👍", "sender_id": BEA, "is_sender": 0}
    secret = listed(
        "m2", 2, text="a secret", chat_id="other", chat_provider_id="140000000000009@lid", sender_id=None
    )
    page = [listed("m3", 3, reactions=[reaction]), secret, listed("m1", 1)]
    await messages_keep(connections, listing(account), page)
    await erased(account, find, name)

    [(_, outcome, _, _, message_ids, size, sha256, raw)] = await rows(connections, LISTS, account)
    assert (outcome, len(message_ids)) == ("applied", 2)
    assert b"a secret" not in raw
    assert (size, sha256) == (len(raw), sha256_of(raw))
    assert await changed_by_replay(connections, account) == []
    assert [row[0] for row in await rows(connections, HELD, account)] == ["m1", "m3"]

    # It does not come back by another list either, and costs none of those beside it.
    kept = await messages_keep(connections, listing(account), [listed("m4", 4), secret])
    assert (kept.stored, dict(kept.refused)) == (1, {"ignored: erased": 1})
    assert [row[0] for row in await rows(connections, HELD, account)] == ["m1", "m3", "m4"]
    assert b"a secret" not in b"".join(row[7] or b"" for row in await rows(connections, LISTS, account))


async def test_a_list_of_erased_messages_only_loses_its_bytes(connections, account):
    await messages_keep(connections, listing(account), page_of("m2", "m1"))
    await erased(account, conversation_erasable, "chat")
    [(_, outcome, reason, _, message_ids, _, _, raw)] = await rows(connections, LISTS, account)
    assert (outcome, reason, message_ids, raw) == ("ignored", "erased", None, None)


async def test_d17_what_a_list_without_its_bytes_brought_is_left_out_of_the_comparison(
    connections, database, account
):
    database.reset()
    await channel_make(connections, account)
    await deliver(
        connections, whatsapp_message("live", account_id=account, chat_id="chat", provider_chat_id=ANA)
    )
    await messages_keep(connections, listing(account), page_of("m3", "m2", "m1"))
    other = page_of("m6", "m5", chat_id="other", chat_provider_id=BEA, sender_id=BEA)
    await messages_keep(connections, listing(account), other)
    await rows(
        connections,
        "WITH gone AS (DELETE FROM communications_webhookbody WHERE delivery_id IN (SELECT received_by FROM"
        " communications_message WHERE external_message_id = 'm1') RETURNING 1) SELECT count(*) FROM gone",
    )
    async with await AsyncConnection.connect(database.owner_url, autocommit=True) as owner:
        done = await rebuild_check(owner, connections, seed=1, begin=lambda _: lambda _: None)
    assert done.different == 0
    [messages] = [one for one in done.comparisons if one.entity == "message"]
    assert messages.left_out == {"a delivery of it has no body any more": 3}
    assert messages.compared == 3


async def test_lists_are_short_while_deliveries_of_the_account_come_in(connections, account):
    names = [f"m{number}" for number in range(40, 0, -1)]
    await messages_keep(connections, listing(account), page_of(*names))
    await deliver(
        connections, whatsapp_message("live", account_id=account, chat_id="chat", provider_chat_id=ANA)
    )
    await messages_keep(
        connections, listing(account), page_of(*(f"m{100 + number}" for number in range(40, 0, -1)))
    )
    sizes = [len(row[4]) for row in await rows(connections, LISTS, account)]
    assert sizes == [40, 8, 8, 8, 8, 8]
