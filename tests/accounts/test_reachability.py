"""Whether deliveries can arrive, and which part of the way was proven (J16)."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from communications.models import WebhookDelivery
from communications.schemas.addresses import WEBHOOK_PATH
from communications.tasks.reachability import reachability_test
from landline.environment import PublicUrl
from simulator.simulator import Simulator
from tests.accounts.desk import SetupDesk, setup_desk_open
from tests.processes import Processes
from tests.unipile.certificates import certificates, serving
from tests.unipile.upstream_server import raw_server, upstream_server

__all__ = ["certificates"]

SECRET = "canary-secret-" + "0" * 32


@pytest.fixture
async def desk(connections: Any) -> AsyncIterator[SetupDesk]:
    async with Simulator() as sim, setup_desk_open(connections, sim) as opened:
        yield opened


def address_set(settings: Any, origin: str) -> None:
    parts = urlsplit(origin)
    settings.LANDLINE_PUBLIC_URL = PublicUrl(parts.scheme, parts.hostname or "", origin)
    settings.LANDLINE_DELIVERIES_ORIGIN = origin


async def test_it_says_which_part_of_the_way_was_proven(
    desk: SetupDesk, settings: Any, processes: Processes, webhook_secret: str
) -> None:
    """First the way back to ourselves, through the real receiver; then Unipile's own, by what it was told to deliver."""
    server = await asyncio.to_thread(processes.web)
    address_set(settings, server.url)
    assert (await desk.reachability())["proven"] is None
    settings.LANDLINE_WEBHOOK_SECRETS = ("another-" + "1" * 32,)
    refused = await desk.act("probe")
    assert (refused["state"], refused["reason_code"]) == ("failed", "secret_refused")
    assert "LANDLINE_WEBHOOK_SECRET" in refused["reason"]
    settings.LANDLINE_WEBHOOK_SECRETS = (webhook_secret,)
    assert (await desk.act("probe"))["state"] == "done"
    proven = await desk.reachability()
    assert (proven["proven"], proven["code"], proven["unipile_at"]) == ("ourselves", "ok", None)
    assert "from another phone" in proven["reason"]
    kept = await WebhookDelivery.objects.aget()
    assert (kept.event, kept.outcome) == ("landline_probe", "ignored")

    assert (await desk.act("webhooks_register"))["state"] == "done"
    account = desk.sim.account()
    chat = desk.sim.direct_chat(desk.sim.contact(account, "Ana", phone_number="+34600000118"))
    desk.sim.customer_writes(chat, "Hola")
    await desk.sim.settled()
    proven = await desk.reachability()
    assert (proven["proven"], proven["unipile_at"] >= proven["asked_at"]) == ("unipile", True)


async def test_j16_a_wrong_certificate_is_refused_and_nothing_is_sent(
    connections: Any, certificates: Path
) -> None:
    trusting = ssl.create_default_context(cafile=str(certificates / "ca.pem"))
    for name, tls, code in (
        ("wrong", trusting, "tls_wrong"),
        ("right", None, "tls_wrong"),
        ("right", trusting, "not_landline"),
    ):
        async with upstream_server(serving(certificates, name)) as there:
            address = f"https://127.0.0.1:{there.port}{WEBHOOK_PATH}"
            assert await reachability_test(connections, address, SECRET, tls=tls) == code
            assert len(there.asked) == (0 if code == "tls_wrong" else 1)


@pytest.mark.parametrize(
    ("answered", "code"),
    [
        ((401, {"error": "no"}), "secret_refused"),
        ((302, b"", {"Location": "https://elsewhere.example/"}), "redirected"),
        ((200, b"<!doctype html><title>Welcome</title>"), "html"),
        ((404, b"<h1>Not found</h1>", {"Content-Type": "text/html"}), "html"),
        ((503, {"error": "busy"}), "not_stored"),
        ((200, {}), "not_landline"),
        ((200, {}, {"X-Delivery-Id": "01900000-0000-7000-8000-000000000000"}), "other_installation"),
    ],
)
async def test_what_answers_in_our_place_is_named(connections: Any, answered: Any, code: str) -> None:
    async with upstream_server() as there:
        address = f"{there.dsn}{WEBHOOK_PATH}"
        there.answers[f"POST {WEBHOOK_PATH.removeprefix('/api/v1')}"] = answered
        assert await reachability_test(connections, address, SECRET) == code
    assert len(there.asked) == 1


async def resolve_to_nothing(_host: str, _port: int) -> Sequence[str]:
    raise OSError("no such host")


async def resolve_to_inside(_host: str, _port: int) -> Sequence[str]:
    return ["10.0.0.7"]


async def test_what_does_not_answer_is_named(connections: Any) -> None:
    async def closed(_reader: Any, _writer: Any) -> None:
        return

    async def silent(reader: Any, _writer: Any) -> None:
        await reader.read()

    elsewhere = f"https://inbox.example{WEBHOOK_PATH}"
    for resolve, code in ((resolve_to_nothing, "unresolved"), (resolve_to_inside, "private_address")):
        assert await reachability_test(connections, elsewhere, SECRET, resolve=resolve) == code
    async with raw_server(closed) as (port, _):
        here = f"http://127.0.0.1:{port}{WEBHOOK_PATH}"
        assert await reachability_test(connections, here, SECRET) == "connection_lost"
    assert await reachability_test(connections, here, SECRET) == "refused"
    assert await reachability_test(connections, "", SECRET) == "no_address"
    async with raw_server(silent) as (port, _):
        here = f"http://127.0.0.1:{port}{WEBHOOK_PATH}"
        assert await reachability_test(connections, here, SECRET, within_seconds=0.2) == "timeout"
