"""What reaches the log (J11, J12): no secret, no message text, no phone number, whoever writes."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr

import psycopg
import pytest
import structlog
from django.conf import settings

from landline.logs import logging_configure

SECRET = "canary-secret-9d2f51"


@pytest.fixture
def written() -> Iterator[Callable[[], str]]:
    """Everything logged so far, as JSON lines."""
    output = io.StringIO()
    with redirect_stderr(output):
        logging_configure("json", known_secrets=(SECRET,))
    yield output.getvalue
    logging_configure(settings.LANDLINE_LOG_FORMAT, known_secrets=())


def test_j11_known_secrets_are_masked_wherever_they_stand(written: Callable[[], str]) -> None:
    structlog.get_logger("ours").info(
        "started", address=f"https://host/?key={SECRET}", nested=[{"a": SECRET}]
    )
    logging.getLogger("theirs").warning("refused %s", SECRET)
    assert SECRET not in written()
    assert written().count("[removed]") == 3


@pytest.mark.parametrize("key", ["api_key", "password", "Authorization", "webhook_secret", "csrf_token"])
def test_j11_values_under_telling_names_are_removed(written: Callable[[], str], key: str) -> None:
    structlog.get_logger("ours").info("event", **{key: "canary-value"})
    assert json.loads(written())[key] == "[removed]"


@pytest.mark.parametrize("key", ["text", "body", "subject", "name", "phone", "payload"])
def test_j12_message_content_is_removed(written: Callable[[], str], key: str) -> None:
    structlog.get_logger("ours").info("event", **{key: "Dear Vera, the code is 4711"})
    assert "4711" not in written()


@pytest.mark.parametrize("number", ["+420600000055", "420600000055@s.whatsapp.net", "88812345678901@lid"])
def test_j12_phone_numbers_are_masked(written: Callable[[], str], number: str) -> None:
    structlog.get_logger("ours").info("seen", account=f"<{number}>")
    logging.getLogger("theirs").error("from %s", number)
    assert number.partition("@")[0].removeprefix("+") not in written()


def test_j12_rows_quoted_by_the_database_are_removed(written: Callable[[], str]) -> None:
    try:
        raise psycopg.errors.UniqueViolation(
            'duplicate key value\nDETAIL:  Key (text)=(Dear Vera) already exists.\nCONTEXT:  COPY "Dear Vera"'
        )
    except psycopg.Error:
        structlog.get_logger("ours").exception("fold_failed")
        logging.getLogger("theirs").exception("failed")
    assert "Dear Vera" not in written()
    assert written().count("duplicate key value") == 2


def test_ordinary_values_stay(written: Callable[[], str]) -> None:
    structlog.get_logger("ours").info("applied", count=3, outcome="applied", delivery="0198f3a0-aaaa")
    line = json.loads(written())
    assert (line["event"], line["count"], line["outcome"]) == ("applied", 3, "applied")
    assert line["level"] == "info"
    assert line["logger"] == "ours"
    assert line["timestamp"].endswith("Z")
