"""`/accounts` and the hosted connection page's link."""

from __future__ import annotations

from urllib.parse import urlsplit

from simulator.api.connections import proxy_read
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

    async def hosted_link(self, request: Request) -> Response:
        """200 HostedAuthUrl; behind the link is the simulator's own page, which plays the vendor's."""
        document = await read_json(request)
        kind = require_text(document, "type")
        require_text(document, "api_url")
        _require_expiry(require_text(document, "expiresOn"))
        account, providers = None, []
        if kind == "reconnect":
            account = self._service.account(require_text(document, "reconnect_account"))
        elif kind == "create":
            providers = _providers(document.get("providers"))
        else:
            raise ApiError("invalid_parameters", "type must be create or reconnect.")
        given = document.get("proxy")
        link = self._service.hosted.link(
            providers,
            proxy=None if given is None else proxy_read(given),
            name=_optional_text(document, "name"),
            notify_url=_optional_url(document, "notify_url"),
            success_url=_optional_url(document, "success_redirect_url"),
            failure_url=_optional_url(document, "failure_redirect_url"),
            account=account,
        )
        host = request.headers.get("host", "")
        return json_response({"object": "HostedAuthUrl", "url": f"http://{host}/?connect={link.id}"})


def _position(account: Account) -> Position:
    return 0, account.sequence


def _require_expiry(text: str) -> None:
    try:
        parse_stamp(text)
    except ValueError:
        raise ApiError("invalid_parameters", "expiresOn must be YYYY-MM-DDTHH:MM:SS.sssZ.") from None


def _providers(value: object) -> list[str]:
    if isinstance(value, str) and value in _PROVIDER_GROUPS:
        return [value]
    if isinstance(value, list) and value and all(one in _PROVIDERS for one in value):
        return value
    raise ApiError("invalid_parameters", "providers must be a known group or a list of providers.")


def _optional_text(document: dict[str, object], name: str) -> str | None:
    return None if document.get(name) is None else require_text(document, name)


def _optional_url(document: dict[str, object], name: str) -> str | None:
    url = _optional_text(document, name)
    if url is not None and urlsplit(url).scheme not in {"http", "https"}:
        raise ApiError("invalid_parameters", f"{name} must be a URL.")
    return url
