"""Chats: reading them from upstream's own store, writing into them, changing their state."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from unipile.operations.caller import Call, Caller, expect_object, parsed
from unipile.operations.paging import PAGE_LIMIT_MAX, follow_pages, read_page
from unipile.operations.uploads import check_files, check_not_empty
from unipile.resources.chat import Chat, parse_chat
from unipile.resources.page import Page
from unipile.resources.sent import (
    ChatStarted,
    SyncStatus,
    parse_chat_started,
    parse_message_sent,
    parse_sync_status,
)
from unipile.transport import FilePart, FormField

CHAT = "/chats/{chat_id}"


class ChatAction(StrEnum):
    """What `change` switches on or off."""

    SET_READ = "setReadStatus"
    SET_MUTED = "setMuteStatus"
    SET_ARCHIVED = "setArchiveStatus"
    SET_PINNED = "setPinnedStatus"


class ChatOperations:
    """Every method takes `reason`, the caller's word for why, and raises any `UnipileError`."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def page_stated(
        self,
        *,
        account_id: str,
        reason: str,
        before: datetime | None = None,
        after: datetime | None = None,
        cursor: str | None = None,
    ) -> Page[Mapping[str, object]]:
        """One page of an account's chats, newest activity first, each as upstream stated it.

        `before` and `after` are exclusive bounds on that activity.
        """
        return await read_page(
            self._caller,
            dict,
            list_object="ChatList",
            route="/chats",
            reason=reason,
            query={
                "account_id": account_id,
                "before": before,
                "after": after,
                "cursor": cursor,
                "limit": PAGE_LIMIT_MAX,
            },
        )

    async def get(self, chat_id: str, *, reason: str, account_id: str | None = None) -> Chat:
        """A chat with its last message. A provider's id is taken too, if `account_id` is given."""
        return parsed(parse_chat, await self.stated(chat_id, reason=reason, account_id=account_id))

    async def stated(
        self, chat_id: str, *, reason: str, account_id: str | None = None
    ) -> Mapping[str, object]:
        """As `get`, but the answer as upstream stated it, for whoever keeps it."""
        return await self._caller.answer(
            Call(
                method="GET",
                route=CHAT,
                ids={"chat_id": chat_id},
                query={"account_id": account_id},
                reason=reason,
            )
        )

    def attendee_pages_stated(
        self, chat_id: str, *, reason: str
    ) -> AsyncIterator[Page[Mapping[str, object]]]:
        """All pages of a chat's attendees, each as upstream stated it."""

        async def read(cursor: str | None) -> Page[Mapping[str, object]]:
            return await read_page(
                self._caller,
                dict,
                list_object="ChatAttendeeList",
                route=CHAT + "/attendees",
                ids={"chat_id": chat_id},
                reason=reason,
                query={"cursor": cursor},
            )

        return follow_pages(read, None)

    async def sync(self, chat_id: str, *, reason: str) -> SyncStatus:
        """Asks upstream to fetch more of a chat's history from the provider; the next calls tell how far it
        is.

        A call after the end starts again.
        """
        answer = await self._caller.answer(
            Call(method="GET", route=CHAT + "/sync", ids={"chat_id": chat_id}, reason=reason)
        )
        expect_object(answer, "ChatHistorySync")
        return parse_sync_status(answer)

    async def start(
        self,
        *,
        account_id: str,
        attendee_ids: Sequence[str],
        reason: str,
        text: str | None = None,
        title: str | None = None,
        subject: str | None = None,
        attachments: Sequence[FilePart] = (),
        voice_message: FilePart | None = None,
    ) -> ChatStarted:
        """Opens a chat with people by their provider's ids and says the first words; several people are a
        group.

        An existing direct chat is used again. Never repeat it after `Unknown`.
        """
        files = _file_fields(attachments, voice_message)
        form: list[FormField] = [("account_id", account_id)]
        form += [("attendees_ids", attendee_id) for attendee_id in attendee_ids]
        form += [
            (name, value) for name, value in (("text", text), ("title", title), ("subject", subject)) if value
        ]
        form += files
        answer = await self._caller.answer(Call(method="POST", route="/chats", form=form, reason=reason))
        expect_object(answer, "ChatStarted")
        return parsed(parse_chat_started, answer)

    async def send(
        self,
        chat_id: str,
        *,
        reason: str,
        text: str | None = None,
        attachments: Sequence[FilePart] = (),
        voice_message: FilePart | None = None,
        quote_id: str | None = None,
        account_id: str | None = None,
    ) -> str | None:
        """Sends a message; its Unipile id, or None where upstream accepts without telling one.

        `account_id` makes upstream refuse a chat of another account. There is no idempotency key: never
        repeat a call that ended in `Unknown`. Refused here, before anything is sent: an empty message, an
        empty file, more than `uploads.FILES_MAX_BYTES` together.
        """
        files = _file_fields(attachments, voice_message)
        check_not_empty(text, files)
        form: list[FormField] = [
            (name, value)
            for name, value in (("text", text), ("account_id", account_id), ("quote_id", quote_id))
            if value
        ]
        form += files
        answer = await self._caller.answer(
            Call(method="POST", route=CHAT + "/messages", ids={"chat_id": chat_id}, form=form, reason=reason)
        )
        return parsed(parse_message_sent, answer)

    async def change(self, chat_id: str, action: ChatAction, value: bool, *, reason: str) -> None:
        answer = await self._caller.answer(
            Call(
                method="PATCH",
                route=CHAT,
                ids={"chat_id": chat_id},
                body={"action": action.value, "value": value},
                reason=reason,
            )
        )
        expect_object(answer, "ChatPatched")


def _file_fields(attachments: Sequence[FilePart], voice_message: FilePart | None) -> list[FormField]:
    """Refused here, before anything is sent: an empty file, and too much together."""
    check_files([*attachments, *([voice_message] if voice_message is not None else [])])
    fields: list[FormField] = [("attachments", file) for file in attachments]
    return fields if voice_message is None else [*fields, ("voice_message", voice_message)]
