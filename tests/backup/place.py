"""An installation as its administrator uses it: a database, a data folder, the command line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg

from tests.processes import LandlineProcess, LandlineServer, Processes


class Place:
    def __init__(self, processes: Processes, runtime_url: str, owner_url: str, data_dir: Path) -> None:
        self.processes = processes
        self.owner_url = owner_url
        self.data_dir = data_dir
        data_dir.mkdir()
        self.variables = {
            "DATABASE_URL": runtime_url,
            "LANDLINE_DATABASE_OWNER_URL": owner_url,
            "LANDLINE_DATA_DIR": str(data_dir),
        }

    def start(self, *arguments: str | Path) -> LandlineProcess:
        return self.processes.start(*map(str, arguments), **self.variables)

    def run(self, *arguments: str | Path) -> str:
        """The output of a command that must end well."""
        process = self.start(*arguments)
        assert process.wait(seconds=120) == 0, process.output
        return process.output

    def refused(self, *arguments: str | Path) -> str:
        """The output of a command that must not."""
        return self.refused_together([arguments])[0]

    def refused_together(self, commands: Sequence[Sequence[str | Path]]) -> list[str]:
        return [self.refusal(process) for process in [self.start(*command) for command in commands]]

    @staticmethod
    def refusal(process: LandlineProcess) -> str:
        assert process.wait(seconds=120) == 1, process.output
        assert "Traceback" not in process.output, process.output
        return process.output

    def web(self) -> LandlineServer:
        return self.processes.web(**self.variables)

    def rows(self, query: str, *parameters: object) -> Sequence[tuple[Any, ...]]:
        with psycopg.connect(self.owner_url, autocommit=True) as connection:
            cursor = connection.execute(query.encode(), parameters)
            return cursor.fetchall() if cursor.description is not None else []

    def media(self, key: str) -> Path:
        return self.data_dir / "media" / key
