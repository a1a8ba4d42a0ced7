"""Bodies that a receiver must take and make nothing of: other versions, other inventions, no JSON at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from simulator.happenings import Happening
from simulator.model import Account
from simulator.moments import stamp
from simulator.world import World


def oddity_happening(world: World, account: Account, kind: str) -> Happening:
    """An odd body of `kind`, told to every webhook of messages; raises ValueError for an unknown kind."""
    if kind not in _BODIES:
        raise ValueError(f"{kind} is no odd body; there are {', '.join(_BODIES)}.")
    number = world.identifiers.next_number("oddity")
    body = _BODIES[kind](world, account, world.identifiers.series("oddity").identifier(number))
    raw = body if isinstance(body, bytes) else msgspec.json.encode(body)
    return Happening(kind, account, world.clock(), raw=raw)


def _version_2_message(world: World, account: Account, identifier: str) -> object:
    now = stamp(world.clock())
    payload = {
        "id": f"msg_{identifier}",
        "chat_id": "chat_1",
        "timestamp": now,
        "sender_id": "140871122334455@lid",
        "is_sender": False,
        "text": "A message of version 2",
    }
    return _version_2(identifier, now, account, "message.new", payload)


def _version_2_read(world: World, account: Account, identifier: str) -> object:
    payload = {"chat_id": "chat_1", "message_id": f"msg_{identifier}"}
    return _version_2(identifier, stamp(world.clock()), account, "message.read", payload)


def _version_2(identifier: str, now: str, account: Account, kind: str, payload: object) -> object:
    return {
        "id": f"evt_{identifier}",
        "created_at": now,
        "account_id": f"acc_{account.id}",
        "type": kind,
        "payload": payload,
    }


def _nested(_world: World, account: Account, identifier: str) -> object:
    sender = {"id": "sender_456", "name": "A test by hand", "phone": "+15555550134", "is_self": False}
    return {
        "event": "message.received",
        "account_id": account.id,
        "message": {
            "id": identifier,
            "chat_id": "chat_test_789",
            "text": "Written by hand after an old example",
            "from": sender,
            "timestamp": "2025-08-17T10:00:00.000000",
        },
        "chat": {"id": "chat_test_789", "name": "Test", "participants": [sender]},
    }


def _invented(_world: World, account: Account, identifier: str) -> object:
    message = {"id": identifier, "from": {"name": "Nobody", "phone": "+15555550190"}, "body": "Invented"}
    return {"event": "message.new", "data": {"account_id": account.id, "chat_id": "c", "message": message}}


def _unknown_event(_world: World, account: Account, identifier: str) -> object:
    return {
        "event": "message_whispered",
        "account_id": account.id,
        "message_id": identifier,
        "message": "psst",
    }


def _flat_error(_world: World, account: Account, _identifier: str) -> object:
    return {"account_id": account.id, "account_type": account.type, "message": "ERROR"}


_BODIES: Mapping[str, Callable[[World, Account, str], object]] = {
    "v2_message": _version_2_message,
    "v2_read": _version_2_read,
    "nested": _nested,
    "invented": _invented,
    "unknown_event": _unknown_event,
    "flat_error": _flat_error,
    "empty": lambda _world, _account, _identifier: {},
    "array": lambda _world, _account, _identifier: [],
    "string": lambda _world, _account, _identifier: "message_received",
    "broken_json": lambda _world, _account, _identifier: (
        b'{"event": "message_received", // a comment\n "message": "x",}'
    ),
    "nothing": lambda _world, _account, _identifier: b"",
}
ODDITIES = tuple(_BODIES)
