"""Keeps the programs and the embedded database running until somebody asks to stop."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from django.conf import settings

from landline.bootstrap import announce
from landline.first_user import FirstLogin
from landline.kept_secrets import secret_make, secrets_folder
from landline.lifeline import Lifeline
from landline.postgres.cluster import Cluster
from landline.postgres.errors import ClusterError
from landline.supervisor.child import Child, ProgramFailedError
from landline.supervisor.programs import WEBHOOK_PATH, SimulatedUpstream, programs_for
from landline.supervisor.welcome import account_await, welcome

WATCH_SECONDS = 1.0
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def simulated_upstream() -> SimulatedUpstream:
    """The simulator gets the secret by a file: arguments are shown in the list of processes."""
    secret_file = secrets_folder(settings.LANDLINE_DATA_DIR) / "simulator_webhook_secret"
    secret_file.unlink(missing_ok=True)
    secret_make(secret_file, settings.LANDLINE_WEBHOOK_SECRETS[0])
    return SimulatedUpstream(
        bind=settings.LANDLINE_SIMULATOR_BIND,
        state_file=settings.LANDLINE_DATA_DIR / "simulator.json",
        webhook_url=f"{settings.LANDLINE_BIND.url}{WEBHOOK_PATH}",
        webhook_secret_file=secret_file,
    )


class Launcher:
    """Starts the programs side by side, restarts what ends, and stops all on a signal."""

    def __init__(
        self,
        cluster: Cluster | None,
        login: FirstLogin,
        *,
        with_simulator: bool,
        is_demo: bool,
        parent: int | None,
    ) -> None:
        self._cluster = cluster
        self._login = login
        self._with_simulator = with_simulator
        self._may_give_way = with_simulator and not is_demo
        self._parent = parent
        self._lifeline = Lifeline()
        self._stop_asked = asyncio.Event()
        simulated = simulated_upstream() if with_simulator else None
        programs = programs_for(os.environ, bind=settings.LANDLINE_BIND, simulated=simulated, is_demo=is_demo)
        self._children = [Child(program, self._lifeline, self._say) for program in programs]
        self._name_width = max(len(program.name) for program in programs)

    async def run(self) -> int:
        loop = asyncio.get_running_loop()
        for number in STOP_SIGNALS:
            # `nohup` has a closed terminal ignored.
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
                loop.add_signal_handler(number, self._stop_asked.set)
        working = asyncio.create_task(self._work())
        stop_asked = asyncio.create_task(self._stop_asked.wait())
        await asyncio.wait((working, stop_asked), return_when=asyncio.FIRST_COMPLETED)
        stop_asked.cancel()
        if self._stop_asked.is_set():
            announce("stopping")
        working.cancel()
        # The database is the caller's, and last.
        await asyncio.gather(*(child.stop() for child in self._children))
        try:
            await working
        except asyncio.CancelledError:
            return 0
        except (ProgramFailedError, ClusterError) as error:
            announce(str(error))
        return 1

    async def _work(self) -> None:
        await asyncio.gather(*(child.start() for child in self._children))
        await asyncio.gather(
            self._greet(), self._watch(), *(child.keep_running() for child in self._children)
        )

    async def _greet(self) -> None:
        account_id = await asyncio.to_thread(account_await, with_simulator=self._with_simulator)
        self._print(welcome(self._login, account_id, with_simulator=self._with_simulator))

    async def _watch(self) -> None:
        """Looks after the two processes whose end sends no signal: the database and the parent."""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            if self._cluster is not None and not self._cluster.is_running():
                announce("PostgreSQL ended; starting it again")
                await asyncio.to_thread(self._cluster.restart)
            if self._may_give_way and settings.LANDLINE_UPSTREAM.source() == "kept":
                self._may_give_way = False
                announce("a Unipile account is connected; the simulator gives way")
                await asyncio.gather(
                    *(child.stop() for child in self._children if child.program.module == "simulator")
                )
            if self._parent is not None and os.getppid() != self._parent:
                self._stop_asked.set()

    def _say(self, name: str, line: str) -> None:
        prefix = "" if settings.LANDLINE_LOG_FORMAT == "json" else f"{name:<{self._name_width}} | "
        self._print(f"{prefix}{line}\n")

    def _print(self, text: str) -> None:
        try:
            sys.stdout.write(text)
            sys.stdout.flush()
        except BrokenPipeError:
            # Nobody reads any more, as after `landline run | head`.
            sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
            self._stop_asked.set()
