"""Accounts are connected as the service does it: codes, checkpoints, imports (E19, F8, F13)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from simulator import Habits, Simulator
from simulator.connecting import CheckpointKind, ConnectingError
from tests.simulator.caller import Caller
from tests.simulator.receiver import Receiver

QUICK = Habits(import_pause_seconds=0.0, import_chats=5, import_messages=3, import_portion=2)
WHATSAPP = {"provider": "WHATSAPP"}


def statuses(sim: Simulator) -> list[str]:
    return [one.status for one in sim.changes.record if one.status is not None]


async def begun(api: Caller, body: dict[str, Any], path: str = "/accounts") -> Any:
    answer = await api.call("POST", path, json=body)
    assert (answer.status, answer.document["object"]) == (202, "Checkpoint")
    return answer.document


async def test_a_code_is_scanned_and_the_past_arrives_untold(
    sim: Simulator, api: Caller, receiver: Receiver
) -> None:
    sim.habits = QUICK
    sim.webhook(receiver.url, "s")
    pending = await begun(api, WHATSAPP)
    account_id = pending["account_id"]
    assert await api.refused("GET", f"/accounts/{account_id}") == (404, "errors/resource_not_found")
    account = sim.connecting.scan(account_id, phone_number="+351910000222")
    assert account.id == account_id
    await sim.importing.done()
    assert statuses(sim) == ["CREATION_SUCCESS", "OK", "SYNC_SUCCESS"]
    assert len(await api.every_page("/chats", 2, account_id=account_id)) == 5
    assert len(await api.every_page("/messages", 4, account_id=account_id)) == 15
    assert list(sim.deliveries) == []


async def test_each_attempt_has_another_code_and_a_code_expires(sim: Simulator, api: Caller) -> None:
    first, second = await begun(api, WHATSAPP), await begun(api, WHATSAPP)
    codes = {one["checkpoint"]["qrcode"] for one in (first, second)}
    assert len(codes) == 2
    with pytest.raises(ConnectingError, match="number"):
        sim.connecting.scan(first["account_id"])
    sim.connecting.expire(first["account_id"])
    with pytest.raises(ConnectingError, match="expired"):
        sim.connecting.scan(first["account_id"], phone_number="+351910000222")
    with pytest.raises(ConnectingError, match="replaced"):
        sim.connecting.scan(second["account_id"], code=first["checkpoint"]["qrcode"])
    assert sim.world.accounts == {}


async def test_an_attempt_is_too_old_and_then_gone() -> None:
    now = [datetime(2026, 11, 29, tzinfo=UTC)]
    async with Simulator(clock=lambda: now[0]) as sim, Caller(sim) as api:
        sim.connecting.wanted["LINKEDIN"] = [CheckpointKind.OTP]
        pending = await begun(api, {"provider": "LINKEDIN", "username": "ana", "password": "x"})
        solution = {"provider": "LINKEDIN", "account_id": pending["account_id"], "code": "123456"}
        now[0] += timedelta(seconds=Habits().attempt_seconds)
        late = await api.refused("POST", "/accounts/checkpoint", json=solution)
        assert late == (408, "errors/request_timeout")
        gone = await api.refused("POST", "/accounts/checkpoint", json=solution)
        assert gone == (400, "errors/invalid_parameters")


async def test_a_pairing_code(sim: Simulator, api: Caller) -> None:
    pending = await begun(api, {**WHATSAPP, "pairing_phone_number": "351910000222"})
    with pytest.raises(ConnectingError):
        sim.connecting.pair(pending["account_id"], "nonsense")
    account = sim.connecting.pair(pending["account_id"], pending["checkpoint"]["pairing_code"].lower())
    assert account.phone_number == "+351910000222"


async def test_checkpoints_one_after_the_other(sim: Simulator, api: Caller) -> None:
    sim.habits = QUICK
    sim.connecting.wanted["LINKEDIN"] = list(CheckpointKind)[1:]
    body = {"provider": "LINKEDIN", "username": "ana", "password": "x"}
    assert await api.refused("POST", "/accounts", json={**body, "password": "wrong"}) == (
        401,
        "errors/invalid_credentials",
    )
    pending = await begun(api, body)
    solution = {"provider": "LINKEDIN", "account_id": pending["account_id"], "code": "123456"}
    seen = [pending["checkpoint"]["type"]]
    wrong = await api.refused("POST", "/accounts/checkpoint", json={**solution, "code": "000000"})
    assert wrong == (401, "errors/invalid_checkpoint_solution")
    resent = await api.call("POST", "/accounts/checkpoint/resend", json=solution)
    assert resent.document["success"] is True
    while True:
        if seen[-1] == "IN_APP_VALIDATION":
            sim.connecting.confirm(pending["account_id"])
            seen.append(sim.connecting.attempts[pending["account_id"]].checkpoints[0])
        answer = await api.call("POST", "/accounts/checkpoint", json=solution)
        if answer.status == 201:
            break
        seen.append(answer.document["checkpoint"]["type"])
    assert answer.document == {"object": "AccountCreated", "account_id": pending["account_id"]}
    assert seen[:2] == ["2FA", "OTP"]
    assert {"PHONE_REGISTER", "IN_APP_VALIDATION", "CAPTCHA", "CONTRACT_CHOOSER"} <= set(seen)
    assert pending["account_id"] in sim.world.accounts


async def test_an_account_is_connected_again_under_its_id(sim: Simulator, api: Caller) -> None:
    account = sim.account()
    chat = sim.direct_chat(sim.contact(account, "Ana", phone_number="+34600000118"))
    sim.account_disconnects(account)
    missed = sim.customer_writes(chat, "while you were away")
    pending = await begun(api, {}, f"/accounts/{account.id}")
    assert pending["account_id"] == account.id
    sim.habits = msgspec.structs.replace(sim.habits, one_attempt_at_a_time=True)
    second = await api.refused("POST", f"/accounts/{account.id}", json={})
    assert second == (425, "errors/auth_in_progress")
    sim.connecting.scan(account.id)
    assert statuses(sim)[-1] == "RECONNECTED"
    assert (await api.get(f"/messages/{missed.id}"))["text"] == "while you were away"


async def test_a_proxy_and_what_linkedin_alone_can(sim: Simulator, api: Caller) -> None:
    account = sim.account()
    proxy = {"host": "proxy.example.test", "port": 8080}
    changed = await api.call("PATCH", f"/accounts/{account.id}", json={"proxy": proxy})
    assert (changed.status, account.proxy) == (200, proxy)
    refused = await api.refused("PATCH", f"/accounts/{account.id}", json={"proxy": {"host": "x"}})
    assert refused == (400, "errors/invalid_parameters")
    unsynced = await api.refused("GET", f"/accounts/{account.id}/sync")
    assert unsynced == (501, "errors/feature_not_implemented")
    member = sim.account("LINKEDIN", username="ines")
    steps = [(await api.get(f"/accounts/{member.id}/sync"))["status"] for _ in range(4)]
    assert steps == ["SYNC_STARTED", "SYNC_RUNNING", "SYNC_DONE", "SYNC_STARTED"]


async def test_a_deeper_history_arrives_with_the_end_of_its_synchronisation(
    sim: Simulator, api: Caller
) -> None:
    chat = sim.direct_chat(sim.contact(sim.account(), "Ana", phone_number="+34600000118"))
    old = sim.phone_remembers(chat, "long ago", at=datetime(2025, 1, 1, tzinfo=UTC))
    told = len(sim.changes.record)
    counts = []
    for _ in range(3):
        await api.get(f"/chats/{chat.id}/sync")
        counts.append(len((await api.get(f"/chats/{chat.id}/messages"))["items"]))
    assert counts == [0, 0, 1]
    assert (await api.get(f"/messages/{old.id}"))["text"] == "long ago"
    assert len(sim.changes.record) == told
    chat.history_fails = True
    last = [(await api.get(f"/chats/{chat.id}/sync"))["status"] for _ in range(3)][-1]
    assert last == "SYNC_ERROR"


async def test_from_another_process(sim: Simulator, api: Caller) -> None:
    sim.habits = QUICK
    wanted = {"provider": "INSTAGRAM", "checkpoints": ["2FA"]}
    assert (await api.call("POST", "/play/checkpoints", bare=True, json=wanted)).status == 200
    await begun(api, {"provider": "INSTAGRAM", "username": "a", "password": "b"})
    pending = await begun(api, WHATSAPP)
    listed = (await api.call("GET", "/play/connections", bare=True)).document["connections"]
    assert [one["checkpoint"] for one in listed] == ["2FA", "QRCODE"]
    path = f"/play/connections/{pending['account_id']}"
    assert (await api.call("POST", path, bare=True, json={"do": "scan", "code": "old"})).status == 409
    scan = {"do": "scan", "code": pending["checkpoint"]["qrcode"], "phone_number": "+351910000222"}
    assert (await api.call("POST", path, bare=True, json=scan)).status == 200
    assert sim.world.accounts[pending["account_id"]].phone_number == "+351910000222"
    deleted = await api.call(
        "POST", f"/play/accounts/{pending['account_id']}", bare=True, json={"status": "DELETED"}
    )
    assert deleted.status == 200
    assert statuses(sim)[-1] == "DELETED"
