"""The rules that live in the database: versions, tombstones, and the fold of a batch of deliveries.

Each file is idempotent (``CREATE OR REPLACE``) and is run, in order of name, after every ``migrate``.
"""

from pathlib import Path
from typing import Any

from django.db import connections


def rules(*, but: str | None = None) -> list[str]:
    """The rule files of this folder, in the order in which they are run; without those whose names hold ``but``."""
    paths = sorted(Path(__file__).parent.glob("*.sql"))
    return [path.read_text() for path in paths if but is None or but not in path.name]


def database_rules_install(using: str, **_: Any) -> None:
    """Runs every rule file on the database ``using``."""
    with connections[using].cursor() as cursor:
        for rule in rules():
            cursor.execute(rule)
