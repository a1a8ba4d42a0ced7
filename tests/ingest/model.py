"""What the rows of a world must be, computed without a database and without the code under test.

Of each message its earliest delivery speaks; of names and titles the latest message that carries one; of what
happened to a message the latest happening, each at the time it was first heard of.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from tests.ingest.deliveries import NOON
from tests.ingest.model_events import ToldReaction, event_of, event_row, gone, lines_hide, reactions_of_lines
from tests.ingest.model_people import People
from tests.ingest.world_bodies import chat_names, lid_of, phone_of, text_of
from tests.ingest.worlds import OWNER, Answered, Described, Happening, Status, Telling, World

Rows = dict[str, dict[Any, dict[str, Any]]]
LADDER = ["sent", "delivered", "read"]
STATUS_OF_WORD = {
    "OK": "ok",
    "RECONNECTED": "ok",
    "CREATION_SUCCESS": "ok",
    "CREDENTIALS": "credentials",
    "ERROR": "error",
    "CONNECTING": "connecting",
    "NOVEL": "unknown",
}


def expected_rows(world: World) -> Rows:
    """The facts this model knows of, in the shape of ``rows.channel_rows``."""
    people = People(world)
    names = chat_components(world)
    messages = {
        f"message-{message}": message_row(world, message, people, names)
        for message in {told.message for told in world.told if not isinstance(told, Status | Described)}
    }
    happened = {name: happenings(world, int(name.removeprefix("message-"))) for name in messages}
    spoken = {f"message-{telling.message}": telling for _, telling in reversed(tellings(world))}
    by_lines = reactions_of_lines(messages, spoken)
    for name, row in messages.items():
        row["reactions"] = reactions(happened[name], by_lines.get(name, []), people)
    lines_hide(messages, happened, by_lines, people)
    return {
        "channel": {"own_identities": sorted(people.own), **channel_status(world)},
        "messages": messages,
        "people": people.rows(),
        "conversations": {
            name: conversation_row(world, name, names, messages, people) for name in set(names.values())
        },
    }


def tellings(world: World) -> list[tuple[int, Telling]]:
    return [(number, told) for number, told in enumerate(world.told, start=1) if isinstance(told, Telling)]


def happenings(world: World, message: int) -> list[tuple[dt.datetime, Happening]]:
    """Those of one message, each once, with the time it was first heard of, oldest first."""
    first: dict[Happening, dt.datetime] = {}
    for number, told in enumerate(world.told, start=1):
        if isinstance(told, Happening) and told.message == message:
            first.setdefault(as_told(told), world.received_at(number))
    return sorted(((at, happening) for happening, at in first.items()), key=lambda one: one[0])


def answers(world: World, message: int) -> list[tuple[dt.datetime, Answered]]:
    """Each answer is a happening of its own."""
    return [
        (world.received_at(number), told)
        for number, told in enumerate(world.told, start=1)
        if isinstance(told, Answered) and told.message == message
    ]


def descriptions(world: World) -> list[tuple[dt.datetime, Described]]:
    return [
        (world.received_at(number), told)
        for number, told in enumerate(world.told, start=1)
        if isinstance(told, Described)
    ]


def as_told(happening: Happening) -> Happening:
    """Without what its body does not carry: two bodies alike tell one happening."""
    if happening.kind == "message_reaction":
        return happening
    said = happening.said if happening.kind == "message_edited" else ""
    return Happening(
        happening.kind,
        happening.message,
        happening.chat,
        happening.author,
        said,
        OWNER,
        "",
        happening.tells_sender,
    )


def settled_time(world: World, number: int, telling: Telling) -> dt.datetime:
    if telling.sent_second is None:
        return world.received_at(number)
    return NOON + dt.timedelta(seconds=telling.sent_second)


def aliases(world: World, telling: Telling | Described) -> set[str]:
    named = chat_names(world, telling)
    said = {f"id:{named['chat_id']}"} if named["chat_id"] else set()
    if named["provider_chat_id"] is None:
        return said
    if world.groups[telling.chat]:
        return said | {f"group:{named['provider_chat_id']}"}
    lid, phone = f"lid:{lid_of(telling.chat)}", f"phone:{phone_of(telling.chat)}"
    said.add(phone if "phone" in telling.naming else lid)
    # The partner stands in every message of a direct chat; with both ids in sight, each names the chat.
    return said | {lid, phone} if isinstance(telling, Telling) and telling.mention == "full" else said


def chat_components(world: World) -> dict[str, tuple[str, ...]]:
    """Every name of a chat with all names of that chat, as far as bodies tie them together."""
    component: dict[str, set[str]] = {}
    for telling in [told for _, told in tellings(world)] + [told for _, told in descriptions(world)]:
        tied = set().union(*(component.get(name, {name}) for name in aliases(world, telling)))
        for name in tied:
            component[name] = tied
    return {name: tuple(sorted(tied)) for name, tied in component.items()}


def message_row(
    world: World, message: int, people: People, names: dict[str, tuple[str, ...]]
) -> dict[str, Any]:
    happened = happenings(world, message)
    found = answers(world, message)
    deleted = [at for at, happening in happened if happening.kind == "message_deleted"]
    deleted += [at for at, answer in found if answer.deleted]
    edits = sorted(
        [(at, happening.said) for at, happening in happened if happening.kind == "message_edited"]
        + [(at, answer.said) for at, answer in found if not answer.deleted]
    )
    told = [(number, telling) for number, telling in tellings(world) if telling.message == message]
    row: dict[str, Any] = {
        "deleted_at": min(deleted, default=None),
        "edited_at": edits[-1][0] if edits else None,
    }
    if not told:
        return row | {"is_stub": True, "conversation": None}
    number, telling = told[0]
    direction = people.direction([one for _, one in told])
    usable = telling.name if telling.name != "You" else None
    return row | {
        "is_stub": False,
        "conversation": names[min(aliases(world, telling))],
        "direction": direction,
        "origin": "phone" if direction == "outbound" else "contact",
        "status": status(happened, direction),
        "is_read": is_read(happened, direction),
        "text": edits[-1][1] if edits else text_of(telling),
        "original_text": text_of(telling) if edits else None,
        "sender": people.provider_id(telling.author, telling.mention),
        **event_row(telling),
        "kind": kind(telling),
        "sender_name": usable or "",
        "sent_at": settled_time(world, number, telling),
        "time_flagged": telling.sent_second is None,
        "received_at": world.received_at(number),
        "received_by": number,
        "is_event": telling.is_event,
        "is_hidden": telling.is_hidden,
        "files": telling.files,
    }


def kind(telling: Telling) -> str:
    if telling.is_event:
        return "event"
    return "image" if telling.files else "text" if telling.text else "unsupported"


def receipts(happened: Iterable[tuple[dt.datetime, Happening]]) -> list[tuple[str, bool]]:
    """What each receipt says, and whether it says that the message is not ours."""
    return [
        (happening.kind.removeprefix("message_"), happening.tells_sender and happening.author != OWNER)
        for _, happening in happened
        if happening.kind in ("message_delivered", "message_read")
    ]


def is_read(happened: Iterable[tuple[dt.datetime, Happening]], direction: str) -> bool:
    """Whether we have read somebody's message elsewhere."""
    return any(
        said == "read" and (direction == "inbound" or is_theirs) for said, is_theirs in receipts(happened)
    )


def status(happened: Iterable[tuple[dt.datetime, Happening]], direction: str) -> str | None:
    """As reported; of a message nobody knows the author of, what will be its status if it turns out to be ours."""
    if direction == "inbound":
        return None
    reported = {said for said, is_theirs in receipts(happened) if not is_theirs}
    if direction == "outbound":
        reported.add("sent")
    return max(reported, key=LADDER.index, default=None)


def reactions(
    happened: Iterable[tuple[dt.datetime, Happening]], by_lines: Iterable[ToldReaction], people: People
) -> list[str]:
    """What each reactor thinks now, in the words of ``rows.MESSAGES``."""
    told = [
        ToldReaction(at, b"", people.provider_id(happening.actor, happening.mention), happening.said, "Ann")
        for at, happening in happened
        if happening.kind == "message_reaction"
    ]
    newest = {one.provider_id: one for one in sorted([*told, *by_lines], key=lambda one: (one.at, one.key))}
    return sorted(
        f"{one.provider_id} {one.emoji}{'true' if people.is_self(one.provider_id) else 'false'}{one.name}"
        for one in newest.values()
    )


def conversation_row(
    world: World,
    name: tuple[str, ...],
    names: dict[str, tuple[str, ...]],
    messages: dict[str, dict[str, Any]],
    people: People,
) -> dict[str, Any]:
    told = [(number, one) for number, one in tellings(world) if names[min(aliases(world, one))] == name]
    described = [(at, one) for at, one in descriptions(world) if names[min(aliases(world, one))] == name]
    is_group = world.groups[next(one.chat for _, one in [*told, *described])]
    shown = {
        external_id: row
        for external_id, row in messages.items()
        if row["conversation"] == name and not row["is_hidden"]
    }
    newest = max(shown, key=lambda one: (shown[one]["sent_at"], shown[one]["received_at"]), default=None)
    titled = max(
        (
            (at, title)
            for at, title in [
                *((settled_time(world, number, one), title_told(one)) for number, one in told),
                *((at, one.title) for at, one in described),
            ]
            if is_group and title
        ),
        default=(None, ""),
    )
    timed = [(settled_time(world, number, one), one) for number, one in told]
    of_it = [row for row in messages.values() if row["conversation"] == name]
    return {
        "kind": "group" if is_group else "direct",
        "title": titled[1],
        "title_at": titled[0],
        "contact": None if is_group else people.contact(name, members(told, described)),
        "described_at": described[-1][0] if described else None,
        "archived": described[-1][1].archived if described else False,
        "last_message": newest,
        "last_message_at": shown[newest]["sent_at"] if newest else None,
        "unread_count": unread(shown.values()),
        "gone": gone(timed, of_it) if is_group else [],
        "is_stub": False,
    }


def title_told(telling: Telling) -> str:
    return "Peaks" if event_of(telling) == "renamed" else telling.title


def members(
    told: Iterable[tuple[int, Telling]], described: Iterable[tuple[dt.datetime, Described]]
) -> set[tuple[int, str]]:
    """Who was seen in a direct chat, and in which form."""
    seen = {person for _, one in described for person in one.people}
    for _, telling in told:
        seen.add((telling.author, telling.mention))
        if telling.author == OWNER:
            seen.add((telling.chat, telling.mention))
    return seen


def unread(shown: Iterable[dict[str, Any]]) -> int:
    """Who answered on the phone, or read there, has read everything up to that millisecond."""
    shown = list(shown)
    read = [row["sent_at"] for row in shown if row["direction"] == "outbound" or row["is_read"]]
    return sum(
        row["direction"] == "inbound"
        and not row["is_event"]
        and row["deleted_at"] is None
        and (not read or row["sent_at"] > max(read))
        for row in shown
    )


def channel_status(world: World) -> dict[str, Any]:
    """The newest word, since it was first said in a row. Equal words within one minute are one happening, and so are equal
    callbacks.
    """
    first: dict[tuple[str, dt.datetime | None], dt.datetime] = {}
    for number, told in enumerate(world.told, start=1):
        if isinstance(told, Status):
            at = world.received_at(number)
            first.setdefault((told.word, None if told.hosted else at.replace(second=0)), at)
    line = sorted((at, word) for (word, _), at in first.items())
    if not line:
        return {"status": "unknown", "status_word": "", "status_since": None, "windows": []}
    newest = STATUS_OF_WORD[line[-1][1]]
    since = next((at for at, word in reversed(line) if STATUS_OF_WORD[word] != newest), None)
    return {
        "status": newest,
        "status_word": line[-1][1],
        "status_since": min(at for at, _ in line if since is None or at > since),
        "windows": windows(line),
    }


def windows(line: list[tuple[dt.datetime, str]]) -> list[tuple[dt.datetime, dt.datetime | None, str]]:
    """When the account was known not to work, each time from the first such word to the next good one."""
    found: list[tuple[dt.datetime, dt.datetime | None, str]] = []
    began: dt.datetime | None = None
    for at, word in line:
        status = STATUS_OF_WORD[word]
        if status == "ok" and began is not None:
            found.append((began, at, "waiting"))
            began = None
        elif status in ("credentials", "error") and began is None:
            began = at
    return found if began is None else [*found, (began, None, "open")]
