"""PostgreSQL is killed or restarted under load, in a cluster of its own that keeps what it has committed."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import tempfile
import uuid
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from landline.postgres import server as postgres
from landline.postgres.cluster import Cluster
from landline.postgres.roles import OWNER
from tests.processes import LandlineServer, Processes
from tests.webhooks.bodies import message_of_chat
from tests.webhooks.loader import Loader
from tests.webhooks.wire import patience

pytestmark = pytest.mark.alone


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    processes = Processes(tmp_path_factory.mktemp("programs"))
    yield processes
    processes.close()


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A durable cluster in a folder that the user PostgreSQL runs as can enter."""
    folder = Path(tempfile.mkdtemp(prefix="landline-test-gone-"))
    folder.chmod(0o711)
    with Cluster(folder, ends_with_us=True) as running:
        yield running
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def starter() -> Iterator[Executor]:
    """A thread to start PostgreSQL from: the kernel ends the server with the thread that made it."""
    with ThreadPoolExecutor(max_workers=1) as executor:
        yield executor


@pytest.fixture(scope="module")
def lasting_server(cluster: Cluster, programs: Processes) -> LandlineServer:
    """One server that lives through all that happens to its database here."""
    addresses = {"DATABASE_URL": cluster.url(), "LANDLINE_DATABASE_OWNER_URL": cluster.url(role=OWNER)}
    assert programs.start("migrate", **addresses).wait(seconds=120) == 0
    return programs.web(**addresses)


@pytest.fixture
def account(cluster: Cluster) -> str:
    """A channel of this test's own."""
    account = f"account-{uuid.uuid4()}"
    with psycopg.connect(cluster.url(role=OWNER), autocommit=True) as connection:
        connection.execute(
            "INSERT INTO communications_channel (provider, external_account_id, own_identities) "
            "VALUES ('whatsapp', %s, '{}')",
            (account,),
        )
    return account


def kill_postgres(cluster: Cluster) -> None:
    pid = postgres.live_postmaster(cluster.location)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)


def restart_postgres(cluster: Cluster) -> None:
    """A fast shutdown: clients are cut off."""
    pid = postgres.live_postmaster(cluster.location)
    assert pid is not None
    os.kill(pid, signal.SIGINT)


@pytest.mark.parametrize("case", ["d4 kill -9", "d5 fast restart"])
async def test_no_acknowledged_delivery_is_lost_with_the_database(
    cluster, starter, lasting_server, account, webhook_secret, case
):
    loader = Loader(lasting_server.port, webhook_secret, connections=30)
    bodies = [message_of_chat(number, chat=number % 50, account=account) for number in range(3_000)]
    sending = asyncio.create_task(loader.send_all(bodies))
    while len(loader.log.acknowledged) < 1_000:
        await asyncio.sleep(0.005)

    (kill_postgres if case.startswith("d4") else restart_postgres)(cluster)
    while 503 not in loader.log.statuses:
        await asyncio.sleep(0.02)
    await asyncio.get_running_loop().run_in_executor(starter, cluster.restart)
    async with asyncio.timeout(60):
        await sending

    assert set(loader.log.statuses) == {200, 503}
    assert all(refusal.headers["retry-after"] for refusal in loader.log.refusals)
    assert max(loader.log.seconds) < patience(3)
    assert lasting_server.popen.poll() is None
    with psycopg.connect(cluster.url(role=OWNER)) as connection:
        stored = dict(connection.execute("SELECT id, sha256 FROM communications_webhookdelivery").fetchall())
        [(put_off,)] = connection.execute(
            "SELECT count(*) FROM communications_webhookdelivery WHERE outcome = 'failed' "
            "AND reason LIKE 'busy: %%' AND external_account_id = %s",
            (account,),
        ).fetchall()
        [(messages,)] = connection.execute(
            "SELECT count(*) FROM communications_message AS message JOIN communications_channel AS channel "
            "ON channel.id = message.channel_id WHERE external_account_id = %s",
            (account,),
        ).fetchall()
    assert loader.log.acknowledged.items() <= stored.items()
    assert len(bodies) - put_off <= messages <= len(bodies)


async def test_d5_the_first_delivery_after_the_restart_is_answered_200(
    cluster, starter, lasting_server, account, webhook_secret
):
    before = Loader(lasting_server.port, webhook_secret, connections=1)
    await before.send_all([message_of_chat(1, account=account)])
    restart_postgres(cluster)
    await asyncio.get_running_loop().run_in_executor(starter, cluster.restart)
    after = Loader(lasting_server.port, webhook_secret, connections=1)
    await after.send_all([message_of_chat(2, account=account)])
    assert dict(after.log.statuses) == {200: 1}
    assert after.log.lost == 0
