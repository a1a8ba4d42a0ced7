"""When two deliveries are one event."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.unipile.fixture_bodies import BODY_NAMES, read_body
from unipile.payloads.event_key import ACCOUNT_STATUS_BUCKET_SECONDS, event_key
from unipile.payloads.events import classify

RECEIVED_AT = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


def key(body, received_at=RECEIVED_AT):
    return event_key(classify(body), received_at)


@pytest.mark.parametrize("name", BODY_NAMES)
def test_a_repeated_delivery_has_the_same_key_whichever_webhook_brought_it(name):
    body = read_body(name)
    reordered = dict(reversed(body.items()))
    assert len(key(body)) == 32
    assert key(reordered | {"webhook_name": "another"}) == key(body | {"webhook_name": "one"})


def test_all_bodies_have_keys_of_their_own():
    bodies = [read_body(name) for name in BODY_NAMES]
    received = {
        (b.get("account_id"), b.get("message_id")) for b in bodies if b.get("event") == "message_received"
    }
    others = [b for b in bodies if b.get("event") != "message_received"]
    assert len({key(body) for body in bodies}) == len(received) + len(others)


@pytest.mark.parametrize(
    "change",
    [{"account_id": "another"}, {"message_id": "another"}, {"event": "message_read"}],
    ids=["account", "message", "event"],
)
def test_a13_account_message_and_event_make_a_received_message(change):
    body = read_body("whatsapp-text")
    assert key(body | change) != key(body)


def test_a_received_message_is_one_event_however_it_is_told():
    body = read_body("whatsapp-text")
    assert key(body | {"event": "message.received", "message": "late text", "chat_pinned": 1}) == key(body)


@pytest.mark.parametrize("name", ["linkedin-reaction", "linkedin-edited", "linkedin-read"])
def test_a10_other_events_repeat_legitimately_and_differ_by_content(name):
    body = read_body(name)
    assert key(body | {"timestamp": "2025-11-24T13:50:00.000Z"}) != key(body)


def test_parts_do_not_run_into_each_other():
    body = read_body("whatsapp-text")
    assert key(body | {"account_id": "ab", "message_id": "c"}) != key(
        body | {"account_id": "a", "message_id": "bc"}
    )


def test_an_account_status_repeats_only_within_its_minute():
    body = read_body("account-status")
    later = RECEIVED_AT + timedelta(seconds=ACCOUNT_STATUS_BUCKET_SECONDS)
    assert key(body, RECEIVED_AT + timedelta(seconds=1)) == key(body)
    assert key(body, later) != key(body)
    assert key(read_body("linkedin-read"), later) == key(read_body("linkedin-read"))


def test_version_2_events_are_told_apart_by_their_own_id():
    body = read_body("v2-message-new")
    assert key(body | {"id": "evt_other"}) != key(body)


@pytest.mark.parametrize("odd", ["\ud800", "\x00", 10**400, 1.5, None, [["x"]]])
def test_a_body_with_odd_values_still_has_a_key(odd):
    body = read_body("linkedin-read") | {"odd": odd}
    assert key(body) == key(dict(reversed(body.items())))
    assert key(body) != key(read_body("linkedin-read"))


def test_a_received_message_without_an_id_is_told_apart_by_content():
    body = read_body("whatsapp-text") | {"message_id": None}
    assert key(body | {"message": "one"}) != key(body | {"message": "two"})
