"""PostgreSQL connections outside Django's own handling: to the same database, with limits of their own."""

from collections.abc import Mapping
from typing import Any, Final

from django.db import connections
from psycopg_pool import AsyncConnectionPool

_DJANGO_ONLY: Final = frozenset({"cursor_factory", "context", "pool", "prepare_threshold", "autocommit"})

# Planning the statements of fold, feed and pages costs several times their execution, so it is done once per connection, from
# no parameters. The plans must read by index what is named, and never a whole table, be it by way of its index into a hash:
# what is named is little, and tables that were empty when a plan was made are not when it runs.
PLANNED_ONCE: Final[Mapping[str, str]] = {
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "jit": "off",
}
# A plan made for empty tables may read an index whole, and does until PostgreSQL has looked at the tables again, whatever they
# hold by then: what took so long to read has the plans made anew.
PLANNED_AGAIN_AFTER_SECONDS: Final = 0.1


def connection_pool(
    name: str,
    *,
    max_size: int,
    lock_timeout_ms: int,
    statement_timeout_ms: int,
    planner: Mapping[str, str] | None = None,
) -> AsyncConnectionPool[Any]:
    """An unopened pool of autocommit connections to the database that Django uses (in tests: the test database).

    ``planner``: PostgreSQL's settings for planning statements, where its own choice is not the right one.
    """
    given = connections["default"].get_connection_params()
    parameters = {key: value for key, value in given.items() if key not in _DJANGO_ONLY}
    limits: dict[str, Any] = {
        "lock_timeout": lock_timeout_ms,
        "statement_timeout": statement_timeout_ms,
        "synchronous_commit": "on",
        "TimeZone": "UTC",
    } | dict(planner or {})
    set_at_start = " ".join(f"-c {name}={value}" for name, value in limits.items())
    parameters["options"] = " ".join(filter(None, (parameters.get("options"), set_at_start)))
    parameters["application_name"] = f"landline {name}"
    return AsyncConnectionPool(
        kwargs={**parameters, "autocommit": True, "prepare_threshold": 1},
        name=name,
        min_size=1,
        max_size=max_size,
        timeout=2,
        max_idle=300,
        reconnect_timeout=0.5,
        open=False,
    )
