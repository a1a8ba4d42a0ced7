"""What a person does to accounts that are being connected: scan, pair, confirm, wait too long, give up."""

from __future__ import annotations

from typing import Any

from simulator.api.service import Route, Service
from simulator.connecting import Attempt, CheckpointKind, ConnectingError
from simulator.page.refusals import RefusedError, optional_text, phone_number_of, script_json
from simulator.web.messages import Request, Response, json_response


class AttemptPlays:
    """Handlers of the page's own API below `/play`, over attempts to connect."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._connecting = service.connecting

    def routes(self) -> list[Route]:
        """Method, template and handler of each operation."""
        return [
            ("GET", "/play/connections", self.attempts),
            ("POST", "/play/connections/{account_id}", self.act),
            ("POST", "/play/checkpoints", self.want),
        ]

    async def attempts(self, _request: Request) -> Response:
        """The attempts under way, and how many chats the accounts that are importing still lack."""
        open_ones = [
            one for one in self._connecting.attempts.values() if self._connecting.is_open(one.account_id)
        ]
        return json_response(
            {"connections": [_view(one) for one in open_ones], "importing": self._service.importing.left}
        )

    async def act(self, request: Request) -> Response:
        """`do` one of `scan`, `pair`, `confirm`, `expire` and `give_up`."""
        document = await script_json(request)
        account_id, code = request.params["account_id"], optional_text(document, "code")
        try:
            match document.get("do"):
                case "scan":
                    if (attempt := self._connecting.attempts.get(account_id)) is not None:
                        attempt.name = (optional_text(document, "name") or attempt.name)[:80]
                    self._connecting.scan(account_id, code=code, phone_number=phone_number_of(document))
                case "pair":
                    self._connecting.pair(account_id, code or "")
                case "confirm":
                    self._connecting.confirm(account_id)
                case "expire":
                    self._connecting.expire(account_id)
                case "give_up":
                    self._connecting.give_up(account_id)
                case _:
                    raise RefusedError(400, "do is scan, pair, confirm, expire or give_up.")
        except ConnectingError as error:
            raise RefusedError(409, str(error)) from error
        return await self.attempts(request)

    async def want(self, request: Request) -> Response:
        """The `checkpoints` that the next attempts of a `provider` meet, in order; an empty list for none."""
        document = await script_json(request)
        try:
            wanted = [CheckpointKind(one) for one in document.get("checkpoints") or ()]
        except ValueError as error:
            raise RefusedError(400, str(error)) from error
        provider = optional_text(document, "provider")
        if provider is None or CheckpointKind.QRCODE in wanted:
            raise RefusedError(400, "A provider, and checkpoints other than QRCODE, are needed.")
        self._connecting.wanted[provider] = wanted
        return json_response({"provider": provider, "checkpoints": wanted})


def _view(attempt: Attempt) -> dict[str, Any]:
    return {
        "account_id": attempt.account_id,
        "provider": attempt.provider,
        "checkpoint": attempt.checkpoints[0],
        "code": attempt.code or None,
        "pairing_code": attempt.pairing_code,
        "again": attempt.account.name if attempt.account else None,
    }
