"""One row for each real message, whatever comes first and whoever else writes the same (E2 to E9, invariant 9)."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any

from asgiref.sync import sync_to_async
from django.utils import timezone

from communications.media.storage import file_put, key_make
from communications.models import Attachment, Conversation, Intent, MediaFile, Message, Upload
from communications.schemas.deliveries import sha256_of
from communications.schemas.identifiers import uuid7
from simulator.habits import Echo, Habits
from tests.ingest.deliveries import rows
from tests.outbox.desk import Desk

TOMBSTONES = "SELECT row_id FROM communications_tombstone WHERE entity = 'message'"


def with_another_text(raw: bytes) -> bytes:
    body: dict[str, Any] = json.loads(raw)
    if body.get("message") is not None:
        body["message"] = f"{body['message']} …"
    return json.dumps(body).encode()


async def in_flight(desk: Desk) -> asyncio.Task[None]:
    """The worker is in the middle of a call."""
    desk.sim.habits = Habits(latency_seconds=0.3, echo=desk.sim.habits.echo)
    running = asyncio.create_task(desk.run())
    while not await Intent.objects.filter(state="sending").aexists():
        await asyncio.sleep(0.005)
    return running


async def test_a_row_that_an_unlike_echo_made_gives_way_to_the_one_the_answer_names(desk: Desk) -> None:
    desk.sim.habits = Habits(echo=Echo.BEFORE)
    desk.rewrite = with_another_text
    document = await desk.write("Olá")
    await desk.settle()
    (row,) = await desk.own()
    assert (row.pk, row.text, row.status, row.origin) == (int(document["id"]), "Olá …", "sent", "us")
    assert len(await rows(desk.connections, TOMBSTONES)) == 1
    assert (await desk.intent(document)).state == "done"


async def test_an_echo_bound_to_an_older_row_goes_to_the_one_the_answer_names(desk: Desk) -> None:
    desk.fault("cut_before")
    lost = await desk.write("ok")
    await desk.settle()
    await desk.decide(lost["id"], "skip")
    desk.sim.habits = Habits(echo=Echo.BEFORE)
    sent = await desk.write("ok")
    await desk.settle()
    assert [row.pk for row in await desk.own()] == [int(lost["id"]), int(sent["id"])]
    assert ((await desk.message(lost)).status, (await desk.message(sent)).status) == ("unconfirmed", "sent")
    assert (await desk.message(lost)).external_message_id is None
    assert (await desk.intent(lost)).state == "unconfirmed"
    assert (await desk.message(sent)).external_message_id == next(iter(desk.sim.sent)).message_id


async def test_the_same_words_typed_on_the_phone_meanwhile_are_a_row_of_their_own(desk: Desk) -> None:
    document = await desk.write("ok")
    running = await in_flight(desk)
    typed = desk.sim.phone_writes(desk.chat, "ok")
    await desk.sim.settled()
    await running
    await desk.settle()
    own = await desk.own()
    assert {row.external_message_id for row in own} == {typed.id, next(iter(desk.sim.sent)).message_id}
    assert (await desk.message(document)).external_message_id == next(iter(desk.sim.sent)).message_id
    assert {row.origin for row in own} == {"us", "phone"}


async def test_what_was_typed_on_the_phone_before_is_not_taken_for_ours(desk: Desk) -> None:
    typed = desk.sim.phone_writes(desk.chat, "ok")
    await desk.sim.settled()
    desk.fault("cut_before")
    document = await desk.write("ok")
    await desk.settle()
    assert (await desk.message(document)).status in ("unconfirmed", "sent")
    assert [one.external_message_id for one in await desk.own()].count(typed.id) == 1


async def test_a_pending_message_is_the_last_of_its_conversation_and_marks_it_read(desk: Desk) -> None:
    before = await Conversation.objects.aget(pk=desk.conversation.pk)
    assert before.unread_count == 1
    document = await desk.write("Olá")
    after = await Conversation.objects.aget(pk=desk.conversation.pk)
    assert (after.unread_count, after.last_message_id) == (0, int(document["id"]))
    # WhatsApp's times are whole seconds, so that this stands above what is written here: it was not read all the same.
    desk.sim.customer_writes(desk.chat, "?", at=timezone.now())
    await desk.sim.settled()
    assert (await Conversation.objects.aget(pk=desk.conversation.pk)).unread_count == 1
    desk.fault("refused", type="invalid_message")
    await desk.settle()
    await desk.decide(document["id"], "discard")
    assert (await Conversation.objects.aget(pk=desk.conversation.pk)).unread_count == 1


async def test_what_came_while_its_writer_was_away_from_the_server_stays_unread(desk: Desk) -> None:
    seen = await Message.objects.aget(conversation=desk.conversation)
    desk.sim.customer_writes(desk.chat, "And the blue one?")
    await desk.sim.settled()
    await desk.write("Olá", seen_message_id=str(seen.pk))
    await desk.settle()
    after = await Conversation.objects.aget(pk=desk.conversation.pk)
    assert (after.unread_count, after.read_through_id) == (1, seen.pk)
    assert not await Intent.objects.filter(kind="read").aexists()
    newest = await Message.objects.filter(conversation=desk.conversation).order_by("sent_at", "id").alast()
    assert newest is not None
    await desk.write("Both", seen_message_id=str(newest.pk))
    assert (await Conversation.objects.aget(pk=desk.conversation.pk)).unread_count == 0
    assert await Intent.objects.filter(kind="read").acount() == 1


async def test_its_time_is_the_providers_once_it_is_known(desk: Desk) -> None:
    document = await desk.write("Olá")
    await desk.settle()
    sent = desk.sim.world.message_find(next(iter(desk.sim.sent)).message_id)
    assert sent is not None
    row = await desk.message(document)
    assert row.sent_at is not None
    assert abs((row.sent_at - sent.timestamp).total_seconds()) < 0.001
    conversation = await Conversation.objects.aget(pk=desk.conversation.pk)
    assert (conversation.last_message_id, conversation.last_message_at) == (row.pk, row.sent_at)


def upload_make(desk: Desk, folder: Path, content: bytes, *, kind: str, name: str) -> Upload:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(content)
    key = key_make()
    file_put(path, key)
    file = MediaFile.objects.create(
        sha256=sha256_of(content),
        size_bytes=len(content),
        mime_type={"image": "image/png", "audio": "audio/ogg"}.get(kind, "application/pdf"),
        storage_key=key,
        is_complete=True,
    )
    return Upload.objects.create(user=desk.reader, client_id=uuid7(), file=file, kind=kind, name=name)


async def test_files_keep_their_rows_and_bytes_and_take_upstreams_names(
    desk: Desk, media_folder: Path, tmp_path: Path
) -> None:
    contents = {"a.png": b"\x89PNG\r\n\x1a\n" + b"1" * 40, "b.pdf": b"%PDF-1.4 two"}
    kinds = {"a.png": "image", "b.pdf": "file"}
    uploads = [
        await sync_to_async(upload_make)(desk, tmp_path / "given", content, kind=kinds[name], name=name)
        for name, content in contents.items()
    ]
    document = await desk.write("caption", upload_ids=[str(upload.pk) for upload in uploads])
    before = [part["id"] for part in document["attachments"]]
    assert [part["state"] for part in document["attachments"]] == ["stored", "stored"]
    await desk.settle()
    (sent,) = desk.sim.sent
    assert [file.name for file in sent.files] == ["a.png", "b.pdf"]
    after = [part async for part in Attachment.objects.filter(message_id=int(document["id"]))]
    assert [str(part.pk) for part in after] == before
    assert [(part.state, part.file_id) for part in after] == [
        ("stored", upload.file_id) for upload in uploads
    ]
    assert not any(part.external_attachment_id.startswith("upload:") for part in after)


async def test_e21_a_file_that_is_gone_is_a_refusal_and_nothing_leaves(
    desk: Desk, media_folder: Path, tmp_path: Path
) -> None:
    upload = await sync_to_async(upload_make)(desk, tmp_path / "given", b"%PDF", kind="file", name="b.pdf")
    document = await desk.write("", upload_ids=[str(upload.pk)])
    await sync_to_async(shutil.rmtree)(media_folder)
    await desk.settle()
    assert ((await desk.intent(document)).reason_code, desk.sent) == ("file_missing", [])
