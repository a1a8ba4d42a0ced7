"""Checks of what is to be sent, made before a byte leaves (E21)."""

from __future__ import annotations

from collections.abc import Sequence

from unipile.errors import Rejected
from unipile.transport import FilePart

# Upstream documents 15 MB a file; providers allow less for some types and refuse those themselves.
FILES_MAX_BYTES = 15 * 1024 * 1024


def check_files(files: Sequence[FilePart]) -> None:
    """Raises `Rejected` (status None) for an empty file or too many bytes."""
    if any(not file.content for file in files):
        raise Rejected(status=None, code="empty_file", title="A file to send is empty.")
    if sum(len(file.content) for file in files) > FILES_MAX_BYTES:
        limit = FILES_MAX_BYTES // 1024 // 1024
        raise Rejected(
            status=None, code="files_too_large", title=f"The files to send are larger than {limit} MB."
        )


def check_not_empty(text: str | None, files: Sequence[object]) -> None:
    """Raises `Rejected` (status None) for a message without text and file."""
    if not files and not (text or "").strip():
        raise Rejected(status=None, code="empty_message", title="A message needs a text or a file.")
