"""Files are kept in a folder of the test's own. What tests only look at is made once for many of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest
from pytest_django.plugin import DjangoDbBlocker

from tests.conftest import close_django_connections
from tests.database import ScratchDatabase
from tests.media.conftest import media_folder, media_kept_in

__all__ = ["media_folder"]

Made = TypeVar("Made")
Untouched = Callable[[Callable[[], Made]], AbstractContextManager[Made]]


class Kept:
    """What was made, and after which reset of the database."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.resets = -1
        self.made: Any = None


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    return Kept(tmp_path_factory.mktemp("kept"))


@pytest.fixture
def untouched(
    django_db_setup: None,
    scratch_database: ScratchDatabase,
    django_db_blocker: DjangoDbBlocker,
    kept: Kept,
    settings: Any,
) -> Untouched[Any]:
    """For tests that prove that nothing changes: rows are as the test before left them, unless one has emptied the database."""

    @contextmanager
    def made_by(make: Callable[[], Made]) -> Iterator[Made]:
        media_kept_in(kept.folder, settings)
        is_made = kept.resets == scratch_database.resets
        if not is_made:
            scratch_database.reset()
        with django_db_blocker.unblock():
            if not is_made:
                kept.made, kept.resets = make(), scratch_database.resets
            yield kept.made
            close_django_connections()

    return made_by
