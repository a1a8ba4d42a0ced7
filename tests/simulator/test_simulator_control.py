"""Another process governs the API over HTTP, guarded as the page is."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from simulator import FaultKind, Simulator
from simulator.api.errors import STATUSES
from simulator.model import Chat
from tests.simulator.caller import Answer, Caller

SEND = "POST /chats/{chat_id}/messages"


@pytest.fixture
def chat(sim: Simulator) -> Chat:
    return sim.direct_chat(sim.contact(sim.account(), "Ana", phone_number="+34600000118"))


async def order(api: Caller, path: str, document: Any) -> Any:
    answer = await api.call("POST", f"/play{path}", bare=True, json=document)
    assert answer.status == 200, answer.document
    return answer.document


async def shown(api: Caller, path: str) -> Any:
    return (await api.call("GET", f"/play{path}", bare=True)).document


async def send(api: Caller, chat: Chat, text: str = "x") -> Answer:
    return await api.call("POST", f"/chats/{chat.id}/messages", json={"text": text})


async def test_faults_are_ordered_shown_and_cleared(api: Caller, chat: Chat) -> None:
    state = await order(api, "/faults", {"kind": "rate_limited", "retry_after_seconds": 3, "times": 2})
    assert state["waiting"] == [{"kind": "rate_limited", "endpoint": SEND, "within": "", "times": 2}]
    assert (state["kinds"], state["types"]) == (list(FaultKind), list(STATUSES))
    assert (await send(api, chat)).headers["retry-after"] == "3"
    state = await shown(api, "/faults")
    assert (state["waiting"][0]["times"], state["met"]) == (1, {"rate_limited": 1})
    state = (await api.call("DELETE", "/play/faults", bare=True)).document
    assert (state["waiting"], state["plans"]) == ([], [])
    assert (await send(api, chat)).status == 201


async def test_a_plan_is_ordered(sim: Simulator, api: Caller, chat: Chat) -> None:
    faults = [{"kind": "error_after", "percent": 60, "status": 502}, {"kind": "null_id", "percent": 40}]
    await order(api, "/faults/plan", {"seed": 4, "faults": faults})
    statuses = {(await send(api, chat)).status for _ in range(20)}
    assert statuses == {201, 502}
    (plan,) = (await shown(api, "/faults"))["plans"]
    assert (plan["calls"], plan["plan"]["seed"], plan["plan"]["endpoint"]) == (20, 4, SEND)
    assert len(sim.sent) == 20


async def test_a_seed_alone_means_the_rough_plan(api: Caller) -> None:
    (plan,) = (await order(api, "/faults/plan", {"seed": 4}))["plans"]
    assert sum(one["percent"] for one in plan["plan"]["faults"]) == 40


async def test_habits_change_one_by_one(sim: Simulator, api: Caller, chat: Chat) -> None:
    assert (await shown(api, "/habits"))["latency_seconds"] == 0
    await order(api, "/habits", {"echo": "never"})
    habits = await order(api, "/habits", {"refuses_late_changes": True, "edit_window_seconds": 0})
    assert (habits["echo"], habits["edit_window_seconds"]) == ("never", 0)
    sent = (await send(api, chat)).document["message_id"]
    assert len(sim.deliveries) == 0
    assert (await api.call("PATCH", f"/messages/{sent}", json={"text": "y"})).status == 422


async def test_numbers_come_and_go(api: Caller, chat: Chat) -> None:
    path, account = "/users/33639980100", {"account_id": chat.account.id}
    await order(api, "/numbers", {"phone_number": "+33 6 39 98 01 00", "reachable": False})
    assert await api.refused("GET", path, params=account) == (404, "errors/resource_not_found")
    await order(api, "/habits", {"unknown_number": "invalid_recipient"})
    assert await api.refused("GET", path, params=account) == (422, "errors/invalid_recipient")
    await order(api, "/numbers", {"phone_number": "+33639980100", "reachable": True})
    assert (await api.get(path, **account))["id"] == "33639980100@s.whatsapp.net"


async def test_the_record_is_read_from_where_one_was(api: Caller, chat: Chat) -> None:
    for text in ("one", "two", "three"):
        await send(api, chat, text)
    assert [one["text"] for one in (await shown(api, "/sent"))["sent"]] == ["one", "two", "three"]
    assert [one["text"] for one in (await shown(api, "/sent?after=2"))["sent"]] == ["three"]
    assert (await shown(api, "/sent?after=9"))["sent"] == []
    assert (await shown(api, "/calls"))["counts"] == {SEND: 3}


@pytest.mark.parametrize(
    ("path", "document"),
    [
        ("/faults", {"kind": "explode"}),
        ("/faults", {"kind": "refused"}),
        ("/faults", {"kind": "refused", "type": "errors/nonsense"}),
        ("/faults", {"kind": "empty", "times": 0}),
        ("/faults", {"kind": "empty", "speed": 1}),
        ("/faults", {}),
        ("/faults/plan", {"seed": "x"}),
        ("/faults/plan", {"seed": 1, "faults": [{"kind": "empty"}]}),
        ("/faults/plan", {"seed": 1, "faults": [{"kind": "empty", "percent": 101}]}),
        ("/habits", {"echo": "loud"}),
        ("/habits", {"latency_seconds": -1}),
        ("/habits", {"unknown_number": "maybe"}),
        ("/numbers", {"phone_number": "12"}),
        ("/numbers", {"phone_number": "+33639980100"}),
    ],
)
async def test_what_makes_no_sense_is_refused(
    sim: Simulator, api: Caller, path: str, document: dict[str, Any]
) -> None:
    habits = sim.habits
    answer = await api.call("POST", f"/play{path}", bare=True, json=document)
    assert answer.status == 400
    assert answer.document["message"]
    assert (list(sim.faults), sim.faults.plans, sim.habits) == ([], {}, habits)


async def test_other_sites_cannot_order_faults(sim: Simulator, api: Caller) -> None:
    for path in ("/play/faults", "/play/faults/plan", "/play/habits", "/play/numbers"):
        for headers, status in (
            ({"Host": "evil.test"}, 421),
            ({"Origin": "https://evil.test"}, 403),
            ({"Content-Type": "text/plain"}, 415),
        ):
            body = aiohttp.BytesPayload(b'{"kind":"empty"}')
            answer = await api.call("POST", path, bare=True, data=body, headers=headers)
            assert answer.status == status
    foreign = {"Origin": "https://evil.test"}
    assert (await api.call("DELETE", "/play/faults", bare=True, headers=foreign)).status == 403
    assert (await api.call("GET", "/play/sent", bare=True, headers=foreign)).status == 403
    assert list(sim.faults) == []
