"""From the bytes of a delivery to a JSON value, by one strict rule, and back.

UTF-8 only (a byte order mark is dropped, UTF-16 is refused), no NaN or Infinity, no number beyond a double's
range, at most `MAX_DEPTH` levels and `MAX_ELEMENTS` values. Of a key that comes twice the last one counts
(RFC 8259 leaves it open). Integers of up to 4,300 digits are kept exact. Strings come as they were sent, lone
surrogates and U+0000 included: `text.clean_text` makes them storable, `fields` refuses them inside ids.
"""

from __future__ import annotations

import codecs
import json
import math
import re
from typing import Never

import msgspec

from unipile.payloads.refusals import UnreadableBody

MAX_DEPTH = 64
MAX_ELEMENTS = 200_000

_fast = msgspec.json.Decoder()
_plain = msgspec.json.Encoder()
_canonical = msgspec.json.Encoder(order="sorted")
# An unclosed string swallows the rest, and nothing is ever tried twice: linear on any input.
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*+"?', re.DOTALL)


def decode(raw: bytes) -> object:
    """The JSON value of a body: dict, list, str, int, float, bool or None.

    Raises `UnreadableBody` and nothing else, whatever the bytes.
    """
    body = raw.removeprefix(codecs.BOM_UTF8)
    if not body.strip():
        raise UnreadableBody("empty_body", "The body is empty.")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableBody(
            "not_utf8", f"The body is not UTF-8: {error.reason} at byte {error.start}."
        ) from error
    brackets = body.count(b"{") + body.count(b"[")
    if brackets + body.count(b",") >= MAX_ELEMENTS:
        _check_elements(body)
    value = _decode_text(text)
    if brackets > MAX_DEPTH:
        _check_depth(value)
    return value


def encode(value: object, *, is_canonical: bool = False) -> bytes:
    """The bytes of any value that `decode` gives; `is_canonical`: equal ones for equal values."""
    try:
        return (_canonical if is_canonical else _plain).encode(value)
    except (UnicodeEncodeError, OverflowError):
        # Lone surrogates and long integers, which msgspec does not write.
        return json.dumps(value, sort_keys=is_canonical, separators=(",", ":")).encode("ascii")


def _check_elements(body: bytes) -> None:
    """Before anything is built: a few megabytes of empty objects become hundreds in memory."""
    bare = _STRING.sub(b"", body)
    if bare.count(b",") + bare.count(b"{") + bare.count(b"[") > MAX_ELEMENTS:
        raise UnreadableBody("too_many_elements", f"The body holds more than {MAX_ELEMENTS:,} values.")


def _check_depth(value: object) -> None:
    level = [value] if isinstance(value, (dict, list)) else []
    for _ in range(MAX_DEPTH):
        if not level:
            return
        level = [
            inner
            for holder in level
            for inner in (holder.values() if isinstance(holder, dict) else holder)
            if isinstance(inner, (dict, list))
        ]
    if level:
        raise _too_deep()


def _decode_text(text: str) -> object:
    try:
        return _fast.decode(text)
    except msgspec.DecodeError:
        return _decode_leniently(text)
    except RecursionError as error:
        raise _too_deep() from error


def _decode_leniently(text: str) -> object:
    """The standard library reads what msgspec will not (lone surrogates, long integers), and says why
    otherwise.
    """
    try:
        return json.loads(
            text, parse_constant=_refuse_constant, parse_float=_finite_float, parse_int=_integer
        )
    except json.JSONDecodeError as error:
        raise UnreadableBody(
            "not_json", f"The body is not JSON: {error.msg} at character {error.pos}."
        ) from error
    except RecursionError as error:
        raise _too_deep() from error


def _too_deep() -> UnreadableBody:
    return UnreadableBody("too_deep", f"The body is nested more than {MAX_DEPTH} levels deep.")


def _refuse_constant(word: str) -> Never:
    raise UnreadableBody("non_finite_number", f"The body holds {word}, which is not a JSON number.")


def _finite_float(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise UnreadableBody("non_finite_number", "The body holds a number beyond the range of a double.")
    return number


def _integer(digits: str) -> int:
    try:
        return int(digits)
    except ValueError as error:
        raise UnreadableBody(
            "number_too_long", "The body holds an integer of more than 4,300 digits."
        ) from error
