"""Upstream's words for providers, and ours: lower case, as in an address; every kind of mailbox is `mail`."""

from __future__ import annotations

from typing import Final

WHATSAPP: Final = "whatsapp"
LINKEDIN: Final = "linkedin"
INSTAGRAM: Final = "instagram"
MESSENGER: Final = "messenger"
TELEGRAM: Final = "telegram"
TWITTER: Final = "twitter"
SLACK: Final = "slack"
MAIL: Final = "mail"

_MAILBOXES = frozenset(
    {"mail", "imap", "gmail", "google", "google_oauth", "icloud", "outlook", "exchange", "microsoft"}
)


def provider_from_word(upstream_word: str | None) -> str | None:
    """Our name for an `account_type`, or an account's `type`; an unknown word lower-cased."""
    if upstream_word is None:
        return None
    lowered = upstream_word.lower()
    return MAIL if lowered in _MAILBOXES else lowered
