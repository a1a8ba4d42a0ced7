"""Accounts: `/accounts`, and the link by which a person connects one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime

from unipile.errors import Unknown
from unipile.operations.caller import Call, Caller, expect_object, parsed, upstream_datetime
from unipile.operations.paging import PAGE_LIMIT_MAX, follow_pages, read_page
from unipile.payloads import fields
from unipile.resources.account import Account, parse_account
from unipile.resources.checkpoint import Connecting, parse_connecting
from unipile.resources.page import Page


class AccountOperations:
    """Every method takes `reason`, the caller's word for why, and raises any `UnipileError`."""

    def __init__(self, caller: Caller, api_url: str) -> None:
        self._caller = caller
        self._api_url = api_url

    async def page(
        self, *, reason: str, cursor: str | None = None, limit: int = PAGE_LIMIT_MAX
    ) -> Page[Account]:
        """One page of the key's accounts."""
        return await read_page(
            self._caller,
            parse_account,
            list_object="AccountList",
            route="/accounts",
            reason=reason,
            query={"cursor": cursor, "limit": limit},
        )

    def pages(self, *, reason: str) -> AsyncIterator[Page[Account]]:
        """All pages of accounts."""
        return follow_pages(lambda cursor: self.page(reason=reason, cursor=cursor), None)

    async def connect(
        self,
        provider: str,
        *,
        reason: str,
        pairing_phone: str | None = None,
        reconnect_account_id: str | None = None,
    ) -> Connecting:
        """Begins to connect an account, or to connect one again, whose provider needs no credentials (WhatsApp, Telegram).

        `provider` is upstream's word. `pairing_phone`, digits only, asks for a code to type in place of a QR image.
        """
        wanted: dict[str, object] = {"provider": provider}
        if pairing_phone is not None:
            wanted["pairing_phone_number"] = pairing_phone
        route, ids = "/accounts", {}
        if reconnect_account_id is not None:
            route, ids = "/accounts/{account_id}", {"account_id": reconnect_account_id}
        answer = await self._caller.answer(
            Call(method="POST", route=route, ids=ids, body=wanted, reason=reason)
        )
        expect_object(answer, "AccountCreated", "AccountReconnected", "Checkpoint")
        return parsed(parse_connecting, answer)

    async def answer_checkpoint(
        self, account_id: str, provider: str, code: str, *, reason: str
    ) -> Connecting:
        """What a person typed, which upstream may answer with a further checkpoint."""
        answer = await self._caller.answer(
            Call(
                method="POST",
                route="/accounts/checkpoint",
                body={"provider": provider, "account_id": account_id, "code": code},
                reason=reason,
            )
        )
        expect_object(answer, "AccountCreated", "AccountReconnected", "Checkpoint")
        return parsed(parse_connecting, answer)

    async def resend_checkpoint(self, account_id: str, provider: str, *, reason: str) -> bool:
        """Asks for the code once more; whether it was sent."""
        answer = await self._caller.answer(
            Call(
                method="POST",
                route="/accounts/checkpoint/resend",
                body={"provider": provider, "account_id": account_id},
                reason=reason,
            )
        )
        expect_object(answer, "CheckpointResend")
        return answer.get("success") is not False

    async def set_proxy(self, account_id: str, proxy: Mapping[str, object] | None, *, reason: str) -> None:
        """By which proxy upstream connects the account; None for none. How the answer is named is not documented."""
        await self._caller.answer(
            Call(
                method="PATCH",
                route="/accounts/{account_id}",
                ids={"account_id": account_id},
                body={"proxy": proxy},
                reason=reason,
            )
        )

    async def restart(self, account_id: str, *, reason: str) -> bool:
        """Asks a frozen account to start again; False when upstream says it failed. Sends no webhook."""
        answer = await self._caller.answer(
            Call(
                method="POST",
                route="/accounts/{account_id}/restart",
                ids={"account_id": account_id},
                reason=reason,
            )
        )
        expect_object(answer, "AccountRestarted", "AccountFailedToRestart")
        return str(answer["object"]).lower() == "accountrestarted"

    async def delete(self, account_id: str, *, reason: str) -> None:
        answer = await self._caller.answer(
            Call(
                method="DELETE", route="/accounts/{account_id}", ids={"account_id": account_id}, reason=reason
            )
        )
        expect_object(answer, "AccountDeleted")

    async def hosted_link(
        self,
        *,
        providers: Sequence[str] | str,
        expires_at: datetime,
        notify_url: str,
        correlation: str,
        reason: str,
        reconnect_account_id: str | None = None,
        success_url: str | None = None,
        failure_url: str | None = None,
        sync_limit: Mapping[str, int] | None = None,
        proxy: Mapping[str, object] | None = None,
    ) -> str:
        """The address of a page on which a person connects an account, or connects one again.

        `providers` are upstream's words, or `*`. `correlation` comes back as `name` in the call to
        `notify_url`, which carries no header of ours: put a secret into it. Make one link per click; a
        restart of upstream ends it earlier than `expires_at`.
        """
        wanted: dict[str, object] = {
            "type": "create" if reconnect_account_id is None else "reconnect",
            "reconnect_account": reconnect_account_id,
            "providers": providers,
            "api_url": self._api_url,
            "expiresOn": upstream_datetime(expires_at),
            "name": correlation,
            "notify_url": notify_url,
            "success_redirect_url": success_url,
            "failure_redirect_url": failure_url,
            "sync_limit": {"MESSAGING": dict(sync_limit)} if sync_limit else None,
            "proxy": proxy,
        }
        answer = await self._caller.answer(
            Call(
                method="POST",
                route="/hosted/accounts/link",
                body={name: value for name, value in wanted.items() if value is not None},
                reason=reason,
            )
        )
        expect_object(answer, "HostedAuthUrl")
        url = fields.link(answer.get("url"))
        if url is None or not url.startswith(("https://", f"{self._api_url}/")):
            raise Unknown("unreadable_answer", "Unipile's answer holds no link to follow.")
        return url
