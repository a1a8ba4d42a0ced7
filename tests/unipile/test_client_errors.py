"""From an answer to the outcome it is: E13, E14, E15, and what upstream's error table says."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unipile.errors import (
    DisconnectedAccount,
    ExpiredCursor,
    NotFound,
    RateLimited,
    Refused,
    Rejected,
    Unauthorised,
    Unknown,
)
from unipile.refusal_mapping import error_from_answer, retry_after_seconds

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


def error(status, name=None, *, headers=None, body=None, had_cursor=False):
    if body is None:
        stated = {"status": status, "title": "A title"} | ({"type": f"errors/{name}"} if name else {})
        body = msgspec.json.encode(stated)
    return error_from_answer(status, headers or {}, body, had_cursor=had_cursor, now=NOW)


@pytest.mark.parametrize(
    ("status", "name", "outcome", "is_permanent"),
    [
        (400, "invalid_parameters", Rejected, True),
        (400, "too_many_characters", Rejected, True),
        (401, "missing_credentials", Unauthorised, None),
        (401, None, Unauthorised, None),
        (401, "disconnected_account", DisconnectedAccount, None),
        (401, "expired_credentials", DisconnectedAccount, None),
        (401, "invalid_credentials", DisconnectedAccount, None),
        (401, "insufficient_privileges", Rejected, True),
        (401, "not_seen_before", Rejected, True),
        (403, "feature_not_subscribed", Rejected, True),
        (403, "account_restricted", Rejected, True),
        (404, "resource_not_found", NotFound, True),
        (404, None, NotFound, True),
        (407, "proxy_auth_error", Rejected, True),
        (409, "operation_canceled", Rejected, False),
        (409, "already_exists", Rejected, True),
        (410, None, NotFound, True),
        (413, None, Rejected, True),
        (415, "unsupported_media_type", Rejected, True),
        (422, "invalid_recipient", Rejected, True),
        (422, "no_connection_with_recipient", Rejected, True),
        (422, "limit_exceeded", Rejected, False),
        (422, "provider_unreachable", Rejected, False),
        (422, None, Rejected, True),
        (425, "auth_in_progress", Rejected, False),
        (429, "too_many_requests", RateLimited, None),
        (429, None, RateLimited, None),
        (500, "too_many_requests", RateLimited, None),
        (501, "feature_not_implemented", Rejected, True),
        (503, "no_client_session", Rejected, False),
        (503, "no_handler", Rejected, False),
    ],
)
def test_e13_e15_a_refusal_has_its_outcome(status, name, outcome, is_permanent):
    refused = error(status, name)
    assert type(refused) is outcome
    assert isinstance(refused, Refused)
    assert refused.status == status
    assert refused.upstream_type == (f"errors/{name}" if name else "")
    assert (refused.title, refused.sentence) == ("A title", "A title")
    assert getattr(refused, "is_permanent", None) is is_permanent


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (408, "request_timeout"),
        (500, "unexpected_error"),
        (500, "provider_error"),
        (500, None),
        (502, "proxy_error"),
        (503, "service_unavailable"),
        (503, "network_down"),
        (504, "request_timeout"),
        (520, None),
    ],
)
def test_e14_a_server_error_proves_nothing(status, name):
    unknown = error(status, name)
    assert type(unknown) is Unknown
    assert (unknown.code, unknown.status) == ("server_error", status)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308, 304])
def test_e17_a_redirect_is_unknown(status):
    assert error(status, headers={"Location": "https://elsewhere.example"}).code == "redirected"


@pytest.mark.parametrize("status", [400, 410])
def test_f5_a_refused_page_token_says_so(status):
    assert type(error(status, "invalid_parameters", had_cursor=True)) is ExpiredCursor
    assert type(error(404, had_cursor=True)) is NotFound


@pytest.mark.parametrize(
    "body", [b"", b"<html>502</html>", b"[]", b'"x"', b"\xff", b'{"type":3,"title":[]}', b"{" * 99]
)
def test_an_error_body_of_another_kind_leaves_the_status_to_decide(body):
    assert type(error(422, body=body)) is Rejected
    assert type(error(502, body=body)) is Unknown
    assert error(422, body=body).code == "status_422"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("30", 30.0),
        (" 7 ", 7.0),
        ("0", 0.0),
        ("99999999", 86_400.0),
        ("9" * 400, 86_400.0),
        (format_datetime(NOW + timedelta(minutes=2), usegmt=True), 120.0),
        (format_datetime(NOW - timedelta(minutes=2), usegmt=True), 0.0),
        ("Sun, 22 Nov 2026 12:01:00 -0000", 60.0),
        ("soon", None),
        ("-5", None),
        ("", None),
        ("٣", None),
    ],
)
def test_e13_retry_after(header, seconds):
    assert retry_after_seconds(header, NOW) == seconds
    rate_limited = error(429, headers={} if header is None else {"Retry-After": header})
    assert isinstance(rate_limited, RateLimited)
    assert rate_limited.retry_after_seconds == seconds


@settings(deadline=None)
@given(
    st.integers(100, 599).filter(lambda status: not 200 <= status < 300),
    st.binary(max_size=100),
    st.dictionaries(st.sampled_from(["Retry-After", "Location"]), st.text(max_size=30)),
    st.booleans(),
)
def test_any_other_answer_has_exactly_one_outcome(status, body, headers, had_cursor):
    outcome = error(status, body=body, headers=headers, had_cursor=had_cursor)
    assert isinstance(outcome, (Refused, Unknown))
    assert outcome.code
    assert outcome.sentence
