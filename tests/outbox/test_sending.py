"""A message is sent once, and its row says what is known of it (E1 to E7)."""

from __future__ import annotations

import pytest

from communications.models import Conversation
from communications.tasks import outbox
from simulator.habits import Echo, Habits
from tests.outbox.desk import Desk


async def test_e1_a_message_is_there_before_it_leaves_and_then_proven(desk: Desk) -> None:
    document = await desk.write("Olá")
    assert (document["status"], document["origin"], document["sending"]["state"]) == (
        "pending",
        "us",
        "waiting",
    )
    assert desk.sent == []
    await desk.settle()
    assert desk.sent == ["Olá"]
    (row,) = await desk.own()
    assert (row.pk, row.status, row.external_message_id) == (
        int(document["id"]),
        "sent",
        next(iter(desk.sim.sent)).message_id,
    )
    intent = await desk.intent(document)
    assert (intent.state, intent.outcome, intent.evidence, intent.attempts) == ("done", "accepted", "echo", 1)


@pytest.mark.parametrize("echo", [Echo.BEFORE, Echo.AFTER, Echo.NEVER])
async def test_e2_e3_echo_and_answer_in_any_order_are_one_row(desk: Desk, echo: Echo) -> None:
    desk.sim.habits = Habits(echo=echo)
    document = await desk.write("Olá")
    await desk.settle()
    (row,) = await desk.own()
    assert (row.pk, row.status, desk.sent) == (int(document["id"]), "sent", ["Olá"])
    intent = await desk.intent(document)
    assert (intent.state, intent.evidence) == ("done", "read_back" if echo is Echo.NEVER else "echo")


async def test_what_may_have_arrived_is_looked_for_however_much_is_to_be_sent(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.fault("error_before")
    await desk.write("Olá")
    await desk.run()
    other = desk.sim.direct_chat(desk.sim.contact(desk.chat.account, "Rui", phone_number="+351910000222"))
    await desk.let_go()
    desk.sim.customer_writes(other, "Boa tarde")
    await desk.sim.settled()
    desk.conversation = await Conversation.objects.exclude(pk=desk.conversation.pk).aget(channel=desk.channel)
    for number in range(3):
        await desk.write(f"{number}")
    monkeypatch.setattr(outbox, "CALLS_MAX", 1)
    await desk.make_due()
    desk.sim.calls.forget()
    await desk.run()
    first, *others = [call.endpoint for call in desk.sim.calls]
    assert first == "GET /chats/{chat_id}/messages"
    assert others.count("POST /chats/{chat_id}/messages") == 3


@pytest.mark.parametrize(("kind", "readings"), [("cut_after", 1), ("null_id", 0)])
@pytest.mark.parametrize("echo", ["before", "after"])
async def test_an_echo_alone_is_made_sure_of_once(desk: Desk, kind: str, readings: int, echo: str) -> None:
    """But not where the answer was heard, and only named nothing."""
    desk.fault(kind, echo=echo)
    document = await desk.write("Olá")
    await desk.run()
    await desk.sim.settled()
    await desk.let_go()
    assert (await desk.intent(document)).state == "done"
    await desk.settle()
    await desk.settle()
    assert desk.sim.calls.counts["GET /chats/{chat_id}/messages"] == readings
    assert (await desk.intent(document)).evidence == "echo"


async def test_e4_the_same_words_from_the_phone_do_not_hide_what_was_sent(desk: Desk) -> None:
    """The only echo is of the phone's message: reading once more shows the other, and both are rows."""
    desk.fault("cut_after", echo="never")
    await desk.write("ok")
    await desk.run()
    typed = desk.sim.phone_writes(desk.chat, "ok").id
    await desk.settle()
    (sent,) = desk.sim.sent
    assert sorted(str(row.external_message_id) for row in await desk.own()) == sorted(
        [sent.message_id, typed]
    )
    assert {row.status for row in await desk.own()} == {"sent"}


@pytest.mark.parametrize(
    "kind", ["cut_after", "error_after", "truncated", "html", "empty", "no_id", "null_id", "cut_midway"]
)
@pytest.mark.parametrize("echo", ["after", "never"])
async def test_e4_e5_a_lost_answer_is_made_up_for(desk: Desk, kind: str, echo: str) -> None:
    desk.fault(kind, echo=echo)
    document = await desk.write("Olá")
    await desk.settle()
    (row,) = await desk.own()
    assert (row.pk, row.status, desk.sent) == (int(document["id"]), "sent", ["Olá"])
    intent = await desk.intent(document)
    assert (intent.state, intent.attempts) == ("done", 1)
    assert intent.evidence == ("echo" if echo == "after" else "read_back")


@pytest.mark.parametrize("kind", ["cut_before", "error_before", "redirect", "html_before"])
async def test_e6_what_may_not_have_arrived_asks_the_person(desk: Desk, kind: str) -> None:
    desk.fault(kind)
    document = await desk.write("Olá")
    await desk.settle()
    (row,) = await desk.own()
    assert (row.status, desk.sent) == ("unconfirmed", [])
    intent = await desk.intent(document)
    assert (intent.state, intent.attempts, intent.reason_code) == ("unconfirmed", 1, "not_found")
    assert (await desk.decide(document["id"], "retry")).status_code == 200
    await desk.settle()
    (row,) = await desk.own()
    assert (row.pk, row.status, desk.sent) == (int(document["id"]), "sent", ["Olá"])
