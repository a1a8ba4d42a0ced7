"""Hosted connections: links that somebody follows to connect an account, and how the caller hears of it."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from simulator.changes import Changes
from simulator.creation import account_create
from simulator.importing import Importing
from simulator.model import WHATSAPP, Account, HostedLink
from simulator.webhooks.deliveries import Deliveries
from simulator.world import World


class Hosted:
    """Makes links, and ends them as the person behind the link decides."""

    def __init__(self, world: World, changes: Changes, deliveries: Deliveries, importing: Importing) -> None:
        self._world = world
        self._changes = changes
        self._deliveries = deliveries
        self._importing = importing

    def link(
        self,
        providers: Sequence[str],
        *,
        name: str | None = None,
        notify_url: str | None = None,
        success_url: str | None = None,
        failure_url: str | None = None,
        account: Account | None = None,
        proxy: dict[str, object] | None = None,
    ) -> HostedLink:
        """A new link; with `account` one that reconnects it."""
        link = HostedLink(
            secrets.token_urlsafe(24),
            list(providers),
            name,
            notify_url,
            success_url,
            failure_url,
            account,
            proxy,
        )
        self._world.hosted_links[link.id] = link
        return link

    def finish(
        self, link: HostedLink, provider: str, account_name: str, *, phone_number: str | None = None
    ) -> Account:
        """The person connects: a new account, or the old one again. Raises ValueError when the link was used."""
        self._use(link)
        account = link.account
        if account is None:
            username = None if provider == WHATSAPP else account_name.lower().replace(" ", ".")
            account = account_create(
                self._world, provider, account_name, phone_number=phone_number, username=username
            )
            word = "CREATION_SUCCESS"
        else:
            word = "RECONNECTED"
        account.proxy = link.proxy or account.proxy
        self._changes.account_set_status(account, "OK", told_as=word)
        if link.account is None:
            self._importing.begin(account)
        self._notify(link, word, account.id)
        return account

    def fail(self, link: HostedLink) -> None:
        """The person gives up. Raises ValueError when the link was used."""
        self._use(link)
        account_id = link.account.id if link.account else ""
        self._notify(link, "CREATION_FAIL", account_id)

    def _use(self, link: HostedLink) -> None:
        if link.finished:
            raise ValueError("This link was used already.")
        if link.account is not None and link.account.id not in self._world.accounts:
            raise ValueError("The account of this link was removed.")
        link.finished = True

    def _notify(self, link: HostedLink, status: str, account_id: str) -> None:
        if link.notify_url is not None:
            body = {"status": status, "account_id": account_id, "name": link.name or ""}
            self._deliveries.notify(link.notify_url, account_id, body)
