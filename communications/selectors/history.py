"""Copies of history, as documents: how they stand, what they found of each chat, and the report."""

import datetime as dt
from typing import Any, Final, NamedTuple

import msgspec

from communications.schemas import history as schema
from communications.selectors.conversations import conversation_names
from communications.selectors.queries import rows
from communications.selectors.values import id_text, instant, optional_id, optional_instant

# The share of a day's calls that history may use up, as the budget has it.
_SHARE: Final = 0.75

# Upstream's own words tell its import: of an account that was made here, until it says that it has everything.
_RUN: Final = """
SELECT run.id, run.channel_id, run.conversation_id, run.trigger, run.state, run.phase, run.since, run.media,
       (SELECT upper(entry.status_word) NOT LIKE '%%SYNC%%SUCCESS%%' FROM communications_channelstatus AS entry
        WHERE entry.channel_id = run.channel_id
          AND upper(entry.status_word) SIMILAR TO '%%(SYNC|CREATION)_?SUCCESS%%'
        ORDER BY entry.at DESC, entry.event_key DESC LIMIT 1) AS is_import_running,
       greatest(run.found, CASE WHEN run.conversation_id IS NULL THEN coalesce(earlier.found, 0) ELSE 0 END) AS import_found,
       run.chats_found, run.people_found, run.found, earlier.found AS found_earlier,
       run.stored, run.changed, run.known, run.refused::text, run.calls,
       greatest(0, floor(%(per_day)s * %(share)s) - coalesce((
           SELECT sum(counted.calls) FROM communications_callday AS counted
           WHERE counted.external_account_id = channel.external_account_id
             AND counted.day = (now() AT TIME ZONE 'UTC')::date), 0))::bigint AS calls_left,
       run.rate_per_second, run.listed_at, run.reached_at, run.held_until, run.reason_code, run.reason,
       run.newest_at, run.oldest_at, run.created_at, run.started_at, run.ended_at
FROM communications_historyrun AS run
JOIN communications_channel AS channel ON channel.id = run.channel_id
LEFT JOIN LATERAL (
    SELECT max(other.found) AS found FROM communications_historyrun AS other
    WHERE other.channel_id = run.channel_id AND other.conversation_id IS NULL AND other.id < run.id AND other.state = 'done'
      AND other.since IS NOT DISTINCT FROM run.since
) AS earlier ON true
"""

_ONE: Final = _RUN + "WHERE run.id = %(id)s"
_READABLE: Final = """
SELECT run.channel_id FROM communications_historyrun AS run
JOIN communications_channelaccess AS access ON access.channel_id = run.channel_id
WHERE run.id = %(id)s AND access.user_id = %(user_id)s
"""
_PAGE: Final = (
    _RUN
    + """
WHERE run.channel_id = %(channel)s AND run.conversation_id IS NULL AND run.id < %(before)s
ORDER BY run.id DESC LIMIT %(rows)s
"""
)

_CHATS: Final = """
SELECT chat.id, coalesce(conversation.continues_id, conversation.id), chat.external_id, chat.title, chat.found, chat.stored,
       chat.changed, chat.known, chat.refused, chat.active_at, chat.newest_at, chat.oldest_at, standing.state,
       CASE WHEN run.state = 'done' THEN chat.found WHEN earlier.found > 0 THEN greatest(chat.found, earlier.found) END,
       least(shown.whole_since, CASE WHEN standing.state IN ('copying', 'stopped') THEN run.reached_at END),
       coalesce(shown.is_whole, false)
FROM communications_historychat AS chat
JOIN communications_historyrun AS run ON run.id = chat.run_id
CROSS JOIN LATERAL (SELECT CASE
    WHEN run.state = 'done' THEN 'done'
    WHEN run.phase <> 'messages' OR chat.found = 0 AND coalesce(chat.active_at < run.reached_at, run.reached_at IS NULL)
        THEN CASE WHEN run.ended_at IS NULL THEN 'waiting' ELSE 'untouched' END
    WHEN run.ended_at IS NULL THEN 'copying' ELSE 'stopped' END AS state
) AS standing
LEFT JOIN communications_historychat AS earlier ON earlier.external_id = chat.external_id AND earlier.run_id = (
    SELECT max(other.id) FROM communications_historyrun AS other
    WHERE other.channel_id = run.channel_id AND other.conversation_id IS NULL AND other.id < run.id AND other.state = 'done'
      AND other.since IS NOT DISTINCT FROM run.since)
LEFT JOIN communications_conversationalias AS alias
    ON alias.channel_id = run.channel_id AND alias.kind = 'id' AND alias.value = chat.external_id
LEFT JOIN communications_conversation AS conversation ON conversation.id = alias.conversation_id AND NOT conversation.is_stub
LEFT JOIN communications_conversation AS shown ON shown.id = coalesce(conversation.continues_id, conversation.id)
WHERE chat.run_id = %(run)s AND chat.id > %(after)s
ORDER BY chat.id LIMIT %(rows)s
"""

_DIFFERENT: Final = """
SELECT external_id, coalesce(conversation.continues_id, conversation.id), coalesce(nullif(mine.title, ''), other.title, ''),
       mine.found, other.found
FROM (SELECT * FROM communications_historychat WHERE run_id = %(run)s) AS mine
FULL JOIN (SELECT * FROM communications_historychat WHERE run_id = %(other)s) AS other USING (external_id)
LEFT JOIN communications_conversationalias AS alias
    ON alias.channel_id = (SELECT channel_id FROM communications_historyrun WHERE id = %(run)s)
    AND alias.kind = 'id' AND alias.value = external_id
LEFT JOIN communications_conversation AS conversation ON conversation.id = alias.conversation_id
WHERE mine.found IS DISTINCT FROM other.found
ORDER BY external_id
"""


class RunRow(NamedTuple):
    id: int
    channel_id: int
    conversation_id: int | None
    trigger: schema.HistoryTrigger
    state: schema.HistoryState
    phase: schema.HistoryPhase
    since: dt.datetime | None
    media: schema.HistoryMedia
    is_import_running: bool | None
    import_found: int
    chats_found: int
    people_found: int
    found: int
    found_earlier: int | None
    stored: int
    changed: int
    known: int
    refused: str
    calls: int
    calls_left: int
    rate_per_second: float | None
    listed_at: dt.datetime | None
    reached_at: dt.datetime | None
    held_until: dt.datetime | None
    reason_code: str
    reason: str
    newest_at: dt.datetime | None
    oldest_at: dt.datetime | None
    created_at: dt.datetime
    started_at: dt.datetime | None
    ended_at: dt.datetime | None


class ChatRow(NamedTuple):
    id: int
    conversation_id: int | None
    external_id: str
    title: str
    found: int
    stored: int
    changed: int
    known: int
    refused: int
    active_at: dt.datetime | None
    newest_at: dt.datetime | None
    oldest_at: dt.datetime | None
    state: schema.HistoryChatState
    expected: int | None
    covered_since: dt.datetime | None
    is_whole: bool


class RunPosition(msgspec.Struct, frozen=True, array_like=True):
    """The key of the oldest run of a page."""

    id: int


class ChatPosition(msgspec.Struct, frozen=True, array_like=True):
    """The key of the last chat of a page."""

    id: int


NEWEST_RUN: Final = RunPosition(2**63 - 1)
FIRST_CHAT: Final = ChatPosition(0)


def readable_run(user_id: int, run_id: int) -> int | None:
    """The channel of a run that the person may see; ``None`` for any other."""
    found = rows(_READABLE, {"id": run_id, "user_id": user_id})
    return int(found[0][0]) if found else None


def history_run(run_id: int, *, per_day: int) -> schema.HistoryRun:
    (found,) = rows(_ONE, {"id": run_id, "per_day": per_day, "share": _SHARE})
    return _document(found)


def history_runs(
    channel_id: int, *, per_day: int, after: RunPosition, limit: int
) -> tuple[tuple[schema.HistoryRun, ...], RunPosition | None]:
    """Of a whole account, newest first, and where the next page begins."""
    asked = {
        "channel": channel_id,
        "before": after.id,
        "rows": limit + 1,
        "per_day": per_day,
        "share": _SHARE,
    }
    found = rows(_PAGE, asked)
    shown = found[:limit]
    return tuple(map(_document, shown)), RunPosition(shown[-1][0]) if len(found) > limit else None


def history_chats(
    run_id: int, *, after: ChatPosition, limit: int
) -> tuple[tuple[schema.HistoryChat, ...], ChatPosition | None]:
    found = list(map(ChatRow._make, rows(_CHATS, {"run": run_id, "after": after.id, "rows": limit + 1})))
    shown = found[:limit]
    names = conversation_names(chat.conversation_id for chat in shown)
    chats = tuple(_chat(chat, names.get(chat.conversation_id, chat.title)) for chat in shown)
    return chats, ChatPosition(shown[-1].id) if len(found) > limit else None


def history_report(
    run_id: int, *, account: str, per_day: int, compared_with: int | None
) -> schema.HistoryReport:
    chats, _ = history_chats(run_id, after=FIRST_CHAT, limit=2**31 - 2)
    return schema.HistoryReport(
        made_at=instant(dt.datetime.now(dt.UTC)),
        account=account,
        run=history_run(run_id, per_day=per_day),
        chats=chats,
        compared_with=None if compared_with is None else _comparison(run_id, compared_with, per_day),
    )


def _comparison(run_id: int, other: int, per_day: int) -> schema.HistoryComparison:
    different = rows(_DIFFERENT, {"run": run_id, "other": other})
    names = conversation_names(chat_id for _, chat_id, *_ in different)
    return schema.HistoryComparison(
        run=history_run(other, per_day=per_day),
        chats=tuple(
            schema.HistoryChatDifference(
                external_id=chat, title=names.get(chat_id, title), found=found, found_before=before
            )
            for chat, chat_id, title, found, before in different
        ),
    )


def _document(row: Any) -> schema.HistoryRun:
    held = RunRow._make(row)
    refused = msgspec.json.decode(held.refused, type=dict[str, int])
    expected = _expected(held)
    is_under_way = held.state == "running"
    return schema.HistoryRun(
        id=id_text(held.id),
        channel_id=id_text(held.channel_id),
        chat_id=optional_id(held.conversation_id),
        trigger=held.trigger,
        state=held.state,
        phase=held.phase,
        since=optional_instant(held.since),
        media=held.media,
        is_import_running=held.is_import_running,
        import_found=held.import_found,
        chats_found=held.chats_found,
        people_found=held.people_found,
        found=held.found,
        expected=expected,
        stored=held.stored,
        changed=held.changed,
        known=held.known,
        refused=tuple(
            schema.RefusedCount(reason=reason, count=count) for reason, count in sorted(refused.items())
        ),
        calls=held.calls,
        calls_left=held.calls_left,
        rate_per_second=held.rate_per_second if is_under_way else None,
        seconds_left=_seconds_left(held, expected) if is_under_way else None,
        held_until=optional_instant(held.held_until),
        reason_code=held.reason_code or None,
        reason=held.reason or None,
        newest_at=optional_instant(held.newest_at),
        oldest_at=optional_instant(held.oldest_at),
        created_at=instant(held.created_at),
        started_at=optional_instant(held.started_at),
        ended_at=optional_instant(held.ended_at),
    )


def _expected(held: RunRow) -> int | None:
    """As many as an earlier run found; else, where the depth is given, as many per hour as in the time copied so far.

    Upstream's lists do not say how long they are.
    """
    if held.phase == "done":
        return held.found
    if held.conversation_id is not None:
        return None
    if held.found_earlier:
        return max(held.found, held.found_earlier)
    if held.phase != "messages" or held.since is None or held.reached_at is None or held.listed_at is None:
        return None
    copied, whole = held.listed_at - held.reached_at, held.listed_at - held.since
    return max(held.found, round(held.found * (whole / copied))) if copied and whole > copied else None


def _seconds_left(held: RunRow, expected: int | None) -> float | None:
    if expected is None or not held.rate_per_second:
        return None
    return round((expected - held.found) / held.rate_per_second, 1)


def _chat(held: ChatRow, title: str) -> schema.HistoryChat:
    return schema.HistoryChat(
        chat_id=optional_id(held.conversation_id),
        external_id=held.external_id,
        title=title,
        state=held.state,
        found=held.found,
        expected=held.expected,
        stored=held.stored,
        changed=held.changed,
        known=held.known,
        refused=held.refused,
        active_at=optional_instant(held.active_at),
        newest_at=optional_instant(held.newest_at),
        oldest_at=optional_instant(held.oldest_at),
        covered_since=optional_instant(held.covered_since),
        is_whole=held.is_whole,
    )
