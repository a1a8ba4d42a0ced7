"""The ASGI application: the API under `/api/v1`, the page everywhere else."""

from __future__ import annotations

import asyncio
import hmac
import logging
import time
from collections.abc import Callable
from functools import partial
from typing import Protocol

from simulator import spoiling
from simulator.api.accounts import Accounts
from simulator.api.attendees import Attendees
from simulator.api.chats import Chats
from simulator.api.connections import AccountConnections
from simulator.api.errors import ApiError
from simulator.api.messages import Messages
from simulator.api.sending import Sending
from simulator.api.service import Service
from simulator.api.users import Users
from simulator.api.webhooks import Webhooks
from simulator.calls import Call, Calls
from simulator.faults import Fault, Faults, When
from simulator.moments import Clock
from simulator.web.forms import MalformedBodyError
from simulator.web.messages import BodyTooLargeError, Receive, Request, Response, Scope, Send, SenderGoneError
from simulator.web.router import Handler, Router
from simulator.web.server import Connections

API_PREFIX = ["api", "v1"]

Found = tuple[str, dict[str, str], Handler]
"""The template of a path, its variable parts and what answers it."""

logger = logging.getLogger("simulator")


class Site(Protocol):
    """What answers outside the API."""

    async def answer(self, request: Request) -> Response:
        """The answer to any request."""


class Application:
    """Takes requests apart: route, key, fault, handler, record."""

    def __init__(
        self,
        service: Service,
        site: Site,
        *,
        calls: Calls,
        faults: Faults,
        connections: Connections,
        clock: Clock,
        api_key: str,
    ) -> None:
        self._service = service
        self._site = site
        self._calls = calls
        self._faults = faults
        self._connections = connections
        self._clock = clock
        self._api_key = api_key.encode()
        self._routes: Router[Handler] = Router()
        for resource in (Accounts, AccountConnections, Chats, Sending, Messages, Attendees, Users, Webhooks):
            for method, template, handler in resource(service).routes():
                self._routes.add(method, template, handler)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        in_api = request.segments[:2] == API_PREFIX
        response = await self._api(request) if in_api else await self._site.answer(request)
        if response is not None:
            await response.send(send)

    async def _api(self, request: Request) -> Response | None:
        """The answer of the API, None when the connection is gone."""
        at, start = self._clock(), time.monotonic()
        found = self._routes.match(request.method, request.segments[2:])
        request.at, request.cursor_seconds = at.timestamp(), self._service.habits.cursor_seconds
        request.endpoint = f"{request.method} {found[0] if found else 'unknown'}"
        request.fault = self._faults.take(request.endpoint, request.path)
        try:
            response = await self._in_time(request, found)
        except SenderGoneError:
            response = None
        self._calls.add(
            Call(
                request.endpoint,
                request.path,
                request.query,
                at,
                time.monotonic() - start,
                response.status if response else None,
                request.fault.kind if request.fault else None,
            )
        )
        return response

    async def _in_time(self, request: Request, found: Found | None) -> Response | None:
        """The answer after the time that a call takes. A call whose body is here is carried out, even if its caller
        has gone meanwhile.
        """
        half_seconds = self._service.habits.latency_seconds / 2
        try:
            await request.body()
        except BodyTooLargeError:
            return ApiError("content_too_large").response()
        await asyncio.sleep(half_seconds)
        if request.fault is None:
            response: Response | None = await self._answer(request, found)
        else:
            response = await self._faulty(request, found, request.fault)
        await asyncio.sleep(half_seconds)
        return response

    async def _answer(self, request: Request, found: Found | None) -> Response:
        try:
            self._require_key(request)
            if found is None:
                raise ApiError("resource_not_found", f"Cannot {request.method} {request.path}")
            request.params = found[1]
            return await found[2](request)
        except ApiError as error:
            return error.response()
        except MalformedBodyError as error:
            return ApiError("malformed_request", str(error)).response()
        except Exception:
            logger.exception("%s %s failed", request.method, request.path)
            return ApiError("unexpected_error").response()

    def _require_key(self, request: Request) -> None:
        """401 `missing_credentials` for an absent key and for a wrong one."""
        if not hmac.compare_digest(request.headers.get("x-api-key", "").encode(), self._api_key):
            raise ApiError("missing_credentials")

    async def _faulty(self, request: Request, found: Found | None, fault: Fault) -> Response | None:
        await asyncio.sleep(fault.delay_seconds)
        if fault.when is When.BEFORE and fault.cut:
            await self._hang_up(request)
            return None
        if fault.when is When.BEFORE and fault.status is not None:
            return fault.answer()
        real = await self._answer(request, found)
        if fault.cut and fault.when is When.DURING:
            return spoiling.break_off(partial(self._connections.cut, request.client), real, request)
        if fault.cut:
            await self._hang_up(request, real.after)
            return None
        if fault.status is not None:
            return fault.answer(real.after)
        return real if fault.spoil is None else fault.spoil(real, request)

    async def _hang_up(self, request: Request, after: Callable[[], None] | None = None) -> None:
        self._connections.cut(request.client)
        await request.hung_up()
        if after is not None:
            after()
