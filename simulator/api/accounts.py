"""`/accounts` and the hosted connection page's link."""

from __future__ import annotations

import secrets

from simulator.api.documents import account_document
from simulator.api.errors import ApiError, require_text
from simulator.api.paging import page_request
from simulator.api.service import Route, Service
from simulator.model import Account, Position
from simulator.moments import parse_stamp
from simulator.web.forms import read_json
from simulator.web.messages import Request, Response, json_response

_PROVIDERS = frozenset(
    ("LINKEDIN", "WHATSAPP", "INSTAGRAM", "MESSENGER", "TELEGRAM", "GOOGLE", "OUTLOOK", "TWITTER", "MAIL")
)
_PROVIDER_GROUPS = frozenset(("*", "*:MAILING", "*:MESSAGING", "*:CALENDAR"))


class Accounts:
    """Handlers over the connected accounts."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def routes(self) -> list[Route]:
        """Method, template and handler of each operation."""
        return [
            ("GET", "/accounts", self.list_all),
            ("GET", "/accounts/{id}", self.read),
            ("DELETE", "/accounts/{id}", self.delete),
            ("POST", "/accounts/{id}/restart", self.restart),
            ("POST", "/hosted/accounts/link", self.hosted_link),
        ]

    async def list_all(self, request: Request) -> Response:
        """200 AccountList, the newest account first."""
        page = page_request(request)
        accounts = sorted(self._service.world.accounts.values(), key=_position, reverse=True)
        if page.older_than is not None:
            accounts = [one for one in accounts if _position(one) < page.older_than]
        return json_response(page.page("AccountList", accounts, _position, account_document))

    async def read(self, request: Request) -> Response:
        """200 Account."""
        return json_response(account_document(self._service.account(request.params["id"])))

    async def delete(self, request: Request) -> Response:
        """200 AccountDeleted; its chats are gone with it."""
        self._service.changes.account_delete(self._service.account(request.params["id"]))
        return json_response({"object": "AccountDeleted"})

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

    async def hosted_link(self, request: Request) -> Response:
        """200 HostedAuthUrl. The page behind the link is the vendor's and does not exist here."""
        document = await read_json(request)
        kind = require_text(document, "type")
        require_text(document, "api_url")
        _require_expiry(require_text(document, "expiresOn"))
        if kind == "reconnect":
            self._service.account(require_text(document, "reconnect_account"))
        elif kind == "create":
            _require_providers(document.get("providers"))
        else:
            raise ApiError("invalid_parameters", "type must be create or reconnect.")
        return json_response(
            {"object": "HostedAuthUrl", "url": f"https://account.unipile.com/{secrets.token_urlsafe(24)}"}
        )


def _position(account: Account) -> Position:
    return 0, account.sequence


def _require_expiry(text: str) -> None:
    try:
        parse_stamp(text)
    except ValueError:
        raise ApiError("invalid_parameters", "expiresOn must be YYYY-MM-DDTHH:MM:SS.sssZ.") from None


def _require_providers(value: object) -> None:
    if isinstance(value, str) and value in _PROVIDER_GROUPS:
        return
    if isinstance(value, list) and value and all(one in _PROVIDERS for one in value):
        return
    raise ApiError("invalid_parameters", "providers must be a known group or a list of providers.")
