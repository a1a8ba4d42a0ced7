"""Searches over a full database, as the browser asks for them: one reader, one at a time, over HTTP."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Mapping, Sequence
from random import Random
from urllib.parse import urlencode

from bench.full_database import DATABASE, TOWN, FullDatabase
from bench.installation import Installation
from bench.measured import BenchmarkError, percentile
from bench.server import landline_web

ASKED = 150
SEARCH_PATH = "/api/v1/communications/search/"
CHATS_PATH = "/api/v1/communications/whatsapp/chats/"

# Words by how often they are said, from the most common to those said a few times in a million messages.
WORDS = """
SELECT word FROM ts_stat('SELECT words FROM communications_searchmessage WHERE message_id % 50 = 0')
WHERE word ~ '^[[:alpha:]]{3,}$' ORDER BY ndoc DESC, word
"""
NAMES = "SELECT DISTINCT name FROM communications_chatattendee WHERE NOT is_self ORDER BY name"
MESSAGES = "SELECT id, conversation_id FROM communications_message ORDER BY id % 7919, id LIMIT 1000"


def search_measure(installation: Installation, full: FullDatabase) -> dict[str, dict[str, float]]:
    """Latencies of each kind of search, and beside them the first page of messages: what any page costs."""
    with installation.owner_connection(DATABASE) as connection:
        words = [row[0] for row in connection.execute(WORDS).fetchall()]
        names = [row[0] for row in connection.execute(NAMES).fetchall()]
        places = connection.execute(MESSAGES).fetchall()
    random = Random(1)
    chats = random.sample(range(1, TOWN.chat_count + 1), ASKED)
    kinds = {
        "page_of_messages": [f"{CHATS_PATH}{chat}/messages/" for chat in chats],
        "page_around_a_message": [
            f"{CHATS_PATH}{chat}/messages/?around={message}" for message, chat in random.sample(places, ASKED)
        ],
        "word": _searches(_evenly(words)),
        "name": _searches(_evenly(names)),
        "three_letter_prefix": _searches(_evenly(sorted({word[:3] for word in words}))),
        "two_words": _searches(
            [f"{one} {other}" for one, other in zip(_evenly(words), _evenly(words[::-1]), strict=True)]
        ),
        "misspelt_word": _searches(
            [f"{word[1]}{word[0]}{word[2:]}" for word in _evenly([w for w in words if len(w) > 5])]
        ),
        "person_and_word": _searches(
            [f'from:"{name}" {word}' for name, word in zip(_evenly(names), _evenly(words), strict=True)]
        ),
    }
    with landline_web(installation, DATABASE) as server:
        asking = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        figures = {kind: latencies(asking, paths, full.session_cookie) for kind, paths in kinds.items()}
        asking.close()
    floor = figures["page_of_messages"]["p50_ms"]
    return {kind: one | {"p50_to_page": round(one["p50_ms"] / floor, 2)} for kind, one in figures.items()}


def _evenly(values: Sequence[str]) -> list[str]:
    """As many as are asked, from the first to the last; repeated where there are fewer."""
    return [values[place * len(values) // ASKED] for place in range(ASKED)]


def _searches(queries: Sequence[str]) -> list[str]:
    return [f"{SEARCH_PATH}?{urlencode({'q': query})}" for query in queries]


def latencies(connection: http.client.HTTPConnection, paths: Sequence[str], cookie: str) -> dict[str, float]:
    return latencies_in_turn(connection, {"": paths}, cookie)[""]


def latencies_in_turn(
    connection: http.client.HTTPConnection, kinds: Mapping[str, Sequence[str]], cookie: str
) -> dict[str, dict[str, float]]:
    """Of several kinds that are compared: one of each in turn, so that what else the machine does falls on all.

    Each is asked twice and the second time counts: what is measured is the search, not a cold disk.
    """
    milliseconds: dict[str, list[float]] = {kind: [] for kind in kinds}
    found = dict.fromkeys(kinds, 0)
    for paths in zip(*kinds.values(), strict=True):
        for kind, path in zip(kinds, paths, strict=True):
            for is_counted in (False, True):
                taken, body = _asked(connection, path, cookie)
                if is_counted:
                    milliseconds[kind].append(taken)
                    page = json.loads(body)
                    found[kind] += bool(page.get("hits") or page.get("chats") or page.get("items"))
    return {
        kind: {
            "p50_ms": round(percentile(taken, 0.50), 2),
            "p95_ms": round(percentile(taken, 0.95), 2),
            "max_ms": round(max(taken), 2),
            "found_share": round(found[kind] / len(taken), 3),
        }
        for kind, taken in milliseconds.items()
    }


def _asked(connection: http.client.HTTPConnection, path: str, cookie: str) -> tuple[float, bytes]:
    begun = time.perf_counter()
    connection.request("GET", path, headers={"cookie": cookie})
    answer = connection.getresponse()
    body = answer.read()
    taken = (time.perf_counter() - begun) * 1000
    if answer.status != 200:
        raise BenchmarkError(f"{path} was answered {answer.status}: {body[:200]!r}.")
    return taken, body
