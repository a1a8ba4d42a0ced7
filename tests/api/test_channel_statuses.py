"""The time line of a channel: pages of what upstream said, for those who read the channel."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from communications.models import ChannelStatus, WebhookDelivery
from tests.inbox import NOON, channel_make, client_of, conversation_make, message_make, person_make, recount

pytestmark = pytest.mark.usefixtures("database")

WORDS = ["OK", "CREDENTIALS", "CREDENTIALS", "RECONNECTED", "ON_HOLIDAY"]


def path(channel):
    return f"/api/v1/communications/channels/{channel.pk}/statuses/"


def time_line_make(channel):
    for number, word in enumerate(WORDS):
        status = {"CREDENTIALS": "credentials", "ON_HOLIDAY": "unknown"}.get(word, "ok")
        # Two entries of one moment: a page ends between them.
        at = NOON + dt.timedelta(hours=min(number, 3))
        ChannelStatus.objects.create(
            channel=channel, event_key=bytes([number]), at=at, status=status, status_word=word
        )


@pytest.mark.parametrize("limit", [1, 2, 4, 5, 50])
def test_pages_of_any_size_are_the_time_line_newest_first(limit):
    person = person_make()
    channel = channel_make(person)
    time_line_make(channel)
    time_line_make(channel_make(person))
    seen, query = [], {"limit": limit}
    while query is not None:
        page = client_of(person).get(path(channel), query).json()
        seen += page["items"]
        query = {"limit": limit, "cursor": page["next_cursor"]} if page["next_cursor"] else None
    assert [entry["status_word"] for entry in seen] == WORDS[::-1]
    assert seen[0] == {
        "id": seen[0]["id"],
        "at": "2026-05-18T15:00:00.000Z",
        "status": "unknown",
        "status_word": "ON_HOLIDAY",
    }


def test_somebody_elses_channel_has_no_time_line():
    channel = channel_make(person_make())
    assert client_of(person_make()).get(path(channel)).status_code == 404
    assert client_of(None).get(path(channel)).status_code == 401


def test_the_last_delivery_is_told_from_the_ledger_or_from_the_newest_message():
    person = person_make()
    channel = channel_make(person)
    assert client_of(person).get(path(channel)).json()["last_delivery_at"] is None
    message = message_make(conversation_make(channel))
    recount(message.conversation)
    told = client_of(person).get(path(channel)).json()["last_delivery_at"]
    assert told is not None
    assert dt.datetime.fromisoformat(told) == message.received_at
    WebhookDelivery.objects.create(
        id=uuid.uuid4(),
        received_at=NOON + dt.timedelta(days=9),
        sha256=b"",
        size_bytes=1,
        outcome="applied",
        channel_id=channel.pk,
    )
    told = client_of(person).get(path(channel)).json()["last_delivery_at"]
    assert dt.datetime.fromisoformat(told) == NOON + dt.timedelta(days=9)
