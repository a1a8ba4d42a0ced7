"""What happens to a chat other than messages: groups change, somebody calls. Each is told as an event message.

The texts are guesses in the manner of the one that is known, `{{<jid>}} reacted 👍`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from simulator.changes import Changes
from simulator.creation import message_compose
from simulator.model import Attendee, Chat, EventType, Origin
from simulator.world import World


class ChatEvents:
    """The chat itself changes and says so. `by` is who did it, the account's own person by default; `at` is the
    provider's time, now by default.
    """

    def __init__(self, world: World, changes: Changes) -> None:
        self._world = world
        self._changes = changes

    def group_create(self, chat: Chat, *, by: Attendee | None = None, at: datetime | None = None) -> None:
        """A group was made; the chat begins with it."""
        text = f"created group {chat.name or ''}".rstrip()
        self._tell(chat, by or chat.account.own, EventType.GROUP_CREATED, text, at=at)

    def group_rename(
        self, chat: Chat, title: str, *, by: Attendee | None = None, at: datetime | None = None
    ) -> None:
        """The group has another subject from now on."""

        def change() -> None:
            chat.name = title

        text = f"changed the subject to {title}"
        self._tell(chat, by or chat.account.own, EventType.SUBJECT_CHANGED, text, change, at=at)

    def group_picture(
        self, chat: Chat, picture: int | None, *, by: Attendee | None = None, at: datetime | None = None
    ) -> None:
        """The group has another picture, or none."""

        def change() -> None:
            chat.picture = picture

        self._tell(chat, by or chat.account.own, EventType.OTHER, "changed the group picture", change, at=at)

    def member_add(
        self, chat: Chat, member: Attendee, *, by: Attendee | None = None, at: datetime | None = None
    ) -> None:
        """Somebody is in the group from now on."""

        def change() -> None:
            if member not in chat.members:
                self._world.keep_member(chat, member)

        text = f"added {_token(member)}"
        self._tell(chat, by or chat.account.own, EventType.PARTICIPANT_ADDED, text, change, at=at)

    def member_remove(
        self, chat: Chat, member: Attendee, *, by: Attendee | None = None, at: datetime | None = None
    ) -> None:
        """Somebody is no longer in the group; without the owner it can only be read."""
        text = f"removed {_token(member)}"
        self._tell(
            chat,
            by or chat.account.own,
            EventType.PARTICIPANT_REMOVED,
            text,
            lambda: self._part(chat, member),
            at=at,
        )

    def member_leave(self, chat: Chat, member: Attendee, *, at: datetime | None = None) -> None:
        """Somebody left the group."""
        self._tell(chat, member, EventType.PARTICIPANT_LEFT, "left", lambda: self._part(chat, member), at=at)

    def member_promote(
        self, chat: Chat, member: Attendee, *, by: Attendee | None = None, at: datetime | None = None
    ) -> None:
        """Somebody may now run the group."""
        text = f"made {_token(member)} an admin"
        self._tell(chat, by or chat.account.own, EventType.OTHER, text, at=at)

    def call_miss(
        self, chat: Chat, caller: Attendee, *, video: bool = False, at: datetime | None = None
    ) -> None:
        """Somebody called, and nobody answered."""
        kind = EventType.MISSED_VIDEO_CALL if video else EventType.MISSED_VOICE_CALL
        text = f"Missed {'video' if video else 'voice'} call from {_token(caller)}"
        self._tell(chat, caller, kind, text, alone=True, at=at)

    def _part(self, chat: Chat, member: Attendee) -> None:
        if member.is_self:
            chat.read_only = True
        elif member in chat.members:
            self._world.drop_member(chat, member)

    def _tell(
        self,
        chat: Chat,
        actor: Attendee,
        kind: EventType,
        text: str,
        change: Callable[[], None] | None = None,
        *,
        at: datetime | None,
        alone: bool = False,
    ) -> None:
        """Do `change` and say so: whoever did it stands before `text`, unless the text stands alone."""
        origin = Origin.PHONE if actor.is_self else Origin.CONTACT
        said = text if alone else f"{_token(actor)} {text}"

        def happen() -> None:
            if change is not None:
                change()
            self._changes.message_arrive_now(
                message_compose(self._world, chat, actor, said, origin=origin, at=at, event_type=kind)
            )

        self._changes.through(chat.account, happen)


def _token(attendee: Attendee) -> str:
    return f"{{{{{attendee.provider_id}}}}}"
