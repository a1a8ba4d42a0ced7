"""People with sessions, and somebody who writes into a channel."""

from __future__ import annotations

from typing import NamedTuple

import psycopg
from asgiref.sync import sync_to_async
from django.conf import settings
from django.test import Client

from communications.models import User
from tests.feed.people import channel_insert, person_insert
from tests.feed.writers import Writer


class Person(NamedTuple):
    user_id: int
    cookie: str


async def person_with_session(connection: psycopg.Connection) -> Person:
    user_id = person_insert(connection)
    return Person(user_id, await session_of(user_id))


@sync_to_async
def session_of(user_id: int) -> str:
    """A new session's cookie."""
    client = Client()
    client.force_login(User.objects.get(pk=user_id))
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def channel_with_writer(connection: psycopg.Connection, *readers: int) -> Writer:
    """A channel with a contact and a conversation."""
    writer = Writer(connection, channel_insert(connection, *readers), list(readers) or [0])
    writer.act("attendee_add", 1)
    writer.act("conversation_add", 0)
    return writer


def message_write(writer: Writer) -> int:
    """The id of a new inbound message."""
    writer.act("message_add", 1)
    row = writer.run("SELECT max(id) FROM communications_message WHERE channel_id = %(channel)s").fetchone()
    assert row is not None
    return int(row[0])


def conversation_of(writer: Writer) -> int:
    """The id of the channel's first conversation."""
    conversation = writer.some("conversation", 0)
    assert conversation is not None
    return conversation
