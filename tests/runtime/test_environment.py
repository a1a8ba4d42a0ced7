"""Settings from the environment: good values are typed, bad ones stop the start with one sentence."""

from __future__ import annotations

import os
import re
import runpy
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

import landline.settings
from landline.bootstrap import dotenv_read
from landline.environment import Bind, ConfigurationError
from landline.kept_secrets import random_password, secret_make
from landline.logs import logging_configure
from tests.database import ScratchDatabase

ROOT = Path(landline.settings.__file__).parents[1]
LONG = "0123456789abcdef" * 4
Load = Callable[..., dict[str, Any]]


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Load]:
    """The settings module as a fresh process with exactly these variables would see it."""

    given: list[str] = ["DATABASE_URL", "LANDLINE_DATABASE_OWNER_URL"]
    given += ["LANDLINE_SECRET_KEY", "LANDLINE_WEBHOOK_SECRET"]

    def load_with(**variables: str) -> dict[str, Any]:
        for name in given:
            monkeypatch.delenv(name, raising=False)
        given.extend(variables)
        monkeypatch.setenv("LANDLINE_DATA_DIR", str(tmp_path / "var"))
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(landline.settings.__file__)

    yield load_with
    logging_configure(settings.LANDLINE_LOG_FORMAT, known_secrets=())


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"LANDLINE_BIND": "8000"}, "such as 127.0.0.1:8000"),
        ({"LANDLINE_BIND": "127.0.0.1:99999"}, "such as 127.0.0.1:8000"),
        ({"LANDLINE_SIMULATOR_BIND": "here"}, "LANDLINE_SIMULATOR_BIND"),
        ({"PUBLIC_URL": "inbox.example.org"}, "such as https://inbox.example.org"),
        ({"PUBLIC_URL": "https://inbox.example.org/inbox"}, "without a path"),
        ({"PUBLIC_URL": "https://user@inbox.example.org"}, "PUBLIC_URL"),
        ({"PUBLIC_URL": "https://inbox.example.org:port"}, "PUBLIC_URL"),
        ({"LANDLINE_RETENTION_DAYS": "ninety"}, "whole number from 1"),
        ({"LANDLINE_RETENTION_DAYS": "0"}, "whole number from 1"),
        ({"LANDLINE_DEMO": "perhaps"}, "set it to 1 or 0"),
        ({"LANDLINE_LOG_FORMAT": "xml"}, "one of text, json"),
        ({"LANDLINE_TRUSTED_PROXIES": "10.0.0.0/8,proxy"}, "'proxy'"),
        ({"LANDLINE_WEBHOOK_SECRET": "short"}, "at least 32"),
        ({"LANDLINE_WEBHOOK_SECRET": "ü" * 40}, "printable ASCII"),
        ({"LANDLINE_SECRET_KEY": "x" * 49}, "at least 50"),
        ({"LANDLINE_SECRET_KEY_FILE": "/nowhere/key"}, "cannot be read"),
        ({"LANDLINE_WEBHOOK_SECRET": LONG, "LANDLINE_WEBHOOK_SECRET_FILE": "/x"}, "keep one of them"),
        ({"LANDLINE_WEBHOOK_SECRET": LONG, "LANDLINE_WEBHOOK_SECRET_PREVIOUS": LONG}, "are equal"),
        ({"DATABASE_URL_FILE": "/nowhere/url"}, "cannot be read"),
        ({"DATABASE_URL": "mysql://localhost/landline"}, "must start with postgresql://"),
        ({"DATABASE_URL": "postgresql://localhost/"}, "names no database"),
        ({"DATABASE_URL": "postgresql://localhost/landline?colour=blue"}, "not a valid PostgreSQL address"),
        ({"DATABASE_URL": "postgresql://localhost/landline?pgbouncer=true"}, "transaction pooler"),
        ({"LANDLINE_PROCESS_ROLE": "manager"}, "one of web, worker, command, owner"),
    ],
)
def test_a_malformed_value_stops_the_start_with_one_sentence(
    load: Load, variables: dict[str, str], sentence: str
) -> None:
    with pytest.raises(ConfigurationError) as refused:
        load(**variables)
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("place", ["localhost/landline?colour=blue", "[::1/landline", "localhost:%/landline"])
def test_a_database_password_is_not_repeated_in_the_sentence(load: Load, place: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        load(DATABASE_URL=f"postgresql://landline:hunter2-canary@{place}")
    assert "hunter2-canary" not in str(refused.value)


def test_defaults_are_loopback_and_embedded(load: Load, tmp_path: Path) -> None:
    loaded = load()
    assert loaded["LANDLINE_MODE"] == "loopback"
    assert loaded["LANDLINE_BIND"] == Bind("127.0.0.1", 8000)
    assert loaded["LANDLINE_WEBHOOK_SECRETS"] == ()
    assert loaded["SECRET_KEY"] == ""
    assert loaded["DATABASES"]["default"]["USER"] == "landline"
    assert loaded["DATABASES"]["default"]["NAME"] == "landline"
    assert str(tmp_path) in loaded["DATABASES"]["default"]["HOST"] or loaded["DATABASES"]["default"][
        "HOST"
    ].startswith("/var/lib/landline/")
    assert "SESSION_COOKIE_SECURE" not in loaded
    assert loaded["DEBUG"] is False


def test_the_owner_has_its_own_address_and_only_in_its_own_role(load: Load) -> None:
    urls = {
        "DATABASE_URL": "postgresql://rows:a@db/landline",
        "LANDLINE_DATABASE_OWNER_URL": "postgresql://schema:b@db/landline",
    }
    assert load(**urls)["DATABASES"]["default"]["USER"] == "rows"
    assert load(**urls, LANDLINE_PROCESS_ROLE="web")["DATABASES"]["default"]["USER"] == "rows"
    assert load(**urls, LANDLINE_PROCESS_ROLE="owner")["DATABASES"]["default"]["USER"] == "schema"


def test_a_web_process_has_deadlines_in_its_database_session(load: Load) -> None:
    options = load(LANDLINE_PROCESS_ROLE="web")["DATABASES"]["default"]["OPTIONS"]["options"]
    assert "idle_in_transaction_session_timeout=5000" in options
    assert "statement_timeout=5000" in options


def test_secrets_come_from_variables_files_or_the_data_folder(load: Load, tmp_path: Path) -> None:
    kept = tmp_path / "var" / "secrets"
    secret_make(kept / "webhook_secret", "k" * 40)
    file = tmp_path / "given"
    file.write_text(f"{'f' * 40}\n")
    assert load()["LANDLINE_WEBHOOK_SECRETS"] == ("k" * 40,)
    assert load(LANDLINE_WEBHOOK_SECRET_FILE=str(file))["LANDLINE_WEBHOOK_SECRETS"] == ("f" * 40,)
    both = load(LANDLINE_WEBHOOK_SECRET=LONG, LANDLINE_WEBHOOK_SECRET_PREVIOUS="p" * 40)
    assert both["LANDLINE_WEBHOOK_SECRETS"] == (LONG, "p" * 40)


def test_a_made_secret_is_private_and_never_made_twice(tmp_path: Path) -> None:
    path = tmp_path / "secrets" / "owner_password"
    assert secret_make(path, "first") is True
    assert secret_make(path, "second") is False
    assert path.read_text() == "first\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert list(path.parent.iterdir()) == [path]
    assert len({random_password() for _ in range(100)}) == 100


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"LANDLINE_BIND": "0.0.0.0:8000"}, "set PUBLIC_URL to the https address"),
        ({"LANDLINE_BIND": "192.0.2.7:8000"}, "set PUBLIC_URL"),
        ({"LANDLINE_BIND": "[::]:8000"}, "set PUBLIC_URL"),
        ({"LANDLINE_BIND": "0.0.0.0:8000", "PUBLIC_URL": "http://inbox.lan"}, "LANDLINE_INSECURE_HTTP=1"),
    ],
)
def test_j13_production_refuses_to_start_open(load: Load, variables: dict[str, str], sentence: str) -> None:
    with pytest.raises(ConfigurationError, match=sentence):
        load(**variables)


def test_j13_no_variable_can_switch_on_debug_or_any_host(load: Load) -> None:
    loaded = load(DEBUG="1", DJANGO_DEBUG="1", ALLOWED_HOSTS="*", PUBLIC_URL="https://inbox.example.org")
    assert loaded["DEBUG"] is False
    assert loaded["ALLOWED_HOSTS"] == ["localhost", "127.0.0.1", "[::1]", "inbox.example.org"]


def test_j13_debug_and_wildcard_hosts_are_refused_in_production(load: Load) -> None:
    check = load()["production_rules_check"]
    address = load(PUBLIC_URL="https://inbox.example.org")["LANDLINE_PUBLIC_URL"]
    common = {
        "mode": "production",
        "bind": Bind("0.0.0.0", 8000),  # noqa: S104
        "public_url": address,
        "insecure_http": False,
    }
    check(**common, debug=False, allowed_hosts=["inbox.example.org"])
    with pytest.raises(ConfigurationError, match="DEBUG must be off"):
        check(**common, debug=True, allowed_hosts=["inbox.example.org"])
    with pytest.raises(ConfigurationError, match=r"must not hold \*"):
        check(**common, debug=False, allowed_hosts=["*"])


def test_https_gives_host_bound_secure_cookies_and_hsts(load: Load) -> None:
    loaded = load(PUBLIC_URL="https://inbox.example.org:8443/")
    assert loaded["LANDLINE_MODE"] == "production"
    assert loaded["SESSION_COOKIE_NAME"] == "__Host-sessionid"
    assert loaded["CSRF_COOKIE_NAME"] == "__Host-csrftoken"
    assert loaded["SESSION_COOKIE_SECURE"] is True
    assert loaded["CSRF_COOKIE_SECURE"] is True
    assert loaded["SESSION_COOKIE_HTTPONLY"] is True
    assert loaded["SESSION_COOKIE_SAMESITE"] == "Lax"
    assert loaded["SECURE_HSTS_SECONDS"] >= 365 * 24 * 3600
    assert loaded["CSRF_TRUSTED_ORIGINS"] == ["https://inbox.example.org:8443"]
    assert loaded["LANDLINE_TRUSTED_PROXIES"] == ("127.0.0.1/32", "::1/128")


def test_djangos_own_deployment_checks_find_nothing(database: ScratchDatabase) -> None:
    checked = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env={**os.environ, "PUBLIC_URL": "https://inbox.example.org"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr


def test_accepted_http_is_production_with_plain_cookies(load: Load) -> None:
    loaded = load(LANDLINE_BIND="0.0.0.0:80", PUBLIC_URL="http://inbox.lan", LANDLINE_INSECURE_HTTP="1")
    assert loaded["LANDLINE_MODE"] == "production"
    assert "SESSION_COOKIE_SECURE" not in loaded
    assert loaded["LANDLINE_TRUSTED_PROXIES"] == ()
    assert "inbox.lan" in loaded["ALLOWED_HOSTS"]


@pytest.mark.parametrize(
    ("dsn", "base_url"),
    [
        ("api8.unipile.com:13851", "https://api8.unipile.com:13851"),
        ("https://api8.unipile.com:13851/", "https://api8.unipile.com:13851"),
        ("http://127.0.0.1:4010", "http://127.0.0.1:4010"),
    ],
)
def test_the_key_of_unipile_is_read_on_demand(load: Load, dsn: str, base_url: str) -> None:
    access = load(UNIPILE_DSN=dsn, UNIPILE_API_KEY="key", LANDLINE_PROCESS_ROLE="worker")["LANDLINE_UPSTREAM"]
    assert access.is_configured()
    assert access.credentials().base_url == base_url
    assert access.credentials().api_key == "key"
    assert "key" not in repr(access.credentials()).replace("api_key", "")


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"UNIPILE_DSN": "api8.unipile.com:13851"}, "set both"),
        ({"UNIPILE_DSN": "http://api8.unipile.com", "UNIPILE_API_KEY": "key"}, "must use https"),
        ({"UNIPILE_DSN": "ftp://api8.unipile.com", "UNIPILE_API_KEY": "key"}, "address of your Unipile"),
        (
            {"UNIPILE_DSN": "https://a:b@api8.unipile.com", "UNIPILE_API_KEY": "key"},
            "address of your Unipile",
        ),
    ],
)
def test_half_or_unsafe_access_to_unipile_is_refused(
    load: Load, variables: dict[str, str], sentence: str
) -> None:
    access = load(**variables, LANDLINE_PROCESS_ROLE="worker")["LANDLINE_UPSTREAM"]
    with pytest.raises(ConfigurationError, match=sentence):
        access.credentials()


def test_a_web_process_cannot_read_the_key_of_unipile(load: Load) -> None:
    loaded = load(
        UNIPILE_DSN="api8.unipile.com:13851", UNIPILE_API_KEY="canary-key", LANDLINE_PROCESS_ROLE="web"
    )
    with pytest.raises(ConfigurationError, match="must not read the key"):
        loaded["LANDLINE_UPSTREAM"].credentials()
    public = {name: value for name, value in loaded.items() if name.isupper()}
    assert "canary-key" not in repr(public)


def test_dotenv_lines_are_read_and_bad_ones_named(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("# a comment\n\nexport A=1\nB = 'two words'\nC=\"3=4\"\nD=\n")
    assert dotenv_read(file) == {"A": "1", "B": "two words", "C": "3=4", "D": ""}
    file.write_text("A=1\nnonsense\n")
    with pytest.raises(ConfigurationError, match="Line 2"):
        dotenv_read(file)
    file.write_bytes(b"A=\xff\n")
    with pytest.raises(ConfigurationError, match="not UTF-8"):
        dotenv_read(file)


def test_every_variable_is_explained_in_the_example() -> None:
    named = re.compile(r'"((?:LANDLINE_|UNIPILE_)[A-Z_]+|PUBLIC_URL|DATABASE_URL)"')
    read = {
        name.removesuffix("_FILE")
        for source in (ROOT / "landline").rglob("*.py")
        for name in named.findall(source.read_text())
    }
    shown = re.findall(r"^# ([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    explained = {name.removesuffix("_FILE") for name in shown}
    internal = {
        "LANDLINE_PROCESS_ROLE",
        "LANDLINE_LIFELINE",
        "LANDLINE_UPSTREAM_SOURCE",
        "LANDLINE_SIMULATED_DSN",
        "LANDLINE_SIMULATED_API_KEY",
    }
    assert read - internal == explained
