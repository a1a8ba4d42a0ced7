"""Delivering webhooks as the live service does.

A POST of JSON labelled `application/x-www-form-urlencoded` (unless the webhook's own headers say
otherwise), headers of axios, the webhook's static headers. Only the status 200 within 30 s is success;
anything else is tried again five times, with growing pauses, and then given up. Deliveries overtake each
other. The pauses of the service are not published.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Literal
from urllib.parse import urlsplit

import aiohttp
import msgspec

from simulator.dialects import dialect_drawn
from simulator.happenings import Happening
from simulator.model import Webhook
from simulator.moments import Clock
from simulator.webhooks.envelopes import webhook_body
from simulator.webhooks.registrations import listeners
from simulator.webhooks.troubles import NO_TROUBLE, Fate
from simulator.world import World

RETRY_DELAYS_SECONDS = (10.0, 60.0, 300.0, 900.0, 3600.0)
ANSWER_TIMEOUT_SECONDS = 30.0
AT_ONCE = 16
RECEIVER_CHECK_SECONDS = 0.2
KEPT = 50_000
ANSWER_KEPT_BYTES = 2000

_AXIOS_HEADERS = {
    "accept": "application/json, text/plain, */*",
    "content-type": "application/x-www-form-urlencoded",
    "user-agent": "axios/1.7.7",
    "accept-encoding": "gzip, compress, deflate, br",
}


@dataclass(frozen=True, slots=True)
class Try:
    """One attempt: a `status` with the start of the answer, or an `error` when there was none."""

    at: datetime
    seconds: float
    status: int | None
    answer: str
    error: str | None


@dataclass(slots=True, eq=False)
class Delivery:
    """One body for one webhook, or with `webhook_id` None for the URL of a hosted connection.

    `state` is `waiting` until it is `delivered` (200), `lost` (given up) or `dropped` (never sent, on demand).
    """

    number: int
    webhook_id: str | None
    url: str
    event: str
    account_id: str
    headers: dict[str, str]
    body: bytes
    chat_id: str | None = None
    message_id: str | None = None
    pause_seconds: float = 0.0
    tries: list[Try] = field(default_factory=list)
    state: Literal["waiting", "delivered", "lost", "dropped"] = "waiting"
    tried: asyncio.Event = field(default_factory=asyncio.Event)


class Deliveries:
    """All deliveries, in the order of what they tell; the newest `KEPT` stay on record."""

    def __init__(
        self,
        world: World,
        clock: Clock,
        *,
        retry_delays_seconds: Sequence[float] = RETRY_DELAYS_SECONDS,
        answer_timeout_seconds: float = ANSWER_TIMEOUT_SECONDS,
        rng: Random | None = None,
    ) -> None:
        self.trouble = NO_TROUBLE
        self._rng = rng or Random(0)
        self._world = world
        self._clock = clock
        self._retry_delays = tuple(retry_delays_seconds)
        self._timeout = aiohttp.ClientTimeout(total=answer_timeout_seconds)
        self._record: deque[Delivery] = deque(maxlen=KEPT)
        self._tasks: set[asyncio.Task[None]] = set()
        self._at_once = asyncio.Semaphore(AT_ONCE)
        self._session: aiohttp.ClientSession | None = None
        self._listeners: list[Callable[[Delivery], None]] = []
        self._numbered = 0
        self._open = asyncio.Event()
        self._open.set()

    def __iter__(self) -> Iterator[Delivery]:
        return iter(tuple(self._record))

    def __len__(self) -> int:
        return len(self._record)

    def of(self, message_id: str, event: str | None = None) -> list[Delivery]:
        """The deliveries that tell of a message, of one `event` or of any."""
        return [one for one in self._record if one.message_id == message_id and event in {None, one.event}]

    def listen(self, listener: Callable[[Delivery], None]) -> None:
        """Call `listener` when a delivery begins and after each try."""
        self._listeners.append(listener)

    def start(self) -> None:
        """Open the HTTP client."""
        self._session = aiohttp.ClientSession(
            timeout=self._timeout,
            cookie_jar=aiohttp.DummyCookieJar(),
            connector=aiohttp.TCPConnector(limit=AT_ONCE),
            auto_decompress=False,
        )

    def hold(self) -> None:
        """Let nothing leave until `release_when_heard` ends."""
        self._open.clear()

    async def release_when_heard(self, url: str, patience_seconds: float) -> None:
        """Let everything leave once somebody listens at `url`, or when patience ends.

        The service is not so kind; but whoever starts it together with its receiver would otherwise wait for
        the first retries.
        """
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        for _ in range(int(patience_seconds / RECEIVER_CHECK_SECONDS)):
            if await _listens(host, port):
                break
            await asyncio.sleep(RECEIVER_CHECK_SECONDS)
        self._open.set()

    async def stop(self) -> None:
        """Give up what is under way and close the client."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    def tell(self, happening: Happening) -> None:
        """Begin a delivery for each webhook that is to hear of `happening`, and for its mirror's; the body is of
        this moment.
        """
        if happening.untold:
            return
        account = happening.account
        dialect = dialect_drawn(self._rng) if account.dialect.drawn else account.dialect
        for webhook in listeners(self._world, happening):
            for account_id in filter(None, (account.id, account.mirror_id)):
                body = webhook_body(happening, webhook, dialect, account_id)
                for fate in self.trouble.fates(self._rng):
                    self._begin(
                        self._delivery(happening, webhook, account_id, body, fate), dropped=fate.dropped
                    )

    def notify(self, url: str, account_id: str, document: Mapping[str, object]) -> None:
        """Tell the URL of a hosted connection how it ended; nothing but the URL says who asks."""
        self._numbered += 1
        body = msgspec.json.encode(document)
        headers = {**_AXIOS_HEADERS, "content-type": "application/json"}
        self._begin(Delivery(self._numbered, None, url, "hosted_auth_notify", account_id, headers, body))

    async def tried(self, message_id: str) -> None:
        """Wait until everything that tells of a message was tried at least once."""
        for delivery in self.of(message_id):
            await delivery.tried.wait()

    async def settled(self, timeout_seconds: float = 10.0) -> None:
        """Wait until nothing is waiting; raises TimeoutError."""
        async with asyncio.timeout(timeout_seconds):
            while self._tasks:
                await asyncio.gather(*self._tasks)

    def _begin(self, delivery: Delivery, *, dropped: bool = False) -> None:
        self._record.append(delivery)
        if dropped:
            delivery.state = "dropped"
            delivery.tried.set()
        self._report(delivery)
        if dropped:
            return
        task = asyncio.create_task(self._deliver(delivery), name=f"delivery-{delivery.number}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _delivery(
        self, happening: Happening, webhook: Webhook, account_id: str, body: bytes, fate: Fate
    ) -> Delivery:
        self._numbered += 1
        message = happening.message
        return Delivery(
            number=self._numbered,
            webhook_id=webhook.id,
            url=webhook.request_url,
            event=happening.event,
            account_id=account_id,
            headers=_headers(webhook),
            body=body,
            chat_id=message.chat.id if message else None,
            message_id=message.id if message else None,
            pause_seconds=happening.late_seconds + fate.pause_seconds,
        )

    async def _deliver(self, delivery: Delivery) -> None:
        pauses = (delivery.pause_seconds, *self._retry_delays)
        for number, pause in enumerate(pauses, 1):
            await asyncio.sleep(pause)
            await self._open.wait()
            if delivery.webhook_id is None or delivery.webhook_id in self._world.webhooks:
                async with self._at_once:
                    delivery.tries.append(await self._post(delivery))
                if delivery.tries[-1].status == 200:
                    delivery.state = "delivered"
                elif number == len(pauses):
                    delivery.state = "lost"
            else:
                delivery.state = "lost"
            delivery.tried.set()
            self._report(delivery)
            if delivery.state != "waiting":
                break

    async def _post(self, delivery: Delivery) -> Try:
        if self._session is None:
            raise RuntimeError("The simulator is not started.")
        at, start = self._clock(), time.monotonic()
        status, answer, error = None, "", None
        try:
            async with self._session.post(
                delivery.url, data=delivery.body, headers=delivery.headers, allow_redirects=False
            ) as response:
                answer = (await response.content.read(ANSWER_KEPT_BYTES)).decode("utf-8", "replace")
                status = response.status
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as failure:
            error = str(failure) or type(failure).__name__
        return Try(at, time.monotonic() - start, status, answer, error)

    def _report(self, delivery: Delivery) -> None:
        for listener in self._listeners:
            listener(delivery)


def _headers(webhook: Webhook) -> dict[str, str]:
    """axios' headers, each replaced where the webhook has its own of that name."""
    own = {key.lower() for key, _value in webhook.headers}
    usual = {key: value for key, value in _AXIOS_HEADERS.items() if key not in own}
    return {**usual, **dict(webhook.headers)}


async def _listens(host: str, port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(host, port)
    except OSError:
        return False
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return True
