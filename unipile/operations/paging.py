"""Lists that come in pages, and how to notice that one never ends (F4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from hashlib import sha256
from typing import TypeVar

from unipile.errors import EndlessPages, Unknown
from unipile.operations.caller import Call, Caller, QueryValue, expect_object
from unipile.payloads import fields
from unipile.payloads.refusals import PayloadError
from unipile.resources.page import Page, RefusedItem

PAGE_LIMIT_MAX = 250
# Items shift between pages while a list is read, so a page may honestly come again; it may not keep coming.
SAME_PAGE_MAX = 3
EMPTY_PAGES_MAX = 20

Item = TypeVar("Item")


async def read_page(
    caller: Caller,
    parse_item: Callable[[Mapping[str, object]], Item],
    *,
    list_object: str,
    route: str,
    reason: str,
    query: Mapping[str, QueryValue],
    ids: Mapping[str, str] | None = None,
) -> Page[Item]:
    """One page. Items that cannot be parsed are counted in `refused`, with why; the others stand.

    Raises any `UnipileError`; `ExpiredCursor` when the query's `cursor` is no longer taken, `Unknown` for an answer without a
    list: that is no empty page.
    """
    answer = await caller.answer(Call(method="GET", route=route, reason=reason, ids=ids or {}, query=query))
    expect_object(answer, list_object)
    items: list[Item] = []
    refused: list[RefusedItem] = []
    listed = fields.entries(answer.get("items"))
    if not listed and answer.get("items") != []:
        raise Unknown("unreadable_answer", "Unipile's answer holds no list.")
    entries = [fields.table(entry) for entry in listed]
    for position, entry in enumerate(entries):
        try:
            items.append(parse_item(entry))
        except PayloadError as error:
            refused.append(RefusedItem(position, error.code, error.sentence))
    return Page(
        items=tuple(items),
        refused=tuple(refused),
        cursor=_cursor(answer.get("cursor")),
        fingerprint=_fingerprint(entries),
    )


async def follow_pages(
    read: Callable[[str | None], Awaitable[Page[Item]]], cursor: str | None
) -> AsyncIterator[Page[Item]]:
    """Pages from `cursor` (None: the first) to the last; each one's own `cursor` allows to resume behind it.

    Raises `EndlessPages` when a token comes back, one page keeps coming, or empty pages do; what was yielded
    before is good.
    """
    seen_cursors: set[bytes] = set()
    repeats: Counter[bytes] = Counter()
    empty_pages = 0
    while True:
        page = await read(cursor)
        repeats[page.fingerprint] += 1
        empty_pages = 0 if page.items or page.refused else empty_pages + 1
        if (empty_pages == 0 and repeats[page.fingerprint] > SAME_PAGE_MAX) or empty_pages > EMPTY_PAGES_MAX:
            raise EndlessPages("same_page", "Unipile keeps sending the same page of a list.")
        yield page
        if page.cursor is None:
            return
        mark = sha256(page.cursor.encode("utf-8", "surrogatepass")).digest()
        if mark in seen_cursors:
            raise EndlessPages("same_cursor", "Unipile's page tokens go in a circle.")
        seen_cursors.add(mark)
        cursor = page.cursor


def _cursor(value: object) -> str | None:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return str(value) if value and (is_number or isinstance(value, str)) else None


def _fingerprint(entries: list[Mapping[str, object]]) -> bytes:
    ids = sha256()
    for entry in entries:
        stated = entry.get("id") or entry.get("message_id")
        ids.update(f"{stated!r}\n".encode("utf-8", "backslashreplace"))
    return ids.digest()
