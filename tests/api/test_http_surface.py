"""What every answer of the server has in common: headers, compression, names it goes by (J14, J15, S11, S12)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings as django_settings

from landline.asgi import application
from landline.security_headers import LOOSER_POLICIES, POLICY, SecurityHeaders
from landline.shell import APPLICATION
from tests.api.asgi import ask
from tests.conftest import close_django_connections
from tests.database import ScratchDatabase
from tests.inbox import channel_make, client_of, conversation_make, message_make, minutes, person_make

IS_BUILT = (APPLICATION / "index.html").exists()
needs_a_build = pytest.mark.skipif(not IS_BUILT, reason="the frontend is not built")


def directives(policy: str) -> dict[str, set[str]]:
    return {name: set(values) for name, *values in (part.split() for part in policy.split(";"))}


async def session_cookie(person: Any) -> str:
    client = await sync_to_async(client_of)(person)
    return f"sessionid={client.cookies['sessionid'].value}"


ADDRESSES = [
    ("GET", "/"),
    ("GET", "/login"),
    ("GET", "/inbox/chats/7"),
    ("GET", "/sw.js"),
    ("GET", "/static/app/index.html"),
    ("GET", "/static/ninja/swagger-ui.css"),
    ("GET", "/static/nothing.js"),
    ("GET", "/nothing"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/admin/"),
    ("GET", "/api/v1/docs"),
    ("GET", "/api/v1/openapi.json"),
    ("GET", "/api/v1/session/"),
    ("GET", "/api/v1/session"),
    ("POST", "/api/v1/session/"),
    ("PUT", "/api/v1/session/"),
    ("GET", "/api/v1/communications/channels/"),
    ("GET", "/api/v1/communications/all/chats/1/"),
    ("GET", "/api/v1/communications/changes/"),
    ("POST", "/api/v1/webhooks/unipile/"),
    ("GET", "/api/v1/nothing"),
    ("OPTIONS", "/api/v1/session/"),
    ("TRACE", "/"),
]


@pytest.mark.parametrize(("method", "path"), ADDRESSES)
async def test_j15_every_answer_carries_the_security_headers_once(
    database: ScratchDatabase, method: str, path: str
) -> None:
    for host in ("localhost", "evil.example"):
        answer = await ask(application, path, method=method, headers={"host": host})
        assert answer.header("x-content-type-options") == "nosniff"
        assert answer.header("x-frame-options") == "DENY"
        assert answer.header("referrer-policy") == "no-referrer"
        assert answer.header("cross-origin-opener-policy") == "same-origin"
        assert answer.header("cross-origin-resource-policy") == "same-origin"
        assert "camera=()" in answer.header("permissions-policy")
        assert len(answer.header("x-request-id")) == 36
        policy = directives(answer.header("content-security-policy"))
        assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == {"'none'"}
        assert policy["script-src"] == policy["connect-src"] == {"'self'"}
        assert "strict-transport-security" not in answer.names, "not over plain http on this machine"
        assert not [name for name in answer.names if name.startswith("access-control-")], "S13"
        assert "server" not in answer.names


def test_s11_the_policy_lets_nothing_inline_and_nothing_foreign_in() -> None:
    policy = directives(POLICY)
    allowed = {value for values in policy.values() for value in values}
    assert allowed == {"'none'", "'self'", "blob:", "'script'", "landline"}
    assert policy["style-src"] == {"'self'"}
    assert policy["require-trusted-types-for"] == {"'script'"}
    assert {name for name, values in policy.items() if "blob:" in values} == {"img-src", "media-src"}
    for _, looser in LOOSER_POLICIES:
        assert "'unsafe-inline'" not in directives(looser)["script-src"]
        assert "'unsafe-eval'" not in looser


@pytest.mark.parametrize("path", ["/administrate", "/api/v1/doc", "/inbox/admin/", "/api/v1/session/"])
async def test_only_the_pages_by_others_have_a_looser_policy(database: ScratchDatabase, path: str) -> None:
    assert (await ask(application, path)).header("content-security-policy") == POLICY


async def test_production_asks_browsers_to_stay_with_https(settings: Any) -> None:
    settings.SECURE_HSTS_SECONDS = 63_072_000

    async def inner(scope: Any, receive: Any, send: Any) -> None:
        await send(
            {"type": "http.response.start", "status": 200, "headers": [(b"Referrer-Policy", b"origin")]}
        )
        await send({"type": "http.response.body", "body": b""})

    answer = await ask(SecurityHeaders(inner), "/")
    assert answer.header("strict-transport-security") == "max-age=63072000"
    assert answer.header("referrer-policy") == "no-referrer"


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/session/",
        "/api/v1/openapi.json",
        "/api/v1/docs",
        "/api/v1/communications/channels/",
        "/api/v1/communications/all/chats/",
        "/api/v1/communications/all/chats/1/",
        "/api/v1/communications/changes/",
        "/api/v1/nothing",
    ],
)
async def test_j14_no_cache_keeps_an_answer_of_the_api(database: ScratchDatabase, path: str) -> None:
    for cookie in ("", await session_cookie(await person())):
        answer = await ask(application, path, headers={"cookie": cookie})
        assert answer.header("cache-control") == "private, no-store"


async def person(**fields: Any) -> Any:
    return await sync_to_async(person_make)(**fields)


@pytest.mark.parametrize("path", ["/", "/login", "/healthz", "/api/v1/session/", "/admin/", "/api/v1/docs"])
@pytest.mark.parametrize(
    "host",
    ["evil.example", "localhost.evil.example", "evil.example:8000", "localhost@evil.example", "", "a b"],
)
async def test_j14_the_server_goes_by_its_own_names_only(
    database: ScratchDatabase, path: str, host: str
) -> None:
    answer = await ask(
        application,
        path,
        headers={"host": host, "x-forwarded-host": "localhost", "forwarded": "host=localhost"},
    )
    assert answer.status == 400
    assert b"evil" not in answer.content
    assert "location" not in answer.names


async def test_j14_a_forwarded_host_is_not_believed(database: ScratchDatabase) -> None:
    answer = await ask(application, "/api/v1/session", headers={"x-forwarded-host": "evil.example"})
    assert answer.status == 301
    assert answer.header("location") == "/api/v1/session/"


async def test_large_answers_are_compressed_small_ones_are_not(database: ScratchDatabase) -> None:
    reader = await person()

    def fill() -> int:
        conversation = conversation_make(channel_make(reader))
        for number in range(50):
            message_make(conversation, f"message number {number}", sent_at=minutes(number))
        return conversation.pk

    path = f"/api/v1/communications/all/chats/{await sync_to_async(fill)()}/messages/"
    headers = {"cookie": await session_cookie(reader)}
    plain = await ask(application, path, headers=headers)
    packed = await ask(application, path, headers={**headers, "accept-encoding": "gzip"})
    assert "content-encoding" not in plain.names
    assert len(plain.body) > 10_000
    assert packed.header("content-encoding") == "gzip"
    assert packed.content == plain.content
    assert len(packed.body) < len(plain.body) / 5
    assert "Accept-Encoding" in packed.header("vary")

    small = await ask(application, "/healthz", headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in small.names


async def test_compression_gives_no_secret_away(database: ScratchDatabase) -> None:
    """The token in an answer is another text each time, so that its length tells nothing (BREACH)."""
    cookie = await session_cookie(await person())
    first = json.loads((await ask(application, "/api/v1/session/", headers={"cookie": cookie})).content)
    second = json.loads((await ask(application, "/api/v1/session/", headers={"cookie": cookie})).content)
    assert first["csrf_token"] != second["csrf_token"]


@needs_a_build
@pytest.mark.parametrize(
    "path", ["/", "/login", "/login/", "/inbox", "/inbox/", "/inbox/chats/12", "/inbox/a/b/c"]
)
async def test_every_route_of_the_browser_is_the_one_page(path: str) -> None:
    answer = await ask(application, path)
    assert answer.status == 200
    assert answer.content == (APPLICATION / "index.html").read_bytes()
    assert answer.header("cache-control") == "no-cache"
    assert "set-cookie" not in answer.names


@pytest.mark.parametrize("path", ["/inboxes", "/loginx", "/inbox.html", "/index.html", "/../settings.py"])
async def test_other_addresses_are_not_the_page(path: str) -> None:
    answer = await ask(application, path)
    assert answer.status == 404
    assert answer.header("content-type").startswith("text/html")
    assert path.encode() not in answer.content


@needs_a_build
async def test_the_service_worker_may_serve_the_whole_site() -> None:
    answer = await ask(application, "/sw.js")
    assert answer.status == 200
    assert answer.header("content-type") == "text/javascript; charset=utf-8"
    assert answer.header("service-worker-allowed") == "/"
    assert answer.header("cache-control") == "no-cache"


@needs_a_build
async def test_files_named_by_their_content_are_kept_for_ever_and_others_are_not() -> None:
    hashed = next((APPLICATION / "assets").glob("*.js")).name
    kept = await ask(application, f"/static/app/assets/{hashed}")
    assert kept.status == 200
    assert "immutable" in kept.header("cache-control")
    assert kept.header("content-type").startswith("text/javascript")
    unhashed = await ask(application, "/static/app/theme.js")
    assert "immutable" not in unhashed.header("cache-control")


@needs_a_build
async def test_a_static_file_is_whole_or_unchanged() -> None:
    hashed = f"/static/app/assets/{next((APPLICATION / 'assets').glob('*.js')).name}"
    content = (Path(APPLICATION) / "assets" / Path(hashed).name).read_bytes()
    ranged = await ask(application, hashed, headers={"range": "bytes=0-9", "accept-encoding": "gzip"})
    assert ranged.status == 200
    assert ranged.content == content
    again = await ask(
        application, hashed, headers={"if-none-match": (await ask(application, hashed)).header("etag")}
    )
    assert again.status == 304
    assert again.body == b""
    head = await ask(application, hashed, method="HEAD")
    assert (head.status, head.body) == (200, b"")


@pytest.mark.parametrize(
    "path",
    ["/static/../settings.py", "/static/app/../../settings.py", "/static/%2e%2e/settings.py", "/.git/config"],
)
async def test_nothing_outside_the_static_folders_is_served(path: str) -> None:
    answer = await ask(application, path)
    assert answer.status == 404
    assert b"SECRET_KEY" not in answer.content


async def test_before_the_first_build_a_sentence_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("landline.shell.APPLICATION", tmp_path)
    answer = await ask(application, "/inbox/")
    assert answer.status == 503
    assert b"make setup" in answer.content
    assert answer.header("retry-after") == "10"
    assert (await ask(application, "/sw.js")).status == 404


async def test_health_asks_nothing_and_readiness_asks_the_database(database: ScratchDatabase) -> None:
    assert [(await ask(application, path)).status for path in ("/healthz", "/readyz")] == [200, 200]
    with database.owner_connection() as owner:
        owner.execute(f"ALTER DATABASE {database.name} SET default_transaction_read_only = on")
        try:
            answers = [await ask(application, path) for path in ("/healthz", "/readyz")]
        finally:
            owner.execute("SET default_transaction_read_only = off")
            owner.execute(f"ALTER DATABASE {database.name} RESET default_transaction_read_only")
    assert [answer.status for answer in answers] == [200, 503]
    assert answers[1].header("retry-after") == "5"


@contextmanager
def table_away(database: ScratchDatabase) -> Iterator[None]:
    """What no code of ours foresees: a table that is gone."""
    with database.owner_connection() as owner:
        owner.execute("ALTER TABLE communications_channelaccess RENAME TO the_canary")
        try:
            yield
        finally:
            owner.execute("ALTER TABLE the_canary RENAME TO communications_channelaccess")


@contextmanager
def database_full(database: ScratchDatabase) -> Iterator[None]:
    """No connection is to be had."""
    with database.owner_connection() as owner:
        owner.execute(f"ALTER DATABASE {database.name} CONNECTION LIMIT 0")
        try:
            yield
        finally:
            owner.execute(f"ALTER DATABASE {database.name} CONNECTION LIMIT -1")


@pytest.mark.parametrize(
    ("trouble", "status", "code"), [(table_away, 500, "internal_error"), (database_full, 503, "unavailable")]
)
async def test_s20_what_nobody_foresaw_is_a_problem_that_tells_nothing(
    database: ScratchDatabase, capfd: pytest.CaptureFixture[str], trouble: Any, status: int, code: str
) -> None:
    cookie = await session_cookie(await person())
    close_django_connections()
    with trouble(database):
        answer = await ask(application, "/api/v1/communications/channels/", headers={"cookie": cookie})
    assert answer.status == status
    problem = json.loads(answer.content)
    assert problem["code"] == code
    assert problem["request_id"] == answer.header("x-request-id")
    for secret in (b"communications_", b"canary", b"SELECT", b"psycopg", database.name.encode()):
        assert secret not in answer.content
    assert ("retry-after" in answer.names) == (status == 503)
    assert answer.header("x-request-id") in capfd.readouterr().err, "the log finds it by its id"


async def test_readiness_says_so_while_no_connection_is_to_be_had(database: ScratchDatabase) -> None:
    close_django_connections()
    with database_full(database):
        answers = [await ask(application, path) for path in ("/healthz", "/readyz")]
    assert [answer.status for answer in answers] == [200, 503]


async def test_a_page_that_fails_is_a_page(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "index.html").mkdir()
    monkeypatch.setattr("landline.shell.APPLICATION", tmp_path)
    answer = await ask(application, "/inbox/")
    assert answer.status == 500
    assert answer.header("content-type").startswith("text/html")
    assert str(tmp_path).encode() not in answer.content


def test_debug_is_off_in_tests_as_in_production() -> None:
    assert django_settings.DEBUG is False
