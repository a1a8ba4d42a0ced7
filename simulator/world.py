"""The state of the simulated service, and how it is searched. What changes it is in `creation` and
`changes`.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Protocol

from simulator.identifiers import Identifiers
from simulator.model import Account, Attendee, Chat, HostedLink, Message, Position, Webhook
from simulator.moments import Clock, epoch_milliseconds
from simulator.timeline import position


class Archive(Protocol):
    """A large past that is made when it is looked at, instead of being kept in memory."""

    def newest(self, accounts: Iterable[Account], older_than: Position | None) -> Iterator[Message]:
        """Archived messages of `accounts` before `older_than`, newest first."""

    def chat_newest(self, chat: Chat, older_than: Position | None) -> Iterator[Message]:
        """Archived messages of `chat` before `older_than`, newest first."""

    def find(self, message_id: str) -> Message | None:
        """The archived message of that id."""

    def release(self, chat: Chat) -> list[Message]:
        """All archived messages of `chat`, which from now on are no longer the archive's."""


class World:
    """Everything that exists. Lists are read newest first; ids are unique over all kinds."""

    def __init__(self, identifiers: Identifiers, clock: Clock) -> None:
        self.identifiers = identifiers
        self.clock = clock
        self.accounts: dict[str, Account] = {}
        self.attendees: dict[str, Attendee] = {}
        self.chats: dict[str, Chat] = {}
        self.webhooks: dict[str, Webhook] = {}
        self.hosted_links: dict[str, HostedLink] = {}
        self.archive: Archive | None = None
        self.unreachable: set[str] = set()
        """Phone numbers (`+…`) that have no WhatsApp; every other number has it."""
        self._messages: dict[str, Message] = {}
        self._identities: dict[tuple[str, str], Attendee] = {}
        self._chats_by_provider_id: dict[tuple[str, str], Chat] = {}
        self._chats_of: defaultdict[str, list[Chat]] = defaultdict(list)
        self._sequence = 0

    def next_sequence(self) -> int:
        """A number higher than all before."""
        self._sequence += 1
        return self._sequence

    # Keeping

    def keep_attendee(self, attendee: Attendee) -> None:
        """Make `attendee` findable under every identity known of them."""
        self.attendees[attendee.id] = attendee
        for identity in _identities(attendee):
            self._identities[attendee.account.id, identity] = attendee

    def keep_chat(self, chat: Chat) -> None:
        """Make `chat` findable by id, by provider id and by its members."""
        self.chats[chat.id] = chat
        self._chats_by_provider_id[chat.account.id, chat.provider_id] = chat
        for member in chat.members:
            self._chats_of[member.id].append(chat)

    def keep_member(self, chat: Chat, member: Attendee) -> None:
        """Add `member` to a group."""
        chat.members.append(member)
        self._chats_of[member.id].append(chat)

    def drop_member(self, chat: Chat, member: Attendee) -> None:
        """Take `member` out of a group."""
        chat.members.remove(member)
        self._chats_of[member.id].remove(chat)

    def keep_message(self, message: Message) -> None:
        """Put `message` into its chat and its account."""
        self._messages[message.id] = message
        message.chat.messages.add(message)
        message.account.messages.add(message)

    def thaw(self, message: Message) -> Message:
        """The object to change for `message`: one out of the archive is kept from now on, with its whole
        chat.
        """
        if message.id not in self._messages and self.archive is not None:
            for archived in self.archive.release(message.chat):
                self.keep_message(archived)
        return self._messages[message.id]

    def forget_chat(self, chat: Chat) -> None:
        """Remove `chat` and its messages."""
        if self.archive is not None:
            self.archive.release(chat)
        for message in list(chat.messages.newest()):
            chat.account.messages.remove(message)
            del self._messages[message.id]
        for member in chat.members:
            self._chats_of[member.id].remove(chat)
        del self._chats_by_provider_id[chat.account.id, chat.provider_id]
        del self.chats[chat.id]

    def forget_account(self, account: Account) -> None:
        """Remove `account` and all that belongs to it."""
        for chat in [chat for chat in self.chats.values() if chat.account is account]:
            self.forget_chat(chat)
        for attendee in [one for one in self.attendees.values() if one.account is account]:
            for identity in _identities(attendee):
                self._identities.pop((account.id, identity), None)
            del self.attendees[attendee.id]
        del self.accounts[account.id]

    # Finding

    def attendee_find(self, identity: str, account: Account | None = None) -> Attendee | None:
        """By Unipile id, or within `account` by provider id, public identifier or phone number."""
        if identity in self.attendees:
            return self.attendees[identity]
        accounts = [account] if account is not None else list(self.accounts.values())
        for one in accounts:
            found = self._identities.get((one.id, identity))
            if found is not None:
                return found
        return None

    def chat_find(self, identity: str, account_id: str | None = None) -> Chat | None:
        """By Unipile id, or by provider id where the account is named."""
        chat = self.chats.get(identity)
        if chat is None and account_id is not None:
            chat = self._chats_by_provider_id.get((account_id, identity))
        return chat

    def direct_chat_find(self, attendee: Attendee) -> Chat | None:
        """The conversation with `attendee` alone."""
        return next((chat for chat in self._chats_of[attendee.id] if not chat.is_group), None)

    def chats_of(self, attendee: Attendee) -> list[Chat]:
        """Every conversation `attendee` is in; all of the account's for its own person."""
        if attendee.is_self:
            return [chat for chat in self.chats.values() if chat.account is attendee.account]
        return list(self._chats_of[attendee.id])

    def message_find(self, identity: str, chat: Chat | None = None) -> Message | None:
        """By Unipile id, or within `chat` by provider id."""
        message = self._messages.get(identity)
        if message is None and self.archive is not None:
            message = self.archive.find(identity)
        if message is None and chat is not None:
            message = next((one for one in self.chat_messages(chat) if one.provider_id == identity), None)
        return message

    # Reading in order

    def chat_messages(self, chat: Chat, older_than: Position | None = None) -> Iterator[Message]:
        """Messages of `chat`, newest first."""
        kept = chat.messages.newest(older_than)
        if self.archive is None:
            return kept
        return _merged([kept, self.archive.chat_newest(chat, older_than)])

    def account_messages(
        self, accounts: list[Account], older_than: Position | None = None
    ) -> Iterator[Message]:
        """Messages of `accounts`, newest first."""
        sources = [account.messages.newest(older_than) for account in accounts]
        if self.archive is not None:
            sources.append(self.archive.newest(accounts, older_than))
        return _merged(sources)

    def attendee_messages(self, attendee: Attendee, older_than: Position | None = None) -> Iterator[Message]:
        """Messages written by `attendee`, newest first."""
        sources = [self.chat_messages(chat, older_than) for chat in self.chats_of(attendee)]
        return (message for message in _merged(sources) if message.sender is attendee)

    def messages(self) -> list[Message]:
        """Every kept message (the archive's are not among them), oldest first."""
        return sorted(self._messages.values(), key=position)


def chat_position(chat: Chat) -> Position:
    """Where `chat` stands among others: by last activity; one without messages comes last."""
    return (epoch_milliseconds(chat.timestamp) if chat.timestamp else -1), chat.sequence


def _merged(sources: list[Iterator[Message]]) -> Iterator[Message]:
    return heapq.merge(*sources, key=position, reverse=True)


def _identities(attendee: Attendee) -> Iterator[str]:
    yield attendee.provider_id
    if attendee.public_identifier:
        yield attendee.public_identifier
    if attendee.phone_number and attendee.phone_number.startswith("+"):
        yield attendee.phone_number
        yield attendee.phone_number.removeprefix("+")
