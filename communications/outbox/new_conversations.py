"""Conversations that people begin here: with their first message, which waits like any other until upstream has named both."""

from typing import Final, NamedTuple

from django.db import connection, transaction

from communications.errors import IdempotencyConflict, InvalidInput, NotFound
from communications.ingest.channels import LOCK_BY_ID
from communications.outbox.intents import Place, content_hash, intent_known
from communications.outbox.messages import WantedMessage, message_check, message_write
from communications.outbox.recipients import Recipient, recipients
from communications.selectors.queries import rows
from communications.selectors.scope import readable_channels
from unipile.payloads.identity import IdForm, id_form, provider_id_key
from unipile.payloads.text import clean_text

# Until upstream has named it, a conversation is called by this and the key of whoever began it.
UNNAMED: Final = "new:"
PEOPLE_MAX: Final = 100

# With that very person, by whichever of their names.
_DIRECT: Final = """
SELECT conversation.id
FROM communications_chatattendee AS asked
JOIN communications_chatattendee AS mate ON coalesce(asked.same_as_id, asked.id) IN (mate.id, mate.same_as_id)
JOIN communications_conversation AS conversation
    ON conversation.channel_id = asked.channel_id AND conversation.contact_id = mate.id
WHERE asked.id = %s AND conversation.kind = 'direct' AND conversation.continues_id IS NULL
ORDER BY conversation.last_message_at DESC NULLS LAST, conversation.id LIMIT 1
"""

_BY_ALIAS: Final = """
SELECT coalesce(conversation.continues_id, conversation.id)
FROM communications_conversationalias AS known
JOIN communications_conversation AS conversation ON conversation.id = known.conversation_id
WHERE known.channel_id = %s AND known.kind = %s AND known.value = %s
"""

_SHOW: Final = "UPDATE communications_conversation SET is_stub = false WHERE id = %s AND is_stub"

_KNOW: Final = """
INSERT INTO communications_chatattendee (channel_id, provider_id, phone, identities) VALUES (%s, %s, %s, ARRAY[%s])
ON CONFLICT (channel_id, provider_id) DO UPDATE SET phone = excluded.phone WHERE communications_chatattendee.phone = ''
RETURNING id
"""

_BEGIN: Final = """
INSERT INTO communications_conversation (channel_id, external_thread_id, kind, title, title_at, contact_id, disabled_features)
VALUES (%(channel)s, %(name)s, %(kind)s, %(title)s, CASE WHEN %(title)s <> '' THEN now() END, %(contact)s, '{}')
RETURNING id
"""

_NAME: Final = """
INSERT INTO communications_conversationalias (channel_id, kind, value, conversation_id) VALUES (%s, %s, %s, %s)
"""

_JOIN: Final = """
INSERT INTO communications_conversationattendee (channel_id, conversation_id, attendee_id)
SELECT %s, %s, attendee FROM unnest(%s::bigint[]) AS attendee
"""

_CONVERSATION_OF: Final = """
SELECT coalesce(part.continues_id, part.id) FROM communications_message AS message
JOIN communications_conversation AS part ON part.id = message.conversation_id WHERE message.id = %s
"""


class WantedConversation(NamedTuple):
    """With whom (attendees of the channel, numbers), the title of a group, and the first message."""

    channel_id: int
    attendee_ids: tuple[int, ...]
    phones: tuple[str, ...]
    title: str
    message: WantedMessage

    def asked(self) -> dict[str, object]:
        return {
            "channel": self.channel_id,
            "attendees": self.attendee_ids,
            "phones": self.phones,
            "title": self.title,
            "text": self.message.text,
            "uploads": self.message.upload_ids,
            "voice": self.message.is_voice,
        }


class BegunConversation(NamedTuple):
    conversation_id: int
    message_id: int
    is_new: bool


def conversation_begin(
    user_id: int, *, provider: str | None, wanted: WantedConversation
) -> BegunConversation:
    """Writes the first message of a conversation, of the one that is there already with that person where there is one.

    Raises NotFound for a channel or attendee that is not the person's to see, and as ``message_write`` does.
    """
    readable_channels(user_id, provider=provider, channel_id=wanted.channel_id)
    wanted = wanted._replace(
        title=clean_text(wanted.title).strip(),
        message=wanted.message._replace(text=clean_text(wanted.message.text)),
    )
    hashed = content_hash("begin", wanted.asked())
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LOCK_BY_ID, [wanted.channel_id])
        known = intent_known(user_id, wanted.message.client_id, hashed)
        if known is not None:
            if known.message_id is None:
                raise IdempotencyConflict("The message of that key was discarded")
            return BegunConversation(_conversation_of(known.message_id), known.message_id, is_new=False)
        people = _checked(wanted)
        held = _held(wanted.channel_id, people[0]) if len(people) == 1 else None
        place = Place(wanted.channel_id, held or _begin(wanted, people))
        cursor.execute(_SHOW, [place.conversation_id])
        payload = {"begin": {"people": [one.provider_id for one in people], "title": wanted.title}}
        written = message_write(
            user_id, place, wanted.message, hashed, payload=None if held is not None else payload
        )
        if written is None:
            raise IdempotencyConflict
    return BegunConversation(_conversation_of(written.message_id), written.message_id, is_new=True)


def _checked(wanted: WantedConversation) -> list[Recipient]:
    people = recipients(wanted.channel_id, wanted.attendee_ids, wanted.phones)
    if not 1 <= len(people) <= PEOPLE_MAX:
        raise InvalidInput(f"attendee_ids, phones: from 1 to {PEOPLE_MAX} people")
    if len(people) == 1 and wanted.title:
        raise InvalidInput("title: a group has two people or more beside you")
    message_check(wanted.message)
    return people


def _held(channel_id: int, person: Recipient) -> int | None:
    if person.attendee_id is not None and (found := rows(_DIRECT, [person.attendee_id])):
        return int(found[0][0])
    alias = _alias(person)
    if alias is not None and (found := rows(_BY_ALIAS, [channel_id, *alias])):
        return int(found[0][0])
    return None


def _begin(wanted: WantedConversation, people: list[Recipient]) -> int:
    """Whoever tells of it later by the person's own id finds it."""
    channel_id = wanted.channel_id
    with connection.cursor() as cursor:
        attendees = [one.attendee_id or _know(channel_id, one) for one in people]
        is_direct = len(people) == 1
        cursor.execute(
            _BEGIN,
            {
                "channel": channel_id,
                "name": f"{UNNAMED}{wanted.message.client_id}",
                "kind": "direct" if is_direct else "group",
                "title": wanted.title,
                "contact": attendees[0] if is_direct else None,
            },
        )
        conversation_id = int(cursor.fetchone()[0])
        cursor.execute(_JOIN, [channel_id, conversation_id, attendees])
        alias = _alias(people[0]) if is_direct else None
        if alias is not None:
            cursor.execute(_NAME, [channel_id, *alias, conversation_id])
    return conversation_id


def _know(channel_id: int, person: Recipient) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            _KNOW, [channel_id, person.provider_id, person.phone, provider_id_key(person.provider_id, None)]
        )
        row = cursor.fetchone()
    if row is None:
        raise NotFound
    return int(row[0])


def _alias(person: Recipient) -> tuple[str, str] | None:
    """How a provider calls a direct conversation: by the other's id, where that is one of WhatsApp's forms."""
    form, value = id_form(person.provider_id)
    kind = {IdForm.LID: "lid", IdForm.PHONE: "phone"}.get(form)
    return None if kind is None else (kind, value)


def _conversation_of(message_id: int) -> int:
    return int(rows(_CONVERSATION_OF, [message_id])[0][0])
