"""The database server itself under open sockets: restarted, crashed, and put back to an earlier state."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from asgiref.sync import sync_to_async

from landline.postgres.roles import OWNER
from tests.database import ScratchDatabase
from tests.feed.clusters import OwnCluster, copy_folder, folder_for_cluster
from tests.feed.copy import Copy
from tests.feed.reading import assert_equal_to_stored, granted_load
from tests.feed.writers import Writer
from tests.processes import LandlineServer, Processes
from tests.realtime.browser import Browser, browse
from tests.realtime.inbox import Person, channel_with_writer, message_write, person_with_session

RESTARTING = 1012


@pytest.fixture
def cluster(migrated_folder: Path) -> Iterator[OwnCluster]:
    with folder_for_cluster() as folder:
        copy_folder(migrated_folder / "postgres", folder / "postgres")
        with OwnCluster(folder) as running:
            yield running


class Scene:
    """A person with a session in the cluster, a channel, and a server process over it."""

    def __init__(self, cluster: OwnCluster, person: Person, channel_id: int, server: LandlineServer) -> None:
        self.cluster = cluster
        self.person = person
        self.server = server
        self._channel_id = channel_id

    async def write(self) -> int:
        return await asyncio.to_thread(self._write)

    def _write(self) -> int:
        with self.cluster.runtime() as connection:
            return message_write(Writer(connection, self._channel_id, [self.person.user_id]))

    async def load(self, copy: Copy) -> None:
        copy.to_load = {str(self._channel_id)}
        with self.cluster.runtime() as connection:
            granted_load(copy, connection, self.person.user_id)

    def assert_equal(self, copy: Copy) -> None:
        with self.cluster.runtime() as connection:
            assert_equal_to_stored(copy, connection, self.person.user_id)

    async def first_load(self) -> Copy:
        """The position first, then the rows."""
        copy = Copy()
        async with browse(self.server.port, self.person.cookie, copy) as browser:
            await browser.until(lambda: browser.changes)
        await self.load(copy)
        return copy


@pytest.fixture
async def scene(cluster: OwnCluster, processes: Processes, database: ScratchDatabase) -> Scene:
    with psycopg.connect(database.runtime_url, autocommit=True) as scratch, cluster.runtime() as own:
        person = await person_with_session(scratch)
        for table in ("communications_user", "django_session"):
            copy_rows(scratch, own, table)
        writer = channel_with_writer(own, person.user_id)
    server = await sync_to_async(processes.web)(
        DATABASE_URL=cluster.url(), LANDLINE_DATABASE_OWNER_URL=cluster.url(role=OWNER)
    )
    return Scene(cluster, person, writer.channel_id, server)


def copy_rows(source: psycopg.Connection, target: psycopg.Connection, table: str) -> None:
    with (
        source.cursor().copy(f"COPY {table} TO STDOUT") as rows,
        target.cursor().copy(f"COPY {table} FROM STDIN") as taken,
    ):
        for row in rows:
            taken.write(row)


async def until_told(browser: Browser, message: int) -> None:
    await browser.until_row("message", message)


@pytest.mark.parametrize("end", ["restart", "crash"])
async def test_open_sockets_outlive_a_restart_of_the_database(scene: Scene, end: str) -> None:
    """And nothing is loaded anew for it."""
    copy = await scene.first_load()
    async with browse(scene.server.port, scene.person.cookie, copy) as browser:
        await until_told(browser, await scene.write())
        if end == "crash":
            await asyncio.to_thread(scene.cluster.crash)
        else:
            await asyncio.to_thread(scene.cluster.stop)
            await asyncio.sleep(1)
            await asyncio.to_thread(scene.cluster.restart)
        for _ in range(3):
            await until_told(browser, await scene.write())
        assert browser.close_code is None
        scene.assert_equal(copy)
    async with browse(scene.server.port, scene.person.cookie, copy) as again:
        await again.until(lambda: again.changes)
        assert again.reset is None


async def test_a_data_folder_put_back_ends_in_equality_after_a_reset(scene: Scene) -> None:
    """For sockets that stayed open, and for browsers that come back later; other programs write all the while."""
    away = await scene.first_load()
    copied = scene.cluster.location.folder / "copied"
    await asyncio.to_thread(scene.cluster.stop)
    await asyncio.to_thread(copy_folder, scene.cluster.location.data, copied)
    await asyncio.to_thread(scene.cluster.restart)
    copy = Copy()
    copy.cursor, copy.rows = away.cursor, dict(away.rows)
    async with browse(scene.server.port, scene.person.cookie, copy) as browser:
        for _ in range(3):
            await until_told(browser, await scene.write())
        async with browse(scene.server.port, scene.person.cookie, away) as other:
            await other.until(lambda: other.changes and not other.changes[-1].more)
        await asyncio.to_thread(scene.cluster.stop)
        await asyncio.to_thread(copy_folder, copied, scene.cluster.location.data)
        await asyncio.to_thread(scene.cluster.restart)
        for _ in range(20):
            await scene.write()
        assert await browser.until_closed() == RESTARTING
        assert browser.reset is not None
    async with browse(scene.server.port, scene.person.cookie, away) as late:
        assert await late.until_closed() == RESTARTING
        assert late.reset is not None
    anew = await scene.first_load()
    async with browse(scene.server.port, scene.person.cookie, anew) as browser:
        await until_told(browser, await scene.write())
        scene.assert_equal(anew)
        assert browser.reset is None
