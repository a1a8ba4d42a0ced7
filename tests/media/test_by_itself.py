"""Simulator, web server and worker as they run: a file appears as stored in the feed, and nobody asked."""

from __future__ import annotations

import asyncio
import http.client
import json
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from communications.models import Attachment, Message, UpstreamCall, User, WebhookDelivery
from simulator import Simulator
from simulator.creation import document, gone_video, sticker, upload, voice_note
from simulator.faults import Fault
from simulator.model import Account, Chat
from tests.database import ScratchDatabase
from tests.inbox import client_of, person_make
from tests.media.corpus import picture
from tests.media.upstream import stored_files
from tests.processes import LandlineProcess, LandlineServer, Processes

KEY = "canary-key-b57f0f0f3f1c4a55"
ATTACHMENT = "GET /messages/{message_id}/attachments/{attachment_id}"


class Reader:
    """Somebody whose browser follows the feed by long poll."""

    def __init__(self, server: LandlineServer, cookie: str) -> None:
        self._port = server.port
        self._cookie = cookie
        self._cursor = ""
        self.messages: dict[str, dict[str, Any]] = {}

    async def get(self, path: str) -> tuple[int, dict[str, str], bytes]:
        return await asyncio.to_thread(self._get, path)

    def _get(self, path: str) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=40)
        try:
            connection.request("GET", path, headers={"Cookie": f"sessionid={self._cookie}"})
            answer = connection.getresponse()
            headers = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, headers, answer.read()
        finally:
            connection.close()

    async def until(self, text: str, state: str, *, seconds: float = 60) -> dict[str, Any]:
        """The attachment of the message that says ``text``, once the feed shows it in that state."""
        async with asyncio.timeout(seconds):
            while True:
                for message in self.messages.values():
                    if message["text"] == text and message["attachments"][0]["state"] == state:
                        return dict(message["attachments"][0])
                await self._poll()

    async def _poll(self) -> None:
        wait = f"&cursor={self._cursor}" if self._cursor else ""
        status, _, body = await self.get(f"/api/v1/communications/changes/?wait=5{wait}")
        assert status == 200, body
        frame = json.loads(body)
        self._cursor = frame["cursor"]
        for message in frame["rows"].get("message", []):
            self.messages[message["id"]] = message


class Running:
    def __init__(
        self, simulator: Simulator, account: Account, chat: Chat, reader: Reader, processes: Processes
    ) -> None:
        self.simulator = simulator
        self.account = account
        self.chat = chat
        self.reader = reader
        self._processes = processes

    async def worker(self, **variables: str) -> LandlineProcess:
        worker = await asyncio.to_thread(
            self._processes.worker, UNIPILE_DSN=self.simulator.url, UNIPILE_API_KEY=KEY, **variables
        )
        await asyncio.to_thread(worker.wait_for_output, "accounts_listed")
        return worker


@pytest.fixture
async def running(database: ScratchDatabase, processes: Processes, webhook_secret: str) -> Any:
    person = await sync_to_async(person_make)(is_superuser=True)
    client = await sync_to_async(client_of)(person)
    server = await asyncio.to_thread(processes.web)
    async with Simulator(seed=11, api_key=KEY, retry_delays_seconds=(0.2, 0.5, 1)) as simulator:
        account = simulator.account()
        chat = simulator.direct_chat(simulator.contact(account, "Ana", phone_number="+34600000118"))
        simulator.webhook(f"{server.url}/api/v1/webhooks/unipile/", webhook_secret)
        reader = Reader(server, client.cookies["sessionid"].value)
        yield Running(simulator, account, chat, reader, processes)


async def test_files_appear_by_themselves(running: Running) -> None:
    await running.worker()
    world, chat, say = running.simulator.world, running.chat, running.simulator.customer_writes
    content = picture("JPEG", (1_280, 960))
    say(chat, "photo", attachments=[upload(world, "Strand.jpg", "image/jpeg", content)])
    say(chat, "voice", attachments=[voice_note(world, 2)])
    say(chat, "paper", attachments=[document(world, "Rechnung.pdf")])
    say(chat, "sticker", attachments=[sticker(world)])
    say(chat, "gone", attachments=[gone_video(world)])

    photo = await running.reader.until("photo", "stored")
    assert (photo["mime_type"], photo["width"], photo["height"]) == ("image/jpeg", 1_280, 960)
    status, headers, body = await running.reader.get(photo["url"])
    assert (status, body) == (200, content)
    assert headers["cache-control"] == "private, no-store"
    status, headers, body = await running.reader.get(photo["thumbnail_url"])
    assert (status, headers["content-type"]) == (200, "image/webp")
    assert len(body) < len(content)

    voice = await running.reader.until("voice", "stored")
    assert (voice["kind"], voice["mime_type"], voice["thumbnail_url"]) == ("voice", "audio/ogg", None)
    paper = await running.reader.until("paper", "stored")
    _, headers, body = await running.reader.get(paper["url"])
    assert body.startswith(b"%PDF")
    assert headers["content-disposition"] == 'attachment; filename="Rechnung.pdf"'
    assert (await running.reader.until("sticker", "stored"))["thumbnail_url"]
    gone = await running.reader.until("gone", "unavailable")
    assert (gone["url"], gone["thumbnail_url"]) == (None, None)

    told_by = {f"{delivery}" async for delivery in Message.objects.values_list("received_by", flat=True)}
    deliveries = {f"{key}" async for key in WebhookDelivery.objects.values_list("pk", flat=True)}
    calls = UpstreamCall.objects.filter(route__endswith="/attachments/{attachment_id}")
    reasons = {reason async for reason in calls.values_list("reason", flat=True)}
    assert reasons <= {f"attachment received by delivery {delivery}" for delivery in told_by & deliveries}
    assert len(reasons) == 4, "one that is told as gone is not asked for"


async def test_text_does_not_wait_for_media(running: Running) -> None:
    """Nothing runs that could fetch, and then the files are late."""
    await asyncio.to_thread((await running.worker()).stop)
    world, say = running.simulator.world, running.simulator.customer_writes
    say(running.chat, "look", attachments=[upload(world, "a.png", "image/png", picture("PNG"))])
    wanted = await running.reader.until("look", "wanted")
    assert (wanted["url"], wanted["failure"]) == (None, None)

    running.simulator.faults.add(Fault(ATTACHMENT, delay_seconds=5, times=2))
    await running.worker()
    say(running.chat, "words", attachments=[document(world, "b.pdf")])
    await running.reader.until("words", "wanted", seconds=5)
    await running.reader.until("look", "stored")
    await running.reader.until("words", "stored")


async def test_i1_expired_media_come_when_upstream_has_them_again(running: Running) -> None:
    await running.worker()
    world = running.simulator.world
    expired = upload(world, "c.png", "image/png", picture("PNG", (70, 70)))
    made, expired.content = expired.content, None
    running.simulator.customer_writes(running.chat, "expired", attachments=[expired])
    shown = await running.reader.until("expired", "unavailable")
    expired.content = made
    client = await sync_to_async(client_of)(await User.objects.afirst())
    path = f"/api/v1/communications/media/{shown['id']}/fetch/"
    assert (await sync_to_async(client.post)(path)).status_code == 200
    assert (await running.reader.until("expired", "stored"))["width"] == 70


async def test_a_worker_that_is_killed_leaves_its_files_to_the_next(running: Running) -> None:
    world = running.simulator.world
    first = await running.worker()
    running.simulator.faults.add(Fault(ATTACHMENT, delay_seconds=30))
    running.simulator.customer_writes(
        running.chat, "torn", attachments=[upload(world, "d.png", "image/png", picture("PNG"))]
    )
    await running.reader.until("torn", "wanted")
    async with asyncio.timeout(60):
        while list(running.simulator.faults):  # used up by the call that it strikes
            await asyncio.sleep(0.05)
    await asyncio.to_thread(first.kill)
    # As if the minute had passed for which the killed worker's claim holds.
    await Attachment.objects.aupdate(next_attempt_at="2026-01-01T00:00:00Z")
    await running.worker()
    await running.reader.until("torn", "stored")


async def test_d10_a_full_media_disk_stops_no_text(running: Running, tmp_path: Path) -> None:
    worker = await running.worker(
        LANDLINE_MEDIA_KEEP_FREE_MB="1000000", LANDLINE_DATA_DIR=str(tmp_path / "var")
    )
    world = running.simulator.world
    running.simulator.customer_writes(
        running.chat, "full", attachments=[upload(world, "e.png", "image/png", picture("PNG"))]
    )
    await running.reader.until("full", "wanted")
    await asyncio.to_thread(worker.wait_for_output, "files_wait")
    assert "no_room" in worker.output
    running.simulator.customer_writes(running.chat, "still", attachments=[document(world, "f.pdf")])
    await running.reader.until("still", "wanted")
    assert stored_files(tmp_path / "var" / "media") == []
