"""Who types and who looks: passed on to team mates, never stored, lost without harm."""

import time
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Final

from communications.realtime import frames
from communications.realtime.hub import Hub, Reader

STATES: Final = frozenset({"typing", "viewing"})
AT_MOST_EVERY_SECONDS: Final = 1.0
REMEMBERED: Final = 10_000

CHANNEL_OF: Final = "SELECT channel_id FROM communications_conversation WHERE id = %s"
NAME_OF: Final = "SELECT username FROM communications_user WHERE id = %s"


class PresenceRelay:
    """Checks a sign of life against the sender's scope, at most once a second for each conversation."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._passed: OrderedDict[tuple[int, int, str], float] = OrderedDict()

    async def pass_on(self, sender: Reader, frame: Mapping[str, Any]) -> None:
        conversation_id, state = frame.get("conversation_id"), frame.get("state")
        if (
            not isinstance(conversation_id, str)
            or not conversation_id.isdecimal()
            or len(conversation_id) > 18
        ):
            return
        if state not in STATES or not self._is_due(sender.scope.user_id, int(conversation_id), state):
            return
        async with self._hub.connection() as connection:
            found = await (await connection.execute(CHANNEL_OF, (int(conversation_id),))).fetchone()
            named = await (await connection.execute(NAME_OF, (sender.scope.user_id,))).fetchone()
        if found is not None and named is not None and found[0] in sender.scope.channels:
            passed_on = frames.presence(named[0], conversation_id, state)
            self._hub.presence(passed_on, channel_id=found[0], besides=sender)

    def _is_due(self, user_id: int, conversation_id: int, state: str) -> bool:
        key, now = (user_id, conversation_id, state), time.monotonic()
        if now - self._passed.pop(key, float("-inf")) < AT_MOST_EVERY_SECONDS:
            self._passed[key] = now
            return False
        self._passed[key] = now
        while len(self._passed) > REMEMBERED:
            self._passed.popitem(last=False)
        return True
