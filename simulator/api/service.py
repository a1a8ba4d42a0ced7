"""What every handler of the API works with."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum

from simulator.api.errors import ApiError, not_found
from simulator.changes import Changes
from simulator.chat_events import ChatEvents
from simulator.hosted import Hosted
from simulator.model import Account, Attendee, Chat, Message
from simulator.web.messages import Request, Response
from simulator.webhooks.deliveries import Deliveries
from simulator.world import World

Route = tuple[str, str, Callable[[Request], Awaitable[Response]]]


class Echo(StrEnum):
    """When the webhook of a message sent by the API goes out, seen from the API's own answer."""

    BEFORE = "before"
    AFTER = "after"
    EITHER = "either"
    NEVER = "never"


@dataclass(slots=True)
class Service:
    """The world, the one writer, and how sends are echoed."""

    world: World
    changes: Changes
    deliveries: Deliveries
    rng: random.Random
    echo: Echo = Echo.AFTER
    events: ChatEvents = field(init=False)
    hosted: Hosted = field(init=False)

    def __post_init__(self) -> None:
        self.events = ChatEvents(self.world, self.changes)
        self.hosted = Hosted(self.world, self.changes, self.deliveries)

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
        """Take in a message sent by the API and echo it: now, or by the returned function once the answer
        has left.
        """
        self.changes.message_store(message)
        echo = self.echo if request.echoes else Echo.NEVER
        if echo is Echo.EITHER:
            echo = self.rng.choice((Echo.BEFORE, Echo.AFTER))
        if echo is Echo.AFTER:
            return lambda: self.changes.message_announce(message)
        if echo is Echo.BEFORE:
            self.changes.message_announce(message)
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
