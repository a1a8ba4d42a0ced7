"""Messages in the order of their time, read from the newest."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator

from simulator.model import Message, Position
from simulator.moments import epoch_milliseconds


def position(message: Message) -> Position:
    """Where `message` stands among others."""
    return epoch_milliseconds(message.timestamp), message.sequence


class Timeline:
    """A sorted list of messages."""

    def __init__(self) -> None:
        self._messages: list[tuple[Position, Message]] = []

    def add(self, message: Message) -> None:
        """Put `message` in its place; late ones go between older ones."""
        insort(self._messages, (position(message), message), key=_key)

    def remove(self, message: Message) -> None:
        """Take `message` out; raises ValueError when it is not here."""
        index = bisect_left(self._messages, position(message), key=_key)
        if index == len(self._messages) or self._messages[index][1] is not message:
            raise ValueError(message.id)
        del self._messages[index]

    def newest(self, older_than: Position | None = None) -> Iterator[Message]:
        """Messages before `older_than`, newest first."""
        end = len(self._messages)
        if older_than is not None:
            end = bisect_left(self._messages, older_than, key=_key)
        for index in range(end - 1, -1, -1):
            yield self._messages[index][1]


def _key(entry: tuple[Position, Message]) -> Position:
    return entry[0]
