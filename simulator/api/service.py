"""What every handler of the API works with."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from simulator.api.errors import ApiError, not_found
from simulator.changes import Changes
from simulator.chat_events import ChatEvents
from simulator.connecting import Connecting
from simulator.habits import Echo, Habits
from simulator.hosted import Hosted
from simulator.importing import Importing
from simulator.model import Account, Attendee, Chat, Message
from simulator.moments import stamp
from simulator.sent import SentRecord
from simulator.web.messages import Request, Response
from simulator.webhooks.deliveries import Deliveries
from simulator.world import World

Route = tuple[str, str, Callable[[Request], Awaitable[Response]]]


@dataclass(slots=True)
class Service:
    """The world, the one writer, the record of what was sent, and how the service behaves."""

    world: World
    changes: Changes
    deliveries: Deliveries
    rng: random.Random
    sent: SentRecord = field(default_factory=SentRecord)
    habits: Habits = field(default_factory=Habits)
    events: ChatEvents = field(init=False)
    hosted: Hosted = field(init=False)
    importing: Importing = field(init=False)
    connecting: Connecting = field(init=False)

    def __post_init__(self) -> None:
        self.events = ChatEvents(self.world, self.changes)
        self.importing = Importing(self.world, self.changes, lambda: self.habits)
        self.connecting = Connecting(
            self.world,
            self.changes,
            self.importing,
            lambda: self.habits,
            random.Random(f"{self.world.identifiers.seed}:connecting"),
        )
        self.hosted = Hosted(self.world, self.changes, self.deliveries, self.importing)

    def account(self, account_id: str) -> Account:
        """The account, or 404."""
        account = self.world.accounts.get(account_id)
        if account is None:
            raise not_found("account")
        return account

    def accounts(self, listed: str | None) -> list[Account]:
        """The accounts of a comma list, all without one; ids of no account are skipped."""
        if listed is None:
            return list(self.world.accounts.values())
        wanted = {one.strip() for one in listed.split(",")}
        return [account for account in self.world.accounts.values() if account.id in wanted]

    def chat(self, request: Request) -> Chat:
        """The chat of the path, by its own id, or by the provider's beside `account_id`; or 404."""
        chat = self.world.chat_find(request.params["chat_id"], request.query.get("account_id"))
        if chat is None:
            raise not_found("chat")
        return chat

    def message(self, request: Request) -> Message:
        """The message of the path, or 404."""
        message = self.world.message_find(request.params["message_id"])
        if message is None:
            raise not_found("message")
        return message

    def attendee(self, identity: str, account: Account | None = None) -> Attendee:
        """The person of that id, or 404."""
        attendee = self.world.attendee_find(identity, account)
        if attendee is None:
            raise not_found("attendee")
        return attendee

    async def accept(self, message: Message, request: Request) -> Callable[[], None] | None:
        """Put a message sent by the API on record, take it in and echo it: now, or by the returned function once the
        answer has left.
        """
        fault, echo, late_seconds = request.fault, self.habits.echo, self.habits.echo_late_seconds
        if fault is not None and fault.echo is not None:
            echo, late_seconds = fault.echo, fault.echo_late_seconds
        if echo is Echo.EITHER:
            echo = self.rng.choice((Echo.BEFORE, Echo.AFTER))
        self.sent.add(
            message,
            request.endpoint,
            at=stamp(self.world.clock()),
            fault=fault.kind if fault else None,
            echo=echo,
        )
        self.changes.message_store(message)
        if echo is Echo.AFTER:
            return lambda: self.changes.message_announce(message)
        if echo is Echo.LATE:
            return lambda: self.changes.message_announce(message, late_seconds=late_seconds)
        self.changes.message_announce(message, untold=echo is Echo.NEVER)
        await self.deliveries.tried(message.id)
        return None


def require_connected(account: Account) -> None:
    """401 `disconnected_account` unless the account can reach its provider."""
    if not account.connected:
        raise ApiError(
            "disconnected_account", "The account appears to be disconnected from the provider service."
        )


def require_feature(account: Account, *kinds: str) -> None:
    """501 unless the provider of `account` is one of `kinds`."""
    if account.type not in kinds:
        raise ApiError("feature_not_implemented", f"Not available for {account.type} accounts.")
