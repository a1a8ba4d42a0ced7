"""Messages: reading them, their attachments, and what may be done to one that exists."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import TypeVar

from unipile.operations.caller import Call, Caller, expect_object, parsed
from unipile.operations.downloads import Download, open_download
from unipile.operations.paging import PAGE_LIMIT_MAX, read_page
from unipile.resources.page import Page
from unipile.resources.sent import parse_message_sent

MESSAGE = "/messages/{message_id}"

Item = TypeVar("Item")


class MessageOperations:
    """Every method takes `reason`, the caller's word for why, and raises any `UnipileError`.

    `before` and `after` are exclusive bounds on a message's time; lists come newest first.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def page_stated(
        self,
        chat_id: str | None,
        *,
        account_id: str,
        reason: str,
        before: datetime | None = None,
        after: datetime | None = None,
        cursor: str | None = None,
    ) -> Page[Mapping[str, object]]:
        """One page of a chat's messages, or (`None`) of all the account's, each as upstream stated it, for whoever keeps them."""
        return await read_page(
            self._caller,
            dict,
            list_object="MessageList",
            route="/messages" if chat_id is None else "/chats/{chat_id}/messages",
            ids={} if chat_id is None else {"chat_id": chat_id},
            reason=reason,
            query={
                "account_id": account_id if chat_id is None else None,
                "before": before,
                "after": after,
                "cursor": cursor,
                "limit": PAGE_LIMIT_MAX,
            },
        )

    async def stated(self, message_id: str, *, reason: str) -> Mapping[str, object]:
        """A message as upstream stated it, for whoever keeps it."""
        return await self._caller.answer(
            Call(method="GET", route=MESSAGE, ids={"message_id": message_id}, reason=reason)
        )

    def attachment(
        self, message_id: str, attachment_id: str, *, reason: str
    ) -> AbstractAsyncContextManager[Download]:
        """The bytes of an attachment, streamed."""
        return open_download(
            self._caller,
            Call(
                method="GET",
                route=MESSAGE + "/attachments/{attachment_id}",
                ids={"message_id": message_id, "attachment_id": attachment_id},
                reason=reason,
            ),
        )

    async def react(self, message_id: str, emoji: str, *, reason: str) -> None:
        answer = await self._caller.answer(
            Call(
                method="POST",
                route=MESSAGE + "/reaction",
                ids={"message_id": message_id},
                body={"reaction": emoji},
                reason=reason,
            )
        )
        expect_object(answer, "MessageReactionAdded")

    async def edit(self, message_id: str, text: str, *, reason: str) -> None:
        """Asks for a new text. A 2xx answer proves nothing (past the provider's window it changes nothing
        either): the event or a read does. The name of the answer's object is not documented and not looked
        at.
        """
        await self._caller.answer(
            Call(
                method="PATCH",
                route=MESSAGE,
                ids={"message_id": message_id},
                body={"text": text},
                reason=reason,
            )
        )

    async def delete(self, message_id: str, *, reason: str) -> None:
        """Deletes a message for everyone."""
        answer = await self._caller.answer(
            Call(method="DELETE", route=MESSAGE, ids={"message_id": message_id}, reason=reason)
        )
        expect_object(answer, "MessageDeleted")

    async def forward(self, message_id: str, *, to_chat_id: str, reason: str) -> str | None:
        """Forwards on WhatsApp; the new message's id, or None where upstream accepts without telling one."""
        answer = await self._caller.answer(
            Call(
                method="POST",
                route=MESSAGE + "/forward",
                ids={"message_id": message_id},
                body={"chat_id": to_chat_id},
                reason=reason,
            )
        )
        return parsed(parse_message_sent, answer)
