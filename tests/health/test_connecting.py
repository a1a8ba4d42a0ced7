"""Credentials are tried by one call, and what is wrong with them is said in words (J11, J16)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from communications.models import AuditEntry, User
from communications.tasks.connecting import credentials_try
from landline.environment import ConfigurationError, Environment
from landline.kept_secrets import secret_replace
from landline.upstream import KEPT_NAME, UpstreamAccess
from tests.database import ScratchDatabase
from tests.inbox import client_of, person_make
from tests.unipile.upstream_server import API_KEY, UpstreamServer, upstream_server

ACCOUNTS = {"object": "AccountList", "items": [], "cursor": None}
HTML = b"<!doctype html><title>It works</title>"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (ACCOUNTS, "connected"),
        (
            (401, {"type": "errors/missing_credentials", "title": "Missing credentials", "status": 401}),
            "wrong_key",
        ),
        ((401, {"type": "errors/invalid_credentials", "title": "No", "status": 401}), "wrong_key"),
        ((401, {}), "wrong_key"),
        ((200, HTML, {"Content-Type": "text/html"}), "not_unipile"),
        ((404, HTML, {"Content-Type": "text/html"}), "not_unipile"),
        ((302, b"", {"Location": "https://elsewhere.example"}), "not_unipile"),
        ({"object": "SomethingElse"}, "not_unipile"),
        ((503, {"type": "errors/no_client_session", "status": 503}), "busy"),
        ((429, {"type": "errors/too_many_requests", "status": 429}), "busy"),
    ],
)
async def test_an_answer_says_what_is_wrong(answer: Any, code: str) -> None:
    async with upstream_server() as upstream:
        upstream.answers["GET /accounts"] = answer
        tried = await credentials_try(upstream.dsn, API_KEY)
    assert tried.code == code
    assert tried.sentence
    assert len(upstream.asked) == 1
    assert abs(tried.clock_off_seconds or 0) < 60


@pytest.mark.parametrize(
    ("dsn", "code"),
    [
        ("http://127.0.0.1:1", "unreachable"),
        ("http://example.org", "wrong_dsn"),
        ("not an address", "wrong_dsn"),
        ("10.0.0.1:443", "wrong_dsn"),
        ("https://user@api8.unipile.com", "wrong_dsn"),
    ],
)
async def test_an_address_that_cannot_be_used(dsn: str, code: str) -> None:
    assert (await credentials_try(dsn, "key")).code == code


async def test_a_key_that_no_header_takes() -> None:
    assert (await credentials_try("http://127.0.0.1:1", "two words")).code == "wrong_key"


async def test_j16_what_is_no_tls_is_refused_without_fallback() -> None:
    """An address that speaks open http where https is wanted gets no key."""
    async with upstream_server() as upstream:
        tried = await credentials_try(f"https://127.0.0.1:{upstream.port}", API_KEY)
    assert tried.code == "tls_refused"
    assert upstream.asked == []


async def test_a_clock_that_is_off_is_noticed() -> None:
    async with upstream_server() as upstream:
        upstream.answers["GET /accounts"] = (200, ACCOUNTS, {"Date": "Thu, 01 Jan 2026 00:00:00 GMT"})
        tried = await credentials_try(upstream.dsn, API_KEY)
    assert tried.code == "connected"
    assert tried.clock_off_seconds is not None
    assert tried.clock_off_seconds > 120


def access(folder: Path, role: str = "worker", **variables: str) -> UpstreamAccess:
    return UpstreamAccess(Environment(variables), kept_in=folder, process_role=role)


def test_credentials_are_replaced_while_others_read_them(tmp_path: Path) -> None:
    """The kept ones come before simulated ones, and those of the environment before all."""
    folder = tmp_path / "secrets"
    simulated = {"LANDLINE_SIMULATED_DSN": "http://127.0.0.1:4010", "LANDLINE_SIMULATED_API_KEY": "invented"}
    worker, web_process = (
        access(folder, **simulated),
        access(folder, "web", LANDLINE_UPSTREAM_SOURCE="simulated"),
    )
    assert (worker.source(), web_process.source()) == ("simulated", "simulated")
    for key in ("first", "second"):
        secret_replace(folder / KEPT_NAME, json.dumps({"dsn": "api8.unipile.com:13443", "api_key": key}))
        held = worker.credentials()
        assert held is not None
        assert (held.base_url, held.api_key) == ("https://api8.unipile.com:13443", key)
    assert (worker.source(), web_process.source()) == ("kept", "kept")
    assert (folder / KEPT_NAME).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in folder.iterdir()] == [KEPT_NAME]
    fixed = access(folder, UNIPILE_DSN="api9.unipile.com", UNIPILE_API_KEY="theirs").credentials()
    assert fixed is not None
    assert fixed.api_key == "theirs"
    with pytest.raises(ConfigurationError, match="must not read the key"):
        web_process.credentials()


def test_a_damaged_file_is_said_in_a_sentence(tmp_path: Path) -> None:
    secret_replace(tmp_path / "secrets" / KEPT_NAME, "{")
    with pytest.raises(ConfigurationError, match="landline connect"):
        access(tmp_path / "secrets").credentials()


def connect(folder: Path, given: dict[str, str] | str, **variables: str) -> subprocess.CompletedProcess[str]:
    written = given if isinstance(given, str) else json.dumps(given)
    return subprocess.run(
        [sys.executable, "-m", "landline", "connect", "--stdin", "--json"],
        input=written,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LANDLINE_DATA_DIR": str(folder), **variables},
    )


async def test_the_command_keeps_what_works_and_nothing_else(
    tmp_path: Path, database: ScratchDatabase
) -> None:
    import asyncio

    kept = tmp_path / "secrets" / KEPT_NAME
    async with upstream_server() as upstream:
        upstream.answers["GET /accounts"] = [(401, {}), ACCOUNTS, ACCOUNTS]
        given = {"dsn": upstream.dsn, "api_key": API_KEY}
        refused = await asyncio.to_thread(connect, tmp_path, given)
        assert (refused.returncode, json.loads(refused.stdout)["code"]) == (1, "wrong_key")
        assert not kept.exists()
        done = await asyncio.to_thread(connect, tmp_path, given)
        assert (done.returncode, json.loads(done.stdout)["code"]) == (0, "connected")
        assert json.loads(kept.read_text())["api_key"] == API_KEY
        fixed = await asyncio.to_thread(
            connect, tmp_path, given, UNIPILE_DSN="api8.unipile.com", UNIPILE_API_KEY="x"
        )
        assert (fixed.returncode, json.loads(fixed.stdout)["code"]) == (1, "fixed_by_environment")
    for output in (refused, done, fixed):
        assert API_KEY not in output.stdout + output.stderr
    malformed = await asyncio.to_thread(connect, tmp_path, "nothing")
    assert malformed.returncode == 1
    assert malformed.stderr.count("\n") == 1


async def test_j11_the_form_writes_a_key_that_nothing_shows(
    tmp_path: Path, database: ScratchDatabase, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Superusers only, recorded, and in no answer, table or log."""
    from asgiref.sync import sync_to_async

    monkeypatch.setenv("LANDLINE_DATA_DIR", str(tmp_path))
    settings.LANDLINE_UPSTREAM = access(tmp_path / "secrets", "web")
    async with upstream_server() as upstream:
        upstream.answers["GET /accounts"] = [(401, {}), ACCOUNTS]
        await sync_to_async(_use_the_form)(upstream)
    assert [asked.headers["X-API-KEY"] for asked in upstream.asked] == [API_KEY, API_KEY]


def _use_the_form(upstream: UpstreamServer) -> None:
    owner = client_of(User.objects.create_superuser("root"))
    given = {"dsn": upstream.dsn, "api_key": API_KEY}
    path = "/api/v1/setup/credentials/"
    assert client_of(None).post(path, given, content_type="application/json").status_code == 401
    stranger = client_of(person_make()).post(path, given, content_type="application/json")
    assert (stranger.status_code, stranger.json()["code"]) == (403, "not_permitted")
    before = owner.get("/api/v1/setup/").json()
    assert (before["upstream"], before["next"], before["may_set_up"]) == ("missing", "credentials", True)
    refused = owner.post(path, given, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (409, "wrong_key")
    assert owner.get("/api/v1/setup/").json()["upstream"] == "missing"
    taken = owner.post(path, given, content_type="application/json")
    assert (taken.status_code, taken.json()) == (200, {"upstream": "connected", "accounts": 0})
    after = owner.get("/api/v1/setup/")
    assert (after.json()["upstream"], after.json()["source"]) == ("connected", "kept")
    assert [entry.result for entry in AuditEntry.objects.order_by("id")] == ["wrong_key", "connected"]
    for answer in (refused, taken, after):
        assert API_KEY.encode() not in answer.content
    assert owner.get(path).status_code == 405
