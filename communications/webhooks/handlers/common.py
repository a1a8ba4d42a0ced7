"""Messaging events of every provider: from a parsed payload to typed facts. Touches no database."""

import datetime as dt
from collections.abc import Iterable
from functools import lru_cache
from typing import Final, Literal

from communications.schemas.facts import (
    AttachmentFact,
    ChatFact,
    Fact,
    MembershipFact,
    MessageDeleted,
    MessageEdited,
    MessageFact,
    MessageReceived,
    PersonFact,
    Reacted,
    Receipt,
)
from unipile.payloads import events
from unipile.payloads.aliases import aliases_of_chat, chat_members
from unipile.payloads.attachment import Attachment
from unipile.payloads.direction import body_direction, sender_is_ourselves
from unipile.payloads.happening import Happening, HappeningKind
from unipile.payloads.identity import (
    IdForm,
    id_form,
    identity_keys,
    keys_beside,
    own_identity_keys,
    provider_id_key,
)
from unipile.payloads.mentions import mentioned_ids, with_names
from unipile.payloads.messaging import ChatKind, MessagingPayload
from unipile.payloads.names import NameRank, usable_name
from unipile.payloads.person import Person
from unipile.payloads.refusals import MissingField
from unipile.payloads.text import search_text
from unipile.payloads.times import settle_time

# Consecutive bodies of a chat say the same of its people and of the chat itself.
PEOPLE_REMEMBERED: Final = 2_048
CHATS_REMEMBERED: Final = 1_024
PEOPLE_REMEMBERED_WITH_CHAT: Final = 4


class MessagingHandler:
    """Reads one messaging payload that came in at ``received_at``; a provider overrides what its bodies do differently."""

    name_rank = NameRank.PROFILE

    def handle(self, data: MessagingPayload, received_at: dt.datetime) -> Fact:
        """The fact of any messaging event. Raises ``UnusableField`` where the body lacks what the event is about."""
        match data.event:
            case events.MESSAGE_READ:
                return self.handle_message_read(data, received_at)
            case events.MESSAGE_DELIVERED:
                return self.handle_message_delivered(data, received_at)
            case events.MESSAGE_EDITED:
                return self.handle_message_edited(data, received_at)
            case events.MESSAGE_DELETED:
                return self.handle_message_deleted(data, received_at)
            case events.MESSAGE_REACTION:
                return self.handle_message_reaction(data, received_at)
            case _:
                return self.handle_message_received(data, received_at)

    def handle_message_received(self, data: MessagingPayload, received_at: dt.datetime) -> Fact:
        """A message, inbound or own, as the one fact about its chat, its people and itself."""
        direction = body_direction(data)
        sender = self.person(data, data.sender, is_self=sender_is_ourselves(data, direction))
        people = self.people(data, sender)
        happened = data.happening
        ourselves = self._ourselves(data, people) if happened is not None and happened.is_about_us else None
        if ourselves is not None and ourselves not in people:
            people = (*people, ourselves)
        sent_at, time_flagged = settle_time(data.timestamp, received_at)
        sender_name = sender.name if sender else _shown_name(data.sender)
        quoted = data.quoted
        text = data.text or ""
        reaction = self._reaction_told_as_message(data, sent_at, received_at)
        if reaction is not None:
            return reaction
        named = mentioned(text, people)
        is_reaction = happened is not None and happened.kind is HappeningKind.REACTION and not data.is_hidden
        return MessageReceived(
            chat=self._chat(data),
            people=people,
            mentioned=named,
            memberships=()
            if data.chat_kind is ChatKind.DIRECT
            else _memberships(happened, sender, ourselves),
            message=MessageFact(
                external_message_id=data.message_id,
                provider_message_id=data.provider_message_id or "",
                told_direction=direction.value if direction else None,
                sender_provider_id=sender.provider_id if sender else None,
                sender_identities=sender.identities if sender else (),
                sender_name=sender_name,
                kind=data.kind,
                text=text,
                search_text=_searchable(text, people),
                sent_at=sent_at,
                time_flagged=time_flagged,
                quoted_external_id=(quoted.message_id or quoted.provider_message_id or "") if quoted else "",
                quoted_text=(quoted.text or "") if quoted else "",
                quoted_sender_name=self._quoted_sender_name(data),
                subject=data.subject or "",
                is_event=data.is_event,
                event_kind=happened.kind if happened else "",
                event_person=_reactor(happened, sender) if happened and is_reaction else "",
                event_emoji=(happened.emoji or "") if happened and is_reaction else "",
                is_forwarded=bool(data.is_forwarded),
                is_view_once=bool(data.is_view_once),
                is_hidden=bool(data.is_hidden),
                attachments=tuple(attachment_fact(attachment) for attachment in data.attachments),
            ),
        )

    def handle_message_read(self, data: MessagingPayload, received_at: dt.datetime) -> Fact:  # noqa: ARG002
        """A message was read, by its recipients or by ourselves elsewhere."""
        return self._receipt(data, "read")

    def handle_message_delivered(self, data: MessagingPayload, received_at: dt.datetime) -> Fact:  # noqa: ARG002
        """A message of ours reached its recipients."""
        return self._receipt(data, "delivered")

    def handle_message_edited(self, data: MessagingPayload, received_at: dt.datetime) -> Fact:
        """The text of a message is another one now. Upstream gives the message's time only, so ours is the edit's.

        A file may have lost its caption; a message of words only that has none now is not said to be so. Raises ``MissingField``.
        """
        if data.text is None and not data.attachments:
            raise MissingField("message")
        text = data.text or ""
        people = self.people(data, self.person(data, data.sender))
        return MessageEdited(
            external_message_id=data.message_id,
            text=text,
            search_text=_searchable(text, people),
            at=received_at,
            mentioned=mentioned(text, people),
        )

    def handle_message_deleted(self, data: MessagingPayload, received_at: dt.datetime) -> Fact:
        """The author took a message back."""
        return MessageDeleted(external_message_id=data.message_id, at=received_at)

    def handle_message_reaction(self, data: MessagingPayload, received_at: dt.datetime) -> Fact:
        """Somebody reacted, or took a reaction back. Raises ``MissingField`` where nobody says who."""
        reaction = data.reaction
        sender = self.person(data, reaction.sender) if reaction is not None else None
        if reaction is None or sender is None:
            raise MissingField("reaction_sender")
        return Reacted(
            external_message_id=data.message_id, sender=sender, emoji=reaction.value or "", at=received_at
        )

    def _reaction_told_as_message(
        self, data: MessagingPayload, sent_at: dt.datetime, received_at: dt.datetime
    ) -> Fact | None:
        """A reaction that comes as an event message and says to which message is that reaction, and no line of its own.

        Where it names the message by the provider's id, only the rows can tell which that is.
        """
        happened, quoted = data.happening, data.quoted
        if happened is None or not happened.emoji or quoted is None or quoted.message_id is None:
            return None
        reactor = self.person(data, data.sender)
        if happened.reactor is not None:
            known = (self.person(data, person) for person in (data.sender, *data.attendees))
            named = (person for person in known if person and person.provider_id == happened.reactor)
            reactor = next(named, _person_by_id(happened.reactor))
        if reactor is None:
            return None
        return Reacted(
            external_message_id=quoted.message_id,
            sender=reactor,
            emoji=happened.emoji,
            at=min(sent_at, received_at),
        )

    @staticmethod
    def _receipt(data: MessagingPayload, status: Literal["delivered", "read"]) -> Fact:
        direction = body_direction(data)
        return Receipt(
            external_message_id=data.message_id,
            told_direction=direction.value if direction else None,
            status=status,
        )

    def person(
        self, data: MessagingPayload, person: Person | None, *, is_self: bool = False
    ) -> PersonFact | None:
        """The fact about somebody in the body; ``None`` where nothing but a name tells who it is."""
        if person is None:
            return None
        provider_id = self.provider_id(data, person)
        if provider_id is None:
            return None
        own = own_identity_keys(data.own, data.provider)
        return _person_fact(
            person, provider_id, data.provider, name_rank=self.name_rank, own=own, is_self=is_self
        )

    def provider_id(self, data: MessagingPayload, person: Person) -> str | None:  # noqa: ARG002
        """The id that identifies a person within the channel."""
        return person.provider_id or person.lid

    def people(self, data: MessagingPayload, sender: PersonFact | None) -> tuple[PersonFact, ...]:
        """Everybody in the body, the sender first, each once."""
        people: dict[str, PersonFact] = {}
        if sender is not None:
            people[sender.provider_id] = sender
        for attendee in data.attendees:
            if self.provider_id(data, attendee) in people:
                continue
            person = self.person(data, attendee)
            if person is not None:
                people[person.provider_id] = person
        return tuple(people.values())

    def _ourselves(self, data: MessagingPayload, people: Iterable[PersonFact]) -> PersonFact | None:
        """Whose account it is, as the body shows it; ``None`` where it does not."""
        listed = next((person for person in people if person.is_self), None)
        return listed or self.person(
            data, Person(provider_id=data.own.user_id, phone=data.own.phone), is_self=True
        )

    @staticmethod
    def _chat(data: MessagingPayload) -> ChatFact:
        people = chat_members(data) if data.chat_kind in (None, ChatKind.DIRECT) else ()
        chat_fact = _chat_fact if len(people) <= PEOPLE_REMEMBERED_WITH_CHAT else _chat_fact.__wrapped__
        return chat_fact(
            (data.chat_id, data.provider_chat_id),
            data.chat_kind,
            people,
            _new_title(data) or data.chat_title or "",
            (data.chat_content_type or "").lower()[:64],
        )

    @staticmethod
    def _quoted_sender_name(data: MessagingPayload) -> str:
        if data.quoted is None or data.quoted.sender_provider_id is None:
            return ""
        for person in (data.sender, *data.attendees):
            if person is not None and data.quoted.sender_provider_id in (person.provider_id, person.lid):
                return _shown_name(person)
        return ""


@lru_cache(maxsize=CHATS_REMEMBERED)
def _chat_fact(
    ids: tuple[str | None, str | None],
    kind: ChatKind | None,
    people: tuple[Person, ...],
    title: str,
    content_type: str,
) -> ChatFact:
    chat_id, provider_chat_id = ids
    aliases = aliases_of_chat(chat_id, provider_chat_id, kind, people)
    return ChatFact(
        external_thread_id=chat_id or provider_chat_id or "",
        aliases=tuple((alias.value, value) for alias, value in aliases),
        kind=kind or ChatKind.DIRECT,
        title=title,
        content_type=content_type,
    )


@lru_cache(maxsize=PEOPLE_REMEMBERED)
def _person_fact(
    person: Person,
    provider_id: str,
    provider: str | None,
    *,
    name_rank: NameRank,
    own: tuple[str, ...],
    is_self: bool,
) -> PersonFact:
    identities = identity_keys(person, provider)
    name = _shown_name(person)
    return PersonFact(
        provider_id=provider_id,
        attendee_id=person.attendee_id or "",
        name=name,
        name_rank=name_rank if name else 0,
        phone=person.phone or "",
        lid=person.lid or "",
        public_identifier=(person.public_identifier or "")[:512],
        is_self=is_self or bool(person.is_self) or not set(own).isdisjoint(identities),
        identities=identities,
        own_key=provider_id_key(provider_id, provider),
        beside=tuple(key[:512] for key in keys_beside(person, provider_id, provider)),
    )


def mentioned(text: str, people: Iterable[PersonFact]) -> tuple[PersonFact, ...]:
    """Those whom the tokens of a text name and the body does not list."""
    listed = {person.provider_id for person in people}
    return tuple(
        _person_by_id(provider_id) for provider_id in mentioned_ids(text) if provider_id not in listed
    )


def _person_by_id(provider_id: str) -> PersonFact:
    form, value = id_form(provider_id)
    if form is IdForm.LID:
        key = f"lid:{value}"
        return PersonFact(provider_id=provider_id, lid=value, identities=(key,), own_key=key)
    key = f"phone:{value}"
    return PersonFact(provider_id=provider_id, phone=value, identities=(key,), own_key=key)


def _reactor(happened: Happening, sender: PersonFact | None) -> str:
    """Whom the line names, else who sent it."""
    return happened.reactor or (sender.provider_id if sender else "")


def _searchable(text: str, people: Iterable[PersonFact]) -> str:
    """The text to search in, with the names of those it mentions, as far as its own body gives them."""
    return search_text(
        with_names(text, {person.provider_id: person.name for person in people if person.name})
    )


def _new_title(data: MessagingPayload) -> str | None:
    """A group's title as the very event says it; the body around it may still have the old one."""
    if data.happening is None or data.chat_kind is ChatKind.DIRECT:
        return None
    return data.happening.title


def _memberships(
    happened: Happening | None, sender: PersonFact | None, ourselves: PersonFact | None
) -> tuple[MembershipFact, ...]:
    if happened is None:
        return ()
    entered, departed = happened.entered, happened.departed
    meant = sender if happened.is_about_sender else ourselves
    if meant is not None:
        if happened.kind in (HappeningKind.MEMBER_LEFT, HappeningKind.MEMBER_REMOVED):
            departed = (*departed, meant.provider_id)
        else:
            entered = (*entered, meant.provider_id)
    return (
        *(MembershipFact(provider_id=provider_id, state="in") for provider_id in entered),
        *(MembershipFact(provider_id=provider_id, state="gone") for provider_id in departed),
    )


def _shown_name(person: Person | None) -> str:
    return (usable_name(person.name, person) or "") if person is not None else ""


def attachment_fact(attachment: Attachment) -> AttachmentFact:
    """What upstream says of a file; its address is left behind on purpose."""
    fetchable = attachment.is_fetchable and not attachment.is_unavailable
    return AttachmentFact(
        external_attachment_id=attachment.id,
        kind=attachment.kind,
        name=(attachment.name or "")[:512],
        mime_type=(attachment.mimetype or "")[:255],
        size_bytes=_within(attachment.size_bytes, 2**63 - 1),
        width=_within(attachment.width, 2**31 - 1),
        height=_within(attachment.height, 2**31 - 1),
        duration_seconds=attachment.duration_seconds,
        state="wanted" if fetchable else "unavailable",
    )


def _within(number: int | None, largest: int) -> int | None:
    return number if number is not None and 0 <= number <= largest else None
