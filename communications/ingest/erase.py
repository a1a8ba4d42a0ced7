"""Erasing: first the marks, so that nothing comes back, then the bytes, then the rows; in short transactions.

Whatever interrupts it, the same call ends it. Files go with the sweep that removes what nothing refers to.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, Final, TypeVar

import msgspec
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from communications.feed.announce import changes_announce_on_commit
from communications.ingest.channels import LOCK
from communications.ingest.erase_lists import lists_rewrite
from communications.ingest.erased import ERASED, UNIT_SEPARATOR
from communications.models import (
    Channel,
    ChatAttendee,
    Conversation,
    ConversationAlias,
    ConversationAttendee,
    Erasure,
    Message,
    Reaction,
)

ROWS_AT_ONCE: Final = 500
DELIVERIES_AT_ONCE: Final = 2_000

# Shorter names also stand in bodies that have nothing to do with them.
NAME_MIN_CHARACTERS: Final = 5

# All messages are searched for references to a person, and bodies for names: that may take longer than an ordinary request.
_AT_EASE: Final = "SET LOCAL statement_timeout = '60s'"

KEY: Final = """
INSERT INTO communications_erasurekey (id, key)
VALUES (1, decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex'))
ON CONFLICT (id) DO NOTHING
"""

_MARK: Final = """
INSERT INTO communications_erasedmark AS held (digest, erased_at)
SELECT DISTINCT landline_erased_digest(%(account)s, name.kind, name.value), %(at)s::timestamptz
FROM unnest(%(kinds)s::text[], %(values)s::text[]) AS name (kind, value)
ON CONFLICT (digest) DO UPDATE SET erased_at = excluded.erased_at WHERE excluded.erased_at > held.erased_at
"""

# The next deliveries of the account in the order of their ids: which speak of it by their links, and whose bytes name it.
_DELIVERIES: Final = """
WITH page AS (
    SELECT id, event, message_id, message_ids, conversation_id FROM communications_webhookdelivery
    WHERE external_account_id = %(account)s AND id > %(after)s ORDER BY id LIMIT %(limit)s
), judged AS (
    SELECT page.id, body.delivery_id IS NOT NULL AS has_body, page.event = 'api_listed' AND page.message_id IS NULL AS is_list,
           page.message_id = ANY(%(messages)s::bigint[]) OR page.message_ids && %(messages)s::bigint[]
           OR page.conversation_id = ANY(%(conversations)s::bigint[]) AND page.message_id IS NULL AS is_linked,
           EXISTS (SELECT FROM unnest(%(names)s::bytea[]) AS name WHERE position(name IN body.raw) > 0) AS is_named
    FROM page LEFT JOIN communications_webhookbody AS body ON body.delivery_id = page.id
)
SELECT id, is_list, coalesce(is_linked, false), has_body AND (coalesce(is_linked, false) OR is_named) FROM judged ORDER BY id
"""

# Without its body, a delivery that waits for another attempt can never be folded.
_SETTLE: Final = """
UPDATE communications_webhookdelivery SET
    outcome = 'ignored', reason = %(reason)s, next_attempt_at = NULL, message_id = NULL, message_ids = NULL,
    conversation_id = NULL
WHERE id = ANY(%(linked)s::uuid[]) OR id = ANY(%(bodiless)s::uuid[]) AND outcome IN ('failed', 'parked')
"""

_BODIES_REMOVE: Final = "DELETE FROM communications_webhookbody WHERE delivery_id = ANY(%s::uuid[])"

# What other messages quote of an erased one.
_QUOTES_REMOVE: Final = """
UPDATE communications_message SET quoted_text = '', quoted_sender_name = ''
WHERE channel_id = %(channel)s AND conversation_id = ANY(%(conversations)s::bigint[])
  AND quoted_external_id = ANY(%(messages)s::text[]) AND (quoted_text, quoted_sender_name) <> ('', '')
"""

_RECOUNT: Final = "SELECT landline_conversations_recount(%s::bigint[])"

Name = tuple[str, str]
Item = TypeVar("Item")


class Erasable(msgspec.Struct, frozen=True, kw_only=True):
    """What an erasure would take, as found. ``names`` are looked for in bodies; ``attendees`` go with their rows.

    ``conversations`` go as a whole, their parts included.
    """

    channel_id: int
    account: str
    kind: str
    title: str
    messages: tuple[int, ...]
    conversations: tuple[int, ...] = ()
    attendees: tuple[int, ...] = ()
    names: frozenset[str] = frozenset()


def message_erasable(channel: Channel, external_message_id: str) -> Erasable | None:
    """``None`` where the channel has no such message."""
    held = Message.objects.filter(channel=channel, external_message_id=external_message_id).first()
    if held is None:
        return None
    return Erasable(
        channel_id=channel.pk,
        account=channel.external_account_id,
        kind=Erasure.Kind.MESSAGE,
        title=f"the message {external_message_id}",
        messages=(held.pk,),
        names=frozenset({external_message_id}),
    )


def conversation_erasable(channel: Channel, name: str) -> Erasable | None:
    """The conversation that upstream calls so, by any of its names; ``None`` where there is none."""
    alias = (
        ConversationAlias.objects.filter(channel=channel, value=name).select_related("conversation").first()
    )
    if alias is None:
        return None
    root = alias.conversation.continues_id or alias.conversation_id
    return shown_conversation_erasable(channel, root, f"the conversation {name}")


def shown_conversation_erasable(channel: Channel, root: int, title: str) -> Erasable:
    """A conversation with all its parts."""
    return _conversations(channel, Erasure.Kind.CONVERSATION, [root], title)


def person_erasable(channel: Channel, name: str) -> Erasable | None:
    """The person whom upstream knows by this id or number, with their direct conversations and what they wrote elsewhere."""
    called_so = ChatAttendee.objects.filter(
        Q(provider_id=name) | Q(lid=name) | Q(phone=name.removeprefix("+")) | Q(public_identifier=name)
    )
    return _people(channel, called_so.filter(channel=channel), f"the person {name}")


def shown_person_erasable(channel: Channel, root: int, title: str) -> Erasable | None:
    """All attendees who are one person; ``None`` for ourselves."""
    one = ChatAttendee.objects.filter(Q(pk=root) | Q(same_as=root), channel=channel)
    return None if one.filter(is_self=True).exists() else _people(channel, one, title)


def erase(erasable: Erasable, *, erased_by: str) -> Erasure:
    """Erases for good, and returns the record of it."""
    at = timezone.now()
    erasure = Erasure.objects.create(channel_id=erasable.channel_id, kind=erasable.kind, erased_by=erased_by)
    _mark(erasable, at, _chat_names(erasable.conversations))
    arrived_before = Message.objects.filter(conversation__in=erasable.conversations, sent_at__lte=at)
    messages = {*erasable.messages, *arrived_before.values_list("pk", flat=True)}
    complete = msgspec.structs.replace(erasable, messages=tuple(sorted(messages)))
    _mark(complete, at, _message_names(complete.messages))
    erasure.messages = len(messages)
    erasure.people_left, erasure.conversations_left = _around(complete)
    erasure.save()
    erasure.deliveries = _deliveries_erase(complete)
    _messages_erase(complete)
    _rest_erase(complete, erasure.people_left)
    erasure.ended_at = timezone.now()
    erasure.save()
    return erasure


def _conversations(channel: Channel, kind: str, roots: Sequence[int], title: str) -> Erasable:
    parts = Conversation.objects.filter(Q(pk__in=roots) | Q(continues__in=roots)).values_list("pk", flat=True)
    ids = tuple(parts)
    aliases = ConversationAlias.objects.filter(conversation__in=ids).values_list("value", flat=True)
    messages = Message.objects.filter(conversation__in=ids).values_list("pk", flat=True)
    return Erasable(
        channel_id=channel.pk,
        account=channel.external_account_id,
        kind=kind,
        title=title,
        messages=tuple(messages),
        conversations=ids,
        names=frozenset(alias for alias in aliases if len(alias) >= NAME_MIN_CHARACTERS),
    )


def _people(channel: Channel, attendees: QuerySet[ChatAttendee], title: str) -> Erasable | None:
    people = list(attendees.filter(is_self=False))
    if not people:
        return None
    ids = [person.pk for person in people]
    direct = Conversation.objects.filter(channel=channel, kind=Conversation.Kind.DIRECT, contact__in=ids)
    erasable = _conversations(
        channel,
        Erasure.Kind.PERSON,
        [root or pk for pk, root in direct.values_list("pk", "continues_id")],
        title,
    )
    elsewhere = Message.objects.filter(channel=channel, sender__in=ids).values_list("pk", flat=True)
    called = {
        value
        for person in people
        for value in (person.provider_id, person.lid, person.phone, person.external_attendee_id)
        if len(value) >= NAME_MIN_CHARACTERS
    }
    return msgspec.structs.replace(
        erasable,
        messages=tuple({*erasable.messages, *elsewhere}),
        attendees=tuple(ids),
        names=erasable.names | called,
    )


def _mark(erasable: Erasable, at: dt.datetime, names: Iterable[Name]) -> None:
    """Marks the names, so that nothing of them is folded any more: a transaction for each portion, under the channel's lock."""
    with connection.cursor() as cursor:
        cursor.execute(KEY)
    for portion in _portions(names):
        with _channel_locked(erasable), connection.cursor() as cursor:
            kinds, values = zip(*portion, strict=True)
            cursor.execute(
                _MARK,
                {"account": erasable.account, "at": at, "kinds": list(kinds), "values": list(values)},
            )


def _portions(items: Iterable[Item]) -> Iterator[list[Item]]:
    left = iter(items)
    while portion := list(islice(left, ROWS_AT_ONCE)):
        yield portion


def _chat_names(conversations: Iterable[int]) -> Iterator[Name]:
    held = ConversationAlias.objects.filter(conversation__in=list(conversations))
    for kind, value in held.values_list("kind", "value"):
        yield "chat", f"{kind}:{value}"


def _message_names(messages: Iterable[int]) -> Iterator[Name]:
    for ids in _portions(messages):
        held = Message.objects.filter(pk__in=ids).values_list(
            "external_message_id", "provider_message_id", "conversation_id"
        )
        aliases: dict[int, list[str]] = {}
        for conversation_id, kind, value in ConversationAlias.objects.filter(
            conversation__in={conversation for _, _, conversation in held}
        ).values_list("conversation_id", "kind", "value"):
            aliases.setdefault(conversation_id, []).append(f"{kind}:{value}")
        for external_id, provider_id, conversation_id in held:
            if external_id:
                yield "message", external_id
            if provider_id:
                for alias in aliases.get(conversation_id or 0, ()):
                    yield "in_chat", f"{alias}{UNIT_SEPARATOR}{provider_id}"


def _deliveries_erase(erasable: Erasable) -> int:
    """Bodies that tell of it, in one pass over the account's ledger; the rows stay. Returns how many bodies went."""
    removed = 0
    asked: dict[str, Any] = {
        "account": erasable.account,
        "limit": DELIVERIES_AT_ONCE,
        "after": uuid.UUID(int=0),
        "messages": list(erasable.messages),
        "conversations": list(erasable.conversations),
        "names": [name.encode() for name in sorted(erasable.names)],
    }
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_AT_EASE)
            cursor.execute(_DELIVERIES, asked)
            page = cursor.fetchall()
            if not page:
                return removed
            asked["after"] = page[-1][0]
            lists = [delivery for delivery, is_list, *tells in page if is_list and any(tells)]
            left = lists_rewrite(cursor, lists, asked)
            bodies = [delivery for delivery, _, _, loses_body in page if loses_body and delivery not in left]
            linked = [delivery for delivery, _, is_linked, _ in page if is_linked and delivery not in left]
            cursor.execute(_SETTLE, {"linked": linked, "bodiless": bodies, "reason": ERASED})
            cursor.execute(_BODIES_REMOVE, [bodies])
            removed += len(bodies)


def _messages_erase(erasable: Erasable) -> None:
    for ids in _portions(erasable.messages):
        with _channel_locked(erasable), connection.cursor() as cursor:
            held = Message.objects.filter(pk__in=ids)
            names = [name for name in held.values_list("external_message_id", flat=True) if name]
            around = [pk for pk in set(held.values_list("conversation_id", flat=True)) if pk]
            held.delete()
            cursor.execute(
                _QUOTES_REMOVE,
                {"channel": erasable.channel_id, "conversations": around, "messages": names},
            )
            cursor.execute(_RECOUNT, [around])


def _around(erasable: Erasable) -> tuple[list[int], list[int]]:
    """People and conversations that deliveries of it told of."""
    people: set[int] = set()
    conversations = set(erasable.conversations)
    for ids in _portions(erasable.messages):
        held = Message.objects.filter(pk__in=ids)
        conversations.update(pk for pk in held.values_list("conversation_id", flat=True) if pk)
        people.update(pk for pk in held.values_list("sender_id", flat=True) if pk)
        reactions = Reaction.objects.filter(message__in=ids, sender__isnull=False)
        people.update(pk for pk in reactions.values_list("sender_id", flat=True) if pk)
    members = ConversationAttendee.objects.filter(conversation__in=conversations)
    people.update(members.values_list("attendee_id", flat=True))
    return sorted(people), sorted(conversations)


def _rest_erase(erasable: Erasable, people_around: Sequence[int]) -> None:
    """People whom nothing else knows, the conversations, the people asked for: what the erasure is found by goes last.

    Where something new has come meanwhile, its conversation and its people stay.
    """
    # One by one, since the database looks through all messages for what refers to each.
    for person in sorted({*people_around} - {*erasable.attendees}):
        with _channel_locked(erasable):
            if not _is_known_elsewhere(person, erasable):
                ChatAttendee.objects.filter(pk=person, is_self=False).delete()
    with _channel_locked(erasable), connection.cursor() as cursor:
        conversations = Conversation.objects.filter(pk__in=erasable.conversations)
        if not _has_news(erasable):
            conversations.delete()
        cursor.execute(_RECOUNT, [list(conversations.values_list("pk", flat=True))])
    for person in erasable.attendees:
        with _channel_locked(erasable):
            Reaction.objects.filter(sender=person).delete()
            if not Message.objects.filter(sender=person).exists():
                ChatAttendee.objects.filter(pk=person).delete()


@contextmanager
def _channel_locked(erasable: Erasable) -> Iterator[None]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_AT_EASE)
        cursor.execute(LOCK, [erasable.account])
        yield
        changes_announce_on_commit()


def _is_known_elsewhere(person: int, erasable: Erasable) -> bool:
    """Looks at memberships, since whoever writes is a member there, and at reactions, since whoever reacts need not be."""
    memberships = ConversationAttendee.objects.filter(attendee=person)
    return (
        memberships.exclude(conversation__in=erasable.conversations).exists()
        or Reaction.objects.filter(sender=person).exists()
        or _has_news(erasable)
    )


def _has_news(erasable: Erasable) -> bool:
    return Message.objects.filter(conversation__in=erasable.conversations).exists()
