"""D16: the database of yesterday is put back. Everything that was is there, nothing is sent twice, browsers begin anew."""

from __future__ import annotations

import asyncio
import datetime as dt
import stat
import subprocess
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.utils import timezone

from communications.feed.changes import Changes, changes_read
from communications.feed.cursor import Cursor
from communications.feed.epoch import epoch_ensure
from communications.feed.refusals import CursorRefused
from communications.feed.standing import start_cursor
from communications.outbox.queue import intent_claim
from landline.backup.erased import Mark
from landline.backup.errors import BackupError
from landline.backup.reading import backup_open
from landline.backup.script import restore_run
from tests.backup.place import Place
from tests.backup.rows import PICTURE, PICTURE_KEY, inhabit, outgoing_make
from tests.conftest import WEBHOOK_SECRET

TEXTS = "SELECT text FROM communications_message WHERE external_message_id LIKE 'told-%%' ORDER BY id"


def test_what_was_backed_up_while_everything_went_on_is_there_again(
    source: Place, target: Place, tmp_path: Path
) -> None:
    conversation = inhabit(source)
    source.rows(
        "INSERT INTO django_session VALUES ('stolen-session', 'signed-data', now() + interval '1 day')"
    )
    file, ended = tmp_path / "backup.tar", threading.Event()

    def write() -> None:
        with psycopg.connect(source.owner_url, autocommit=True) as connection:
            while not ended.is_set():
                connection.execute(
                    "UPDATE communications_message SET text = text || '.' WHERE conversation_id = %s",
                    (conversation.pk,),
                )

    writing = threading.Thread(target=write)
    writing.start()
    try:
        told = source.run("backup", file)
    finally:
        ended.set()
        writing.join()

    assert "2 files" in told
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [left.name for left in tmp_path.glob(".*unfinished")] == []
    held = file.read_bytes()
    assert WEBHOOK_SECRET.encode() not in held
    assert b"stolen-session" not in held

    proof = source.start("backup", "--verify", file)
    assert "Restored what was there" in target.run("restore", file)
    assert proof.wait(seconds=120) == 0, proof.output
    assert "is good" in proof.output
    texts = [row[0] for row in target.rows(TEXTS)]
    assert [text.rstrip(".") for text in texts] == [f"message {number}" for number in range(50)]
    # One moment: every statement of the writer changed all of them.
    assert len({len(text) - len(text.rstrip(".")) for text in texts}) == 1
    assert target.media(PICTURE_KEY).read_bytes() == PICTURE
    assert target.media(f"{PICTURE_KEY}.thumbnail").read_bytes() == b"small"
    assert target.rows("SELECT FROM django_session") == []
    assert target.web().popen.poll() is None


def test_nothing_is_sent_again_and_what_was_missed_is_to_be_compared(
    source: Place, target: Place, tmp_path: Path
) -> None:
    conversation = inhabit(source)
    yesterday = timezone.now() - dt.timedelta(hours=2)
    outgoing_make(conversation, "queued", wanted_at=yesterday)
    outgoing_make(
        conversation, "leaving", state="sending", worker=uuid.uuid4(), attempted_at=yesterday, attempts=1
    )
    outgoing_make(conversation, "refused", state="failed", outcome="rejected")
    source.run("backup", tmp_path / "backup.tar")
    target.run("restore", tmp_path / "backup.tar")
    assert target.rows(
        "SELECT message.text, intent.state, intent.outcome, message.status, intent.attempted_at IS NOT NULL "
        "FROM communications_intent AS intent JOIN communications_message AS message ON message.id = intent.message_id "
        "ORDER BY intent.id"
    ) == [
        ("queued", "unconfirmed", "unknown", "unconfirmed", True),
        ("leaving", "unconfirmed", "unknown", "unconfirmed", True),
        ("refused", "failed", "rejected", "pending", False),
    ]
    assert asyncio.run(claimed(target)) is None
    source.rows("UPDATE communications_intent SET state = 'done', worker = NULL WHERE state = 'sending'")
    assert asyncio.run(claimed(source)) is not None
    assert target.rows(
        "SELECT made.trigger, made.state, made.starts_at = restored.backup_made_at, made.ends_at > made.starts_at, "
        "restored.completed_at IS NOT NULL FROM communications_comparisonwindow AS made, communications_restoration AS restored"
    ) == [("restore", "waiting", True, True, True)]


async def claimed(place: Place) -> Any:
    """What a worker would send."""
    async with await psycopg.AsyncConnection.connect(place.owner_url, autocommit=True) as connection:
        return await intent_claim(connection, worker=uuid.uuid4(), kinds=["send"], pace_factor=0)


async def standing(place: Place) -> tuple[uuid.UUID, Cursor]:
    async with await psycopg.AsyncConnection.connect(place.owner_url, autocommit=True) as feed:
        return await epoch_ensure(feed), await start_cursor(feed)


async def news(place: Place, since: Cursor) -> Changes:
    async with await psycopg.AsyncConnection.connect(place.owner_url, autocommit=True) as feed:
        return await changes_read(feed, since, user_id=1, limit=100)


def test_what_was_erased_since_is_erased_again(target: Place, yesterday: Path) -> None:
    target.run("restore", yesterday)
    ((account,),) = target.rows("SELECT external_account_id FROM communications_channel")
    target.run("erase", "--account", account, "--message", "told-7", "--yes")
    target.run("erase", "--account", account, "--conversation", "other-chat", "--yes")
    told = target.run("restore", yesterday, "--replace")
    assert "4 messages that were erased since" in told
    assert ("told-7",) not in target.rows("SELECT external_message_id FROM communications_message")
    assert target.rows("SELECT count(*) FROM communications_message") == [(49,)]
    assert target.rows("SELECT count(*) FROM communications_conversation") == [(1,)]


def test_what_was_erased_since_is_erased_again_in_an_empty_database(
    target: Place, yesterday: Path, tmp_path: Path
) -> None:
    """The list beside the data knows of it: that of one life of the database after the other."""
    empty = "DROP SCHEMA public CASCADE; CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO PUBLIC"
    target.run("restore", yesterday)
    ((account,),) = target.rows("SELECT external_account_id FROM communications_channel")
    target.run("erase", "--account", account, "--message", "told-7", "--yes")
    target.rows(empty)
    assert "1 messages that were erased since" in target.run("restore", yesterday)
    target.run("erase", "--account", account, "--conversation", "other-chat", "--yes")
    first, second = sorted((target.data_dir / "erased").iterdir(), key=lambda place: place.stat().st_mtime)
    assert stat.S_IMODE(second.stat().st_mode) == 0o600
    assert b"told-7" not in first.read_bytes() + second.read_bytes()

    target.rows(empty)
    whole = second.read_text()
    second.write_text(whole[: len(whole) // 2])
    assert "cannot be read as a list of what was erased" in target.refused("restore", yesterday)
    assert target.rows("SELECT FROM pg_class WHERE relname = 'communications_message'") == []
    second.write_text(whole)
    assert "4 messages that were erased since" in target.run("restore", yesterday)
    assert target.rows("SELECT count(*) FROM communications_message") == [(49,)]
    assert target.rows("SELECT count(*) FROM communications_conversation") == [(1,)]


def test_what_cannot_be_read_in_the_middle_is_said_when_the_programs_are_gone_at_once(
    target: Place, yesterday: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And not that nobody reads what was still on its way to them."""
    kill = subprocess.Popen.kill

    def kill_and_wait(program: subprocess.Popen[bytes]) -> None:
        kill(program)
        program.wait()

    def unreadable() -> Iterator[Mark]:
        yield Mark("00", "00", "2026-11-29T12:00:00+00:00")
        raise BackupError("the list cannot be read")

    monkeypatch.setattr(subprocess.Popen, "kill", kill_and_wait)
    parameters = psycopg.conninfo.conninfo_to_dict(target.owner_url)
    with psycopg.connect(target.owner_url) as connection:
        version = connection.info.server_version // 10_000
    with backup_open(yesterday) as backup, pytest.raises(BackupError, match="the list cannot be read"):
        restore_run(
            backup, parameters, server_version=version, on_bytes=lambda _more: None, erased=unreadable()
        )


def test_nothing_is_replaced_without_a_word_or_under_a_running_server(target: Place, yesterday: Path) -> None:
    target.run("restore", yesterday)
    target.rows("UPDATE communications_message SET text = 'later'")
    assert "not empty (1 people, 1 accounts, 53 messages)" in target.refused("restore", yesterday)
    server = target.web()
    assert "in use (landline" in target.refused("restore", yesterday, "--replace")
    server.stop()
    assert target.rows("SELECT DISTINCT text FROM communications_message") == [("later",)]


def test_killed_in_the_middle_the_old_database_stands_and_completed_it_is_another_one(
    target: Place, yesterday: Path
) -> None:
    """The browser's copy as well: its cursor goes on in the first case, and is refused in the second."""
    target.run("restore", yesterday)
    epoch, seen = asyncio.run(standing(target))
    assert asyncio.run(news(target, seen)).is_empty
    target.rows("UPDATE communications_message SET text = 'later'")
    orphan = target.media("cd/" + 32 * "c")
    orphan.parent.mkdir()
    orphan.write_bytes(b"known to the database of today only")
    waiting = "SELECT pid FROM pg_stat_activity WHERE application_name = 'landline restore' AND wait_event_type = 'Lock'"
    with psycopg.connect(target.owner_url) as holder:
        holder.execute("LOCK communications_message IN ACCESS SHARE MODE")
        process = target.start("restore", yesterday, "--replace")
        while not target.rows(waiting):
            assert process.popen.poll() is None, process.output
        process.kill()
        for (backend,) in target.rows(waiting):
            target.rows("SELECT pg_terminate_backend(%s, 60000)", backend)
    assert target.rows("SELECT DISTINCT text FROM communications_message") == [("later",)]
    assert not asyncio.run(news(target, seen)).is_empty
    assert orphan.exists()

    target.run("restore", yesterday, "--replace")
    assert target.rows("SELECT count(*) FROM communications_message WHERE text = 'later'") == [(0,)]
    assert asyncio.run(standing(target))[0] != epoch
    with pytest.raises(CursorRefused):
        asyncio.run(news(target, seen))
    assert not orphan.exists()


def test_until_a_restore_is_completed_no_server_starts(target: Place, yesterday: Path) -> None:
    blocked = target.data_dir / "media"
    blocked.write_text("a file where the folder should be")
    assert "its files could not be written" in target.refused("restore", yesterday)
    for said in target.refused_together([["worker"], ["web"], ["backup"]]):
        assert "was interrupted" in said
    blocked.unlink()
    target.run("restore", yesterday, "--replace")
    assert target.media(PICTURE_KEY).read_bytes() == PICTURE
