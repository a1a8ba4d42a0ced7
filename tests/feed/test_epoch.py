"""A reader of a database that became another one starts anew, and a reader of the same one never has to."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
import pytest
from psycopg_pool import AsyncConnectionPool

from communications.feed import epoch
from communications.feed.changes import changes_read
from communications.feed.cursor import Cursor
from communications.feed.epoch import epoch_ensure, epoch_renew, mark_add
from communications.feed.refusals import CursorRefused, EpochUnsettled, StandbyRefused
from communications.feed.snapshots import Snapshot
from communications.feed.standing import start_cursor
from landline.postgres.roles import OWNER
from tests.database import ScratchDatabase
from tests.feed.clusters import OwnCluster, copy_folder, dump, folder_for_cluster, restore
from tests.feed.people import channel_insert, person_insert
from tests.feed.reading import Reader, assert_equal_to_stored
from tests.feed.writers import Writer

BURN = "DO $$ BEGIN FOR number IN 1..3000 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$"


@asynccontextmanager
async def feed_of(cluster: OwnCluster) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
    """As a server process begins."""
    async with await psycopg.AsyncConnection.connect(cluster.url(), autocommit=True) as connection:
        await epoch_ensure(connection)
        yield connection


def inhabit(connection: psycopg.Connection) -> tuple[int, Writer]:
    person = person_insert(connection)
    writer = Writer(connection, channel_insert(connection, person), [person])
    for action in ("attendee_add", "conversation_add", "message_add", "message_add"):
        writer.act(action, 1)
    return person, writer


async def follow(feed: psycopg.AsyncConnection[Any], truth: psycopg.Connection, person: int) -> Reader:
    """A first load, and what came since."""
    reader = Reader(feed, person, limit=7)
    await reader.begin()
    reader.copy.to_load = {
        str(row[0]) for row in truth.execute("SELECT id FROM communications_channel").fetchall()
    }
    reader.load(truth)
    await reader.catch_up()
    assert_equal_to_stored(reader.copy, truth, person)
    return reader


async def go_on(reader: Reader, feed: psycopg.AsyncConnection[Any]) -> Reader:
    """The same copy on a new connection."""
    resumed = Reader(feed, reader.user_id, limit=7)
    resumed.copy = reader.copy
    await resumed.catch_up()
    return resumed


async def refusal(reader: Reader, feed: psycopg.AsyncConnection[Any]) -> CursorRefused:
    with pytest.raises(CursorRefused) as refused:
        await go_on(reader, feed)
    return refused.value


async def test_who_is_broken_off_while_it_settles_holds_nobody_up(
    database: ScratchDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A browser that leaves just then breaks it off; its connection goes back to the pool."""
    lock = epoch._lock

    async def left(connection: psycopg.AsyncConnection[Any]) -> None:
        await lock(connection)
        raise asyncio.CancelledError

    async with AsyncConnectionPool(
        database.runtime_url, min_size=1, kwargs={"autocommit": True}, open=False
    ) as pool:
        with monkeypatch.context() as patched:
            patched.setattr(epoch, "_lock", left)
            with pytest.raises(asyncio.CancelledError):
                async with pool.connection() as connection:
                    await epoch_ensure(connection)
        async with await psycopg.AsyncConnection.connect(database.runtime_url, autocommit=True) as other:
            async with asyncio.timeout(20):
                await epoch_ensure(other)


async def test_a_restart_of_the_database_changes_nothing(cluster: OwnCluster) -> None:
    with cluster.runtime() as truth:
        person, _ = inhabit(truth)
        async with feed_of(cluster) as feed:
            epoch = await epoch_ensure(feed)
            reader = await follow(feed, truth, person)
    for restart in (cluster.crash, lambda: (cluster.stop(), cluster.restart())):
        restart()
        with cluster.runtime() as truth:
            Writer(truth, 1, [person]).act("message_add", 1)
            async with feed_of(cluster) as feed:
                assert await epoch_ensure(feed) == epoch
                reader = await go_on(reader, feed)
                assert_equal_to_stored(reader.copy, truth, person)


async def test_a_number_that_a_crash_gives_out_again_hides_nothing(cluster: OwnCluster) -> None:
    """A NOTIFY, or a roll-back, takes a number and need not reach the disk; the next message may get the same number."""
    with cluster.runtime() as truth:
        person, _ = inhabit(truth)
        async with feed_of(cluster) as feed:
            reader = await follow(feed, truth, person)
            cluster.log_writer_hold()
            for _ in range(20):
                truth.execute("SELECT pg_notify('somewhere', '')")
            await reader.catch_up()
            (seen,) = truth.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text").fetchone() or (
                "",
            )
            cluster.crash()
    with cluster.runtime() as truth:
        writer = Writer(truth, 1, [person])
        writer.act("message_add", 1)
        (number,) = truth.execute(
            "SELECT max(version::text::bigint) FROM communications_message"
        ).fetchone() or (0,)
        assert number < int(seen), "the crash lost no number"
        for _ in range(20):
            truth.execute("SELECT pg_current_xact_id()")
        async with feed_of(cluster) as feed:
            reader = await go_on(reader, feed)
            assert_equal_to_stored(reader.copy, truth, person)


async def test_a_process_that_outlives_the_database_server_looks_again(cluster: OwnCluster) -> None:
    """No position is handed out before the new run of the server is on record."""
    async with feed_of(cluster) as feed:
        start = await start_cursor(feed)
    cluster.stop()
    cluster.restart()
    async with await psycopg.AsyncConnection.connect(cluster.url(), autocommit=True) as feed:
        with pytest.raises(EpochUnsettled):
            await changes_read(feed, start)
        await epoch_ensure(feed)
        assert (await changes_read(feed, start)).is_empty


@pytest.mark.parametrize(("has_later_mark", "writes_before_anybody_looks"), [(True, 0), (False, 200)])
async def test_a_data_folder_put_back_resets_whoever_saw_more(
    cluster: OwnCluster, has_later_mark: bool, writes_before_anybody_looks: int
) -> None:
    """Even if other programs have long passed the reader's position before a server process notices."""
    copied = cluster.location.folder / "copied"
    with cluster.runtime() as truth:
        person, _ = inhabit(truth)
        async with feed_of(cluster) as feed:
            epoch = await epoch_ensure(feed)
            behind = await follow(feed, truth, person)
    cluster.stop()
    copy_folder(cluster.location.data, copied)
    cluster.restart()
    with cluster.runtime() as truth:
        # A program that knows nothing of epochs: the last mark is the one in the copy.
        async with await psycopg.AsyncConnection.connect(cluster.url(), autocommit=True) as feed:
            await feed.execute(
                "UPDATE communications_feedepoch SET run_started_at = pg_postmaster_start_time()"
            )
            if has_later_mark:
                await mark_add(feed)
            for _ in range(20):
                Writer(truth, 1, [person]).act("message_add", 1)
            reader = await follow(feed, truth, person)
    cluster.stop()
    copy_folder(copied, cluster.location.data)
    cluster.restart()
    with cluster.runtime() as truth:
        for _ in range(writes_before_anybody_looks):
            Writer(truth, 1, [person]).act("message_change", 0)
        async with feed_of(cluster) as feed:
            assert await epoch_ensure(feed) == epoch
            assert (await refusal(reader, feed)).is_ahead != has_later_mark
            behind = await go_on(behind, feed)
            assert_equal_to_stored(behind.copy, truth, person)
            renewed = await epoch_renew(feed, instead_of=epoch)
            assert renewed != epoch
            assert "another one" in (await refusal(behind, feed)).reason
            await follow(feed, truth, person)


async def test_a_dump_in_a_fresh_cluster_is_another_database(cluster: OwnCluster) -> None:
    with cluster.owner() as owner:
        owner.execute(BURN)
    with cluster.runtime() as truth:
        person, writer = inhabit(truth)
        async with feed_of(cluster) as feed:
            epoch = await epoch_ensure(feed)
            content = dump(cluster)
            writer.act("message_add", 1)
            reader = await follow(feed, truth, person)
    with folder_for_cluster() as folder, OwnCluster(folder) as fresh:
        restore(fresh, content)
        async with feed_of(fresh) as feed:
            assert await epoch_ensure(feed) != epoch
            assert "another one" in (await refusal(reader, feed)).reason
            with fresh.runtime() as truth:
                (from_the_future,) = truth.execute(
                    "SELECT count(*) FROM communications_message "
                    "WHERE version >= pg_snapshot_xmax(pg_current_snapshot())"
                ).fetchone() or (None,)
                assert from_the_future == 0
                anew = await follow(feed, truth, person)
                for action in ("message_change", "conversation_change", "attendee_change", "message_delete"):
                    Writer(truth, 1, [person]).act(action, 0)
                    await anew.catch_up()
                    assert_equal_to_stored(anew.copy, truth, person)


async def test_a_dump_put_over_its_own_database_is_another_one(cluster: OwnCluster) -> None:
    """pg_restore --clean: same cluster, same database, higher numbers, and marks that the reader knows."""
    with cluster.runtime() as truth:
        person, writer = inhabit(truth)
        async with feed_of(cluster) as feed:
            epoch = await epoch_ensure(feed)
            content = dump(cluster)
            writer.act("message_add", 1)
            reader = await follow(feed, truth, person)
    restore(cluster, content, "--clean", "--if-exists")
    with cluster.runtime() as truth:
        async with feed_of(cluster) as feed:
            assert await epoch_ensure(feed) != epoch
            assert "another one" in (await refusal(reader, feed)).reason
            await follow(feed, truth, person)


async def test_a_standby_is_refused_and_is_another_database_once_promoted(cluster: OwnCluster) -> None:
    with cluster.runtime() as truth:
        person, _ = inhabit(truth)
        async with feed_of(cluster) as feed:
            epoch = await epoch_ensure(feed)
            reader = await follow(feed, truth, person)
    with folder_for_cluster() as folder:
        standby = OwnCluster(folder, hot_standby="on")
        base_backup(cluster, standby)
        with standby:
            async with await psycopg.AsyncConnection.connect(standby.url(), autocommit=True) as feed:
                with pytest.raises(StandbyRefused):
                    await epoch_ensure(feed)
                with pytest.raises(StandbyRefused):
                    await go_on(reader, feed)
                with psycopg.connect(standby.url(role=OWNER), autocommit=True) as owner:
                    owner.execute("SELECT pg_promote()")
                assert await epoch_ensure(feed) != epoch
                assert "another one" in (await refusal(reader, feed)).reason


def base_backup(source: OwnCluster, target: OwnCluster) -> None:
    """A standby's folder, owned like the source's own."""
    staged = source.location.folder / "staged"
    with psycopg.connect(source.url(role=OWNER), autocommit=True) as owner:
        owner.execute("SELECT pg_backup_start('standby', true)")
        copy_folder(source.location.data, staged)
        found = owner.execute("SELECT labelfile FROM pg_backup_stop(false)").fetchone()
        owner.execute("SELECT pg_switch_wal()")
    assert found is not None
    (staged / "postmaster.pid").unlink()
    (staged / "postmaster.opts").unlink(missing_ok=True)
    (staged / "backup_label").write_text(found[0])
    (staged / "standby.signal").touch()
    with (staged / "postgresql.auto.conf").open("a") as settings:
        settings.write(f"primary_conninfo = 'host={source.location.socket} user={OWNER}'\n")
    target.location.folder.mkdir(mode=0o711)
    copy_folder(staged, target.location.data)
    owned = (source.location.data / "PG_VERSION").stat()
    for name in ("backup_label", "standby.signal"):
        os.chown(target.location.data / name, owned.st_uid, owned.st_gid)


async def test_many_processes_make_one_epoch(cluster: OwnCluster) -> None:
    connections = [await psycopg.AsyncConnection.connect(cluster.url(), autocommit=True) for _ in range(5)]
    try:
        assert len(set(await asyncio.gather(*map(epoch_ensure, connections)))) == 1
        epoch = await epoch_ensure(connections[0])
        renewed = await asyncio.gather(
            *(epoch_renew(connection, instead_of=epoch) for connection in connections)
        )
        assert len(set(renewed)) == 1
        assert renewed[0] != epoch
    finally:
        for connection in connections:
            await connection.close()


async def test_an_interrupted_new_epoch_is_made_again(cluster: OwnCluster) -> None:
    """Versions from the future are emptied piece by piece, and the epoch is on record only after all of them."""
    with cluster.runtime() as truth, cluster.owner() as owner:
        person, _ = inhabit(truth)
        async with feed_of(cluster) as feed:
            epoch = await epoch_ensure(feed)
            owner.execute("SET session_replication_role = replica")
            owner.execute("UPDATE communications_message SET version = '4000000000' WHERE id = 1")
            with pytest.raises(CursorRefused):
                await changes_read(feed, Cursor(epoch=epoch, mark=epoch, seen=str(Snapshot(9, 9, ()))))
            assert await epoch_ensure(feed) != epoch
            assert truth.execute(
                "SELECT version::text FROM communications_message WHERE id = 1"
            ).fetchone() == ("0",)
            await follow(feed, truth, person)
