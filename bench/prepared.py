"""What every cell finds: a channel, its reader with a session, and 200 conversations the product made."""

from __future__ import annotations

import http.client
import os
from dataclasses import dataclass

import django
from django.conf import settings
from django.contrib.auth import get_user_model, login
from django.contrib.sessions.backends.db import SessionStore
from django.db import connections
from django.http import HttpRequest

from bench.bodies import (
    ACCOUNT,
    CONVERSATIONS,
    FIRST_CONVERSATION,
    OWN_PHONE,
    event_templates_write,
    new_message_id,
    ordinary_body,
    templates_write,
)
from bench.installation import Installation
from bench.measured import BenchmarkError
from bench.server import landline_web
from communications.schemas.addresses import WEBHOOK_PATH

PREPARED = "prepared"

CHANNEL_MAKE = """
WITH channel AS (
    INSERT INTO communications_channel (provider, external_account_id, name, own_identities, status)
    VALUES ('whatsapp', %s, 'Benchmark', %s, 'ok') RETURNING id
)
INSERT INTO communications_channelaccess (user_id, channel_id, role) SELECT %s, id, 'owner' FROM channel
RETURNING channel_id
"""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A database that cells are copies of, and what loaders and readers need to know of it."""

    database: str
    channel_id: int
    session_cookie: str


def prepared_make(installation: Installation) -> Prepared:
    """A database with nothing but what every cell finds."""
    templates_write(installation.folder / "templates")
    event_templates_write(installation.folder / "event_templates")
    installation.database_make(PREPARED)
    django_use(installation, PREPARED)
    return channel_make(installation, PREPARED)


def django_use(installation: Installation, database: str) -> None:
    """Points this process's Django at a database; the machine's own configuration is left out."""
    if settings.configured:
        connections["default"].close()
        connections["default"].settings_dict["NAME"] = database
        return
    for inherited in [
        name for name in os.environ if name.startswith(("LANDLINE_", "UNIPILE_", "PUBLIC_URL"))
    ]:
        del os.environ[inherited]
    os.environ.update(installation.variables(database), DJANGO_SETTINGS_MODULE="landline.settings")
    django.setup()


def channel_make(installation: Installation, database: str) -> Prepared:
    """Makes, in the database that Django uses, the channel, its reader and its conversations."""
    user_id, session_cookie = reader_make("bench")
    with installation.owner_connection(database) as connection:
        own_identities = [f"phone:{OWN_PHONE[1:]}"]
        (channel_id,) = connection.execute(CHANNEL_MAKE, [ACCOUNT, own_identities, user_id]).fetchall()[0]
    with landline_web(installation, database) as server:
        _conversations_make(server.port, installation.webhook_secret)
    with installation.owner_connection(database) as connection:
        connection.execute("VACUUM ANALYZE")
    return Prepared(database, channel_id, session_cookie)


def reader_make(username: str) -> tuple[int, str]:
    """A person in the database that Django uses, logged in: their id and their session's cookie."""
    reader = get_user_model()._default_manager.create_user(username)
    request = HttpRequest()
    request.session = SessionStore()
    login(request, reader)
    request.session.save()
    connections.close_all()
    return reader.pk, f"{settings.SESSION_COOKIE_NAME}={request.session.session_key}"


def _conversations_make(port: int, secret: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    for number in range(FIRST_CONVERSATION, FIRST_CONVERSATION + CONVERSATIONS):
        connection.request(
            "POST", WEBHOOK_PATH, ordinary_body(number, new_message_id()), delivery_headers(secret)
        )
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
