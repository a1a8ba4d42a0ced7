"""Which programs an installation consists of, and what each is told."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from landline.environment import Bind

UPSTREAM_VARIABLES = frozenset({"UNIPILE_DSN", "UNIPILE_DSN_FILE", "UNIPILE_API_KEY", "UNIPILE_API_KEY_FILE"})
SIMULATED_NAMES = ("LANDLINE_SIMULATED_DSN", "LANDLINE_SIMULATED_API_KEY")
OWNER_VARIABLES = frozenset({"LANDLINE_DATABASE_OWNER_URL", "LANDLINE_DATABASE_OWNER_URL_FILE"})
WORKER_READY = "worker ready"


@dataclass(frozen=True, slots=True)
class Program:
    """One child of the launcher: ready when its address answers HTTP, or when it writes ``ready_text``."""

    name: str
    module: str
    arguments: tuple[str, ...]
    variables: Mapping[str, str]
    address: Bind | None = None
    ready_text: str | None = None

    @property
    def command(self) -> tuple[str, ...]:
        return (sys.executable, "-m", self.module, *self.arguments)


@dataclass(frozen=True, slots=True)
class SimulatedUpstream:
    """A local Unipile in place of the real one: where it listens, what it remembers, whom it tells."""

    bind: Bind
    state_file: Path
    webhook_url: str
    webhook_secret_file: Path


def programs_for(
    variables: Mapping[str, str], *, bind: Bind, simulated: SimulatedUpstream | None, is_demo: bool = False
) -> list[Program]:
    """The programs in starting order.

    Only the worker, and the simulator that checks it, get the key; none gets the schema owner's address. A simulated key gives
    way to one that is kept later, except in a demo, whose world stays invented.
    """
    withheld = UPSTREAM_VARIABLES | OWNER_VARIABLES
    common = {name: value for name, value in variables.items() if name not in withheld}
    programs = []
    if simulated is None:
        upstream = {name: value for name, value in variables.items() if name in UPSTREAM_VARIABLES}
        if "UNIPILE_DSN" in upstream or "UNIPILE_DSN_FILE" in upstream:
            common["LANDLINE_UPSTREAM_SOURCE"] = "environment"
    else:
        key = secrets.token_urlsafe(32)
        names = ("UNIPILE_DSN", "UNIPILE_API_KEY") if is_demo else SIMULATED_NAMES
        upstream = dict(zip(names, (simulated.bind.url, key), strict=True))
        common["LANDLINE_DEMO"] = "1"
        common["LANDLINE_UPSTREAM_SOURCE"] = "environment" if is_demo else "simulated"
        # Before the worker, which asks it for the accounts at once; its deliveries are repeated.
        programs.append(simulator_program({**common, "UNIPILE_API_KEY": key}, simulated))
    programs.append(Program("web", "landline", ("web",), common, address=bind))
    programs.append(
        Program("worker", "landline", ("worker",), {**common, **upstream}, ready_text=WORKER_READY)
    )
    return programs


def simulator_program(variables: Mapping[str, str], simulated: SimulatedUpstream) -> Program:
    arguments = (
        f"--bind={simulated.bind}",
        f"--webhook-url={simulated.webhook_url}",
        f"--webhook-secret-file={simulated.webhook_secret_file}",
        f"--state={simulated.state_file}",
        "--scenario=demo",
        "--seed=1",
        "--exit-with-parent",
    )
    return Program("simulator", "simulator", arguments, variables, address=simulated.bind)
