"""Which ids are one person's: what one body proves, in any order, and what nobody may conclude."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from itertools import count
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from communications.ingest.record import record
from tests.ingest.deliveries import channel_make, deliver, delivery_of, rows
from tests.webhooks.bodies import ACCOUNT, whatsapp_message, whatsapp_person

LID = "240000000000017@lid"
OTHER_LID = "240000000000018@lid"
NUMBER = "420600000217"
OTHER_NUMBER = "420600000218"
_messages = count(1)

GROUPS = """
SELECT array_agg(attendee.provider_id::text ORDER BY attendee.provider_id)
FROM communications_chatattendee AS attendee
JOIN communications_channel AS channel ON channel.id = attendee.channel_id
WHERE channel.external_account_id = %s AND NOT attendee.is_self
GROUP BY coalesce(attendee.same_as_id, attendee.id) ORDER BY 1
"""


@dataclass(frozen=True)
class Seen:
    """How one body shows somebody: by which id, and which privacy id and number beside it."""

    provider_id: str
    lid: str | None = None
    phone: str | None = None

    def body(self, account: str = ACCOUNT) -> dict[str, Any]:
        person = whatsapp_person(self.provider_id, name="Ann", phone=self.phone, lid=self.lid)
        return whatsapp_message(
            f"linking-{next(_messages)}",
            account=account,
            sender=person,
            attendees=[person],
            chat_id="choir",
            provider_chat_id="120363000000000001@g.us",
            is_group=True,
        )

    @property
    def own(self) -> str:
        return self.provider_id if self.provider_id.endswith("@lid") else self.provider_id.partition("@")[0]

    @property
    def beside(self) -> set[str]:
        return {one for one in (self.lid, self.phone) if one not in (None, self.own)}  # type: ignore[misc]


def jid(number: str) -> str:
    return f"{number}@s.whatsapp.net"


def groups_of(seen: list[Seen]) -> list[list[str]]:
    """The same by another way: every pair of ids that some body shows together, less numbers that stand beside two ids."""
    pairs = {frozenset((one.own, other)) for one in seen for other in one.beside}
    loose = {
        own
        for pair in pairs
        for own in pair
        if not own.endswith("@lid") and len([other for other in pairs if own in other]) > 1
    }
    people: list[set[str]] = [{one.own} for one in seen]
    for pair in pairs:
        if not pair & loose:
            joined = [group for group in people if group & pair]
            if len(set().union(*joined) & pair) == len(pair):
                people = [group for group in people if not group & pair] + [set().union(*joined)]
    merged: list[set[str]] = []
    for group in people:
        touching = [other for other in merged if other & group]
        merged = [other for other in merged if not other & group] + [group.union(*touching)]
    ids = {one.provider_id: one.own for one in seen}
    return sorted(sorted(name for name, own in ids.items() if own in group) for group in merged)


async def groups(connections: Any, account: str = ACCOUNT) -> list[list[str]]:
    return [row[0] for row in await rows(connections, GROUPS, account)]


async def test_a_privacy_id_and_the_number_shown_beside_it_are_one_person(connections):
    await channel_make(connections, ACCOUNT)
    await deliver(connections, Seen(LID).body(), Seen(jid(NUMBER)).body())
    assert await groups(connections) == [[LID], [jid(NUMBER)]], "a name alone proves nothing"
    proof = delivery_of(Seen(LID, phone=NUMBER).body())
    await record(connections, [proof])
    assert await groups(connections) == [[LID, jid(NUMBER)]]
    assert await rows(
        connections, "SELECT same_as_by FROM communications_chatattendee WHERE same_as_id IS NOT NULL"
    ) == [(proof.id,)]


async def test_one_number_in_every_notation_is_one_person(connections):
    await channel_make(connections, ACCOUNT)
    seen = [Seen(f"{NUMBER}@c.us"), Seen(NUMBER), Seen(jid(f"{NUMBER}:12")), Seen(jid(NUMBER))]
    await deliver(connections, *(one.body() for one in seen))
    assert len(await groups(connections)) == 1


async def test_a_number_told_of_two_ids_links_neither_whenever_it_is_learned(connections):
    await channel_make(connections, ACCOUNT)
    await deliver(connections, Seen(jid(NUMBER)).body(), Seen(LID, phone=NUMBER).body())
    assert await groups(connections) == [[LID, jid(NUMBER)]]
    await deliver(connections, Seen(OTHER_LID, phone=NUMBER).body())
    assert await groups(connections) == [[LID], [OTHER_LID], [jid(NUMBER)]]


async def test_a13_a14_the_same_person_on_two_accounts_stays_two(connections):
    for account in (ACCOUNT, "another"):
        await channel_make(connections, account)
    await deliver(connections, Seen(jid(NUMBER)).body(), Seen(LID, phone=NUMBER).body("another"))
    assert await groups(connections) == [[jid(NUMBER)]]
    assert await groups(connections, "another") == [[LID]]


def sightings() -> st.SearchStrategy[Seen]:
    lids, numbers = [LID, OTHER_LID], [NUMBER, OTHER_NUMBER, "420600000219"]
    return st.one_of(
        st.builds(Seen, st.sampled_from(lids), st.none(), st.none() | st.sampled_from(numbers)),
        st.builds(
            Seen, st.sampled_from([jid(number) for number in numbers]), st.none() | st.sampled_from(lids)
        ),
    )


@given(
    seen=st.lists(sightings(), min_size=1, max_size=7),
    order=st.randoms(use_true_random=False),
    sizes=st.lists(st.integers(1, 4), min_size=7, max_size=7),
)
@settings(
    max_examples=60,
    deadline=None,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_the_groups_are_those_of_the_bodies_in_any_order_and_batch(connections, seen, order, sizes):
    account = f"account-{uuid.uuid4()}"
    await channel_make(connections, account)
    deliveries = [delivery_of(one.body(account)) for one in seen]
    order.shuffle(deliveries)
    for size in sizes:
        if deliveries:
            await record(connections, deliveries[:size])
            deliveries = deliveries[size:]
    if deliveries:
        await record(connections, deliveries)
    assert await groups(connections, account) == groups_of(seen)
