"""The rules that live in the database: versions, tombstones, and the fold of a batch of deliveries.

Each file is idempotent (``CREATE OR REPLACE``) and is run, in order of name, after every ``migrate``.
"""

from pathlib import Path
from typing import Any

from django.db import connections


def rules() -> list[str]:
    """The rule files of this folder, in the order in which they are run."""
    return [path.read_text() for path in sorted(Path(__file__).parent.glob("*.sql"))]


def database_rules_install(using: str, **_: Any) -> None:
    """Runs every rule file on the database ``using``."""
    with connections[using].cursor() as cursor:
        for rule in rules():
            cursor.execute(rule)
