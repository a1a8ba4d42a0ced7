"""The fewest page reads that a task can be done with, counted from what the service really holds."""

from __future__ import annotations

from datetime import datetime
from itertools import takewhile
from typing import Any

from simulator.api.paging import LIMIT_MAX
from simulator.model import Account
from simulator.world import World


def history_least(world: World, account: Account) -> dict[str, Any]:
    """All chats and all messages of `account`: read over the whole account, or chat by chat."""
    chats = [one for one in world.chats.values() if one.account is account]
    of_each = [sum(1 for _ in world.chat_messages(one)) for one in chats]
    messages = sum(of_each)
    by_account = _pages(len(chats)) + _pages(messages)
    by_chat = _pages(len(chats)) + sum(map(_pages, of_each))
    return {
        "least_calls": by_account,
        "least_calls_by_chat": by_chat,
        "chats": len(chats),
        "messages": messages,
        "page": LIMIT_MAX,
        "formula": (
            f"max(1, ceil({len(chats)} chats / {LIMIT_MAX})) + max(1, ceil({messages} messages / {LIMIT_MAX}))"
            f" = {by_account}; chat by chat the second term is the sum over chats = {by_chat}"
        ),
    }


def comparison_least(world: World, account: Account, since: datetime) -> dict[str, Any]:
    """What is not older than `since`: the chats that were active, and the messages."""
    chats = sum(
        1
        for one in world.chats.values()
        if one.account is account
        and one.timestamp is not None
        and one.timestamp >= since.replace(microsecond=0)
    )
    messages = sum(
        1 for _ in takewhile(lambda one: one.timestamp >= since, world.account_messages([account]))
    )
    least = _pages(chats) + _pages(messages)
    return {
        "least_calls": least,
        "chats": chats,
        "messages": messages,
        "page": LIMIT_MAX,
        "formula": (
            f"max(1, ceil({chats} active chats / {LIMIT_MAX})) + max(1, ceil({messages} messages / {LIMIT_MAX}))"
            f" = {least}"
        ),
    }


def _pages(number: int) -> int:
    """A list without anything takes one read to see."""
    return max(1, -(-number // LIMIT_MAX))
