"""What the person at the page does behind the scenes: connections, spelling, faults, and what is no message."""

from __future__ import annotations

from dataclasses import asdict

from simulator.acts import Acts
from simulator.api.service import Route
from simulator.dialects import DESCRIPTIONS, dialect_named
from simulator.hosted import Hosted
from simulator.model import LINKEDIN, TELEGRAM, WHATSAPP, Account, HostedLink
from simulator.page.plays import FATES, MEDIA
from simulator.page.refusals import RefusedError, optional_text, phone_number_of, script_json
from simulator.page.views import account_view, link_view
from simulator.web.messages import Request, Response, json_response
from simulator.webhooks.deliveries import Deliveries
from simulator.webhooks.foreign import FOREIGN_EVENTS
from simulator.webhooks.oddities import ODDITIES
from simulator.webhooks.troubles import Trouble

STATUSES = ("OK", "CONNECTING", "CREDENTIALS", "PERMISSIONS", "ERROR", "STOPPED")
TOLD_ONLY = ("SYNC_SUCCESS", "RECONNECTED", "CREATION_FAIL", "HIBERNATING")
"""Words that are told while the account stays as it is; the last one is not in any document."""


class Machinery:
    """Handlers of the page's own API below `/play`, over accounts and deliveries."""

    def __init__(self, acts: Acts, deliveries: Deliveries, hosted: Hosted) -> None:
        self._acts = acts
        self._world = acts.world
        self._deliveries = deliveries
        self._hosted = hosted

    def routes(self) -> list[Route]:
        """Method, template and handler of each operation."""
        return [
            ("GET", "/play/choices", self.choices),
            ("GET", "/play/accounts", self.accounts),
            ("POST", "/play/accounts/{account_id}", self.account),
            ("GET", "/play/trouble", self.trouble),
            ("POST", "/play/trouble", self.set_trouble),
            ("POST", "/play/links/{link_id}", self.follow),
        ]

    async def choices(self, _request: Request) -> Response:
        """Everything there is to choose from."""
        return json_response(
            {
                "dialects": [{"name": name, "sentence": text} for name, text in DESCRIPTIONS.items()],
                "statuses": STATUSES,
                "told_only": TOLD_ONLY,
                "elsewhere": FOREIGN_EVENTS,
                "oddities": ODDITIES,
                "media": MEDIA,
                "fates": FATES,
            }
        )

    async def accounts(self, _request: Request) -> Response:
        """The accounts, and the links to connect others that nobody has followed yet."""
        links = [one for one in self._world.hosted_links.values() if not one.finished]
        return json_response(
            {
                "accounts": [account_view(one) for one in self._world.accounts.values()],
                "links": [link_view(one) for one in links],
            }
        )

    async def account(self, request: Request) -> Response:
        """One thing about an account: its `status`, its `dialect`, its `mirror`, or something `elsewhere` or `odd`."""
        account = self._world.accounts.get(request.params["account_id"])
        if account is None:
            raise RefusedError(404, "There is no such account.")
        for name, value in (await script_json(request)).items():
            try:
                self._change(account, name, value)
            except ValueError as error:
                raise RefusedError(400, str(error)) from error
        return json_response(account_view(account))

    async def trouble(self, _request: Request) -> Response:
        """How deliveries suffer now."""
        return json_response(asdict(self._deliveries.trouble))

    async def set_trouble(self, request: Request) -> Response:
        """How they are to suffer from now on."""
        document = await script_json(request)
        try:
            self._deliveries.trouble = Trouble(
                **{name: float(document.get(name) or 0) for name in asdict(Trouble())}
            )
        except (TypeError, ValueError) as error:
            raise RefusedError(400, str(error)) from error
        return await self.trouble(request)

    async def follow(self, request: Request) -> Response:
        """The person behind a link connects an account, or with `give_up` does not."""
        link = self._world.hosted_links.get(request.params["link_id"])
        if link is None:
            raise RefusedError(404, "There is no such link.")
        document = await script_json(request)
        try:
            if document.get("give_up"):
                self._hosted.fail(link)
                return json_response({"url": link.failure_url})
            provider = _provider(link, str(document.get("provider") or ""))
            name = optional_text(document, "name") or "New account"
            phone_number = phone_number_of(document)
            if link.account is None and provider == WHATSAPP and phone_number is None:
                raise RefusedError(400, "A WhatsApp account needs a number.")
            self._hosted.finish(link, provider, name[:80], phone_number=phone_number)
        except ValueError as error:
            raise RefusedError(409, str(error)) from error
        return json_response({"url": link.success_url})

    def _change(self, account: Account, name: str, value: object) -> None:
        match name, value:
            case "status", str() if value in STATUSES:
                lost = not account.connected
                told = "RECONNECTED" if value == "OK" and lost else value
                self._acts.changes.account_set_status(account, value, told_as=told)
            case "status", "DELETED":
                self._acts.changes.account_delete(account)
            case "status", str() if value in TOLD_ONLY:
                self._acts.changes.account_set_status(account, account.status, told_as=value)
            case "dialect", str():
                account.dialect = dialect_named(value)
            case "mirror", bool():
                if value:
                    self._acts.mirror(account)
                else:
                    account.mirror_id = None
            case "elsewhere", str():
                self._acts.elsewhere(account, value)
            case "odd", str():
                self._acts.oddity(account, value)
            case _:
                raise ValueError("This cannot be set.")


def _provider(link: HostedLink, wanted: str) -> str:
    """The provider that the person chose, where the link allows it; otherwise the first that it allows."""
    if link.account is not None:
        return link.account.type
    allowed = [one for one in link.providers if not one.startswith("*")] or [WHATSAPP, LINKEDIN, TELEGRAM]
    if wanted and wanted not in allowed:
        raise RefusedError(400, f"This link connects {', '.join(allowed)} only.")
    return wanted or allowed[0]
