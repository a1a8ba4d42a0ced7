"""Finding messages, people and chats within the channels that somebody reads.

A word that many messages hold is found by looking through the newest ones; one that few hold by the index. What
is found by the first way needs no counting and no sorting, and what the second must sort is then little.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import msgspec
from django.db import OperationalError, transaction
from psycopg.errors import QueryCanceled

from communications.errors import TooBroad
from communications.schemas.documents import Message
from communications.schemas.search import Completeness, Hit, Reach, SearchQuery
from communications.selectors.conversations import (
    CONVERSATION_IS_SHOWN,
    CONVERSATIONS_BY_ID,
    ConversationRow,
)
from communications.selectors.messages import MESSAGE_IS_SHOWN, MESSAGES_BY_ID, message_document
from communications.selectors.queries import rows
from communications.selectors.search_filters import accounts_named, tags_of
from communications.selectors.search_words import Word, any_of, forgivable, tsquery_of, words_of
from communications.selectors.snippets import snippet_of
from communications.selectors.values import optional_instant

MOST_CHATS: Final = 8
# Looked through before the index is asked: 10,000 rows cost about what the index costs for 1,000 finds.
NEWEST: Final = 10_000
FEWEST_NEWEST: Final = 200
# Comparing every message with many names would cost more than asking the index for them.
FEW_NAMES: Final = 16
LITTLE: Final = 3
DEADLINE_MS: Final = 2_000

_LIMITS: Final = """
SELECT set_config('statement_timeout', %s, true), set_config('enable_seqscan', 'off', true),
       set_config('jit', 'off', true)
"""

_BETWEEN: Final = """
held.channel_id = {channel} AND held.sent_at >= %(after)s::timestamptz
AND (held.sent_at, held.message_id) < (%(sent_at)s::timestamptz, %(message_id)s::bigint)
"""

# Down to the place where the first of the channels has been looked through as far as its share goes.
_AMONG_NEWEST: Final = f"""
WITH reached AS MATERIALIZED (
    SELECT max(last.sent_at) AS sent_at
    FROM unnest(%(channel_ids)s::bigint[]) AS reader (channel_id)
    CROSS JOIN LATERAL (
        SELECT held.sent_at FROM communications_searchmessage AS held
        WHERE {_BETWEEN.format(channel="reader.channel_id")}
        ORDER BY held.sent_at DESC, held.message_id DESC OFFSET %(share)s LIMIT 1
    ) AS last
)
SELECT found.message_id, found.sent_at, NULL AS total
FROM unnest(%(channel_ids)s::bigint[]) AS reader (channel_id)
CROSS JOIN LATERAL (
    SELECT held.message_id, held.sent_at FROM communications_searchmessage AS held
    WHERE {_BETWEEN.format(channel="reader.channel_id")}
      AND held.sent_at > (SELECT coalesce(sent_at, '-infinity') FROM reached)
      AND held.words @@ %(words)s::tsquery
    ORDER BY held.sent_at DESC, held.message_id DESC LIMIT %(rows)s
) AS found
ORDER BY found.sent_at DESC, found.message_id DESC LIMIT %(rows)s
"""  # noqa: S608 (constants)

_BY_INDEX: Final = f"""
WITH found AS MATERIALIZED (
    SELECT held.message_id, held.sent_at FROM communications_searchmessage AS held
    WHERE held.words @@ %(words)s::tsquery AND {_BETWEEN.format(channel="ANY(%(channel_ids)s::bigint[])")}
)
SELECT message_id, sent_at, count(*) OVER () AS total FROM found
ORDER BY sent_at DESC, message_id DESC LIMIT %(rows)s
"""  # noqa: S608 (constants)

# What counts as unread is said in landline_conversations_recount.
_AMONG_UNREAD: Final = f"""
WITH found AS MATERIALIZED (
    SELECT held.message_id, held.sent_at
    FROM (
        SELECT root.id, root.read_through_at, root.read_through_id FROM communications_conversation AS root
        WHERE root.channel_id = ANY(%(channel_ids)s::bigint[]) AND root.unread_count > 0
          AND NOT root.is_stub AND root.last_message_at IS NOT NULL
        ORDER BY root.last_message_at DESC LIMIT 1000
    ) AS root
    CROSS JOIN LATERAL (
        SELECT root.id UNION ALL SELECT part.id FROM communications_conversation AS part WHERE part.continues_id = root.id
    ) AS part
    CROSS JOIN LATERAL (
        SELECT message.id FROM communications_message AS message
        WHERE message.conversation_id = part.id AND {MESSAGE_IS_SHOWN}
          AND message.direction = 'inbound' AND NOT message.is_event
          AND message.sent_at >= coalesce(root.read_through_at, '-infinity')
          AND (root.read_through_at IS NULL
               OR (message.sent_at, message.id) > (root.read_through_at, root.read_through_id))
        ORDER BY message.sent_at DESC LIMIT 1000
    ) AS unread
    JOIN communications_searchmessage AS held ON held.message_id = unread.id
    WHERE (%(words)s = '' OR held.words @@ %(words)s::tsquery)
      AND {_BETWEEN.format(channel="ANY(%(channel_ids)s::bigint[])")}
)
SELECT message_id, sent_at, count(*) OVER () AS total FROM found
ORDER BY sent_at DESC, message_id DESC LIMIT %(rows)s
"""  # noqa: S608 (constants of this package)

# A group is found by its members too, after those that bear the name themselves.
_CHATS: Final = f"""
WITH named AS MATERIALIZED (
    SELECT held.attendee_id, held.conversation_id FROM communications_searchname AS held
    WHERE held.words @@ %(words)s::tsquery AND held.channel_id = ANY(%(channel_ids)s::bigint[])
), bearing AS (
    (SELECT named.conversation_id AS id, 0 AS rank, NULL::bigint AS member_id
     FROM named WHERE named.conversation_id IS NOT NULL LIMIT 1000)
    UNION ALL
    SELECT chat.id, CASE WHEN chat.contact_id = person.id THEN 0 ELSE 1 END, person.id
    FROM (SELECT attendee_id FROM named WHERE attendee_id IS NOT NULL LIMIT 1000) AS one
    JOIN communications_chatattendee AS person ON person.id = one.attendee_id AND NOT person.is_self
    JOIN communications_conversationattendee AS member ON member.attendee_id = person.id
    JOIN communications_conversation AS chat ON chat.id = member.conversation_id
)
SELECT conversation.id, CASE WHEN min(bearing.rank) = 1 THEN min(bearing.member_id) END AS member_id
FROM bearing
JOIN communications_conversation AS part ON part.id = bearing.id
JOIN communications_conversation AS conversation ON conversation.id = coalesce(part.continues_id, part.id)
WHERE conversation.channel_id = ANY(%(channel_ids)s::bigint[]) AND {CONVERSATION_IS_SHOWN}
GROUP BY conversation.id
ORDER BY min(bearing.rank), conversation.last_message_at DESC, conversation.id DESC LIMIT %(most)s
"""  # noqa: S608 (constants of this package)

_REACH: Final = f"""
SELECT count(*), count(*) FILTER (WHERE conversation.is_whole),
       (SELECT min(oldest.sent_at) FROM unnest(%(channel_ids)s::bigint[]) AS reader (channel_id)
        CROSS JOIN LATERAL (
            SELECT held.sent_at FROM communications_searchmessage AS held
            WHERE held.channel_id = reader.channel_id ORDER BY held.sent_at, held.message_id LIMIT 1) AS oldest)
FROM communications_conversation AS conversation
WHERE conversation.channel_id = ANY(%(channel_ids)s::bigint[]) AND {CONVERSATION_IS_SHOWN}
"""  # noqa: S608 (constants of this package)

_ALL_CHANNELS: Final = "SELECT count(*) FROM communications_channel"

_EVER: Final = dt.datetime.min.replace(year=2, tzinfo=dt.UTC)


class SearchPosition(msgspec.Struct, frozen=True, array_like=True):
    """The key of the last hit of a page, and how it was searched for."""

    sent_at: dt.datetime
    message_id: int
    forgiving: bool


ABOVE_ALL_HITS: Final = SearchPosition(dt.datetime.max.replace(tzinfo=dt.UTC), 2**63 - 1, False)


class FoundChat(NamedTuple):
    """``member_id``: who of its members bears the name, where it does not itself."""

    id: int
    member_id: int | None


class Found(NamedTuple):
    hits: tuple[Hit, ...]
    chats: tuple[FoundChat, ...]
    total: int | None
    forgiving: bool
    reach: Reach | None
    completeness: Completeness | None
    next_position: SearchPosition | None


class _Asked(NamedTuple):
    """A search within channels, names and operators looked up. ``tags`` is None where nothing can be found."""

    channel_ids: list[int]
    words: list[Word]
    tags: list[str] | None
    query: SearchQuery


def messages_search(
    readable: Sequence[int], query: SearchQuery, *, after: SearchPosition, limit: int
) -> Found:
    """One page of hits; with its first page the people and chats of that name. Raises TooBroad."""
    is_first = after == ABOVE_ALL_HITS
    try:
        with transaction.atomic():
            rows(_LIMITS, [str(DEADLINE_MS)])
            channel_ids = accounts_named(readable, query.account)
            asked = _Asked(channel_ids, words_of(query.wanted), tags_of(channel_ids, query), query)
            found, forgiving = _found(asked, after, limit=limit, may_forgive=is_first)
            shown = found[:limit]
            reach, completeness = _reach(channel_ids) if is_first else (None, None)
            return Found(
                hits=_hits([row[0] for row in shown], asked.words, forgiving=forgiving),
                chats=_chats(asked) if is_first else (),
                total=(found[0][2] if found else 0) if is_first else None,
                forgiving=forgiving,
                reach=reach,
                completeness=completeness,
                next_position=_position(shown[-1], forgiving=forgiving) if len(found) > limit else None,
            )
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise TooBroad from error
        raise


def conversations_by_id(ids: Sequence[int]) -> list[ConversationRow]:
    """Those of them that are shown."""
    return [ConversationRow._make(row) for row in rows(CONVERSATIONS_BY_ID, [list(ids)])]


def _found(
    asked: _Asked, after: SearchPosition, *, limit: int, may_forgive: bool
) -> tuple[list[tuple[Any, ...]], bool]:
    found = _rows(asked, after, limit=limit, forgiving=after.forgiving)
    if may_forgive and len(found) < LITTLE and any(map(forgivable, asked.words)):
        forgiven = _rows(asked, after, limit=limit, forgiving=True)
        if len(forgiven) > len(found):
            return forgiven, True
    return found, after.forgiving


def _rows(asked: _Asked, after: SearchPosition, *, limit: int, forgiving: bool) -> list[tuple[Any, ...]]:
    """One more than ``limit``, if there are as many."""
    query = asked.query
    words = tsquery_of(asked.words, forgiving=forgiving)
    is_empty = not words and (query.wanted or not _has_operator(query))
    if asked.tags is None or not asked.channel_ids or is_empty:
        return []
    before = query.before or ABOVE_ALL_HITS.sent_at
    is_within = after.sent_at < before
    wanted = [words] if words else []
    wanted += asked.tags
    parameters = {
        "channel_ids": asked.channel_ids,
        "words": " & ".join(wanted),
        "after": query.after or _EVER,
        "sent_at": after.sent_at if is_within else before,
        "message_id": after.message_id if is_within else 0,
        "share": max(FEWEST_NEWEST, NEWEST // len(asked.channel_ids)),
        "rows": limit + 1,
    }
    if query.unread:
        return rows(_AMONG_UNREAD, parameters)
    names = sum(tag.count("|") for tag in asked.tags)
    if wanted and not forgiving and names < FEW_NAMES:
        newest = rows(_AMONG_NEWEST, parameters)
        if len(newest) > limit:
            return newest
    if not wanted or len(asked.channel_ids) < rows(_ALL_CHANNELS, [])[0][0]:
        wanted.append(any_of(f"channel:{channel_id}" for channel_id in asked.channel_ids))
    return rows(_BY_INDEX, parameters | {"words": " & ".join(wanted)})


def _has_operator(query: SearchQuery) -> bool:
    return msgspec.structs.replace(query, wanted=()) != SearchQuery()


def _chats(asked: _Asked) -> tuple[FoundChat, ...]:
    """A search with other operators than ``account:`` is for messages only."""
    is_for_messages = _has_operator(msgspec.structs.replace(asked.query, account=()))
    if not asked.words or not asked.channel_ids or is_for_messages:
        return ()
    for forgiving in (False, True):
        parameters = {
            "channel_ids": asked.channel_ids,
            "words": tsquery_of(asked.words, forgiving=forgiving),
            "most": MOST_CHATS,
        }
        found = rows(_CHATS, parameters)
        if found or not any(map(forgivable, asked.words)):
            break
    return tuple(map(FoundChat._make, found))


def _hits(ids: Sequence[int], words: Sequence[Word], *, forgiving: bool) -> tuple[Hit, ...]:
    if not ids:
        return ()
    documents = {int(row[0]): message_document(row) for row in rows(MESSAGES_BY_ID, [list(ids)])}
    return tuple(
        _hit(documents[one], words, forgiving=forgiving)
        for one in ids
        if one in documents and documents[one].deleted_at is None
    )


def _hit(message: Message, words: Sequence[Word], *, forgiving: bool) -> Hit:
    return Hit(
        message_id=message.id,
        conversation_id=message.conversation_id,
        channel_id=message.channel_id,
        direction=message.direction,
        kind=message.kind,
        sender_id=message.sender_id,
        sender_name=message.sender_name,
        sent_at=message.sent_at,
        snippet=snippet_of(
            _with_names(message),
            (part.name for part in message.attachments if part.name),
            words,
            forgiving=forgiving,
        ),
    )


def _with_names(message: Message) -> str:
    """The text as it is shown: names in the place of the tokens that stand for people."""
    text = message.text
    for mention in message.mentions:
        if mention.name is not None:
            text = text.replace(
                mention.token, mention.name if message.kind == "event" else f"@{mention.name}"
            )
    return text


def _reach(channel_ids: list[int]) -> tuple[Reach, Completeness]:
    ((conversations, whole, since),) = rows(_REACH, {"channel_ids": channel_ids})
    return (
        Reach(conversations=conversations, since=optional_instant(since)),
        Completeness(chats=conversations, whole=whole),
    )


def _position(row: Sequence[Any], *, forgiving: bool) -> SearchPosition:
    return SearchPosition(row[1], row[0], forgiving)
