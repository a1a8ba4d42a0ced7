"""I10: the same bytes are kept once, for as long as anything refers to them, and no longer."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import psycopg
from asgiref.sync import sync_to_async
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as given_settings
from hypothesis import strategies as st

from communications.ingest.connections import fold_connections
from communications.ingest.unreferenced import unreferenced_forget, unreferenced_take
from communications.media.storage import file_open, file_remove
from communications.models import Attachment, MediaFile
from communications.tasks.media import files_remove_unreferenced
from tests.database import ScratchDatabase
from tests.media.corpus import picture
from tests.media.upstream import Fetching, stored_files


async def make_old() -> None:
    await MediaFile.objects.aupdate(created_at=timezone.now() - timedelta(hours=1))


async def clean() -> int:
    async with fold_connections(max_size=1) as connections:
        return await files_remove_unreferenced(connections)


async def test_i10_the_same_file_in_two_messages_is_kept_while_one_of_them_is(
    fetching: Fetching, media_folder: Path
) -> None:
    content = picture("PNG")
    first, second = await fetching.wanted(content), await fetching.wanted(content)
    await fetching.run()
    assert await MediaFile.objects.acount() == 1
    assert len(stored_files(media_folder)) == 2, "the file and its thumbnail"
    await make_old()

    await first.message.adelete()
    assert await clean() == 0
    second = await fetching.reread(second)
    assert second.file is not None
    with file_open(second.file.storage_key) as held:
        assert held.read() == content

    await second.message.adelete()
    assert await clean() == 1
    assert await MediaFile.objects.acount() == 0
    assert stored_files(media_folder) == []


async def test_equal_files_that_come_at_once_are_put_once(fetching: Fetching, media_folder: Path) -> None:
    attachments = [await fetching.wanted(picture("JPEG")) for _ in range(12)]
    await asyncio.gather(fetching.run(), fetching.run())
    for attachment in attachments:
        if (await fetching.reread(attachment)).state == "wanted":
            await fetching.make_due(attachment)
    await fetching.run()
    assert {(await fetching.reread(one)).state for one in attachments} == {"stored"}
    assert await MediaFile.objects.acount() == 1
    assert len(stored_files(media_folder)) == 2


async def test_a_young_file_is_left_alone(fetching: Fetching, media_folder: Path) -> None:
    attachment = await fetching.wanted(b"young")
    await fetching.run()
    await attachment.message.adelete()
    assert await clean() == 0
    assert len(stored_files(media_folder)) == 1


async def test_what_a_killed_worker_left_incomplete_is_used_or_removed(
    fetching: Fetching, media_folder: Path
) -> None:
    """Killed between noting where bytes go and telling that they are there."""
    attachment = await fetching.wanted(b"torn")
    await fetching.run()
    await Attachment.objects.filter(pk=attachment.pk).aupdate(
        state="wanted", file=None, next_attempt_at=timezone.now()
    )
    await MediaFile.objects.aupdate(is_complete=False)
    await fetching.run()
    waiting = await fetching.reread(attachment)
    assert (waiting.state, waiting.failure) == ("wanted", "stored_elsewhere"), "it may be under way"

    await make_old()
    await fetching.make_due(attachment)
    await fetching.run()
    assert (await fetching.reread(attachment)).state == "stored", "nobody is at it any more"
    assert len(stored_files(media_folder)) == 1

    await Attachment.objects.all().adelete()
    await MediaFile.objects.aupdate(is_complete=False)
    await make_old()
    assert await clean() == 1
    assert stored_files(media_folder) == []


async def test_i10_bytes_that_come_again_while_they_are_removed_are_kept(
    fetching: Fetching, media_folder: Path
) -> None:
    first = await fetching.wanted(b"same")
    await fetching.run()
    await first.message.adelete()
    await make_old()
    async with fetching.connections.connection() as connection:
        page = await unreferenced_take(connection, after=0)
    assert len(page.keys) == 1

    second = await fetching.wanted(b"same")
    await fetching.run()
    for key in page.keys:
        file_remove(key)
    async with fetching.connections.connection() as connection:
        await unreferenced_forget(connection, page.keys)
    file = (await fetching.reread(second)).file
    assert file is not None
    with file_open(file.storage_key) as opened:
        assert opened.read() == b"same"
    assert len(stored_files(media_folder)) == 1


async def test_i10_what_is_out_of_reach_is_not_referred_to(fetching: Fetching) -> None:
    first = await fetching.wanted(b"same")
    await fetching.run()
    file = (await fetching.reread(first)).file
    assert file is not None
    await MediaFile.objects.aupdate(is_complete=False)
    second = await fetching.wanted(b"same")
    await fetching.run()
    waiting = await fetching.reread(second)
    assert (waiting.state, waiting.file) == ("wanted", None)


async def test_i10_the_sweep_looks_again_once_it_holds_the_lock(
    fetching: Fetching, database: ScratchDatabase
) -> None:
    """Somebody refers to a file while the sweep has already found it unreferenced."""
    first = await fetching.wanted(b"same")
    await fetching.run()
    file = (await fetching.reread(first)).file
    assert file is not None
    await first.message.adelete()
    await make_old()
    second = await fetching.wanted(b"same")
    linking = await sync_to_async(psycopg.connect)(database.owner_url)
    try:
        await sync_to_async(linking.execute)(
            "SELECT FROM communications_mediafile WHERE id = %s FOR KEY SHARE", [file.pk]
        )
        async with fetching.connections.connection() as connection:
            page = await unreferenced_take(connection, after=0)
        assert page.keys == [], "what somebody holds is left for the next time"
        await sync_to_async(linking.execute)(
            "UPDATE communications_attachment SET state = 'stored', file_id = %s WHERE id = %s",
            [file.pk, second.pk],
        )
        await sync_to_async(linking.commit)()
    finally:
        await sync_to_async(linking.close)()
    assert await clean() == 0
    assert (await fetching.reread(second)).file == file


ACTIONS = st.tuples(st.sampled_from(["store", "store", "remove", "sweep"]), st.integers(0, 2))


@given(actions=st.lists(ACTIONS, max_size=14))
@given_settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_i10_references_are_counted_right_in_any_order(
    fetching: Fetching, media_folder: Path, actions: list[tuple[str, int]]
) -> None:
    """Messages come and go; after each sweep exactly what they refer to is kept, and always at least that."""
    await Attachment.objects.all().adelete()
    held: list[tuple[Attachment, bytes]] = []
    for action, number in [*actions, ("sweep", 0)]:
        if action == "store":
            content = b"content %d" % number
            held.append((await fetching.wanted(content), content))
            await fetching.run()
        elif action == "remove" and held:
            attachment, _ = held.pop(number % len(held))
            await attachment.message.adelete()
        elif action == "sweep":
            await make_old()
            await clean()
            assert {path.read_bytes() for path in stored_files(media_folder)} == {
                content for _, content in held
            }
        for attachment, content in held:
            file = (await fetching.reread(attachment)).file
            assert file is not None
            with file_open(file.storage_key) as opened:
                assert opened.read() == content
