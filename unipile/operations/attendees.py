"""Attendees, their pictures, and look-ups at the provider: `/chat_attendees`, `/users`."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import TypeVar

from unipile.operations.caller import Call, Caller, parsed
from unipile.operations.downloads import Download, open_download
from unipile.operations.paging import PAGE_LIMIT_MAX, read_page
from unipile.resources.attendee import UserProfile, parse_profile
from unipile.resources.page import Page

Item = TypeVar("Item")


class AttendeeOperations:
    """Every method takes `reason`, the caller's word for why, and raises any `UnipileError`."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def page_stated(
        self, *, account_id: str, reason: str, cursor: str | None = None
    ) -> Page[Mapping[str, object]]:
        """One page of an account's attendees, each as upstream stated it."""
        return await read_page(
            self._caller,
            dict,
            list_object="ChatAttendeeList",
            route="/chat_attendees",
            reason=reason,
            query={"account_id": account_id, "cursor": cursor, "limit": PAGE_LIMIT_MAX},
        )

    def picture(self, attendee_or_chat_id: str, *, reason: str) -> AbstractAsyncContextManager[Download]:
        """The picture of an attendee, or of a group by its chat id; `NotFound` or no bytes when there is
        none.
        """
        return open_download(
            self._caller,
            Call(
                method="GET",
                route="/chat_attendees/{attendee_id}/picture",
                ids={"attendee_id": attendee_or_chat_id},
                reason=reason,
            ),
        )

    async def profile(self, identifier: str, *, account_id: str, reason: str) -> UserProfile:
        """A live look-up at the provider by provider's id or public identifier; creates no attendee."""
        answer = await self._caller.answer(
            Call(
                method="GET",
                route="/users/{identifier}",
                ids={"identifier": identifier},
                query={"account_id": account_id},
                reason=reason,
            )
        )
        return parsed(parse_profile, answer)
