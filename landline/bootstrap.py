"""What every program does before Django: the .env file, its role, the database it needs.

The one place beside ``landline.settings`` that touches ``os.environ``: it prepares what settings read.
"""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from landline.backup.errors import BackupError
from landline.environment import ConfigurationError, Environment
from landline.postgres.cluster import Cluster
from landline.postgres.errors import ClusterError

# Dropped even where .env names them for all programs: a web process does not hold the key.
KEY_VARIABLES = ("UNIPILE_API_KEY", "UNIPILE_API_KEY_FILE")
DOTENV = Path(".env")
ASSIGNMENT = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)")


def process_prepare(role: str) -> Environment:
    """Loads ``.env`` (the real environment wins) and names this process's role for the settings."""
    if DOTENV.is_file():
        for name, value in dotenv_read(DOTENV).items():
            os.environ.setdefault(name, value)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "landline.settings")
    os.environ["LANDLINE_PROCESS_ROLE"] = role
    if role == "web":
        for name in KEY_VARIABLES:
            os.environ.pop(name, None)
    return Environment(os.environ)


def dotenv_read(path: Path) -> dict[str, str]:
    """``NAME=value`` lines; ``#`` starts a comment line; one pair of quotes around a value is dropped."""
    values = {}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason, remedy = (
            (error.strerror, "let this user read it")
            if isinstance(error, OSError)
            else ("not UTF-8", "save it as UTF-8")
        )
        raise ConfigurationError(
            f"{path.absolute()} cannot be read ({reason}): {remedy}, or start in another folder."
        ) from None
    for number, line in enumerate(lines, start=1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        found = ASSIGNMENT.fullmatch(stripped)
        if found is None:
            raise ConfigurationError(f"Line {number} of {path} is not of the form NAME=value.")
        value = found[2]
        if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"":
            value = value[1:-1]
        values[found[1]] = value
    return values


def embedded_cluster(environment: Environment) -> Cluster | None:
    """The cluster this program must hold while it uses the database; None with DATABASE_URL."""
    if environment.text_or_file("DATABASE_URL") is not None:
        return None
    data_dir = environment.folder("LANDLINE_DATA_DIR", default="var")
    return Cluster(data_dir, announce=announce)


@contextmanager
def database_running(environment: Environment) -> Iterator[None]:
    """Inside, the database can be reached: the embedded one is started or joined."""
    cluster = embedded_cluster(environment)
    if cluster is None:
        yield
        return
    with cluster:
        yield


@contextmanager
def one_sentence_per_problem() -> Iterator[None]:
    """Problems of configuration, database and backup end the program with their sentence and exit code 1."""
    try:
        yield
    except (ConfigurationError, ClusterError, BackupError) as problem:
        announce(str(problem))
        raise SystemExit(1) from None


def terminate_by_exception(number: int = signal.SIGTERM, *, code: int | None = None) -> None:
    """Lets a signal unwind the stack as Ctrl-C does, so that what was opened is closed.

    ``code``: with which the program then ends, as a killed one by default.
    """

    def leave(_number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number if code is None else code)

    signal.signal(number, leave)


def announce(sentence: str) -> None:
    # Nobody may read any more, as after `landline run 2>&1 | head`: what is under way goes on all the same.
    with suppress(BrokenPipeError):
        sys.stderr.write(f"landline: {sentence}\n")
        sys.stderr.flush()
