"""What upstream's answers say of a chat: of several the latest counts, whatever the order and whichever of its names they use."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from communications.ingest.record import record
from communications.schemas.deliveries import Delivery
from communications.webhooks.handlers.answers import CHAT, answer_bytes
from tests.ingest.deliveries import NOON, channel_make, delivery_of, rows
from tests.ingest.test_laws import QUICK
from tests.webhooks.bodies import whatsapp_message

GROUP = "120363000000000000@g.us"
NAMES = ("chat-a", "chat-b")
SHOWN = """
SELECT title, archived, pinned, muted_until, read_only, disabled_features, described_at
FROM communications_conversation AS conversation JOIN communications_channel AS channel ON channel.id = conversation.channel_id
WHERE external_account_id = %s AND continues_id IS NULL
"""


def described(account: str, second: int, **said: Any) -> Delivery:
    at = NOON + dt.timedelta(seconds=second)
    answer = {"object": "Chat", "account_type": "WHATSAPP", "type": 1, "name": "Choir", **said}
    raw = answer_bytes(CHAT, account=account, asked_by=uuid.UUID(int=second), answer=answer)
    return delivery_of(raw, received_at=at, source="api")


def tied(account: str, name: str) -> Delivery:
    """A message of the group that names it by this id, too."""
    body = whatsapp_message(
        f"by-{name}", account=account, chat_id=name, provider_chat_id=GROUP, is_group=True, attendees=[]
    )
    return delivery_of(body, received_at=NOON)


STATES = st.fixed_dictionaries(
    {"id": st.sampled_from(NAMES)},
    optional={
        "archived": st.integers(0, 1),
        "pinned": st.integers(0, 1),
        "muted_until": st.sampled_from([-1, None, "2026-07-01T00:00:00.000Z"]),
        "read_only": st.integers(0, 2),
        "disabledFeatures": st.sampled_from([[], ["reactions"], ["reactions", "reply"]]),
    },
)


@given(
    states=st.lists(STATES, min_size=1, max_size=4),
    order=st.randoms(use_true_random=False),
    ties_first=st.booleans(),
    size=st.integers(1, 6),
)
@QUICK
async def test_a12_of_several_answers_about_one_chat_the_latest_counts_in_any_order_and_batch(
    connections, states, order, ties_first, size
):
    account = f"account-{uuid.uuid4()}"
    await channel_make(connections, account)
    ties = [tied(account, name) for name in NAMES]
    answers = [described(account, second, **state) for second, state in enumerate(states, start=1)]
    told = [*ties, *answers]
    order.shuffle(told)
    if ties_first:
        await record(connections, ties)
        told = [one for one in told if one not in ties]
    for start in range(0, len(told), size):
        await record(connections, told[start : start + size])

    last = states[-1]
    muted = {-1: "9999-12-31", "2026-07-01T00:00:00.000Z": "2026-07-01"}.get(last.get("muted_until"))
    ((title, archived, pinned, muted_until, read_only, disabled, described_at),) = await rows(
        connections, SHOWN, account
    )
    assert (title, archived, pinned, read_only, disabled) == (
        "Choir",
        bool(last.get("archived")),
        bool(last.get("pinned")),
        min(last.get("read_only", 0), 1),
        last.get("disabledFeatures", []),
    )
    assert (muted_until.date().isoformat() if muted_until else None) == muted
    assert described_at == NOON + dt.timedelta(seconds=len(states))
