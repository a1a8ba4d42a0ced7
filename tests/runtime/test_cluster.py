"""The embedded PostgreSQL: shared, killed, moved, refused. Every test uses a cluster of its own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from landline.postgres import binaries, location, roles, server
from landline.postgres.cluster import LEFT_TO_OTHERS, WITHOUT_DURABILITY, Cluster
from landline.postgres.errors import ClusterError
from landline.postgres.location import ServerUser
from landline.postgres.roles import OWNER
from tests.processes import wait_until

is_root = os.geteuid() == 0

HOLDER = """
import sys, time
from pathlib import Path
from landline.postgres.cluster import Cluster
cluster = Cluster(Path(sys.argv[1]))
cluster.acquire()
print("holding", flush=True)
sys.stdin.read()
time.sleep(float(sys.argv[2]))
cluster.release()
"""


@pytest.fixture(scope="module")
def made_cluster() -> Iterator[Path]:
    """A stopped cluster to copy from: making one takes longer than any test here."""
    folder = reachable_folder()
    with Cluster(folder, settings=WITHOUT_DURABILITY):
        pass
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def data_dir(made_cluster: Path) -> Iterator[Path]:
    folder = reachable_folder()
    copy_cluster(made_cluster, folder)
    yield folder
    stop_by_force(folder)
    while LEFT_TO_OTHERS:
        LEFT_TO_OTHERS.pop().wait()
    shutil.rmtree(folder)


def reachable_folder() -> Path:
    """pytest's own temporary folders are closed to the user PostgreSQL runs as when the tests run as root."""
    folder = Path(tempfile.mkdtemp(prefix="landline-cluster-"))
    folder.chmod(0o711)
    return folder


def copy_cluster(source: Path, target: Path) -> None:
    subprocess.run(["cp", "-a", str(source / "postgres"), str(target)], check=True)


def stop_by_force(data_dir: Path) -> None:
    pid = server.live_postmaster(location.locate(data_dir))
    if pid is not None:
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: server.live_postmaster(location.locate(data_dir)) is None)


def postmaster(cluster: Cluster) -> int | None:
    return server.live_postmaster(cluster.location)


def holder(data_dir: Path, *, seconds: float = 0, stdin: int) -> subprocess.Popen[str]:
    """A program that has the server until nothing more is to be read, and so much longer."""
    return subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(data_dir), str(seconds)],
        stdin=stdin,
        stdout=subprocess.PIPE,
        text=True,
    )


@contextmanager
def another_program(data_dir: Path) -> Iterator[subprocess.Popen[str]]:
    """It has the server inside, and ends after it."""
    with holder(data_dir, stdin=subprocess.PIPE) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "holding\n"
        yield program


def test_a_new_cluster_is_made_and_owned_by_the_server_user_only(made_cluster: Path) -> None:
    data = made_cluster / "postgres" / "data"
    status = data.stat()
    assert status.st_mode & 0o777 == 0o700
    assert (status.st_uid != 0) is True
    assert "data_checksum_version" not in (data / "postgresql.conf").read_text()


def test_the_server_listens_on_a_unix_socket_only(data_dir: Path) -> None:
    with Cluster(data_dir) as cluster, psycopg.connect(cluster.url(role=OWNER)) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert connection.execute("SHOW data_checksums").fetchone() == ("on",)
        assert connection.execute("SHOW fsync").fetchone() == ("on",)
        assert connection.execute("SHOW server_encoding").fetchone() == ("UTF8",)
        assert cluster.location.socket.stat().st_mode & 0o777 == 0o700


def test_two_users_share_one_server_and_the_last_stops_it(data_dir: Path) -> None:
    first, second = Cluster(data_dir), Cluster(data_dir)
    first.acquire()
    pid = postmaster(first)
    second.acquire()
    assert postmaster(second) == pid
    first.release()
    with psycopg.connect(second.url()) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("landline",)
    second.release()
    assert postmaster(second) is None


def test_a_second_program_joins_and_outlives_the_first(data_dir: Path) -> None:
    cluster = Cluster(data_dir)
    cluster.acquire()
    with another_program(data_dir) as other:
        cluster.release()
        assert postmaster(cluster) is not None
    assert other.returncode == 0
    assert postmaster(cluster) is None


def test_many_programs_come_and_go_at_once(data_dir: Path) -> None:
    programs = [holder(data_dir, seconds=pause, stdin=subprocess.DEVNULL) for pause in (0, 0, 0.1, 0.2, 0)]
    assert [program.communicate()[0] for program in programs] == ["holding\n"] * len(programs)
    assert [program.returncode for program in programs] == [0] * len(programs)
    assert server.live_postmaster(location.locate(data_dir)) is None


def test_a_server_that_cannot_be_made_ready_is_stopped_unless_others_use_it(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_url: str) -> None:
        raise ClusterError("the database cannot be made ready")

    cluster, other = Cluster(data_dir), Cluster(data_dir)
    with monkeypatch.context() as patched:
        patched.setattr(roles, "database_prepare", refuse)
        with pytest.raises(ClusterError, match="cannot be made ready"):
            cluster.acquire()
    assert not cluster.is_running()
    with other:
        with monkeypatch.context() as patched:
            patched.setattr(roles, "database_prepare", refuse)
            with pytest.raises(ClusterError, match="cannot be made ready"):
                cluster.acquire()
        assert other.is_running()


def test_a_server_left_by_a_killed_program_is_used_and_then_stopped(data_dir: Path) -> None:
    cluster = Cluster(data_dir)
    with another_program(data_dir) as killed:
        pid = postmaster(cluster)
        killed.kill()
    assert postmaster(cluster) == pid
    with cluster:
        assert postmaster(cluster) == pid
    assert postmaster(cluster) is None


def test_committed_rows_survive_kill_9_of_the_server(data_dir: Path) -> None:
    with Cluster(data_dir) as cluster:
        with psycopg.connect(cluster.url(role=OWNER), autocommit=True) as connection:
            connection.execute("CREATE TABLE kept (id int)")
            connection.execute("INSERT INTO kept SELECT generate_series(1, 1000)")
        pid = postmaster(cluster)
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not cluster.is_running())
        cluster.restart()
        with psycopg.connect(cluster.url(role=OWNER)) as connection:
            assert connection.execute("SELECT count(*) FROM kept").fetchone() == (1000,)
    assert not cluster.is_running()


def test_a_process_number_that_now_belongs_to_a_stranger_is_no_obstacle(data_dir: Path) -> None:
    cluster = Cluster(data_dir)
    cluster.acquire()
    pid = postmaster(cluster)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not cluster.is_running())
    cluster.release()
    pid_file = cluster.location.postmaster_pid_file
    pid_file.write_text(pid_file.read_text().replace(str(pid), str(os.getpid()), 1))
    (cluster.location.socket / ".s.PGSQL.5432.lock").write_text(f"{os.getpid()}\n")
    with Cluster(data_dir) as again, psycopg.connect(again.url()):
        assert postmaster(again) != os.getpid()


def test_data_of_another_version_get_one_sentence_with_the_way_out(data_dir: Path) -> None:
    (location.locate(data_dir).data / "PG_VERSION").write_text("13\n")
    with pytest.raises(ClusterError) as refused:
        Cluster(data_dir).acquire()
    sentence = str(refused.value)
    assert "\n" not in sentence
    assert "was written by PostgreSQL 13" in sentence
    assert "pg_dump" in sentence
    assert "pg_restore" in sentence


def test_an_interrupted_initdb_is_made_anew() -> None:
    folder = reachable_folder()
    try:
        unfinished = location.locate(folder).folder / "data.unfinished"
        unfinished.mkdir(parents=True)
        (unfinished / "half").touch()
        with Cluster(folder, settings=WITHOUT_DURABILITY) as cluster, psycopg.connect(cluster.url()):
            assert not unfinished.exists()
    finally:
        shutil.rmtree(folder)


def test_a_path_too_long_for_a_socket_gets_a_short_one(made_cluster: Path) -> None:
    top = reachable_folder()
    folder = top / ("long" * 30)
    folder.mkdir()
    try:
        copy_cluster(made_cluster, folder)
        with Cluster(folder) as cluster, psycopg.connect(cluster.url()):
            assert cluster.location.socket.parent == Path("/tmp")  # noqa: S108
            assert cluster.location.socket.stat().st_mode & 0o777 == 0o700
        cluster.location.socket.rmdir()
    finally:
        shutil.rmtree(top)


def test_a_socket_folder_prepared_by_somebody_else_is_refused(data_dir: Path) -> None:
    place = location.locate(data_dir).socket
    shutil.rmtree(place)
    place.symlink_to("/var")
    with pytest.raises(ClusterError, match="belongs to another user"):
        Cluster(data_dir).acquire()
    place.unlink()


@pytest.mark.skipif(is_root, reason="root may write everywhere")
def test_an_unwritable_folder_gets_one_sentence(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    with pytest.raises(ClusterError, match="set LANDLINE_DATA_DIR to a folder"):
        Cluster(closed / "var").acquire()


def test_a_folder_that_is_a_file_gets_one_sentence() -> None:
    folder = reachable_folder()
    (folder / "var").touch()
    try:
        with pytest.raises(ClusterError, match="set LANDLINE_DATA_DIR to a folder"):
            Cluster(folder / "var").acquire()
    finally:
        shutil.rmtree(folder)


@pytest.mark.skipif(not is_root, reason="only root hands the server to another user")
def test_below_a_closed_folder_the_cluster_moves_where_its_user_can_enter(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    closed, open_to_all = reachable_folder(), reachable_folder()
    closed.chmod(0o700)
    monkeypatch.setattr(location, "FOLDER_FOR_ROOT", open_to_all)
    said: list[str] = []
    try:
        with Cluster(closed / "var", settings=WITHOUT_DURABILITY, announce=said.append) as cluster:
            assert cluster.location.folder.parent == open_to_all
            with psycopg.connect(cluster.url()):
                pass
        assert str(cluster.location.folder) in said[0]
    finally:
        shutil.rmtree(closed)
        shutil.rmtree(open_to_all)


@pytest.mark.skipif(not is_root, reason="only root hands the server to another user")
def test_programs_below_a_closed_folder_are_copied_with_their_libraries_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Though two need them at the same moment."""
    closed, open_to_all = reachable_folder(), reachable_folder()
    monkeypatch.setattr(binaries, "FOLDER_FOR_ROOT", open_to_all)
    original = binaries.wheel_folders()[0]
    package = original.parent.parent
    try:
        shutil.copytree(original.parent, closed / package.name / original.parent.name, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        shutil.copytree(libraries, closed / libraries.name)
        closed.chmod(0o700)
        user = location.server_user(open_to_all)
        assert isinstance(user, ServerUser)
        place = closed / package.name / original.parent.name / "bin"
        with ThreadPoolExecutor() as executor:
            folder, same = executor.map(lambda _: binaries.folder_for(user, place), range(2))
        assert folder == same
        assert open_to_all in folder.parents
        shutil.rmtree(closed)
        told = subprocess.run(
            [str(folder / "initdb"), "--version"],
            user=user.uid,
            group=user.gid,
            extra_groups=[],
            capture_output=True,
            text=True,
            check=True,
            cwd="/",
        )
        assert "(PostgreSQL) 18" in told.stdout
    finally:
        shutil.rmtree(closed, ignore_errors=True)
        shutil.rmtree(open_to_all)


def test_without_the_wheel_the_systems_postgresql_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    newest = binaries.system_folders()
    monkeypatch.setattr(binaries, "wheel_folders", list)
    if newest and (binaries.major_version(newest[0]) or 0) >= binaries.OLDEST_MAJOR_VERSION:
        assert binaries.find_binaries(None).folder == newest[0]
    else:
        with pytest.raises(ClusterError, match="No PostgreSQL 15 or newer"):
            binaries.find_binaries(None)


def test_no_postgresql_at_all_gets_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "wheel_folders", list)
    monkeypatch.setattr(binaries, "system_folders", list)
    with pytest.raises(ClusterError, match="set DATABASE_URL to a server"):
        binaries.find_binaries(None)
