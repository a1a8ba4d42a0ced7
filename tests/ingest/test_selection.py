"""Which deliveries a question means, and how many repeat one."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from communications.ingest.record import record
from communications.refold import held
from communications.refold.replay import deliveries_replay
from communications.refold.selection import DeliverySelection
from tests.ingest.deliveries import channel_make, delivery_of, rows
from tests.webhooks.bodies import ACCOUNT, message_of_chat

NOW = dt.datetime.now(dt.UTC)


@pytest.fixture
async def ledger(connections):
    """Two channels and an account that has none; the channel's id by its account."""
    await channel_make(connections, ACCOUNT)
    await channel_make(connections, "second")
    bodies = {
        "shown": message_of_chat(1) | {"message": 'Grüße "an alle"'},
        "repeat": message_of_chat(1) | {"message": 'Grüße "an alle"'},
        "other channel": message_of_chat(2, account="second"),
        "parked": message_of_chat(3, account="third"),
        "ignored": {"event": "hologram_received", "account_id": ACCOUNT},
        "unreadable": b"\xff\x00 not JSON",
    }
    kept = {}
    for name, body in bodies.items():
        kept[name] = delivery_of(body)
        await record(connections, [kept[name]])
    return kept


async def names_of(connections, ledger, selection: DeliverySelection) -> set[str]:
    found = await connections_rows(connections, selection)
    return {name for name, delivery in ledger.items() if delivery.id in found}


async def connections_rows(connections, selection: DeliverySelection) -> set[object]:
    query = f"SELECT id FROM communications_webhookdelivery AS delivery WHERE {selection.condition()}"
    async with connections.connection() as connection:
        found = await (await connection.execute(query, selection.parameters())).fetchall()
    return {row[0] for row in found}


async def test_a_selection_narrows_by_each_of_its_fields_and_by_all_together(connections, ledger):
    async def names(**fields) -> set[str]:
        return await names_of(connections, ledger, DeliverySelection(**fields))

    assert await names() == set(ledger)
    assert await names(outcome="duplicate") == {"repeat"}
    assert await names(event="message_received", account=ACCOUNT) == {"shown", "repeat"}
    assert await names(ids=(ledger["ignored"].id, ledger["parked"].id)) == {"ignored", "parked"}
    assert await names(ids=()) == set()
    middle = ledger["parked"].received_at
    assert await names(received_before=middle) == {"shown", "repeat", "other channel"}
    assert await names(received_from=middle) == {"parked", "ignored", "unreadable"}
    assert await names(received_from=middle, outcome="ignored", text="hologram") == {"ignored"}
    assert await names(received_from=NOW + dt.timedelta(days=2)) == set()


async def test_text_is_found_in_bodies_however_json_escapes_it(connections, ledger):
    escaped = delivery_of(json.dumps(message_of_chat(9) | {"message": "größer 🙂"}).encode())
    plain = delivery_of(
        json.dumps(message_of_chat(8) | {"message": "größer 🙂"}, ensure_ascii=False).encode()
    )
    await record(connections, [escaped, plain])
    assert await connections_rows(connections, DeliverySelection(text="größer 🙂")) == {escaped.id, plain.id}
    for text, found in (
        ('"an alle"', {"shown", "repeat"}),
        ('"event": "holo', {"ignored"}),
        ("%", set()),
        ("not JSON", {"unreadable"}),
    ):
        assert await names_of(connections, ledger, DeliverySelection(text=text)) == found


async def test_a_selection_within_channels_leaves_out_others_and_by_default_what_has_none(
    connections, ledger
):
    [(channel_id,)] = await rows(
        connections, "SELECT id FROM communications_channel WHERE external_account_id = %s", ACCOUNT
    )
    own = DeliverySelection(channel_ids=frozenset({channel_id}))
    assert await names_of(connections, ledger, own) == {"shown", "repeat", "ignored"}
    with_others = DeliverySelection(channel_ids=frozenset({channel_id}), is_channelless_included=True)
    assert await names_of(connections, ledger, with_others) == {
        "shown",
        "repeat",
        "ignored",
        "parked",
        "unreadable",
    }
    assert await names_of(connections, ledger, DeliverySelection(channel_ids=frozenset())) == set()
    assert await deliveries_replay(connections, own) == {"applied": 1, "duplicate": 1, "ignored": 1}


async def test_a_long_ledger_is_looked_through_in_portions(connections, ledger, monkeypatch):
    monkeypatch.setattr(held, "TEXT_STEP_ROWS", 2)
    monkeypatch.setattr(held, "STEP_ROWS", 1)
    with_text = DeliverySelection(text="Grüße")
    assert await held.deliveries_total(connections, with_text) == ({"applied": 1, "duplicate": 1}, {})
    assert await deliveries_replay(connections, with_text) == {"applied": 1, "duplicate": 1}
    assert (await held.deliveries_total(connections, DeliverySelection()))[0].total() == len(ledger)
    assert (await deliveries_replay(connections, DeliverySelection())).total() == len(ledger)
