"""Small invented worlds: an account, people, chats under several names, and what upstream tells of their messages.

Upstream tells some messages more than once, with other words, names, files or times, and names a chat now by
its own id, now by the partner's. Between them it tells what happened to messages, those that have not come
included. The deliveries of a world are numbered from 1 in the order of their ids.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

from tests.ingest.deliveries import NOON

OWNER = -1
PEOPLE = 3
SECONDS_APART = 25


@dataclass(frozen=True)
class Telling:
    """A message is told. ``chat`` and ``author`` are facts of the message, all else differs from body to body.

    ``event`` is what an event message says has happened, and to whom; ``names`` is the message that the line of a reaction
    names by the provider's id.
    """

    message: int
    chat: int
    author: int
    text: str
    sent_second: int | None
    naming: str
    mention: str
    name: str | None
    title: str
    files: int
    is_event: bool
    event: tuple[str, int] | None
    names: int | None
    is_hidden: bool
    tells_sender: bool
    tells_account: bool


@dataclass(frozen=True)
class Happening:
    """Something happened to a message: ``kind`` is the event, ``said`` the new text or the emoji."""

    kind: str
    message: int
    chat: int
    author: int
    said: str
    actor: int
    mention: str
    tells_sender: bool


@dataclass(frozen=True)
class Status:
    """Upstream says a word about the account; ``hosted``: to the address of hosted connections."""

    word: str
    hosted: bool = False


@dataclass(frozen=True)
class Described:
    """Upstream answered what a chat is; ``people`` are in it, each with the form in which the answer shows them."""

    chat: int
    naming: str
    title: str
    archived: bool
    people: tuple[tuple[int, str], ...]
    name: str | None


@dataclass(frozen=True)
class Answered:
    """Upstream answered what a message is by now."""

    message: int
    said: str
    deleted: bool


Told = Telling | Happening | Status | Described | Answered


@dataclass(frozen=True)
class World:
    """``groups`` says of each chat whether it is one; a direct chat's number is that of its partner."""

    groups: tuple[bool, ...]
    own_identities: tuple[str, ...]
    told: tuple[Told, ...]

    def received_at(self, number: int) -> dt.datetime:
        return NOON + dt.timedelta(seconds=SECONDS_APART * number)

    def delivery_ids(self) -> list[uuid.UUID]:
        """Rising, and those of no other run."""
        salt = uuid.uuid4().int & (2**62 - 1)
        return [
            uuid.UUID(int=number << 80 | 0x7 << 76 | 0x2 << 62 | salt)
            for number in range(1, len(self.told) + 1)
        ]


@st.composite
def worlds(draw: st.DrawFn, *, happenings: int = 0) -> World:
    """With up to so many happenings besides up to six messages."""
    groups = tuple(draw(st.lists(st.booleans(), min_size=1, max_size=PEOPLE)))
    messages = [
        (chat, draw(st.sampled_from([OWNER, chat] if not groups[chat] else [OWNER, *range(PEOPLE)])))
        for chat in draw(st.lists(st.integers(0, len(groups) - 1), min_size=1, max_size=6))
    ]
    told: list[Told] = []
    for number, (chat, author) in enumerate(messages):
        least = 0 if happenings else 1
        told += draw(st.lists(tellings(number, chat, author, len(messages)), min_size=least, max_size=3))
    for _ in range(draw(st.integers(0, happenings))):
        number = draw(st.integers(0, len(messages) - 1))
        happened = draw(
            happenings_to(number, *messages[number])
            | st.builds(Status, STATUS_WORDS)
            | st.builds(Status, st.sampled_from(["CREATION_SUCCESS", "RECONNECTED"]), st.just(True))
            | st.builds(Answered, st.just(number), st.sampled_from(["", "👍", "hello"]), st.booleans())
            | descriptions(messages[number][0], is_group=groups[messages[number][0]])
        )
        told += [happened] * draw(st.integers(1, 2))
    if happenings and draw(st.booleans()):
        told += edited_to_and_fro(0, *messages[0])
    own = draw(
        st.sampled_from([(), ("phone:420600000001",), ("lid:100000000000001@lid", "phone:420600000001")])
    )
    return World(groups=groups, own_identities=own, told=tuple(draw(st.permutations(told))))


EVENTS = ["added", "removed", "left", "renamed", "reacted"]
STATUS_WORDS = st.sampled_from(["OK", "RECONNECTED", "CREDENTIALS", "ERROR", "CONNECTING", "NOVEL"])


def tellings(message: int, chat: int, author: int, messages: int) -> st.SearchStrategy[Telling]:
    return st.builds(
        Telling,
        message=st.just(message),
        chat=st.just(chat),
        author=st.just(author),
        text=st.sampled_from(["", "hello", "Grüße"]),
        sent_second=st.sampled_from([0, 0, 1, 2, None]),
        naming=st.sampled_from(["id and lid", "id and phone", "id", "lid", "phone"]),
        mention=st.sampled_from(["full", "lid", "phone"]),
        name=st.sampled_from([None, "You", "Ann", "Bea"]),
        title=st.sampled_from(["", "Choir", "Alps"]),
        files=st.integers(0, 2),
        is_event=st.booleans(),
        event=st.none() | st.tuples(st.sampled_from(EVENTS), st.sampled_from(range(PEOPLE))),
        names=st.none() | st.integers(0, messages - 1),
        is_hidden=st.sampled_from([False, False, True]),
        tells_sender=st.booleans(),
        tells_account=st.booleans(),
    )


def happenings_to(message: int, chat: int, author: int) -> st.SearchStrategy[Happening]:
    return st.builds(
        Happening,
        kind=st.sampled_from(
            ["message_read", "message_delivered", "message_edited", "message_deleted", "message_reaction"]
        ),
        message=st.just(message),
        chat=st.just(chat),
        author=st.just(author),
        said=st.sampled_from(["", "👍", "❤️"]),
        actor=st.sampled_from([OWNER, *range(PEOPLE)]),
        mention=st.sampled_from(["full", "lid", "phone"]),
        tells_sender=st.booleans(),
    )


def descriptions(chat: int, *, is_group: bool) -> st.SearchStrategy[Described]:
    people = st.sampled_from([OWNER, *range(PEOPLE)] if is_group else [OWNER, chat])
    return st.builds(
        Described,
        chat=st.just(chat),
        naming=st.sampled_from(["id and lid", "id and phone", "id"]),
        title=st.sampled_from(["", "Choir", "Alps"]),
        archived=st.booleans(),
        people=st.lists(st.tuples(people, st.sampled_from(["full", "lid", "phone"])), max_size=2).map(tuple),
        name=st.sampled_from([None, "You", "Ann", "Bea"]),
    )


def edited_to_and_fro(message: int, chat: int, author: int) -> list[Told]:
    """To one text, to another, and to the first again: as bodies, two happenings."""
    return [
        Happening("message_edited", message, chat, author, said, OWNER, "lid", tells_sender=False)
        for said in ("👍", "❤️", "👍")
    ]


@st.composite
def plans(draw: st.DrawFn, deliveries: int) -> Sequence[Sequence[int]]:
    """An order of processing with repetitions, split into batches: indexes of deliveries."""
    order = draw(st.permutations(range(deliveries)))
    repeated = draw(st.lists(st.sampled_from(order), max_size=4)) if order else []
    queue = [*order, *repeated]
    batches: list[list[int]] = []
    while queue:
        size = draw(st.integers(1, len(queue)))
        batches.append(list(dict.fromkeys(queue[:size])))
        del queue[:size]
    return batches
