"""Rows of an inbox for tests of reading: people, channels, conversations, messages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import count
from typing import Any

from django.db import connection
from django.test import Client

from communications.models import (
    AccountAct,
    Channel,
    ChannelAccess,
    ChatAttendee,
    ComparisonWindow,
    Conversation,
    ConversationAttendee,
    HistoryChat,
    HistoryRun,
    Intent,
    Message,
    User,
)
from communications.schemas.identifiers import uuid7

PASSWORD = "correct horse battery staple"
NOON = dt.datetime(2026, 5, 18, 12, 0, tzinfo=dt.UTC)

_numbers = count(1)


def minutes(number: float) -> dt.datetime:
    """Noon and so many minutes."""
    return NOON + dt.timedelta(minutes=number)


def person_make(username: str | None = None, **fields: Any) -> User:
    """Somebody who cannot log in with a password: hashing one is slow."""
    person = User(username=username or f"person{next(_numbers)}", **fields)
    person.set_unusable_password()
    person.save()
    return person


def channel_make(*readers: User, provider: str = "whatsapp", role: str = "member") -> Channel:
    channel = Channel.objects.create(
        provider=provider, external_account_id=f"account{next(_numbers)}", status="ok"
    )
    for reader in readers:
        ChannelAccess.objects.create(user=reader, channel=channel, role=role)
    return channel


def attendee_make(channel: Channel, name: str = "", **fields: Any) -> ChatAttendee:
    fields.setdefault("provider_id", f"attendee{next(_numbers)}")
    return ChatAttendee.objects.create(channel=channel, name=name, **fields)


def conversation_make(
    channel: Channel, *, members: Sequence[ChatAttendee] = (), **fields: Any
) -> Conversation:
    """With ``last_message_at`` set it is shown, with messages or without."""
    fields.setdefault("last_message_at", NOON)
    conversation = Conversation.objects.create(
        channel=channel, external_thread_id=f"thread{next(_numbers)}", **fields
    )
    for attendee in members:
        ConversationAttendee.objects.create(channel=channel, conversation=conversation, attendee=attendee)
    return conversation


def message_make(conversation: Conversation, text: str = "hello", **fields: Any) -> Message:
    """Inbound at noon unless said otherwise; the conversation's counts are for :func:`recount`."""
    number = next(_numbers)
    fields.setdefault("external_message_id", f"message{number}")
    fields.setdefault("direction", "inbound")
    fields.setdefault("sent_at", NOON)
    fields.setdefault("received_at", fields["sent_at"])
    return Message.objects.create(
        channel_id=conversation.channel_id, conversation=conversation, text=text, **fields
    )


def intent_make(channel: Channel, author: User, kind: str, **fields: Any) -> Intent:
    """Waiting unless said otherwise."""
    return Intent.objects.create(
        channel=channel, author=author, kind=kind, client_id=uuid7(), content_hash=b"asked", **fields
    )


def account_act_make(channel: Channel, author: User, **fields: Any) -> AccountAct:
    """Asking for a code that can be typed unless said otherwise."""
    fields = {
        "asks": "2FA",
        "state": "asking",
        "expires_at": dt.datetime(2100, 1, 1, tzinfo=dt.UTC),
        **fields,
    }
    return AccountAct.objects.create(
        channel=channel, author=author, client_id=uuid7(), act="reconnect", account_type="WHATSAPP", **fields
    )


def history_run_make(channel: Channel, *, title: str = "", **fields: Any) -> HistoryRun:
    """Waiting for a worker, with one chat found."""
    run = HistoryRun.objects.create(channel=channel, client_id=uuid7(), trigger="person", **fields)
    HistoryChat.objects.create(run=run, external_id=f"thread{next(_numbers)}", title=title)
    return run


def comparison_make(channel: Channel, **fields: Any) -> ComparisonWindow:
    """Of an hour that waits to be compared, unless said otherwise."""
    fields = {
        "trigger": "start",
        "state": "waiting",
        "starts_at": minutes(-60),
        "ends_at": minutes(0),
        **fields,
    }
    return ComparisonWindow.objects.create(channel=channel, **fields)


def failed_message_make(conversation: Conversation, author: User, text: str = "hello") -> Message:
    """Written here before all that is told of noon, and refused by upstream."""
    message = message_make(
        conversation,
        text,
        external_message_id=None,
        client_id=uuid7(),
        author=author,
        direction="outbound",
        status="failed",
        sent_at=minutes(-5),
    )
    Intent.objects.create(
        channel_id=conversation.channel_id,
        conversation=conversation,
        message=message,
        author=author,
        kind="send",
        client_id=message.client_id,
        content_hash=b"asked",
        state="failed",
        outcome="rejected",
        reason="It was refused.",
    )
    return message


def recount(*conversations: Conversation) -> None:
    """Last message, marker and unread count, as after a fold."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT landline_conversations_recount(%s::bigint[])", [[one.pk for one in conversations]]
        )


def client_of(person: User | None, **options: Any) -> Client:
    """A browser in which this person is logged in."""
    client = Client(SERVER_NAME="localhost", **options)
    if person is not None:
        client.force_login(person)
    return client
