"""I4, I9, I11: files are served to whoever may read them, in parts if asked, and run nowhere."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as given_settings
from hypothesis import strategies as st

from communications.media.storage import file_remove
from communications.models import Attachment, ChannelAccess, Conversation, Message, User
from landline.security_headers import SENT_FILES_POLICY
from tests.database import ScratchDatabase
from tests.inbox import attendee_make, channel_make, conversation_make, person_make
from tests.media.corpus import ACTIVE, HONEST, OPUS, POLYGLOTS, picture
from tests.media.library import THUMBNAIL, Browser, attachment_keep, picture_keep
from tests.media.upstream import attachment_make

CONTENT = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8


@dataclass
class Shelf:
    reader: User
    conversation: Conversation
    browser: Browser

    async def keep(self, content: bytes = CONTENT, **fields: Any) -> Attachment:
        return await sync_to_async(attachment_keep)(self.conversation, content, **fields)


@pytest.fixture
async def shelf(database: ScratchDatabase, media_folder: Path) -> Shelf:
    reader = await sync_to_async(person_make)()
    channel = await sync_to_async(channel_make)(reader)
    conversation = await sync_to_async(conversation_make)(channel)
    return Shelf(reader, conversation, await Browser.of(reader))


def url(attachment: Attachment) -> str:
    return f"/api/v1/communications/media/{attachment.pk}/"


async def test_a_file_is_served_whole_and_kept_by_no_cache(shelf: Shelf) -> None:
    attachment = await shelf.keep(name="holiday.png")
    answer = await shelf.browser.get(url(attachment), accept_encoding="gzip")
    assert (answer.status, answer.body) == (200, CONTENT)
    assert answer.header("content-type") == "image/png"
    assert answer.header("content-length") == str(len(CONTENT))
    assert answer.header("etag") == f'"{hashlib.sha256(CONTENT).hexdigest()}"'
    assert answer.header("accept-ranges") == "bytes"
    assert answer.header("cache-control") == "private, no-store"
    assert answer.header("content-disposition") == 'inline; filename="holiday.png"'
    assert answer.header("x-content-type-options") == "nosniff"
    assert answer.header("content-security-policy") == SENT_FILES_POLICY
    assert answer.header("cross-origin-resource-policy") == "same-origin"
    assert "content-encoding" not in answer.names


async def test_a_large_file_comes_in_pieces(shelf: Shelf) -> None:
    content = CONTENT * 1_000
    answer = await shelf.browser.get(url(await shelf.keep(content)))
    assert answer.body == content


async def test_a_thumbnail_is_served(shelf: Shelf) -> None:
    answer = await shelf.browser.get(url(await shelf.keep()) + "thumbnail/")
    assert (answer.status, answer.body) == (200, THUMBNAIL)
    assert answer.header("content-type") == "image/webp"
    assert answer.header("content-disposition").startswith("inline")


async def test_without_a_thumbnail_there_is_nothing(shelf: Shelf) -> None:
    attachment = await shelf.keep(OPUS, has_thumbnail=False)
    assert (await shelf.browser.get(url(attachment) + "thumbnail/")).status == 404


@pytest.mark.parametrize("name", ACTIVE)
async def test_i4_active_content_is_only_ever_saved(shelf: Shelf, name: str) -> None:
    attachment = await shelf.keep(
        ACTIVE[name], name="picture.png", mime_type="image/png", has_thumbnail=False
    )
    answer = await shelf.browser.get(url(attachment))
    assert answer.status == 200
    assert answer.header("content-disposition").startswith("attachment")
    assert answer.header("x-content-type-options") == "nosniff"
    policy = answer.header("content-security-policy")
    assert policy.startswith("sandbox; default-src 'none'")
    assert "allow-" not in policy
    kind = answer.header("content-type")
    assert not any(word in kind for word in ("html", "xml", "svg", "javascript", "text/plain"))


@pytest.mark.parametrize("name", POLYGLOTS)
async def test_i4_of_two_things_at_once_only_the_harmless_one_is_named(shelf: Shelf, name: str) -> None:
    content, mime_type = POLYGLOTS[name]
    answer = await shelf.browser.get(url(await shelf.keep(content, name="x.html")))
    assert answer.header("content-type") == mime_type
    assert not answer.header("content-disposition").endswith('.html"')


@pytest.mark.parametrize("name", HONEST)
async def test_i4_pictures_sound_and_film_are_shown_and_the_rest_is_saved(shelf: Shelf, name: str) -> None:
    content, mime_type = HONEST[name]
    answer = await shelf.browser.get(url(await shelf.keep(content, name=name, has_thumbnail=False)))
    assert answer.header("content-type") == mime_type
    is_shown = mime_type.partition("/")[0] in ("image", "audio", "video") and name.rpartition(".")[2] not in (
        "heic",
        "tiff",
        "mkv",
        "avi",
    )
    assert answer.header("content-disposition").partition(";")[0] == ("inline" if is_shown else "attachment")


async def test_i5_a_name_cannot_write_headers(shelf: Shelf) -> None:
    attachment = await shelf.keep(b"x", name='a"\r\nSet-Cookie: a=b\r\n\r\n<script> Zoë\u202egnp.exe')
    answer = await shelf.browser.get(url(attachment))
    assert answer.status == 200
    assert "set-cookie" not in answer.names
    disposition = answer.header("content-disposition")
    assert disposition.startswith("attachment; filename*=utf-8''a_Set-Cookie_")
    assert disposition.isascii()


async def test_i9_nobody_else_sees_it_and_cannot_tell_that_it_is_there(shelf: Shelf) -> None:
    attachment = await shelf.keep()
    elsewhere = await sync_to_async(channel_make)()
    stranger = await sync_to_async(person_make)()
    await ChannelAccess.objects.acreate(user=stranger, channel=elsewhere, role="owner")
    superuser = await sync_to_async(person_make)(is_superuser=True, is_staff=True)
    for path in (url(attachment), url(attachment) + "thumbnail/"):
        for method in ("GET", "HEAD"):
            for other in (stranger, superuser):
                answer = await (await Browser.of(other)).get(path, method=method)
                assert answer.status == 404
                assert "etag" not in answer.names
            assert (await (await Browser.of(None)).get(path, method=method)).status == 401
    missing = await (await Browser.of(stranger)).get("/api/v1/communications/media/999999/")
    there = await (await Browser.of(stranger)).get(url(attachment))
    assert [name for name in missing.names if name != "x-request-id"] == [
        name for name in there.names if name != "x-request-id"
    ]


async def test_i9_the_right_is_asked_each_time(shelf: Shelf) -> None:
    attachment = await shelf.keep()
    assert (await shelf.browser.get(url(attachment))).status == 200
    await ChannelAccess.objects.all().adelete()
    etag = f'"{hashlib.sha256(CONTENT).hexdigest()}"'
    assert (await shelf.browser.get(url(attachment), if_none_match=etag)).status == 404


async def test_i9_equal_content_in_a_channel_of_others_opens_nothing(shelf: Shelf) -> None:
    """The same bytes are kept once; the right to them goes by message."""
    mine = await shelf.keep()
    channel = await sync_to_async(channel_make)()
    conversation = await sync_to_async(conversation_make)(channel)
    theirs = await sync_to_async(attachment_make)(conversation, state="stored", file_id=mine.file_id)
    assert (await shelf.browser.get(url(mine))).status == 200
    assert (await shelf.browser.get(url(theirs))).status == 404


@pytest.mark.parametrize("change", [{"deleted_at": timezone.now()}, {"is_stub": True}, {"is_hidden": True}])
async def test_i9_a_message_that_is_not_shown_shows_no_file(shelf: Shelf, change: dict[str, Any]) -> None:
    attachment = await shelf.keep()
    await Message.objects.filter(pk=attachment.message_id).aupdate(**change)
    assert (await shelf.browser.get(url(attachment))).status == 404
    assert (await shelf.browser.get(url(attachment) + "thumbnail/")).status == 404
    assert (await shelf.browser.post(url(attachment) + "fetch/")).status == 404


@pytest.mark.parametrize("state", ["wanted", "unavailable"])
async def test_what_is_not_stored_is_not_there(shelf: Shelf, state: str) -> None:
    attachment = await sync_to_async(attachment_make)(shelf.conversation, state=state)
    assert (await shelf.browser.get(url(attachment))).status == 404


async def test_a_file_that_the_storage_lost_is_not_there(shelf: Shelf) -> None:
    attachment = await shelf.keep()
    assert attachment.file is not None
    file_remove(attachment.file.storage_key)
    answer = await shelf.browser.get(url(attachment))
    assert answer.status == 404
    assert answer.header("content-type") == "application/problem+json"


SIZE = len(CONTENT)


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-", 0, SIZE),
        ("bytes=10-19", 10, 20),
        ("bytes=10-999999999", 10, SIZE),
        ("bytes=-5", SIZE - 5, SIZE),
        ("bytes=-999999999", 0, SIZE),
        (f"bytes={SIZE - 1}-", SIZE - 1, SIZE),
    ],
)
async def test_i11_a_part_is_served(shelf: Shelf, asked: str, start: int, end: int) -> None:
    attachment = await shelf.keep()
    answer = await shelf.browser.get(url(attachment), range=asked)
    assert (answer.status, answer.body) == (206, CONTENT[start:end])
    assert answer.header("content-range") == f"bytes {start}-{end - 1}/{SIZE}"
    assert answer.header("content-length") == str(end - start)
    head = await shelf.browser.get(url(attachment), method="HEAD", range=asked)
    assert (head.status, head.body) == (206, b"")
    assert head.header("content-range") == answer.header("content-range")


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", "bytes=99999999-", "bytes=-0"])
async def test_i11_a_part_beyond_the_end_is_refused(shelf: Shelf, asked: str) -> None:
    answer = await shelf.browser.get(url(await shelf.keep()), range=asked)
    assert answer.status == 416
    assert answer.header("content-range") == f"bytes */{SIZE}"


@pytest.mark.parametrize(
    "asked",
    [
        "bytes=0-1,4-5",
        "bytes=5-2",
        "bytes=-",
        "bytes=a-b",
        "items=0-1",
        "bytes=0-0-0",
        "bytes = 0-1",
        "bytes=" + "9" * 30 + "-",
        "bytes=٣-٤",
        "",
    ],
)
async def test_i11_several_parts_or_odd_ones_get_the_whole(shelf: Shelf, asked: str) -> None:
    answer = await shelf.browser.get(url(await shelf.keep()), range=asked.encode().decode("latin-1"))
    assert (answer.status, answer.body) == (200, CONTENT)


async def test_i11_a_part_of_another_content_is_not_mixed_in(shelf: Shelf) -> None:
    attachment = await shelf.keep()
    etag = f'"{hashlib.sha256(CONTENT).hexdigest()}"'
    same = await shelf.browser.get(url(attachment), range="bytes=0-3", if_range=etag)
    assert (same.status, len(same.body)) == (206, 4)
    for condition in ('"other"', f"W/{etag}", "Wed, 21 Oct 2026 07:28:00 GMT"):
        other = await shelf.browser.get(url(attachment), range="bytes=0-3", if_range=condition)
        assert (other.status, len(other.body)) == (200, SIZE)


async def test_i11_what_the_browser_holds_is_not_sent_again(shelf: Shelf) -> None:
    attachment = await shelf.keep()
    etag = f'"{hashlib.sha256(CONTENT).hexdigest()}"'
    for condition in (etag, f'"x", W/{etag}', "*"):
        answer = await shelf.browser.get(url(attachment), if_none_match=condition)
        assert (answer.status, answer.body) == (304, b"")
        assert answer.header("etag") == etag
    assert (await shelf.browser.get(url(attachment), if_none_match='"other"')).status == 200


async def test_i11_head_says_what_get_would(shelf: Shelf) -> None:
    attachment = await shelf.keep()
    get = await shelf.browser.get(url(attachment))
    head = await shelf.browser.get(url(attachment), method="HEAD")
    assert (head.status, head.body) == (200, b"")
    variable = {"x-request-id"}
    assert {pair for pair in head.headers if pair[0] not in variable} == {
        pair for pair in get.headers if pair[0] not in variable
    }


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
async def test_files_are_only_read(shelf: Shelf, method: str) -> None:
    answer = await shelf.browser.get(url(await shelf.keep()), method=method)
    assert answer.status in (403, 405)


@given(start=st.integers(0, SIZE + 50), end=st.one_of(st.none(), st.integers(0, SIZE + 50)))
@given_settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_i11_any_range_is_what_a_slice_is(shelf: Shelf, start: int, end: int | None) -> None:
    attachment = await Attachment.objects.afirst() or await shelf.keep()
    answer = await shelf.browser.get(url(attachment), range=f"bytes={start}-{'' if end is None else end}")
    if end is not None and end < start:
        assert (answer.status, answer.body) == (200, CONTENT)
    elif start >= SIZE:
        assert answer.status == 416
    else:
        last = SIZE if end is None else min(end + 1, SIZE)
        assert (answer.status, answer.body) == (206, CONTENT[start:last])


async def test_pictures_of_people_and_groups_are_served_to_readers_only(shelf: Shelf) -> None:
    ada = await sync_to_async(attendee_make)(shelf.conversation.channel, "Ada")
    group = await sync_to_async(conversation_make)(shelf.conversation.channel, kind="group")
    hidden = await sync_to_async(attendee_make)(await sync_to_async(channel_make)(), "Eve")
    for number, (of, status) in enumerate(((ada, 200), (group, 200), (hidden, 404))):
        kept = await sync_to_async(picture_keep)(of, picture("PNG", (20 + number, 20)))
        answer = await shelf.browser.get(f"/api/v1/communications/pictures/{kept.pk}/?file={kept.file_id}")
        assert answer.status == status
        if status == 200:
            assert answer.body == THUMBNAIL
            assert answer.header("content-security-policy") == SENT_FILES_POLICY


async def test_a_storage_without_a_folder_serves_as_well(shelf: Shelf, settings: Any) -> None:
    memory = {"BACKEND": "django.core.files.storage.InMemoryStorage"}
    settings.STORAGES = {**settings.STORAGES, "media": memory}
    attachment = await shelf.keep(name="far.png")
    answer = await shelf.browser.get(url(attachment), range="bytes=8-15")
    assert (answer.status, answer.body) == (206, CONTENT[8:16])
