"""E21: files handed over to be sent are told by content, kept once, refused with words, and gone when nobody sends them."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from asgiref.sync import sync_to_async
from django.db import connection, transaction
from django.utils import timezone

from communications.errors import InvalidInput, TooLarge
from communications.ingest.connections import fold_connections
from communications.models import Attachment, MediaFile, Message, Upload, User
from communications.outbox.uploads import MESSAGE_MAX_BYTES, uploads_attach
from communications.schemas.identifiers import uuid7
from communications.tasks.media import files_remove_unreferenced, old_uploads_forget
from landline.security_headers import SENT_FILES_POLICY
from tests.api.asgi import Answer
from tests.database import ScratchDatabase
from tests.inbox import channel_make, conversation_make, message_make, person_make
from tests.media.corpus import ACTIVE, HONEST, OPUS, picture
from tests.media.library import Browser, upload_keep
from tests.media.upstream import stored_files
from unipile.operations.uploads import FILES_MAX_BYTES

PROGRAMS = {
    "java class",
    "program of Linux",
    "program of Windows",
    "program of macOS",
    "shell script",
}
UPLOADS = "/api/v1/communications/uploads/"


class Desk:
    """A person and their browser."""

    def __init__(self, person: User, browser: Browser) -> None:
        self.person = person
        self.browser = browser

    async def hand_over(self, content: bytes, name: str = "photo.png", **headers: str) -> Answer:
        sent = {
            "idempotency_key": str(uuid7()),
            "x_file_name": quote(name),
            "content_type": "application/octet-stream",
        }
        return await self.browser.post(UPLOADS, content, **(sent | headers))


@pytest.fixture
async def desk(database: ScratchDatabase, media_folder: Path) -> Desk:
    person = await sync_to_async(person_make)()
    return Desk(person, await Browser.of(person))


def document(answer: Answer) -> dict[str, Any]:
    described: dict[str, Any] = json.loads(answer.content)
    return described


async def test_a_picture_is_measured_kept_once_and_served_to_its_person_alone(
    desk: Desk, media_folder: Path
) -> None:
    content = picture("PNG")
    first, second = await desk.hand_over(content), await desk.hand_over(content, "again.jpg")
    assert (first.status, second.status) == (201, 201)
    one, other = document(first), document(second)
    assert (one["kind"], one["mime_type"], one["name"]) == ("image", "image/png", "photo.png")
    assert (one["width"], one["height"], one["size_bytes"]) == (80, 48, len(content))
    assert other["name"] == "again.jpg.png", "a name ends as the content is"
    assert await MediaFile.objects.acount() == 1
    assert len(stored_files(media_folder)) == 2, "the file and its thumbnail"
    served = await desk.browser.get(one["url"])
    assert (served.status, served.body, served.header("content-type")) == (200, content, "image/png")
    stranger = await Browser.of(await sync_to_async(person_make)())
    assert (await stranger.get(one["url"])).status == 404
    assert (await stranger.sends("DELETE", one["url"])).status == 404
    assert (await Browser(None).get(one["url"])).status == 401


async def test_e10_a_repeated_call_is_the_same_upload(desk: Desk) -> None:
    key = str(uuid7())
    answers = [await desk.hand_over(b"minutes", "a.txt", idempotency_key=key) for _ in range(3)]
    assert [answer.status for answer in answers] == [201, 200, 200]
    assert len({document(answer)["id"] for answer in answers}) == 1
    together = str(uuid7())
    at_once = await asyncio.gather(
        *(desk.hand_over(b"agenda", "b.txt", idempotency_key=together) for _ in range(4))
    )
    assert {answer.status for answer in at_once} <= {200, 201}
    assert len({document(answer)["id"] for answer in at_once}) == 1


async def test_e11_the_same_key_with_another_file_is_refused(desk: Desk) -> None:
    key = str(uuid7())
    assert (await desk.hand_over(b"minutes", idempotency_key=key)).status == 201
    for content, name in ((b"other", "photo.png"), (b"minutes", "other.png")):
        refused = await desk.hand_over(content, name, idempotency_key=key)
        assert (refused.status, document(refused)["code"]) == (409, "idempotency_conflict")
    assert await Upload.objects.acount() == 1


async def test_two_people_may_choose_the_same_key(desk: Desk) -> None:
    key = str(uuid7())
    other = await sync_to_async(person_make)()
    theirs = Desk(other, await Browser.of(other))
    assert (await desk.hand_over(b"mine", idempotency_key=key)).status == 201
    assert (await theirs.hand_over(b"theirs", idempotency_key=key)).status == 201


@pytest.mark.parametrize("name", sorted(HONEST))
async def test_i3_a_file_is_what_its_content_is(desk: Desk, name: str) -> None:
    content, mime_type = HONEST[name]
    told = document(await desk.hand_over(content, "x.html", content_type="text/html"))
    assert told["mime_type"] == mime_type
    family = mime_type.partition("/")[0]
    is_shown = family in ("image", "audio", "video") and not name.endswith((".heic", ".tiff", ".mkv", ".avi"))
    assert told["kind"] == (family if is_shown else "file")


@pytest.mark.parametrize("name", sorted(ACTIVE))
async def test_i4_what_a_browser_would_run_is_a_file_to_be_saved(desk: Desk, name: str) -> None:
    answer = await desk.hand_over(ACTIVE[name], "page.html", content_type="text/html")
    if name in PROGRAMS:
        assert answer.status == 415
        return
    assert document(answer)["kind"] == "file"
    served = await desk.browser.get(document(answer)["url"])
    assert served.header("content-disposition").startswith("attachment")
    assert served.header("content-security-policy") == SENT_FILES_POLICY


async def test_sound_in_a_container_of_films_is_sound_where_the_browser_says_so(desk: Desk) -> None:
    for film in ("film.webm", "film.mp4"):
        content, mime_type = HONEST[film]
        recorded = await desk.hand_over(content, "", content_type=mime_type.replace("video", "audio"))
        assert document(recorded)["kind"] == "audio"
        assert document(await desk.hand_over(content, "", content_type=mime_type))["kind"] == "video"


@pytest.mark.parametrize(
    ("content", "name", "status", "code"),
    [
        (b"", "empty.txt", 400, "empty_file"),
        (b"x" * (MESSAGE_MAX_BYTES + 1), "film.mp4", 413, "too_large"),
        (b"MZ\x90\x00" + bytes(60), "holiday.jpg", 415, "forbidden_type"),
        (b"\x7fELF" + bytes(60), "holiday", 415, "forbidden_type"),
        (b"echo hello", "setup.BAT", 415, "forbidden_type"),
        (b"#!/bin/sh\nid", "notes.txt", 415, "forbidden_type"),
        (b"x", "run.exe ", 415, "forbidden_type"),
    ],
)
async def test_e21_what_cannot_be_sent_is_refused_with_words(
    desk: Desk, content: bytes, name: str, status: int, code: str
) -> None:
    refused = await desk.hand_over(content, name)
    assert (refused.status, document(refused)["code"]) == (status, code)
    assert document(refused)["detail"]
    assert (await Upload.objects.acount(), await MediaFile.objects.acount()) == (0, 0)


async def test_e21_two_hundred_megabytes_are_refused_unread(desk: Desk) -> None:
    refused = await desk.hand_over(b"begun", content_length=str(200_000_000))
    assert (refused.status, document(refused)["code"]) == (413, "too_large")
    assert "15 MB" in document(refused)["detail"]


def test_e21_what_is_taken_is_what_the_client_sends() -> None:
    assert MESSAGE_MAX_BYTES == FILES_MAX_BYTES


async def test_a_file_is_taken_from_people_only_before_its_first_byte(
    database: ScratchDatabase, media_folder: Path
) -> None:
    nobody = Browser(None)
    refused = await nobody.post(UPLOADS, b"x" * 10, content_length=str(200_000_000))
    assert refused.status == 401


async def test_e21_a_disk_without_room_says_so(desk: Desk, settings: Any) -> None:
    settings.LANDLINE_MEDIA_KEEP_FREE_BYTES = 2**62
    refused = await desk.hand_over(b"minutes")
    assert (refused.status, document(refused)["code"]) == (503, "no_room")


@pytest.mark.parametrize(
    "headers",
    [
        {"idempotency_key": "1"},
        {"idempotency_key": ""},
        {"x_file_name": "%ff"},
        {"content_type": "multipart/form-data; boundary=x"},
        {"content_type": "application/x-www-form-urlencoded"},
    ],
)
async def test_calls_that_cannot_be_understood(desk: Desk, headers: dict[str, str]) -> None:
    refused = await desk.hand_over(b"minutes", **headers)
    assert (refused.status, document(refused)["code"]) == (400, "invalid_input")
    assert await Upload.objects.acount() == 0


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\sums.xls", "sums.xls"),
        ("naïve 日本.txt", "naïve 日本.txt"),
        ("a\r\nSet-Cookie: x=y.txt", "aSet-Cookie_ x=y.txt"),
        ("x" * 300 + ".txt", "x" * 116 + ".txt"),
        ("", "file"),
        ("gpj.\u202eexe.txt", "gpj.exe.txt"),
    ],
)
async def test_i5_names_are_names_and_nothing_else(desk: Desk, told: str, kept: str) -> None:
    assert document(await desk.hand_over(b"minutes", told))["name"] == kept


class Letter:
    """A message that is being written, and what a person has handed over for it."""

    def __init__(self, *uploads: tuple[bytes, dict[str, Any]]) -> None:
        self.person = person_make()
        self.message: Message = message_make(
            conversation_make(channel_make(self.person)), external_message_id=None, client_id=uuid7()
        )
        self.uploads = [upload_keep(self.person, content, **fields) for content, fields in uploads]

    def attach(self, *upload_ids: int, voice: bool = False, person: User | None = None) -> str:
        with transaction.atomic(), connection.cursor() as cursor:
            return uploads_attach(
                cursor, (person or self.person).pk, self.message.pk, upload_ids, voice=voice
            )


def test_attached_files_are_stored_files_of_the_message(
    database: ScratchDatabase, media_folder: Path
) -> None:
    letter = Letter((b"one", {"kind": "image", "name": "one.png"}), (b"second", {"name": "two.txt"}))
    first, second = letter.uploads
    assert letter.attach(second.pk, first.pk) == "file"
    held = Attachment.objects.filter(message=letter.message).order_by("position")
    assert [(one.external_attachment_id, one.kind, one.name, one.state, one.file_id) for one in held] == [
        (f"upload:{second.client_id}", "file", "two.txt", "stored", second.file_id),
        (f"upload:{first.client_id}", "image", "one.png", "stored", first.file_id),
    ]


def test_a_recording_is_a_voice_message(database: ScratchDatabase, media_folder: Path) -> None:
    letter = Letter((OPUS, {"kind": "audio"}), (b"text", {}))
    recording, text = letter.uploads
    for wrong in ([text.pk], [recording.pk, text.pk]):
        with pytest.raises(InvalidInput):
            letter.attach(*wrong, voice=True)
    assert letter.attach(recording.pk, voice=True) == "voice"
    assert Attachment.objects.get().kind == "voice"


def test_e21_all_files_are_attached_or_none(database: ScratchDatabase, media_folder: Path) -> None:
    letter = Letter((b"one", {}), (b"two", {}))
    first, second = letter.uploads
    with pytest.raises(InvalidInput):
        letter.attach(first.pk, 999_999)
    with pytest.raises(InvalidInput):
        letter.attach(first.pk, person=person_make())
    with pytest.raises(InvalidInput):
        letter.attach(first.pk, first.pk)
    with pytest.raises(InvalidInput):
        letter.attach(*range(1, 40))
    MediaFile.objects.filter(pk=second.file_id).update(size_bytes=MESSAGE_MAX_BYTES)
    with pytest.raises(TooLarge):
        letter.attach(first.pk, second.pk)
    assert Attachment.objects.count() == 0


async def test_i10_unused_uploads_go_after_a_day_and_used_ones_stay_with_their_message(
    database: ScratchDatabase, media_folder: Path
) -> None:
    letter = await sync_to_async(Letter)((b"used", {}), (b"unused", {}), (b"young", {}))
    used, unused, young = letter.uploads
    await sync_to_async(letter.attach)(used.pk)
    day_old = timezone.now() - timedelta(hours=25)
    await Upload.objects.filter(pk__in=[used.pk, unused.pk]).aupdate(created_at=day_old)
    await MediaFile.objects.aupdate(created_at=day_old)
    async with fold_connections(max_size=1) as connections:
        await old_uploads_forget(connections)
        assert await files_remove_unreferenced(connections) == 1
    assert [one.pk async for one in Upload.objects.all()] == [young.pk]
    assert {one.pk async for one in MediaFile.objects.all()} == {used.file_id, young.file_id}


async def test_a_file_taken_back_is_gone(desk: Desk) -> None:
    told = document(await desk.hand_over(b"minutes"))
    assert (await desk.browser.sends("DELETE", told["url"])).status == 204
    assert (await desk.browser.get(told["url"])).status == 404
    assert (await desk.browser.sends("DELETE", told["url"])).status == 404
