from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.gaps.conftest import connections

if TYPE_CHECKING:
    from tests.accounts.page import Accounts

__all__ = ["connections"]


@pytest.fixture
async def accounts(connections: Any) -> AsyncIterator[Accounts]:
    from tests.accounts.page import accounts_open

    async with accounts_open(connections) as opened:
        yield opened
