"""Group commit: the batch is whatever queued while the previous one was being saved."""

import asyncio
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from typing import Final

import psycopg
import structlog
from psycopg_pool import PoolTimeout

from communications.errors import Unsaved
from communications.ingest.record import Connections, record
from communications.schemas.deliveries import Delivery
from communications.webhooks.deadlines import Deadlines

log = structlog.get_logger(__name__)

BATCH_MAX_DELIVERIES: Final = 256
BATCH_MAX_BYTES: Final = 8_000_000
QUEUE_MAX_DELIVERIES: Final = 10_000
QUEUE_MAX_BYTES: Final = 256_000_000
RECONNECT_PAUSE_SECONDS: Final = 0.1


OnSaved = Callable[[Sequence[Delivery], Counter[str]], None]


class QueueFull(Unsaved):
    """More is waiting than a server can promise to save in time."""

    code = "queue_full"


class Waiting:
    """A delivery in the queue: ``saved`` resolves after the commit that holds it, or fails with ``Unsaved``."""

    __slots__ = ("deadline", "delivery", "saved")

    def __init__(self, delivery: Delivery, deadline: float) -> None:
        self.delivery = delivery
        self.deadline = deadline
        self.saved: asyncio.Future[None] = asyncio.get_running_loop().create_future()


class Batcher:
    """Saves deliveries in batches, one batch at a time, drawn round-robin over the accounts that wait."""

    def __init__(self, connections: Connections, *, on_saved: OnSaved) -> None:
        self._connections = connections
        self._on_saved = on_saved
        self._queues: dict[str, deque[Waiting]] = {}
        self._turns: deque[str] = deque()
        self._waiting = 0
        self._waiting_bytes = 0
        self._something_waits = asyncio.Event()
        self._closing = False
        self._deadlines = Deadlines()
        self._writer = asyncio.create_task(self._write(), name="webhook batch writer")

    def submit(self, delivery: Delivery, *, within_seconds: float) -> asyncio.Future[None]:
        """Queues a delivery; the future resolves once it is committed, and fails with ``Late`` where that takes too long.

        Raises ``QueueFull`` at once where it could not be saved within reason.
        """
        if self._waiting >= QUEUE_MAX_DELIVERIES or self._waiting_bytes >= QUEUE_MAX_BYTES or self._closing:
            raise QueueFull
        waiting = Waiting(delivery, time.monotonic() + within_seconds)
        queue = self._queues.get(delivery.account)
        if queue is None:
            queue = self._queues[delivery.account] = deque()
            self._turns.append(delivery.account)
        queue.append(waiting)
        self._waiting += 1
        self._waiting_bytes += delivery.size_bytes
        self._something_waits.set()
        self._deadlines.watch(waiting.saved, within_seconds=within_seconds)
        return waiting.saved

    async def close(self) -> None:
        """Saves what waits, answers it, and ends the writer."""
        self._closing = True
        self._something_waits.set()
        await self._writer
        self._deadlines.close()

    async def _write(self) -> None:
        while True:
            await self._something_waits.wait()
            batch = self._draw()
            if not batch:
                if self._closing:
                    return
                self._something_waits.clear()
                continue
            await self._save(batch)

    def _draw(self) -> list[Waiting]:
        batch: list[Waiting] = []
        size = 0
        while self._turns and len(batch) < BATCH_MAX_DELIVERIES and size < BATCH_MAX_BYTES:
            account = self._turns.popleft()
            queue = self._queues[account]
            waiting = queue.popleft()
            if queue:
                self._turns.append(account)
            else:
                del self._queues[account]
            batch.append(waiting)
            size += waiting.delivery.size_bytes
        self._waiting -= len(batch)
        self._waiting_bytes -= size
        return batch

    async def _save(self, batch: list[Waiting]) -> None:
        outcomes = await self._record(batch)
        if outcomes is None:
            return
        self._answer(batch, None)
        try:
            self._on_saved([waiting.delivery for waiting in batch], outcomes)
        except Exception:
            log.exception("batch_saved_but_not_announced")

    async def _record(self, batch: list[Waiting]) -> Counter[str] | None:
        """The outcomes, or ``None`` once the batch was answered as not saved.

        A lost connection is tried again until the batch's last deadline: ids make repeating harmless.
        """
        deliveries = [waiting.delivery for waiting in batch]
        last_deadline = max(waiting.deadline for waiting in batch)
        while True:
            try:
                return await record(self._connections, deliveries)
            except (psycopg.OperationalError, PoolTimeout) as error:
                if time.monotonic() >= last_deadline:
                    self._answer(batch, Unsaved(type(error).__name__))
                    return None
                await asyncio.sleep(RECONNECT_PAUSE_SECONDS)
            except Unsaved as error:
                self._answer(batch, error)
                return None
            except Exception as error:
                log.exception("batch_unsaved", deliveries=len(batch))
                self._answer(batch, Unsaved(type(error).__name__))
                return None

    @staticmethod
    def _answer(batch: list[Waiting], failure: Unsaved | None) -> None:
        for waiting in batch:
            if waiting.saved.done():
                continue
            if failure is None:
                waiting.saved.set_result(None)
            else:
                waiting.saved.set_exception(failure)
