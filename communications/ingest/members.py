"""The members of a batch's chats: each once, with the latest that an event says of them."""

import datetime as dt
from typing import Any

from communications.schemas.facts import MembershipFact

Row = dict[str, Any]


class Members:
    """Distinct by (chat, provider id). Who is only seen in a body is a member as long as no event says otherwise."""

    def __init__(self) -> None:
        self._members: dict[tuple[int, str], Row] = {}

    def seen(self, account: str, chat: int, provider_id: str) -> None:
        self._member(account, chat, provider_id)

    def told(self, account: str, chat: int, fact: MembershipFact, at: dt.datetime, message_id: str) -> None:
        """Of two events the later one counts; of the same time the greater id, so that the order cannot matter."""
        member = self._member(account, chat, fact.provider_id)
        told = (at, message_id, fact.state)
        if member["told_at"] is None or told > (member["told_at"], member["told_by"], member["told_state"]):
            member["told_at"], member["told_by"], member["told_state"] = told

    def rows(self) -> list[Row]:
        return list(self._members.values())

    def _member(self, account: str, chat: int, provider_id: str) -> Row:
        return self._members.setdefault(
            (chat, provider_id),
            {
                "account": account,
                "chat": chat,
                "provider_id": provider_id,
                "told_at": None,
                "told_by": None,
                "told_state": None,
            },
        )
