"""What a restored database lacks: messages since its backup, and the knowledge of what was erased since."""

import datetime as dt
from collections import defaultdict
from typing import Final

from django.db import connection
from django.utils import timezone

from communications.ingest.erase import Erasable, erase, shown_conversation_erasable
from communications.ingest.erase_account import account_erase, account_erasure_begin
from communications.models import Channel, ComparisonWindow, Erasure, Message

ERASED_BY: Final = "landline restore, as it was erased after the backup"

_ERASED_CHATS: Final = """
SELECT DISTINCT place.channel_id, coalesce(place.continues_id, place.id)
FROM communications_conversationalias AS alias
JOIN communications_conversation AS place ON place.id = alias.conversation_id
JOIN communications_channel AS channel ON channel.id = place.channel_id
JOIN communications_erasedmark AS mark
    ON mark.digest = landline_erased_digest(channel.external_account_id, 'chat', alias.kind || ':' || alias.value)
WHERE mark.erased_at > %s
"""

_ERASED_MESSAGES: Final = """
SELECT message.channel_id, message.id FROM communications_message AS message
JOIN communications_channel AS channel ON channel.id = message.channel_id
JOIN communications_erasedmark AS mark
    ON mark.digest = landline_erased_digest(channel.external_account_id, 'message', message.external_message_id)
WHERE mark.erased_at > %s
"""

_ERASED_ACCOUNTS: Final = """
SELECT channel.id FROM communications_channel AS channel
JOIN communications_erasedmark AS mark
    ON mark.digest = landline_erased_digest(channel.external_account_id, 'account', '')
WHERE mark.erased_at > %s
"""

_SOME_ERASED: Final = "SELECT EXISTS (SELECT FROM communications_erasedmark WHERE erased_at > %s)"


def comparison_ask(since: dt.datetime) -> int:
    """A window for each channel, from ``since`` to now; returns how many."""
    windows = [
        ComparisonWindow(
            channel=channel,
            trigger=ComparisonWindow.Trigger.RESTORE,
            starts_at=since,
            ends_at=max(timezone.now(), since),
            state=ComparisonWindow.State.WAITING,
        )
        for channel in Channel.objects.exclude(status=Channel.Status.DELETED)
    ]
    return len(ComparisonWindow.objects.bulk_create(windows, ignore_conflicts=True))


def erased_again(since: dt.datetime) -> int:
    """Erases what the marks say was erased after ``since``; returns how many messages."""
    with connection.cursor() as cursor:
        cursor.execute(_SOME_ERASED, [since])
        if cursor.fetchone() == (False,):
            return 0
        cursor.execute(_ERASED_ACCOUNTS, [since])
        accounts = cursor.fetchall()
    messages = sum(_account_erased_again(channel_id) for (channel_id,) in accounts)
    with connection.cursor() as cursor:
        cursor.execute(_ERASED_CHATS, [since])
        chats = cursor.fetchall()
        cursor.execute(_ERASED_MESSAGES, [since])
        by_channel: dict[int, list[int]] = defaultdict(list)
        for channel_id, message_id in cursor.fetchall():
            by_channel[channel_id].append(message_id)
    for channel_id, root in chats:
        channel = Channel.objects.get(pk=channel_id)
        messages += erase(
            shown_conversation_erasable(channel, root, "a conversation"), erased_by=ERASED_BY
        ).messages
    for channel_id, ids in by_channel.items():
        left = Message.objects.filter(pk__in=ids)
        if found := _messages_erasable(Channel.objects.get(pk=channel_id), list(left)):
            messages += erase(found, erased_by=ERASED_BY).messages
    return messages


def _account_erased_again(channel_id: int) -> int:
    erasure = account_erasure_begin(Channel.objects.get(pk=channel_id), erased_by=ERASED_BY)
    return account_erase(erasure).messages


def _messages_erasable(channel: Channel, held: list[Message]) -> Erasable | None:
    if not held:
        return None
    return Erasable(
        channel_id=channel.pk,
        account=channel.external_account_id,
        kind=Erasure.Kind.MESSAGE,
        title="messages",
        messages=tuple(message.pk for message in held),
        names=frozenset(message.external_message_id for message in held if message.external_message_id),
    )
