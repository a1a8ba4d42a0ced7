"""Times in which messages may be missing, and how they were compared with upstream."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import msgspec

from communications.schemas.comparisons import (
    Comparison,
    ComparisonReport,
    ComparisonState,
    RecoveredChat,
)
from communications.schemas.documents import GapTrigger
from communications.schemas.history import RefusedCount
from communications.selectors.conversations import conversation_names
from communications.selectors.queries import rows
from communications.selectors.values import (
    id_text,
    instant,
    instant_sql,
    optional_id,
    optional_instant,
)

CANNOT_SHOW: Final = (
    "What Unipile itself never received from the provider.",
    "What a message said before it was edited or deleted.",
    "Reactions that were given and taken back in between.",
    "Who of a group has read a message.",
    "Changes of messages older than the time compared.",
)


class CountedChat(msgspec.Struct, frozen=True):
    """What a run keeps of one chat."""

    recovered: int
    oldest_at: str | None
    newest_at: str | None


_counts = msgspec.json.Decoder(dict[str, int])
_chat = msgspec.json.Decoder(CountedChat)


class ComparisonRow(NamedTuple):
    id: int
    channel_id: int
    trigger: GapTrigger
    state: ComparisonState
    part_of: int | None
    starts_at: dt.datetime
    ends_at: dt.datetime | None
    compared_from: dt.datetime | None
    compared_to: dt.datetime | None
    calls: int
    found: int
    recovered: int
    changed: int
    known: int
    not_shown: int
    refused: str
    latest_by_seconds: int | None
    held_until: dt.datetime | None
    reason_code: str
    reason: str
    created_at: dt.datetime
    ended_at: dt.datetime | None


_COLUMNS: Final = """
SELECT told.id, told.channel_id, told.trigger, told.state, told.part_of_id, told.starts_at, told.ends_at,
       run.compared_from, run.compared_to, run.calls, run.found, run.recovered, run.changed, run.known, run.not_shown,
       run.refused::text, run.latest_by_seconds, run.held_until, run.reason_code, run.reason, told.created_at, told.ended_at
FROM communications_comparisonwindow AS told
JOIN communications_comparisonwindow AS run ON run.id = coalesce(told.part_of_id, told.id)
"""
_READABLE: Final = """
EXISTS (SELECT FROM communications_channelaccess AS access
        WHERE access.channel_id = told.channel_id AND access.user_id = %(user_id)s)
"""
_PAGE: Final = f"""
{_COLUMNS} WHERE told.channel_id = %(channel_id)s AND told.id < %(below)s ORDER BY told.id DESC LIMIT %(rows)s
"""
_ONE: Final = f"{_COLUMNS} WHERE told.id = %(id)s AND {_READABLE}"
_WINDOWS: Final = f"""
{_COLUMNS} WHERE coalesce(told.part_of_id, told.id) = %(run)s ORDER BY told.id
"""
_CHATS: Final = """
SELECT chat.key, chat.value::text, coalesce(part.continues_id, part.id)
FROM communications_comparisonwindow AS run
CROSS JOIN LATERAL jsonb_each(run.chats) AS chat
LEFT JOIN communications_conversationalias AS alias
    ON alias.channel_id = run.channel_id AND alias.kind = 'id' AND alias.value = chat.key
LEFT JOIN communications_conversation AS part ON part.id = alias.conversation_id
WHERE run.id = %(run)s
ORDER BY (chat.value ->> 'recovered')::integer DESC, chat.key
"""

# For the document of a channel: a JSON array, or null. ``channel`` is whose it is.
OPEN_GAPS: Final = f"""(
    SELECT json_agg(json_build_object(
        'id', gap.id::text, 'trigger', gap.trigger, 'state', gap.state,
        'starts_at', {instant_sql("gap.starts_at")}, 'ends_at', {instant_sql("gap.ends_at")}
    ) ORDER BY gap.id)::text
    FROM communications_comparisonwindow AS gap
    WHERE gap.channel_id = channel.id AND gap.state <> 'done')"""  # noqa: S608 (constants)


def comparisons_page(channel_id: int, *, below: int, limit: int) -> tuple[tuple[Comparison, ...], int | None]:
    """Newest first, and the id to go on below, if there are more."""
    found = rows(_PAGE, {"channel_id": channel_id, "below": below, "rows": limit + 1})
    shown = tuple(comparison_document(row) for row in found[:limit])
    return shown, found[limit - 1][0] if len(found) > limit else None


def comparison_of_reader(user_id: int, comparison_id: int) -> Comparison | None:
    found = rows(_ONE, {"user_id": user_id, "id": comparison_id})
    return comparison_document(found[0]) if found else None


def comparison_report(comparison: Comparison) -> ComparisonReport:
    run = {"run": int(comparison.part_of or comparison.id)}
    chats = rows(_CHATS, run)
    names = conversation_names(chat_id for _, _, chat_id in chats)
    return ComparisonReport(
        comparison=comparison,
        windows=tuple(comparison_document(row) for row in rows(_WINDOWS, run)),
        chats=tuple(
            RecoveredChat(
                chat_id=optional_id(chat_id),
                external_id=external_id,
                title=names.get(chat_id, ""),
                recovered=counted.recovered,
                oldest_at=counted.oldest_at,
                newest_at=counted.newest_at,
            )
            for external_id, stored, chat_id in chats
            for counted in [_chat.decode(stored)]
        ),
        cannot_show=CANNOT_SHOW,
    )


def comparison_document(row: Sequence[Any]) -> Comparison:
    held = ComparisonRow._make(row)
    return Comparison(
        id=id_text(held.id),
        channel_id=id_text(held.channel_id),
        trigger=held.trigger,
        state=held.state,
        part_of=optional_id(held.part_of),
        starts_at=instant(held.starts_at),
        ends_at=optional_instant(held.ends_at),
        compared_from=optional_instant(held.compared_from),
        compared_to=optional_instant(held.compared_to),
        calls=held.calls,
        found=held.found,
        recovered=held.recovered,
        changed=held.changed,
        known=held.known,
        not_shown=held.not_shown,
        refused=tuple(
            RefusedCount(reason=reason, count=count)
            for reason, count in sorted(_counts.decode(held.refused).items())
        ),
        latest_by_seconds=held.latest_by_seconds,
        held_until=optional_instant(held.held_until) if held.state == "held" else None,
        reason_code=held.reason_code or None,
        reason=held.reason or None,
        created_at=instant(held.created_at),
        ended_at=optional_instant(held.ended_at),
    )
