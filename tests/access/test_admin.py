"""Django's admin: for superusers, by the one way to log in, and never the content of a delivery."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from communications.models import ChannelAccess, User, WebhookBody, WebhookDelivery
from communications.schemas.deliveries import sha256_of
from communications.schemas.identifiers import uuid7
from tests.database import ScratchDatabase
from tests.inbox import NOON, channel_make, client_of, person_make

ADMIN = "/admin/"
PAGES = ["", "communications/user/", "communications/channel/", "communications/channelaccess/"]
PAGES += ["communications/webhookdelivery/"]


@pytest.fixture
def root(database: ScratchDatabase) -> Client:
    return client_of(User.objects.create_superuser("root"))


def delivery_make() -> WebhookDelivery:
    raw = b'{"message": "the canary"}'
    delivery = WebhookDelivery.objects.create(
        id=uuid7(),
        received_at=NOON,
        outcome="applied",
        event="message_received",
        sha256=sha256_of(raw),
        size_bytes=len(raw),
    )
    WebhookBody.objects.create(delivery=delivery, raw=raw)
    return delivery


@pytest.mark.parametrize("page", PAGES)
def test_superusers_only(root: Client, page: str) -> None:
    assert root.get(ADMIN + page).status_code == 200
    channel = channel_make()
    owner = person_make(is_staff=True)
    ChannelAccess.objects.create(user=owner, channel=channel, role="owner")
    for stranger in (client_of(None), client_of(owner), client_of(person_make())):
        refused = stranger.get(ADMIN + page, follow=True)
        assert refused.status_code in (200, 404)
        assert "Site administration" not in refused.content.decode()
        assert [path for path, _ in refused.redirect_chain][-1:] in (
            [],
            ["/login"],
            ["/admin/login/?next=" + ADMIN + page],
        )


def test_the_admin_has_no_login_of_its_own(database: ScratchDatabase) -> None:
    """A second form would be a way around the throttle."""
    User.objects.create_superuser("root", password="correct horse battery staple")
    client = Client(SERVER_NAME="localhost")
    for method in (client.get, client.post):
        answer = method("/admin/login/", {"username": "root", "password": "correct horse battery staple"})
        assert answer.status_code == 302
        assert answer["Location"] == "/login"
    assert client.get(ADMIN).status_code == 302


def test_logging_out_of_the_admin_ends_every_session(root: Client) -> None:
    other = client_of(User.objects.get(username="root"))
    root.post("/admin/logout/")
    assert other.get(ADMIN).status_code == 302


def test_somebody_is_added_disabled_and_given_a_password(root: Client) -> None:
    password = "a long enough passphrase"
    added = root.post(
        "/admin/communications/user/add/",
        {"username": "ada", "usable_password": "true", "password1": password, "password2": password},
    )
    assert added.status_code == 302, added.content
    ada = User.objects.get(username="ada")
    assert (ada.is_superuser, ada.is_staff) == (False, False)
    assert ada.check_password(password)
    browser = client_of(ada)

    page = f"/admin/communications/user/{ada.pk}/"
    form = f"{page}change/"
    assert root.get(form).status_code == 200
    changed = root.post(form, {"username": "ada", "first_name": "Ada", "is_active": ""})
    assert changed.status_code == 302, changed.content
    ada.refresh_from_db()
    assert (ada.first_name, ada.is_active, ada.session_generation) == ("Ada", False, 2)
    assert browser.get("/api/v1/communications/channels/").status_code == 401

    renewed = root.post(
        f"{page}password/",
        {"usable_password": "true", "password1": "quite another one", "password2": "quite another one"},
    )
    assert renewed.status_code == 302, renewed.content
    ada.refresh_from_db()
    assert ada.session_generation == 3
    assert root.post(f"{page}delete/", {"post": "yes"}).status_code == 403


def test_weak_passwords_are_refused(root: Client) -> None:
    for weak in ("short", "password", "12345678", "adalovelace"):
        answer = root.post(
            "/admin/communications/user/add/",
            {"username": "adalovelace", "usable_password": "true", "password1": weak, "password2": weak},
        )
        assert answer.status_code == 200, weak
    assert not User.objects.filter(username="adalovelace").exists()


def test_access_is_given_changed_and_taken(root: Client) -> None:
    person, channel = person_make(), channel_make()
    page = "/admin/communications/channelaccess/"
    browser = client_of(person)

    def roles() -> list[str]:
        items = browser.get("/api/v1/communications/channels/").json()["items"]
        return [item["role"] for item in items]

    given: dict[str, Any] = {"user": person.pk, "channel": channel.pk, "role": "member"}
    assert root.post(f"{page}add/", given).status_code == 302
    assert roles() == ["member"]
    access = ChannelAccess.objects.get()
    assert root.post(f"{page}{access.pk}/change/", {"role": "admin"}).status_code == 302
    assert roles() == ["admin"]
    assert root.post(f"{page}{access.pk}/delete/", {"post": "yes"}).status_code == 302
    assert roles() == []


def test_the_ledger_is_shown_without_bodies_and_not_changed(root: Client) -> None:
    delivery = delivery_make()
    for page in ("", f"{delivery.pk}/change/"):
        answer = root.get(f"/admin/communications/webhookdelivery/{page}")
        assert answer.status_code == 200
        assert b"message_received" in answer.content
        assert b"canary" not in answer.content
    channel = channel_make()
    for page in (f"webhookdelivery/{delivery.pk}", f"channel/{channel.pk}"):
        for action in ("change", "delete"):
            assert root.post(f"/admin/communications/{page}/{action}/", {"post": "yes"}).status_code == 403
    for page in ("webhookdelivery", "channel"):
        assert root.post(f"/admin/communications/{page}/add/", {}).status_code == 403


def test_the_api_reference_is_for_owners(database: ScratchDatabase) -> None:
    owner, member = person_make(), person_make()
    channel = channel_make(owner, role="owner")
    ChannelAccess.objects.create(user=member, channel=channel, role="admin")
    page = "/api/v1/docs"
    assert client_of(owner).get(page).status_code == 200
    assert client_of(User.objects.create_superuser("root")).get(page).status_code == 200
    assert client_of(member).get(page).status_code == 404
    anonymous = client_of(None).get(page)
    assert (anonymous.status_code, anonymous["Location"]) == (302, "/login")
    assert client_of(member).get("/api/v1/openapi.json").status_code == 200
    assert client_of(None).get("/api/v1/openapi.json").status_code == 401


def test_the_api_reference_loads_nothing_from_elsewhere(root: Client) -> None:
    page = root.get("/api/v1/docs").content.decode()
    assert "http://" not in page
    assert "https://" not in page
    for path in ("/static/ninja/swagger-ui.css", "/static/ninja/swagger-ui-bundle.js"):
        assert path in page
        assert root.get(path).status_code == 200
