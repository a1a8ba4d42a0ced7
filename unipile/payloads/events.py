"""Which event a body is: one table of canonical names, and the shapes that carry no name at all.

The same event has been seen as `message_received`, `message.received` and `message-received`, under `event`
or, where that is null or missing, `event_type`. Account status has no event name (only the wrapper
`AccountStatus`), the hosted-auth callback neither. Some spell it behind the webhook's source, as in
`users.new_relation`, or name a status by itself, as it is subscribed to. Version 2 of the API has an envelope of its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import msgspec

from unipile.payloads import fields
from unipile.payloads.identity import is_jid
from unipile.payloads.providers import WHATSAPP, provider_from_word
from unipile.payloads.refusals import UnreadableBody
from unipile.payloads.text import clean_text


class Family(StrEnum):
    """What kind of body it is, and so which parser reads it."""

    MESSAGING = "messaging"
    ACCOUNT_STATUS = "account_status"
    USERS = "users"
    MAIL = "mail"
    MAIL_TRACKING = "mail_tracking"
    CALENDAR = "calendar"
    HOSTED_AUTH = "hosted_auth"
    V2 = "v2"
    UNKNOWN = "unknown"


MESSAGE_RECEIVED: Final = "message_received"
MESSAGE_READ: Final = "message_read"
MESSAGE_DELIVERED: Final = "message_delivered"
MESSAGE_REACTION: Final = "message_reaction"
MESSAGE_EDITED: Final = "message_edited"
MESSAGE_DELETED: Final = "message_deleted"
ACCOUNT_STATUS: Final = "account_status"
HOSTED_AUTH_NOTIFY: Final = "hosted_auth_notify"
NEW_RELATION: Final = "new_relation"

FAMILY_OF_EVENT: Mapping[str, Family] = {
    MESSAGE_RECEIVED: Family.MESSAGING,
    MESSAGE_READ: Family.MESSAGING,
    MESSAGE_DELIVERED: Family.MESSAGING,
    MESSAGE_REACTION: Family.MESSAGING,
    MESSAGE_EDITED: Family.MESSAGING,
    MESSAGE_DELETED: Family.MESSAGING,
    ACCOUNT_STATUS: Family.ACCOUNT_STATUS,
    HOSTED_AUTH_NOTIFY: Family.HOSTED_AUTH,
    NEW_RELATION: Family.USERS,
    "mail_received": Family.MAIL,
    "mail_sent": Family.MAIL,
    "mail_moved": Family.MAIL,
    "mail_opened": Family.MAIL_TRACKING,
    "mail_link_clicked": Family.MAIL_TRACKING,
    "calendar_event_created": Family.CALENDAR,
    "calendar_event_updated": Family.CALENDAR,
    "calendar_event_deleted": Family.CALENDAR,
}

# Names whose spelling differs by more than separators and case; the dashboard and older pages show these.
ALIASES: Mapping[str, str] = {
    "new_message": MESSAGE_RECEIVED,
    "message_seen": MESSAGE_READ,
    "message_reacted": MESSAGE_REACTION,
    "reaction_received": MESSAGE_REACTION,
    "message_updated": MESSAGE_EDITED,
    "message_modified": MESSAGE_EDITED,
    "message_removed": MESSAGE_DELETED,
    "email_received": "mail_received",
    "email_sent": "mail_sent",
    "email_moved": "mail_moved",
    "email_opened": "mail_opened",
    "email_link_clicked": "mail_link_clicked",
    "relation_new": NEW_RELATION,
}


class AccountStatus(StrEnum):
    """What upstream says of an account; `UNKNOWN` stands for a word not seen before."""

    OK = "OK"
    STOPPED = "STOPPED"
    ERROR = "ERROR"
    CREDENTIALS = "CREDENTIALS"
    PERMISSIONS = "PERMISSIONS"
    CONNECTING = "CONNECTING"
    DELETED = "DELETED"
    CREATION_SUCCESS = "CREATION_SUCCESS"
    CREATION_FAIL = "CREATION_FAIL"
    RECONNECTED = "RECONNECTED"
    SYNC_SUCCESS = "SYNC_SUCCESS"
    UNKNOWN = "UNKNOWN"


_SOURCES = ("messaging", "users", "email_tracking", "email", "calendar_event", "account_status")
_STATUS_NAMES = ("AccountStatus", "accountStatus", "account_status")
# Where tools that pass deliveries on put them.
_WRAPPERS = ("body", "data", "payload")
# What a status is told by and beside, where nothing is wrapped around it: anything else speaks of something else.
_FLAT_STATUS_NAMES = frozenset(
    {"account_id", "account_type", "account_info", "message", "timestamp", "webhook_name", "Product"}
)
_STATUS_WORD = re.compile(r"[A-Z]+(?:_[A-Z]+)*")
_SEPARATORS = re.compile(r"[\s.\-:/]+|(?<=[a-z])(?=[A-Z])")
_EVENT_NAME_MAX_CHARACTERS = 100


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """A body, recognised. `body` is for the parsers of this package only.

    `event` is canonical, or for an unknown one the name as sent in our spelling, or "" without any name.
    `provider` is ours and None when the body does not tell; `provider_word` is upstream's. `account_id` is
    None when absent. `upstream_event_id` exists in version 2 and for mail tracking only.
    """

    family: Family
    event: str
    account_id: str | None
    provider: str | None
    provider_word: str | None
    webhook_name: str | None
    upstream_event_id: str | None
    body: Mapping[str, object]


def classify(body: object) -> Envelope:
    """What a decoded body is.

    Raises `UnreadableBody` (code `not_an_object`) for anything but a JSON object (alone in a list, or written as a string, it
    is one), and `InvalidField` for an account id that cannot be one. An unknown event is no error.
    """
    stated = fields.table(body)
    if not stated and body != {}:
        raise UnreadableBody("not_an_object", "The body is JSON, but not an object.")
    body = _handed_on(stated)
    family, event = _family_and_event(body)
    carrier = _carrier(body, family)
    provider_word = _provider_word(carrier)
    provider = provider_from_word(provider_word)
    if provider is None and family is Family.MESSAGING and _names_a_jid(body):
        provider = WHATSAPP
    return Envelope(
        family=family,
        event=event,
        account_id=_account_id(carrier),
        provider=provider,
        provider_word=provider_word,
        webhook_name=fields.word(body.get("webhook_name")),
        upstream_event_id=_upstream_event_id(body, family),
        body=body,
    )


def canonical_event(name: str) -> str:
    """Our spelling of an event name: known aliases resolved, else lower case with underscores."""
    if name in FAMILY_OF_EVENT:
        return name
    spelt = _SEPARATORS.sub("_", clean_text(name).strip()).lower()[:_EVENT_NAME_MAX_CHARACTERS]
    event = ALIASES.get(spelt, spelt)
    if event not in FAMILY_OF_EVENT:
        for source in _SOURCES:
            bare = spelt.removeprefix(f"{source}_")
            bare = ALIASES.get(bare, bare)
            if bare in FAMILY_OF_EVENT:
                return bare
    return event


def event_named(body: Mapping[str, object]) -> str | None:
    """The event as the body spells it; None where it names none."""
    named = (body.get("event"), body.get("event_type"))
    return next((name for name in named if isinstance(name, str) and name), None)


def status_table(body: Mapping[str, object]) -> Mapping[str, object]:
    """What an account status is told in: its wrapper, with the account from around it where it names none, else the body."""
    wrapped = next((inner for name in _STATUS_NAMES if (inner := fields.table(body.get(name)))), None)
    if wrapped is None or "account_id" in wrapped:
        return body if wrapped is None else wrapped
    return {name: body[name] for name in ("account_id", "account_type") if name in body} | dict(wrapped)


def status_word(body: Mapping[str, object]) -> str | None:
    """The word of a body that is an account status, or would be one."""
    named = event_named(body)
    if named is not None and _is_status_word(named):
        return named
    stated = status_table(body)
    told = (fields.word(stated.get(name)) for name in (*_STATUS_NAMES, "status", "message"))
    return next((word for word in told if word is not None), None)


def status_of_word(word: str) -> AccountStatus:
    try:
        return AccountStatus(_SEPARATORS.sub("_", word.strip()).upper())
    except ValueError:
        return AccountStatus.UNKNOWN


def _handed_on(body: Mapping[str, object]) -> Mapping[str, object]:
    """The body itself where whoever passed it on has put it into an object of theirs. Never what a string holds: that may be
    what a stranger wrote, as an e-mail's body is.
    """
    for name in _WRAPPERS:
        inner = body.get(name)
        if isinstance(inner, dict) and inner:
            break
    else:
        return body
    if _is_known(body):
        return body if "message_id" in body or "message" in body else {**inner, **body}
    is_told = _is_known(inner) or any(fields.table(inner.get(name)) for name in _STATUS_NAMES)
    return inner if is_told else body


def _is_known(body: Mapping[str, object]) -> bool:
    named = event_named(body)
    return named is not None and canonical_event(named) in FAMILY_OF_EVENT


def _family_and_event(body: Mapping[str, object]) -> tuple[Family, str]:
    named = event_named(body)
    event = canonical_event(named) if named is not None else ""
    family = FAMILY_OF_EVENT.get(event, Family.UNKNOWN)
    if family is Family.UNKNOWN and (
        any(fields.table(body.get(name)) for name in _STATUS_NAMES)
        or (_is_status_word(event) and "account_id" in body and "message_id" not in body)
    ):
        return Family.ACCOUNT_STATUS, ACCOUNT_STATUS
    if named is not None:
        return family, event
    if _is_flat_status(body):
        return Family.ACCOUNT_STATUS, ACCOUNT_STATUS
    kind = body.get("type")
    if isinstance(kind, str) and isinstance(body.get("payload"), dict) and "id" in body:
        return Family.V2, clean_text(kind).lower()[:_EVENT_NAME_MAX_CHARACTERS]
    status = body.get("status")
    is_callback = isinstance(status, str) and ("name" in body or _is_status_word(status))
    if is_callback and "account_id" in body and "message_id" not in body:
        return Family.HOSTED_AUTH, HOSTED_AUTH_NOTIFY
    return Family.UNKNOWN, ""


def _is_flat_status(body: Mapping[str, object]) -> bool:
    """A status without its wrapper. A message whose text is "ERROR" has a chat and an id, so it is none."""
    if "message_id" in body or "chat_id" in body or "provider_chat_id" in body:
        return False
    status = next((body[name] for name in (*_STATUS_NAMES, "message") if name in body), None)
    if status is None and "account_type" in body and "name" not in body:
        status = body.get("status")
    if not isinstance(status, str) or "account_id" not in body:
        return False
    if any(name in body for name in _STATUS_NAMES) or _is_status_word(status):
        return True
    return (
        "account_type" in body
        and body.keys() <= _FLAT_STATUS_NAMES
        and _STATUS_WORD.fullmatch(status) is not None
    )


def _is_status_word(word: str) -> bool:
    return status_of_word(word) is not AccountStatus.UNKNOWN


def _carrier(body: Mapping[str, object], family: Family) -> Mapping[str, object]:
    return status_table(body) if family is Family.ACCOUNT_STATUS else body


def _account_id(carrier: Mapping[str, object]) -> str | None:
    return fields.optional_id(carrier.get("account_id"), "account_id")


def _provider_word(carrier: Mapping[str, object]) -> str | None:
    spelt = fields.word(carrier.get("account_type"))
    if spelt is None:
        spelt = fields.word(fields.table(carrier.get("account_info")).get("type"))
    if spelt is None:
        sender = fields.table(carrier.get("sender"))
        spelt = fields.word(fields.table(sender.get("attendee_specifics")).get("provider"))
    return spelt[:64] if spelt is not None else None


def _names_a_jid(body: Mapping[str, object]) -> bool:
    sender = fields.table(body.get("sender"))
    candidates = (body.get("provider_chat_id"), body.get("chat_id"), sender.get("attendee_provider_id"))
    return any(isinstance(candidate, str) and is_jid(candidate) for candidate in candidates)


def _upstream_event_id(body: Mapping[str, object], family: Family) -> str | None:
    if family is Family.V2:
        return fields.companion_id(body.get("id"))
    if family is Family.MAIL_TRACKING:
        return fields.companion_id(body.get("event_id"))
    return None
