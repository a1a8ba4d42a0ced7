"""How people want a conversation: archived, pinned, muted, marked as unread. Written at once, then told upstream."""

import datetime as dt
import uuid
from typing import Any, Final, NamedTuple

from django.db import connection, transaction

from communications.feed.announce import changes_announce_on_commit
from communications.outbox.intents import Place, channel_lock, content_hash, intent_known
from communications.outbox.state_intents import state_intent_add
from communications.schemas.documents import HereOnly
from communications.selectors.scope import readable_conversation
from communications.selectors.values import optional_instant
from communications.webhooks.handlers.answers import FOR_EVER


class WantedState(NamedTuple):
    """``values`` by the conversation's own names; what is not in it stays."""

    client_id: uuid.UUID
    values: dict[str, Any]

    def asked(self, conversation_id: int) -> dict[str, object]:
        told = {
            name: optional_instant(value) if name == "muted_until" else value
            for name, value in self.values.items()
        }
        return {"conversation": conversation_id, **told}


class _Setting(NamedTuple):
    """``kind`` of the intent that tells upstream, and the word by which a conversation says that it could not be told."""

    kind: str
    word: HereOnly


_SETTINGS: Final[dict[str, _Setting]] = {
    "archived": _Setting("archive", "archived"),
    "pinned": _Setting("pin", "pinned"),
    "muted_until": _Setting("mute", "muted"),
}

_HELD: Final = """
SELECT archived, pinned, muted_until, marked_unread, here_only FROM communications_conversation WHERE id = %s
"""

_SET: Final = "UPDATE communications_conversation SET {name} = %s WHERE id = %s"

_HERE_ONLY: Final = """
UPDATE communications_conversation SET here_only = array_remove(here_only, %(word)s) || ARRAY[%(word)s] WHERE id = %(id)s
"""


def conversation_set_state(
    user_id: int, *, provider: str | None, conversation_id: int, wanted: WantedState
) -> int:
    """Gives the id of the conversation as it is shown.

    Raises NotFound for one that is not the person's to read, IdempotencyConflict for a key that stands for something else.
    """
    shown_id = readable_conversation(user_id, provider=provider, conversation_id=conversation_id)
    hashed = content_hash("state", wanted.asked(conversation_id))
    with transaction.atomic():
        place = Place(channel_lock(shown_id), shown_id)
        if intent_known(user_id, wanted.client_id, hashed) is None:
            _Change(user_id, place, wanted, hashed).make()
    return shown_id


class _Change:
    """One request, within a transaction that holds the channel's lock."""

    def __init__(self, user_id: int, place: Place, wanted: WantedState, hashed: bytes) -> None:
        self._user_id = user_id
        self._place = place
        self._wanted = wanted
        self._hashed = hashed
        self._told: list[str] = []

    def make(self) -> None:
        held, here_only = self._held()
        for name, value in self._wanted.values.items():
            setting = _SETTINGS.get(name)
            if held[name] == value and (setting is None or setting.word not in here_only):
                continue
            self._write(_SET.format(name=name), [value, self._place.conversation_id])
            if setting is not None:
                self._tell_setting(setting, value)
            elif value:
                self._tell("read", value=False)
        changes_announce_on_commit()

    def _held(self) -> tuple[dict[str, Any], list[str]]:
        with connection.cursor() as cursor:
            cursor.execute(_HELD, [self._place.conversation_id])
            *values, here_only = cursor.fetchone()
        return dict(
            zip(("archived", "pinned", "muted_until", "marked_unread"), values, strict=True)
        ), here_only

    def _tell_setting(self, setting: _Setting, value: Any) -> None:
        """Upstream mutes or does not: until a certain time is something it cannot be told."""
        if isinstance(value, dt.datetime) and value < FOR_EVER:
            self._write(_HERE_ONLY, {"word": setting.word, "id": self._place.conversation_id})
        else:
            self._tell(setting.kind, value=bool(value))

    def _tell(self, kind: str, *, value: bool) -> None:
        """The first intent has the key of the request, others have keys that follow from it."""
        client_id = uuid.uuid5(self._wanted.client_id, kind) if self._told else self._wanted.client_id
        self._told.append(kind)
        state_intent_add(
            self._user_id, client_id, kind, self._place, hashed=self._hashed, payload={"value": value}
        )

    @staticmethod
    def _write(sql: str, parameters: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
