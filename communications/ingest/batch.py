"""A batch of deliveries as the parameters of ``landline_fold``: flat lists, each key once."""

from collections.abc import Sequence
from typing import Any

import msgspec

from communications.ingest.chats import ChatNumbers
from communications.ingest.retries import next_attempt_at
from communications.schemas.deliveries import Delivery
from communications.schemas.facts import MessageReceived, PersonFact

FOLD = "SELECT outcome, total FROM landline_fold(%s, %s, %b, %s, %s, %s, %s, %s, %s, %s)"

Row = dict[str, Any]
_encoder = msgspec.json.Encoder()


class FoldBatch:
    """Gathers facts in the order of delivery ids, so that what the rows show cannot depend on the order of arrival."""

    def __init__(self, deliveries: Sequence[Delivery]) -> None:
        self._deliveries: list[Row] = []
        self._bodies: list[bytes | None] = []
        self._people: dict[tuple[str, str], Row] = {}
        self._chats = ChatNumbers()
        self._members: dict[tuple[int, str], Row] = {}
        self._messages: dict[tuple[str, str], Row] = {}
        self._attachments: list[Row] = []
        self._keys_seen: set[bytes] = set()
        ordered = sorted(deliveries, key=lambda delivery: delivery.id)
        for delivery in ordered:
            if delivery.reading.fact is not None and delivery.reading.settled is None:
                self._chats.register(delivery.account, delivery.reading.fact.chat.aliases)
        for delivery in ordered:
            self._add(delivery)

    def parameters(self) -> tuple[Any, ...]:
        """The values of ``FOLD``, in its order."""
        return (
            sorted({account for account, _ in self._messages}),
            _json(self._deliveries),
            self._bodies,
            _json(self._own_identities()),
            _json(list(self._people.values())),
            _json(self._chats.chats()),
            _json(self._chats.aliases()),
            _json(list(self._members.values())),
            _json(list(self._messages.values())),
            _json(self._attachments),
        )

    def _own_identities(self) -> list[Row]:
        own: dict[str, set[str]] = {}
        for person in self._people.values():
            if person["is_self"]:
                own.setdefault(person["account"], set()).update(person["identities"])
        return [{"account": account, "identities": sorted(keys)} for account, keys in own.items() if keys]

    def _add(self, delivery: Delivery) -> None:
        reading = delivery.reading
        row: Row = {
            "id": delivery.id,
            "source": delivery.source,
            "received_at": delivery.received_at,
            "account": reading.account,
            "provider": reading.provider,
            "event": reading.event,
            "event_name": reading.event_name,
            "webhook_name": reading.webhook_name,
            "event_key": _bytea(reading.event_key),
            "headers": delivery.headers,
            "sha256": _bytea(delivery.sha256),
            "size_bytes": delivery.size_bytes,
            "outcome": reading.settled,
            "reason": reading.reason,
            "next_attempt_at": next_attempt_at(delivery) if reading.settled == "failed" else None,
            "repeats": False,
        }
        self._deliveries.append(row)
        self._bodies.append(delivery.raw)
        if reading.settled is not None or reading.fact is None:
            return
        if reading.event_key is not None:
            row["repeats"] = reading.event_key in self._keys_seen
            self._keys_seen.add(reading.event_key)
        self._add_message_received(delivery, reading.fact)
        row["external_message_id"] = reading.fact.message.external_message_id

    def _add_message_received(self, delivery: Delivery, fact: MessageReceived) -> None:
        account, message = delivery.account, fact.message
        chat = self._chats.describe(account, fact.chat, message.sent_at)
        for person in fact.people:
            self._add_person(account, person, message.sent_at)
            self._members.setdefault(
                (chat, person.provider_id),
                {"account": account, "chat": chat, "provider_id": person.provider_id},
            )
        if (account, message.external_message_id) in self._messages:
            return
        row = msgspec.structs.asdict(message)
        attachments = row.pop("attachments")
        row |= {
            "account": account,
            "chat": chat,
            "delivery": delivery.id,
            "received_at": delivery.received_at,
        }
        self._messages[account, message.external_message_id] = row
        for position, attachment in enumerate(attachments):
            self._attachments.append(
                msgspec.structs.asdict(attachment)
                | {
                    "account": account,
                    "external_message_id": message.external_message_id,
                    "position": position,
                }
            )

    def _add_person(self, account: str, person: PersonFact, seen_at: Any) -> None:
        key = (account, person.provider_id)
        row = msgspec.structs.asdict(person) | {"account": account, "name_at": seen_at}
        held = self._people.get(key)
        if held is None:
            self._people[key] = row
            return
        named = max(
            held, row, key=lambda one: (one["name"] != "", one["name_rank"], one["name_at"], one["name"])
        )
        self._people[key] = {
            **row,
            "attendee_id": max(held["attendee_id"], row["attendee_id"]),
            "phone": max(held["phone"], row["phone"]),
            "lid": max(held["lid"], row["lid"]),
            "public_identifier": max(held["public_identifier"], row["public_identifier"]),
            "is_self": held["is_self"] or row["is_self"],
            "identities": sorted({*held["identities"], *row["identities"]}),
            "name": named["name"],
            "name_rank": named["name_rank"],
            "name_at": named["name_at"],
        }


def _json(rows: list[Row]) -> str | None:
    return _encoder.encode(rows).decode() if rows else None


def _bytea(raw: bytes | None) -> str | None:
    return None if raw is None else "\\x" + raw.hex()
