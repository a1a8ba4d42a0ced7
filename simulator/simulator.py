"""The simulator as one object: an API on a port, webhooks going out, and the hand that moves its people."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Self

from simulator.acts import Acts
from simulator.api.service import Service
from simulator.application import Application
from simulator.calls import Calls
from simulator.changes import Changes
from simulator.faults import Faults
from simulator.habits import Echo, Habits
from simulator.identifiers import Identifiers
from simulator.moments import Clock, epoch_milliseconds, utc_now
from simulator.page.control import Control
from simulator.page.site import ClosedSite, PlaySite
from simulator.scenarios import SCENARIOS
from simulator.scenarios.stage import Stage
from simulator.scenarios.trickle import Trickle
from simulator.sent import SentRecord
from simulator.web.server import HttpServer
from simulator.webhooks.deliveries import ANSWER_TIMEOUT_SECONDS, RETRY_DELAYS_SECONDS, Deliveries
from simulator.webhooks.registrations import EVENTS
from simulator.world import World

logger = logging.getLogger("simulator")

PAST_MAX = 1 << 19
"""More messages than any scenario's past has; what is made later is numbered after them."""

LOOPBACK = frozenset(("127.0.0.1", "::1", "localhost"))


class Simulator(Acts):
    """A local Unipile.

        async with Simulator(seed=1) as sim:
            account = sim.account()
            sim.webhook(receiver_url, "secret")
            chat = sim.direct_chat(sim.contact(account, "Ana", phone_number="+34600000118"))
            sim.customer_writes(chat, "Hola")
            await sim.settled()

    `seed` and `scenario` decide what exists; equal ones give equal ids. `born` dates the scenario's past
    and keeps the ids of this run apart from those of others (for a process that is started again and
    again); without it the past ends now and ids depend on the seed alone. `webhook_url` registers one webhook
    of each source, before anything happens; with `receiver_patience_seconds` nothing leaves before somebody
    listens there. `pace` speeds up a lively scenario. Accepted sends are on record in `sent`, and as lines in the file
    `record`. The page is served on loopback addresses only.
    """

    def __init__(
        self,
        *,
        seed: int = 1,
        scenario: str = "empty",
        api_key: str = "simulator-key",
        host: str = "127.0.0.1",
        port: int = 0,
        webhook_url: str | None = None,
        webhook_secret: str | None = None,
        retry_delays_seconds: Sequence[float] = RETRY_DELAYS_SECONDS,
        answer_timeout_seconds: float = ANSWER_TIMEOUT_SECONDS,
        echo: Echo = Echo.AFTER,
        receiver_patience_seconds: float = 0.0,
        clock: Clock = utc_now,
        born: datetime | None = None,
        pace: float = 1.0,
        chats: int = 20_000,
        messages: int = 1_000_000,
        latency_seconds: float = 0.0,
        record: Path | None = None,
    ) -> None:
        world = World(Identifiers(seed), lambda: clock() + timedelta(seconds=self.habits.clock_skew_seconds))
        super().__init__(world, Changes(world))
        self.api_key = api_key
        self.calls = Calls()
        self.faults = Faults()
        self.deliveries = Deliveries(
            world,
            clock,
            retry_delays_seconds=retry_delays_seconds,
            answer_timeout_seconds=answer_timeout_seconds,
            rng=Random(f"{seed}:deliveries"),
        )
        self.changes.listen(self.deliveries.tell)
        self.sent = SentRecord(record)
        self.service = Service(
            world,
            self.changes,
            self.deliveries,
            Random(seed),
            self.sent,
            Habits(echo=echo, latency_seconds=latency_seconds),
        )
        self.hosted = self.service.hosted
        self.connecting = self.service.connecting
        self.importing = self.service.importing
        self._seed, self._scenario, self._born, self._pace = seed, SCENARIOS[scenario], born, pace
        self._town = (chats, messages)
        self._webhook = (webhook_url, webhook_secret)
        self._patience_seconds = receiver_patience_seconds
        self._host = host
        self._server = HttpServer(host, port)
        control = Control(self.service, self.faults, self.calls)
        self._site = (
            PlaySite(self, self.deliveries, self.hosted, control) if host in LOOPBACK else ClosedSite()
        )
        self.application = Application(
            self.service,
            self._site,
            calls=self.calls,
            faults=self.faults,
            connections=self._server.connections,
            clock=clock,
            api_key=api_key,
        )
        self._tasks: list[asyncio.Task[None]] = []
        self.port = port

    @property
    def habits(self) -> Habits:
        """How the service behaves; assign to change it."""
        return self.service.habits

    @habits.setter
    def habits(self, habits: Habits) -> None:
        self.service.habits = habits

    @property
    def url(self) -> str:
        """The origin; the API is below `/api/v1`."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self.port}"

    async def start(self) -> None:
        """Listen, then let the scenario begin; raises OSError when the port is taken."""
        self.port = await self._server.start(self.application)
        self.deliveries.start()
        url, secret = self._webhook
        if url is not None:
            for source, events in EVENTS.items():
                self.webhook(url, secret, source=source, events=events)
            if self._patience_seconds:
                self.deliveries.hold()
                self._background(self.deliveries.release_when_heard(url, self._patience_seconds))
        self._begin()

    async def stop(self) -> None:
        """End everything; what waits for a retry is given up."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.importing.stop()
        self._site.close()
        await self._server.stop()
        await self.deliveries.stop()
        self.sent.close()

    async def settled(self, timeout_seconds: float = 10.0) -> None:
        """Wait until every webhook is delivered or given up; raises TimeoutError."""
        await self.deliveries.settled(timeout_seconds)

    async def __aenter__(self) -> Self:
        try:
            await self.start()
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    def _begin(self) -> None:
        identifiers, started = self.world.identifiers, self.world.clock()
        now, run = self._born or started, ""
        if self._born is not None:
            run = str(epoch_milliseconds(started))
            identifiers.continue_from(_first_number(self._born), "message", "attachment")
        chats, messages = self._town
        stage = Stage(self, now, Random(self._seed), self._seed, chats, messages)
        voices = self._scenario.load(stage)
        for account in self.world.accounts.values():
            account.created_at = now
        if self._born is not None:
            identifiers.continue_from(_first_number(started) + PAST_MAX)
        if self._scenario.lively:
            trickle = Trickle(self, voices, Random(f"{self._seed}:{run}"), pace=self._pace)
            self._background(trickle.run())

    def _background(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        task.add_done_callback(_report_failure)
        self._tasks.append(task)


def _first_number(moment: datetime) -> int:
    """A million numbers for each millisecond, so that runs cannot meet."""
    return epoch_milliseconds(moment) << 20


def _report_failure(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (failure := task.exception()) is not None:
        logger.error("The simulator's life stopped.", exc_info=failure)
