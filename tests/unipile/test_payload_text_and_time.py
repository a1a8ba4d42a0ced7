"""Stored and searched text; upstream's clock."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unipile.payloads.text import SEARCH_TEXT_MAX_CHARACTERS, clean_text, is_storable, search_text
from unipile.payloads.times import UpstreamTime, parse_time, settle_time

RECEIVED_AT = datetime(2026, 11, 22, 12, 0, 0, 123_456, tzinfo=UTC)
RECEIVED_AT_MS = RECEIVED_AT.replace(microsecond=123_000)
MAY_18 = datetime(2026, 5, 18, 19, 44, 12, tzinfo=UTC)


def test_text_is_cleaned_of_what_postgresql_refuses_and_nothing_else():
    assert clean_text("a\x00\ud800b\udfff") == "a\ufffdb\ufffd"
    assert clean_text("  \u202eגab\u0301\r\n\x07😀  ") == "  \u202eגab\u0301\r\n\x07😀  "


@settings(deadline=None)
@given(st.text(st.characters()))
def test_clean_text_is_storable_and_idempotent(text):
    cleaned = clean_text(text)
    assert is_storable(cleaned)
    assert clean_text(cleaned) == cleaned
    assert "\x00" not in cleaned
    cleaned.encode()
    assert (cleaned == text) == is_storable(text)


@pytest.mark.parametrize(
    ("text", "searched"),
    [
        ("Žluťoučký KŮŇ", "zlutoucky kun"),
        ("Straße", "strasse"),
        ("ﬁn ℌ Ⓐ", "fin h a"),
        ("İstanbul", "istanbul"),
        ("٣ नमस्ते", search_text("٣ नमस्ते")),
        ("Plain", "plain"),
    ],
)
def test_search_text_is_without_marks_and_case(text, searched):
    assert search_text(text) == searched


def test_b18_a_hundred_thousand_marks_and_a_long_text_stay_short():
    assert search_text("a" + "\u0301" * 100_000) == "a"
    assert len(search_text("\ufdfa" * 200_000)) == SEARCH_TEXT_MAX_CHARACTERS


@settings(deadline=None)
@given(st.text(st.characters()))
def test_search_text_is_idempotent(text):
    assert search_text(search_text(text)) == search_text(text)


@pytest.mark.parametrize(
    ("sent", "moment", "is_naive"),
    [
        ("2026-05-18T19:44:12.000Z", MAY_18, False),
        ("2026-05-18T19:44:12Z", MAY_18, False),
        ("2026-05-18T19:44:12+00:00", MAY_18, False),
        ("2026-05-18T21:44:12+02:00", MAY_18, False),
        ("2026-05-18T19:44:12.871999Z", MAY_18.replace(microsecond=871_000), False),
        ("2026-05-18T19:44:12", MAY_18, True),
        ("2026-05-18 19:44:12.000000", MAY_18, True),
        (MAY_18.timestamp(), MAY_18, False),
        (int(MAY_18.timestamp()), MAY_18, False),
        (int(MAY_18.timestamp() * 1000) + 7, MAY_18.replace(microsecond=7_000), False),
        (str(int(MAY_18.timestamp())), MAY_18, False),
        (str(int(MAY_18.timestamp() * 1000)), MAY_18, False),
        (int(MAY_18.timestamp()) * 10**6 + 7_999, MAY_18.replace(microsecond=8_000), False),
        (str(int(MAY_18.timestamp()) * 10**9), MAY_18, False),
        ("2026-05-18t19:44:12z", MAY_18, False),
    ],
)
def test_b17_every_observed_spelling_of_a_time(sent, moment, is_naive):
    assert parse_time(sent) == UpstreamTime(moment, is_naive=is_naive)


@pytest.mark.parametrize(
    "sent",
    [
        *(None, "", "string", "yesterday", True, [], {}, "300000-01-01T00:00:00Z", "2026-13-01T00:00:00Z"),
        *(
            "2026-02-30T00:00:00Z",
            10**30,
            -(10**30),
            "9" * 40,
            1e300,
            "0001-01-01T00:00:00+14:00",
            "-" * 20,
            ".",
        ),
    ],
)
def test_b17_garbage_is_no_time(sent):
    assert parse_time(sent) is None


@pytest.mark.parametrize(
    ("sent", "settled", "is_flagged"),
    [
        ("2026-05-18T19:44:12.000Z", MAY_18, False),
        ("2026-05-18T19:44:12", MAY_18, True),
        ("1999-12-31T23:59:59.999Z", RECEIVED_AT_MS, True),
        ("2000-01-01T00:00:00.000Z", datetime(2000, 1, 1, tzinfo=UTC), False),
        (-5, RECEIVED_AT_MS, True),
        (
            "2026-11-23T11:59:59.000Z",
            RECEIVED_AT + timedelta(hours=24) - timedelta(seconds=1, microseconds=123_456),
            False,
        ),
        ("2026-11-23T12:00:01.000Z", RECEIVED_AT_MS, True),
        ("9999-12-31T23:59:59Z", RECEIVED_AT_MS, True),
        (None, RECEIVED_AT_MS, True),
    ],
)
def test_b17_a_time_that_cannot_be_is_replaced_by_ours_and_flagged(sent, settled, is_flagged):
    assert settle_time(parse_time(sent), RECEIVED_AT) == (settled, is_flagged)


@settings(deadline=None)
@given(
    st.none()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=40)
    | st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=14))]) | st.none()).map(
        datetime.isoformat
    )
)
def test_b17_any_value_settles_on_a_whole_utc_millisecond_within_bounds(sent):
    moment, _ = settle_time(parse_time(sent), RECEIVED_AT)
    assert datetime(2000, 1, 1, tzinfo=UTC) <= moment <= RECEIVED_AT + timedelta(hours=24)
    assert moment.utcoffset() == timedelta(0)
    assert moment.microsecond % 1000 == 0
