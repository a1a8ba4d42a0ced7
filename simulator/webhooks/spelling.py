"""Turning a body as the live service sends it into another dialect."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from simulator.dialects import (
    LIVE,
    AttachmentForm,
    AttendeesForm,
    Dialect,
    EventForm,
    FlagForm,
    IdForm,
    NameForm,
    QuoteForm,
    ReactionForm,
    StatusForm,
    TimeForm,
)
from simulator.happenings import Happening
from simulator.model import Attendee, Message
from simulator.moments import stamp
from simulator.webhooks.people import person_told

Body = dict[str, Any]

_FLAGS = ("is_event", "chat_pinned", "is_forwarded", "is_group", "is_view_once")
_TOKEN = re.compile(r"\{\{([^{}]+)\}\}")
_ELSEWHERE = timezone(timedelta(hours=1))


def status_spelt(happening: Happening, account_id: str, webhook_name: str, dialect: Dialect) -> Body:
    """The body of an account's status."""
    account = happening.account
    told = {"account_id": account_id, "message": happening.status, "account_type": account.type}
    if dialect.status is StatusForm.FLAT:
        return told
    if dialect.status is StatusForm.DECLARED:
        return {
            "webhook_name": webhook_name,
            "account_id": account_id,
            "account_type": account.type,
            "account_status": happening.status,
            "account_status_specifics": "Product",
            "timestamp": stamp(happening.at),
        }
    return {"AccountStatus": told}


def message_spelt(body: Body, message: Message, dialect: Dialect) -> Body:
    """`body`, which tells of `message`, in `dialect`. The very same for the live one."""
    if dialect == LIVE:
        return body
    spelling = _Spelling(message, dialect)
    return spelling.whole(body)


class _Spelling:
    """The choices of a dialect, applied to one body."""

    def __init__(self, message: Message, dialect: Dialect) -> None:
        self._dialect = dialect
        self._message = message
        account = message.account
        people = [*message.chat.members, account.own, message.sender]
        if message.quoted is not None:
            people.append(message.quoted.sender)
        self._ids = {one.provider_id: _spelt_id(one, dialect.ids) for one in people}
        self._own_id = account.own.provider_id

    def whole(self, body: Body) -> Body:
        dialect = self._dialect
        spelt = {key: self._value(key, value) for key, value in body.items()}
        spelt["attendees"] = self._attendees(body)
        if dialect.quotes is QuoteForm.UNIPILE and self._message.quoted is not None:
            quoted = self._message.quoted
            spelt["quoted"] = None
            spelt["reply_to"] = {"id": quoted.id, "text": quoted.text, "timestamp": stamp(quoted.timestamp)}
        if dialect.owner_id:
            spelt["account_info"] = {**spelt["account_info"], "user_id": self._id(self._own_id)}
        if dialect.event_types and self._message.event_type is not None:
            spelt["event_type"] = int(self._message.event_type)
        if dialect.reactions is ReactionForm.OBJECT and "reaction" in spelt:
            spelt["reaction"] = {"emoji": spelt["reaction"], "sender": spelt.pop("reaction_sender")}
        if dialect.chat_by_provider:
            spelt["chat_id"] = spelt["provider_chat_id"]
        self._flags(spelt)
        self._time(spelt)
        self._event(spelt)
        if dialect.keys is None:
            return spelt
        return {
            key: value
            for key, value in spelt.items()
            if key in dialect.keys and (value or key not in dialect.optional_keys or key == "reaction")
        }

    def _value(self, key: str, value: Any) -> Any:
        match key:
            case "sender" | "reaction_sender":
                return self._person(value)
            case "provider_chat_id":
                return self._id(value)
            case "message":
                return self._text(value)
            case "attachments":
                return self._attachments(value)
            case "quoted" | "reply_to" if value is not None:
                named = {**value, "sender_id": self._id(value["sender_id"])}
                return {**named, "text": self._text(value["text"])}
            case _:
                return value

    def _id(self, provider_id: str) -> str:
        return self._ids.get(provider_id, provider_id)

    def _text(self, text: str | None) -> str | None:
        if not text:
            return None if self._dialect.null_text else text
        return _TOKEN.sub(lambda found: f"{{{{{self._id(found[1])}}}}}", text)

    def _person(self, person: Body) -> Body:
        dialect, provider_id = self._dialect, person["attendee_provider_id"]
        form = dialect.own_name if provider_id == self._own_id else dialect.names
        number = (person["attendee_public_identifier"] or "").partition("@")[0]
        spelt = {**person, "attendee_provider_id": self._id(provider_id)}
        if form is NameForm.YOU:
            spelt["attendee_name"] = "You"
        elif form is NameForm.NUMBER and number:
            spelt["attendee_name"] = number
        if dialect.ids is not IdForm.LID and "lid" in person["attendee_specifics"]:
            # Bodies that name people by number are older than the privacy id.
            spelt["attendee_specifics"] = {
                key: value for key, value in person["attendee_specifics"].items() if key != "lid"
            }
        keys = dialect.person_keys
        return spelt if keys is None else {key: value for key, value in spelt.items() if key in keys}

    def _attendees(self, body: Body) -> list[Body]:
        people = body["attendees"]
        match self._dialect.attendees:
            case AttendeesForm.NOBODY:
                return []
            case AttendeesForm.EMPTY:
                return [{} for _ in people]
            case AttendeesForm.EVERYBODY:
                return [self._person(one) for one in (*people, person_told(self._message.account.own))]
            case AttendeesForm.OTHERS:
                return [self._person(one) for one in people]

    def _attachments(self, attachments: list[Body]) -> Any:
        form = self._dialect.attachments
        if form is AttachmentForm.KEYS:
            return [
                {
                    key: _flag(value, self._dialect.flags) if isinstance(value, bool) else value
                    for key, value in one.items()
                }
                for one in attachments
            ]
        media = self._message.attachments
        if form is AttachmentForm.PLAIN:
            return [_plain(one, full.file_name) for one, full in zip(attachments, media, strict=True)]
        objects = []
        for one, full in zip(attachments, media, strict=True):
            told: Body = {"id": one["attachment_id"]}
            if full.type in {"img", "video"}:
                told["size"] = {"height": str(full.height), "width": str(full.width)}
            special = {"img": "sticker", "video": "gif", "audio": "voice_note"}.get(full.type)
            if special is not None:
                told[special] = _flag(getattr(full, special), FlagForm.TEXT)
            told |= {
                "unavailable": _flag(full.unavailable, FlagForm.TEXT),
                "mimetype": full.mimetype,
                "type": full.type,
            }
            if full.type == "file":
                told["file_name"] = full.file_name
            if one.get("attachment_url"):
                told["url"] = one["attachment_url"]
            objects.append(told)
        return objects[0] if len(objects) == 1 else objects

    def _flags(self, spelt: Body) -> None:
        dialect = self._dialect
        if dialect.is_sender is FlagForm.MISSING or (
            dialect.keys is not None and "is_sender" not in dialect.keys
        ):
            del spelt["is_sender"]
        else:
            spelt["is_sender"] = _flag(spelt["is_sender"], dialect.is_sender)
        if dialect.flags is not FlagForm.BOOLEAN:
            for key in _FLAGS:
                if spelt.get(key) is not None:
                    spelt[key] = _flag(bool(spelt[key]), dialect.flags)

    def _time(self, spelt: Body) -> None:
        moment: datetime = self._message.timestamp
        match self._dialect.time:
            case TimeForm.SECONDS:
                spelt["timestamp"] = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
            case TimeForm.OFFSET:
                spelt["timestamp"] = moment.astimezone(_ELSEWHERE).isoformat(timespec="seconds")
            case TimeForm.MISSING:
                del spelt["timestamp"]

    def _event(self, spelt: Body) -> None:
        name: str = spelt["event"]
        match self._dialect.event:
            case EventForm.DOTTED:
                spelt["event"] = name.replace("_", ".")
            case EventForm.DASHED:
                spelt["event"] = name.replace("_", "-")
            case EventForm.DASHBOARD:
                spelt["event"] = name.replace("_", " ").title()
            case EventForm.EVENT_TYPE:
                del spelt["event"]
                spelt["event_type"] = name


def _spelt_id(attendee: Attendee, form: IdForm) -> str:
    """Only who shows a number can be named by it; LinkedIn's and the others' ids have one form."""
    number = attendee.phone_number or ""
    if form is IdForm.LID or not number.startswith("+"):
        return attendee.provider_id
    digits = number.removeprefix("+")
    return digits if form is IdForm.NUMBER else f"{digits}@s.whatsapp.net"


def _plain(stated: Mapping[str, Any], file_name: str | None) -> Body:
    kind = {"img": "image"}.get(stated["attachment_type"], stated["attachment_type"])
    plain: Body = {"id": stated["attachment_id"], "type": kind}
    if stated.get("unavailable"):
        plain["unavailable"] = True
    elif file_name is not None:
        plain["name"] = file_name
    return plain


def _flag(value: bool, form: FlagForm) -> bool | int | str:
    if form is FlagForm.INTEGER:
        return int(value)
    return ("true" if value else "false") if form is FlagForm.TEXT else value
