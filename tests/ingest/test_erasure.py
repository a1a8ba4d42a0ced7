"""What was erased is gone from rows and bytes, and does not come back by any way."""

from __future__ import annotations

import asyncio

import pytest
from asgiref.sync import sync_to_async

from communications.ingest.erase import (
    conversation_erasable,
    erase,
    message_erasable,
    person_erasable,
)
from communications.ingest.record import record
from communications.models import Channel, Erasure
from communications.refold.difference import delivery_difference
from communications.refold.rebuild.check import rebuild_check
from communications.refold.replay import deliveries_replay
from communications.refold.selection import DeliverySelection
from communications.tasks.erased_list import erased_list_look
from landline.backup.erased import erased_marks
from tests.ingest.deliveries import channel_make, deliver, delivery_of, rows
from tests.webhooks.bodies import (
    ACCOUNT,
    JANA,
    attachment,
    message_of_chat,
    whatsapp_message,
    whatsapp_person,
)

PETR_LID = "209900000000099@lid"
PETR = whatsapp_person(PETR_LID, name="Petr", phone="420600000099", lid=PETR_LID)
PETRS = {"sender": PETR, "attendees": [PETR], "chat_id": "cH4tPetr", "provider_chat_id": PETR_LID}
GROUP = {
    "chat_id": "cH4tGroup",
    "provider_chat_id": "120363000000000001@g.us",
    "is_group": True,
    "subject": "Choir",
    "attendees": [PETR, JANA],
}

TABLES = (
    "message",
    "messageedit",
    "attachment",
    "reaction",
    "conversation",
    "conversationalias",
    "conversationattendee",
    "chatattendee",
)
EVERY_BODY = "SELECT coalesce(string_agg(encode(raw, 'escape'), ''), '') FROM communications_webhookbody"
OUTCOMES = (
    "SELECT outcome, reason, count(*) FROM communications_webhookdelivery GROUP BY outcome, reason ORDER BY 1"
)


async def counts(connections) -> dict[str, int]:
    return {
        table: (await rows(connections, f"SELECT count(*) FROM communications_{table}"))[0][0]
        for table in TABLES
    }


async def erased(find, *names: str) -> Erasure:
    @sync_to_async
    def run() -> Erasure:
        erasable = find(Channel.objects.get(external_account_id=ACCOUNT), *names)
        assert erasable is not None
        return erase(erasable, erased_by="a test")

    return await run()


def petrs_message(message_id: str, text: str, **changed: object) -> dict[str, object]:
    return whatsapp_message(message_id, text=text, **{**PETRS, **changed})


@pytest.fixture
async def town(connections) -> dict[str, int]:
    """Counts of what Jana brought; Petr is added to it."""
    await channel_make(connections, ACCOUNT)
    await deliver(connections, whatsapp_message("from-jana", text="of Jana"))
    jana_alone = await counts(connections)
    await deliver(
        connections,
        petrs_message("one", "a secret", attachments=[attachment()]),
        petrs_message("one", "a secret", webhook_name="second"),
        petrs_message("one", "a worse secret", event="message_edited"),
        petrs_message("one", "a secret", event="message_reaction", reaction="👍", reaction_sender=PETR),
        petrs_message("two", "another secret"),
    )
    return jana_alone


async def test_the_list_of_what_was_erased_is_written_anew_after_each_erasure_only(
    connections, settings, town, tmp_path
):
    settings.LANDLINE_DATA_DIR = str(tmp_path)
    folder = tmp_path / "erased"

    async def written() -> list[int]:
        await erased_list_look(connections)
        return [place.stat().st_ino for place in folder.glob("*.marks")]

    assert await written() == []
    await erased(message_erasable, "one")
    first = await written()
    assert len(first) == 1
    assert await written() == first
    known = set(erased_marks(folder))
    await erased(conversation_erasable, PETR_LID)
    assert await written() != first
    assert known < set(erased_marks(folder))
    [(marks,)] = await rows(connections, "SELECT count(*) FROM communications_erasedmark")
    assert len(set(erased_marks(folder))) == marks


async def test_an_erased_conversation_is_gone_and_replay_retries_and_new_ids_do_not_bring_it_back(
    connections, database, town
):
    erasure = await erased(conversation_erasable, PETR_LID)
    assert (erasure.messages, erasure.deliveries, erasure.ended_at is not None) == (2, 5, True)
    assert await counts(connections) == town
    [(bodies,)] = await rows(connections, EVERY_BODY)
    assert "secret" not in bodies
    assert "of Jana" in bodies
    assert await rows(connections, OUTCOMES) == [("applied", "", 1), ("ignored", "erased", 5)]
    gone = await rows(connections, "SELECT DISTINCT entity FROM communications_tombstone ORDER BY 1")
    assert [row[0] for row in gone] == ["attendee", "conversation", "member", "message"]

    again = [
        petrs_message("one", "a secret"),
        petrs_message("one", "a worse secret", event="message_edited", timestamp=None),
        petrs_message("one", "a secret", event="message_read"),
        petrs_message("never-seen", "a secret", event="message_edited"),
        petrs_message("new-id", "a secret", provider_message_id="3EB0one"),
        petrs_message(
            "never-seen", "an old secret", chat_id=None, provider_chat_id="420600000099@s.whatsapp.net"
        ),
    ]
    assert await record(
        connections, [delivery_of(body) for body in (*again, message_of_chat(1), *again)]
    ) == {"ignored": 12, "applied": 1}
    await deliveries_replay(connections, DeliverySelection())
    [(bodies,)] = await rows(connections, EVERY_BODY)
    assert "secret" not in bodies
    assert await rows(connections, "SELECT external_message_id FROM communications_message ORDER BY id") == [
        ("from-jana",),
        (message_of_chat(1)["message_id"],),
    ]
    assert await rows(connections, OUTCOMES) == [("applied", "", 2), ("ignored", "erased", 17)]


async def test_what_the_person_writes_after_the_erasure_is_new(connections, town):
    await erased(conversation_erasable, "cH4tPetr")
    new = [
        petrs_message("new", "hello again", timestamp="2099-01-01T00:00:00Z", provider_message_id="3EB0new"),
        petrs_message("new", "hello again!", event="message_edited"),
    ]
    # The future is no time of a message, so that it counts as sent on arrival.
    assert await deliver(connections, *new) == {"applied": 2}
    assert await rows(
        connections, "SELECT text FROM communications_message WHERE external_message_id = 'new'"
    ) == [("hello again!",)]
    assert await deliver(connections, petrs_message("one", "a secret")) == {"ignored": 1}


async def test_an_erased_message_leaves_its_conversation_and_no_quote_of_itself(connections, town):
    quote = {"quoted": {"message_id": "one", "text": "a secret", "sender_id": PETR_LID}}
    await deliver(connections, petrs_message("three", "well", **quote))
    await erased(message_erasable, "one")
    assert await rows(
        connections,
        "SELECT external_message_id, quoted_text FROM communications_message WHERE text <> 'of Jana' ORDER BY id",
    ) == [("two", ""), ("three", "")]
    assert await rows(
        connections, "SELECT unread_count FROM communications_conversation ORDER BY id DESC LIMIT 1"
    ) == [(2,)]
    [(bodies,)] = await rows(connections, EVERY_BODY)
    assert "a secret" not in bodies
    assert await deliver(connections, petrs_message("one", "a secret"), petrs_message("four", "new")) == {
        "ignored": 1,
        "applied": 1,
    }
    assert (await counts(connections))["message"] == 4


async def test_an_erased_person_leaves_groups_with_what_they_wrote_there(connections, town):
    await deliver(
        connections,
        whatsapp_message("g1", text="group secret", sender=PETR, **GROUP),
        whatsapp_message("g2", text="kept", sender=JANA, **GROUP),
    )
    await erased(person_erasable, "+420600000099")
    assert await rows(connections, "SELECT external_message_id FROM communications_message ORDER BY id") == [
        ("from-jana",),
        ("g2",),
    ]
    assert await rows(
        connections, "SELECT count(*) FROM communications_chatattendee WHERE name = 'Petr'"
    ) == [(0,)]
    [(bodies,)] = await rows(connections, EVERY_BODY)
    assert "420600000099" not in bodies
    assert "secret" not in bodies


async def test_the_marks_tell_nobody_what_was_erased(connections, town):
    await erased(person_erasable, PETR_LID)
    [(kept,)] = await rows(
        connections,
        "SELECT (SELECT json_agg(mark)::text FROM communications_erasedmark AS mark) "
        "|| (SELECT json_agg(erasure)::text FROM communications_erasure AS erasure)",
    )
    for name in (PETR_LID, "420600000099", "cH4tPetr", "one", "Petr"):
        assert name not in kept


async def test_an_erasure_that_was_interrupted_is_ended_by_the_next(connections, town, monkeypatch):
    from communications.ingest import erase as module

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    for step in ("_deliveries_erase", "_messages_erase", "_rest_erase", "_has_news"):
        with monkeypatch.context() as patched:
            patched.setattr(module, step, killed)
            with pytest.raises(KeyboardInterrupt):
                await erased(conversation_erasable, "cH4tPetr")
        assert await deliver(connections, petrs_message("one", "a secret")) == {"ignored": 1}
    await erased(conversation_erasable, "cH4tPetr")
    assert (await counts(connections))["message"] == town["message"]
    assert (await counts(connections))["conversation"] == town["conversation"]


async def test_an_erasure_beside_deliveries_that_pour_in_leaves_nothing_of_it(connections, town):
    async def pour() -> None:
        for _ in range(25):
            await deliver(
                connections, petrs_message("one", "a secret"), petrs_message("two", "another secret")
            )

    await asyncio.gather(pour(), pour(), erased(conversation_erasable, PETR_LID))
    assert (await counts(connections))["message"] == town["message"]
    [(bodies,)] = await rows(connections, EVERY_BODY)
    assert "secret" not in bodies


async def test_a_check_of_the_rows_and_a_difference_respect_it(connections, database, town):
    from psycopg import AsyncConnection

    late = delivery_of(petrs_message("one", "a secret"))
    await record(connections, [late])
    await deliver(connections, whatsapp_message("g2", text="kept", sender=JANA, **GROUP))
    for find, name in (
        (message_erasable, "two"),
        (message_erasable, "from-jana"),
        (conversation_erasable, "cH4tGroup"),
    ):
        await erased(find, name)
        async with await AsyncConnection.connect(database.owner_url, autocommit=True) as owner:
            done = await rebuild_check(owner, connections, begin=lambda _: lambda _: None)
        assert done.different == 0
        assert done.compared > 0
    await rows(connections, "UPDATE communications_webhookdelivery SET outcome = 'applied' RETURNING 1")
    await rows(
        connections,
        "INSERT INTO communications_erasedmark SELECT landline_erased_digest(%s, 'message', 'one'), now() RETURNING 1",
        ACCOUNT,
    )
    told = await delivery_difference(connections, late.id)
    assert [(one.field, one.after) for one in told] == [("outcome", "ignored"), ("reason", "erased")]


async def test_the_command_shows_what_it_would_erase_and_asks(connections, town, processes):
    async def finished(*arguments: str) -> tuple[int, str]:
        process = processes.start("erase", "--account", ACCOUNT, *arguments)
        return await asyncio.to_thread(process.wait, seconds=120), process.output

    code, output = await finished("--conversation", "cH4tPetr")
    assert (code, "pass --yes" in output, "2 messages and 1 conversation" in output) == (2, True, True), (
        output
    )
    assert (await counts(connections))["message"] > town["message"]
    code, output = await finished("--conversation", "cH4tNobody", "--yes")
    assert (code, "nothing of that name" in output) == (1, True), output
    code, output = await finished("--conversation", "cH4tPetr", "--yes")
    assert (code, "Erased: 2 messages, 5 bodies" in output) == (0, True), output
    assert (await counts(connections))["message"] == town["message"]
