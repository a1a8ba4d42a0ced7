"""How a webhook describes a person."""

from __future__ import annotations

from typing import Any

from simulator.api.documents import profile_url, specifics
from simulator.model import LINKEDIN, Attendee


def person_told(attendee: Attendee) -> dict[str, Any]:
    """A person, with the keys of webhooks, which REST does not use."""
    linkedin = attendee.account.type == LINKEDIN
    return {
        "attendee_id": attendee.id,
        "attendee_provider_id": attendee.provider_id,
        "attendee_name": attendee.name,
        "attendee_profile_url": profile_url(attendee),
        "attendee_specifics": specifics(attendee),
        "attendee_public_identifier": None if linkedin else attendee.public_identifier,
    }
