"""What operators stand for, as tags of landline_search_messages_write. Names are looked up within a reader's channels."""

from collections.abc import Iterable, Sequence
from typing import Final

from communications.schemas.search import SearchQuery, Wanted
from communications.selectors.queries import rows
from communications.selectors.search_words import any_of, tsquery_of, words_of
from unipile.payloads.text import search_text

MOST_NAMED: Final = 500
MYSELF: Final = frozenset({"me", "you"})

# A person is meant with all their ids, whichever of them bears the name.
_NAMED: Final = """
WITH named AS MATERIALIZED (
    SELECT held.attendee_id, held.conversation_id FROM communications_searchname AS held
    WHERE held.words @@ %(words)s::tsquery AND held.channel_id = ANY(%(channel_ids)s::bigint[]) LIMIT %(most)s
), person AS MATERIALIZED (
    SELECT DISTINCT one.id
    FROM named
    JOIN communications_chatattendee AS bearer ON bearer.id = named.attendee_id
    CROSS JOIN LATERAL (SELECT coalesce(bearer.same_as_id, bearer.id) AS id) AS root
    JOIN communications_chatattendee AS one ON one.id = root.id OR one.same_as_id = root.id
)
"""

_PEOPLE: Final = f"{_NAMED} SELECT id FROM person"  # noqa: S608 (a constant)

_CHATS: Final = f"""{_NAMED}
SELECT conversation_id FROM named WHERE conversation_id IS NOT NULL
UNION
SELECT conversation.id FROM person
JOIN communications_conversationattendee AS member ON member.attendee_id = person.id
JOIN communications_conversation AS conversation
    ON conversation.id = member.conversation_id AND conversation.contact_id = person.id
"""  # noqa: S608 (constants)

_WITH_PARTS: Final = """
SELECT part.id FROM communications_conversation AS part
WHERE part.channel_id = ANY(%(channel_ids)s::bigint[])
  AND (part.id = ANY(%(ids)s::bigint[]) OR part.continues_id = ANY(%(ids)s::bigint[]))
"""

_ACCOUNTS: Final = """
SELECT channel.id, channel.name, channel.provider FROM communications_channel AS channel WHERE channel.id = ANY(%s::bigint[])
"""


def accounts_named(channel_ids: Sequence[int], names: Sequence[str]) -> list[int]:
    """Those of the channels that bear one of the names, or are of a provider named so; all for no names."""
    if not names:
        return list(channel_ids)
    wanted = [search_text(name) for name in names]
    return [
        channel_id
        for channel_id, name, provider in rows(_ACCOUNTS, [list(channel_ids)])
        if any(provider == one or one in search_text(name) for one in wanted)
    ]


def tags_of(channel_ids: Sequence[int], query: SearchQuery) -> list[str] | None:
    """tsqueries that must all hold; None if nobody and nothing bears a name that was asked for."""
    kinds: list[list[str]] = [[f"has:{kind}"] for kind in query.has]
    if query.sender:
        own = ["is:outbound"] if _speaks_of_me(query.sender) else []
        kinds.append(own + [f"from:{one}" for one in _named(_PEOPLE, channel_ids, query.sender)])
    if query.recipient:
        if _speaks_of_me(query.recipient):
            kinds.append(["is:inbound"])
        else:
            kinds.append(["is:outbound"])
            kinds.append(_chat_tags(channel_ids, _named(_CHATS, channel_ids, query.recipient)))
    if query.conversation:
        by_id = [int(name[1:]) for name in query.conversation if _is_id(name)]
        by_name = [name for name in query.conversation if not _is_id(name)]
        kinds.append(_chat_tags(channel_ids, by_id + _named(_CHATS, channel_ids, by_name)))
    if not all(kinds):
        return None
    return [any_of(kind) for kind in kinds]


def _named(sql: str, channel_ids: Sequence[int], names: Iterable[str]) -> list[int]:
    found: list[int] = []
    for name in names:
        words = tsquery_of(words_of([_as_name(word) for word in name.split()]))
        if words and search_text(name) not in MYSELF:
            asked = {"words": words, "channel_ids": list(channel_ids), "most": MOST_NAMED}
            found += [row[0] for row in rows(sql, asked)]
    return found


def _as_name(word: str) -> Wanted:
    digits = "".join(filter(str.isdecimal, word)) if not any(map(str.isalpha, word)) else ""
    return Wanted(word, digits=digits if digits.isascii() and len(digits) >= 4 else "")


def _chat_tags(channel_ids: Sequence[int], ids: Sequence[int]) -> list[str]:
    """Of these conversations and of all that continue them."""
    if not ids:
        return []
    found = rows(_WITH_PARTS, {"channel_ids": list(channel_ids), "ids": list(ids)})
    return [f"chat:{row[0]}" for row in found]


def _speaks_of_me(names: Iterable[str]) -> bool:
    return any(search_text(name) in MYSELF for name in names)


def _is_id(name: str) -> bool:
    return name.startswith("#") and name[1:].isascii() and name[1:].isdecimal() and len(name) <= 19
