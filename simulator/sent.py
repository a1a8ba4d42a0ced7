"""The record of what was really sent: every message the API accepted, whatever became of its answer."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

from simulator.habits import Echo
from simulator.model import Attachment, Message


class SentFile(msgspec.Struct, frozen=True):
    """A file of an accepted message; `sha256` is None where the bytes are gone."""

    name: str | None
    mimetype: str
    size_bytes: int | None
    sha256: str | None
    voice_note: bool


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """One accepted send under the simulator's own ids. `at` is when it was accepted; `fault` is the kind of the fault
    that its call met, `echo` when its webhook goes out.
    """

    at: str
    endpoint: str
    account_id: str
    chat_id: str
    message_id: str
    provider_id: str
    text: str | None
    files: list[SentFile]
    quoted_id: str | None
    forwarded: bool
    fault: str | None
    echo: Echo


class SentRecord:
    """Every accepted send in order: in memory, and with `path` as a line of JSON at the end of that file.

    A line is with the operating system when `add` returns, so it outlives this process however that ends. Raises
    OSError for a file that cannot be written.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._sends: list[Sent] = []
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        self._file = None if path is None else os.open(path, flags, 0o600)

    def __iter__(self) -> Iterator[Sent]:
        return iter(tuple(self._sends))

    def __len__(self) -> int:
        return len(self._sends)

    def after(self, number: int) -> list[Sent]:
        """Those after the first `number`."""
        return self._sends[number:]

    def add(self, message: Message, endpoint: str, *, at: str, fault: str | None, echo: Echo) -> None:
        """Put `message` on record."""
        quoted = message.quoted
        sent = Sent(
            at=at,
            endpoint=endpoint,
            account_id=message.account.id,
            chat_id=message.chat.id,
            message_id=message.id,
            provider_id=message.provider_id,
            text=message.text,
            files=[_file_of(one) for one in message.attachments],
            quoted_id=quoted.id if quoted else None,
            forwarded=message.forwarded,
            fault=fault,
            echo=echo,
        )
        if self._file is not None:
            _write_whole(self._file, msgspec.json.encode(sent) + b"\n")
        self._sends.append(sent)

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def _file_of(attachment: Attachment) -> SentFile:
    content = attachment.content() if attachment.content else None
    return SentFile(
        name=attachment.file_name,
        mimetype=attachment.mimetype,
        size_bytes=attachment.file_size,
        sha256=hashlib.sha256(content).hexdigest() if content is not None else None,
        voice_note=attachment.voice_note,
    )


def _write_whole(file: int, line: bytes) -> None:
    while line:
        line = line[os.write(file, line) :]
