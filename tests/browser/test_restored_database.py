"""A data folder that is put back from a copy, under a browser that stays open: it ends equal to the server."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from landline.postgres.location import locate
from simulator import Simulator
from tests.browser.conftest import Screen
from tests.database import ScratchDatabase
from tests.processes import LandlineProcess, Processes
from tests.side_by_side import free_port

RECONNECTED_WITHIN_SECONDS = 60
# A database writes down what it holds before it ends; a busy disk takes its time.
STOPPED_WITHIN_SECONDS = 90


class Installation:
    """``landline run`` with its own data folder, started and stopped around copies of it."""

    def __init__(self, processes: Processes, folder: Path, simulator: Simulator) -> None:
        self._processes = processes
        self._simulator = simulator
        self._process: LandlineProcess | None = None
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        self._process = self._processes.start(
            "run",
            DATABASE_URL="",
            LANDLINE_DATABASE_OWNER_URL="",
            LANDLINE_SECRET_KEY="",
            LANDLINE_WEBHOOK_SECRET="",
            LANDLINE_DATA_DIR=str(self.folder),
            LANDLINE_BIND=f"127.0.0.1:{self.port}",
            UNIPILE_DSN=self._simulator.url,
            UNIPILE_API_KEY=self._simulator.api_key,
        )
        await asyncio.to_thread(self._process.wait_for_output, "Landline is ready", seconds=180)

    async def stop(self) -> None:
        assert self._process is not None
        self._process.interrupt()
        await asyncio.to_thread(self._process.wait, seconds=STOPPED_WITHIN_SECONDS)

    def secret(self, name: str) -> str:
        return (self.folder / "secrets" / name).read_text().strip()

    @property
    def database_folder(self) -> Path:
        return locate(self.folder).data


@pytest.mark.timeout(300)
async def test_a_data_folder_copied_back_ends_in_equality(
    scratch_database: ScratchDatabase, tmp_path: Path, screen: Screen
) -> None:
    processes = Processes(tmp_path)
    async with Simulator(seed=11, retry_delays_seconds=(0.5, 1, 2, 4, 8)) as simulator:
        installation = Installation(processes, tmp_path / "var", simulator)
        account = simulator.account()
        try:
            await installation.start()
            simulator.webhook(
                f"{installation.url}/api/v1/webhooks/unipile/", installation.secret("webhook_secret")
            )
            chat = simulator.direct_chat(simulator.contact(account, "Inês", phone_number="+351910003333"))
            simulator.customer_writes(chat, "before the copy")
            await screen.page.goto(installation.url)
            await screen.page.get_by_label("User name").fill("owner")
            await screen.page.get_by_label("Password").fill(installation.secret("owner_password"))
            await screen.page.get_by_role("button", name="Log in").click()
            await screen.open_conversation("Inês")
            await screen.sees("before the copy")

            await installation.stop()
            copy = tmp_path / "copy"
            shutil.copytree(installation.database_folder, copy, symlinks=True)
            await installation.start()
            simulator.customer_writes(chat, "after the copy")
            await screen.sees("after the copy", seconds=RECONNECTED_WITHIN_SECONDS)

            await installation.stop()
            owner = installation.database_folder.stat()
            shutil.rmtree(installation.database_folder)
            shutil.copytree(copy, installation.database_folder, symlinks=True)
            for path in (installation.database_folder, *installation.database_folder.rglob("*")):
                shutil.chown(path, owner.st_uid, owner.st_gid)
            await installation.start()
            simulator.customer_writes(chat, "in the restored database")
            await screen.sees("in the restored database", seconds=RECONNECTED_WITHIN_SECONDS)

            texts = await screen.page.get_by_role("log").inner_text()
            assert "before the copy" in texts
            assert "after the copy" not in texts
        finally:
            processes.close()
            shutil.rmtree(installation.database_folder.parent, ignore_errors=True)
