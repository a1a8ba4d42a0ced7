"""What happens to a chat other than messages: groups change, somebody calls. Each is told as an event message.

The texts are guesses in the manner of the one that is known, `{{<jid>}} reacted 👍`.
"""

from __future__ import annotations

from collections.abc import Callable

from simulator.changes import Changes
from simulator.creation import message_compose
from simulator.model import Attendee, Chat, EventType, Origin
from simulator.world import World


class ChatEvents:
    """The chat itself changes and says so. `by` is who did it, the account's own person by default."""

    def __init__(self, world: World, changes: Changes) -> None:
        self._world = world
        self._changes = changes

    def group_create(self, chat: Chat, *, by: Attendee | None = None) -> None:
        """A group was made; the chat begins with it."""
        self._tell(chat, by, EventType.GROUP_CREATED, f"created group {chat.name or ''}".rstrip())

    def group_rename(self, chat: Chat, title: str, *, by: Attendee | None = None) -> None:
        """The group has another subject from now on."""

        def change() -> None:
            chat.name = title

        self._tell(chat, by, EventType.SUBJECT_CHANGED, f"changed the subject to {title}", change)

    def group_picture(self, chat: Chat, picture: int | None, *, by: Attendee | None = None) -> None:
        """The group has another picture, or none."""

        def change() -> None:
            chat.picture = picture

        self._tell(chat, by, EventType.OTHER, "changed the group picture", change)

    def member_add(self, chat: Chat, member: Attendee, *, by: Attendee | None = None) -> None:
        """Somebody is in the group from now on."""

        def change() -> None:
            if member not in chat.members:
                self._world.keep_member(chat, member)

        self._tell(chat, by, EventType.PARTICIPANT_ADDED, f"added {_token(member)}", change)

    def member_remove(self, chat: Chat, member: Attendee, *, by: Attendee | None = None) -> None:
        """Somebody is no longer in the group; without the owner it can only be read."""
        self._tell(
            chat,
            by,
            EventType.PARTICIPANT_REMOVED,
            f"removed {_token(member)}",
            lambda: self._part(chat, member),
        )

    def member_leave(self, chat: Chat, member: Attendee) -> None:
        """Somebody left the group."""
        self._tell(chat, member, EventType.PARTICIPANT_LEFT, "left", lambda: self._part(chat, member))

    def member_promote(self, chat: Chat, member: Attendee, *, by: Attendee | None = None) -> None:
        """Somebody may now run the group."""
        self._tell(chat, by, EventType.OTHER, f"made {_token(member)} an admin")

    def call_miss(self, chat: Chat, caller: Attendee, *, video: bool = False) -> None:
        """Somebody called, and nobody answered."""
        kind = EventType.MISSED_VIDEO_CALL if video else EventType.MISSED_VOICE_CALL
        text = f"Missed {'video' if video else 'voice'} call from {_token(caller)}"
        self._tell(chat, caller, kind, text, alone=True)

    def _part(self, chat: Chat, member: Attendee) -> None:
        if member.is_self:
            chat.read_only = True
        elif member in chat.members:
            self._world.drop_member(chat, member)

    def _tell(
        self,
        chat: Chat,
        by: Attendee | None,
        kind: EventType,
        text: str,
        change: Callable[[], None] | None = None,
        *,
        alone: bool = False,
    ) -> None:
        """Do `change` and say so: whoever did it stands before `text`, unless the text stands alone."""
        actor = by or chat.account.own
        origin = Origin.PHONE if actor.is_self else Origin.CONTACT
        said = text if alone else f"{_token(actor)} {text}"

        def happen() -> None:
            if change is not None:
                change()
            self._changes.message_arrive_now(
                message_compose(self._world, chat, actor, said, origin=origin, event_type=kind)
            )

        self._changes.through(chat.account, happen)


def _token(attendee: Attendee) -> str:
    return f"{{{{{attendee.provider_id}}}}}"
