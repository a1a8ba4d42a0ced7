"""A town of the simulator as rows for COPY: the same chats and messages that the simulator serves.

Ids of channels, people and conversations are the town's numbers from 1; rows are made while they are read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from simulator.generate import Town, TownAccount, TownAttendee, TownChat
from unipile.payloads.text import search_text

Row = tuple[Any, ...]

ALL_OF_THAT_MOMENT = 2**63 - 1
ADDRESS_BOOK = 4
KINDS = {"photo": "image", "voice": "voice", "file": "file", None: "text"}

CHANNEL = ("id", "provider", "external_account_id", "name", "own_identities", "status", "version")
ACCESS = ("user_id", "channel_id", "role", "version")
ATTENDEE = (
    "id",
    "channel_id",
    "provider_id",
    "external_attendee_id",
    "name",
    "name_rank",
    "phone",
    "lid",
    "public_identifier",
    "identities",
    "is_self",
    "version",
)
CONVERSATION = (
    "id",
    "channel_id",
    "external_thread_id",
    "kind",
    "title",
    "contact_id",
    "unread_count",
    "read_through_at",
    "read_through_id",
    "disabled_features",
    "version",
)
ALIAS = ("channel_id", "kind", "value", "conversation_id")
MEMBER = ("channel_id", "conversation_id", "attendee_id", "version")
MESSAGE = (
    "channel_id",
    "conversation_id",
    "external_message_id",
    "provider_message_id",
    "direction",
    "origin",
    "sender_id",
    "sender_name",
    "kind",
    "text",
    "search_text",
    "status",
    "sent_at",
    "received_at",
)


class TownRows:
    """``version`` is the number of the transaction that will write the rows."""

    def __init__(self, town: Town, *, version: str) -> None:
        self._town = town
        self._version = version
        self._channel_of = {account.id: account.number + 1 for account in town.accounts()}

    def channels(self) -> Iterator[Row]:
        for account in self._town.accounts():
            yield (
                account.number + 1,
                "whatsapp",
                account.id,
                account.name,
                _identities(_own_attendee(self._town, account)),
                "ok",
                self._version,
            )

    def accesses(self, user_id: int) -> Iterator[Row]:
        for channel_id in self._channel_of.values():
            yield user_id, channel_id, "owner", self._version

    def attendees(self) -> Iterator[Row]:
        for one in self._town.attendees():
            yield self._attendee(one, is_self=False)
        for account in self._town.accounts():
            yield self._attendee(_own_attendee(self._town, account), is_self=True)

    def conversations(self) -> Iterator[Row]:
        for chat in self._town.chats():
            yield (
                chat.number + 1,
                self._channel_of[chat.account_id],
                chat.id,
                "group" if chat.title else "direct",
                chat.title or "",
                None if chat.title else chat.number + 1,
                chat.unread_count,
                self._read_through(chat),
                ALL_OF_THAT_MOMENT,
                [],
                self._version,
            )

    def aliases(self) -> Iterator[Row]:
        for chat in self._town.chats():
            channel_id = self._channel_of[chat.account_id]
            yield channel_id, "id", chat.id, chat.number + 1
            yield channel_id, "group" if chat.title else "lid", chat.provider_id, chat.number + 1

    def members(self) -> Iterator[Row]:
        for chat in self._town.chats():
            for member in chat.members:
                yield self._channel_of[chat.account_id], chat.number + 1, member + 1, self._version

    def messages(self) -> Iterator[Row]:
        for chat in self._town.chats():
            channel_id = self._channel_of[chat.account_id]
            people = {member.provider_id: member for member in map(self._town.attendee, chat.members)}
            own_id = self._town.chat_count + channel_id
            for one in self._town.messages_of(chat):
                sender = None if one.is_sender else people[one.sender_id]
                text = one.text or ""
                yield (
                    channel_id,
                    chat.number + 1,
                    one.id,
                    one.provider_id,
                    "outbound" if sender is None else "inbound",
                    "phone" if sender is None else "contact",
                    own_id if sender is None else sender.number + 1,
                    "" if sender is None else sender.name,
                    KINDS[one.attachment],
                    text,
                    search_text(text),
                    "read" if sender is None else None,
                    one.sent_at,
                    one.sent_at,
                )

    def _attendee(self, one: TownAttendee, *, is_self: bool) -> Row:
        return (
            one.number + 1,
            self._channel_of[one.account_id],
            one.provider_id,
            one.id,
            one.name,
            ADDRESS_BOOK,
            one.phone_number[1:],
            one.provider_id,
            one.public_identifier,
            _identities(one),
            is_self,
            self._version,
        )

    def _read_through(self, chat: TownChat) -> dt.datetime | None:
        read = chat.message_count - chat.unread_count
        if read == 0:
            return None
        return dt.datetime.fromtimestamp(self._town.message_times(chat)[read - 1], dt.UTC)


def _own_attendee(town: Town, account: TownAccount) -> TownAttendee:
    """The account's own person, numbered after all customers."""
    return TownAttendee(
        town.chat_count + account.number,
        account.own_id,
        account.id,
        account.own_provider_id,
        account.name,
        account.phone_number,
        f"{account.phone_number[1:]}@s.whatsapp.net",
    )


def _identities(one: TownAttendee) -> list[str]:
    return [f"lid:{one.provider_id}", f"phone:{one.phone_number[1:]}"]
