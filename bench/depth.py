"""Jumps into a long conversation, from its newest message to its oldest, beside opening it: over HTTP, one at a time."""

from __future__ import annotations

import http.client
from collections.abc import Callable

from bench.cells import Bench
from bench.search import ASKED, CHATS_PATH, latencies_in_turn
from bench.server import landline_web

DATABASE = "depth"
MESSAGES = 200_000
DEPTHS = {"newest_tenth": (0.0, 0.1), "middle": (0.45, 0.55), "oldest_tenth": (0.9, 1.0)}

# One minute apart, after the example of a message that came by itself, and quiet like history.
LENGTHEN = """
INSERT INTO communications_message (
    channel_id, conversation_id, external_message_id, provider_message_id, direction, direction_told, origin, sender_id,
    sender_name, kind, text, search_text, sent_at, received_at, is_stub, version)
SELECT channel_id, conversation_id, 'depth-' || number, 'depth-' || number, direction, direction_told, origin, sender_id,
       sender_name, kind, text || ' ' || number, search_text || ' ' || number, sent_at - number * interval '1 minute',
       received_at - number * interval '1 minute', false, '0'
FROM (SELECT * FROM communications_message WHERE NOT is_stub ORDER BY id LIMIT 1) AS example,
     generate_series(%s, 1, -1) AS number
RETURNING conversation_id, id
"""
NEWEST_FIRST = """
SELECT id FROM communications_message WHERE conversation_id = %s ORDER BY sent_at DESC, received_at DESC, id DESC
"""


def depth_measure(bench: Bench, announce: Callable[[str], None]) -> dict[str, dict[str, float]]:
    """Latencies of opening it, and of a page around messages of each depth."""
    announce(f"a conversation of {MESSAGES:,} messages")
    prepared = bench.prepared
    with bench.installation.fresh_copy(prepared.database, DATABASE):
        with bench.installation.owner_connection(DATABASE) as connection:
            connection.execute("SET session_replication_role = replica")
            chat, _ = connection.execute(LENGTHEN, [MESSAGES]).fetchall()[0]
            connection.execute("VACUUM ANALYZE")
            messages = [row[0] for row in connection.execute(NEWEST_FIRST, [chat]).fetchall()]
        pages = f"{CHATS_PATH}{chat}/messages/"
        kinds = {"opened": [pages] * ASKED}
        for name, (begin, end) in DEPTHS.items():
            places = (begin + (end - begin) * number / ASKED for number in range(ASKED))
            kinds[name] = [f"{pages}?around={messages[int(place * len(messages))]}" for place in places]
        with landline_web(bench.installation, DATABASE) as server:
            reader = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
            figures = latencies_in_turn(reader, kinds, prepared.session_cookie)
            reader.close()
    floor = figures["opened"]["p50_ms"]
    return {kind: one | {"p50_to_opened": round(one["p50_ms"] / floor, 2)} for kind, one in figures.items()}
