"""Asking again for a file, and for pictures of people; and how the worker hears of it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connection
from django.utils import timezone

from communications.ingest.connections import fold_connections
from communications.ingest.unfinished import FILES_TASK
from communications.models import (
    Attachment,
    ChatAttendee,
    Conversation,
    HistoryRun,
    Message,
    Picture,
    User,
)
from communications.schemas.identifiers import uuid7
from communications.tasks import media
from tests.inbox import attendee_make, channel_make, conversation_make, person_make
from tests.media.corpus import picture
from tests.media.library import Browser
from tests.media.upstream import Fetching, attachment_make


def url(attachment: Attachment) -> str:
    return f"/api/v1/communications/media/{attachment.pk}/fetch/"


@sync_to_async
def jobs() -> int:
    """How many jobs to fetch files wait."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = %s", [FILES_TASK])
        return int(cursor.fetchone()[0])


@pytest.fixture
async def reader(fetching: Fetching) -> User:
    from communications.models import ChannelAccess

    person = await sync_to_async(person_make)()
    await ChannelAccess.objects.acreate(user=person, channel=fetching.channel, role="member")
    return person


@pytest.fixture
async def browser(reader: User) -> Browser:
    return await Browser.of(reader)


async def make(fetching: Fetching, **fields: Any) -> Attachment:
    attachment: Attachment = await sync_to_async(attachment_make)(fetching.conversation, **fields)
    return attachment


async def test_an_unavailable_file_is_tried_again_on_request(fetching: Fetching, browser: Browser) -> None:
    attachment = await fetching.wanted((404, {"type": "errors/resource_not_found"}))
    await fetching.run()
    version = (await Message.objects.aget(pk=attachment.message_id)).version
    fetching.plan(attachment, picture("PNG"))

    answer = await browser.post(url(attachment))
    assert answer.status == 200
    document = json.loads(answer.body)
    assert (document["id"], document["state"], document["failure"]) == (str(attachment.pk), "wanted", None)
    assert (await Message.objects.aget(pk=attachment.message_id)).version != version
    assert await jobs() == 1

    await fetching.run()
    assert (await fetching.reread(attachment)).state == "stored"


async def test_a_file_that_waits_after_a_failure_is_tried_at_once(
    fetching: Fetching, browser: Browser
) -> None:
    waiting = await make(
        fetching, attempts=5, failure="server_error", next_attempt_at=timezone.now() + timedelta(hours=2)
    )
    assert (await browser.post(url(waiting))).status == 200
    waiting = await fetching.reread(waiting)
    assert (waiting.attempts, waiting.failure) == (0, "")
    assert waiting.next_attempt_at <= timezone.now()


async def test_a_file_that_is_under_way_is_left_alone(fetching: Fetching, browser: Browser) -> None:
    claimed = await make(fetching, next_attempt_at=timezone.now() + timedelta(seconds=60))
    for _ in range(3):
        assert (await browser.post(url(claimed))).status == 200
    assert (await fetching.reread(claimed)).next_attempt_at == claimed.next_attempt_at
    assert await jobs() == 0


async def test_what_history_brought_is_fetched_before_its_turn_when_it_is_looked_at(
    fetching: Fetching, browser: Browser
) -> None:
    past = await fetching.wanted(
        b"past", is_backlog=True, next_attempt_at=timezone.now() - timedelta(days=400)
    )
    await HistoryRun.objects.acreate(
        channel=fetching.channel, client_id=uuid7(), trigger="connected", state="running", worker=uuid7()
    )
    version = (await Message.objects.aget(pk=past.message_id)).version
    await fetching.run()
    assert (await fetching.reread(past)).state == "wanted"
    assert (await browser.post(url(past))).status == 200
    assert (await Message.objects.aget(pk=past.message_id)).version == version, "a look is no news"
    assert await jobs() == 1
    await fetching.run()
    assert (await fetching.reread(past)).state == "stored"


async def test_asking_often_makes_one_job(fetching: Fetching, browser: Browser) -> None:
    for _ in range(5):
        attachment = await make(fetching, state="unavailable", failure="gone")
        assert (await browser.post(url(attachment))).status == 200
    assert await jobs() == 1


async def test_only_readers_ask(fetching: Fetching, reader: User) -> None:
    attachment = await make(fetching, state="unavailable", failure="gone")
    stranger = await Browser.of(await sync_to_async(person_make)())
    assert (await stranger.post(url(attachment))).status == 404
    assert (await (await Browser.of(None)).post(url(attachment))).status == 401
    without_token = await (await Browser.of(reader)).get(url(attachment), method="POST")
    assert without_token.status == 403
    assert (await fetching.reread(attachment)).state == "unavailable"


async def test_the_sweep_finds_files_whose_job_was_lost(fetching: Fetching, monkeypatch: Any) -> None:
    monkeypatch.setenv("UNIPILE_DSN", fetching.server.dsn)
    monkeypatch.setenv("UNIPILE_API_KEY", "some-key")
    async with fold_connections(max_size=1) as connections:
        await media.files_due_announce(connections)
        assert await jobs() == 0, "nothing is due"
        await make(fetching, next_attempt_at=timezone.now() + timedelta(hours=1))
        await make(fetching, state="unavailable")
        await media.files_due_announce(connections)
        assert await jobs() == 0
        await make(fetching)
        await media.files_due_announce(connections)
        await media.files_due_announce(connections)
        assert await jobs() == 1


async def test_without_an_upstream_nothing_is_announced(fetching: Fetching) -> None:
    await make(fetching)
    async with fold_connections(max_size=1) as connections:
        await media.files_due_announce(connections)
    assert await jobs() == 0


# -- pictures -------------------------------------------------------------------------------------------


async def ask(browser: Browser, **asked: list[Any]) -> int:
    ids = {"conversation_ids": [], "attendee_ids": []} | asked
    body = json.dumps({name: [str(one.pk) for one in rows] for name, rows in ids.items()}).encode()
    return (await browser.post("/api/v1/communications/pictures/", body)).status


async def version_of(shown: ChatAttendee | Conversation) -> str | None:
    return (await type(shown).objects.aget(pk=shown.pk)).version


@pytest.fixture
async def ada(fetching: Fetching) -> ChatAttendee:
    person: ChatAttendee = await sync_to_async(attendee_make)(
        fetching.channel, "Ada", external_attendee_id="upstream-ada"
    )
    return person


@pytest.fixture
async def group(fetching: Fetching) -> Conversation:
    conversation: Conversation = await sync_to_async(conversation_make)(fetching.channel, kind="group")
    return conversation


async def test_pictures_are_asked_for_once_when_somebody_is_first_shown(
    fetching: Fetching, browser: Browser, ada: ChatAttendee, group: Conversation
) -> None:
    direct = await sync_to_async(conversation_make)(fetching.channel, contact=ada)
    fetching.server.answers["GET /chat_attendees/upstream-ada/picture"] = picture("JPEG", (300, 300))
    before = {await version_of(ada), await version_of(group)}
    for _ in range(3):
        assert await ask(browser, conversation_ids=[direct, group], attendee_ids=[ada]) == 204
    assert await jobs() == 1
    await fetching.run()
    await fetching.run()
    asked = [call.path for call in fetching.server.asked]
    assert len(asked) == len(set(asked)) == 2, "each once"

    shown = await Picture.objects.select_related("file").aget(attendee=ada)
    assert shown.state == "stored"
    assert (await Picture.objects.aget(conversation=group)).state == "unavailable"
    assert await version_of(ada) not in before, "readers hear of a picture"
    assert await version_of(group) in before, "and not of its absence"

    listed = json.loads((await browser.get("/api/v1/communications/all/chats/")).body)
    (person,) = listed["attendees"]
    assert person["picture_url"] == f"/api/v1/communications/pictures/{shown.pk}/?file={shown.file_id}"
    served = await browser.get(person["picture_url"])
    assert (served.status, served.header("content-type")) == (200, "image/webp")


async def test_a_picture_is_asked_for_again_after_a_month_and_stays_meanwhile(
    fetching: Fetching, browser: Browser, ada: ChatAttendee
) -> None:
    address = "GET /chat_attendees/upstream-ada/picture"
    fetching.server.answers[address] = picture("JPEG", (300, 300))
    await ask(browser, attendee_ids=[ada])
    await fetching.run()
    first = await Picture.objects.aget(attendee=ada)
    await Picture.objects.aupdate(next_attempt_at=timezone.now() - timedelta(minutes=1))

    fetching.server.answers[address] = picture("JPEG", (200, 200))
    await ask(browser, attendee_ids=[ada])
    meanwhile = await Picture.objects.aget(attendee=ada)
    assert (meanwhile.state, meanwhile.file_id) == ("wanted", first.file_id)
    await fetching.run()
    second = await Picture.objects.aget(attendee=ada)
    assert second.file_id != first.file_id
    assert len(fetching.server.asked) == 2


async def test_pictures_of_what_is_not_the_readers_are_passed_over(
    fetching: Fetching, browser: Browser
) -> None:
    channel = await sync_to_async(channel_make)()
    eve = await sync_to_async(attendee_make)(channel, "Eve")
    theirs = await sync_to_async(conversation_make)(channel, kind="group")
    assert await ask(browser, attendee_ids=[eve], conversation_ids=[theirs]) == 204
    assert await Picture.objects.acount() == 0
    assert await jobs() == 0


async def test_an_id_that_nothing_reaches_is_passed_over(browser: Browser) -> None:
    body = b'{"conversation_ids": ["9999999999999999999"], "attendee_ids": ["0"]}'
    assert (await browser.post("/api/v1/communications/pictures/", body)).status == 204


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"{",
        b"{}",
        b'{"attendee_ids": 7, "conversation_ids": []}',
        b'{"attendee_ids": ["x"], "conversation_ids": []}',
        b'{"conversation_ids": [], "attendee_ids": [%s]}' % b",".join([b'"1"'] * 101),
    ],
)
async def test_odd_requests_for_pictures_are_refused(browser: Browser, body: bytes) -> None:
    answer = await browser.post("/api/v1/communications/pictures/", body)
    assert answer.status == 400
    assert answer.header("content-type") == "application/problem+json"


async def test_files_of_messages_come_before_pictures(fetching: Fetching, ada: ChatAttendee) -> None:
    await Picture.objects.acreate(channel=fetching.channel, attendee=ada)
    attachments = [await fetching.wanted(b"%d" % number) for number in range(8)]
    await fetching.run()
    order = [asked.path for asked in fetching.server.asked]
    assert next(place for place, path in enumerate(order) if path.endswith("/picture")) >= 4
    assert {(await fetching.reread(one)).state for one in attachments} == {"stored"}
