"""System checks: what must hold before a server starts."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register


@register(Tags.database)
def check_database_engine(**_: Any) -> Sequence[CheckMessage]:
    """Only PostgreSQL has the snapshots, locks and triggers everything rests on."""
    if settings.DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
        return []
    return [
        Error(
            "Landline stores its data in PostgreSQL only.",
            hint="Set DATABASE_URL to a PostgreSQL server, or leave it unset to use the embedded one.",
            id="landline.E001",
        )
    ]
