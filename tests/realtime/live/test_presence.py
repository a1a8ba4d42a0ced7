"""Signs of life: to everybody else who sees the channel, at most one a second, never stored."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import Any

import psycopg
import pytest

from tests.processes import LandlineServer
from tests.realtime.browser import PATIENCE_SECONDS, browse
from tests.realtime.inbox import channel_with_writer, conversation_of, person_with_session


def typing(conversation: object) -> dict[str, Any]:
    return {"type": "presence", "conversation_id": str(conversation), "state": "typing"}


async def test_a_colleague_sees_who_types_and_nobody_else_does(
    connection: psycopg.Connection, server: LandlineServer
) -> None:
    person, colleague, stranger = [await person_with_session(connection) for _ in range(3)]
    writer = channel_with_writer(connection, person.user_id, colleague.user_id)
    conversation = conversation_of(writer)
    connection.execute(
        "UPDATE communications_user SET first_name = 'Ada', last_name = 'Byron' WHERE id = %s",
        (person.user_id,),
    )
    async with (
        browse(server.port, person.cookie) as sender,
        browse(server.port, person.cookie) as own_other_tab,
        browse(server.port, colleague.cookie) as seer,
        browse(server.port, stranger.cookie) as outsider,
    ):
        for browser in (sender, own_other_tab, seer, outsider):
            await browser.until(lambda: browser.changes)  # noqa: B023
        said = 0
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len(seer.presence) < 2:
                await sender.say(typing(conversation))
                said += 1
                await asyncio.sleep(0.05)
        assert said > len(seer.presence) == 2
        assert (seer.presence[0].user, seer.presence[0].conversation_id) == ("Ada Byron", str(conversation))
        assert seer.presence[0].state == "typing"
        assert [sender.presence, own_other_tab.presence, outsider.presence] == [[], [], []]


async def test_of_a_conversation_one_does_not_see_one_says_nothing(
    connection: psycopg.Connection, server: LandlineServer
) -> None:
    person, colleague = await person_with_session(connection), await person_with_session(connection)
    hidden = conversation_of(channel_with_writer(connection, colleague.user_id))
    shared = conversation_of(channel_with_writer(connection, person.user_id, colleague.user_id))
    async with browse(server.port, person.cookie) as sender, browse(server.port, colleague.cookie) as seer:
        for browser in (sender, seer):
            await browser.until(lambda: browser.changes)  # noqa: B023
        for conversation in (hidden, "", "x", "-1", "٣", "9" * 19, "1" * 60, 7, None, {"a": 1}):
            await sender.say({"type": "presence", "conversation_id": conversation, "state": "typing"})
        for state in ("", "dancing", 7, None):
            await sender.say({"type": "presence", "conversation_id": str(shared), "state": state})
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not seer.presence:
                await sender.say({"type": "presence", "conversation_id": str(shared), "state": "viewing"})
                await asyncio.sleep(0.05)
        assert [(sign.conversation_id, sign.state) for sign in seer.presence] == [(str(shared), "viewing")]
        assert sender.close_code is None


@pytest.mark.alone
async def test_nobody_is_in_many_conversations_in_one_second(
    connection: psycopg.Connection, server: LandlineServer
) -> None:
    """However many signs are sent, the database is asked about few."""
    person, colleague = await person_with_session(connection), await person_with_session(connection)
    writer = channel_with_writer(connection, person.user_id, colleague.user_id)
    for _ in range(40):
        writer.act("conversation_add", 0)
    conversations = writer.run(
        "SELECT id FROM communications_conversation WHERE channel_id = %(channel)s"
    ).fetchall()
    async with browse(server.port, person.cookie) as sender, browse(server.port, colleague.cookie) as seer:
        for browser in (sender, seer):
            await browser.until(lambda: browser.changes)  # noqa: B023
        began = time.monotonic()
        async with asyncio.timeout(PATIENCE_SECONDS):
            # Those that are told while the server is not listening are lost.
            while not seer.presence:
                for (conversation,) in conversations:
                    await sender.say(typing(conversation))
                with suppress(AssertionError):
                    await seer.until(lambda: seer.presence, seconds=1.0)
        await asyncio.sleep(0.2)
        seconds = int(time.monotonic() - began) + 2
        assert 1 <= len(seer.presence) <= 5 * seconds
