"""The benchmark's deliveries are what the product takes for ordinary ones."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import Counter
from itertools import islice
from pathlib import Path

from bench import bodies, refold
from communications.webhooks.handlers.reading import delivery_read

BENCH = Path(bodies.__file__).parent
NOW = dt.datetime.now(dt.UTC)


def test_each_conversation_of_the_load_is_read_as_a_message_of_its_own_chat() -> None:
    chats = set()
    for number in range(bodies.FIRST_CONVERSATION, bodies.FIRST_CONVERSATION + bodies.CONVERSATIONS):
        raw = bodies.ordinary_body(number, bodies.new_message_id())
        reading = delivery_read(raw, NOW)
        assert reading.settled is None, reading.reason
        assert reading.fact is not None
        assert reading.account == bodies.ACCOUNT
        assert 1_200 <= len(raw) <= 1_400
        chats.add(json.loads(raw)["chat_id"])
    assert len(chats) == bodies.CONVERSATIONS


def test_no_two_bodies_have_the_same_key() -> None:
    keys = {
        delivery_read(bodies.ordinary_body(1000, bodies.new_message_id()), NOW).event_key for _ in range(500)
    }
    assert len(keys) == 500


def test_templates_hold_the_places_that_the_loader_fills_in_its_order(tmp_path: Path) -> None:
    file = tmp_path / "templates"
    bodies.templates_write(file)
    lines = file.read_text(encoding="utf-8").splitlines()
    loader = (BENCH / "templates.lua").read_text(encoding="utf-8")
    places = re.findall(r'find\("(@[^"]+@)"', loader)
    assert places == [bodies.MESSAGE_ID, bodies.TIMESTAMP, bodies.PROVIDER_MESSAGE_ID]
    # The loader cuts out as many bytes as these have, and writes as many.
    assert [len(place) for place in places] == [22, len("2026-05-18T19:44:12.000Z"), len("3EB0") + 16]
    assert len(lines) == bodies.CONVERSATIONS
    for line in lines:
        assert [line.count(place) for place in places] == [1, 1, 1]
        assert sorted(places, key=line.index) == places


def test_the_sql_scripts_speak_of_the_same_conversations() -> None:
    last = bodies.FIRST_CONVERSATION + bodies.CONVERSATIONS - 1
    for script in ("ordinary.sql", "one_statement.sql"):
        assert f"\\set chat random({bodies.FIRST_CONVERSATION}, {last})" in (BENCH / script).read_text()


def test_the_mixed_stream_is_understood_and_has_its_shares() -> None:
    stream = list(islice(refold.mixed_bodies(), 2_000))
    readings = [delivery_read(raw, NOW) for raw in stream]
    assert [reading.reason for reading in readings if reading.settled is not None] == []
    events = Counter(reading.event for reading in readings)
    assert events.keys() == {"message_received", *refold.SHARES} - {"repeat"}
    for event, hundredths in refold.SHARES.items():
        if event != "repeat":
            assert abs(events[event] - 20 * hundredths) < 100
    assert len(set(stream)) < len(stream)
