"""When others learn that their message was read is for owners and administrators to say."""

from __future__ import annotations

from typing import Any

import pytest

from communications.models import AuditEntry, Channel
from tests.database import ScratchDatabase
from tests.inbox import channel_make, client_of, person_make


def patch(channel: Channel, person: Any, **body: Any) -> Any:
    path = f"/api/v1/communications/channels/{channel.pk}/"
    return client_of(person).patch(path, body, content_type="application/json")


@pytest.mark.parametrize("role", ["owner", "admin"])
def test_owners_and_administrators_set_it_and_it_is_recorded(database: ScratchDatabase, role: str) -> None:
    person = person_make()
    channel = channel_make(person, role=role)
    for policy in ("on_open", "on_open", "never", "on_answer"):
        answer = patch(channel, person, read_receipts=policy)
        assert (answer.status_code, answer.json()["read_receipts"]) == (200, policy)
    noted = AuditEntry.objects.filter(action="receipts_set").order_by("id")
    assert [(one.actor_id, one.object_id, one.result) for one in noted] == [
        (person.pk, str(channel.pk), policy) for policy in ("on_open", "never", "on_answer")
    ]


def test_members_and_strangers_do_not(database: ScratchDatabase) -> None:
    member = person_make()
    channel = channel_make(member)
    assert patch(channel, member, read_receipts="never").status_code == 403
    assert patch(channel, person_make(), read_receipts="never").status_code == 404
    assert Channel.objects.get().read_receipts == "on_answer"
    assert AuditEntry.objects.count() == 0


@pytest.mark.parametrize("body", [{}, {"read_receipts": "always"}, {"read_receipts": None}])
def test_odd_values_are_refused(database: ScratchDatabase, body: dict[str, Any]) -> None:
    owner = person_make()
    assert patch(channel_make(owner, role="owner"), owner, **body).status_code == 400
