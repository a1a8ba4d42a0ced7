"""Connecting accounts: by a code to scan, by credentials, through checkpoints; again, restarted, by another proxy."""

from __future__ import annotations

import re

from simulator.api.errors import ApiError, require_text
from simulator.api.service import Route, Service, require_feature
from simulator.connecting import (
    BY_CODE,
    BY_CREDENTIALS,
    TRY_ANOTHER_WAY,
    WRONG_CODE,
    Attempt,
    CheckpointKind,
)
from simulator.model import LINKEDIN, WHATSAPP, Account
from simulator.web.forms import read_json
from simulator.web.messages import Request, Response, json_response

REFUSED_PASSWORD = "wrong"  # noqa: S105 - what a test types to be refused
_DIGITS = re.compile(r"\d{7,15}")
_SYNC_STEPS = {None: "SYNC_STARTED", "SYNC_STARTED": "SYNC_RUNNING", "SYNC_RUNNING": "SYNC_DONE"}


class AccountConnections:
    """Handlers over attempts to connect, and over the connection of an account."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._connecting = service.connecting

    def routes(self) -> list[Route]:
        """Method, template and handler of each operation."""
        return [
            ("POST", "/accounts", self.connect),
            ("POST", "/accounts/checkpoint", self.solve),
            ("POST", "/accounts/checkpoint/resend", self.resend),
            ("POST", "/accounts/{id}", self.reconnect),
            ("PATCH", "/accounts/{id}", self.change),
            ("POST", "/accounts/{id}/restart", self.restart),
            ("GET", "/accounts/{account_id}/sync", self.sync),
        ]

    async def connect(self, request: Request) -> Response:
        """201 AccountCreated, or 202 Checkpoint."""
        return self._begin(await read_json(request), None)

    async def reconnect(self, request: Request) -> Response:
        """201 AccountReconnected, or 202 Checkpoint, under the same id."""
        document = await read_json(request)
        account = self._service.account(request.params["id"])
        if self._service.habits.one_attempt_at_a_time and self._connecting.is_open(account.id):
            raise ApiError("auth_in_progress")
        return self._begin({"provider": account.type, **document}, account)

    async def solve(self, request: Request) -> Response:
        """201 when the code solved the last checkpoint, 202 with the next one."""
        document = await read_json(request)
        attempt = self._attempt(document, require_text(document, "account_id"))
        code = require_text(document, "code")
        if code == TRY_ANOTHER_WAY:
            attempt.checkpoints[0] = CheckpointKind.OTP
            return json_response(attempt.document(), 202)
        kind = attempt.checkpoints[0]
        if kind is CheckpointKind.IN_APP_VALIDATION and code != "in_app_validation":
            raise ApiError("invalid_checkpoint_solution", "This is confirmed in the provider's app.")
        if code == WRONG_CODE or kind is CheckpointKind.QRCODE:
            raise ApiError("invalid_checkpoint_solution")
        if kind is CheckpointKind.PHONE_REGISTER and CheckpointKind.OTP not in attempt.checkpoints:
            attempt.checkpoints.insert(1, CheckpointKind.OTP)
        account = self._connecting.pass_one(attempt)
        if account is None:
            return json_response(attempt.document(), 202)
        return _connected(account.id, again=attempt.account is not None)

    async def resend(self, request: Request) -> Response:
        """200 CheckpointResend: whether there is something that could be sent again."""
        document = await read_json(request)
        attempt = self._attempt(document, require_text(document, "account_id"))
        success = attempt.checkpoints[0] in {CheckpointKind.OTP, CheckpointKind.TWO_FACTORS}
        return json_response(
            {"object": "CheckpointResend", "account_id": attempt.account_id, "success": success}
        )

    async def change(self, request: Request) -> Response:
        """200 AccountUpdated: another `proxy`, or none."""
        account = self._service.account(request.params["id"])
        document = await read_json(request)
        if "proxy" not in document:
            raise ApiError("missing_parameters", "proxy is required.")
        account.proxy = None if document["proxy"] is None else proxy_read(document["proxy"])
        return json_response({"object": "AccountUpdated", "account_id": account.id})

    async def restart(self, request: Request) -> Response:
        """200 AccountRestarted; a healthy account tells nobody, one that lost its session cannot be
        restarted.
        """
        account = self._service.account(request.params["id"])
        if account.status in {"CREDENTIALS", "PERMISSIONS"}:
            return json_response({"object": "AccountFailedToRestart"})
        if not account.connected:
            self._service.changes.account_set_status(account, "OK")
        return json_response({"object": "AccountRestarted"})

    async def sync(self, request: Request) -> Response:
        """200 AccountResync, LinkedIn only. The first call starts, the next ones look on."""
        account = self._service.account(request.params["account_id"])
        require_feature(account, LINKEDIN)
        account.sync = _SYNC_STEPS.get(account.sync, "SYNC_STARTED")
        return json_response({"object": "AccountResync", "status": account.sync})

    def _begin(self, document: dict[str, object], account: Account | None) -> Response:
        provider = require_text(document, "provider")
        if account is not None and provider != account.type:
            raise ApiError("account_mismatch")
        pairing = document.get("pairing_phone_number")
        if pairing is not None and not (isinstance(pairing, str) and _DIGITS.fullmatch(pairing)):
            raise ApiError("invalid_parameters", "pairing_phone_number must be 7 to 15 digits.")
        if document.get("proxy") is not None:
            proxy_read(document["proxy"])
        name = account.name if account is not None else "New account"
        if provider in BY_CREDENTIALS:
            name = _identity(document, provider)
        elif provider not in BY_CODE:
            raise ApiError("feature_not_implemented", f"{provider} accounts connect by the hosted page.")
        attempt = self._connecting.begin(
            provider,
            name,
            account=account,
            pairing=pairing if provider == WHATSAPP and isinstance(pairing, str) else None,
        )
        if attempt is not None:
            return json_response(attempt.document(), 202)
        newest = account or list(self._service.world.accounts.values())[-1]
        return _connected(newest.id, again=account is not None)

    def _attempt(self, document: dict[str, object], account_id: str) -> Attempt:
        """The attempt: 408 when its time is over, 400 once it is gone."""
        attempt = self._connecting.find(account_id)
        if attempt is None:
            raise ApiError("invalid_parameters", "Nothing is being connected under this id.")
        if attempt.expired:
            raise ApiError("request_timeout", status=408)
        if document.get("provider") != attempt.provider:
            raise ApiError("account_mismatch")
        return attempt


def _identity(document: dict[str, object], provider: str) -> str:
    """Whom the credentials name; 401 for a wrong password."""
    if provider == LINKEDIN and document.get("access_token") is not None:
        return "LinkedIn member"
    username = require_text(document, "username")
    if require_text(document, "password") == REFUSED_PASSWORD:
        raise ApiError("invalid_credentials")
    return username


def proxy_read(value: object) -> dict[str, object]:
    """A proxy as given; 400 without a host and a port."""
    if not isinstance(value, dict):
        raise ApiError("invalid_parameters", "proxy must be an object.")
    if not isinstance(value.get("host"), str) or not isinstance(value.get("port"), int):
        raise ApiError("invalid_parameters", "proxy needs a host and a port.")
    return value


def _connected(account_id: str, *, again: bool) -> Response:
    kind = "AccountReconnected" if again else "AccountCreated"
    return json_response({"object": kind, "account_id": account_id}, 201)
