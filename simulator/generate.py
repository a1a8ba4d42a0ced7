"""A town of any size from a seed: plain records, made while they are read, always the same.

The simulator serves them as its `large` scenario, and a benchmark can pour the very same rows into a
database:

    town = Town(seed=1, chats=20_000, messages=1_000_000)
    for chat in town.chats():
        for message in town.messages_of(chat):
            …
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache
from itertools import accumulate
from random import Random
from typing import NamedTuple

from simulator.creation import message_provider_id
from simulator.dialogues import LANGUAGES
from simulator.identifiers import Series, group_jid, lid, phone_jid
from simulator.model import WHATSAPP

GROUP_EVERY, GROUP_SIZE_MIN, GROUP_SIZE_MAX = 25, 4, 12
SPAN_MAX_SECONDS, GAP_MAX_SECONDS = 5 * 365 * 86_400, 86_400
UNREAD_EVERY, UNREAD_MAX = 6, 9
OWN_OF_256 = 108
SENDERS_KEPT = 1024
_ATTACHMENTS = {0: "photo", 1: "photo", 2: "photo", 3: "photo", 4: "photo", 5: "voice", 6: "file"}
"""Which of 128 messages carry something."""
_LANGUAGES = tuple(LANGUAGES[code] for code in ("pt", "es", "de", "en", "fr", "it", "ar", "ja"))


class TownAccount(NamedTuple):
    """A connected account with its own person."""

    number: int
    id: str
    name: str
    phone_number: str
    own_id: str
    own_provider_id: str


class TownAttendee(NamedTuple):
    """A customer; each chat has one of the same number."""

    number: int
    id: str
    account_id: str
    provider_id: str
    name: str
    phone_number: str
    public_identifier: str


class TownChat(NamedTuple):
    """A conversation. `members` are numbers of attendees; `title` is None unless it is a group."""

    number: int
    id: str
    account_id: str
    provider_id: str
    title: str | None
    members: tuple[int, ...]
    message_count: int
    unread_count: int
    last_message_at: datetime


class TownMessage(NamedTuple):
    """A message; `ordinal` counts from 0, the oldest of its chat. `attachment` is `photo`, `voice`, `file`
    or None.
    """

    ordinal: int
    id: str
    provider_id: str
    account_id: str
    chat_id: str
    sender_attendee_id: str
    sender_id: str
    is_sender: bool
    text: str | None
    sent_at: datetime
    seen: bool
    delivered: bool
    attachment: str | None


class Town:
    """`chats` conversations with `messages` messages in all, over `accounts` WhatsApp accounts.

    The busiest chat has about 0.6 % of the messages at the default size; every chat has one at least. The
    youngest message is at `ends_at`. Memory grows with the chats, not with the messages.
    """

    def __init__(
        self,
        seed: int = 1,
        *,
        chats: int = 20_000,
        messages: int = 1_000_000,
        accounts: int = 2,
        ends_at: datetime = datetime(2026, 11, 1, 12, 0, tzinfo=UTC),
    ) -> None:
        if not 1 <= accounts <= chats <= messages:
            raise ValueError("A town needs 1 ≤ accounts ≤ chats ≤ messages.")
        self.chat_count, self.message_count, self.account_count = chats, messages, accounts
        self._senders = lru_cache(SENDERS_KEPT)(self._senders_of)
        self._ends_at = ends_at.replace(microsecond=0)
        self._series = {
            kind: Series(seed, f"town {kind}") for kind in ("account", "attendee", "chat", "message")
        }

    def accounts(self) -> Iterator[TownAccount]:
        """The accounts."""
        for number in range(self.account_count):
            own = self.chat_count + number
            yield TownAccount(
                number,
                self._series["account"].identifier(number),
                f"Casa Lume {number + 1}",
                f"+3519100002{number:02d}",
                self._series["attendee"].identifier(own),
                lid(self._series["attendee"].noise(own)),
            )

    def attendee(self, number: int) -> TownAttendee:
        """The customer of that number."""
        noise = self._series["attendee"].noise(number)
        phone_number = _phone_number(number)
        return TownAttendee(
            number,
            self._series["attendee"].identifier(number),
            self._account_id(number),
            lid(noise),
            _LANGUAGES[noise % len(_LANGUAGES)].name(noise >> 8),
            phone_number,
            phone_jid(phone_number),
        )

    def attendees(self) -> Iterator[TownAttendee]:
        """All customers."""
        return map(self.attendee, range(self.chat_count))

    def chat(self, number: int) -> TownChat:
        """The conversation of that number."""
        noise = self._series["chat"].noise(number)
        members = self._members(number, noise)
        is_group = len(members) > 1
        contact = lid(self._series["attendee"].noise(number))
        age = timedelta(seconds=int((noise / 2**64) ** 2 * 365 * 86_400))
        count = self._message_counts[number]
        unread = 1 + noise % UNREAD_MAX if noise % UNREAD_EVERY == 0 else 0
        return TownChat(
            number,
            self._series["chat"].identifier(number),
            self._account_id(number),
            group_jid(noise) if is_group else contact,
            f"Team {number // GROUP_EVERY + 1}" if is_group else None,
            members,
            count,
            min(unread, count),
            self._ends_at - age,
        )

    def chats(self) -> Iterator[TownChat]:
        """All conversations."""
        return map(self.chat, range(self.chat_count))

    def chat_number(self, chat_id: str) -> int | None:
        """The number of the conversation of that id."""
        number = self._series["chat"].number(chat_id)
        return number if number is not None and number < self.chat_count else None

    def message_place(self, message_id: str) -> tuple[int, int] | None:
        """Chat number and index of the message of that id."""
        number = self._series["message"].number(message_id)
        if number is None:
            return None
        chat, index = number >> 32, number & 0xFFFFFFFF
        known = chat < self.chat_count and index < self._message_counts[chat]
        return (chat, index) if known else None

    def message_times(self, chat: TownChat) -> list[int]:
        """When the messages of `chat` were sent, in epoch seconds, oldest first."""
        draw = Random(self._series["chat"].noise(chat.number) ^ 1).random
        longest = min(GAP_MAX_SECONDS * 2, SPAN_MAX_SECONDS * 5 // chat.message_count)
        # The fourth power makes most pauses short and few of them long; its mean is a fifth.
        gaps = (int(draw() ** 4 * longest) for _ in range(chat.message_count - 1))
        newest = int(chat.last_message_at.timestamp())
        return list(accumulate(gaps, lambda moment, gap: moment - gap, initial=newest))[::-1]

    def messages_of(self, chat: TownChat) -> Iterator[TownMessage]:
        """The messages of `chat`, oldest first."""
        senders = self._senders(chat)
        for index, moment in enumerate(self.message_times(chat)):
            yield self._message(chat, senders, index, moment)

    def message(self, chat: TownChat, index: int, moment: int) -> TownMessage:
        """One message of `chat`; `moment` is its entry in `message_times`."""
        return self._message(chat, self._senders(chat), index, moment)

    def messages(self) -> Iterator[TownMessage]:
        """All messages, chat by chat."""
        for chat in self.chats():
            yield from self.messages_of(chat)

    def _senders_of(self, chat: TownChat) -> list[tuple[str, str]]:
        """Id and provider id of everybody in `chat`, the account's own person last."""
        series = self._series["attendee"]
        people = [*chat.members, self.chat_count + chat.number % self.account_count]
        return [(series.identifier(one), lid(series.noise(one))) for one in people]

    def _message(
        self, chat: TownChat, senders: list[tuple[str, str]], index: int, moment: int
    ) -> TownMessage:
        number = (chat.number << 32) | index
        ids = self._series["message"]
        noise = ids.noise(number)
        language = _LANGUAGES[self._series["attendee"].noise(chat.number) % len(_LANGUAGES)]
        read = index < chat.message_count - chat.unread_count
        is_sender = read and noise & 0xFF < OWN_OF_256
        sender_id, sender_provider_id = senders[-1 if is_sender else (noise >> 8 & 0xFF) % (len(senders) - 1)]
        attachment = _ATTACHMENTS.get(noise >> 16 & 0x7F)
        lines = language.owner_lines if is_sender else language.customer_lines
        sent_at = datetime.fromtimestamp(moment, UTC)
        return TownMessage(
            index,
            ids.identifier(number),
            message_provider_id(WHATSAPP, noise, sent_at, typed_on_phone=True),
            chat.account_id,
            chat.id,
            sender_id,
            sender_provider_id,
            is_sender,
            None if attachment in {"voice", "file"} else _text(lines, noise >> 24),
            sent_at,
            read,
            True,
            attachment,
        )

    def _account_id(self, number: int) -> str:
        return self._series["account"].identifier(number % self.account_count)

    def _members(self, number: int, noise: int) -> tuple[int, ...]:
        """The customer of the chat's number; in a group others of the same account beside them."""
        if number % GROUP_EVERY:
            return (number,)
        neighbours = range(number % self.account_count, self.chat_count, self.account_count)
        size = GROUP_SIZE_MIN + noise % (GROUP_SIZE_MAX - GROUP_SIZE_MIN + 1)
        others = (neighbours[(noise >> step) % len(neighbours)] for step in range(size - 1))
        return tuple(dict.fromkeys((number, *others)))

    @cached_property
    def _message_counts(self) -> list[int]:
        """How many messages each chat has: one each, the rest by a long tail over a shuffled rank."""
        noise = self._series["chat"].noise
        ranked = sorted(range(self.chat_count), key=lambda number: noise(number) & 0xFFFFFFFF)
        weights = [0.0] * self.chat_count
        for rank, number in enumerate(ranked):
            weights[number] = (rank + 10) ** -0.8
        rest, total, counts, given = self.message_count - self.chat_count, sum(weights), [], 0
        for running in accumulate(weights):
            share = round(rest * running / total)
            counts.append(1 + share - given)
            given = share
        return counts


def _phone_number(number: int) -> str:
    """Numbers set aside for fiction: 555-0100 to 555-0199 in each North American area, then an unused
    country code.
    """
    area, last = divmod(number, 100)
    return f"+1{200 + area}55501{last:02d}" if area < 800 else f"+999{number:09d}"


def _text(lines: tuple[str, ...], noise: int) -> str:
    """One line, or in every fourth message two."""
    text = lines[(noise & 0xFFF) % len(lines)]
    if noise >> 12 & 3 == 0:
        text = f"{text} {lines[(noise >> 14 & 0xFFF) % len(lines)]}"
    return text.replace("{n}", str(1000 + (noise >> 26 & 0x1FFF)))
