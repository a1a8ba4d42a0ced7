"""Bodies of webhooks that tell of no message: new contacts, mail, its tracking, and calendars."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from simulator.happenings import CALENDAR_EVENT, EMAIL, EMAIL_TRACKING, USERS, Happening
from simulator.identifiers import linkedin_member_id
from simulator.model import Account
from simulator.moments import stamp
from simulator.world import World

Body = dict[str, Any]


def foreign_happening(world: World, account: Account, event: str) -> Happening:
    """`event` as it happens to `account`; raises ValueError for one that is not told here."""
    if event not in _BODIES:
        raise ValueError(f"{event} is no event of contacts, mail or calendars.")
    source, make = _BODIES[event]
    number = world.identifiers.next_number(source)
    return Happening(
        event,
        account,
        world.clock(),
        source=source,
        document={"event": event, **make(world, account, number)},
    )


def _relation(world: World, account: Account, number: int) -> Body:
    slug = f"emile-cretois-{number}"
    return {
        "account_id": account.id,
        "account_type": account.type,
        "webhook_name": "",
        "user_full_name": "Émile Crêtois",
        "user_provider_id": linkedin_member_id(world.identifiers.series("user").noise(number)),
        "user_public_identifier": slug,
        "user_profile_url": f"https://www.linkedin.com/in/{slug}/",
        "user_picture_url": f"https://media.licdn.com/dms/image/v2/{slug}/0",
    }


def _mail(world: World, account: Account, number: int, *, folder: str, role: str, origin: str) -> Body:
    series = world.identifiers.series("mail")
    return {
        "email_id": series.identifier(number),
        "account_id": account.id,
        "webhook_name": "",
        "date": stamp(world.clock()),
        "from_attendee": _mail_person("Priya Nandi", "priya.nandi@example.com"),
        "to_attendees": [_mail_person("Casa Lume", "hello@example.org")],
        "cc_attendees": [],
        "bcc_attendees": [],
        "reply_to_attendees": [],
        "subject": "Two lamps for the studio",
        "body": '<html><body><div dir="ltr">Could you send an offer?</div></body></html>',
        "body_plain": "Could you send an offer?",
        "message_id": f"<{number}.lamps@mail.example.com>",
        "provider_id": series.identifier(number)[::-1],
        "read_date": None,
        "is_complete": True,
        "has_attachments": False,
        "attachments": [],
        "folders": [folder],
        "role": role,
        "origin": origin,
        "thread_id": series.identifier(number)[:11],
        "deprecated_id": series.identifier(number)[11:],
    }


def _mail_person(name: str, address: str) -> Body:
    return {"display_name": name, "identifier": address, "identifier_type": "EMAIL_ADDRESS"}


def _mail_received(world: World, account: Account, number: int) -> Body:
    return _mail(world, account, number, folder="Inbox", role="inbox", origin="external")


def _mail_sent(world: World, account: Account, number: int) -> Body:
    return _mail(world, account, number, folder="Sent", role="sent", origin="unipile")


def _mail_moved(world: World, account: Account, number: int) -> Body:
    return _mail(world, account, max(number - 1, 0), folder="Archive", role="archive", origin="external")


def _mail_opened(world: World, account: Account, number: int) -> Body:
    series = world.identifiers.series("mail")
    return {
        "event_id": world.identifiers.series("mail event").identifier(number),
        "tracking_id": series.identifier(number)[::-1],
        "type": "opened",
        "date": stamp(world.clock()),
        "email_id": series.identifier(number),
        "account_id": account.id,
        "ip": "203.0.113.7",
        "user_agent": "Mozilla/5.0",
        "label": "offers",
        "custom_domain": None,
    }


def _mail_link_clicked(world: World, account: Account, number: int) -> Body:
    return {**_mail_opened(world, account, number), "type": "clicked", "url": "https://example.com/offer"}


def _calendar(world: World, account: Account, number: int, *, cancelled: bool = False) -> Body:
    now = world.clock().replace(minute=0, second=0, microsecond=0)
    person = {"display_name": "Inês Leitão", "email": "ines@example.org"}
    return {
        "webhook_name": "",
        "account_id": account.id,
        "id": world.identifiers.series("calendar").identifier(number),
        "master_event_id": None,
        "calendar_id": "primary",
        "created_at": stamp(now),
        "updated_at": stamp(now),
        "title": "Look at the new lamps",
        "is_cancelled": cancelled,
        "is_all_day": False,
        "is_attendees_list_hidden": False,
        "attendees": [person],
        "start": {"date_time": stamp(now + timedelta(days=1)), "time_zone": "UTC"},
        "end": {"date_time": stamp(now + timedelta(days=1, hours=1)), "time_zone": "UTC"},
        "organizer": person,
        "visibility": "default",
        "transparency": "opaque",
        "event_type": "default",
        "color": None,
    }


def _calendar_deleted(world: World, account: Account, number: int) -> Body:
    return _calendar(world, account, number, cancelled=True)


_BODIES: Mapping[str, tuple[str, Callable[[World, Account, int], Body]]] = {
    "new_relation": (USERS, _relation),
    "mail_received": (EMAIL, _mail_received),
    "mail_sent": (EMAIL, _mail_sent),
    "mail_moved": (EMAIL, _mail_moved),
    "mail_opened": (EMAIL_TRACKING, _mail_opened),
    "mail_link_clicked": (EMAIL_TRACKING, _mail_link_clicked),
    "calendar_event_created": (CALENDAR_EVENT, _calendar),
    "calendar_event_updated": (CALENDAR_EVENT, _calendar),
    "calendar_event_deleted": (CALENDAR_EVENT, _calendar_deleted),
}
FOREIGN_EVENTS = tuple(_BODIES)
