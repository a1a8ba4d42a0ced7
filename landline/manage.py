"""Django's command line with the database it needs running for as long as the command does."""

from __future__ import annotations

from contextlib import nullcontext

from django.core.management import execute_from_command_line

from landline.bootstrap import (
    database_running,
    one_sentence_per_problem,
    process_prepare,
    terminate_by_exception,
)
from landline.databases import runtime_rights_grant

COMMANDS_OF_THE_OWNER = frozenset({"migrate", "flush"})
COMMANDS_WITHOUT_DATABASE = frozenset(
    {"help", "--help", "-h", "version", "--version", "collectstatic", "findstatic", "diffsettings"}
)


def main(arguments: list[str]) -> int:
    """Runs ``manage.py <arguments>``; returns the exit code."""
    terminate_by_exception()
    command = arguments[1] if len(arguments) > 1 else "help"
    with one_sentence_per_problem():
        environment = process_prepare("owner" if command in COMMANDS_OF_THE_OWNER else "command")
        database = nullcontext() if command in COMMANDS_WITHOUT_DATABASE else database_running(environment)
        with database:
            execute_from_command_line(arguments)
            if command == "migrate":
                data_dir = environment.folder("LANDLINE_DATA_DIR", default="var")
                runtime_rights_grant(environment, data_dir=data_dir)
    return 0
