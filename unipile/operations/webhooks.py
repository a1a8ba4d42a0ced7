"""Webhooks: `/webhooks`. There is no update: create the new one, then delete the old."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence

from unipile.operations.caller import Call, Caller, expect_object, parsed
from unipile.operations.paging import PAGE_LIMIT_MAX, follow_pages, read_page
from unipile.payloads import fields
from unipile.resources.page import Page
from unipile.resources.webhook import Webhook, WebhookSource, parse_webhook


class WebhookOperations:
    """Every method takes `reason`, the caller's word for why, and raises any `UnipileError`."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def pages(self, *, reason: str) -> AsyncIterator[Page[Webhook]]:
        """All pages of webhooks of the key."""

        async def read(cursor: str | None) -> Page[Webhook]:
            return await read_page(
                self._caller,
                parse_webhook,
                list_object="WebhookList",
                route="/webhooks",
                reason=reason,
                query={"cursor": cursor, "limit": PAGE_LIMIT_MAX},
            )

        return follow_pages(read, None)

    async def create(
        self,
        *,
        source: WebhookSource,
        request_url: str,
        name: str,
        events: Sequence[str],
        headers: Mapping[str, str],
        reason: str,
        account_ids: Sequence[str] = (),
    ) -> str:
        """The new webhook's id. Without `account_ids` it serves all accounts, present and future.

        `events` is always said: left out, `messaging` means received messages only. A JSON content type is
        added to `headers`, since upstream labels its bodies as forms otherwise.
        """
        wanted: dict[str, object] = {
            "request_url": request_url,
            "source": source.value,
            "name": name,
            "format": "json",
            "events": list(events),
            "headers": [
                {"key": key, "value": value}
                for key, value in {"Content-Type": "application/json", **headers}.items()
            ],
        }
        if account_ids:
            wanted["account_ids"] = list(account_ids)
        answer = await self._caller.answer(Call(method="POST", route="/webhooks", body=wanted, reason=reason))
        expect_object(answer, "WebhookCreated")
        return parsed(lambda stated: fields.required_id(stated.get("webhook_id"), "webhook_id"), answer)

    async def delete(self, webhook_id: str, *, reason: str) -> None:
        answer = await self._caller.answer(
            Call(
                method="DELETE", route="/webhooks/{webhook_id}", ids={"webhook_id": webhook_id}, reason=reason
            )
        )
        expect_object(answer, "WebhookDeleted")
