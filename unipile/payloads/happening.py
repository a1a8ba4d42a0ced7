"""Event messages (`is_event` 1): what they say has happened in a chat.

REST and some webhooks number the event (`event_type`); WhatsApp's webhooks have the English text only. Numbers
10 to 13 are calls that no source tells apart. A text that fits nothing known is an event of its own words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import msgspec

from unipile.payloads.mentions import mentioned_ids, without_tokens

EMOJI_MAX_CHARACTERS: Final = 64
TITLE_MAX_CHARACTERS: Final = 512


class HappeningKind(StrEnum):
    REACTION = "reaction"
    GROUP_CREATED = "group_created"
    SUBJECT_CHANGED = "subject_changed"
    PICTURE_CHANGED = "picture_changed"
    MEMBER_ADDED = "member_added"
    MEMBER_JOINED = "member_joined"
    MEMBER_REMOVED = "member_removed"
    MEMBER_LEFT = "member_left"
    MEMBER_PROMOTED = "member_promoted"
    MISSED_CALL = "missed_call"
    MISSED_VIDEO_CALL = "missed_video_call"
    DECLINED_CALL = "declined_call"
    CALL = "call"
    OTHER = "other"


KIND_OF_NUMBER: Final[Mapping[int, HappeningKind]] = {
    1: HappeningKind.REACTION,
    2: HappeningKind.REACTION,
    3: HappeningKind.GROUP_CREATED,
    4: HappeningKind.SUBJECT_CHANGED,
    5: HappeningKind.MEMBER_ADDED,
    6: HappeningKind.MEMBER_REMOVED,
    7: HappeningKind.MEMBER_LEFT,
    8: HappeningKind.MISSED_CALL,
    9: HappeningKind.MISSED_VIDEO_CALL,
    10: HappeningKind.CALL,
    11: HappeningKind.CALL,
    12: HappeningKind.CALL,
    13: HappeningKind.CALL,
}

# The first that fits counts, so the narrower come first.
_KIND_OF_WORDS: Final = tuple(
    (re.compile(words), kind)
    for words, kind in (
        (r"\breacted\b|\breactions?\b", HappeningKind.REACTION),
        (r"\bmissed\b.*\bvideo\b.*\bcall\b", HappeningKind.MISSED_VIDEO_CALL),
        (r"\bmissed\b.*\bcall\b", HappeningKind.MISSED_CALL),
        (
            r"\b(?:declined|rejected)\b.*\bcall\b|\bcall\b.*\b(?:declined|rejected)\b",
            HappeningKind.DECLINED_CALL,
        ),
        (r"\bcall\b", HappeningKind.CALL),
        (
            r"\bcreated\b.*\b(?:group|chat|conversation|community)\b|\b(?:group|community)\b.*\bcreated\b",
            HappeningKind.GROUP_CREATED,
        ),
        (r"\b(?:picture|icon|photo|image)\b", HappeningKind.PICTURE_CHANGED),
        (
            r"\brenamed\b|\b(?:changed|set|updated)\b.*\b(?:subject|name|title)\b",
            HappeningKind.SUBJECT_CHANGED,
        ),
        (r"\b(?:no longer|dismissed|demoted)\b", HappeningKind.OTHER),
        (r"\bpromoted\b|\badmin(?:istrator)?\b", HappeningKind.MEMBER_PROMOTED),
        (r"\b(?:removed|kicked)\b", HappeningKind.MEMBER_REMOVED),
        (r"\bleft\b", HappeningKind.MEMBER_LEFT),
        (r"\bjoined\b", HappeningKind.MEMBER_JOINED),
        (r"\badded\b", HappeningKind.MEMBER_ADDED),
    )
)
_VERB: Final = re.compile(r"\b(?:(was|were|been)\s+)?(?:added|removed|kicked(?:\s+out)?)\b", re.IGNORECASE)
_US: Final = re.compile(r"\byou\b", re.IGNORECASE)
_REACTION: Final = re.compile(r"\breacted\s+(?:with\s+)?(\S+)", re.IGNORECASE)
_QUOTED: Final = re.compile(r"[\"“«„]([^\"“”«»„]+)[\"”»“]")
_NEW_TITLE: Final = re.compile(r"\bto\s+[\"“«„]([^\"“”«»„]+)[\"”»“]")
_UNQUOTED_TITLE: Final = re.compile(r"\bto:?\s+(\S.*)\Z", re.DOTALL)


class Happening(msgspec.Struct, frozen=True, kw_only=True):
    """What an event message says. People are provider ids.

    `entered` and `departed` are those it names; where it names nobody, who came or went is its sender
    (`is_about_sender`), and where it says "you", the account's own (`is_about_us`). `title` is the group's new one. `reactor` and
    `emoji` belong to a reaction.
    """

    kind: HappeningKind
    entered: tuple[str, ...] = ()
    departed: tuple[str, ...] = ()
    is_about_sender: bool = False
    is_about_us: bool = False
    title: str | None = None
    reactor: str | None = None
    emoji: str | None = None


def read_happening(text: str, number: int | None) -> Happening:
    """What a text says, with its number where upstream gives one. What cannot be told is left out."""
    kind = _kind(text, number)
    people = mentioned_ids(text)
    is_about_us = _is_about_us(text, kind, people)
    is_about_sender = (
        not people and not is_about_us and kind in (HappeningKind.MEMBER_JOINED, HappeningKind.MEMBER_LEFT)
    )
    entered: tuple[str, ...] = ()
    departed: tuple[str, ...] = ()
    reactor = emoji = title = None
    match kind:
        case HappeningKind.REACTION:
            reactor, emoji = (people[0] if people else None), _emoji(text)
        case HappeningKind.GROUP_CREATED | HappeningKind.SUBJECT_CHANGED:
            title = _title(text, kind)
        case HappeningKind.MEMBER_ADDED:
            entered = _concerned(text, people)
        case HappeningKind.MEMBER_REMOVED:
            departed = _concerned(text, people)
        case HappeningKind.MEMBER_JOINED:
            entered = people[:1]
        case HappeningKind.MEMBER_LEFT:
            departed = people[:1]
    return Happening(
        kind=kind,
        entered=entered,
        departed=departed,
        is_about_sender=is_about_sender,
        is_about_us=is_about_us,
        title=title,
        reactor=reactor,
        emoji=emoji,
    )


def _emoji(text: str) -> str | None:
    found = _REACTION.search(without_tokens(text))
    return found.group(1)[:EMOJI_MAX_CHARACTERS] if found else None


def _kind(text: str, number: int | None) -> HappeningKind:
    numbered = KIND_OF_NUMBER.get(number) if number is not None else None
    if numbered is not None and numbered is not HappeningKind.CALL:
        return numbered
    words = _QUOTED.sub(" ", without_tokens(text[:2_000])).lower()
    spelt = (kind for pattern, kind in _KIND_OF_WORDS if pattern.search(words))
    return next(spelt, numbered or HappeningKind.OTHER)


def _concerned(text: str, people: tuple[str, ...]) -> tuple[str, ...]:
    """Whom an event adds or removes: "A added B", or "B was added by A"; in other words, all but the first."""
    named = _concerning(text)
    return people[1:] if named is None else mentioned_ids(named)


def _concerning(text: str) -> str | None:
    """The part of a sentence that says whom it adds or removes; ``None`` without such a verb."""
    verb = _VERB.search(text)
    if verb is None:
        return None
    return text[: verb.start()] if verb.group(1) else text[verb.end() :]


def _is_about_us(text: str, kind: HappeningKind, people: tuple[str, ...]) -> bool:
    """Upstream says "you" of whoever the account belongs to: "You were removed", "A added you", "You left"."""
    match kind:
        case HappeningKind.MEMBER_ADDED | HappeningKind.MEMBER_REMOVED:
            return _US.search(_concerning(text) or "") is not None
        case HappeningKind.MEMBER_JOINED | HappeningKind.MEMBER_LEFT:
            return not people and _US.match(text.lstrip()) is not None
        case _:
            return False


def _title(text: str, kind: HappeningKind) -> str | None:
    words = without_tokens(text)
    quoted = _NEW_TITLE.findall(words) or _QUOTED.findall(words)
    if not quoted and kind is HappeningKind.SUBJECT_CHANGED:
        quoted = _UNQUOTED_TITLE.findall(words)
    title = quoted[-1].strip() if quoted else ""
    return title[:TITLE_MAX_CHARACTERS] or None
