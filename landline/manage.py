"""Django's command line with the database it needs running for as long as the command does."""

from __future__ import annotations

from contextlib import nullcontext

import django
from django.core.management import execute_from_command_line

from landline.bootstrap import (
    database_running,
    one_sentence_per_problem,
    process_prepare,
    terminate_by_exception,
)
from landline.databases import runtime_rights_grant
from landline.preflight import database_check, migrations_check, schema_rights_needed

COMMANDS_OF_THE_OWNER = frozenset({"migrate", "flush"})
COMMANDS_WITHOUT_DATABASE = frozenset(
    {"help", "--help", "-h", "version", "--version", "collectstatic", "findstatic", "diffsettings"}
)
# A fault of their database is said in a sentence; the rest is for developers.
COMMANDS_OF_PEOPLE = frozenset({"migrate", "createsuperuser", "changepassword"})


def main(arguments: list[str]) -> int:
    """Runs ``manage.py <arguments>``; returns the exit code."""
    terminate_by_exception()
    command = arguments[1] if len(arguments) > 1 else "help"
    with one_sentence_per_problem():
        environment = process_prepare("owner" if command in COMMANDS_OF_THE_OWNER else "command")
        database = nullcontext() if command in COMMANDS_WITHOUT_DATABASE else database_running(environment)
        with database:
            if command in COMMANDS_OF_PEOPLE:
                database_ready(command)
            with schema_rights_needed():
                execute_from_command_line(arguments)
            if command == "migrate":
                data_dir = environment.folder("LANDLINE_DATA_DIR", default="var")
                runtime_rights_grant(environment, data_dir=data_dir)
    return 0


def database_ready(command: str) -> None:
    django.setup()
    database_check()
    if command != "migrate":
        migrations_check()
