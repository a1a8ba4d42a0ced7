"""/metrics: what Prometheus reads, from the database, and who may."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from communications.models import Alarm, CallDay, ComparisonWindow
from tests.database import ScratchDatabase
from tests.inbox import channel_make, conversation_make, intent_make, message_make, person_make
from tests.ledger_rows import delivery_keep


def read(client: Client, **headers: str) -> dict[tuple[str, str], float]:
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == 200
    return {
        (sample.name, next(iter(sample.labels.values()), "")): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


def test_everything_is_counted_in_the_database(database: ScratchDatabase) -> None:
    now = dt.datetime.now(dt.UTC)
    owner = person_make()
    channel = channel_make(owner, role="owner")
    conversation = conversation_make(channel)
    for seconds in (1, 2, 30):
        message = message_make(conversation, sent_at=now - dt.timedelta(seconds=seconds), received_at=now)
        delivery_keep(channel, message=message)
    delivery_keep(channel, outcome="failed")
    delivery_keep(None, outcome="parked")
    sent = message_make(conversation, direction="outbound")
    intent_make(
        channel,
        owner,
        "send",
        conversation=conversation,
        message=sent,
        state="done",
        evidence="answer",
        wanted_at=now - dt.timedelta(seconds=4),
        evidence_at=now,
    )
    ComparisonWindow.objects.create(channel=channel, trigger="status", starts_at=now, state="open")
    for account, purpose, calls in (("a", "send", 3), ("b", "send", 4), ("a", "repair", 2)):
        CallDay.objects.create(external_account_id=account, day=now.date(), purpose=purpose, calls=calls)
    yesterday = now.date() - dt.timedelta(days=1)
    CallDay.objects.create(external_account_id="a", day=yesterday, purpose="send", calls=9)
    Alarm.objects.create(kind="disk_full")
    found = read(Client())
    assert found["landline_deliveries_recent", "applied"] == 3
    assert found["landline_deliveries_unfinished", "failed"] == 1
    assert found["landline_deliveries_unfinished", "parked"] == 1
    assert found["landline_delivery_lag_seconds", "0.5"] == pytest.approx(2)
    assert found["landline_delivery_lag_seconds", "0.99"] == pytest.approx(30)
    assert found["landline_send_seconds", "0.5"] == pytest.approx(4)
    assert found["landline_gaps", "open"] == 1
    assert (found["landline_calls_today", "send"], found["landline_calls_today", "repair"]) == (7, 2)
    assert found["landline_accounts", "ok"] == 1
    assert found["landline_alarms", "disk_full"] == 1
    assert found["landline_feed_age_seconds", ""] == pytest.approx(0, abs=60)


def test_an_empty_installation_is_measured_too(database: ScratchDatabase) -> None:
    assert read(Client())["landline_feed_age_seconds", ""] == pytest.approx(0, abs=60)


def test_only_this_machine_or_whoever_has_the_token(database: ScratchDatabase, settings: Any) -> None:
    assert Client(REMOTE_ADDR="203.0.113.7").get("/metrics").status_code == 404
    settings.LANDLINE_MODE = "production"
    assert Client().get("/metrics").status_code == 404
    settings.LANDLINE_METRICS_TOKEN = "a-token-of-thirty-two-characters"
    assert Client().get("/metrics").status_code == 404
    assert Client().get("/metrics", headers={"authorization": "Bearer wrong"}).status_code == 404
    assert read(Client(), authorization="Bearer a-token-of-thirty-two-characters")
