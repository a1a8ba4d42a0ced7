"""Slowing down whoever guesses passwords (J7).

Counted are attempts per address, and per user name at an address: guessing from elsewhere locks nobody out.
A window that was used up is followed by one twice as long, up to the longest; tries while it lasts change
nothing, so that waiting always helps. Counting comes before looking at the password and is one statement, so
attempts at the same moment in several processes count like attempts in a row.
"""

import ipaddress
from typing import Final, NamedTuple

from django.db import connection
from django.utils.crypto import salted_hmac

from communications.errors import TooManyAttempts

SHORTEST_WINDOW_SECONDS: Final = 60
LONGEST_WINDOW_SECONDS: Final = 15 * 60
FORGOTTEN_AFTER_SECONDS: Final = 3600
IPV6_SITE_BITS: Final = 64


class Limit(NamedTuple):
    counted: str
    attempts_per_window: int


PER_ADDRESS: Final = Limit("address", 30)
PER_USER_AT_ADDRESS: Final = Limit("user at address", 5)

_COUNT: Final = """
INSERT INTO communications_loginwindow AS held (key, attempts, length_seconds, ends_at)
VALUES (%(key)s, 1, %(shortest)s, now() + %(shortest)s * interval '1 second')
ON CONFLICT (key) DO UPDATE SET (attempts, length_seconds, ends_at) = (
    SELECT CASE WHEN held.ends_at > now() THEN least(held.attempts, %(limit)s) + 1 ELSE 1 END,
           next.length_seconds,
           CASE WHEN held.ends_at > now() THEN held.ends_at
                ELSE now() + next.length_seconds * interval '1 second' END
    FROM (
        SELECT CASE
            WHEN held.ends_at > now() THEN held.length_seconds
            WHEN held.attempts >= %(limit)s AND held.ends_at > now() - %(forgotten)s * interval '1 second'
                THEN least(held.length_seconds * 2, %(longest)s)
            ELSE %(shortest)s
        END AS length_seconds
    ) AS next)
RETURNING attempts, ceil(extract(epoch FROM ends_at - now()))::integer
"""

_FORGET: Final = """
DELETE FROM communications_loginwindow
WHERE key = %(key)s OR ends_at < now() - %(forgotten)s * interval '1 second'
"""


def login_attempt_count(username: str, address: str) -> None:
    """Counts one attempt. Raises TooManyAttempts if it may not be made now."""
    for limit, key in _keys(username, address):
        with connection.cursor() as cursor:
            cursor.execute(
                _COUNT,
                {
                    "key": key,
                    "limit": limit.attempts_per_window,
                    "shortest": SHORTEST_WINDOW_SECONDS,
                    "longest": LONGEST_WINDOW_SECONDS,
                    "forgotten": FORGOTTEN_AFTER_SECONDS,
                },
            )
            attempts, seconds_left = cursor.fetchone()
        if attempts > limit.attempts_per_window:
            raise TooManyAttempts(max(1, seconds_left))


def login_attempts_forget(username: str, address: str) -> None:
    """Forgets the attempts of this person at this address, since the password was right, and windows long past."""
    _, (_, key) = _keys(username, address)
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, {"key": key, "forgotten": FORGOTTEN_AFTER_SECONDS})


def _keys(username: str, address: str) -> tuple[tuple[Limit, bytes], tuple[Limit, bytes]]:
    site = _site(address)
    return (
        (PER_ADDRESS, _digest(f"{PER_ADDRESS.counted}\0{site}")),
        (PER_USER_AT_ADDRESS, _digest(f"{PER_USER_AT_ADDRESS.counted}\0{site}\0{username}")),
    )


def _site(address: str) -> str:
    """An IPv6 customer has a whole network of addresses: they count as one."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return str(parsed)
    return str(ipaddress.ip_network((int(parsed), IPV6_SITE_BITS), strict=False))


def _digest(counted: str) -> bytes:
    return salted_hmac(
        "communications.outbox.login_attempts", counted.encode("utf-8", "replace"), algorithm="sha256"
    ).digest()
