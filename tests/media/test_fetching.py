"""I1, I2: files come as they can, fail as they must, and text never waits for them."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from asgiref.sync import sync_to_async
from django.utils import timezone

from communications.ingest.files import files_are_due
from communications.models import Attachment, CallDay, HistoryRun, MediaFile, Message
from communications.schemas.identifiers import uuid7
from communications.tasks.metered import metering
from tests.inbox import channel_make, conversation_make, message_make
from tests.media.corpus import OPUS, photo_of_a_phone, picture
from tests.media.upstream import Fetching, attachment_make, stored_files
from tests.unipile.upstream_server import API_KEY
from unipile.client import connect_client

MEGABYTE = 1_000_000


async def endless(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(bytes(65_536))


async def cut_off(request: web.Request) -> web.StreamResponse:
    """Announces more than it sends."""
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b"half")
    assert request.transport is not None
    request.transport.close()
    return response


async def drip(request: web.Request) -> web.StreamResponse:
    """A byte now and then: never silent, never done."""
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b".")
        await asyncio.sleep(0.2)


def together(fetching: Fetching, count: int) -> Any:
    """A file that is there once so many have been asked for: then those are the first, however they overtake one another."""

    async def answer(_request: web.Request) -> web.Response:
        await fetching.until_asked(count)
        return web.Response(body=b"a file")

    return answer


def refusal(status: int, name: str) -> tuple[int, dict[str, Any]]:
    return status, {"type": f"errors/{name}", "title": name, "status": status}


async def version_of(attachment: Attachment) -> str | None:
    return (await Message.objects.aget(pk=attachment.message_id)).version


async def test_a_file_is_stored_with_what_it_is(fetching: Fetching, media_folder: Path) -> None:
    content = photo_of_a_phone()
    attachment = await fetching.wanted((200, content, {"Content-Type": "text/html"}), mime_type="image/gif")
    before = await version_of(attachment)
    await fetching.run()
    attachment = await fetching.reread(attachment)
    assert (attachment.state, attachment.attempts, attachment.failure) == ("stored", 0, "")
    file = attachment.file
    assert file is not None
    assert bytes(file.sha256) == hashlib.sha256(content).digest()
    assert (file.size_bytes, file.mime_type) == (len(content), "image/jpeg")
    assert (file.width, file.height) == (200, 400), "as it is shown: upright"
    assert file.is_complete
    original, thumbnail = stored_files(media_folder)
    assert original.read_bytes() == content
    assert thumbnail.stat().st_size == file.thumbnail_size_bytes > 0
    assert attachment.external_attachment_id not in str(original)
    assert file.sha256.hex() not in str(original), "S15: keys tell nothing"
    assert await version_of(attachment) != before, "readers hear of it"
    assert stored_files(media_folder.parent / "incoming") == []


async def test_i3_what_upstream_calls_it_does_not_count(fetching: Fetching) -> None:
    attachment = await fetching.wanted(
        (200, b"<html><script>1</script>", {"Content-Type": "image/png"}), mime_type="image/png", kind="image"
    )
    await fetching.run()
    file = (await fetching.reread(attachment)).file
    assert file is not None
    assert (file.mime_type, file.thumbnail_size_bytes) == ("application/octet-stream", 0)


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (refusal(404, "resource_not_found"), "gone"),
        (refusal(410, "resource_not_found"), "gone"),
        ((200, b""), "gone"),
        (refusal(403, "resource_access_restricted"), "refused"),
        (refusal(422, "unprocessable_entity"), "refused"),
        (refusal(501, "feature_not_implemented"), "refused"),
    ],
)
async def test_i1_what_is_gone_is_unavailable_and_asked_for_once(
    fetching: Fetching, answer: Any, failure: str
) -> None:
    attachment = await fetching.wanted(answer)
    before = await version_of(attachment)
    await fetching.run()
    await fetching.run()
    attachment = await fetching.reread(attachment)
    assert (attachment.state, attachment.failure) == ("unavailable", failure)
    assert fetching.calls(attachment) == 1
    assert await version_of(attachment) != before


@pytest.mark.parametrize(
    ("answer", "seconds", "attempts"),
    [
        (refusal(500, "unexpected_error"), 10, 1),
        (refusal(504, "request_timeout"), 10, 1),
        (cut_off, 10, 1),
        (refusal(401, "disconnected_account"), 1_800, 0),
        (refusal(429, "too_many_requests"), 120, 0),
        ((429, {"type": "errors/too_many_requests"}, {"Retry-After": "600"}), 600, 0),
        (refusal(401, "missing_credentials"), 45, 0),
    ],
)
async def test_i1_what_may_come_later_waits_unseen(
    fetching: Fetching, answer: Any, seconds: int, attempts: int
) -> None:
    attachment = await fetching.wanted(answer)
    before = await version_of(attachment)
    begun = timezone.now()
    await fetching.run()
    ended = timezone.now()
    waiting = await fetching.reread(attachment)
    assert (waiting.state, waiting.attempts) == ("wanted", attempts)
    assert waiting.failure != ""
    assert begun <= waiting.next_attempt_at - timedelta(seconds=seconds) <= ended
    assert await version_of(attachment) == before, "an attempt is nobody's news"
    fetching.plan(attachment, OPUS)
    await fetching.make_due(attachment)
    await fetching.run()
    assert (await fetching.reread(attachment)).state == "stored"


async def test_i1_a_file_that_always_fails_is_given_up_after_growing_pauses(fetching: Fetching) -> None:
    attachment = await fetching.wanted(refusal(500, "provider_error"))
    moments = []
    while (current := await fetching.reread(attachment)).state == "wanted":
        await fetching.make_due(attachment)
        begun = timezone.now()
        await fetching.run()
        ended = timezone.now()
        current = await fetching.reread(attachment)
        moments.append((begun, current.next_attempt_at, ended))
        assert len(moments) < 20
    pauses = (10, 60, 300, 1_800, 7_200, 21_600, 43_200)
    for pause, (begun, again, ended) in zip(pauses, moments[:-1], strict=True):
        assert begun <= again - timedelta(seconds=pause) <= ended
    assert (current.state, current.failure) == ("unavailable", "failed")
    assert fetching.calls(attachment) == 8


async def test_i2_an_endless_file_ends_at_the_cap(
    fetching: Fetching, media_folder: Path, settings: Any
) -> None:
    settings.LANDLINE_MEDIA_MAX_BYTES = MEGABYTE
    attachment = await fetching.wanted(endless)
    fits = await fetching.wanted(b"\0" * MEGABYTE)
    await fetching.run()
    attachment = await fetching.reread(attachment)
    assert (attachment.state, attachment.failure) == ("unavailable", "too_large")
    assert (await fetching.reread(fits)).state == "stored", "exactly the cap still fits"
    assert len(stored_files(media_folder)) == 1
    assert stored_files(media_folder.parent / "incoming") == []


async def test_i2_a_file_announced_as_too_large_is_not_read(fetching: Fetching, settings: Any) -> None:
    settings.LANDLINE_MEDIA_MAX_BYTES = MEGABYTE
    sent = 0

    async def announced(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse(headers={"Content-Length": str(5_000_000_000)})
        await response.prepare(request)
        while True:
            await response.write(bytes(65_536))
            sent += 65_536

    attachment = await fetching.wanted(announced)
    await fetching.run()
    assert (await fetching.reread(attachment)).failure == "too_large"
    assert sent < 10 * MEGABYTE


async def test_i2_a_slow_file_ends_at_the_deadline(fetching: Fetching) -> None:
    attachment = await fetching.wanted(drip)
    async with asyncio.timeout(60):
        await fetching.run()
    attachment = await fetching.reread(attachment)
    assert (attachment.state, attachment.failure, attachment.attempts) == ("wanted", "timeout", 1)


async def test_i2_a_channel_over_its_quota_waits_and_others_do_not(fetching: Fetching, settings: Any) -> None:
    settings.LANDLINE_MEDIA_QUOTA_BYTES = 1_000
    await fetching.wanted(bytes(1_200))
    await fetching.run()
    over = await fetching.wanted(b"more")
    other = await fetching.wanted(b"else", conversation=await conversation_of_another_channel())
    await fetching.run()
    over = await fetching.reread(over)
    assert (over.state, over.failure, over.attempts) == ("wanted", "over_quota", 0)
    assert fetching.calls(over) == 0
    assert (await fetching.reread(other)).state == "stored"


async def test_d10_without_room_on_the_disk_files_wait_and_nothing_is_asked(
    fetching: Fetching, settings: Any
) -> None:
    settings.LANDLINE_MEDIA_KEEP_FREE_BYTES = 10**18
    attachment = await fetching.wanted(b"x")
    await fetching.run()
    waiting = await fetching.reread(attachment)
    assert (waiting.state, waiting.failure, waiting.attempts) == ("wanted", "no_room", 0)
    assert fetching.calls(attachment) == 0
    settings.LANDLINE_MEDIA_KEEP_FREE_BYTES = 0
    await fetching.make_due(attachment)
    await fetching.run()
    assert (await fetching.reread(attachment)).state == "stored", "by itself, once there is room"


@pytest.mark.parametrize("storage", ["FullStorage", "OddStorage"])
async def test_d10_a_storage_that_takes_nothing_loses_nothing(
    fetching: Fetching, media_folder: Path, settings: Any, storage: str
) -> None:
    kept = settings.STORAGES
    settings.STORAGES = {**kept, "media": {"BACKEND": f"tests.media.storages.{storage}"}}
    attachment = await fetching.wanted(picture("PNG"))
    await fetching.run()
    waiting = await fetching.reread(attachment)
    assert (waiting.state, waiting.attempts) == ("wanted", 0)
    assert waiting.failure == {"FullStorage": "no_room", "OddStorage": "storage_failed"}[storage]
    assert await MediaFile.objects.acount() == 0
    settings.STORAGES = kept
    await fetching.make_due(attachment)
    await fetching.run()
    assert (await fetching.reread(attachment)).state == "stored"
    assert len(stored_files(media_folder)) == 2


async def test_files_of_a_message_that_was_taken_back_are_not_fetched(fetching: Fetching) -> None:
    attachment = await fetching.wanted(b"secret")
    await Message.objects.filter(pk=attachment.message_id).aupdate(deleted_at=timezone.now())
    await fetching.run()
    assert (await fetching.reread(attachment)).state == "unavailable"
    assert fetching.calls(attachment) == 0


async def test_a_file_whose_row_goes_meanwhile_harms_nothing(fetching: Fetching) -> None:
    async def vanishing(request: web.Request) -> web.Response:
        await Attachment.objects.filter(pk=attachment.pk).adelete()
        return web.Response(body=b"late")

    attachment = await fetching.wanted(vanishing)
    await fetching.run()
    assert not await Attachment.objects.filter(pk=attachment.pk).aexists()


async def test_a_dead_upstream_is_not_asked_for_every_file(fetching: Fetching) -> None:
    from unipile.client import connect_client

    attachments = [await fetching.wanted(b"x") for _ in range(30)]
    async with connect_client("http://127.0.0.1:9", "some-key") as dead:
        await fetching.run(dead)
    held = [await fetching.reread(attachment) for attachment in attachments]
    assert {attachment.state for attachment in held} == {"wanted"}
    assert {attachment.attempts for attachment in held} == {0}, "it is not their fault"
    assert len([attachment for attachment in held if attachment.failure]) <= 6, "one round of calls, no more"


async def test_the_newest_come_first_and_channels_take_turns(fetching: Fetching) -> None:
    file = together(fetching, 5)
    busy = [await fetching.wanted(file) for _ in range(12)]
    calm = await fetching.wanted(file, conversation=await conversation_of_another_channel())
    await fetching.run()
    order = [asked.path.rpartition("/")[2] for asked in fetching.server.asked]
    assert set(order[:5]) == {one.external_attachment_id for one in (*busy[-4:], calm)}
    assert {(await fetching.reread(one)).state for one in (*busy, calm)} == {"stored"}


async def test_a_channel_with_slow_files_leaves_room_for_others(fetching: Fetching) -> None:
    for _ in range(8):
        await fetching.wanted(drip)
    round_ = asyncio.create_task(fetching.run())
    await fetching.until_asked(4)
    await asyncio.sleep(0.3)
    assert len(fetching.server.asked) == 4, "one channel never has all the places"
    round_.cancel()
    await asyncio.gather(round_, return_exceptions=True)


async def test_what_history_brought_comes_last_and_the_newest_of_it_first(fetching: Fetching) -> None:
    now, file = timezone.now(), together(fetching, 4)
    older, newer = [
        await fetching.wanted(file, is_backlog=True, next_attempt_at=now - timedelta(days=days))
        for days in (9, 2)
    ]
    many = [
        await fetching.wanted(file, is_backlog=True, next_attempt_at=now - timedelta(days=3))
        for _ in range(5)
    ]
    live = await fetching.wanted(file, next_attempt_at=now - timedelta(days=30))
    await fetching.run()
    order = [asked.path.rsplit("/", 1)[-1] for asked in fetching.server.asked]
    assert {live.external_attachment_id, newer.external_attachment_id} < set(order[:4])
    assert order.index(older.external_attachment_id) >= 4
    assert {(await fetching.reread(one)).state for one in (older, newer, live, *many)} == {"stored"}


@pytest.mark.parametrize("because", ["messages are copied", "half of the calls of the day are used"])
async def test_what_history_brought_waits_and_nothing_else_does(
    fetching: Fetching, settings: Any, because: str
) -> None:
    settings.LANDLINE_CALLS_PER_DAY = 100
    account = fetching.channel.external_account_id
    run = None
    if because == "messages are copied":
        run = await HistoryRun.objects.acreate(
            channel=fetching.channel, client_id=uuid7(), trigger="connected", state="running", worker=uuid7()
        )
    else:
        await CallDay.objects.acreate(
            external_account_id=account, day=datetime.now(UTC).date(), purpose="history", calls=50
        )
    past = await fetching.wanted(b"past", is_backlog=True)
    live = await fetching.wanted(b"live")
    await fetching.run()
    assert ((await fetching.reread(past)).state, (await fetching.reread(live)).state) == ("wanted", "stored")
    async with fetching.connections.connection() as connection:
        assert not await files_are_due(connection, calls_per_day=100)

    if run is not None:
        await run.adelete()
    else:
        await CallDay.objects.filter(external_account_id=account).aupdate(calls=49)
    async with fetching.connections.connection() as connection:
        assert await files_are_due(connection, calls_per_day=100)
    await fetching.run()
    assert (await fetching.reread(past)).state == "stored"


async def test_a_spent_budget_holds_its_own_account_and_no_other(fetching: Fetching, settings: Any) -> None:
    settings.LANDLINE_CALLS_PER_DAY = 100
    other = await conversation_of_another_channel()
    await CallDay.objects.acreate(
        external_account_id=fetching.channel.external_account_id,
        day=datetime.now(UTC).date(),
        purpose="send",
        calls=90,
    )
    held = await fetching.wanted(b"held")
    free = await fetching.wanted(b"free", conversation=other)
    async with (
        metering("answer") as meter,
        connect_client(fetching.server.dsn, API_KEY, meter=meter) as client,
    ):
        await fetching.run(client)
    assert (await fetching.reread(free)).state == "stored"
    held = await fetching.reread(held)
    assert (held.state, held.failure, held.attempts) == ("wanted", "budget_spent", 0)
    assert held.next_attempt_at > timezone.now(), "tomorrow"
    assert [asked.path for asked in fetching.server.asked if held.external_attachment_id in asked.path] == []


async def test_a_round_that_is_ended_gives_its_files_back(fetching: Fetching) -> None:
    attachment = await fetching.wanted(drip)
    round_ = asyncio.create_task(fetching.run())
    await fetching.until_asked(1)
    claimed = await fetching.reread(attachment)
    assert claimed.next_attempt_at > timezone.now() + timedelta(seconds=30), "others leave it alone"
    round_.cancel()
    await asyncio.gather(round_, return_exceptions=True)
    given_back = await fetching.reread(attachment)
    assert given_back.state == "wanted"
    assert given_back.next_attempt_at <= timezone.now()


async def test_two_workers_fetch_each_file_once(fetching: Fetching) -> None:
    attachments = [await fetching.wanted(b"%d" % number) for number in range(40)]
    await asyncio.gather(*(fetching.run() for _ in range(4)))
    assert {(await fetching.reread(one)).state for one in attachments} == {"stored"}
    assert [fetching.calls(one) for one in attachments] == [1] * 40


async def conversation_of_another_channel() -> Any:
    channel = await sync_to_async(channel_make)()
    return await sync_to_async(conversation_make)(channel)


async def test_a_message_not_yet_known_upstream_is_not_asked_for(fetching: Fetching) -> None:
    import uuid

    message = await sync_to_async(message_make)(
        fetching.conversation, external_message_id=None, client_id=uuid.uuid4()
    )
    attachment = await sync_to_async(attachment_make)(fetching.conversation, message=message)
    await fetching.run()
    assert (await fetching.reread(attachment)).state == "unavailable"
    assert fetching.server.asked == []
