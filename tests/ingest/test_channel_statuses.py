"""What upstream says of an account: its status, the time line, and the windows to compare later."""

from __future__ import annotations

import datetime as dt
import itertools
import uuid

import pytest

from communications.ingest.channels import channel_upsert
from communications.ingest.record import record
from communications.schemas.accounts import AccountFact
from tests.ingest.deliveries import NOON, channel_make, deliver, delivery_of, rows
from tests.webhooks.bodies import whatsapp_message

STATUS = "SELECT status, status_word, status_since FROM communications_channel WHERE external_account_id = %s"
WINDOWS = """
SELECT starts_at, ends_at, state FROM communications_comparisonwindow AS compared
JOIN communications_channel AS channel ON channel.id = compared.channel_id
WHERE external_account_id = %s ORDER BY starts_at
"""


def after(hours: int) -> dt.datetime:
    return NOON + dt.timedelta(hours=hours)


def status(account: str, word: str, hours: int, *, flat: bool = False):
    stated = {"account_id": account, "account_type": "WHATSAPP", "message": word, "Product": "x"}
    return delivery_of(stated if flat else {"AccountStatus": stated}, received_at=after(hours))


@pytest.fixture
async def account(connections):
    name = f"account-{uuid.uuid4()}"
    await channel_make(connections, name)
    return name


LINE = [("OK", 0), ("CREDENTIALS", 1), ("CONNECTING", 2), ("ERROR", 3), ("RECONNECTED", 4), ("STOPPED", 5)]


@pytest.mark.parametrize("order", list(itertools.islice(itertools.permutations(LINE), 0, None, 103)))
async def test_times_without_connection_are_noted_whatever_came_first(connections, account, order):
    for word, hours in order:
        await record(connections, [status(account, word, hours, flat=hours % 2 == 0)])
    assert await rows(connections, STATUS, account) == [("stopped", "STOPPED", after(5))]
    assert await rows(connections, WINDOWS, account) == [
        (after(1), after(4), "waiting"),
        (after(5), None, "open"),
    ]


async def test_a_window_that_was_compared_stays_done_unless_its_end_moves(connections, account):
    for word, hours in (("CREDENTIALS", 1), ("OK", 4)):
        await record(connections, [status(account, word, hours)])
    async with connections.connection() as connection:
        await connection.execute("UPDATE communications_comparisonwindow SET state = 'done'")
    await record(connections, [status(account, "OK", 6)])
    assert await rows(connections, WINDOWS, account) == [(after(1), after(4), "done")]
    await record(connections, [status(account, "RECONNECTED", 2)])
    assert await rows(connections, WINDOWS, account) == [(after(1), after(2), "waiting")]


async def test_a_removed_account_keeps_everything_and_still_takes_messages(connections, account):
    await record(connections, [status(account, "DELETED", 1)])
    assert await deliver(connections, whatsapp_message("m1", account=account)) == {"applied": 1}
    assert (await rows(connections, STATUS, account))[0][0] == "deleted"


async def test_an_unknown_word_is_kept_as_it_is(connections, account):
    await record(connections, [status(account, "ON_HOLIDAY", 1)])
    delivery = delivery_of(
        {"AccountStatus": {"account_id": account, "message": "ON_HOLIDAY"}}, received_at=after(1)
    )
    assert delivery.reading.fact.status_word == "ON_HOLIDAY"
    assert await rows(connections, STATUS, account) == [("unknown", "ON_HOLIDAY", after(1))]
    assert await rows(connections, WINDOWS, account) == []


@pytest.mark.parametrize("told", [0, "0001-01-01T00:00:00.000Z", "1999-12-31T23:59:59.000Z", "soon"])
async def test_a_status_with_an_absurd_time_is_of_when_it_came(connections, account, told):
    await record(connections, [status(account, "OK", 1)])
    stated = {"account_id": account, "message": "CREDENTIALS", "timestamp": told}
    await record(connections, [delivery_of({"AccountStatus": stated}, received_at=after(2))])
    assert await rows(connections, STATUS, account) == [("credentials", "CREDENTIALS", after(2))]
    assert await rows(connections, WINDOWS, account) == [(after(2), None, "open")]


async def test_what_was_parked_before_an_account_was_listed_is_older_than_the_list(connections):
    account = f"account-{uuid.uuid4()}"
    waiting = status(account, "CREDENTIALS", 1)
    assert await record(connections, [waiting]) == {"parked": 1}
    fact = AccountFact(
        external_account_id=account,
        provider="whatsapp",
        provider_word="WHATSAPP",
        name="Shop",
        own_identities=(),
        status="ok",
        status_word="OK",
    )
    async with connections.connection() as connection:
        await channel_upsert(connection, fact)
        await channel_upsert(connection, fact)
    await record(connections, [waiting])
    ((held, word, since),) = await rows(connections, STATUS, account)
    assert (held, word) == ("ok", "OK")
    assert await rows(connections, WINDOWS, account) == [(after(1), since, "waiting")]
    entries = await rows(
        connections,
        "SELECT count(*) FROM communications_channelstatus WHERE channel_id ="
        " (SELECT id FROM communications_channel WHERE external_account_id = %s)",
        account,
    )
    assert entries == [(2,)]
