"""Answers of upstream's API that carry facts: kept in the ledger like deliveries, and read like them.

The ledger row holds what upstream stated, under a few words of ours: which question it answers, for which account, and the
delivery, or the key of what was sent, that raised it.
"""

import datetime as dt
import hashlib
import uuid
from collections.abc import Mapping, Sequence
from typing import Final

from communications.schemas.deliveries import Reading
from communications.schemas.facts import (
    ChannelStatusReported,
    ChatDescribed,
    ChatFact,
    ChatStateFact,
    Fact,
    MessageDeleted,
    MessageEdited,
    PeopleListed,
    PersonFact,
    Reacted,
)
from communications.webhooks.handlers.common import mentioned
from communications.webhooks.handlers.listed import LISTED, listed_fact
from communications.webhooks.handlers.sent import SENT, sent_fact
from unipile.payloads import fields
from unipile.payloads.identity import identity_keys, keys_beside, provider_id_key
from unipile.payloads.messaging import ChatKind
from unipile.payloads.names import NameRank, usable_name
from unipile.payloads.person import Person
from unipile.payloads.providers import WHATSAPP
from unipile.payloads.refusals import InvalidField, PayloadError
from unipile.payloads.strict import encode
from unipile.payloads.text import search_text
from unipile.payloads.times import parse_time
from unipile.resources.attendee import ChatAttendee, parse_attendee
from unipile.resources.chat import Chat, Muted, parse_chat
from unipile.resources.message import parse_message

CHAT: Final = "api_chat"
MESSAGE: Final = "api_message"
GONE: Final = "api_message_gone"
REACTION: Final = "api_reaction"
PERSON: Final = "api_person"
REMOVED: Final = "api_account_removed"
FOR_EVER: Final = dt.datetime(9999, 12, 31, tzinfo=dt.UTC)

Stated = Mapping[str, object]


def answer_bytes(
    event: str,
    *,
    account: str,
    asked_by: uuid.UUID,
    answer: Stated,
    people: Sequence[Stated] = (),
    asked_at: dt.datetime | None = None,
) -> bytes:
    """What the ledger keeps of an answer. ``asked_at`` for what a list shows: the moment before it was asked for."""
    return encode(
        {
            "event": event,
            "account_id": account,
            "asked_by": str(asked_by),
            **({} if asked_at is None else {"asked_at": asked_at.isoformat()}),
            "answer": answer,
            "attendees": list(people),
        }
    )


def answer_read(body: object, raw: bytes, received_at: dt.datetime) -> Reading:
    """What such a row tells. Raises ``PayloadError`` for one that tells nothing."""
    stated = fields.table(body)
    event = fields.word(stated.get("event")) or ""
    answer = fields.table(stated.get("answer"))
    account = fields.required_id(stated.get("account_id"), "account_id")
    provider = ""
    fact: Fact
    if event == SENT:
        fact = sent_fact(stated, received_at)
    elif event == LISTED:
        fact = listed_fact(stated, received_at)
    elif event == PERSON:
        fact = person_listed(parse_attendee(answer), _asked_at(stated, received_at))
    elif event == CHAT:
        chat = parse_chat(answer)
        provider = chat.provider or ""
        fact = chat_description(chat, stated.get("attendees"), _asked_at(stated, received_at))
    elif event == MESSAGE:
        fact = _message_as_it_is(answer, received_at)
    elif event == GONE:
        fact = MessageDeleted(
            external_message_id=fields.required_id(answer.get("message_id"), "message_id"), at=received_at
        )
    elif event == REACTION:
        fact = _own_reaction(answer, stated.get("attendees"), received_at)
    elif event == REMOVED:
        fact = ChannelStatusReported(status="deleted", status_word="DELETED", at=received_at)
    else:
        raise InvalidField("event", "is no answer that is known")
    return answer_reading(event, account, raw, received_at, fact, provider=provider)


def answer_reading(
    event: str, account: str, raw: bytes, received_at: dt.datetime, fact: Fact, *, provider: str = ""
) -> Reading:
    """Every answer is a happening of its own."""
    return Reading(
        account=account,
        provider=provider,
        event=event,
        event_name=event,
        event_key=hashlib.sha256(b"%b %b" % (received_at.isoformat().encode(), raw)).digest(),
        fact=fact,
    )


def chat_description(chat: Chat, attendees: object, at: dt.datetime) -> ChatDescribed:
    kind = chat.kind or ChatKind.DIRECT
    muted_until = chat.muted_until.moment if chat.muted_until is not None else None
    return ChatDescribed(
        chat=ChatFact(
            external_thread_id=chat.id,
            aliases=tuple((alias.value, value) for alias, value in chat.aliases),
            kind=kind,
            title="" if kind is ChatKind.DIRECT else (chat.name or chat.subject or ""),
            content_type=(chat.content_type or "").lower()[:64],
        ),
        state=ChatStateFact(
            archived=chat.is_archived,
            pinned=chat.is_pinned,
            muted_until=FOR_EVER if chat.muted is Muted.FOREVER else muted_until,
            read_only=None if chat.is_read_only is None else int(chat.is_read_only),
            disabled_features=chat.disabled_features,
        ),
        people=_people(attendees, chat.provider),
        at=at,
    )


def person_listed(attendee: ChatAttendee, at: dt.datetime) -> PeopleListed:
    person = attendee.person
    return PeopleListed(people=(_person(person, person.provider_id or "", attendee.provider),), at=at)


def _asked_at(stated: Stated, received_at: dt.datetime) -> dt.datetime:
    asked = parse_time(stated.get("asked_at"))
    return received_at if asked is None else min(asked.moment, received_at)


def _people(attendees: object, provider: str | None) -> tuple[PersonFact, ...]:
    people = []
    for entry in attendees if isinstance(attendees, list) else ():
        try:
            person = parse_attendee(fields.table(entry)).person
        except PayloadError:
            continue
        people.append(_person(person, person.provider_id or "", provider))
    return tuple(people)


def _person(person: Person, provider_id: str, provider: str | None) -> PersonFact:
    """Without upstream's own flag for ourselves, which is wrong at times: identities tell."""
    name = usable_name(person.name, person) or ""
    rank = NameRank.PUSH_NAME if provider == WHATSAPP else NameRank.PROFILE
    return PersonFact(
        provider_id=provider_id,
        attendee_id=person.attendee_id or "",
        name=name,
        name_rank=rank if name else 0,
        phone=person.phone or "",
        lid=person.lid or "",
        public_identifier=(person.public_identifier or "")[:512],
        identities=identity_keys(person, provider),
        own_key=provider_id_key(provider_id, provider),
        beside=tuple(key[:512] for key in keys_beside(person, provider_id, provider)),
    )


def _message_as_it_is(answer: Stated, received_at: dt.datetime) -> Fact:
    message = parse_message(answer)
    if message.is_deleted:
        return MessageDeleted(external_message_id=message.id, at=received_at)
    text = message.text or ""
    return MessageEdited(
        external_message_id=message.id,
        text=text,
        search_text=search_text(text),
        at=received_at,
        mentioned=mentioned(text, ()),
    )


def _own_reaction(answer: Stated, attendees: object, received_at: dt.datetime) -> Reacted:
    """What the account itself thinks of a message; without a reaction of its own, whoever is named has taken it back.

    Raises ``PayloadError`` where nobody is named.
    """
    message = parse_message(answer)
    own = next((reaction for reaction in message.reactions if reaction.is_sender), None)
    named = fields.table(attendees[0]) if isinstance(attendees, list) and attendees else {}
    told_id = (
        own.sender_provider_id if own is not None and own.sender_provider_id else named.get("provider_id")
    )
    provider_id = fields.required_id(told_id, "provider_id")
    key = provider_id_key(provider_id, None)
    return Reacted(
        external_message_id=message.id,
        sender=PersonFact(provider_id=provider_id, identities=(key,), own_key=key),
        emoji=own.value if own is not None else "",
        at=received_at,
    )
