"""Holds what the simulator really accepted against what was written and what the database shows of it."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import psycopg

LOST_ANSWERS = frozenset(
    {"cut_after", "cut_midway", "error_after", "truncated", "html", "empty", "no_id", "slow"}
)
RESOLVED_WITHIN_SECONDS = 60.0
RESOLVED = "resolved"

ROWS = """
SELECT message.client_id::text, conversation.external_thread_id, message.text, message.external_message_id, message.status,
       intent.state, intent.evidence, intent.evidence_at
FROM communications_message AS message
JOIN communications_conversation AS conversation ON conversation.id = message.conversation_id
JOIN communications_intent AS intent ON intent.message_id = message.id
"""
OWN = "SELECT external_message_id FROM communications_message WHERE origin IN ('us', 'phone') AND NOT is_stub"


def judged(
    accepted: list[dict[str, Any]], written: list[dict[str, Any]], connection: psycopg.Connection
) -> dict[str, Any]:
    """``lost``: written and not in the database, in no settled state, shown as sent without being, or sent and not shown
    as one row. ``sent_twice``: accepted more often than written.
    """
    rows = {row[0]: row for row in connection.execute(ROWS).fetchall()}
    own = Counter(row[0] for row in connection.execute(OWN).fetchall())
    accepted_ids = {one["message_id"] for one in accepted}
    asked = Counter((one["chat"], one["text"]) for one in written)
    done = Counter((one["chat_id"], one["text"]) for one in accepted)
    by_id = {row[3]: row for row in rows.values() if row[3] is not None}
    lost = {
        "missing": sum(one["client_id"] not in rows for one in written),
        "in_limbo": sum(row[5] in ("waiting", "sending", "accepted") for row in rows.values()),
        "shown_but_not_sent": sum(row[3] is not None and row[3] not in accepted_ids for row in rows.values()),
        "sent_but_not_one_row": sum(own[one] != 1 for one in accepted_ids),
        "another_text": sum(
            by_id[one["message_id"]][2] != one["text"] for one in accepted if one["message_id"] in by_id
        ),
    }
    unanswered = [one for one in accepted if one["fault"] in LOST_ANSWERS]
    ends = Counter(_end(by_id.get(one["message_id"]), one["at"]) for one in unanswered)
    return {
        "sends": len(written),
        "accepted": len(accepted),
        "sent_twice": sum(max(0, times - asked[what]) for what, times in done.items()),
        "lost": sum(lost.values()),
        "lost_how": {how: number for how, number in lost.items() if number},
        "unconfirmed": sum(row[4] == "unconfirmed" for row in rows.values()),
        "answers_lost": len(unanswered),
        "resolved_share": round(ends[RESOLVED] / len(unanswered), 4) if unanswered else 1.0,
        "unresolved_how": {how: number for how, number in ends.items() if how != RESOLVED},
        "faults": dict(Counter(one["fault"] for one in accepted if one["fault"])),
    }


def _end(row: Any, accepted_at: str) -> str:
    """Counted from when upstream took the message: of several rows with the same words any may be the one that is bound to it."""
    if row is None:
        return "not bound to what was sent"
    state, evidence, evidence_at = row[5], row[6], row[7]
    if state != "done" or evidence == "person":
        return f"{state} by {evidence or 'nothing'}"
    seconds = (evidence_at - dt.datetime.fromisoformat(accepted_at)).total_seconds()
    return (
        RESOLVED if seconds <= RESOLVED_WITHIN_SECONDS else f"by {evidence} after {round(seconds, -1):.0f} s"
    )


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accepted", type=Path, required=True)
    parser.add_argument("--written", type=Path, required=True)
    options = parser.parse_args()
    with psycopg.connect(os.environ["SOAK_DATABASE"]) as connection:
        print(json.dumps(judged(_lines(options.accepted), _lines(options.written), connection)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
