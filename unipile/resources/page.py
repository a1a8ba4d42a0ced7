"""One page of a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class RefusedItem:
    """An item that cannot be used: where it stood on its page, and why (a stable code, a sentence)."""

    position: int
    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """`cursor` is the token of the next page, None on the last. `fingerprint` is equal for pages of the same
    ids.
    """

    items: tuple[Item, ...]
    refused: tuple[RefusedItem, ...]
    cursor: str | None
    fingerprint: bytes
