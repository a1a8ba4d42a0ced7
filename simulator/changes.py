"""The one writer: each change of the world is made here, and here it is announced."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from simulator.creation import message_compose
from simulator.dialects import ReactionForm
from simulator.happenings import ACCOUNT_STATUS, Happening
from simulator.model import WHATSAPP, Account, Attendee, Chat, EventType, Message, Origin, Reaction
from simulator.moments import stamp
from simulator.world import World

RECORD_KEPT = 100_000


class Changes:
    """What can happen. While an account is not connected, what happens on it waits until it is again."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._listeners: list[Callable[[Happening], None]] = []
        self.record: deque[Happening] = deque(maxlen=RECORD_KEPT)

    def listen(self, listener: Callable[[Happening], None]) -> None:
        """Call `listener` with everything announced from now on."""
        self._listeners.append(listener)

    # Messages

    def message_arrive(self, message: Message) -> None:
        """`message` reaches the service and is told."""
        self.through(message.account, lambda: self.message_arrive_now(message))

    def message_store(self, message: Message) -> None:
        """`message` reaches the service; telling it is left to `message_announce`."""
        chat = message.chat
        self._world.keep_message(message)
        # LinkedIn's chats know whole seconds only, its messages milliseconds.
        moment = message.timestamp.replace(microsecond=0)
        if chat.timestamp is None or moment >= chat.timestamp:
            chat.timestamp = moment
            chat.sequence = message.sequence
        if message.is_event:
            return
        if not message.is_sender:
            chat.unread_count += 1
        elif message.origin is Origin.PHONE:
            self._read_chat(chat)

    def message_announce(self, message: Message, *, late_seconds: float = 0.0, untold: bool = False) -> None:
        """Tell of `message`; webhooks hear it `late_seconds` later, or never when it is to stay `untold`."""
        self.tell(
            Happening(
                "message_received",
                message.account,
                self._world.clock(),
                message=message,
                late_seconds=late_seconds,
                untold=untold,
            )
        )

    def message_edit(self, message: Message, text: str) -> None:
        """The author changes the text."""

        def change() -> None:
            kept = self._world.thaw(message)
            kept.text, kept.edited = text, True
            self._announce("message_edited", kept)

        self.through(message.account, change)

    def message_delete(self, message: Message) -> None:
        """The author takes the message back; it stays, marked and without its text."""

        def change() -> None:
            kept = self._world.thaw(message)
            kept.text, kept.deleted = None, True
            kept.attachments.clear()
            self._announce("message_deleted", kept)

        self.through(message.account, change)

    def message_react(self, message: Message, sender: Attendee, value: str) -> None:
        """`sender` puts an emoji on `message` in place of an earlier one; an empty `value` takes it away.

        Some WhatsApp accounts tell it as a message of the chat, beside the event or in its place.
        """

        def change() -> None:
            kept = self._world.thaw(message)
            kept.reactions = [one for one in kept.reactions if one.sender is not sender]
            if value:
                kept.reactions.append(Reaction(value, sender))
            form = message.account.dialect.reactions
            if form is not ReactionForm.MESSAGE or message.account.type != WHATSAPP:
                self._announce("message_reaction", kept, Reaction(value, sender))
            if form in {ReactionForm.MESSAGE, ReactionForm.BOTH} and message.account.type == WHATSAPP:
                self.message_arrive_now(self._reaction_message(kept, sender, value))

        self.through(message.account, change)

    def message_deliver(self, message: Message) -> None:
        """An own message reached the other side's device."""

        def change() -> None:
            kept = self._world.thaw(message)
            if not kept.delivered:
                kept.delivered = True
                self._announce("message_delivered", kept)

        self.through(message.account, change)

    def message_read(self, message: Message, reader: Attendee) -> None:
        """`reader` read an own message; that it was delivered follows."""

        def change() -> None:
            kept = self._world.thaw(message)
            if reader.provider_id not in kept.seen_by:
                kept.delivered = kept.seen = True
                kept.seen_by[reader.provider_id] = stamp(self._world.clock())
                self._announce("message_read", kept)

        self.through(message.account, change)

    # Chats

    def chat_read(self, chat: Chat) -> None:
        """The owner read `chat` on the phone."""

        def change() -> None:
            newest = self._read_chat(chat)
            if newest is not None:
                self._announce("message_read", newest)

        self.through(chat.account, change)

    def history_deepen(self, chat: Chat) -> None:
        """What only the telephone had reaches the service, and nobody is told."""
        while chat.deeper:
            self._world.keep_message(chat.deeper.pop())

    def chat_forget_unread(self, chat: Chat) -> None:
        """Everything in `chat` counts as read, and nobody is told."""
        self._read_chat(chat)

    def chat_unread(self, chat: Chat) -> None:
        """The owner marked `chat` as unread."""
        chat.unread_count = max(1, chat.unread_count)

    # Accounts

    def account_set_status(self, account: Account, status: str, *, told_as: str | None = None) -> None:
        """The source of `account` goes to `status`; webhooks hear `told_as`, which is the status itself by
        default.

        When the account is connected again, what happened meanwhile follows at once, as the service does.
        """
        account.status = status
        self._announce_status(account, told_as or status)
        while account.connected and account.held:
            account.held.pop(0)()

    def account_delete(self, account: Account) -> None:
        """`account` is removed, with its chats."""
        self._world.forget_account(account)
        self._announce_status(account, "DELETED")

    # For other writers

    def through(self, account: Account, change: Callable[[], None]) -> None:
        """Do `change` now, or once `account` is connected again."""
        if account.connected:
            change()
        else:
            account.held.append(change)

    def message_arrive_now(self, message: Message) -> None:
        """`message` reaches the service and is told, whether or not its account is connected."""
        self.message_store(message)
        self.message_announce(message)

    def tell(self, happening: Happening) -> None:
        """Announce `happening`."""
        self.record.append(happening)
        for listener in self._listeners:
            listener(happening)

    # Inside

    def _reaction_message(self, message: Message, sender: Attendee, value: str) -> Message:
        kind = EventType.REACTION_TO_OWN if message.is_sender else EventType.REACTION
        text = f"{{{{{sender.provider_id}}}}} reacted {value}".rstrip()
        origin = Origin.PHONE if sender.is_self else Origin.CONTACT
        return message_compose(
            self._world, message.chat, sender, text, origin=origin, quoted=message, event_type=kind
        )

    def _read_chat(self, chat: Chat) -> Message | None:
        """Mark what came in as seen; the newest message that was not."""
        newest: Message | None = None
        remaining, chat.unread_count = chat.unread_count, 0
        for message in list(self._world.chat_messages(chat)) if remaining else ():
            if message.is_sender or message.seen or message.is_event:
                continue
            kept = self._world.thaw(message)
            kept.seen = True
            newest = newest or kept
        return newest

    def _announce(self, event: str, message: Message, reaction: Reaction | None = None) -> None:
        self.tell(Happening(event, message.account, self._world.clock(), message=message, reaction=reaction))

    def _announce_status(self, account: Account, status: str) -> None:
        self.tell(
            Happening(status.lower(), account, self._world.clock(), source=ACCOUNT_STATUS, status=status)
        )
