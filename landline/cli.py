"""The ``landline`` command.

Each subcommand imports its own program: some need Django set up first, and some need no Django at all.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeAlias

from landline import __version__
from landline.backup.options import backup_options_add, restore_options_add
from landline.bootstrap import (
    database_running,
    one_sentence_per_problem,
    process_prepare,
    terminate_by_exception,
)
from landline.connect_options import connect_options_add
from landline.environment import Environment
from landline.erase_options import erase_options_add
from landline.lifeline import lifeline_watch
from landline.replay_options import replay_options_add, replay_options_check

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one subcommand; returns the exit code."""
    options, rest = parser().parse_known_args(arguments)
    if rest and options.command is not simulator:
        parser().error(f"unrecognized arguments: {' '.join(rest)}")
    lifeline_watch()
    command: Callable[[argparse.Namespace, list[str]], int] = options.command
    with one_sentence_per_problem():
        try:
            return command(options, rest)
        except KeyboardInterrupt:
            return 130


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="landline", description="A self-hosted inbox over the Unipile messaging API."
    )
    top.add_argument("--version", action="version", version=f"landline {__version__}")
    commands = top.add_subparsers(required=True, metavar="command")

    _servers_add(commands)
    _upstream_add(commands)
    _ledger_add(commands)
    _backups_add(commands)
    commands.add_parser(
        "simulator", help="a local Unipile to try things on; `landline simulator --help`", add_help=False
    ).set_defaults(command=simulator)
    return top


def _servers_add(commands: Commands) -> None:
    everything = commands.add_parser(
        "run", help="database, web server, worker and, without a Unipile account, the simulator"
    )
    everything.set_defaults(command=run, demo=False)
    invented = commands.add_parser("demo", help="the same with invented accounts and a database of their own")
    invented.set_defaults(command=run, demo=True)
    for starter in (everything, invented):
        starter.add_argument(
            "--stop-with-parent", action="store_true", help="stop when the program that started this one ends"
        )
    serving = commands.add_parser("web", help="the web server alone")
    serving.add_argument("--workers", type=positive, default=1, metavar="N", help="processes (default 1)")
    serving.set_defaults(command=web)
    commands.add_parser("worker", help="the worker alone: everything that calls Unipile").set_defaults(
        command=worker
    )
    commands.add_parser("migrate", help="bring the database's schema up to date").set_defaults(
        command=migrate
    )


def _upstream_add(commands: Commands) -> None:
    connecting = commands.add_parser(
        "connect", help="try an address and a key of Unipile, and keep them if they work"
    )
    connect_options_add(connecting)
    connecting.set_defaults(command=connect)
    registering = commands.add_parser(
        "webhooks",
        help="say what webhooks lead here",
        description="Asks Unipile once what webhooks there are, and compares them with what is wanted.",
        epilog="Exit code 0: everything is told to us; 1: something is not.",
    )
    registering.add_argument("--register", action="store_true", help="register what is missing or wrong")
    registering.set_defaults(command=webhooks)
    examining = commands.add_parser("doctor", help="say what is well, what is not, and what to do")
    examining.add_argument("--json", action="store_true", help="one JSON object in place of lines")
    examining.set_defaults(command=doctor)


def _ledger_add(commands: Commands) -> None:
    folding_again = commands.add_parser("replay", help="fold deliveries of the ledger again")
    replay_options_add(folding_again)
    folding_again.set_defaults(command=replay, usage_of=folding_again)
    rebuilding = commands.add_parser(
        "rebuild",
        help="check that the rows say what the ledger says",
        description="Folds the ledger into empty tables beside the live ones and compares every fact. Changes nothing and keeps "
        "no server waiting.",
        epilog="Exit code 0: equal; 1: the first differences are listed; 2: nothing could be compared; 3: the check could not be "
        "done; 130: interrupted.",
    )
    rebuilding.add_argument("--check", action="store_true", required=True, help="the only thing it does")
    rebuilding.add_argument(
        "--seed",
        type=int,
        metavar="N",
        help="fold in the random order of this number (default: oldest first)",
    )
    rebuilding.set_defaults(command=rebuild)
    erasing = commands.add_parser("erase", help="erase a message, a conversation or a person for good")
    erase_options_add(erasing)
    erasing.set_defaults(command=erase)


def _backups_add(commands: Commands) -> None:
    saving = commands.add_parser(
        "backup", help="save everything in one file, or prove that such a file is good"
    )
    backup_options_add(saving)
    saving.set_defaults(command=backup)
    bringing_back = commands.add_parser("restore", help="bring back what a backup holds")
    restore_options_add(bringing_back)
    bringing_back.set_defaults(command=restore)


def positive(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError("must be a whole number, 1 or more")
    return int(text)


def run(options: argparse.Namespace, _rest: list[str]) -> int:
    from landline.supervisor.launch import run as launch

    return launch(demo=options.demo, stop_with_parent=options.stop_with_parent)


def web(options: argparse.Namespace, _rest: list[str]) -> int:
    terminate_by_exception(code=0)
    environment = process_prepare("web")
    with database_running(environment):
        import django

        django.setup()
        from landline.preflight import database_check, migrations_check, restoration_check, secrets_check
        from landline.web import web_serve

        secrets_check()
        database_check()
        migrations_check()
        restoration_check()
        web_serve(workers=options.workers)
    return 0


def worker(_options: argparse.Namespace, _rest: list[str]) -> int:
    terminate_by_exception(code=0)
    environment = process_prepare("worker")
    with database_running(environment):
        import django

        django.setup()
        from landline.preflight import database_check, migrations_check, restoration_check
        from landline.work import worker_run

        database_check()
        migrations_check()
        restoration_check()
        worker_run()
    return 0


def migrate(_options: argparse.Namespace, _rest: list[str]) -> int:
    from landline.manage import main as manage

    return manage(["landline", "migrate"])


def connect(options: argparse.Namespace, _rest: list[str]) -> int:
    terminate_by_exception()
    process_prepare("command")
    import django

    django.setup()
    from landline.connect import connect_run

    return connect_run(options)


def webhooks(options: argparse.Namespace, _rest: list[str]) -> int:
    with command_ready():
        from landline.webhooks import webhooks_run

        return webhooks_run(register=options.register)


def doctor(options: argparse.Namespace, _rest: list[str]) -> int:
    terminate_by_exception()
    environment = process_prepare("command")
    with database_running(environment):
        import django

        django.setup()
        from landline.doctor import doctor_run

        return doctor_run(as_json=options.json)


def replay(options: argparse.Namespace, _rest: list[str]) -> int:
    replay_options_check(options, options.usage_of)
    with command_ready():
        from landline.replay import replay_run

        return replay_run(options)


def rebuild(options: argparse.Namespace, _rest: list[str]) -> int:
    with command_ready() as environment:
        from landline.rebuild import rebuild_run

        return rebuild_run(options, environment)


def erase(options: argparse.Namespace, _rest: list[str]) -> int:
    with command_ready():
        from landline.erase import erase_run

        return erase_run(options)


def backup(options: argparse.Namespace, _rest: list[str]) -> int:
    if options.verify is not None:
        terminate_by_exception()
        from landline.backup.verify import backup_verify

        return backup_verify(options.verify)
    with command_ready() as environment:
        from landline.backup.make import backup_make

        return backup_make(options.file, environment)


def restore(options: argparse.Namespace, _rest: list[str]) -> int:
    terminate_by_exception()
    environment = process_prepare("owner")
    with database_running(environment):
        import django

        django.setup()
        from landline.backup.restore import backup_restore
        from landline.preflight import database_check

        database_check()
        return backup_restore(options.file, environment, replace=options.replace)


@contextmanager
def command_ready() -> Iterator[Environment]:
    """For a command beside the servers: inside, Django is set up and the schema is this version's."""
    terminate_by_exception()
    environment = process_prepare("command")
    with database_running(environment):
        import django

        django.setup()
        from landline.preflight import database_check, migrations_check, restoration_check

        database_check()
        migrations_check()
        restoration_check()
        yield environment


def simulator(_options: argparse.Namespace, rest: list[str]) -> int:
    from simulator.cli import main as simulate

    return simulate(rest)
