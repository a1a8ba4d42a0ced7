"""Logging in and out, and what ends a session (J7, J8)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.db import connection, connections
from django.http import HttpResponse
from django.test import Client

from communications.models import LoginWindow, User
from communications.outbox import login_attempts
from tests.api.counting_hasher import CountingHasher
from tests.database import ScratchDatabase
from tests.inbox import PASSWORD, client_of, person_make

SESSION = "/api/v1/session/"
CHANNELS = "/api/v1/communications/channels/"
JSON = "application/json"


class Browser(Client):
    """Keeps cookies, sends the token of the last session answer, and comes from one address."""

    def __init__(self, address: str = "192.0.2.1") -> None:
        super().__init__(enforce_csrf_checks=True, SERVER_NAME="localhost", REMOTE_ADDR=address)
        self.token = self.get(SESSION).json()["csrf_token"]

    def log_in(self, username: str, password: str) -> Any:
        response = self.post(
            SESSION,
            {"username": username, "password": password},
            content_type=JSON,
            headers={"X-CSRFToken": self.token},
        )
        if response.status_code == 200:
            self.token = response.json()["csrf_token"]
        return response

    def log_out(self) -> Any:
        return self.delete(SESSION, headers={"X-CSRFToken": self.token})

    @property
    def is_logged_in(self) -> bool:
        status: int = self.get(CHANNELS).status_code
        assert status in (200, 401)
        return status == 200


@pytest.fixture(autouse=True)
def quick_hashes(settings: Any) -> None:
    """Slow hashes are the point of hashing, but not of these tests."""
    settings.PASSWORD_HASHERS = ["tests.api.counting_hasher.CountingHasher"]


@pytest.fixture
def ada(database: ScratchDatabase) -> User:
    return User.objects.create_user("ada", password=PASSWORD, first_name="Ada", last_name="Lovelace")


def windows_end(seconds_ago: float = 1) -> None:
    """Lets time pass: every window is over since then."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE communications_loginwindow SET ends_at = now() - %s * interval '1 second'", [seconds_ago]
        )


def guess(address: str = "192.0.2.1", username: str = "ada", times: int = 1) -> list[int]:
    browser = Browser(address)
    return [browser.log_in(username, "a guess").status_code for _ in range(times)]


def test_the_session_says_who_is_logged_in_and_never_refuses(ada: User) -> None:
    browser = Browser()
    nobody = browser.get(SESSION)
    assert nobody.status_code == 200
    assert set(nobody.json()) == {"user", "csrf_token", "build", "demo"}
    assert nobody.json()["user"] is None

    answer = browser.log_in("ada", PASSWORD)
    assert answer.status_code == 200
    assert answer.json()["user"] == {"id": str(ada.pk), "username": "ada", "display_name": "Ada Lovelace"}
    assert browser.get(SESSION).json()["user"] == answer.json()["user"]
    assert browser.is_logged_in


def test_the_session_cookie_is_out_of_reach_of_scripts(ada: User) -> None:
    cookie = Browser().log_in("ada", PASSWORD).cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/"
    assert not cookie["domain"]


def test_logging_out_clears_the_browser_and_ends_every_session_of_the_person(ada: User) -> None:
    browser, other_browser, somebody_else = Browser(), Browser(), client_of(person_make())
    browser.log_in("ada", PASSWORD)
    other_browser.log_in("ada", PASSWORD)
    stolen = Client(SERVER_NAME="localhost")
    stolen.cookies["sessionid"] = browser.cookies["sessionid"].value
    generation = ada.session_generation

    answer = browser.log_out()
    assert answer.status_code == 204
    assert answer.content == b""
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert not browser.is_logged_in
    assert not other_browser.is_logged_in
    assert stolen.get(CHANNELS).status_code == 401
    assert somebody_else.get(CHANNELS).status_code == 200
    ada.refresh_from_db()
    assert ada.session_generation == generation + 1
    assert browser.log_out().status_code == 204


ENDINGS: dict[str, Callable[[User], Any]] = {
    "password": lambda user: (user.set_password("another password"), user.save()),
    "disabling": lambda user: User.objects.filter(pk=user.pk).update(is_active=False),
    "deletion": lambda user: user.delete(),
}


@pytest.mark.parametrize("ending", ENDINGS.values(), ids=ENDINGS.keys())
def test_j8_what_ends_sessions_ends_them_at_once(ada: User, ending: Callable[[User], Any]) -> None:
    browsers = [Browser(), Browser()]
    for browser in browsers:
        browser.log_in("ada", PASSWORD)
    assert all(browser.is_logged_in for browser in browsers)
    ending(ada)
    assert not any(browser.is_logged_in for browser in browsers)


def test_j8_being_enabled_again_brings_no_old_session_back(ada: User) -> None:
    browser = Browser()
    browser.log_in("ada", PASSWORD)
    User.objects.update(is_active=False)
    User.objects.update(is_active=True)
    assert not browser.is_logged_in


def test_j8_a_session_planted_before_login_is_not_the_one_after(ada: User) -> None:
    planted = "attackerchosensessionkey00000000"
    browser = Browser()
    browser.cookies["sessionid"] = planted
    browser.log_in("ada", PASSWORD)
    key = browser.cookies["sessionid"].value
    assert key != planted
    thief = Client(SERVER_NAME="localhost")
    thief.cookies["sessionid"] = planted
    assert thief.get(CHANNELS).status_code == 401

    browser.log_in("ada", PASSWORD)
    assert browser.cookies["sessionid"].value != key


def test_the_csrf_token_changes_with_the_login(ada: User) -> None:
    browser = Browser()
    before = browser.cookies["csrftoken"].value
    browser.log_in("ada", PASSWORD)
    assert browser.cookies["csrftoken"].value != before


@pytest.mark.parametrize(
    ("username", "password"),
    [("ada", "wrong"), ("nobody", "wrong"), ("idle", PASSWORD), ("ADA", PASSWORD), ("ada", PASSWORD + " ")],
)
def test_j7_every_refusal_reads_alike(ada: User, username: str, password: str) -> None:
    User.objects.create_user("idle", password=PASSWORD, is_active=False)
    refused = Browser().log_in(username, password)
    assert refused.status_code == 401
    body = refused.json()
    assert body.pop("request_id")
    assert body == {
        "type": "/problems/invalid_credentials",
        "title": "That user name and password do not match",
        "status": 401,
        "detail": "That user name and password do not match",
        "code": "invalid_credentials",
    }
    assert "sessionid" not in refused.cookies


def test_j7_an_unknown_name_costs_as_many_password_hashes_as_a_known_one(ada: User) -> None:
    def hashes(username: str) -> int:
        CountingHasher.hashed = 0
        assert authenticate(None, username=username, password="a guess") is None
        return CountingHasher.hashed

    assert hashes("nobody") == hashes("ada") == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b'{"username": "ada"}',
        b'{"username": 1, "password": 2}',
        b'{"username": null, "password": null}',
        b'{"username": {"$ne": ""}, "password": {"$ne": ""}}',
        b'{"username": "", "password": "x"}',
        b'{"username": "a\\u0000", "password": "x"}',
        b'{"username": "ada", "password": "\\u0000"}',
        b'{"username": "' + b"a" * 151 + b'", "password": "x"}',
        b'{"username": "ada", "password": "' + b"x" * 1025 + b'"}',
        b"\xff\xfe",
    ],
)
def test_a_body_that_is_no_login_is_refused_without_a_password_check(ada: User, body: bytes) -> None:
    browser = Browser()
    refused = browser.generic("POST", SESSION, body, JSON, headers={"X-CSRFToken": browser.token})
    assert refused.status_code == 400
    assert refused.json()["code"] == "invalid_input"
    assert b"x" * 20 not in refused.content
    assert not LoginWindow.objects.exists()


@pytest.mark.parametrize("name", ["\ud800", "ada\udfff", "🂡", "é", "' OR 1=1 --", "%s", "{{7*7}}"])
def test_odd_names_are_wrong_names(ada: User, name: str) -> None:
    assert Browser().log_in(name, "x").status_code in (400, 401)


def test_j10_nothing_but_name_and_password_is_taken(ada: User) -> None:
    browser = Browser()
    answer = browser.post(
        SESSION,
        {"username": "ada", "password": PASSWORD, "is_superuser": True, "id": 99, "session_generation": 7},
        content_type=JSON,
        headers={"X-CSRFToken": browser.token},
    )
    assert answer.status_code == 200
    ada.refresh_from_db()
    assert (ada.is_superuser, ada.session_generation) == (False, 1)


def test_j7_five_guesses_then_a_pause_that_the_answer_names(ada: User) -> None:
    browser = Browser()
    assert [browser.log_in("ada", "a guess").status_code for _ in range(7)] == [401] * 5 + [429] * 2
    refused = browser.log_in("ada", PASSWORD)
    assert refused.status_code == 429
    assert refused.json()["code"] == "too_many_attempts"
    assert 0 < int(refused["Retry-After"]) <= login_attempts.SHORTEST_WINDOW_SECONDS
    windows_end()
    assert browser.log_in("ada", PASSWORD).status_code == 200


def test_j7_pauses_grow_and_tries_meanwhile_change_nothing(ada: User) -> None:
    pauses = []
    for _ in range(6):
        guess(times=5)
        before = LoginWindow.objects.order_by("-length_seconds").values_list("ends_at", flat=True)[0]
        guess(times=3)
        after = LoginWindow.objects.order_by("-length_seconds").values_list("ends_at", flat=True)[0]
        assert before == after
        pauses.append(max(LoginWindow.objects.values_list("length_seconds", flat=True)))
        windows_end()
    assert pauses == [60, 120, 240, 480, 900, 900]
    windows_end(login_attempts.FORGOTTEN_AFTER_SECONDS + 1)
    guess()
    assert set(LoginWindow.objects.values_list("length_seconds", flat=True)) == {60}


def test_j7_others_cannot_lock_a_person_out(ada: User) -> None:
    for number in range(10):
        guess(f"198.51.100.{number}", times=6)
    assert Browser("192.0.2.7").log_in("ada", PASSWORD).status_code == 200


def test_j7_many_names_from_one_address_are_slowed_down_too(ada: User) -> None:
    limit = login_attempts.PER_ADDRESS.attempts_per_window
    statuses = [guess(username=f"name{number}")[0] for number in range(limit + 3)]
    assert statuses == [401] * limit + [429] * 3
    assert guess("192.0.2.99", username="name1") == [401]


def test_j7_an_ipv6_network_is_one_address(ada: User) -> None:
    for number in range(5):
        guess(f"2001:db8:1:2::{number + 1:x}")
    assert guess("2001:db8:1:2:ffff::9") == [429]
    assert guess("2001:db8:1:3::1") == [401]


def test_j7_a_success_forgets_the_guesses_of_that_person_there(ada: User) -> None:
    guess(times=4)
    assert Browser().log_in("ada", PASSWORD).status_code == 200
    assert guess(times=5) == [401] * 5


def test_j7_guesses_at_the_same_moment_count_like_guesses_in_a_row(ada: User) -> None:
    barrier = threading.Barrier(12)
    statuses: list[int] = []

    def guesser() -> None:
        browser = Browser()
        barrier.wait()
        statuses.append(browser.log_in("ada", "a guess").status_code)
        connections.close_all()

    threads = [threading.Thread(target=guesser) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [401] * 5 + [429] * 7


def test_the_table_of_attempts_names_nobody_and_does_not_grow_for_ever(ada: User) -> None:
    for number in range(20):
        guess(username=f"somebody{number}")
    held = b"".join(bytes(key) for key in LoginWindow.objects.values_list("key", flat=True))
    assert b"somebody" not in held
    assert b"192.0.2" not in held
    windows_end(login_attempts.FORGOTTEN_AFTER_SECONDS + 1)
    assert Browser("192.0.2.7").log_in("ada", PASSWORD).status_code == 200
    assert LoginWindow.objects.count() <= 2


def test_a_forwarded_address_from_anybody_is_not_believed(ada: User) -> None:
    browser = Browser()

    def attempt(number: int) -> HttpResponse:
        return browser.post(
            SESSION,
            {"username": "ada", "password": "a guess"},
            content_type=JSON,
            headers={"X-CSRFToken": browser.token, "X-Forwarded-For": f"203.0.113.{number}"},
        )

    assert [attempt(number).status_code for number in range(6)] == [401] * 5 + [429]


def test_the_security_log_names_no_content(ada: User, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    browser = Browser()
    browser.log_in("ada-canary", "secret-canary")
    browser.log_in("ada", PASSWORD)
    browser.log_out()
    written = "\n".join(f"{record.name} {record.getMessage()} {record.__dict__}" for record in caplog.records)
    for event in ("login_refused", "'login'", "logout"):
        assert event in written, event
    assert "canary" not in written
    assert PASSWORD not in written
