"""Erasing an account with all that is stored of it: its mark first, so that nothing of it is folded again, its channel last.

Whatever interrupts it, the worker ends it. Files go with the sweep that removes what nothing refers to.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.db import connection, models, transaction
from django.utils import timezone

from communications.feed.announce import changes_announce_on_commit
from communications.ingest.channels import LOCK
from communications.ingest.erase import DELIVERIES_AT_ONCE, KEY, ROWS_AT_ONCE
from communications.ingest.erased import ERASED
from communications.models import Channel, ChatAttendee, Conversation, Erasure, Intent, Message

_AT_EASE: Final = "SET LOCAL statement_timeout = '60s'"

_MARK: Final = """
INSERT INTO communications_erasedmark AS held (digest, erased_at) VALUES (landline_erased_digest(%s, 'account', ''), %s)
ON CONFLICT (digest) DO UPDATE SET erased_at = excluded.erased_at
"""

# The next deliveries of the account in the order of their ids; the rows stay, as those of everything that was erased.
_SETTLE: Final = """
WITH page AS (
    SELECT id FROM communications_webhookdelivery
    WHERE external_account_id = %(account)s AND id > %(after)s ORDER BY id LIMIT %(limit)s
), settled AS (
    UPDATE communications_webhookdelivery AS delivery SET
        outcome = 'ignored', reason = %(reason)s, next_attempt_at = NULL, message_id = NULL, message_ids = NULL,
        conversation_id = NULL
    FROM page WHERE delivery.id = page.id
), bare AS (
    DELETE FROM communications_webhookbody AS body USING page WHERE body.delivery_id = page.id RETURNING 1
)
SELECT (SELECT id FROM page ORDER BY id DESC LIMIT 1), (SELECT count(*) FROM bare)
"""


def account_erasure_begin(channel: Channel, *, erased_by: str) -> Erasure:
    """Begins an erasure, or returns the one that was begun; from now on nothing of the account is folded."""
    with _locked(channel), connection.cursor() as cursor:
        cursor.execute(KEY)
        cursor.execute(_MARK, [channel.external_account_id, timezone.now()])
        begun = Erasure.objects.filter(
            channel_id=channel.pk, kind=Erasure.Kind.ACCOUNT, ended_at__isnull=True
        ).first()
        return begun or Erasure.objects.create(
            channel_id=channel.pk, kind=Erasure.Kind.ACCOUNT, erased_by=erased_by
        )


def account_erasures_under_way() -> list[Erasure]:
    return list(Erasure.objects.filter(kind=Erasure.Kind.ACCOUNT, ended_at__isnull=True).order_by("pk"))


def account_erase(erasure: Erasure) -> Erasure:
    """Completes an erasure that was begun, and returns its record."""
    channel = Channel.objects.filter(pk=erasure.channel_id).first()
    if channel is not None:
        erasure.deliveries += _deliveries_erase(channel)
        erasure.save()
        list(_portions_erase(channel, Intent.objects.filter(channel=channel)))
        for portion in _portions_erase(channel, Message.objects.filter(channel=channel)):
            erasure.messages += portion
            erasure.save()
        for held in (Conversation.objects, ChatAttendee.objects):
            list(_portions_erase(channel, held.filter(channel=channel)))
        with _locked(channel):
            channel.delete()
    erasure.ended_at = timezone.now()
    erasure.save()
    return erasure


def _deliveries_erase(channel: Channel) -> int:
    removed = 0
    asked: dict[str, Any] = {
        "account": channel.external_account_id,
        "after": uuid.UUID(int=0),
        "limit": DELIVERIES_AT_ONCE,
        "reason": ERASED,
    }
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_AT_EASE)
            cursor.execute(_SETTLE, asked)
            asked["after"], bodies = cursor.fetchone()
        if asked["after"] is None:
            return removed
        removed += bodies


def _portions_erase(channel: Channel, held: models.QuerySet[Any]) -> Iterator[int]:
    """Yields the size of each portion once it is gone, in a transaction of its own."""
    while ids := list(held.order_by("pk").values_list("pk", flat=True)[:ROWS_AT_ONCE]):
        with _locked(channel):
            held.model._default_manager.filter(pk__in=ids).delete()
        yield len(ids)


@contextmanager
def _locked(channel: Channel) -> Iterator[None]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_AT_EASE)
        cursor.execute(LOCK, [channel.external_account_id])
        yield
        changes_announce_on_commit()
