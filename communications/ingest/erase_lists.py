"""Lists of several messages of which some are erased: kept without those."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.db.backends.utils import CursorWrapper

from communications.schemas.deliveries import sha256_of
from unipile.payloads import fields
from unipile.payloads.strict import decode, encode

# With what upstream calls those messages of theirs that are erased, and whether others are left.
_LISTS: Final = """
SELECT delivery.id, body.raw,
       ARRAY(SELECT message.external_message_id FROM communications_message AS message
             WHERE message.id = ANY(delivery.message_ids) AND message.id = ANY(%(messages)s::bigint[])),
       NOT delivery.message_ids <@ %(messages)s::bigint[]
FROM communications_webhookdelivery AS delivery
LEFT JOIN communications_webhookbody AS body ON body.delivery_id = delivery.id
WHERE delivery.id = ANY(%(lists)s::uuid[])
"""
_UNLINK: Final = """
UPDATE communications_webhookdelivery SET message_ids = ARRAY(
    SELECT kept FROM unnest(message_ids) AS kept WHERE kept <> ALL(%(messages)s::bigint[]))
WHERE id = ANY(%(lists)s::uuid[])
"""
_REWRITE: Final = """
WITH body AS (
    UPDATE communications_webhookbody SET raw = %(raw)s WHERE delivery_id = %(list)s
)
UPDATE communications_webhookdelivery SET sha256 = %(sha256)s, size_bytes = %(size)s WHERE id = %(list)s
"""


def lists_rewrite(
    cursor: CursorWrapper, lists: Sequence[uuid.UUID], asked: Mapping[str, Any]
) -> set[uuid.UUID]:
    """``asked``: ``messages`` (row ids) and ``names`` (bytes) that go. Returns the lists of which something is left."""
    cursor.execute(_LISTS, {"lists": list(lists), "messages": asked["messages"]})
    left: set[uuid.UUID] = set()
    for delivery, raw, erased, has_others in cursor.fetchall():
        rest = None if raw is None else _without(bytes(raw), frozenset(erased), asked["names"])
        if rest is not None:
            told = {"list": delivery, "raw": rest, "sha256": sha256_of(rest), "size": len(rest)}
            cursor.execute(_REWRITE, told)
        if rest is not None or (raw is None and has_others):
            left.add(delivery)
    cursor.execute(_UNLINK, {"lists": list(left), "messages": asked["messages"]})
    return left


def _without(raw: bytes, erased: frozenset[str], names: Sequence[bytes]) -> bytes | None:
    """The list without those messages; ``None`` if no other is left."""
    stated = fields.table(decode(raw))
    shown = stated["messages"]
    kept = [one for one in shown if not _is_erased(one, erased, names)] if isinstance(shown, list) else []
    return encode({**stated, "messages": kept}) if kept else None


def _is_erased(shown: object, erased: frozenset[str], names: Sequence[bytes]) -> bool:
    answer = fields.table(fields.table(shown).get("answer"))
    written = encode(shown)
    return answer.get("id") in erased or any(name in written for name in names)
