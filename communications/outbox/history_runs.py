"""Copies of history, as people begin, pause and end them; a worker does the rest."""

import datetime as dt
import uuid
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.db import connection, transaction

from communications.errors import NotFound, NotPermitted, NotPossible
from communications.ingest.unfinished import HISTORY_TASK, job_announce_on_commit
from communications.models import AuditEntry, Channel, ChannelAccess, HistoryRun
from communications.outbox.audit import audit_note
from communications.schemas.identifiers import uuid7
from communications.selectors.scope import readable_conversation

ACT_MADE_BY: Final = frozenset({ChannelAccess.Role.OWNER, ChannelAccess.Role.ADMIN})
SHARE_OF_OPEN_CHATS: Final = 0.95

_ADD: Final = """
INSERT INTO communications_historyrun
    (channel_id, conversation_id, author_id, client_id, trigger, since, media, from_phone, phase, refused)
VALUES (%(channel)s, %(conversation)s, %(author)s, %(client_id)s, %(trigger)s, %(since)s, %(media)s, %(from_phone)s,
        %(phase)s, '{}')
ON CONFLICT DO NOTHING RETURNING id
"""
_KNOWN: Final = """
SELECT id FROM communications_historyrun
WHERE channel_id = %(channel)s AND (client_id = %(client_id)s
    OR conversation_id IS NOT DISTINCT FROM %(conversation)s AND state IN ('waiting', 'running', 'paused', 'held'))
ORDER BY client_id = %(client_id)s DESC LIMIT 1
"""
_ACTS: Final = {
    "pause": """
        UPDATE communications_historyrun
        SET state = 'paused', worker = NULL, held_until = NULL, reason_code = '', reason = ''
        WHERE id = %s AND state IN ('waiting', 'running', 'held')""",
    "resume": "UPDATE communications_historyrun SET state = 'waiting', failures = 0 WHERE id = %s AND state = 'paused'",
    "cancel": """
        UPDATE communications_historyrun
        SET state = 'cancelled', worker = NULL, held_until = NULL, reason_code = '', reason = '', ended_at = now()
        WHERE id = %s AND state IN ('waiting', 'running', 'paused', 'held')""",
}
NOT_AS_IT_STANDS: Final = {
    "pause": "It is not running.",
    "resume": "It is not paused.",
    "cancel": "It has ended already.",
}

_CHAT: Final = """
SELECT conversation.channel_id, conversation.is_whole, channel.status, pause.until,
       coalesce((SELECT sum(counted.calls) FROM communications_callday AS counted
                 WHERE counted.external_account_id = channel.external_account_id
                   AND counted.day = (now() AT TIME ZONE 'UTC')::date), 0)
FROM communications_conversation AS conversation
JOIN communications_channel AS channel ON channel.id = conversation.channel_id
LEFT JOIN communications_callpause AS pause
    ON pause.external_account_id = channel.external_account_id AND pause.until > now()
WHERE conversation.id = %s
"""
_DOWN: Final = frozenset(
    {
        Channel.Status.CREDENTIALS,
        Channel.Status.PERMISSIONS,
        Channel.Status.ERROR,
        Channel.Status.STOPPED,
        Channel.Status.DELETED,
    }
)


class Begun(NamedTuple):
    run_id: int
    is_new: bool


def history_begin(
    user_id: int, channel_id: int, *, client_id: uuid.UUID, since: dt.datetime | None, media: str
) -> Begun:
    """A copy of the account's history, or the one that is unfinished.

    Raises NotFound for a channel that is not the person's to read, NotPermitted by role, NotPossible for a removed account.
    """
    role = _role(user_id, channel_id)
    if role not in ACT_MADE_BY:
        raise NotPermitted("Only owners and administrators of the account can fetch its history.")
    channel = Channel.objects.get(pk=channel_id)
    if channel.status == Channel.Status.DELETED:
        raise NotPossible("The account was removed: there is nothing left to fetch.")
    with transaction.atomic():
        begun = _add(
            channel=channel_id,
            author=user_id,
            client_id=client_id,
            trigger=HistoryRun.Trigger.PERSON,
            since=since,
            media=media,
        )
        if begun.is_new:
            _note(user_id, channel_id, begun.run_id, "begin")
    return begun


def history_act(user_id: int, run_id: int, act: str) -> None:
    """Raises NotFound, NotPermitted by role, NotPossible where the run does not stand so."""
    run = HistoryRun.objects.filter(pk=run_id).first()
    if run is None:
        raise NotFound
    role = _role(user_id, run.channel_id)
    if role not in ACT_MADE_BY:
        raise NotPermitted("Only owners and administrators of the account can do that.")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_ACTS[act], [run_id])
        if cursor.rowcount == 0:
            raise NotPossible(NOT_AS_IT_STANDS[act])
        _note(user_id, run.channel_id, run_id, act)
        job_announce_on_commit(HISTORY_TASK)


def older_ask(user_id: int, conversation_id: int, *, provider: str | None, from_phone: bool) -> Begun:
    """What is older than what is held of a chat, a page of it, or the asking that is unfinished.

    Raises NotFound, and NotPossible where upstream cannot be asked now, or shows nothing older.
    """
    shown = readable_conversation(user_id, provider=provider, conversation_id=conversation_id)
    unfinished = (
        HistoryRun.objects.filter(conversation=shown, ended_at=None).values_list("pk", flat=True).first()
    )
    if unfinished is not None:
        return Begun(unfinished, is_new=False)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CHAT, [shown])
        found = cursor.fetchone()
        if found is None:
            raise NotFound
        channel_id, is_whole, status, paused_until, calls = found
        if status in _DOWN:
            raise NotPossible("The account is not connected: connect it again to fetch what is older.")
        if paused_until is not None:
            raise NotPossible(
                f"Unipile asked to be called less for this account: again after {paused_until:%H:%M} UTC."
            )
        if calls >= settings.LANDLINE_CALLS_PER_DAY * SHARE_OF_OPEN_CHATS:
            raise NotPossible("The account's calls for today are used up: again after midnight UTC.")
        if is_whole and not from_phone:
            raise NotPossible("Unipile shows nothing older of this chat.")
        return _add(
            channel=channel_id,
            conversation=shown,
            author=user_id,
            client_id=uuid7(),
            trigger=HistoryRun.Trigger.SCROLLED,
            phase=HistoryRun.Phase.MESSAGES,
            from_phone=from_phone,
        )


def _add(**asked: Any) -> Begun:
    values: dict[str, Any] = {
        "conversation": None,
        "since": None,
        "media": HistoryRun.Media.ALL,
        "from_phone": False,
        "phase": HistoryRun.Phase.CHATS,
        **asked,
    }
    with connection.cursor() as cursor:
        cursor.execute(_ADD, values)
        added = cursor.fetchone()
        if added is not None:
            job_announce_on_commit(HISTORY_TASK)
            return Begun(added[0], is_new=True)
        cursor.execute(_KNOWN, values)
        known = cursor.fetchone()
        if known is None:
            raise NotPossible("It has just ended: ask again.")
        return Begun(known[0], is_new=False)


def _role(user_id: int, channel_id: int) -> str:
    access = ChannelAccess.objects.filter(user=user_id, channel=channel_id).first()
    if access is None:
        raise NotFound
    return access.role


def _note(user_id: int, channel_id: int, run_id: int, act: str) -> None:
    audit_note(
        user_id,
        AuditEntry.Action.HISTORY,
        channel_id=channel_id,
        object_kind="history",
        object_id=str(run_id),
        result=act,
    )
