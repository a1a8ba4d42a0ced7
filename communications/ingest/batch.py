"""A batch of deliveries as the parameters of ``landline_fold``: flat lists, each key once."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from communications.ingest.changes import MessageChanges
from communications.ingest.chats import ChatNumbers
from communications.ingest.members import Members, Place
from communications.ingest.people import People
from communications.ingest.retries import next_attempt_at
from communications.schemas.deliveries import Delivery
from communications.schemas.facts import (
    ChannelStatusReported,
    ChatDescribed,
    FactOfMessage,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    MessageSent,
    MessagesListed,
    PeopleListed,
    Reacted,
    Receipt,
    chats_told,
)

FOLD: Final = (
    "SELECT outcome, total FROM landline_fold(%s, %s, %b, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
)

LEDGER_ONLY: Final = "SELECT outcome, total FROM landline_ledger_write(%s, %b, NULL, NULL, NULL, NULL)"

Row = dict[str, Any]
_encoder = msgspec.json.Encoder()


class FoldBatch:
    """Gathers facts in the order of delivery ids, so that rows cannot depend on the order of processing."""

    def __init__(self, deliveries: Sequence[Delivery]) -> None:
        self._deliveries: list[Row] = []
        self._bodies: list[bytes | None] = []
        self._accounts: set[str] = set()
        self._people = People()
        self._chats = ChatNumbers()
        self._members = Members()
        self._messages: dict[tuple[str, str], Row] = {}
        self._attachments: list[Row] = []
        self._changes = MessageChanges()
        self._statuses: dict[str, Row] = {}
        self._sent: list[Row] = []
        self._keys_seen: set[bytes] = set()
        ordered = sorted(deliveries, key=lambda delivery: delivery.id)
        for delivery in ordered:
            if delivery.reading.settled is None:
                for chat in chats_told(delivery.reading.fact):
                    self._chats.register(delivery.account, chat.aliases)
        for delivery in ordered:
            self._add(delivery)

    def parameters(self) -> tuple[Any, ...]:
        """The values of ``FOLD``, in its order."""
        return (
            sorted(self._accounts),
            _json(self._deliveries),
            self._bodies,
            _json(self._people.own_identities()),
            _json(self._people.rows()),
            _json(self._chats.chats()),
            _json(self._chats.descriptions()),
            _json(self._chats.aliases()),
            _json(self._members.rows()),
            _json(list(self._messages.values())),
            _json(self._attachments),
            _json(self._changes.changes()),
            _json(self._changes.edits()),
            _json(self._changes.reactions()),
            _json(list(self._statuses.values())),
            _json(self._sent),
        )

    def ledger_parameters(self) -> tuple[Any, ...]:
        """The values of ``LEDGER_ONLY``, for deliveries that all come with their outcome."""
        return _json(self._deliveries), self._bodies

    def _add(self, delivery: Delivery) -> None:
        reading = delivery.reading
        event_key = _bytea(reading.event_key)
        row: Row = {
            "id": delivery.id,
            "source": delivery.source,
            "received_at": delivery.received_at,
            "account": reading.account,
            "provider": reading.provider,
            "event": reading.event,
            "event_name": reading.event_name,
            "webhook_name": reading.webhook_name,
            "event_key": event_key,
            "headers": delivery.headers,
            "sha256": _bytea(delivery.sha256),
            "size_bytes": delivery.size_bytes,
            "outcome": reading.settled,
            "reason": reading.reason,
            "next_attempt_at": next_attempt_at(delivery) if reading.settled == "failed" else None,
            "repeats": False,
        }
        if reading.chat_names:
            row["chat_names"] = reading.chat_names
        self._deliveries.append(row)
        self._bodies.append(delivery.raw)
        if reading.settled is not None or reading.fact is None or reading.event_key is None:
            return
        row["repeats"] = reading.event_key in self._keys_seen
        self._keys_seen.add(reading.event_key)
        self._accounts.add(reading.account)
        if isinstance(reading.fact, ChatDescribed):
            row["chat"] = self._add_description(delivery, reading.fact)
        elif isinstance(reading.fact, MessagesListed):
            row |= self._add_listed(delivery, reading.fact)
        else:
            row["external_message_id"] = self._add_fact(delivery, event_key or "", reading.fact)

    def _add_listed(self, delivery: Delivery, fact: MessagesListed) -> Row:
        """The message that the list speaks of, or all of them."""
        for listed in fact.messages:
            self._add_message(delivery, listed.received)
            for place, change in enumerate(listed.changes):
                self._add_fact(delivery, f"{_bytea(listed.key)}{place:04x}", change)
        named = [listed.external_message_id for listed in fact.messages]
        return {"external_message_id": named[0]} if len(named) == 1 else {"external_message_ids": named}

    def _add_fact(
        self, delivery: Delivery, event_key: str, fact: FactOfMessage | PeopleListed | ChannelStatusReported
    ) -> str | None:
        """The message that the fact speaks of, if it speaks of one."""
        account = delivery.account
        match fact:
            case MessageReceived():
                self._add_message(delivery, fact)
                return fact.message.external_message_id
            case PeopleListed():
                for person in fact.people:
                    self._people.add(account, person, fact.at, str(delivery.id))
                return None
            case Receipt():
                self._changes.receipt(account, fact)
            case MessageDeleted():
                self._changes.deleted(account, fact)
            case MessageEdited():
                for person in fact.mentioned:
                    self._people.add(account, person, fact.at, str(delivery.id))
                self._changes.edited(account, event_key, delivery.id, fact)
            case Reacted():
                self._people.add(account, fact.sender, fact.at, str(delivery.id))
                self._changes.reacted(account, event_key, fact)
            case MessageSent():
                told = msgspec.structs.asdict(fact) | {"account": account, "delivery": delivery.id}
                self._sent.append(told)
            case ChannelStatusReported():
                self._statuses.setdefault(
                    event_key, msgspec.structs.asdict(fact) | {"account": account, "event_key": event_key}
                )
                return None
        return fact.external_message_id

    def _add_description(self, delivery: Delivery, fact: ChatDescribed) -> int:
        """The number of the chat."""
        account = delivery.account
        chat = self._chats.describe(account, fact.chat, fact.at, str(delivery.id), fact.state)
        place = Place(account, chat, fact.chat.aliases[0])
        for person in fact.people:
            self._people.add(account, person, fact.at, str(delivery.id))
            self._members.seen(place, person.provider_id)
        return chat

    def _add_message(self, delivery: Delivery, fact: MessageReceived) -> None:
        account, message, delivery_id = delivery.account, fact.message, str(delivery.id)
        chat = self._chats.describe(account, fact.chat, message.sent_at, delivery_id)
        place = Place(account, chat, fact.chat.aliases[0])
        for person in fact.people:
            self._people.add(account, person, message.sent_at, delivery_id)
            self._members.seen(place, person.provider_id)
        for person in fact.mentioned:
            self._people.add(account, person, message.sent_at, delivery_id)
        for membership in fact.memberships:
            self._members.told(place, membership, message.sent_at, message.external_message_id)
        held = self._messages.get((account, message.external_message_id))
        if held is not None:
            held["told_direction"] = held["told_direction"] or message.told_direction
            return
        row = msgspec.structs.asdict(message)
        attachments = row.pop("attachments")
        row |= {
            "account": account,
            "chat": chat,
            "alias_kind": place.alias[0],
            "alias_value": place.alias[1],
            "delivery": delivery_id,
            "received_at": delivery.received_at,
        }
        self._messages[account, message.external_message_id] = row
        of_message = {"account": account, "external_message_id": message.external_message_id}
        for position, attachment in enumerate(attachments):
            self._attachments.append(msgspec.structs.asdict(attachment) | of_message | {"position": position})


def _json(rows: list[Row]) -> str | None:
    return _encoder.encode(rows).decode() if rows else None


def _bytea(raw: bytes | None) -> str | None:
    return None if raw is None else "\\x" + raw.hex()
