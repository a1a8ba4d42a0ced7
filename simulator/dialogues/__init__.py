"""What people in the simulated town say, in several languages.

A dialogue is a text, one message a line:

    < text      the customer (in a group the first member; `<2`, `<3` … the others)
    > text      the owner, typed on the phone
    *2 renamed Attic     what a member does to the group: `created`, `renamed`, `added 4`, `removed 4`, `promoted 4`,
                `left`, `pictured`, or in any chat `called` and `filmed` (a video call nobody took)
                an empty line is a pause of an hour or more

Before the text may stand `[photo]`, `[shot]` (a PNG), `[film]`, `[gif]`, `[voice 14]` (seconds), `[file name.pdf]`,
`[sticker]`, `[once]` (a photo to be seen once), `[gone]` (a video that can no longer be fetched), `[nothing]` (a
kind the service cannot hand on), `[re 2]` (answers the message two lines above) and `[forwarded]`; then what
became of it: `[likes 3 🎉]` (somebody's reaction, 0 is the owner), `[was old words]` (edited), `[deleted]`.
`{n}` becomes a number, `{@2}` a mention of the second member.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from types import ModuleType

from simulator.dialogues import ar, de, en, es, fr, it, ja, pt, zh

_LINE = re.compile(r"^(?P<side>[<>*])(?P<member>\d*) (?P<rest>.*)$")
_MEDIA = ("photo", "shot", "film", "gif", "voice", "file", "sticker", "once", "gone", "nothing")
_MARK = re.compile(
    rf"^\[(?P<word>{'|'.join(_MEDIA)}|re|forwarded|likes|was|deleted)(?: (?P<value>[^\]]+))?\] ?"
)


@dataclass(frozen=True, slots=True)
class Language:
    """Names and lines of one language; `family_first` tells how a name is put together."""

    code: str
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    dialogues: tuple[str, ...]
    customer_lines: tuple[str, ...]
    owner_lines: tuple[str, ...]
    family_first: bool = False

    def name(self, noise: int) -> str:
        """A person's name, the same for the same `noise`."""
        first = self.first_names[noise % len(self.first_names)]
        last = self.last_names[noise // len(self.first_names) % len(self.last_names)]
        return f"{last} {first}" if self.family_first else f"{first} {last}"


@dataclass(frozen=True, slots=True)
class Line:
    """One message of a dialogue, or with `event` something that `member` does to the chat.

    `member` 0 is the owner; `after_pause` says that time passed before it; `likes` are (member, emoji).
    """

    member: int
    text: str
    after_pause: bool
    event: str | None = None
    media: str | None = None
    media_value: str | None = None
    answers: int = 0
    forwarded: bool = False
    likes: tuple[tuple[int, str], ...] = ()
    was: str | None = None
    deleted: bool = False


def parse_dialogue(text: str) -> list[Line]:
    """The lines of a dialogue; raises ValueError for a line in no known form."""
    lines: list[Line] = []
    pause = False
    for raw in text.strip().splitlines():
        stripped = raw.strip()
        if not stripped:
            pause = True
            continue
        lines.append(_parse_line(stripped, after_pause=pause))
        pause = False
    return lines


def _parse_line(raw: str, *, after_pause: bool) -> Line:
    found = _LINE.match(raw)
    if found is None:
        raise ValueError(raw)
    member = 0 if found["side"] == ">" else int(found["member"] or 1)
    rest = found["rest"]
    if found["side"] == "*":
        event, _, value = rest.partition(" ")
        return Line(member, value, after_pause, event=event)
    line = Line(member, "", after_pause)
    while mark := _MARK.match(rest):
        rest = rest[mark.end() :]
        line = _marked(line, mark["word"], mark["value"] or "")
    return replace(line, text=rest)


def _marked(line: Line, word: str, value: str) -> Line:
    match word:
        case "re":
            return replace(line, answers=int(value))
        case "forwarded":
            return replace(line, forwarded=True)
        case "likes":
            member, _, emoji = value.partition(" ")
            return replace(line, likes=(*line.likes, (int(member), emoji)))
        case "was":
            return replace(line, was=value)
        case "deleted":
            return replace(line, deleted=True)
        case _:
            return replace(line, media=word, media_value=value or None)


def _language(code: str, module: ModuleType, *, family_first: bool = False) -> Language:
    return Language(
        code,
        module.FIRST_NAMES,
        module.LAST_NAMES,
        module.DIALOGUES,
        module.CUSTOMER_LINES,
        module.OWNER_LINES,
        family_first,
    )


LANGUAGES: dict[str, Language] = {
    "pt": _language("pt", pt),
    "es": _language("es", es),
    "de": _language("de", de),
    "en": _language("en", en),
    "fr": _language("fr", fr),
    "it": _language("it", it),
    "ar": _language("ar", ar),
    "ja": _language("ja", ja, family_first=True),
    "zh": _language("zh", zh, family_first=True),
}
