"""What people in the simulated town say, in several languages.

A dialogue is a text, one message a line:

    < text      the customer (in a group the first member; `<2`, `<3` … the others)
    > text      the owner, typed on the phone
                an empty line is a pause of an hour or more

Before the text may stand `[photo]`, `[voice 14]` (seconds), `[file name.pdf]`, `[sticker]`, `[gone]` (a
video that can no longer be fetched), `[re 2]` (answers the message two lines above) and `[forwarded]`.
`{n}` becomes a number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import ModuleType

from simulator.dialogues import ar, de, en, es, fr, it, ja, pt

_LINE = re.compile(r"^(?P<side>[<>])(?P<member>\d*) (?P<rest>.*)$")
_MARK = re.compile(r"^\[(?P<word>photo|voice|file|sticker|gone|re|forwarded)(?: (?P<value>[^\]]+))?\] ?")


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
    """One message of a dialogue. `member` 0 is the owner; `after_pause` says that time passed before it."""

    member: int
    text: str
    media: str | None
    media_value: str | None
    answers: int
    forwarded: bool
    after_pause: bool


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
    rest, media, value, answers, forwarded = found["rest"], None, None, 0, False
    while mark := _MARK.match(rest):
        rest = rest[mark.end() :]
        if mark["word"] == "re":
            answers = int(mark["value"])
        elif mark["word"] == "forwarded":
            forwarded = True
        else:
            media, value = mark["word"], mark["value"]
    return Line(member, rest, media, value, answers, forwarded, after_pause)


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
}
