"""What a batch says about messages that may not have come: one change per message, edits and reactions per event."""

import datetime as dt
import uuid
from typing import Any

from communications.schemas.facts import MessageDeleted, MessageEdited, Reacted, Receipt
from communications.status import status_climb

Row = dict[str, Any]


class MessageChanges:
    """Distinct as ``landline_messages_change`` wants them. Of one event the earliest delivery comes first and counts."""

    def __init__(self) -> None:
        self._changes: dict[tuple[str, str], Row] = {}
        self._edits: dict[str, Row] = {}
        self._reactions: dict[str, Row] = {}

    def receipt(self, account: str, fact: Receipt) -> None:
        change = self._change(account, fact.external_message_id)
        if fact.told_direction == "inbound":
            change["is_read"] = change["is_read"] or fact.status == "read"
        else:
            change["status"] = status_climb(change["status"], fact.status)

    def deleted(self, account: str, fact: MessageDeleted) -> None:
        change = self._change(account, fact.external_message_id)
        change["deleted_at"] = fact.at if change["deleted_at"] is None else min(change["deleted_at"], fact.at)

    def edited(self, account: str, event_key: str, delivery_id: uuid.UUID, fact: MessageEdited) -> None:
        self._change(account, fact.external_message_id)
        row = _told(account, event_key, fact.external_message_id, fact.at) | {
            "text": fact.text,
            "search_text": fact.search_text,
        }
        held = self._edits.setdefault(event_key, row)
        held["told_again_at"] = fact.at
        held["delivery"] = delivery_id

    def reacted(self, account: str, event_key: str, fact: Reacted) -> None:
        self._change(account, fact.external_message_id)
        self._reactions.setdefault(
            event_key,
            _told(account, event_key, fact.external_message_id, fact.at)
            | {
                "sender_provider_id": fact.sender.provider_id,
                "sender_name": fact.sender.name,
                "emoji": fact.emoji,
            },
        )

    def changes(self) -> list[Row]:
        return list(self._changes.values())

    def edits(self) -> list[Row]:
        return list(self._edits.values())

    def reactions(self) -> list[Row]:
        return list(self._reactions.values())

    def _change(self, account: str, external_message_id: str) -> Row:
        return self._changes.setdefault(
            (account, external_message_id),
            {
                "account": account,
                "external_message_id": external_message_id,
                "status": None,
                "is_read": False,
                "deleted_at": None,
            },
        )


def _told(account: str, event_key: str, external_message_id: str, at: dt.datetime) -> Row:
    return {"account": account, "event_key": event_key, "external_message_id": external_message_id, "at": at}
