"""A simulator, a caller and a receiver for each test; none of them needs a database."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from simulator import Simulator
from tests.simulator.caller import Caller
from tests.simulator.receiver import Receiver

FAST_RETRIES = (0.01, 0.02, 0.03, 0.04, 0.05)


@pytest.fixture
async def sim() -> AsyncIterator[Simulator]:
    """An empty world with retries fit for a test."""
    async with Simulator(retry_delays_seconds=FAST_RETRIES) as simulator:
        yield simulator


@pytest.fixture
async def api(sim: Simulator) -> AsyncIterator[Caller]:
    """A client of ``sim``."""
    async with Caller(sim) as caller:
        yield caller


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """Somebody who listens to webhooks."""
    async with Receiver() as listening:
        yield listening


@pytest.fixture
async def demo() -> AsyncIterator[Simulator]:
    """The demo's world, standing still."""
    async with Simulator(scenario="demo", pace=0.0001) as simulator:
        yield simulator


@pytest.fixture
async def demo_api(demo: Simulator) -> AsyncIterator[Caller]:
    """A client of ``demo``."""
    async with Caller(demo) as caller:
        yield caller
