"""Every delivery can be accounted for on screen: pages, totals that add up, bodies, replays."""

from __future__ import annotations

import asyncio
import base64
import uuid
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from procrastinate.contrib.django.models import ProcrastinateJob
from psycopg_pool import AsyncConnectionPool

from communications.ingest.record import record
from communications.models import AuditEntry, WebhookBody, WebhookDelivery
from communications.refold import held, listing, orders, replay
from communications.refold.orders import REPLAY_ORDERS_TASK, replay_orders_do
from communications.schemas.deliveries import sha256_of
from tests.ingest.deliveries import channel_make, deliver, delivery_of, rows
from tests.ledger.reading import Reader, reader_make
from tests.webhooks.bodies import ACCOUNT, whatsapp_message

Connections = AsyncConnectionPool[Any]
OTHER = "acc0untOther"


@pytest.fixture
async def channel(connections: Connections) -> None:
    await channel_make(connections, ACCOUNT)
    await channel_make(connections, OTHER)


@pytest.fixture
async def owner(channel: None) -> Reader:
    return await reader_make(ACCOUNT)


async def keep(connections: Connections, body: object) -> str:
    delivery = delivery_of(body)
    await record(connections, [delivery])
    return str(delivery.id)


async def audited() -> list[tuple[str, str, str]]:
    @sync_to_async
    def entries() -> list[tuple[str, str, str]]:
        return list(AuditEntry.objects.order_by("id").values_list("actor_name", "action", "object_id"))

    return await entries()


async def test_pages_hold_every_delivery_once_newest_first(connections: Connections, owner: Reader) -> None:
    for number in range(10):
        await keep(connections, whatsapp_message(f"message-{number}"))
    await keep(connections, b"not json")
    listed = [one["id"] for one in await owner.whole_list()]
    assert listed == sorted(listed, reverse=True)
    assert len(set(listed)) == 11


@pytest.mark.parametrize("accounts", [[ACCOUNT], [ACCOUNT, OTHER]], ids=["of some", "of everything"])
async def test_totals_add_up_while_deliveries_come_in(
    connections: Connections, channel: None, monkeypatch: pytest.MonkeyPatch, accounts: list[str]
) -> None:
    """In steps of a few rows, so that every count reads the ledger many times while it grows."""
    for step in ("FIRST_STEP_ROWS", "LARGEST_STEP_ROWS", "LARGEST_INDEX_STEP_ROWS"):
        monkeypatch.setattr(listing, step, 4)
    owner = await reader_make(*accounts)
    sent = 0

    async def send() -> None:
        nonlocal sent
        for number in range(30):
            bodies = [
                whatsapp_message(f"m-{number}"),
                whatsapp_message(f"m-{number}"),
                b"{",
                {"event": "odd"},
            ]
            await deliver(connections, *bodies)
            sent += len(bodies)

    sending = asyncio.create_task(send())
    while not sending.done():
        before = sent
        totals = await owner.get("deliveries/totals/")
        assert totals["received"] == sum(one["total"] for one in totals["outcomes"])
        assert totals["received"] >= before
        assert totals["counted_back_to"] is None
    await sending
    totals = await owner.get("deliveries/totals/")
    counted = {one["outcome"]: one["total"] for one in totals["outcomes"]}
    assert counted == {"applied": 30, "duplicate": 30, "quarantined": 30, "ignored": 30}


async def test_filters_narrow_pages_and_totals_alike(connections: Connections, owner: Reader) -> None:
    first = await keep(connections, whatsapp_message("one", text="The lamp is brass: Ä 5"))
    again = await keep(connections, whatsapp_message("one", text="The lamp is brass: Ä 5"))
    edited = await keep(connections, whatsapp_message("one", event="message_edited", text="steel"))
    elsewhere = await keep(connections, whatsapp_message("two", chat_id="other", provider_chat_id="9@g.us"))
    broken = await keep(connections, b"[1, 2")
    await keep(connections, whatsapp_message("three", account=OTHER))
    row = (await owner.get(f"deliveries/{first}/"))["delivery"]
    cases: list[tuple[dict[str, object], set[str]]] = [
        ({}, {first, again, edited, elsewhere, broken}),
        ({"outcome": "duplicate"}, {again}),
        ({"event": "message_edited"}, {edited}),
        ({"source": "api"}, set()),
        ({"channel_id": row["channel_id"]}, {first, again, edited, elsewhere}),
        ({"account": ACCOUNT}, {first, again, edited, elsewhere}),
        ({"conversation_id": row["conversation_id"]}, {first, again, edited}),
        ({"message_id": row["message_id"]}, {first, again, edited}),
        ({"text": "brass: Ä 5"}, {first, again}),
        ({"text": "BRASS"}, set()),
        ({"received_before": "2020-01-01T00:00:00Z"}, set()),
        ({"received_after": "2020-01-01T00:00:00Z", "outcome": "quarantined"}, {broken}),
    ]
    for asked, expected in cases:
        assert {one["id"] for one in await owner.whole_list(**asked)} == expected, asked
        assert (await owner.get("deliveries/totals/", **asked))["received"] == len(expected), asked
    assert row["repeats"] == 1
    assert [one["id"] for one in (await owner.get(f"deliveries/{first}/"))["repeated_by"]] == [again]


async def test_a_long_body_is_searched_though_it_is_kept_compressed(
    connections: Connections, owner: Reader
) -> None:
    long = await keep(connections, whatsapp_message("long", text="to and fro " * 2_000 + "the needle"))
    await keep(connections, whatsapp_message("other", text="to and fro " * 2_000))
    kept = "SELECT pg_column_size(raw) < length(raw) / 5 FROM communications_webhookbody"
    assert await rows(connections, kept) == [(True,), (True,)]
    assert [one["id"] for one in await owner.whole_list(text="the needle")] == [long]


async def test_a_search_that_takes_too_long_says_how_far_back_it_went_and_goes_on_from_there(
    connections: Connections, owner: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = await keep(connections, whatsapp_message("old", text="the needle"))
    for number in range(7):
        await keep(connections, whatsapp_message(f"hay-{number}"))
    monkeypatch.setattr(listing, "SECONDS", -1.0)
    monkeypatch.setattr(listing, "FIRST_STEP_ROWS", 3)
    page = await owner.get("deliveries/", text="the needle")
    assert page["items"] == []
    assert page["looked_back_to"] is not None
    assert page["next_cursor"] is not None
    assert [one["id"] for one in await owner.whole_list(text="the needle")] == [wanted]
    assert (await owner.get("deliveries/totals/"))["counted_back_to"] is not None


async def test_an_administrator_of_one_channel_sees_nothing_of_another_nor_of_none(
    connections: Connections, channel: None
) -> None:
    mine = await keep(connections, whatsapp_message("mine"))
    theirs = await keep(connections, whatsapp_message("theirs", account=OTHER))
    nobodys = await keep(connections, b"no json at all")
    parked = await keep(connections, whatsapp_message("parked", account="not connected"))
    seen = {
        "admin": {mine},
        "owner": {mine, nobodys, parked},
        "member": set(),
    }
    for role, expected in seen.items():
        reader = await reader_make(ACCOUNT, role=role)
        assert {one["id"] for one in await reader.whole_list()} == expected, role
        for delivery in {mine, theirs, nobodys, parked} - expected:
            for part in ("", "body/", "difference/"):
                refused = await reader.refusal(f"deliveries/{delivery}/{part}")
                assert refused["code"] == "not_found"
    assert [action for _, action, _ in await audited()] == []


async def test_a_body_is_shown_byte_for_byte_and_that_is_recorded(
    connections: Connections, owner: Reader
) -> None:
    hostile = b'{"text":"<img src=x onerror=alert(1)>\xe2\x80\xae"}'
    as_text, as_bytes = await keep(connections, hostile), await keep(connections, b"\xff\xfe\x00")
    shown = await owner.get(f"deliveries/{as_text}/body/")
    assert (shown["encoding"], shown["content"].encode()) == ("text", hostile)
    assert shown["sha256"] == sha256_of(hostile).hex()
    shown = await owner.get(f"deliveries/{as_bytes}/body/")
    assert (shown["encoding"], base64.b64decode(shown["content"])) == ("base64", b"\xff\xfe\x00")
    name = owner.person.username
    assert await audited() == [(name, "body_opened", as_text), (name, "body_opened", as_bytes)]
    assert hostile.decode() not in str(await rows(connections, "SELECT * FROM communications_auditentry"))


async def test_a_body_that_is_no_longer_kept_says_so(connections: Connections, owner: Reader) -> None:
    delivery = await keep(connections, whatsapp_message())
    await sync_to_async(WebhookBody.objects.filter(pk=delivery).delete)()
    detail = await owner.get(f"deliveries/{delivery}/")
    assert detail["has_body"] is False
    assert len(detail["sha256"]) == 64
    for part in ("body/", "difference/"):
        refused = await owner.refusal(f"deliveries/{delivery}/{part}")
        assert (refused["status"], refused["code"]) == (410, "body_removed")
        assert "90 days" in refused["detail"]
    assert (await owner.post(f"deliveries/{delivery}/replay/"))[0] == 410
    assert await audited() == []


async def test_causes_group_what_was_not_applied(connections: Connections, owner: Reader) -> None:
    for number in range(3):
        await keep(connections, b"{" * (number + 1))
    await keep(connections, {"event": "something.else"})
    causes = (await owner.get("deliveries/causes/"))["items"]
    assert sum(one["total"] for one in causes) == 4
    assert {one["outcome"] for one in causes} == {"quarantined", "ignored"}
    (ignored,) = [one for one in causes if one["outcome"] == "ignored"]
    assert ignored["total"] == 1
    for cause in causes:
        asked = {"outcome": cause["outcome"], "reason": cause["reason"]}
        assert (await owner.get("deliveries/totals/", **asked))["received"] == cause["total"]


async def test_one_is_folded_again_at_once(connections: Connections, owner: Reader) -> None:
    delivery = await keep(connections, whatsapp_message("late", text="hello again"))
    await rows(
        connections,
        "UPDATE communications_message SET text = 'tampered', received_by = %s RETURNING id",
        uuid.UUID(int=2**128 - 1),
    )
    await rows(connections, "UPDATE communications_webhookdelivery SET outcome = 'failed' RETURNING id")
    told = (await owner.get(f"deliveries/{delivery}/difference/"))["changes"]
    assert ("delivery", "outcome", "failed", "applied") in {
        (one["entity"], one["field"], one["before"], one["after"]) for one in told
    }
    assert any(one["field"] == "text" and one["after"] == "hello again" for one in told)
    status, detail = await owner.post(f"deliveries/{delivery}/replay/")
    assert (status, detail["delivery"]["outcome"], detail["delivery"]["attempts"]) == (200, "applied", 2)
    assert (await owner.get(f"deliveries/{delivery}/difference/"))["changes"] == []
    assert [action for _, action, _ in await audited()] == [
        "difference_opened",
        "replay_asked",
        "difference_opened",
    ]


async def test_a_selection_is_folded_again_by_the_worker(connections: Connections, owner: Reader) -> None:
    for number in range(3):
        await keep(connections, whatsapp_message(f"m-{number}"))
    await keep(connections, whatsapp_message("theirs", account=OTHER))
    await rows(connections, "UPDATE communications_webhookdelivery SET outcome = 'failed' RETURNING id")
    assert (await owner.post("deliveries/replay/"))[0] == 400
    assert (await owner.post("deliveries/replay/", outcome="parked"))[0] == 404
    status, order = await owner.post("deliveries/replay/", outcome="failed")
    assert (status, order["expected"], order["finished_at"]) == (202, 3, None)

    @sync_to_async
    def jobs() -> int:
        return ProcrastinateJob.objects.filter(task_name=REPLAY_ORDERS_TASK).count()

    assert await jobs() == 1
    assert await replay_orders_do(connections) == 1
    (done,) = (await owner.get("deliveries/replay/"))["items"]
    assert done["finished_at"] is not None
    assert done["totals"] == [{"outcome": "applied", "total": 3}]

    @sync_to_async
    def foreign() -> str:
        return WebhookDelivery.objects.get(external_account_id=OTHER).outcome

    assert await foreign() == "failed"


async def test_a_replay_of_many_tells_how_far_it_is_while_it_runs(
    connections: Connections, owner: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        await keep(connections, whatsapp_message(f"m-{number}"))
    monkeypatch.setattr(held, "BATCH_ROWS", 1)
    monkeypatch.setattr(orders, "TOLD_EVERY_SECONDS", 0)
    seen = []

    async def record_and_look(*arguments: Any) -> Any:
        seen.append((await owner.get("deliveries/replay/"))["items"][0]["totals"])
        return await record(*arguments)

    monkeypatch.setattr(replay, "record", record_and_look)
    assert (await owner.post("deliveries/replay/", everything=True))[0] == 202
    await replay_orders_do(connections)
    assert seen == [[], *([{"outcome": "applied", "total": done}] for done in (1, 2))]


async def test_what_is_null_in_a_filter_does_not_narrow(connections: Connections, owner: Reader) -> None:
    await keep(connections, whatsapp_message("m-1"))
    nothing = dict.fromkeys(("event", "account", "reason", "text", "outcome", "channel_id"))
    assert (await owner.post("deliveries/replay/", **nothing))[0] == 400
    assert (await owner.post("deliveries/replay/", **nothing, everything=True))[0] == 202


@pytest.mark.parametrize(("name", "value"), [("outcome", "none"), ("channel_id", "x"), ("limit", 0)])
async def test_a_filter_that_cannot_be_is_refused_by_its_name(owner, name, value):
    for path in ("deliveries/", "deliveries/totals/") if name != "limit" else ("deliveries/",):
        refused = await owner.refusal(path, **{name: value})
        assert (refused["code"], refused["detail"].split(":")[0]) == ("invalid_input", name)
