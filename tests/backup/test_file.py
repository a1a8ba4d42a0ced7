"""The file of a backup: whole or not there, and nothing else is taken for one."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from landline.backup.manifest import Manifest
from landline.backup.reading import backup_open
from landline.backup.writing import DUMP, MANIFEST, MEDIA, backup_file
from tests.backup.place import Place
from tests.backup.rows import PICTURE, PICTURE_KEY, inhabit


def changed(file: Path, path: Path, change: Callable[[Manifest], Manifest]) -> Path:
    """The same backup with another manifest, at ``path``."""
    with backup_open(file) as backup, backup_file(path) as writer:
        for member in backup.members():
            content = b"".join(backup.portions(member))
            if member.name == MANIFEST:
                content = msgspec.json.encode(change(backup.manifest))
            writer.add(member.name, io.BytesIO(content), lambda _more: None)
    return path


def damaged(file: Path, path: Path, name: str) -> Path:
    """The same backup with one byte of one member turned, at ``path``."""
    content = bytearray(file.read_bytes())
    with tarfile.open(file) as archive:
        member = archive.getmember(name)
    content[member.offset_data + member.size // 2] ^= 1
    path.write_bytes(content)
    return path


def test_whatever_is_no_whole_backup_changes_nothing(target: Place, yesterday: Path, tmp_path: Path) -> None:
    with tarfile.open(yesterday) as archive:
        assert archive.getnames() == [
            DUMP,
            MEDIA + PICTURE_KEY,
            f"{MEDIA}{PICTURE_KEY}.thumbnail",
            MANIFEST,
        ]
    whole = yesterday.read_bytes()
    cut, letter, other = tmp_path / "cut.tar", tmp_path / "letter.txt", tmp_path / "other.tar"
    cut.write_bytes(whole[: len(whole) // 2])
    letter.write_text("Dear Ana, " * 200)
    with tarfile.open(other, "w") as archive:
        archive.add(letter, "letter.txt")
    expected = {
        cut: "is not a whole backup",
        letter: "is no backup of Landline",
        other: "is no",
        tmp_path / "missing.tar": "cannot be read (No such file or directory)",
    }
    said = target.refused_together([["restore", path] for path in expected])
    for sentence, output in zip(expected.values(), said, strict=True):
        assert sentence in output
    turned = damaged(yesterday, tmp_path / "picture.tar", MEDIA + PICTURE_KEY)
    assert "its files are not those that were written" in target.refused("backup", "--verify", turned)
    turned = damaged(yesterday, tmp_path / "database.tar", DUMP)
    assert "its database is not what was written" in target.refused("restore", turned)
    assert target.rows("SELECT FROM pg_class WHERE relname = 'communications_message'") == []


def test_every_length_of_a_cut_file_is_noticed(yesterday: Path, tmp_path: Path) -> None:
    from landline.backup.errors import DamagedBackup

    whole = yesterday.read_bytes()
    cut = tmp_path / "cut.tar"
    with tarfile.open(yesterday) as archive:
        last = archive.getmember(MANIFEST)
        edges = [edge for held in archive.getmembers() for edge in (held.offset, held.offset_data)]
    end = last.offset_data + last.size
    for length in {0, 1, 511, *edges, *(edge + 700 for edge in edges), end - 1} - {end + 700}:
        if length >= end:
            continue
        cut.write_bytes(whole[:length])
        with pytest.raises(DamagedBackup), backup_open(cut):
            pass


def test_a_restored_row_that_differs_takes_everything_back(
    target: Place, yesterday: Path, tmp_path: Path
) -> None:

    def one_row_other(manifest: Manifest) -> Manifest:
        table = manifest.tables["communications_message"]
        other = msgspec.structs.replace(table, digest=str(int(table.digest) + 1))
        return msgspec.structs.replace(manifest, tables={**manifest.tables, "communications_message": other})

    wrong = changed(yesterday, tmp_path / "wrong.tar", one_row_other)
    said = "table communications_message differs from what was backed up"
    for output in target.refused_together([["backup", "--verify", wrong], ["restore", wrong]]):
        assert said in output
    assert target.rows("SELECT FROM pg_class WHERE relname = 'communications_message'") == []


def test_a_backup_of_a_newer_version_is_refused_in_words(
    target: Place, yesterday: Path, tmp_path: Path
) -> None:

    def newer_schema(manifest: Manifest) -> Manifest:
        migrations = (*manifest.migrations, ("communications", "0099_later"))
        return msgspec.structs.replace(manifest, migrations=migrations)

    def newer_server(manifest: Manifest) -> Manifest:
        return msgspec.structs.replace(manifest, postgresql=99)

    def newer_format(manifest: Manifest) -> Manifest:
        return msgspec.structs.replace(manifest, format=2)

    expected = {
        changed(yesterday, tmp_path / "schema.tar", newer_schema): (
            "whose schema is newer than this version's (communications.0099_later)"
        ),
        changed(yesterday, tmp_path / "format.tar", newer_format): "was made by a newer Landline",
    }
    said = target.refused_together([["restore", path] for path in expected])
    for sentence, output in zip(expected.values(), said, strict=True):
        assert sentence in output
    assert "restore it on 99 or newer" in target.refused(
        "restore", changed(yesterday, tmp_path / "server.tar", newer_server)
    )


def test_a_backup_that_does_not_end_leaves_nothing_half(source: Place, tmp_path: Path) -> None:
    inhabit(source)
    folder = tmp_path / "kept"
    folder.mkdir()
    file = folder / "backup.tar"
    picture = source.media(PICTURE_KEY)
    held = picture.read_bytes()
    picture.unlink()
    # Whoever reads it waits for a writer that never comes.
    os.mkfifo(picture)
    for number, left in ((signal.SIGTERM, []), (signal.SIGKILL, [".backup.tar.landline-unfinished"])):
        process = source.start("backup", file)
        unfinished = folder / ".backup.tar.landline-unfinished"
        while not (unfinished.exists() and unfinished.stat().st_size):
            assert process.popen.poll() is None, process.output
            time.sleep(0.01)
        process.popen.send_signal(number)
        process.wait()
        assert [path.name for path in folder.iterdir()] == left
    picture.unlink()
    picture.write_bytes(held)
    source.run("backup", file)
    assert [path.name for path in folder.iterdir()] == ["backup.tar"]
    assert "exists already" in source.refused("backup", file)


def test_a_full_disk_is_said_and_leaves_nothing(source: Place, tmp_path: Path) -> None:
    inhabit(source)
    folder = tmp_path / "kept"
    folder.mkdir()
    limited = subprocess.run(
        [
            "bash",
            "-c",
            'ulimit -f 8; exec "$@"',
            "bash",
            sys.executable,
            "-m",
            "landline",
            "backup",
            folder / "b.tar",
        ],
        env={**os.environ, **source.variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert limited.returncode == 1, limited.stderr
    assert "could not be written (File too large). No backup was made." in limited.stderr
    assert list(folder.iterdir()) == []


def test_files_that_are_gone_or_other_are_named(source: Place, tmp_path: Path) -> None:
    inhabit(source)
    file = tmp_path / "backup.tar"
    source.media(PICTURE_KEY).write_bytes(b"other")
    source.media(f"{PICTURE_KEY}.thumbnail").unlink()
    told = source.run("backup", file)
    assert f"1 files are not what was stored and are not in the backup: {PICTURE_KEY}\n" in told
    assert "1 files are not where they should be" in told
    assert "2 files could not be read when it was made" in source.run("backup", "--verify", file)


def test_files_in_a_storage_elsewhere_are_taken_along_and_brought_back(
    source: Place, target: Place, tmp_path: Path
) -> None:
    inhabit(source)
    file, stranger = tmp_path / "backup.tar", Path("cd") / ("c" * 32)
    for place in (source, target):
        bucket = place.data_dir / "bucket"
        place.variables["LANDLINE_MEDIA_STORAGE"] = "tests.backup.bucket.Bucket"
        place.variables["LANDLINE_MEDIA_STORAGE_OPTIONS"] = msgspec.json.encode(
            {"place": str(bucket)}
        ).decode()
    source.media("").rename(source.data_dir / "bucket")
    assert "2 files" in source.run("backup", file)
    assert "2 files are what was" in source.run("backup", "--verify", file)

    bucket = target.data_dir / "bucket"
    (bucket / stranger).parent.mkdir(parents=True)
    (bucket / stranger).write_bytes(b"of another installation")
    target.run("restore", file)
    assert (bucket / PICTURE_KEY).read_bytes() == PICTURE
    assert (bucket / f"{PICTURE_KEY}.thumbnail").read_bytes() == b"small"
    assert (bucket / stranger).exists()

    (bucket / "out of reach").touch()
    assert "could not be written (it cannot be reached)" in target.refused("restore", file, "--replace")
    (source.data_dir / "bucket" / "out of reach").touch()
    refusal = source.refused("backup", tmp_path / "second.tar")
    assert f"did not give {PICTURE_KEY} (it cannot be reached). No backup was made." in refusal
    assert list(tmp_path.glob("*second*")) == []
