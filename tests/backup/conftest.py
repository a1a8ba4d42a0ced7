"""Two databases on one server: one that is backed up, and an empty one that takes what was."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from landline.postgres.roles import runtime_grants_set
from tests.backup.place import Place
from tests.database import ScratchDatabase
from tests.processes import Processes


@pytest.fixture
def source(database: ScratchDatabase, processes: Processes, tmp_path: Path) -> Place:
    """The test database, as an installation of its own data folder."""
    return Place(processes, database.runtime_url, database.owner_url, tmp_path / "source")


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kept") / "yesterday.tar"


@pytest.fixture
def yesterday(source: Place, kept: Path) -> Path:
    """A backup of ``inhabit``, made once; the source itself may be empty by now."""
    from tests.backup.rows import inhabit

    if not kept.exists():
        inhabit(source)
        source.run("backup", kept)
    return kept


@pytest.fixture
def target(database: ScratchDatabase, processes: Processes, tmp_path: Path) -> Iterator[Place]:
    """An installation with an empty database."""
    name = f"{database.name}_target"
    dropped = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    with database.owner_connection() as owner:
        owner.execute(dropped)
        owner.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    place = Place(
        processes,
        database.runtime_url.replace(database.name, name),
        database.owner_url.replace(database.name, name),
        tmp_path / "target",
    )
    with psycopg.connect(place.owner_url, autocommit=True) as connection:
        runtime_grants_set(connection, database.runtime_role)
    yield place
    processes.close()
    with database.owner_connection() as owner:
        owner.execute(dropped)
