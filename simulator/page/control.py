"""How another process governs the API: faults, habits, numbers, and the record of what was asked and sent."""

from __future__ import annotations

from datetime import datetime
from itertools import takewhile
from typing import Any, TypeVar

import msgspec

from simulator.api.errors import STATUSES
from simulator.api.service import Route, Service
from simulator.calls import Calls
from simulator.fault_kinds import FaultKind, FaultOrder, fault_of
from simulator.fault_plan import FaultPlan, rough_plan
from simulator.faults import Faults
from simulator.habits import Echo, Habits
from simulator.least_calls import comparison_least, history_least
from simulator.model import Account, Message
from simulator.moments import parse_stamp, stamp
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
            ("GET", "/play/least_calls", self.least),
            ("GET", "/play/drops", self.drops),
            ("GET", "/play/messages", self.messages),
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

    async def calls(self, request: Request) -> Response:
        """How often each endpoint was called and how many calls only read; with `after=N` the calls themselves, those
        after the first N.
        """
        document: dict[str, Any] = {
            "counts": self._calls.counts,
            "total": len(self._calls),
            "reads": self._calls.reads,
        }
        if "after" in request.query:
            document["calls"] = self._calls.after(_number(request, "after"))
        return json_response(document)

    async def least(self, request: Request) -> Response:
        """The fewest page reads with which an account's history can be read, or what is `since` a moment be compared."""
        account = self._account(request)
        since = _moment(request, "since")
        if since is None:
            return json_response(history_least(self.service.world, account))
        return json_response(comparison_least(self.service.world, account, since))

    async def drops(self, _request: Request) -> Response:
        """The webhooks that never arrived: dropped on demand, or given up."""
        gone = [one for one in self.service.deliveries if one.state in {"dropped", "lost"}]
        return json_response(
            {
                "told": len(self.service.deliveries),
                "drops": [
                    {
                        "number": one.number,
                        "state": one.state,
                        "event": one.event,
                        "account_id": one.account_id,
                        "chat_id": one.chat_id,
                        "message_id": one.message_id,
                    }
                    for one in gone
                ],
            }
        )

    async def messages(self, request: Request) -> Response:
        """What an account really holds, newest first, or since `since`; no call of the API."""
        account, since = self._account(request), _moment(request, "since")
        kept = self.service.world.account_messages([account])
        if since is not None:
            kept = takewhile(lambda one: one.timestamp >= since, kept)
        return json_response({"messages": [_held(one) for one in kept]})

    def _account(self, request: Request) -> Account:
        account = self.service.world.accounts.get(request.query.get("account_id", ""))
        if account is None:
            raise RefusedError(404, "There is no such account.")
        return account

    async def sent(self, request: Request) -> Response:
        """Accepted sends in order, those after the first `after`."""
        return json_response({"sent": self.service.sent.after(_number(request, "after"))})


def _read(document: dict[str, Any], kind: type[Read]) -> Read:
    try:
        return msgspec.convert(document, kind)
    except msgspec.ValidationError as error:
        raise RefusedError(400, str(error)) from error


def _number(request: Request, name: str) -> int:
    text = request.query.get(name, "0")
    if not text.isdecimal():
        raise RefusedError(400, f"{name} must be a number.")
    return int(text)


def _moment(request: Request, name: str) -> datetime | None:
    text = request.query.get(name)
    try:
        return None if text is None else parse_stamp(text)
    except ValueError as error:
        raise RefusedError(400, f"{name} must be a moment like 2026-05-18T19:44:12.000Z.") from error


def _held(message: Message) -> dict[str, Any]:
    return {
        "id": message.id,
        "chat_id": message.chat.id,
        "timestamp": stamp(message.timestamp),
        "text": message.text,
        "edited": message.edited,
        "deleted": message.deleted,
        "is_event": message.is_event,
        "reactions": [{"value": one.value, "sender_id": one.sender.provider_id} for one in message.reactions],
    }
