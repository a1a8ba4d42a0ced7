"""What every test stands on: settings, a real database, real processes, no outside network."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import django
import hypothesis
import pytest
from asgiref.sync import SyncToAsync
from pytest_django.plugin import DjangoDbBlocker

from landline.databases import database_settings
from landline.environment import Environment
from tests.database import ScratchDatabase
from tests.network_guard import refuse_outside_connections
from tests.processes import Processes
from tests.side_by_side import pytest_runtest_protocol

__all__ = ["pytest_runtest_protocol"]

refuse_outside_connections()

GIVEN = dict(os.environ)
SCRATCH = ScratchDatabase(os.environ.get("DATABASE_URL") or None)
WEBHOOK_SECRET = secrets.token_hex(32)

# Settings and every process a test starts see these and nothing of the machine's own configuration.
for inherited in [name for name in os.environ if name.startswith(("LANDLINE_", "UNIPILE_", "PUBLIC_URL"))]:
    if inherited != "LANDLINE_SAMPLES":
        del os.environ[inherited]
os.environ.update(
    DJANGO_SETTINGS_MODULE="landline.settings",
    DATABASE_URL=SCRATCH.runtime_url,
    LANDLINE_DATABASE_OWNER_URL=SCRATCH.owner_url,
    LANDLINE_DATA_DIR=str(SCRATCH.folder / "var"),
    LANDLINE_SECRET_KEY=secrets.token_urlsafe(48),
    LANDLINE_WEBHOOK_SECRET=WEBHOOK_SECRET,
)


def pytest_configure(config: pytest.Config) -> None:
    """Laws are tried with the same examples in every run; the long runs look for others."""
    django.setup()
    if "slow" not in config.option.markexpr:
        hypothesis.settings.load_profile("ci")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """The processes that run the tests make settings of their own: they inherit none from this one."""
    os.environ.clear()
    os.environ.update(GIVEN)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The long runs wait for `-m slow`."""
    if "slow" in config.option.markexpr:
        return
    for item in items:
        if item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.skip(reason="a long run: ask for it with -m slow"))


def pytest_unconfigure() -> None:
    SCRATCH.close()


@pytest.fixture(scope="session")
def scratch_database() -> ScratchDatabase:
    """The running, still empty database of this test run."""
    SCRATCH.open()
    return SCRATCH


@pytest.fixture(scope="session")
def django_db_setup(scratch_database: ScratchDatabase, django_db_blocker: DjangoDbBlocker) -> None:
    """Replaces pytest-django's own: the schema is migrated once, as the owner."""
    from django.core.management import call_command
    from django.db import connection

    runtime_settings = connection.settings_dict
    owner = database_settings(Environment(os.environ), data_dir=SCRATCH.folder, process_role="owner")
    with django_db_blocker.unblock():
        connection.settings_dict = {**runtime_settings, **owner}
        call_command("migrate", verbosity=0, interactive=False)
        connection.close()
        connection.settings_dict = runtime_settings
    scratch_database.remember_migrated_state()


@pytest.fixture
def database(
    django_db_setup: None, scratch_database: ScratchDatabase, django_db_blocker: DjangoDbBlocker
) -> Iterator[ScratchDatabase]:
    """Every table as after migration; what the test commits is seen by all threads and processes.

    Django's models work in sync and async tests. ``database.runtime_url`` and ``database.owner_url`` are
    addresses for connections of the test's own.
    """
    scratch_database.reset()
    with django_db_blocker.unblock():
        yield scratch_database
        close_django_connections()


def close_django_connections() -> None:
    """Closes those of this thread and of the one thread in which asgiref runs synchronous code."""
    from django.db import connections

    connections.close_all()
    SyncToAsync.single_thread_executor.submit(connections.close_all).result()


@pytest.fixture
def processes(database: ScratchDatabase, tmp_path: Path) -> Iterator[Processes]:
    """Starts Landline's own programs against the test database and ends them with the test."""
    started = Processes(tmp_path)
    yield started
    started.close()


@pytest.fixture
def webhook_secret() -> str:
    """The secret that webhook deliveries must carry in this test run."""
    return WEBHOOK_SECRET
