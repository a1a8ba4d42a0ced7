"""The vendor's own Node SDK takes the simulator for the service."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from simulator import Simulator
from tests.simulator.receiver import Receiver

FOLDER = Path(__file__).parent / "sdk"
SEARCH_PATH = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
NODE, NPM = shutil.which("node", path=SEARCH_PATH), shutil.which("npm", path=SEARCH_PATH)
UNREACHABLE = (
    "ENOTFOUND",
    "ECONNREFUSED",
    "ECONNRESET",
    "EAI_AGAIN",
    "EIDLETIMEOUT",
    "ENETUNREACH",
    "ERR_SOCKET_TIMEOUT",
    "ETIMEDOUT",
)
INSTALLED_WITHIN_SECONDS = 200

pytestmark = pytest.mark.skipif(NODE is None or NPM is None, reason="node and npm are not installed")


@pytest.fixture(scope="module")
def sdk() -> Path:
    """The folder with the SDK installed as locked; kept from run to run."""
    installed, lock = FOLDER / "node_modules" / ".package-lock.json", FOLDER / "package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        try:
            done = subprocess.run(
                [str(NPM), "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
                cwd=FOLDER,
                env={**os.environ, "PATH": SEARCH_PATH},
                capture_output=True,
                text=True,
                timeout=INSTALLED_WITHIN_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            pytest.skip("the package registry takes too long")
        if done.returncode and any(word in done.stderr for word in UNREACHABLE):
            pytest.skip(f"the package registry is out of reach: {done.stderr[-200:]}")
        assert done.returncode == 0, done.stderr
        installed.touch()
    return FOLDER


async def run(sdk: Path, sim: Simulator, webhook_url: str, chat_id: str) -> dict[str, Any]:
    process = await asyncio.create_subprocess_exec(
        str(NODE),
        "run.cjs",
        sim.url,
        sim.api_key,
        webhook_url,
        chat_id,
        cwd=sdk,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, problems = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, problems.decode()
    return json.loads(output)


async def test_the_sdk_reads_and_writes(sdk: Path, demo: Simulator, receiver: Receiver) -> None:
    world = demo.world
    chat = next(one for one in world.chats.values() if one.is_group)
    known = {"chats": set(world.chats), "messages": {one.id for one in world.messages()}}
    people = set(world.attendees)
    in_chat = [one.id for one in world.chat_messages(chat)]
    result = await run(sdk, demo, receiver.url, chat.id)
    await demo.settled()
    assert set(result["accounts"]) == set(world.accounts)
    assert set(result["chats"]) == known["chats"]
    assert set(result["messages"]) == known["messages"]
    assert set(result["attendees"]) == people
    for name in ("accounts", "chats", "messages", "attendees"):
        assert len(result[name]) == len(set(result[name]))
    assert result["account"] == result["accounts"][0]
    assert result["chat"] == chat.id
    assert result["chatMessages"] == in_chat
    assert result["message"] == in_chat[0]
    assert result["chatAttendees"] == [one.id for one in (*chat.members, chat.account.own)]
    assert chat.id in result["chatsOfAttendee"]
    assert result["webhooks"] == [result["created"]]
    sent = world.message_find(result["sent"])
    assert sent is not None
    # FormData itself makes CR LF of every line end.
    assert sent.text == result["sentText"] == "Grüße aus dem SDK 👋\r\nzweite Zeile"
    assert (result["attachmentName"], result["attachmentIsWhole"]) == ("größe.bin", True)
    assert result["answer"][1:] == [True, 2]
    assert result["profile"] == "351910000405@s.whatsapp.net"
    assert result["nobody"] == "errors/resource_not_found"
    assert result["started"][0] in world.chats
    assert result["patched"] == "ChatPatched"
    assert result["deleted"] == "WebhookDeleted"
    assert result["refused"] == "errors/resource_not_found"
    assert result["unauthorised"] == "errors/missing_credentials"
    assert world.webhooks == {}
    echoes = {one["message_id"]: one for one in receiver.bodies}
    assert set(echoes) == {result["sent"], result["answer"][0], result["started"][1]}
    assert [one.message_id for one in demo.sent] == list(echoes)
    assert echoes[result["sent"]]["is_sender"] is True
    assert {one.headers["Unipile-Auth"] for one in receiver.received} == {"sdk-secret"}
