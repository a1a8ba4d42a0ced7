"""Reading what somebody typed: the table that the browser's reader is held to as well, and any text at all."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from communications.errors import InvalidQuery
from communications.schemas.search import SearchQuery, Wanted
from communications.selectors.search_query import MOST_PARTS, search_query
from communications.selectors.search_words import number_beginnings, slips

TODAY = dt.date(2026, 5, 18)
CASES = json.loads((Path(__file__).parent / "queries.json").read_text())
PIECES = st.lists(
    st.one_of(
        st.sampled_from(
            ["from:", "has:image", "before:", "after:2026", "is:", "in:", '"', "+49", "0170-12 3", ":", " "]
        ),
        st.text(max_size=6),
    ),
    max_size=20,
)


def read(typed: str, zone: dt.tzinfo = dt.UTC) -> SearchQuery:
    return search_query(typed, today=TODAY, zone=zone)


def day(text: str | None) -> dt.datetime | None:
    return None if text is None else dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["typed"] or "nothing")
def test_what_is_typed_is_read_as_the_table_says(case: dict[str, Any]) -> None:
    if "refused" in case:
        with pytest.raises(InvalidQuery, match=f"^At character {case['refused']}: "):
            read(case["typed"])
        return
    expected = dict(case["query"])
    expected["wanted"] = tuple(Wanted(*one) for one in expected.get("wanted", ()))
    for name in ("sender", "recipient", "conversation", "account", "has"):
        expected[name] = tuple(expected.get(name, ()))
    for name in ("before", "after"):
        expected[name] = day(expected.get(name))
    assert read(case["typed"]) == SearchQuery(**expected)


def test_a_day_begins_where_its_reader_is() -> None:
    tokyo = dt.timezone(dt.timedelta(hours=9))
    assert read("before:2026-05-18", tokyo).before == dt.datetime(2026, 5, 17, 15, tzinfo=dt.UTC)


@given(PIECES.map("".join))
def test_any_text_is_read_or_refused_with_a_place_inside_it(typed: str) -> None:
    try:
        query = read(typed)
    except InvalidQuery as refusal:
        found = re.match(r"At character ([0-9]+): ", refusal.detail)
        assert found is not None
        assert 1 <= int(found[1]) <= len(typed)
        return
    assert len(query.wanted) <= MOST_PARTS
    for wanted in query.wanted:
        assert wanted.text.strip()
        assert wanted.is_phrase or '"' not in wanted.text
        assert re.fullmatch(r"(\+?[0-9]{4,})?", wanted.digits)


@pytest.mark.parametrize("typed", ["rechnugn", "rechnng", "rechnunng", "rachnung", "rechnung"])
def test_one_slip_leads_back(typed: str) -> None:
    assert "rechnung" in slips(typed) | {typed}


def test_two_slips_do_not() -> None:
    assert "rechnung" not in slips("rachnugn")


@pytest.mark.parametrize(
    ("digits", "stored"),
    [("0170123", "491701234"), ("+491701234567", "01701234567"), ("00491701", "4917012")],
)
def test_a_number_begins_where_it_is_stored(digits: str, stored: str) -> None:
    endings = [stored[place:] for place in range(len(stored) - 3)]
    assert any(ending.startswith(one) for ending in endings for one in number_beginnings(digits))
