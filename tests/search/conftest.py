from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.database import ScratchDatabase

if TYPE_CHECKING:
    from tests.search.searched import Inbox


@pytest.fixture
def inbox(database: ScratchDatabase) -> Inbox:
    from tests.search.searched import Inbox

    return Inbox()
