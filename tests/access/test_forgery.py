"""Only pages of this server write: token, Origin and Sec-Fetch-Site, for every unsafe address (J5)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver

from communications.models import Alarm, User
from tests.access.conftest import Untouched
from tests.access.routes import (
    JSON,
    WORDS,
    Call,
    calls_of_the_api,
    patterns_of_the_server,
    rows_of_every_table,
    whole,
)
from tests.database import ScratchDatabase
from tests.inbox import (
    account_act_make,
    attendee_make,
    channel_make,
    comparison_make,
    conversation_make,
    failed_message_make,
    history_run_make,
    intent_make,
    message_make,
    minutes,
    recount,
)
from tests.ledger_rows import delivery_keep
from tests.media.library import upload_keep
from tests.media.upstream import attachment_make

UNSAFE = [call for call in calls_of_the_api() if call.is_unsafe]
EVERY_UNSAFE_CALL = pytest.mark.parametrize("call", UNSAFE, ids=str)


class Victim:
    """A logged-in browser that sends a valid token unless told otherwise."""

    def __init__(self) -> None:
        self.person = User.objects.create_superuser("victim", password="correct horse battery staple")
        channel = channel_make(self.person, role="owner")
        conversation = conversation_make(channel)
        unavailable = attachment_make(conversation, state="unavailable", failure="failed")
        message = message_make(conversation, sent_at=minutes(1))
        recount(conversation)
        self.values: dict[str, Any] = WORDS | {
            "conversation_id": str(conversation.pk),
            "message_id": str(message.pk),
            "attachment_id": str(unavailable.pk),
            "channel_id": str(channel.pk),
            "change_id": str(
                intent_make(
                    channel,
                    self.person,
                    "react",
                    conversation=conversation,
                    message=message,
                    payload={"emoji": "👎"},
                ).pk
            ),
            "act_id": str(account_act_make(channel, self.person).pk),
            "run_id": str(history_run_make(channel).pk),
            "usual_message_id": str(message.pk),
            "failed_message_id": str(failed_message_make(conversation, self.person).pk),
            "to_conversation_id": str(conversation.pk),
            "upload_id": str(upload_keep(self.person, b"handed over").pk),
            "delivery_id": str(delivery_keep(channel, {"text": "hello"}, message=message).pk),
            "conversation_ids": [],
            "attendee_ids": [str(attendee_make(channel, "Ada").pk)],
            "attendee_id": str(attendee_make(channel, "Ada").pk),
            "other_attendee_id": str(attendee_make(channel, "Ada").pk),
            "other_conversation_id": str(conversation_make(channel).pk),
            "dsn": "http://127.0.0.1:1",
            "api_key": "a-key",
            "alarm_id": str(Alarm.objects.create(kind="account_down", channel=channel).pk),
            "comparison_id": str(comparison_make(channel).pk),
            "username": "victim",
            "password": "correct horse battery staple",
        }
        self.client = Client(enforce_csrf_checks=True, SERVER_NAME="localhost")
        self.client.force_login(self.person)
        self.token = self.client.get("/api/v1/session/").json()["csrf_token"]

    def makes(self, call: Call, headers: dict[str, str], **options: Any) -> HttpResponse:
        return call.made_by(self.client, self.values, headers=headers, **options)


@pytest.fixture
def victim(database: ScratchDatabase, media_folder: Path) -> Victim:
    return Victim()


@pytest.fixture
def untouched_victim(untouched: Untouched[Victim]) -> Iterator[Victim]:
    with untouched(Victim) as made:
        yield made


def test_there_are_unsafe_calls_to_try() -> None:
    assert {call.method for call in UNSAFE} >= {"POST", "DELETE"}


@EVERY_UNSAFE_CALL
def test_j5_a_page_of_ours_may(victim: Victim, call: Call) -> None:
    headers = {
        "X-CSRFToken": victim.token,
        "Origin": "http://localhost",
        "Sec-Fetch-Site": "same-origin",
    }
    assert victim.makes(call, headers).status_code == call.succeeds_with


BODY_TYPES = (JSON, "text/plain", "application/x-www-form-urlencoded")
FORGERIES: dict[str, dict[str, str]] = {
    "no token": {},
    "wrong token": {"X-CSRFToken": "a" * 64},
    "token of another kind": {"X-CSRFToken": "x"},
    "token in another header": {"X-XSRF-TOKEN": "{token}"},
    "foreign origin": {"X-CSRFToken": "{token}", "Origin": "https://evil.example"},
    "null origin": {"X-CSRFToken": "{token}", "Origin": "null"},
    "look-alike origin": {"X-CSRFToken": "{token}", "Origin": "http://evil-localhost"},
    "other port": {"X-CSRFToken": "{token}", "Origin": "http://localhost:4010"},
    "other scheme": {"X-CSRFToken": "{token}", "Origin": "https://localhost"},
    "cross-site": {"X-CSRFToken": "{token}", "Sec-Fetch-Site": "cross-site"},
    "sibling host": {"X-CSRFToken": "{token}", "Sec-Fetch-Site": "same-site"},
    "typed address": {"X-CSRFToken": "{token}", "Sec-Fetch-Site": "none"},
}


@EVERY_UNSAFE_CALL
def test_j5_a_forged_request_is_refused_and_changes_nothing(untouched_victim: Victim, call: Call) -> None:
    before = rows_of_every_table()
    for (forgery, headers), content_type in product(FORGERIES.items(), BODY_TYPES):
        sent = {name: value.format(token=untouched_victim.token) for name, value in headers.items()}
        refused = untouched_victim.makes(call, sent, content_type=content_type)
        assert refused.status_code == 403, forgery
        assert refused.headers["Content-Type"] == "application/problem+json"
        assert refused.json()["code"] == "csrf_failed"
    assert rows_of_every_table() == before
    assert untouched_victim.client.get("/api/v1/communications/channels/").status_code == 200


@EVERY_UNSAFE_CALL
def test_j5_a_method_cannot_be_smuggled_into_a_safe_one(untouched_victim: Victim, call: Call) -> None:
    before = rows_of_every_table()
    path = call.template.format(**untouched_victim.values)
    for method in ("GET", "HEAD", "OPTIONS"):
        whole(
            untouched_victim.client.generic(
                method,
                path,
                query_params={"_method": call.method, "message_id": untouched_victim.values["message_id"]},
                headers={"X-HTTP-Method-Override": call.method, "X-Method-Override": call.method},
            )
        )
    assert rows_of_every_table() == before
    assert untouched_victim.client.get("/api/v1/communications/channels/").status_code == 200


def test_j5_no_view_is_left_out(victim: Victim) -> None:
    """Every address of the server refuses a write without a token, the admin's included."""
    resolver = get_resolver()
    tried = 0
    for pattern in patterns_of_the_server():
        path = "/" + pattern.lstrip("^").replace("<path:object_id>", "1").replace("<id>", "1")
        if "<" in path or "(" in path or "\\" in path:
            continue
        resolver.resolve(path)
        assert victim.client.post(path).status_code == 403, path
        tried += 1
    assert tried >= 15


def test_j5_admin_forms_are_checked_too(victim: Victim) -> None:
    form = {"username": "intruder", "password1": "long enough 1", "password2": "long enough 1"}
    refused = victim.client.post("/admin/communications/user/add/", form)
    assert refused.status_code == 403
    assert not User.objects.filter(username="intruder").exists()
