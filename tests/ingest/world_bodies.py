"""The bodies in which upstream tells of a world."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import assert_never

from communications.schemas.deliveries import Delivery, Source
from communications.webhooks.handlers.answers import CHAT, MESSAGE, answer_bytes
from tests.ingest.deliveries import NOON, delivery_of
from tests.ingest.worlds import OWNER, Answered, Described, Happening, Status, Telling, Told, World
from tests.webhooks.bodies import OWN_PHONE, Body, attachment, whatsapp_message, whatsapp_person

OWN_LID = "100000000000001@lid"
NOBODY = uuid.UUID(int=0)


def deliveries_of(world: World, account: str) -> list[Delivery]:
    """In the order of their ids."""
    return [
        delivery_of(
            body_of(world, told, account),
            received_at=world.received_at(number),
            delivery_id=delivery_id,
            source=source_of(told),
        )
        for number, (told, delivery_id) in enumerate(
            zip(world.told, world.delivery_ids(), strict=True), start=1
        )
    ]


def source_of(told: Told) -> Source:
    match told:
        case Described() | Answered():
            return "api"
        case Status(hosted=True):
            return "hosted"
        case _:
            return "webhook"


def body_of(world: World, told: Told, account: str) -> Body | bytes:
    match told:
        case Telling():
            return message_body(world, told, account)
        case Happening():
            return happening_body(told, account)
        case Described():
            return description_body(world, told, account)
        case Answered():
            answer = {
                "object": "Message",
                "id": f"message-{told.message}",
                "text": told.said,
                "deleted": int(told.deleted),
            }
            return answer_bytes(MESSAGE, account=account, asked_by=NOBODY, answer=answer)
        case Status(hosted=True):
            return {"status": told.word, "account_id": account, "name": "a word of ours"}
        case Status():
            return {
                "AccountStatus": {"account_id": account, "account_type": "WHATSAPP", "message": told.word}
            }
        case _:
            assert_never(told)


def lid_of(person: int) -> str:
    return OWN_LID if person == OWNER else f"2000000000000{person:02}@lid"


def phone_of(person: int) -> str:
    return OWN_PHONE if person == OWNER else f"4206000001{person:02}"


def mentioned(person: int, form: str, name: str | None) -> Body:
    """``full``: by privacy id with the number beside it; ``lid``: without; ``phone``: by number alone."""
    if form == "phone":
        return whatsapp_person(f"{phone_of(person)}@s.whatsapp.net", name=name, phone=phone_of(person))
    phone = phone_of(person) if form == "full" else None
    return whatsapp_person(lid_of(person), name=name, phone=phone, lid=lid_of(person))


def description_body(world: World, described: Described, account: str) -> bytes:
    names = chat_names(world, described)
    answer = {
        "object": "Chat",
        "id": names["chat_id"],
        "provider_id": names["provider_chat_id"],
        "account_type": "WHATSAPP",
        "type": int(world.groups[described.chat]),
        "name": described.title,
        "archived": int(described.archived),
    }
    people = [attendee_listed(person, form, described.name) for person, form in described.people]
    return answer_bytes(CHAT, account=account, asked_by=NOBODY, answer=answer, people=people)


def attendee_listed(person: int, form: str, name: str | None) -> Body:
    """As an answer shows somebody, with what ``mentioned`` shows of them."""
    shown = mentioned(person, form, name)
    return {
        "id": shown["attendee_id"],
        "provider_id": shown["attendee_provider_id"],
        "name": name,
        "public_identifier": shown["attendee_public_identifier"],
        "specifics": shown["attendee_specifics"],
    }


def chat_names(world: World, telling: Telling | Described) -> dict[str, str | None]:
    if world.groups[telling.chat]:
        provider = f"1203630000000000{telling.chat}@g.us"
    elif "phone" in telling.naming:
        provider = f"{phone_of(telling.chat)}@s.whatsapp.net"
    else:
        provider = lid_of(telling.chat)
    return {
        "chat_id": f"chat-{telling.chat}" if "id" in telling.naming else None,
        "provider_chat_id": provider if telling.naming != "id" else None,
    }


def text_of(telling: Telling) -> str:
    """Of an event message what upstream says of it, people by their privacy ids."""
    if not telling.is_event or telling.event is None:
        return telling.text
    event, person = telling.event
    author, other = f"{{{{{lid_of(telling.author)}}}}}", f"{{{{{lid_of(person)}}}}}"
    return {
        "added": f"{author} added {other}",
        "removed": f"{other} was removed by {author}",
        "left": f"{other} left",
        "renamed": f'{author} changed the subject from "Alps" to "Peaks"',
        "reacted": f"{other} reacted 👍",
    }[event]


def named_by_line(telling: Telling) -> Body | None:
    if (
        telling.names is None
        or not telling.is_event
        or telling.event is None
        or telling.event[0] != "reacted"
    ):
        return None
    return {"provider_id": f"3EB0message-{telling.names}"}


def message_body(world: World, telling: Telling, account: str) -> Body:
    is_group = world.groups[telling.chat]
    author = mentioned(telling.author, telling.mention, telling.name)
    others = [author] if telling.author != OWNER else []
    if not is_group and telling.author == OWNER:
        others = [mentioned(telling.chat, telling.mention, None)]
    sent_at = None
    if telling.sent_second is not None:
        sent_at = (NOON + dt.timedelta(seconds=telling.sent_second)).isoformat()
    return whatsapp_message(
        f"message-{telling.message}",
        account=account,
        text=text_of(telling),
        sender=author,
        attendees=others,
        timestamp=sent_at,
        is_sender=telling.author == OWNER if telling.tells_sender else None,
        account_info={"type": "WHATSAPP", "phone_number": f"+{OWN_PHONE}"} if telling.tells_account else {},
        subject=telling.title if is_group else None,
        is_group=is_group,
        is_event=int(telling.is_event),
        hidden=int(telling.is_hidden),
        attachments=[attachment(number) for number in range(telling.files)],
        quoted=named_by_line(telling),
        **chat_names(world, telling),
    )


def happening_body(happening: Happening, account: str) -> Body:
    is_reaction = happening.kind == "message_reaction"
    return whatsapp_message(
        f"message-{happening.message}",
        account=account,
        event=happening.kind,
        text=happening.said if happening.kind == "message_edited" else "hello",
        sender=mentioned(happening.author, "lid", None),
        attendees=[],
        is_sender=happening.author == OWNER if happening.tells_sender else None,
        account_info={},
        chat_id=f"chat-{happening.chat}",
        provider_chat_id=None,
        reaction=happening.said if is_reaction else None,
        reaction_sender=mentioned(happening.actor, happening.mention, "Ann") if is_reaction else None,
    )
