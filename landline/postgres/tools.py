"""PostgreSQL's programs for its clients: ``pg_dump``, ``pg_restore``, ``psql``."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from psycopg.conninfo import make_conninfo

from landline.postgres.binaries import SYSTEM_FOLDERS, VERSION_TEXT, WHEEL_PACKAGE, Binaries
from landline.postgres.errors import ClusterError


def client_tools(*, server_version: int, at_least: int) -> Binaries:
    """Those of the server's own major version where there are any, else the oldest that are new enough.

    Raises ClusterError with what to install.
    """
    newest_needed = max(server_version, at_least)
    usable = [held for held in map(tools_in, tool_folders()) if held is not None]
    usable = sorted(
        (held for held in usable if held.major_version >= newest_needed), key=lambda held: held.major_version
    )
    if not usable:
        raise ClusterError(
            f"No pg_dump, pg_restore and psql of PostgreSQL {newest_needed} or newer were found: install the package "
            f"postgresql-client-{newest_needed}, or what your system calls it."
        )
    return usable[0]


def tool_folders() -> list[Path]:
    specification = importlib.util.find_spec(WHEEL_PACKAGE)
    folders: list[Path] = []
    if specification is not None and specification.origin is not None:
        folders += sorted(Path(specification.origin).parent.glob("pginstall*/bin"))
    folders += (folder for top in SYSTEM_FOLDERS for folder in sorted(Path(top).glob("*/bin")))
    on_path = shutil.which("pg_dump")
    if on_path is not None:
        folders.append(Path(on_path).parent)
    return folders


def tools_in(folder: Path) -> Binaries | None:
    if not all((folder / name).exists() for name in ("pg_dump", "pg_restore", "psql")):
        return None
    try:
        answer = subprocess.run(
            [str(folder / "pg_dump"), "--version"], capture_output=True, text=True, timeout=30, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    found = VERSION_TEXT.search(answer.stdout)
    return Binaries(folder, int(found[1])) if found else None


def tool_address(parameters: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """The address for a program's command line, and its environment: passwords stand in no list of processes."""
    shown = {name: value for name, value in parameters.items() if name != "password"}
    environment = dict(os.environ)
    if parameters.get("password"):
        environment["PGPASSWORD"] = str(parameters["password"])
    return make_conninfo("", **shown), environment
