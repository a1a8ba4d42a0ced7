"""What upstream answered to a message that was sent, and what it shows of one that was looked for."""

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Final

import msgspec

from communications.schemas.facts import ChatFact, Direction, MessageFact, MessageReceived, MessageSent
from communications.webhooks.handlers.common import attachment_fact, mentioned
from unipile.payloads import fields
from unipile.payloads.aliases import aliases_of_chat
from unipile.payloads.identity import identity_keys
from unipile.payloads.messaging import ChatKind
from unipile.payloads.refusals import InvalidField, MissingField
from unipile.payloads.text import search_text
from unipile.payloads.times import settle_time
from unipile.resources.message import parse_message

SENT: Final = "api_sent"
FOUND: Final = "api_found"

DIRECTION: Final[Mapping[bool | None, Direction | None]] = {True: "outbound", False: "inbound", None: None}

Stated = Mapping[str, object]


def sent_bytes(
    *,
    account: str,
    message_id: int,
    client_id: uuid.UUID,
    attempt: int,
    asked: Stated,
    external_message_id: str | None,
    answer: Stated,
) -> bytes:
    """What the ledger keeps of it: whom it was for and how much, never its text, which is the row's."""
    return msgspec.json.encode(
        {
            "event": SENT,
            "account_id": account,
            "message": message_id,
            "client_id": str(client_id),
            "attempt": attempt,
            "asked": asked,
            "message_id": external_message_id,
            "answer": answer,
        }
    )


def sent_fact(stated: Stated, received_at: dt.datetime) -> MessageSent:
    """Raises ``PayloadError`` for a row that does not say which message it is about."""
    message_id, attempt = fields.count(stated.get("message")), fields.count(stated.get("attempt"))
    if message_id is None or attempt is None:
        raise MissingField("message")
    try:
        client_id = uuid.UUID(fields.word(stated.get("client_id")) or "")
    except ValueError as error:
        raise InvalidField("client_id", "is no key") from error
    return MessageSent(
        message_id=message_id,
        client_id=str(client_id),
        attempt=attempt,
        external_message_id=fields.optional_id(stated.get("message_id"), "message_id"),
        external_thread_id=fields.optional_id(fields.table(stated.get("answer")).get("chat_id"), "chat_id"),
        at=received_at,
    )


def found_fact(answer: Stated, received_at: dt.datetime) -> MessageReceived:
    """A message as a list of upstream's shows it; its people are told by other bodies.

    Raises ``PayloadError`` where it does not say in which chat.
    """
    message = parse_message(answer)
    aliases = aliases_of_chat(message.chat_id, message.provider_chat_id, ChatKind.GROUP, ())
    if not aliases:
        raise MissingField("chat_id")
    sent_at, time_flagged = settle_time(message.timestamp, received_at)
    text, quoted = message.text or "", message.quoted
    sender = message.sender
    return MessageReceived(
        chat=ChatFact(
            external_thread_id=message.chat_id or message.provider_chat_id or "",
            aliases=tuple((alias.value, value) for alias, value in aliases),
            kind=ChatKind.DIRECT,
        ),
        people=(),
        mentioned=mentioned(text, ()),
        message=MessageFact(
            external_message_id=message.id,
            provider_message_id=message.provider_message_id or "",
            told_direction=DIRECTION[message.is_sender],
            sender_provider_id=sender.provider_id if sender else None,
            sender_identities=identity_keys(sender, None) if sender else (),
            kind=message.kind,
            text=text,
            search_text=search_text(text),
            sent_at=sent_at,
            time_flagged=time_flagged,
            quoted_external_id=(quoted.message_id or quoted.provider_message_id or "") if quoted else "",
            quoted_text=(quoted.text or "") if quoted else "",
            subject=message.subject or "",
            is_forwarded=bool(message.is_forwarded),
            is_view_once=bool(message.is_view_once),
            is_hidden=bool(message.is_hidden),
            attachments=tuple(attachment_fact(attachment) for attachment in message.attachments),
        ),
    )
