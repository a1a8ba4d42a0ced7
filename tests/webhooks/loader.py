"""A sender as the service is one: every delivery is sent again until it is answered 200. Remembers what it heard."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.webhooks.bodies import Body
from tests.webhooks.wire import Answer, ConnectionLost, Wire

PAUSE_SECONDS = 0.02


@dataclass
class Log:
    """``acknowledged``: digest of the bytes by delivery id; ``seconds``: how long each 200 took."""

    acknowledged: dict[uuid.UUID, bytes] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)
    lost: int = 0
    seconds: list[float] = field(default_factory=list)
    refusals: list[Answer] = field(default_factory=list)

    @property
    def p99_seconds(self) -> float:
        return sorted(self.seconds)[int(len(self.seconds) * 0.99)]


class Loader:
    """Sends bodies over so many connections at once. ``log`` is to be read while and after."""

    def __init__(self, port: int, secret: str, *, connections: int) -> None:
        self._port = port
        self._secret = secret
        self._connections = connections
        self.log = Log()

    async def send_all(self, bodies: Iterable[Body]) -> None:
        """Returns once every body was answered 200."""
        queue = iter([json.dumps(body).encode() for body in bodies])
        async with asyncio.TaskGroup() as senders:
            for _ in range(self._connections):
                senders.create_task(self._send_from(queue))

    async def _send_from(self, queue: Iterable[bytes]) -> None:
        wire: Wire | None = None
        try:
            for raw in queue:
                while True:
                    try:
                        if wire is None:
                            wire = await Wire(self._port).__aenter__()
                        answer = await self._post(wire, raw)
                    except ConnectionError:
                        self.log.lost += 1
                        if wire is not None:
                            await wire.__aexit__()
                        wire = None
                        await asyncio.sleep(PAUSE_SECONDS)
                        continue
                    if answer.status == 200:
                        break
                    self.log.refusals.append(answer)
                    await asyncio.sleep(PAUSE_SECONDS)
        finally:
            if wire is not None:
                await wire.__aexit__()

    async def _post(self, wire: Wire, raw: bytes) -> Answer:
        started = time.monotonic()
        try:
            answer = await wire.post(raw, self._secret)
        except TimeoutError as error:
            raise ConnectionLost from error
        self.log.statuses[answer.status] += 1
        if answer.status == 200:
            self.log.seconds.append(time.monotonic() - started)
            self.log.acknowledged[answer.delivery_id] = hashlib.sha256(raw).digest()
        return answer
