"""Which programs an installation consists of, and what each is told."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from landline.environment import Bind

WEBHOOK_PATH = "/api/v1/webhooks/unipile/"
UPSTREAM_VARIABLES = frozenset({"UNIPILE_DSN", "UNIPILE_API_KEY", "UNIPILE_API_KEY_FILE"})
WORKER_READY = "worker ready"


@dataclass(frozen=True, slots=True)
class Program:
    """One child of the launcher: ready when its address answers HTTP, or when it writes ``ready_text``."""

    name: str
    arguments: tuple[str, ...]
    variables: Mapping[str, str]
    address: Bind | None = None
    ready_text: str | None = None

    @property
    def command(self) -> tuple[str, ...]:
        return (sys.executable, "-m", "landline", *self.arguments)


def programs_for(
    variables: Mapping[str, str], *, bind: Bind, simulator_bind: Bind | None, webhook_secret: str
) -> list[Program]:
    """The programs in starting order; with ``simulator_bind`` a simulator plays Unipile.

    Only the worker, and the simulator that checks it, get the key.
    """
    without_upstream = {name: value for name, value in variables.items() if name not in UPSTREAM_VARIABLES}
    if simulator_bind is None:
        upstream = {name: value for name, value in variables.items() if name in UPSTREAM_VARIABLES}
        programs = []
    else:
        upstream = {"UNIPILE_DSN": simulator_bind.url, "UNIPILE_API_KEY": secrets.token_urlsafe(32)}
        without_upstream["LANDLINE_DEMO"] = "1"
        programs = [simulator_program(without_upstream, upstream, simulator_bind, bind, webhook_secret)]
    web = Program("web", ("web",), without_upstream, address=bind)
    worker = Program("worker", ("worker",), {**without_upstream, **upstream}, ready_text=WORKER_READY)
    # Deliveries need someone to take them: the server first, the sender last.
    return [web, worker, *programs]


def simulator_program(
    variables: Mapping[str, str],
    upstream: Mapping[str, str],
    simulator_bind: Bind,
    bind: Bind,
    webhook_secret: str,
) -> Program:
    return Program(
        "simulator",
        (
            "simulator",
            f"--bind={simulator_bind}",
            f"--webhook-url={bind.url}{WEBHOOK_PATH}",
            "--scenario=demo",
            "--seed=1",
        ),
        {**variables, **upstream, "LANDLINE_WEBHOOK_SECRET": webhook_secret},
        address=simulator_bind,
    )
