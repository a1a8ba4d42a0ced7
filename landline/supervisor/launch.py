"""The order of a start and of a stop: settings, ports, database, schema, people, programs, and back."""

from __future__ import annotations

import asyncio
import os

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from landline.bootstrap import embedded_cluster, process_prepare, terminate_by_exception
from landline.databases import runtime_rights_grant
from landline.environment import Environment
from landline.first_user import FirstLogin, first_user_make
from landline.kept_secrets import random_secret_key, random_webhook_secret, secret_make, secrets_folder
from landline.listening import port_check
from landline.preflight import database_check, restoration_check, schema_rights_needed
from landline.supervisor.programs import OWNER_VARIABLES, UPSTREAM_VARIABLES

# An invented world never shares a database, an account or a key with a real one.
REAL_WORLD_VARIABLES = (
    UPSTREAM_VARIABLES | OWNER_VARIABLES | {"DATABASE_URL", "DATABASE_URL_FILE", "PUBLIC_URL"}
)


def run(*, demo: bool, stop_with_parent: bool) -> int:
    """Starts everything and stays until SIGINT or SIGTERM; returns the exit code."""
    parent = os.getppid() if stop_with_parent else None
    terminate_by_exception()
    environment = process_prepare("owner")
    if demo:
        demo_world_choose(environment)
    own_secrets_make(environment)
    django.setup()
    from landline.supervisor.launcher import Launcher

    with_simulator = demo or not settings.LANDLINE_UPSTREAM.is_configured()
    if not with_simulator:
        settings.LANDLINE_UPSTREAM.credentials()
    port_check(settings.LANDLINE_BIND, variable="LANDLINE_BIND")
    if with_simulator:
        port_check(settings.LANDLINE_SIMULATOR_BIND, variable="LANDLINE_SIMULATOR_BIND")
    cluster = embedded_cluster(environment)
    if cluster is not None:
        cluster.acquire()
    try:
        login = database_prepare(environment)
        launcher = Launcher(cluster, login, with_simulator=with_simulator, is_demo=demo, parent=parent)
        return asyncio.run(launcher.run())
    finally:
        if cluster is not None:
            cluster.release()


def demo_world_choose(environment: Environment) -> None:
    for name in REAL_WORLD_VARIABLES:
        os.environ.pop(name, None)
    data_dir = environment.folder("LANDLINE_DATA_DIR", default="var") / "demo"
    os.environ["LANDLINE_DATA_DIR"] = str(data_dir)


def own_secrets_make(environment: Environment) -> None:
    """Makes the secrets nobody has given, once."""
    folder = secrets_folder(environment.folder("LANDLINE_DATA_DIR", default="var"))
    for name, make in (
        ("LANDLINE_SECRET_KEY", random_secret_key),
        ("LANDLINE_WEBHOOK_SECRET", random_webhook_secret),
        ("LANDLINE_HOSTED_TOKEN", random_webhook_secret),
    ):
        if environment.text(name) is None and environment.text(f"{name}_FILE") is None:
            secret_make(folder / name.removeprefix("LANDLINE_").lower(), make())


def database_prepare(environment: Environment) -> FirstLogin:
    database_check()
    with schema_rights_needed():
        call_command("migrate", verbosity=0, interactive=False)
    restoration_check()
    runtime_rights_grant(environment, data_dir=settings.LANDLINE_DATA_DIR)
    login = first_user_make(secrets_folder(settings.LANDLINE_DATA_DIR))
    connections.close_all()
    return login
