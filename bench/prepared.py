"""What every cell finds: one channel, its reader with a session, and 200 conversations made by the product itself."""

from __future__ import annotations

import http.client
import os
from dataclasses import dataclass

import django

from bench.bodies import (
    ACCOUNT,
    CONVERSATIONS,
    FIRST_CONVERSATION,
    OWN_PHONE,
    body,
    new_message_id,
    templates_write,
)
from bench.installation import PREPARED, Installation
from bench.measured import BenchmarkError
from bench.server import landline_web

WEBHOOK_PATH = "/api/v1/webhooks/unipile/"


@dataclass(frozen=True, slots=True)
class Prepared:
    """What loaders and readers need to know of the prepared database."""

    channel_id: int
    session_cookie: str
    deliveries: int


def settings_load(installation: Installation) -> None:
    """Points this process's Django at the prepared database; the machine's own configuration is left out."""
    for inherited in [
        name for name in os.environ if name.startswith(("LANDLINE_", "UNIPILE_", "PUBLIC_URL"))
    ]:
        del os.environ[inherited]
    os.environ.update(installation.variables(PREPARED), DJANGO_SETTINGS_MODULE="landline.settings")
    django.setup()


def prepared_make(installation: Installation) -> Prepared:
    installation.database_make(PREPARED)
    settings_load(installation)
    prepared = _channel_and_reader_make()
    templates_write(installation.folder / "templates")
    with landline_web(installation, PREPARED) as server:
        _conversations_make(server.port, installation.webhook_secret)
    with installation.owner_connection(PREPARED) as connection:
        connection.execute("VACUUM ANALYZE")
    return prepared


def _channel_and_reader_make() -> Prepared:
    from django.conf import settings
    from django.db import connections
    from django.test import Client

    from communications.models import Channel, ChannelAccess, User

    reader = User.objects.create_user("bench")
    channel = Channel.objects.create(
        provider="whatsapp",
        external_account_id=ACCOUNT,
        own_identities=[f"phone:{OWN_PHONE[1:]}"],
        status=Channel.Status.OK,
    )
    ChannelAccess.objects.create(user=reader, channel=channel, role=ChannelAccess.Role.OWNER)
    browser = Client()
    browser.force_login(reader)
    connections.close_all()
    return Prepared(
        channel.pk, f"{settings.SESSION_COOKIE_NAME}={browser.session.session_key}", CONVERSATIONS
    )


def _conversations_make(port: int, secret: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    for number in range(FIRST_CONVERSATION, FIRST_CONVERSATION + CONVERSATIONS):
        connection.request("POST", WEBHOOK_PATH, body(number, new_message_id()), delivery_headers(secret))
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise BenchmarkError(f"The server answered {answer.status} to an ordinary delivery.")
    connection.close()


def delivery_headers(secret: str) -> dict[str, str]:
    """As the live service sends them: JSON labelled as a form."""
    return {
        "accept": "application/json, text/plain, */*",
        "content-type": "application/x-www-form-urlencoded",
        "user-agent": "axios/1.7.7",
        "accept-encoding": "gzip, compress, deflate, br",
        "unipile-auth": secret,
    }
