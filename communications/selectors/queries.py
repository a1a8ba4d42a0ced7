"""Running a selector's SQL on Django's connections."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection, connections

from communications.schemas.connections import PLANNED_AGAIN_AFTER_SECONDS

Parameters = Sequence[Any] | Mapping[str, Any]


def rows(sql: str, parameters: Parameters) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def rows_planned_once(sql: str, parameters: Parameters) -> list[tuple[Any, ...]]:
    """For what every screen asks for: prepared, by a plan that is kept. Sees what is committed only."""
    started = time.monotonic()
    with connections["planned_once"].cursor() as cursor:
        cursor.execute(sql, parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        if time.monotonic() - started > PLANNED_AGAIN_AFTER_SECONDS:
            cursor.execute("DISCARD PLANS")
        return found
