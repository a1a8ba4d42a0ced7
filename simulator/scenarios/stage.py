"""How a dialogue becomes what happens in a chat, with times in the past."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from random import Random

from simulator import creation
from simulator.acts import Acts
from simulator.dialogues import Language, Line, parse_dialogue
from simulator.model import Attachment, Attendee, Chat, Message, Origin

PICTURES = 64
AFTERWARDS = timedelta(seconds=9)
_ALWAYS_ALIKE = {
    "film": creation.film,
    "gif": creation.gif,
    "sticker": creation.sticker,
    "gone": creation.gone_video,
}
_MENTION = re.compile(r"\{@(\d+)\}")


@dataclass(frozen=True, slots=True)
class Voice:
    """A chat that may go on talking, and in which language."""

    chat: Chat
    language: Language


@dataclass(frozen=True, slots=True)
class Cue:
    """Something that is to happen at a moment, to `message` if it is about one; `arrives` says that it is its
    arrival.
    """

    at: datetime
    act: Callable[[], None]
    message: Message | None = None
    arrives: bool = False


@dataclass(slots=True)
class Stage:
    """Where a scenario plays: `now` is its present, from which its past is dated."""

    acts: Acts
    now: datetime
    rng: Random
    seed: int
    town_chats: int
    town_messages: int

    def rehearse(
        self, chat: Chat, dialogue: str, ends_at: datetime, *, newcomers: Sequence[Attendee] = ()
    ) -> list[Cue]:
        """What happens in a dialogue, not yet told; the last line is of `ends_at`. `newcomers` are the members
        after those the chat has now, who may join.
        """
        lines = parse_dialogue(dialogue)
        people = [chat.account.own, *chat.members, *newcomers]
        number = str(self.rng.randrange(1000, 10_000))
        cues: list[Cue] = []
        messages: list[Message] = []
        for line, moment in zip(lines, self._moments(lines, ends_at), strict=True):
            if line.event is not None:
                cues.append(self._event(chat, line, people, moment))
                continue
            message = creation.message_compose(
                self.acts.world,
                chat,
                people[line.member],
                _filled(line.was if line.was is not None else line.text, people, number) or None,
                origin=Origin.PHONE if line.member == 0 else Origin.CONTACT,
                at=moment,
                attachments=self._attachments(line, number),
                quoted=messages[-line.answers] if line.answers else None,
                forwarded=line.forwarded,
                view_once=line.media == "once",
            )
            messages.append(message)
            cues.append(
                Cue(moment, partial(self.acts.changes.message_arrive, message), message, arrives=True)
            )
            cues.extend(self._aftermath(message, line, people, number))
        return cues

    def perform(self, cues: Iterable[Cue]) -> None:
        """Everything happens in the order of its time, as in the burst after a reconnection.

        What the owner wrote before somebody's answer had been read by then.
        """
        answered: set[str] = set()
        ordered = sorted(cues, key=lambda cue: cue.at)
        for cue in reversed(ordered):
            message = cue.message
            if message is None or not cue.arrives:
                continue
            if not message.is_sender:
                answered.add(message.chat.id)
            elif message.chat.id in answered:
                message.delivered = message.seen = True
        for cue in ordered:
            cue.act()

    def picture(self) -> int | None:
        """A profile picture; every fourth person has none."""
        return self.rng.randrange(PICTURES) if self.rng.random() < 0.75 else None

    def _aftermath(
        self, message: Message, line: Line, people: Sequence[Attendee], number: str
    ) -> Iterable[Cue]:
        """What becomes of a message a little later."""
        changes, moment = self.acts.changes, message.timestamp
        for member, emoji in line.likes:
            moment += AFTERWARDS
            yield Cue(moment, partial(changes.message_react, message, people[member], emoji), message)
        if line.was is not None:
            text = _filled(line.text, people, number)
            yield Cue(moment + AFTERWARDS, partial(changes.message_edit, message, text), message)
        if line.deleted:
            yield Cue(moment + AFTERWARDS, partial(changes.message_delete, message), message)

    def _event(self, chat: Chat, line: Line, people: Sequence[Attendee], moment: datetime) -> Cue:
        events, actor = self.acts.events, people[line.member]
        picture = self.rng.randrange(PICTURES)

        def act() -> None:
            match line.event:
                case "created":
                    events.group_create(chat, by=actor, at=moment)
                case "renamed":
                    events.group_rename(chat, line.text, by=actor, at=moment)
                case "pictured":
                    events.group_picture(chat, picture, by=actor, at=moment)
                case "added":
                    events.member_add(chat, people[int(line.text)], by=actor, at=moment)
                case "removed":
                    events.member_remove(chat, people[int(line.text)], by=actor, at=moment)
                case "promoted":
                    events.member_promote(chat, people[int(line.text)], by=actor, at=moment)
                case "left":
                    events.member_leave(chat, actor, at=moment)
                case "called" | "filmed":
                    events.call_miss(chat, actor, video=line.event == "filmed", at=moment)
                case _:
                    raise ValueError(f"Nobody can be {line.event}.")

        return Cue(moment, act)

    def _moments(self, lines: list[Line], ends_at: datetime) -> list[datetime]:
        moment = ends_at
        moments = [moment]
        for line in reversed(lines[1:]):
            seconds = self.rng.uniform(2700, 7200) if line.after_pause else self.rng.uniform(15, 160)
            moment -= timedelta(seconds=seconds)
            moments.append(moment)
        return moments[::-1]

    def _attachments(self, line: Line, number: str) -> list[Attachment]:
        world, value = self.acts.world, line.media_value
        match line.media:
            case None | "nothing":
                return []
            case "photo" | "once":
                return [creation.photo(world, self.rng.randrange(8))]
            case "shot":
                return [creation.screenshot(world, self.rng.randrange(8))]
            case "voice":
                return [creation.voice_note(world, int(value or 8))]
            case "file":
                return [creation.document(world, (value or "file.pdf").replace("{n}", number))]
            case other:
                return [_ALWAYS_ALIKE[other](world)]


def _filled(text: str, people: Sequence[Attendee], number: str) -> str:
    named = _MENTION.sub(lambda found: f"{{{{{people[int(found[1])].provider_id}}}}}", text)
    return named.replace("{n}", number)
