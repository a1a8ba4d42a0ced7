"""Opaque identifiers that follow from a seed.

Unipile's ids are 22 characters of base64url (16 bytes). Here the bytes are a keyed permutation of a number,
so the n-th message of a seed always has the same id, and an id leads back to its number without a table.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections import Counter

_WORD = (1 << 64) - 1
_FIRST, _SECOND = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_FIRST_INVERSE, _SECOND_INVERSE = pow(_FIRST, -1, 1 << 64), pow(_SECOND, -1, 1 << 64)


def scatter(number: int) -> int:
    """A bijection on 64-bit numbers (the finaliser of splitmix64)."""
    number &= _WORD
    number = ((number ^ (number >> 30)) * _FIRST) & _WORD
    number = ((number ^ (number >> 27)) * _SECOND) & _WORD
    return number ^ (number >> 31)


def gather(number: int) -> int:
    """The inverse of `scatter`."""
    number = number ^ (number >> 31) ^ (number >> 62)
    number = (number * _SECOND_INVERSE) & _WORD
    number = number ^ (number >> 27) ^ (number >> 54)
    number = (number * _FIRST_INVERSE) & _WORD
    return number ^ (number >> 30) ^ (number >> 60)


class Series:
    """The ids of one kind of thing under one seed."""

    def __init__(self, seed: int, kind: str) -> None:
        key = hashlib.blake2b(f"{seed}:{kind}".encode(), digest_size=16).digest()
        self._offset = int.from_bytes(key[:8], "big")
        self._check = int.from_bytes(key[8:], "big")

    def identifier(self, number: int) -> str:
        """The 22-character id of `number` (0 ≤ number < 2⁶⁴)."""
        front = scatter(number + self._offset)
        back = scatter(front ^ self._check)
        return base64.urlsafe_b64encode(((front << 64) | back).to_bytes(16, "big"))[:22].decode()

    def number(self, identifier: str) -> int | None:
        """The number behind `identifier`, or None when it is not of this series."""
        if len(identifier) != 22:
            return None
        try:
            raw = int.from_bytes(base64.b64decode(identifier + "==", altchars=b"-_", validate=True), "big")
        except (binascii.Error, ValueError):
            return None
        front = raw >> 64
        if raw & _WORD != scatter(front ^ self._check):
            return None
        return (gather(front) - self._offset) & _WORD

    def noise(self, number: int) -> int:
        """64 bits that depend on `number` and on the seed, for provider ids."""
        return scatter(scatter(number ^ self._check) + self._offset)


class Identifiers:
    """All series of a seed, with a counter for each."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._series: dict[str, Series] = {}
        self._counters: Counter[str] = Counter()
        self._starts: dict[str, int] = {}
        self._start = 0

    def series(self, kind: str) -> Series:
        """The series of `kind`; the same object for the same kind."""
        if kind not in self._series:
            self._series[kind] = Series(self.seed, kind)
        return self._series[kind]

    def next_number(self, kind: str) -> int:
        """The next unused number of `kind`."""
        number = self._starts.get(kind, self._start) + self._counters[kind]
        self._counters[kind] += 1
        return number

    def continue_from(self, start: int, *kinds: str) -> None:
        """Number what is made from now on from `start`, so that two runs of one seed do not share ids.

        Only `kinds`, or everything when none is named.
        """
        if not kinds:
            self._start = start
            self._starts.clear()
            self._counters.clear()
        for kind in kinds:
            self._starts[kind] = start
            self._counters[kind] = 0


def lid(noise: int) -> str:
    """WhatsApp's privacy id of a person: 15 digits and `@lid`; never a phone number."""
    return f"{10**14 + noise % (9 * 10**14)}@lid"


def group_jid(noise: int) -> str:
    """WhatsApp's id of a group made since 2022: `120363…@g.us`."""
    return f"120363{noise % 10**12:012d}@g.us"


def phone_jid(phone_number: str) -> str:
    """`+33639980135` → `33639980135@s.whatsapp.net`."""
    return f"{phone_number.lstrip('+')}@s.whatsapp.net"


def whatsapp_message_id(noise: int, *, typed_on_phone: bool) -> str:
    """`3A…` from a person's telephone, `3EB0…` from a linked device."""
    if typed_on_phone:
        return f"3A{noise:016X}{scatter(noise) & 0xFF:02X}"
    return f"3EB0{noise:016X}{scatter(noise) & 0xFF:02X}"


def linkedin_member_id(noise: int) -> str:
    """`ACoAA` and 34 characters, as in classic LinkedIn."""
    raw = b"".join(scatter(noise + step).to_bytes(8, "big") for step in range(4))
    return "ACoAA" + base64.urlsafe_b64encode(raw)[:34].decode()


def linkedin_urn_key(text: str) -> str:
    """`2-` and base64, the form of LinkedIn's thread and message ids."""
    return "2-" + base64.b64encode(text.encode()).decode()
