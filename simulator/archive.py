"""A town as the past of a world: chats are known, their messages are made when somebody looks."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import lru_cache

from simulator.creation import document, photo, voice_note
from simulator.generate import Town, TownAccount, TownAttendee, TownChat, TownMessage
from simulator.model import (
    DIRECT,
    GROUP,
    WHATSAPP,
    Account,
    Attachment,
    Attendee,
    Chat,
    Message,
    Origin,
    Position,
)
from simulator.timeline import Timeline
from simulator.world import World

CHATS_KEPT = 256
_SEQUENCE_START = -(1 << 60)


class TownArchive:
    """Serves a town's messages. Chats and people are in memory; of the messages only their times and
    places.
    """

    def __init__(self, world: World, town: Town) -> None:
        self._world = world
        self._town = town
        self._released: set[int] = set()
        self._attendees: list[Attendee] = []
        self._chats: list[Chat] = []
        accounts = [self._account(one) for one in town.accounts()]
        by_id = {account.id: account for account in accounts}
        for attendee in town.attendees():
            self._attendees.append(self._attendee(by_id[attendee.account_id], attendee))
        self._town_chats = list(town.chats())
        for chat in self._town_chats:
            self._chats.append(self._chat(by_id[chat.account_id], chat))
        self._times_of = lru_cache(CHATS_KEPT)(lambda number: town.message_times(self._town_chats[number]))
        self._times, self._places = self._order()

    def newest(self, accounts: Iterable[Account], older_than: Position | None) -> Iterator[Message]:
        """Archived messages of `accounts` before `older_than`, newest first."""
        wanted = set(accounts)
        end = len(self._times) if older_than is None else self._end(older_than)
        for at in range(end - 1, -1, -1):
            number, index = _place(self._places[at])
            if number not in self._released and self._chats[number].account in wanted:
                yield self._message(
                    number, self._town.message(self._town_chats[number], index, self._times[at])
                )

    def chat_newest(self, chat: Chat, older_than: Position | None) -> Iterator[Message]:
        """Archived messages of `chat` before `older_than`, newest first."""
        number = self._town.chat_number(chat.id)
        if number is None or number in self._released:
            return
        town_chat, times = self._town_chats[number], self._times_of(number)
        places = range(len(times))
        if older_than is not None:
            end = bisect_left(places, older_than, key=lambda at: (times[at] * 1000, _sequence(number, at)))
            places = places[:end]
        for index in reversed(places):
            yield self._message(number, self._town.message(town_chat, index, times[index]))

    def find(self, message_id: str) -> Message | None:
        """The archived message of that id."""
        place = self._town.message_place(message_id)
        if place is None or place[0] in self._released:
            return None
        number, index = place
        moment = self._times_of(number)[index]
        return self._message(number, self._town.message(self._town_chats[number], index, moment))

    def release(self, chat: Chat) -> list[Message]:
        """All archived messages of `chat`, which from now on are no longer the archive's."""
        messages = list(self.chat_newest(chat, None))
        number = self._town.chat_number(chat.id)
        if number is not None:
            self._released.add(number)
        return messages

    def _message(self, number: int, one: TownMessage) -> Message:
        return Message(
            sequence=_sequence(number, one.ordinal),
            id=one.id,
            provider_id=one.provider_id,
            chat=self._chats[number],
            sender=self._world.attendees[one.sender_attendee_id],
            text=one.text,
            timestamp=one.sent_at,
            origin=Origin.PHONE if one.is_sender else Origin.CONTACT,
            attachments=self._attachments(one),
            seen=one.seen,
            delivered=one.delivered,
        )

    def _attachments(self, message: TownMessage) -> list[Attachment]:
        if message.attachment is None:
            return []
        number = message.ordinal
        made = {
            "photo": lambda: photo(self._world, number),
            "voice": lambda: voice_note(self._world, 5 + number % 20),
            "file": lambda: document(self._world, f"Order-{number}.pdf"),
        }[message.attachment]()
        # There is one at most, so the message's own id can be its id, the same at every look.
        made.id = message.id
        return [made]

    def _order(self) -> tuple[array[int], array[int]]:
        """Epoch seconds and (chat << 32 | index) of every message, oldest first."""
        times: array[int] = array("q")
        places: array[int] = array("q")
        for chat in self._town_chats:
            moments = self._town.message_times(chat)
            times.extend(moments)
            places.extend(range(chat.number << 32, (chat.number << 32) + len(moments)))
        order = sorted(range(len(times)), key=times.__getitem__)
        return array("q", map(times.__getitem__, order)), array("q", map(places.__getitem__, order))

    def _end(self, older_than: Position) -> int:
        """How many messages are before `older_than`."""
        end = bisect_left(self._times, -(-older_than[0] // 1000))
        while end < len(self._times) and self._position(end) < older_than:
            end += 1
        return end

    def _position(self, at: int) -> Position:
        return self._times[at] * 1000, _sequence(*_place(self._places[at]))

    def _account(self, one: TownAccount) -> Account:
        account = Account(
            sequence=self._world.next_sequence(),
            id=one.id,
            type=WHATSAPP,
            name=one.name,
            created_at=self._world.clock(),
            phone_number=one.phone_number,
            username=None,
            messages=Timeline(),
        )
        self._world.accounts[account.id] = account
        own = TownAttendee(
            -1,
            one.own_id,
            one.id,
            one.own_provider_id,
            one.name,
            one.phone_number,
            f"{one.phone_number[1:]}@s.whatsapp.net",
        )
        account.own = self._attendee(account, own, is_self=True)
        return account

    def _attendee(self, account: Account, one: TownAttendee, *, is_self: bool = False) -> Attendee:
        attendee = Attendee(
            sequence=self._world.next_sequence(),
            id=one.id,
            account=account,
            provider_id=one.provider_id,
            name=one.name,
            is_self=is_self,
            phone_number=one.phone_number,
            public_identifier=one.public_identifier,
        )
        self._world.keep_attendee(attendee)
        return attendee

    def _chat(self, account: Account, one: TownChat) -> Chat:
        chat = Chat(
            id=one.id,
            account=account,
            provider_id=one.provider_id,
            kind=GROUP if one.title else DIRECT,
            name=one.title,
            members=[self._attendees[number] for number in one.members],
            messages=Timeline(),
            sequence=self._world.next_sequence(),
            timestamp=one.last_message_at,
            unread_count=one.unread_count,
        )
        self._world.keep_chat(chat)
        return chat


def _place(packed: int) -> tuple[int, int]:
    """Chat number and index out of an entry of `places`."""
    return packed >> 32, packed & 0xFFFFFFFF


def _sequence(number: int, index: int) -> int:
    """Archived messages come before all others of the same moment."""
    return _SEQUENCE_START + (number << 32) + index


def town_open(world: World, town: Town) -> TownArchive:
    """Make `town` the past of `world`."""
    archive = TownArchive(world, town)
    world.archive = archive
    return archive
