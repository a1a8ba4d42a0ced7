"""Who types and who looks: passed on to team mates, never stored, lost without harm."""

import time
from collections import OrderedDict
from typing import Any, Final

from communications.realtime.notices import Notices
from communications.realtime.visitor import Visitor
from communications.schemas.scope import Scope

STATES: Final = frozenset({"typing", "viewing"})
AT_MOST_EVERY_SECONDS: Final = 1.0
CONVERSATIONS_PER_SECOND: Final = 5
REMEMBERED: Final = 10_000
LARGEST_ID: Final = 2**63 - 1


class PresenceRelay:
    """Lets through what is of the sender's channels, at most once a second for each conversation.

    One person cannot look at many conversations in a second either.
    """

    def __init__(self, notices: Notices) -> None:
        self._notices = notices
        self._due_at: OrderedDict[tuple[int, int], float] = OrderedDict()
        self._allowance: OrderedDict[int, tuple[int, int]] = OrderedDict()

    async def pass_on(self, sender: Visitor, scope: Scope, conversation_id: Any, state: Any) -> None:
        """Raises what psycopg raises."""
        number = _id_number(conversation_id)
        if number is None or state not in STATES or not self._is_due(sender.user_id, number):
            return
        await self._notices.tell_sign(
            user_id=sender.user_id,
            user=sender.display_name,
            state=state,
            conversation_id=number,
            channels=scope.channels,
        )

    def _is_due(self, user_id: int, conversation_id: int) -> bool:
        now = time.monotonic()
        key = (user_id, conversation_id)
        if now < self._due_at.get(key, float("-inf")) or not self._is_allowed(user_id, int(now)):
            return False
        self._due_at[key] = now + AT_MOST_EVERY_SECONDS
        self._due_at.move_to_end(key)
        _forget_oldest(self._due_at)
        return True

    def _is_allowed(self, user_id: int, second: int) -> bool:
        counted_second, passed = self._allowance.get(user_id, (second, 0))
        passed = passed + 1 if counted_second == second else 1
        self._allowance[user_id] = (second, passed)
        self._allowance.move_to_end(user_id)
        _forget_oldest(self._allowance)
        return passed <= CONVERSATIONS_PER_SECOND


def _id_number(text: Any) -> int | None:
    if not isinstance(text, str) or not (text.isascii() and text.isdecimal()) or len(text) > 19:
        return None
    number = int(text)
    return number if number <= LARGEST_ID else None


def _forget_oldest(remembered: OrderedDict[Any, Any]) -> None:
    while len(remembered) > REMEMBERED:
        remembered.popitem(last=False)
