"""The order of a start and of a stop: settings, ports, database, schema, people, programs, and back."""

from __future__ import annotations

import asyncio
import os
import signal
import sys

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from landline.bootstrap import announce, embedded_cluster, process_prepare, terminate_by_exception
from landline.environment import Environment
from landline.first_user import FirstLogin, first_user_make
from landline.kept_secrets import random_secret_key, random_webhook_secret, secret_make, secrets_folder
from landline.lifeline import Lifeline
from landline.listening import port_check
from landline.postgres.cluster import Cluster
from landline.postgres.errors import ClusterError
from landline.preflight import database_check
from landline.supervisor.child import Child, ProgramFailedError
from landline.supervisor.programs import programs_for
from landline.supervisor.welcome import welcome

WATCH_SECONDS = 1.0
# An invented world never shares a database, an account or a key with a real one.
REAL_WORLD_VARIABLES = (
    "DATABASE_URL",
    "LANDLINE_DATABASE_OWNER_URL",
    "UNIPILE_DSN",
    "UNIPILE_API_KEY",
    "UNIPILE_API_KEY_FILE",
    "PUBLIC_URL",
)


def run(*, demo: bool, stop_with_parent: bool) -> int:
    """Starts everything and stays until SIGINT or SIGTERM; returns the exit code."""
    parent = os.getppid() if stop_with_parent else None
    terminate_by_exception()
    environment = process_prepare("owner")
    if demo:
        demo_world_choose(environment)
    own_secrets_make(environment)
    django.setup()
    with_simulator = demo or not settings.LANDLINE_UPSTREAM.is_configured()
    if not with_simulator:
        settings.LANDLINE_UPSTREAM.credentials()
    port_check(settings.LANDLINE_BIND, variable="LANDLINE_BIND")
    if with_simulator:
        port_check(settings.LANDLINE_SIMULATOR_BIND, variable="LANDLINE_SIMULATOR_BIND")
    cluster = embedded_cluster(environment)
    if cluster is not None:
        cluster.acquire()
    try:
        login = database_prepare()
        launcher = Launcher(cluster, login, with_simulator=with_simulator, parent=parent)
        return asyncio.run(launcher.run())
    finally:
        if cluster is not None:
            cluster.release()


def demo_world_choose(environment: Environment) -> None:
    for name in REAL_WORLD_VARIABLES:
        os.environ.pop(name, None)
    data_dir = environment.folder("LANDLINE_DATA_DIR", default="var") / "demo"
    os.environ["LANDLINE_DATA_DIR"] = str(data_dir)


def own_secrets_make(environment: Environment) -> None:
    """Makes the secrets nobody has given, once."""
    folder = secrets_folder(environment.folder("LANDLINE_DATA_DIR", default="var"))
    for name, make in (
        ("LANDLINE_SECRET_KEY", random_secret_key),
        ("LANDLINE_WEBHOOK_SECRET", random_webhook_secret),
    ):
        if environment.text(name) is None and environment.text(f"{name}_FILE") is None:
            secret_make(folder / name.removeprefix("LANDLINE_").lower(), make())


def database_prepare() -> FirstLogin:
    database_check()
    call_command("migrate", verbosity=0, interactive=False)
    login = first_user_make(secrets_folder(settings.LANDLINE_DATA_DIR))
    connections.close_all()
    return login


class Launcher:
    """Keeps the programs and the embedded database running until a signal comes."""

    def __init__(
        self, cluster: Cluster | None, login: FirstLogin, *, with_simulator: bool, parent: int | None
    ) -> None:
        self._cluster = cluster
        self._login = login
        self._with_simulator = with_simulator
        self._parent = parent
        self._lifeline = Lifeline()
        self._stop_asked = asyncio.Event()
        programs = programs_for(
            os.environ,
            bind=settings.LANDLINE_BIND,
            simulator_bind=settings.LANDLINE_SIMULATOR_BIND if with_simulator else None,
            webhook_secret=settings.LANDLINE_WEBHOOK_SECRETS[0],
        )
        self._children = [Child(program, self._lifeline, self._say) for program in programs]
        self._name_width = max(len(program.name) for program in programs)

    async def run(self) -> int:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._stop_asked.set)
        working = asyncio.create_task(self._work())
        stop_asked = asyncio.create_task(self._stop_asked.wait())
        await asyncio.wait((working, stop_asked), return_when=asyncio.FIRST_COMPLETED)
        stop_asked.cancel()
        if self._stop_asked.is_set():
            announce("stopping")
        working.cancel()
        # The sender of deliveries first, then who writes; the database is the caller's, and last.
        for child in reversed(self._children):
            await child.stop()
        try:
            await working
        except asyncio.CancelledError:
            return 0
        except (ProgramFailedError, ClusterError) as error:
            announce(str(error))
        return 1

    async def _work(self) -> None:
        for child in self._children:
            await child.start()
        sys.stdout.write(welcome(self._login, with_simulator=self._with_simulator))
        sys.stdout.flush()
        await asyncio.gather(self._watch(), *(child.keep_running() for child in self._children))

    async def _watch(self) -> None:
        """Looks after the two processes whose end sends no signal: the database and the parent."""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            if self._cluster is not None and not self._cluster.is_running():
                announce("PostgreSQL ended; starting it again")
                await asyncio.to_thread(self._cluster.restart)
            if self._parent is not None and os.getppid() != self._parent:
                self._stop_asked.set()

    def _say(self, name: str, line: str) -> None:
        prefix = "" if settings.LANDLINE_LOG_FORMAT == "json" else f"{name:<{self._name_width}} | "
        sys.stdout.write(f"{prefix}{line}\n")
        sys.stdout.flush()
