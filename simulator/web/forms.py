"""Form bodies: multipart, urlencoded or JSON, read into one shape."""

from __future__ import annotations

from dataclasses import dataclass, field
from email.message import Message as HeaderBlock
from email.utils import collapse_rfc2231_value
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from simulator.web.messages import Request


class MalformedBodyError(ValueError):
    """The body is not what its content type says."""


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file part of a multipart body."""

    field: str
    name: str
    content_type: str
    content: bytes


@dataclass(slots=True)
class Form:
    """Text fields, each with all its values, and files."""

    fields: dict[str, list[str]] = field(default_factory=dict)
    files: list[UploadedFile] = field(default_factory=list)

    def value(self, name: str) -> str | None:
        """The first value of `name`."""
        values = self.fields.get(name)
        return values[0] if values else None

    def values(self, name: str) -> list[str]:
        """All values of `name`, also when written `name[]`."""
        return [*self.fields.get(name, ()), *self.fields.get(f"{name}[]", ())]


async def read_json(request: Request) -> dict[str, Any]:
    """The body as a JSON object; raises MalformedBodyError."""
    try:
        document = msgspec.json.decode(await request.body())
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MalformedBodyError(str(error)) from error
    if not isinstance(document, dict):
        raise MalformedBodyError("A JSON object is needed.")
    return document


async def read_form(request: Request) -> Form:
    """The body of any of the three types; raises MalformedBodyError."""
    kind = request.headers.get("content-type", "")
    if kind.startswith("multipart/form-data"):
        return parse_multipart(await request.body(), kind)
    if kind.startswith("application/x-www-form-urlencoded"):
        form = Form()
        for name, value in parse_qsl(
            (await request.body()).decode("utf-8", "replace"), keep_blank_values=True
        ):
            form.fields.setdefault(name, []).append(value)
        return form
    document = await read_json(request) if await request.body() else {}
    return Form({name: _as_texts(value) for name, value in document.items() if value is not None})


def parse_multipart(body: bytes, content_type: str) -> Form:
    """The parts of a multipart body; raises MalformedBodyError."""
    boundary = _parameter(content_type, "boundary")
    if not boundary:
        raise MalformedBodyError("The boundary is missing.")
    sections = (b"\r\n" + body).split(b"\r\n--" + boundary.encode("latin-1"))
    if len(sections) < 2 or not sections[-1].startswith(b"--"):
        raise MalformedBodyError("The last boundary is missing.")
    form = Form()
    for section in sections[1:-1]:
        head, separator, content = section.partition(b"\r\n\r\n")
        if not separator:
            raise MalformedBodyError("A part has no end of its head.")
        _take_part(form, head.decode("utf-8", "replace"), content)
    return form


def _take_part(form: Form, head: str, content: bytes) -> None:
    headers: dict[str, str] = {}
    for line in head.split("\r\n"):
        key, _, value = line.partition(":")
        headers[key.strip().lower()] = value.strip()
    disposition = headers.get("content-disposition", "")
    name, file_name = _parameter(disposition, "name"), _parameter(disposition, "filename")
    if name is None:
        raise MalformedBodyError("A part has no name.")
    if file_name is None:
        form.fields.setdefault(name, []).append(content.decode("utf-8", "replace"))
    else:
        kind = headers.get("content-type", "application/octet-stream")
        form.files.append(UploadedFile(name, file_name, kind, content))


def _parameter(value: str, name: str) -> str | None:
    """A parameter of a header's value, `filename*=utf-8''…` included."""
    block = HeaderBlock()
    block["content-type"] = value
    found = block.get_param(name)
    return None if found is None else collapse_rfc2231_value(found)


def _as_texts(value: Any) -> list[str]:
    if isinstance(value, list):
        return [str(item) for item in value]
    if isinstance(value, bool):
        return ["true" if value else "false"]
    return [str(value)]
