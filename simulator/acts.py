"""What the people of the simulated world do: the hand by which tests, scenarios and the page move it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import takewhile

from simulator.changes import Changes
from simulator.chat_events import ChatEvents
from simulator.creation import HIDDEN, account_create, attendee_create, chat_create, message_compose
from simulator.dialects import Dialect, dialect_named
from simulator.happenings import MESSAGING
from simulator.model import WHATSAPP, Account, Attachment, Attendee, Chat, Message, Origin, Webhook
from simulator.webhooks.foreign import foreign_happening
from simulator.webhooks.oddities import oddity_happening
from simulator.webhooks.registrations import AUTH_HEADER, webhook_register
from simulator.world import World


class Acts:
    """Everything a person can do to the world. All of it is told to the webhooks at once."""

    def __init__(self, world: World, changes: Changes) -> None:
        self.world = world
        self.changes = changes
        self.events = ChatEvents(world, changes)

    # The stage

    def account(
        self,
        kind: str = WHATSAPP,
        name: str = "Casa Lume",
        *,
        phone_number: str | None = "+351910000111",
        username: str | None = None,
    ) -> Account:
        """A connected account, told as CREATION_SUCCESS."""
        account = account_create(self.world, kind, name, phone_number=phone_number, username=username)
        self.changes.account_set_status(account, "OK", told_as="CREATION_SUCCESS")
        return account

    def contact(
        self, account: Account, name: str, *, phone_number: str | None = None, username: str | None = None
    ) -> Attendee:
        """A person known to the account; on WhatsApp one without `phone_number` shows none."""
        if account.type == WHATSAPP:
            phone_number = phone_number or HIDDEN
        return attendee_create(self.world, account, name, phone_number=phone_number, username=username)

    def direct_chat(self, contact: Attendee) -> Chat:
        """The conversation with one person, made when there is none."""
        return self.world.direct_chat_find(contact) or chat_create(self.world, contact.account, [contact])

    def group_chat(self, account: Account, title: str, members: Sequence[Attendee]) -> Chat:
        """A new group."""
        return chat_create(self.world, account, members, title=title)

    @contextmanager
    def speaking(self, account: Account, dialect: str | Dialect) -> Iterator[None]:
        """Within this, what happens to `account` is told in `dialect` (or the one of that name)."""
        before = account.dialect
        account.dialect = dialect_named(dialect) if isinstance(dialect, str) else dialect
        try:
            yield
        finally:
            account.dialect = before

    def mirror(self, account: Account) -> str:
        """From now on everything about `account` is told once more, under the second id that is returned."""
        if account.mirror_id is None:
            number = self.world.identifiers.next_number("mirror")
            account.mirror_id = self.world.identifiers.series("mirror").identifier(number)
        return account.mirror_id

    def webhook(
        self,
        url: str,
        secret: str | None = None,
        *,
        source: str = MESSAGING,
        events: Sequence[str] | None = None,
        name: str = "inbox",
        headers: Sequence[tuple[str, str]] = (),
        account_ids: Sequence[str] = (),
    ) -> Webhook:
        """Register a webhook; `secret` goes out as the `Unipile-Auth` header."""
        own = [(AUTH_HEADER, secret)] if secret is not None else []
        return webhook_register(
            self.world,
            url,
            source=source,
            events=events,
            name=name,
            headers=[*own, *headers],
            account_ids=account_ids,
        )

    # The other side

    def customer_writes(
        self,
        chat: Chat,
        text: str | None = None,
        *,
        sender: Attendee | None = None,
        attachments: Sequence[Attachment] = (),
        quoting: Message | None = None,
        forwarded: bool = False,
        view_once: bool = False,
        at: datetime | None = None,
    ) -> Message:
        """A member writes: the first one, or `sender`. `at` is the provider's time, now by default."""
        return self._arrive(
            message_compose(
                self.world,
                chat,
                sender or chat.members[0],
                text,
                origin=Origin.CONTACT,
                at=at,
                attachments=attachments,
                quoted=quoting,
                forwarded=forwarded,
                view_once=view_once,
            )
        )

    def stranger_writes(
        self, account: Account, text: str, *, name: str = "", phone_number: str | None = None
    ) -> Message:
        """Somebody nobody knew writes for the first time."""
        username = f"user{self.world.next_sequence()}"
        stranger = self.contact(account, name, phone_number=phone_number, username=username)
        return self.customer_writes(self.direct_chat(stranger), text)

    def customer_sends_unsupported(self, chat: Chat, *, sender: Attendee | None = None) -> Message:
        """A contact card, a place or a poll: the service hands it on as an empty message."""
        return self.customer_writes(chat, None, sender=sender)

    def customer_edits(self, message: Message, text: str) -> None:
        """The author changes the text."""
        self.changes.message_edit(message, text)

    def customer_deletes(self, message: Message) -> None:
        """The author takes the message back."""
        self.changes.message_delete(message)

    def customer_reacts(self, message: Message, value: str, *, sender: Attendee | None = None) -> None:
        """A member puts an emoji on a message; an empty one takes it away."""
        self.changes.message_react(message, sender or message.chat.members[0], value)

    def customer_receives(self, message: Message) -> None:
        """An own message reaches the other side's device."""
        self.changes.message_deliver(message)

    def customer_reads(self, message: Message, *, reader: Attendee | None = None) -> None:
        """A member reads an own message."""
        self.changes.message_read(message, reader or message.chat.members[0])

    def customer_opens(self, chat: Chat, *, reader: Attendee | None = None) -> None:
        """A member opens the chat: what was sent reaches them and is read, the oldest first."""
        reader = reader or chat.members[0]

        def unread(message: Message) -> bool:
            return reader.provider_id not in message.seen_by and (chat.is_group or not message.seen)

        own = (one for one in self.world.chat_messages(chat) if one.is_sender and not one.is_event)
        for message in reversed(list(takewhile(unread, own))):
            self.changes.message_deliver(message)
            self.changes.message_read(message, reader)

    # The owner's telephone

    def phone_writes(
        self,
        chat: Chat,
        text: str | None = None,
        *,
        attachments: Sequence[Attachment] = (),
        quoting: Message | None = None,
        forwarded: bool = False,
        at: datetime | None = None,
    ) -> Message:
        """The owner types on the phone; what came in before counts as read."""
        return self._arrive(
            message_compose(
                self.world,
                chat,
                chat.account.own,
                text,
                origin=Origin.PHONE,
                at=at,
                attachments=attachments,
                quoted=quoting,
                forwarded=forwarded,
            )
        )

    def phone_remembers(self, chat: Chat, text: str, *, at: datetime) -> Message:
        """The telephone has a message of long ago that the service lacks until the chat's history is synchronised."""
        message = message_compose(self.world, chat, chat.members[0], text, origin=Origin.CONTACT, at=at)
        chat.deeper.append(message)
        return message

    def phone_reads(self, chat: Chat) -> None:
        """The owner opens the chat on the phone."""
        self.changes.chat_read(chat)

    def phone_reacts(self, message: Message, value: str) -> None:
        """The owner puts an emoji on a message."""
        self.changes.message_react(message, message.account.own, value)

    # The connection

    def account_disconnects(self, account: Account, status: str = "CREDENTIALS") -> None:
        """The account loses its provider: webhooks of messages cease, the API's copy grows stale."""
        self.changes.account_set_status(account, status)

    def account_reconnects(self, account: Account) -> None:
        """The account is back, and what was missed comes in a burst."""
        self.changes.account_set_status(account, "OK", told_as="RECONNECTED")

    # What is not a message

    def elsewhere(self, account: Account, event: str) -> None:
        """A new contact, mail or an appointment, which other webhooks are told: `new_relation`, `mail_sent`, …"""
        self.changes.tell(foreign_happening(self.world, account, event))

    def oddity(self, account: Account, kind: str) -> None:
        """A body that no receiver can use, told to the webhooks of messages: `v2_message`, `broken_json`, …"""
        self.changes.tell(oddity_happening(self.world, account, kind))

    def _arrive(self, message: Message) -> Message:
        self.changes.message_arrive(message)
        return message
