"""The rules that live in the database: versions, tombstones, and the fold of a batch of deliveries.

Each file is idempotent (``CREATE OR REPLACE``) and is run, in order of name, after every ``migrate``.
"""

from pathlib import Path
from typing import Any

from django.db import connections


def database_rules_install(using: str, **_: Any) -> None:
    """Runs every rule file of this folder on the database ``using``."""
    with connections[using].cursor() as cursor:
        for rules in sorted(Path(__file__).parent.glob("*.sql")):
            cursor.execute(rules.read_text())
