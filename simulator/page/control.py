"""How another process governs the API: faults, habits, numbers, and the record of what was asked and sent."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from simulator.api.errors import STATUSES
from simulator.api.service import Route, Service
from simulator.calls import Calls
from simulator.fault_kinds import FaultKind, FaultOrder, fault_of
from simulator.fault_plan import FaultPlan, rough_plan
from simulator.faults import Faults
from simulator.habits import Echo, Habits
from simulator.page.refusals import RefusedError, phone_number_of, script_json
from simulator.web.messages import Request, Response, json_response

Read = TypeVar("Read")


class Control:
    """Handlers of the page's own API below `/play`, over what callers of the API meet."""

    def __init__(self, service: Service, faults: Faults, calls: Calls) -> None:
        self.service = service
        self._faults = faults
        self._calls = calls

    def routes(self) -> list[Route]:
        """Method, template and handler of each operation."""
        return [
            ("GET", "/play/faults", self.faults),
            ("POST", "/play/faults", self.add_fault),
            ("DELETE", "/play/faults", self.clear_faults),
            ("POST", "/play/faults/plan", self.follow_plan),
            ("GET", "/play/habits", self.habits),
            ("POST", "/play/habits", self.set_habits),
            ("POST", "/play/numbers", self.number),
            ("GET", "/play/calls", self.calls),
            ("GET", "/play/sent", self.sent),
        ]

    async def faults(self, _request: Request) -> Response:
        """What waits, what is planned, how often each kind has struck, and the kinds and types there are."""
        faults = self._faults
        return json_response(
            {
                "waiting": [
                    {
                        "kind": one.kind,
                        "endpoint": one.endpoint,
                        "within": one.within,
                        "times": one.times,
                    }
                    for one in faults
                ],
                "plans": [
                    {"plan": plan, "calls": faults.planned[endpoint]}
                    for endpoint, plan in faults.plans.items()
                ],
                "met": faults.met,
                "kinds": list(FaultKind),
                "types": list(STATUSES),
                "echoes": list(Echo),
            }
        )

    async def add_fault(self, request: Request) -> Response:
        """A fault for the next calls."""
        self._faults.add(fault_of(_read(await script_json(request), FaultOrder)))
        return await self.faults(request)

    async def clear_faults(self, request: Request) -> Response:
        """None from now on."""
        self._faults.clear()
        return await self.faults(request)

    async def follow_plan(self, request: Request) -> Response:
        """A plan; with a seed alone, the rough one."""
        document = await script_json(request)
        if document.keys() == {"seed"} and isinstance(document["seed"], int):
            self._faults.follow(rough_plan(document["seed"]))
        else:
            self._faults.follow(_read(document, FaultPlan))
        return await self.faults(request)

    async def habits(self, _request: Request) -> Response:
        """How the service behaves."""
        return json_response(self.service.habits)

    async def set_habits(self, request: Request) -> Response:
        """It behaves otherwise in what is named."""
        changed = {**msgspec.to_builtins(self.service.habits), **await script_json(request)}
        self.service.habits = _read(changed, Habits)
        return await self.habits(request)

    async def number(self, request: Request) -> Response:
        """Whether a `phone_number` that nobody has yet is on WhatsApp (`reachable`)."""
        document = await script_json(request)
        phone_number, reachable = phone_number_of(document), document.get("reachable")
        if phone_number is None or not isinstance(reachable, bool):
            raise RefusedError(400, "phone_number and reachable are needed.")
        unreachable = self.service.world.unreachable
        if reachable:
            unreachable.discard(phone_number)
        else:
            unreachable.add(phone_number)
        return json_response({"phone_number": phone_number, "reachable": reachable})

    async def calls(self, _request: Request) -> Response:
        """How often each endpoint was called."""
        return json_response({"counts": self._calls.counts})

    async def sent(self, request: Request) -> Response:
        """Accepted sends in order, those after the first `after`."""
        after = request.query.get("after", "0")
        if not after.isdecimal():
            raise RefusedError(400, "after must be a number.")
        return json_response({"sent": self.service.sent.after(int(after))})


def _read(document: dict[str, Any], kind: type[Read]) -> Read:
    try:
        return msgspec.convert(document, kind)
    except msgspec.ValidationError as error:
        raise RefusedError(400, str(error)) from error
