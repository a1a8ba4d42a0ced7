"""What upstream answered to a message that was sent."""

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Final

from communications.schemas.facts import MessageSent
from unipile.payloads import fields
from unipile.payloads.refusals import InvalidField, MissingField
from unipile.payloads.strict import encode

SENT: Final = "api_sent"

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
    return encode(
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
