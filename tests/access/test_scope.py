"""Nobody reads or changes what is not theirs: every call, id and kind of reader (J1, J2, J9, J10)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from communications.models import ChannelAccess
from tests.access.conftest import Untouched
from tests.access.estates import World
from tests.access.routes import Call, calls_of_the_api, patterns_of_the_server, rows_of_every_table
from tests.database import ScratchDatabase
from tests.inbox import (
    client_of,
    conversation_make,
    message_make,
    person_make,
)

CALLS = calls_of_the_api()
CALLS_OF_THE_INBOX = [call for call in CALLS if "/communications/" in call.template]
IDS = {
    "channel_id",
    "conversation_id",
    "attachment_id",
    "picture_id",
    "message_id",
    "delivery_id",
    "attendee_id",
    "upload_id",
    "lookup_id",
    "act_id",
    "run_id",
    "comparison_id",
    "change_id",
    "alarm_id",
}
ABSENT = {**dict.fromkeys(IDS, "999999"), "delivery_id": "01900000-0000-7000-8000-000000000000"}
CALLS_WITH_AN_ID = [call for call in CALLS_OF_THE_INBOX if IDS & set(call.parameters)]
CALLS_OF_A_CONVERSATION = [call for call in CALLS_WITH_AN_ID if "conversation_id" in call.parameters]
ASK_FOR_PICTURES = Call("POST", "/api/v1/communications/pictures/")
REPLAY = Call("POST", "/api/v1/communications/deliveries/replay/")
HAND_OVER = Call("POST", "/api/v1/communications/uploads/")
CONNECT = Call("POST", "/api/v1/communications/accounts/")
BEGIN = Call("POST", "/api/v1/communications/{provider}/chats/")
LISTS_WITHOUT_TEXT = {
    Call("GET", "/api/v1/communications/deliveries/totals/"),
    Call("GET", "/api/v1/communications/deliveries/replay/"),
}
LISTS_WITH_TEXT = [
    call
    for call in CALLS_OF_THE_INBOX
    if call not in {ASK_FOR_PICTURES, REPLAY, HAND_OVER, BEGIN, CONNECT, *LISTS_WITHOUT_TEXT}
]
ANSWERED_TO_ANYBODY = {"GET /api/v1/session/", "POST /api/v1/session/", "DELETE /api/v1/session/"}
# Of the installation, and of no account: tests/health/test_connecting.py, tests/accounts/test_webhooks.py.
OF_THE_INSTALLATION = {
    "GET /api/v1/setup/",
    "POST /api/v1/setup/credentials/",
    "GET /api/v1/setup/webhooks/",
    "GET /api/v1/setup/reachability/",
    "POST /api/v1/setup/acts/",
}
DELIVERIES = "/api/v1/communications/deliveries/"
EVERY_CALL = pytest.mark.parametrize("call", CALLS_OF_THE_INBOX, ids=str)
EVERY_CALL_WITH_AN_ID = pytest.mark.parametrize("call", CALLS_WITH_AN_ID, ids=str)


@pytest.fixture
def world(database: ScratchDatabase, media_folder: Path) -> World:
    return World()


@pytest.fixture
def untouched_world(untouched: Untouched[World]) -> Iterator[World]:
    with untouched(World) as made:
        yield made


def test_every_call_of_the_api_is_in_a_matrix() -> None:
    assert {str(call) for call in CALLS} - {
        str(call) for call in CALLS_OF_THE_INBOX
    } == ANSWERED_TO_ANYBODY | OF_THE_INSTALLATION
    assert {name for call in CALLS for name in call.parameters} == {"provider"} | IDS
    assert len(CALLS_WITH_AN_ID) >= 4


def test_every_other_address_is_known_to_these_tests() -> None:
    """Whoever adds an address decides here who may see it."""
    for_anybody = {"healthz", "readyz", "metrics", "sw.js", "manifest.webmanifest", "favicon.ico"}
    for_anybody |= {
        "^(?:|login/?|search/?|deliveries/?|accounts(?:/[0-9]{1,20}/history)?/?|inbox(?:/.*)?)$",
        "^api/v1/(?:webhooks/unipile(?:/hosted/.*)?|communications/changes)/?$",
    }
    for_some = {"api/v1/openapi.json", "api/v1/docs"}
    rest = [
        pattern
        for pattern in patterns_of_the_server()
        if pattern not in for_anybody | for_some and not pattern.startswith(("admin/", "api/v1/"))
    ]
    assert rest == []


@EVERY_CALL
def test_j1_the_owner_is_answered(world: World, call: Call) -> None:
    assert call.made_by(client_of(world.ours.owner), world.ours.values).status_code == call.succeeds_with


@EVERY_CALL
def test_j1_nobody_is_told_to_log_in(untouched_world: World, call: Call) -> None:
    before = rows_of_every_table()
    for values in (untouched_world.ours.values, {**untouched_world.ours.values, **ABSENT}):
        refused = call.made_by(client_of(None), values)
        assert refused.status_code == 401
        assert refused.headers["Content-Type"] == "application/problem+json"
        assert b"canary" not in refused.content
    assert rows_of_every_table() == before


@EVERY_CALL_WITH_AN_ID
def test_j1_what_is_not_yours_is_not_there(untouched_world: World, call: Call) -> None:
    before = rows_of_every_table()
    absent = {**untouched_world.ours.values, **ABSENT}
    for who, stranger in untouched_world.strangers.items():
        foreign = call.made_by(stranger, untouched_world.ours.values)
        missing = call.made_by(stranger, absent)
        assert foreign.status_code == missing.status_code == 404, who
        assert foreign.headers["Content-Type"] == missing.headers["Content-Type"], who
        if call.method == "HEAD":
            assert foreign.content == missing.content == b"", who
        else:
            assert without_request_id(foreign) == without_request_id(missing), who
        assert b"canary-ours" not in foreign.content
    assert rows_of_every_table() == before


def without_request_id(response: Any) -> dict[str, Any]:
    body: dict[str, Any] = response.json()
    body.pop("request_id")
    return body


def test_j2_pictures_of_strangers_are_not_asked_for(world: World) -> None:
    before = rows_of_every_table()
    for who, stranger in world.strangers.items():
        answer = ASK_FOR_PICTURES.made_by(stranger, world.ours.values)
        assert (answer.status_code, answer.content) == (204, b""), who
    assert rows_of_every_table() == before
    assert ASK_FOR_PICTURES.made_by(client_of(world.ours.owner), world.ours.values).status_code == 204
    assert rows_of_every_table() != before


@pytest.mark.parametrize("call", LISTS_WITH_TEXT, ids=str)
def test_j1_lists_hold_only_what_is_yours(world: World, call: Call) -> None:
    if call in CALLS_WITH_AN_ID:
        answer = call.made_by(client_of(world.theirs.owner), world.theirs.values)
        assert answer.status_code == call.succeeds_with
        assert b"canary-ours" not in answer.content
        return
    for who, stranger in world.strangers.items():
        answer = call.made_by(stranger, world.ours.values)
        assert answer.status_code == 200, who
        assert b"canary-ours" not in answer.content, who
    mine = call.made_by(client_of(world.theirs.owner), world.theirs.values)
    assert b"canary-theirs" in mine.content


def test_j1_totals_and_replays_are_of_what_is_yours(world: World) -> None:
    for who, stranger in world.strangers.items():
        mine = 2 if who == "owner of another channel" else 0
        assert stranger.get(f"{DELIVERIES}totals/").json()["received"] == mine, who
        assert REPLAY.made_by(stranger, world.ours.values).status_code == 404, who
        assert REPLAY.made_by(stranger, {"everything": True}).status_code == (202 if mine else 404), who
        ordered = [order["expected"] for order in stranger.get(f"{DELIVERIES}replay/").json()["items"]]
        assert ordered == [mine][:mine], who


def test_members_see_no_delivery_and_no_earlier_text(world: World) -> None:
    member = person_make()
    ChannelAccess.objects.create(user=member, channel=world.ours.channel, role="member")
    reader = client_of(member)
    before = rows_of_every_table()
    for call in CALLS_OF_THE_INBOX:
        if "/deliveries/{delivery_id}/" in call.template or call.template.endswith("/texts/"):
            assert call.made_by(reader, world.ours.values).status_code == 404, call
    assert reader.get(DELIVERIES).json()["items"] == []
    inspected = reader.get(f"/api/v1/communications/messages/{world.ours.messages[0].pk}/inspection/").json()
    assert [one["id"] for one in inspected["deliveries"]] == [str(world.ours.delivery.pk)]
    assert {inspected[name] for name in ("sender_identities", "own_identities", "reactions")} == {None}
    assert rows_of_every_table() == before


def test_a_role_is_the_readers_own(world: World) -> None:
    member = person_make()
    ChannelAccess.objects.create(user=member, channel=world.ours.channel, role="member")
    roles = [
        client_of(reader).get("/api/v1/communications/channels/").json()["items"][0]["role"]
        for reader in (world.ours.owner, member)
    ]
    assert roles == ["owner", "member"]


@pytest.mark.parametrize("call", CALLS_OF_A_CONVERSATION, ids=str)
@pytest.mark.parametrize("provider", ["linkedin", "instagram", "whatsapp2"])
def test_a_conversation_is_found_below_its_own_provider_only(world: World, call: Call, provider: str) -> None:
    owner = client_of(world.ours.owner)
    assert (
        call.made_by(owner, {**world.ours.values, "provider": "whatsapp"}).status_code == call.succeeds_with
    )
    assert call.made_by(owner, {**world.ours.values, "provider": provider}).status_code == 404


def test_j2_a_filter_by_a_foreign_channel_finds_nothing(untouched_world: World) -> None:
    path = "/api/v1/communications/{}/chats/"
    owner = client_of(untouched_world.ours.owner)
    mine, theirs = untouched_world.ours.channel.pk, untouched_world.theirs.channel.pk
    assert owner.get(path.format("whatsapp"), {"channel_id": mine}).status_code == 200
    for provider, channel in [("all", theirs), ("linkedin", theirs), ("linkedin", mine), ("all", 10**18)]:
        refused = owner.get(path.format(provider), {"channel_id": channel})
        assert refused.status_code == 404
        assert refused.json()["code"] == "not_found"


def test_j2_reading_through_a_foreign_message_changes_nothing(world: World) -> None:
    call = Call("POST", "/api/v1/communications/{provider}/chats/{conversation_id}/read/")
    other = conversation_make(world.ours.channel)
    elsewhere = message_make(other)
    hidden = message_make(world.ours.conversation, is_hidden=True)
    owner = client_of(world.ours.owner)
    before = rows_of_every_table()
    for message_id in (world.theirs.messages[0].pk, elsewhere.pk, hidden.pk, 999_999, 2**63 - 1, 10**18):
        refused = call.made_by(owner, {**world.ours.values, "message_id": str(message_id)})
        assert refused.status_code == 404, message_id
    assert rows_of_every_table() == before


def test_j10_fields_that_are_not_asked_for_are_not_taken(world: World) -> None:
    call = Call("POST", "/api/v1/communications/{provider}/chats/{conversation_id}/read/")
    forced = {"unread_count": "77", "channel_id": "2", "pinned": "true", "archived": "true", "title": "mine"}
    held = (
        client_of(world.ours.owner)
        .get(f"/api/v1/communications/all/chats/{world.ours.conversation.pk}/")
        .json()
    )
    answer = call.made_by(client_of(world.ours.owner), {**world.ours.values, **forced})
    changed = {name for name, value in answer.json().items() if held[name] != value}
    assert changed == {"unread_count", "version"}
    assert answer.json()["unread_count"] == 1


HOSTILE = [
    "'",
    "1'; DROP TABLE communications_user; --",
    "1 OR 1=1",
    "(SELECT pg_sleep(5))",
    "0x41",
    "%00",
    "%s",
    "%(user_id)s",
    "{0}",
    "../../session",
    "１２",
    "1e9",
    "-1",
    "0",
    "9" * 19,
    "9" * 5_000,
    "null",
    "\u202e",
]


@EVERY_CALL_WITH_AN_ID
def test_j9_odd_values_in_the_path_are_not_there(untouched_world: World, call: Call) -> None:
    owner = client_of(untouched_world.ours.owner)
    before = rows_of_every_table()
    for name, hostile in product(call.parameters, HOSTILE):
        quoted = hostile.replace("/", "%2F").replace("?", "%3F").replace("#", "%23")
        answer = call.made_by(owner, {**untouched_world.ours.values, name: quoted})
        assert answer.status_code == 404, (name, hostile, answer.content)
    assert rows_of_every_table() == before


@pytest.mark.parametrize("parameter", ["cursor", "limit", "channel_id"])
def test_j9_odd_values_in_the_query_are_refused(untouched_world: World, parameter: str) -> None:
    owner = client_of(untouched_world.ours.owner)
    for hostile in HOSTILE:
        answer = owner.get("/api/v1/communications/all/chats/", {parameter: hostile})
        assert answer.status_code in (400, 404), (hostile, answer.content)
        assert b"communications_" not in answer.content


def test_j9_there_is_nothing_to_sort_or_search_by(untouched_world: World) -> None:
    owner = client_of(untouched_world.ours.owner)
    plain = owner.get("/api/v1/communications/all/chats/").content
    odd = {"order_by": "(SELECT 1)", "sort": "password", "search": "'", "fields": "password", "user_id": "2"}
    assert owner.get("/api/v1/communications/all/chats/", odd).content == plain


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    call=st.sampled_from(CALLS_OF_THE_INBOX),
    query=st.dictionaries(
        st.sampled_from(["cursor", "limit", "channel_id", "x"]),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.integers().map(str),
        max_size=3,
    ),
    message_id=st.text(max_size=30) | st.integers(0).map(str),
)
def test_j9_whatever_is_asked_is_answered_with_a_page_or_a_problem(
    world: World, call: Call, query: dict[str, str], message_id: str
) -> None:
    answer = call.made_by(
        client_of(world.ours.owner), {**world.ours.values, "message_id": message_id}, query=query
    )
    if answer.status_code != call.succeeds_with:
        assert 400 <= answer.status_code < 500, answer.content
        assert answer["Content-Type"] == "application/problem+json"
    assert b"canary-theirs" not in answer.content
