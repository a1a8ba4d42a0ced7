"""A small team's day: two WhatsApp numbers, a LinkedIn and an Instagram account, ten hours that end now."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from simulator.dialogues import LANGUAGES, Language
from simulator.model import INSTAGRAM, LINKEDIN, Account, Chat
from simulator.scenarios.stage import Cue, Stage, Voice

DAY = timedelta(hours=10)
SMALL_TALKS_PER_LANGUAGE = 3


def day(stage: Stage) -> list[Voice]:
    """Some fifty conversations, the same for the same seed and moment."""
    acts = stage.acts
    accounts = [
        acts.account(name="Casa Lume", phone_number="+351910000111"),
        acts.account(name="Casa Lume Workshop", phone_number="+351910000112"),
        acts.account(LINKEDIN, "Inês Leitão", phone_number=None, username="ines-leitao"),
        acts.account(INSTAGRAM, "Casa Lume", phone_number=None, username="casa.lume"),
    ]
    told: list[Cue] = []
    voices: list[Voice] = []
    for language in LANGUAGES.values():
        small_talk = [_small_talk(stage, language) for _ in range(SMALL_TALKS_PER_LANGUAGE)]
        for dialogue in (*language.dialogues, *small_talk):
            account = stage.rng.choices(accounts, weights=(6, 3, 1, 1))[0]
            chat = _chat(stage, account, language)
            told.extend(stage.rehearse(chat, dialogue, _end(stage)))
            voices.append(Voice(chat, language))
    start = stage.now - DAY
    stage.perform(cue for cue in told if (cue.message.timestamp if cue.message else cue.at) >= start)
    return voices


def _small_talk(stage: Stage, language: Language) -> str:
    """A dialogue out of loose lines."""
    asked = stage.rng.sample(language.customer_lines, k=stage.rng.randrange(2, 6))
    said = stage.rng.sample(language.owner_lines, k=min(len(asked), len(language.owner_lines)))
    exchanged = [f"< {question}\n> {answer}" for question, answer in zip(asked, said, strict=True)]
    return "\n\n".join(exchanged)


def _chat(stage: Stage, account: Account, language: Language) -> Chat:
    noise = stage.rng.getrandbits(32)
    name = language.name(noise)
    contact = stage.acts.contact(
        account, name, phone_number=f"+999{noise % 10**9:09d}", username=f"user.{noise % 10**6:06d}"
    )
    contact.picture = stage.picture()
    return stage.acts.direct_chat(contact)


def _end(stage: Stage) -> datetime:
    """More happens towards the end of the day."""
    before = 0.9 * (1 - math.sqrt(stage.rng.random()))
    return stage.now - DAY * before
