"""People named inside a text: upstream writes `{{140000000000000@lid}}` or `{{33600000001@s.whatsapp.net}}`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from unipile.payloads.identity import IdForm, id_form

TOKENS_MAX = 200

_TOKEN = re.compile(r"\{\{\s*([\d.:]{1,64}@(?:lid|s\.whatsapp\.net|c\.us))\s*\}\}")


def mentioned_ids(text: str) -> tuple[str, ...]:
    """The provider ids that the tokens of a text name, in order, each once."""
    if "{{" not in text:
        return ()
    found: dict[str, None] = {}
    for match in _TOKEN.finditer(text):
        provider_id = person_id(match.group(1))
        if provider_id is not None and len(found) < TOKENS_MAX:
            found[provider_id] = None
    return tuple(found)


def person_id(jid: str) -> str | None:
    """A person's JID in the one spelling that keys a person: without device, phones at `s.whatsapp.net`."""
    form, value = id_form(jid)
    if form is IdForm.LID:
        return value
    return f"{value}@s.whatsapp.net" if form is IdForm.PHONE else None


def with_names(text: str, names: Mapping[str, str]) -> str:
    """The text with the names of those it mentions, as far as they are known."""
    if "{{" not in text:
        return text
    return _TOKEN.sub(lambda match: names.get(person_id(match.group(1)) or "", match.group(0)), text)


def without_tokens(text: str) -> str:
    """The words around the tokens."""
    return _TOKEN.sub(" ", text)
