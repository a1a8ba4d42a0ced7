"""The members of a batch's chats: each once, with the latest that an event says of them."""

import datetime as dt
from typing import Any, NamedTuple

from communications.schemas.facts import MembershipFact

Row = dict[str, Any]


class Place(NamedTuple):
    """A chat of the batch, as one body names it: by the first of its aliases."""

    account: str
    chat: int
    alias: tuple[str, str]


class Members:
    """Distinct by (place, provider id). A person who is only seen in a body is a member as long as no event says otherwise."""

    def __init__(self) -> None:
        self._members: dict[tuple[Place, str], Row] = {}

    def seen(self, place: Place, provider_id: str) -> None:
        self._member(place, provider_id)

    def told(self, place: Place, fact: MembershipFact, at: dt.datetime, message_id: str) -> None:
        """Of two events the later one counts; of the same time the greater id, so that the order cannot matter."""
        member = self._member(place, fact.provider_id)
        told = (at, message_id, fact.state)
        if member["told_at"] is None or told > (member["told_at"], member["told_by"], member["told_state"]):
            member["told_at"], member["told_by"], member["told_state"] = told

    def rows(self) -> list[Row]:
        return list(self._members.values())

    def _member(self, place: Place, provider_id: str) -> Row:
        kind, value = place.alias
        return self._members.setdefault(
            (place, provider_id),
            {
                "account": place.account,
                "chat": place.chat,
                "alias_kind": kind,
                "alias_value": value,
                "provider_id": provider_id,
                "told_at": None,
                "told_by": None,
                "told_state": None,
            },
        )
