"""What upstream's lists of messages show: messages as they stand now. Several of one list are one ledger row.

The moment of what a list shows of edits, deletions and reactions is that before it was asked for, so that what came live
meanwhile counts.
"""

import datetime as dt
import hashlib
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from communications.schemas.facts import (
    ChatFact,
    Direction,
    FoundBy,
    MembershipFact,
    MessageDeleted,
    MessageEdited,
    MessageFact,
    MessageListed,
    MessageReceived,
    MessagesListed,
    PersonFact,
    Reacted,
)
from communications.webhooks.handlers.common import attachment_fact, mentioned
from unipile.payloads import fields
from unipile.payloads.aliases import AliasKind, aliases_of_chat
from unipile.payloads.happening import Happening, HappeningKind, read_happening
from unipile.payloads.identity import identity_keys, provider_id_key
from unipile.payloads.messaging import ChatKind
from unipile.payloads.refusals import MissingField
from unipile.payloads.strict import encode
from unipile.payloads.text import search_text
from unipile.payloads.times import parse_time, settle_time
from unipile.resources.message import Message, parse_message

LISTED: Final = "api_listed"

DIRECTION: Final[Mapping[bool | None, Direction | None]] = {True: "outbound", False: "inbound", None: None}
FOUND_BY: Final[Mapping[str | None, FoundBy]] = {"history": "history", "repair": "repair"}

Stated = Mapping[str, object]


class Shown(NamedTuple):
    """A message of a list as stated, and what only a comparison tells: that it counts as read, and whose reactions
    (``took_back``, provider ids) it no longer has.
    """

    answer: Stated
    is_read: bool = False
    took_back: Sequence[str] = ()


def listed_bytes(
    *,
    account: str,
    asked_by: uuid.UUID,
    asked_at: dt.datetime,
    shown: Sequence[Shown],
    found_by: FoundBy = "",
) -> bytes:
    """What the ledger keeps of messages in a list, and why it was asked for and when."""
    return encode(
        {
            "event": LISTED,
            "account_id": account,
            "asked_by": str(asked_by),
            "asked_at": asked_at.isoformat(),
            "found_by": found_by,
            "messages": [one._asdict() for one in shown],
        }
    )


def listed_fact(stated: Stated, received_at: dt.datetime) -> MessagesListed:
    """Raises ``PayloadError`` where a message does not say in which chat it is."""
    asked_at = parse_time(stated.get("asked_at"))
    shown = stated.get("messages")
    if not isinstance(shown, list) or not shown:
        raise MissingField("messages")
    return MessagesListed(
        messages=tuple(
            listed_message(
                parse_message(fields.table(one.get("answer"))),
                asked_at=received_at if asked_at is None else asked_at.moment,
                received_at=received_at,
                found_by=FOUND_BY.get(fields.word(stated.get("found_by")), ""),
                is_read=bool(one.get("is_read")),
                took_back=_provider_ids(one.get("took_back")),
            )
            for one in map(fields.table, shown)
        )
    )


def _provider_ids(stated: object) -> list[str]:
    told = [fields.companion_id(entry) for entry in stated] if isinstance(stated, list) else []
    return [provider_id for provider_id in told if provider_id is not None]


def listed_message(
    message: Message,
    *,
    asked_at: dt.datetime,
    received_at: dt.datetime,
    found_by: FoundBy,
    is_read: bool,
    took_back: Sequence[str],
) -> MessageListed:
    """One of ``listed_fact`` that is parsed already; ``asked_at`` in whole milliseconds. Raises the same.

    Of changes of one moment the last counts: what is shown, where a person shows under another id than the one that is held.
    """
    at = min(asked_at, received_at)
    changes = (*_taken_back(message, took_back, at), *_changes(message, at))
    return MessageListed(
        received=_received(message, received_at, found_by=found_by, is_read=is_read),
        changes=changes,
        key=_key(message, received_at) if changes else b"",
    )


def _key(message: Message, received_at: dt.datetime) -> bytes:
    """Nothing of the other messages, so that it stays if one of them is erased."""
    return hashlib.sha256(f"{LISTED} {received_at.isoformat()} {message.id}".encode()).digest()


def _received(
    message: Message, received_at: dt.datetime, *, found_by: FoundBy, is_read: bool
) -> MessageReceived:
    aliases = aliases_of_chat(message.chat_id, message.provider_chat_id, ChatKind.GROUP, ())
    if not aliases:
        raise MissingField("chat_id")
    is_group = any(alias is AliasKind.GROUP for alias, _ in aliases)
    sent_at, time_flagged = settle_time(message.timestamp, received_at)
    text, quoted = message.text or "", message.quoted
    direction = DIRECTION[message.is_sender]
    sender = _person(message.sender.provider_id) if message.sender and message.sender.provider_id else None
    # Which person we are, lists do not say: whether it is known already may not decide who wrote what is ours.
    writer = sender if direction == "inbound" else None
    happened = read_happening(text, message.event_type) if message.is_event else None
    is_reaction = happened is not None and happened.kind is HappeningKind.REACTION and not message.is_hidden
    return MessageReceived(
        chat=ChatFact(
            external_thread_id=message.chat_id or message.provider_chat_id or "",
            aliases=tuple((alias.value, value) for alias, value in aliases),
            kind=ChatKind.GROUP if is_group else ChatKind.DIRECT,
            title=(happened.title or "") if happened is not None and is_group else "",
        ),
        people=(writer,) if writer is not None else (),
        mentioned=mentioned(text, ()),
        memberships=_memberships(happened, sender) if is_group else (),
        message=MessageFact(
            external_message_id=message.id,
            provider_message_id=message.provider_message_id or "",
            told_direction=direction,
            sender_provider_id=writer.provider_id if writer is not None else None,
            sender_identities=identity_keys(message.sender, None) if message.sender else (),
            kind=message.kind,
            text=text,
            search_text=search_text(text),
            sent_at=sent_at,
            time_flagged=time_flagged,
            quoted_external_id=(quoted.message_id or quoted.provider_message_id or "") if quoted else "",
            quoted_text=(quoted.text or "") if quoted else "",
            subject=message.subject or "",
            is_event=message.is_event,
            event_kind=happened.kind if happened is not None else "",
            event_person=_reactor(happened, message) if happened is not None and is_reaction else "",
            event_emoji=(happened.emoji or "") if happened is not None and is_reaction else "",
            is_forwarded=bool(message.is_forwarded),
            is_view_once=bool(message.is_view_once),
            is_hidden=bool(message.is_hidden),
            status="read" if message.is_seen else "delivered" if message.is_delivered else None,
            is_read=is_read or bool(message.is_seen),
            found_by=found_by,
            attachments=tuple(attachment_fact(attachment) for attachment in message.attachments),
        ),
    )


def _changes(message: Message, at: dt.datetime) -> Iterator[MessageEdited | MessageDeleted | Reacted]:
    text = message.text or ""
    if message.is_deleted:
        yield MessageDeleted(external_message_id=message.id, at=at)
    elif message.is_edited:
        yield MessageEdited(
            external_message_id=message.id,
            text=text,
            search_text=search_text(text),
            at=at,
            mentioned=mentioned(text, ()),
        )
    for reaction in message.reactions:
        if reaction.sender_provider_id is not None:
            yield Reacted(
                external_message_id=message.id,
                sender=_person(reaction.sender_provider_id),
                emoji=reaction.value,
                at=at,
            )


def _taken_back(message: Message, took_back: Sequence[str], at: dt.datetime) -> Iterator[Reacted]:
    for provider_id in took_back:
        yield Reacted(external_message_id=message.id, sender=_person(provider_id), emoji="", at=at)


def _person(provider_id: str) -> PersonFact:
    key = provider_id_key(provider_id, None)
    return PersonFact(provider_id=provider_id, identities=(key,), own_key=key)


def _reactor(happened: Happening, message: Message) -> str:
    return happened.reactor or (message.sender.provider_id or "" if message.sender else "")


def _memberships(happened: Happening | None, sender: PersonFact | None) -> tuple[MembershipFact, ...]:
    """Who came and went, as far as the event itself names them."""
    if happened is None:
        return ()
    entered, departed = happened.entered, happened.departed
    if happened.is_about_sender and sender is not None:
        if happened.kind is HappeningKind.MEMBER_LEFT:
            departed = (*departed, sender.provider_id)
        else:
            entered = (*entered, sender.provider_id)
    return (
        *(MembershipFact(provider_id=provider_id, state="in") for provider_id in entered),
        *(MembershipFact(provider_id=provider_id, state="gone") for provider_id in departed),
    )
