"""One program kept running: its lines passed on, its death answered by a restart with growing pauses."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable

from landline.environment import Bind
from landline.lifeline import Lifeline
from landline.supervisor.programs import Program

READY_SECONDS = 60.0
STOP_SECONDS = 15.0
SHORTEST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
# A program that ran this long was well; its next death starts with the shortest pause again.
HEALTHY_SECONDS = 60.0
LONGEST_LINE_BYTES = 1_000_000


class ProgramFailedError(Exception):
    """A program never became ready; the text is a sentence for the person at the terminal."""


class Child:
    """Starts, watches and stops one :class:`Program`. ``say`` gets each line with the program's name."""

    def __init__(self, program: Program, lifeline: Lifeline, say: Callable[[str, str], None]) -> None:
        self.program = program
        self._lifeline = lifeline
        self._say = say
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._has_said_ready = asyncio.Event()
        self._stopping = asyncio.Event()

    async def start(self) -> None:
        """Returns once the program is ready; raises ProgramFailedError when it ends or hangs before."""
        process = await self._launch()
        ready = asyncio.create_task(self._ready())
        ended = asyncio.create_task(process.wait())
        try:
            await asyncio.wait((ready, ended), timeout=READY_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            if ended.done():
                await self._reading_done()
                raise ProgramFailedError(
                    f"{self.program.name} ended with code {ended.result()} before it was ready; "
                    "its last lines above say why."
                )
            if not ready.done():
                raise ProgramFailedError(f"{self.program.name} was not ready within {READY_SECONDS:.0f} s.")
        finally:
            ready.cancel()
            ended.cancel()

    async def keep_running(self) -> None:
        """Restarts the program whenever it ends, until :meth:`stop`."""
        pause = SHORTEST_PAUSE_SECONDS
        while not self._stopping.is_set():
            process = self._process or await self._launch()
            started = time.monotonic()
            code = await process.wait()
            await self._reading_done()
            self._process = None
            if self._stopping.is_set():
                return
            if time.monotonic() - started > HEALTHY_SECONDS:
                pause = SHORTEST_PAUSE_SECONDS
            self._say("landline", f"{self.program.name} ended with code {code}; again in {pause:g} s")
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    async def stop(self) -> None:
        """SIGTERM; after STOP_SECONDS kill."""
        self._stopping.set()
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), STOP_SECONDS)
        except TimeoutError:
            self._say("landline", f"{self.program.name} did not stop within {STOP_SECONDS:.0f} s; killed")
            process.kill()
            await process.wait()
        await self._reading_done()

    async def _launch(self) -> asyncio.subprocess.Process:
        # A session of its own: Ctrl-C in the terminal reaches the launcher alone, which stops in order.
        self._process = await asyncio.create_subprocess_exec(
            *self.program.command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={**self.program.variables, **self._lifeline.variables, "PYTHONUNBUFFERED": "1"},
            pass_fds=(self._lifeline.reading_end,),
            start_new_session=True,
            limit=LONGEST_LINE_BYTES,
        )
        if self._process.stdout is not None:
            self._reading = asyncio.create_task(self._pass_on(self._process.stdout))
        return self._process

    async def _pass_on(self, output: asyncio.StreamReader) -> None:
        while True:
            try:
                line = await output.readline()
            except ValueError:
                self._say(self.program.name, "(a line too long to show)")
                continue
            if not line:
                return
            text = line.decode("utf-8", "replace").rstrip()
            if self.program.ready_text is not None and self.program.ready_text in text:
                self._has_said_ready.set()
            self._say(self.program.name, text)

    async def _reading_done(self) -> None:
        if self._reading is not None:
            await self._reading

    async def _ready(self) -> None:
        address = self.program.address
        if address is None:
            await self._has_said_ready.wait()
            return
        while not await answers_http(address):  # noqa: ASYNC110  (a port gives no event)
            await asyncio.sleep(0.05)


async def answers_http(address: Bind) -> bool:
    """Whether anything that speaks HTTP answers there."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address.host, address.host)  # noqa: S104
    try:
        reader, writer = await asyncio.open_connection(host, address.port)
    except OSError:
        return False
    try:
        writer.write(b"HEAD / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        await writer.drain()
        return (await asyncio.wait_for(reader.read(5), 5)).startswith(b"HTTP/")
    except (OSError, TimeoutError):
        return False
    finally:
        writer.close()
