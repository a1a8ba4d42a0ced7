"""Storages that LANDLINE_MEDIA_STORAGE may name, with troubles of their own."""

from __future__ import annotations

import errno
from typing import Any

from django.core.files.storage import InMemoryStorage


class FullStorage(InMemoryStorage):
    def _save(self, _name: str, _content: Any) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")


class StrangeError(Exception):
    """Of a client library that knows nothing of ours."""


class OddStorage(InMemoryStorage):
    def _save(self, name: str, content: Any) -> str:
        super()._save(name, content)
        raise StrangeError
