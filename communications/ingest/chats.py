"""The chats of a batch, numbered from 1: bodies that share any name of a chat speak of one chat."""

import datetime as dt
from collections.abc import Iterable
from typing import Any, Final

import msgspec

from communications.schemas.facts import ChatFact, ChatStateFact

Name = tuple[str, str, str]

NEVER: Final = dt.datetime.min.replace(tzinfo=dt.UTC)
KINDS: Final = ("direct", "group", "channel")


class ChatNumbers:
    """A union of names: register every body's names first, then describe the chats."""

    def __init__(self) -> None:
        self._parent: dict[Name, Name] = {}
        self._number: dict[Name, int] = {}
        self._described: dict[int, dict[str, Any]] = {}

    def register(self, account: str, aliases: Iterable[tuple[str, str]]) -> None:
        first: Name | None = None
        for kind, value in aliases:
            name = (account, kind, value)
            self._parent.setdefault(name, name)
            if first is None:
                first = name
            else:
                self._parent[self._root(name)] = self._root(first)

    def describe(
        self, account: str, chat: ChatFact, at: dt.datetime, delivery: str, state: ChatStateFact | None = None
    ) -> int:
        """The number of the chat; what the body says of it is added to what others of the batch said.

        Should its names prove that several conversations are one, the last body to use more than one of them is the proof.
        """
        root = self._root((account, *chat.aliases[0]))
        number = self._number.setdefault(root, len(self._number) + 1)
        held = self._described.get(number)
        row = {
            "chat": number,
            "account": account,
            "external_thread_id": chat.external_thread_id,
            "kind": chat.kind,
            "title": chat.title,
            "title_at": at,
            "content_type": chat.content_type,
            "proven_by": delivery if len(chat.aliases) > 1 else None,
            "described_at": None,
        }
        if state is not None:
            row |= {"described_at": at, **msgspec.structs.asdict(state)}
        self._described[number] = row if held is None else _merged(held, row)
        return number

    def chats(self) -> list[dict[str, Any]]:
        return list(self._described.values())

    def descriptions(self) -> list[dict[str, Any]]:
        return [row for row in self._described.values() if row["described_at"] is not None]

    def aliases(self) -> list[dict[str, Any]]:
        return [
            {"chat": self._number[self._root(name)], "account": name[0], "kind": name[1], "value": name[2]}
            for name in self._parent
        ]

    def _root(self, name: Name) -> Name:
        while self._parent[name] != name:
            self._parent[name] = self._parent[self._parent[name]]
            name = self._parent[name]
        return name


def _merged(held: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    titled = max(held, row, key=lambda one: (one["title"] != "", one["title_at"], one["title"]))
    described = max(held, row, key=lambda one: one["described_at"] or NEVER)
    named = held if "@" not in held["external_thread_id"] else row
    return {
        **held,
        **described,
        "chat": held["chat"],
        "external_thread_id": named["external_thread_id"],
        "kind": max(held["kind"], row["kind"], key=KINDS.index),
        "title": titled["title"],
        "title_at": titled["title_at"],
        "content_type": max(held["content_type"], row["content_type"]),
        "proven_by": row["proven_by"] or held["proven_by"],
    }
