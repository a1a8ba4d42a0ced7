"""Life goes on: a message every few seconds, for ever."""

from __future__ import annotations

import asyncio
from collections import deque
from random import Random

from simulator import creation
from simulator.acts import Acts
from simulator.dialogues import LANGUAGES, Language
from simulator.happenings import Happening
from simulator.model import INSTAGRAM, TELEGRAM, Attachment, Chat, Message
from simulator.scenarios.stage import Voice

OUTAGE_FIRST_STEP, OUTAGE_EVERY_STEPS, OUTAGE_STEPS = 12, 150, 6
EMOJI = ("👍", "❤️", "😂", "🙏", "🔥", "👏")
PAUSE_MIN_SECONDS, PAUSE_MAX_SECONDS = 4.0, 12.0
STRANGERS_MAX = 12
LINES_REMEMBERED = 6


class Trickle:
    """One thing at a time: somebody writes, reacts, corrects a message or takes it back, or the owner answers on
    the phone; receipts follow own messages. Now and then one account loses its credentials for a minute.
    """

    def __init__(self, acts: Acts, voices: list[Voice], rng: Random, *, pace: float = 1.0) -> None:
        self._acts = acts
        self._voices = list(voices)
        self._rng = rng
        self._pace = pace
        self._unanswered: deque[Voice] = deque(maxlen=3)
        self._unread: list[Message] = []
        self._recent: deque[Message] = deque(maxlen=12)
        self._strangers = 0
        self._steps = 0
        self._fragile = next((one.chat.account for one in voices if one.chat.account.type == INSTAGRAM), None)
        self._said: dict[str, deque[str]] = {}
        acts.changes.listen(self._hear)

    async def run(self) -> None:
        """Never returns; `pace` 10 is ten times as fast."""
        while True:
            await asyncio.sleep(self._rng.uniform(PAUSE_MIN_SECONDS, PAUSE_MAX_SECONDS) / self._pace)
            self.step()

    def step(self) -> None:
        """One message or what became of one, and the receipts that are due."""
        self._steps += 1
        self._outage()
        self._receipts()
        if self._recent and self._rng.random() < 0.15:
            self._return_to(self._rng.choice(self._recent))
        elif self._unanswered and self._rng.random() < 0.4:
            self._answer(self._unanswered.popleft())
        elif self._voices and self._strangers < STRANGERS_MAX and self._rng.random() < 0.02:
            self._stranger()
        elif voice := self._choose():
            self._write(voice)

    def _choose(self) -> Voice | None:
        """A few conversations are much livelier than the others; those that were deleted are silent."""
        self._voices = [one for one in self._voices if one.chat.id in self._acts.world.chats]
        if not self._voices:
            return None
        weights = [1 / (rank + 2) for rank in range(len(self._voices))]
        voice = self._rng.choices(self._voices, weights=weights)[0]
        if self._rng.random() < 0.15:
            self._voices.remove(voice)
            self._voices.insert(0, voice)
        return voice

    def _write(self, voice: Voice) -> None:
        chat, chance = voice.chat, self._rng.random()
        sender = self._rng.choice(chat.members)
        attachments: list[Attachment] = []
        text: str | None = self._line(chat, voice.language, own=False)
        if chance < 0.05:
            attachments = [creation.photo(self._acts.world, self._rng.randrange(8))]
            text = text if chance < 0.02 else None
        elif chance > 0.98:
            attachments, text = [self._rng.choice((creation.film, creation.gif))(self._acts.world)], None
        elif chance < 0.08 and chat.account.type != INSTAGRAM:
            attachments, text = [creation.voice_note(self._acts.world, self._rng.randrange(3, 25))], None
        newest = next(self._acts.world.chat_messages(chat), None)
        quoting = newest if newest is not None and newest.is_sender and self._rng.random() < 0.25 else None
        written = self._acts.customer_writes(
            chat, text, sender=sender, attachments=attachments, quoting=quoting
        )
        self._recent.append(written)
        if voice not in self._unanswered:
            self._unanswered.append(voice)

    def _answer(self, voice: Voice) -> None:
        if voice.chat.id in self._acts.world.chats:
            self._acts.phone_writes(voice.chat, self._line(voice.chat, voice.language, own=True))

    def _return_to(self, message: Message) -> None:
        """Somebody reacts to a message, or its author corrects it or takes it back."""
        if message.chat.id not in self._acts.world.chats or message.deleted or not message.account.connected:
            return
        chance = self._rng.random()
        if chance < 0.7 or message.account.type in {INSTAGRAM, TELEGRAM}:
            others = [one for one in message.chat.members if one is not message.sender]
            reader = self._rng.choice([message.account.own, *others])
            self._acts.changes.message_react(message, reader, self._rng.choice(EMOJI))
        elif chance < 0.9 and message.text:
            self._acts.customer_edits(message, f"{message.text} ✏️")
        else:
            self._acts.customer_deletes(message)

    def _outage(self) -> None:
        """The account that is fragile loses its credentials, and has them again some steps later."""
        account = self._fragile
        if account is None or account.id not in self._acts.world.accounts:
            return
        place = (self._steps - OUTAGE_FIRST_STEP) % OUTAGE_EVERY_STEPS
        if place == 0 and account.connected:
            self._acts.account_disconnects(account)
        elif place == OUTAGE_STEPS and account.status == "CREDENTIALS":
            self._acts.account_reconnects(account)

    def _stranger(self) -> None:
        self._strangers += 1
        language = self._rng.choice(list(LANGUAGES.values()))
        account = self._rng.choice(self._voices).chat.account
        message = self._acts.stranger_writes(account, self._line(None, language, own=False))
        self._voices.append(Voice(message.chat, language))

    def _line(self, chat: Chat | None, language: Language, *, own: bool) -> str:
        """A line that was not said in this chat just now."""
        lines = language.owner_lines if own else language.customer_lines
        said = self._said.setdefault(chat.id if chat else "", deque(maxlen=LINES_REMEMBERED))
        line = self._rng.choice([one for one in lines if one not in said] or lines)
        said.append(line)
        return line.replace("{n}", str(self._rng.randrange(1000, 10_000)))

    def _hear(self, happening: Happening) -> None:
        message = happening.message
        if happening.event == "message_received" and message is not None and message.is_sender:
            self._unread.append(message)

    def _receipts(self) -> None:
        self._unread = [one for one in self._unread if one.chat.id in self._acts.world.chats]
        for message in list(self._unread):
            if not message.delivered:
                self._acts.customer_receives(message)
            elif self._rng.random() < 0.5:
                self._unread.remove(message)
                self._acts.customer_reads(message)
