"""How a dialogue becomes messages of a chat, with times in the past."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from simulator import creation
from simulator.acts import Acts
from simulator.dialogues import Language, Line, parse_dialogue
from simulator.model import Attachment, Chat, Message, Origin
from simulator.timeline import position

PICTURES = 64


@dataclass(frozen=True, slots=True)
class Voice:
    """A chat that may go on talking, and in which language."""

    chat: Chat
    language: Language


@dataclass(slots=True)
class Stage:
    """Where a scenario plays: `now` is its present, from which its past is dated."""

    acts: Acts
    now: datetime
    rng: Random
    seed: int
    town_chats: int
    town_messages: int

    def rehearse(self, chat: Chat, dialogue: str, ends_at: datetime) -> list[Message]:
        """The messages of a dialogue, not yet told; the last one is of `ends_at`."""
        lines = parse_dialogue(dialogue)
        moments = self._moments(lines, ends_at)
        messages: list[Message] = []
        number = str(self.rng.randrange(1000, 10_000))
        for line, moment in zip(lines, moments, strict=True):
            own = line.member == 0
            text = line.text.replace("{n}", number) or None
            messages.append(
                creation.message_compose(
                    self.acts.world,
                    chat,
                    chat.account.own if own else chat.members[line.member - 1],
                    text,
                    origin=Origin.PHONE if own else Origin.CONTACT,
                    at=moment,
                    attachments=self._attachments(line, number),
                    quoted=messages[-line.answers] if line.answers else None,
                    forwarded=line.forwarded,
                )
            )
        return messages

    def perform(self, messages: Iterable[Message]) -> None:
        """Everything arrives in the order of its time, as in the burst after a reconnection.

        What the owner wrote before somebody's answer had been read by then.
        """
        answered: set[str] = set()
        ordered = sorted(messages, key=position)
        for message in reversed(ordered):
            if not message.is_sender:
                answered.add(message.chat.id)
            elif message.chat.id in answered:
                message.delivered = message.seen = True
        for message in ordered:
            self.acts.changes.message_arrive(message)

    def picture(self) -> int | None:
        """A profile picture; every fourth person has none."""
        return self.rng.randrange(PICTURES) if self.rng.random() < 0.75 else None

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
            case "photo":
                return [creation.photo(world, self.rng.randrange(8))]
            case "voice":
                return [creation.voice_note(world, int(value or 8))]
            case "file":
                return [creation.document(world, (value or "file.pdf").replace("{n}", number))]
            case "sticker":
                return [creation.sticker(world)]
            case "gone":
                return [creation.gone_video(world)]
            case _:
                return []
