"""What a channel's calls cost today, and what was avoided, for those who read the channel."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from communications.models import CallDay, CallPause, WebhookDelivery
from communications.schemas.identifiers import uuid7
from tests.inbox import channel_make, client_of, person_make

pytestmark = pytest.mark.usefixtures("database")


def delivered(channel, **fields):
    told = {"source": "webhook", "outcome": "applied"} | fields
    WebhookDelivery.objects.create(
        id=uuid7(), received_at=timezone.now(), sha256=b"", size_bytes=0, channel_id=channel.pk, **told
    )


def test_calls_are_counted_by_purpose_and_only_news_was_avoided():
    person = person_make()
    channel, other = channel_make(person), channel_make(person)
    account = channel.external_account_id
    today = dt.datetime.now(dt.UTC).date()
    for day, purpose, calls in (
        (today, "send", 3),
        (today, "repair", 4),
        (today - dt.timedelta(days=2), "repair", 99),
    ):
        CallDay.objects.create(external_account_id=account, day=day, purpose=purpose, calls=calls)
    for fields in ({}, {}, {"outcome": "duplicate"}, {"outcome": "ignored"}, {"source": "api"}):
        delivered(channel, **fields)
    delivered(other)
    CallPause.objects.create(
        external_account_id=account, until=timezone.now() + dt.timedelta(minutes=5), refusals=1
    )
    told = client_of(person).get(f"/api/v1/communications/channels/{channel.pk}/calls/").json()
    assert told.pop("paused_until") is not None
    assert told.pop("day") is not None
    assert told == {"calls": 7, "by_purpose": {"send": 3, "repair": 4}, "per_day": 20_000, "avoided": 2}


def test_a_stranger_learns_nothing():
    channel = channel_make(person_make())
    answer = client_of(person_make()).get(f"/api/v1/communications/channels/{channel.pk}/calls/")
    assert answer.status_code == 404
