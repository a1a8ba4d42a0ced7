"""B17: the provider's clock is believed within reason; ours stands in where it is not."""

from __future__ import annotations

import datetime as dt

import pytest

from communications.ingest.record import record
from tests.ingest.deliveries import NOON, channel_make, delivery_of, rows
from tests.webhooks.bodies import ACCOUNT, whatsapp_message

SENT = dt.datetime(2026, 6, 2, 8, 15, 30, 250_000, tzinfo=dt.UTC)

TIMES = {
    "with milliseconds": ("2026-06-02T08:15:30.250Z", SENT, False),
    "with an offset": ("2026-06-02T10:15:30.250+02:00", SENT, False),
    "microseconds are cut": ("2026-06-02T08:15:30.250999Z", SENT, False),
    "milliseconds since 1970": (1_780_388_130_250, SENT, False),
    "seconds since 1970": (1_780_388_130.25, SENT, False),
    "without a zone": ("2026-06-02T08:15:30.250", SENT, True),
    "absent": (None, NOON, True),
    "no time": ("yesterday", NOON, True),
    "negative": (-5, NOON, True),
    "the year 300000": ("300000-01-01T00:00:00Z", NOON, True),
    "before 2000": ("1999-12-31T23:59:59Z", NOON, True),
    "a day ahead": ("2026-06-03T12:00:01Z", NOON, True),
    "just under a day ahead": (
        "2026-06-03T11:59:59Z",
        dt.datetime(2026, 6, 3, 11, 59, 59, tzinfo=dt.UTC),
        False,
    ),
    "a list": ([1], NOON, True),
    "a huge number": (10**40, NOON, True),
}


@pytest.mark.parametrize("kind", TIMES)
async def test_b17_a_time_is_believed_within_reason(connections, kind):
    stated, moment, flagged = TIMES[kind]
    await channel_make(connections, ACCOUNT)
    await record(connections, [delivery_of(whatsapp_message(timestamp=stated), received_at=NOON)])
    assert await rows(connections, "SELECT sent_at, time_flagged FROM communications_message") == [
        (moment, flagged)
    ]
    assert await rows(connections, "SELECT last_message_at FROM communications_conversation") == [(moment,)]
