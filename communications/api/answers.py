"""Documents as HTTP answers."""

from collections.abc import Mapping
from typing import Final

import msgspec
from django.http import HttpResponse

from communications.schemas.documents import Document

_encoder: Final = msgspec.json.Encoder()


def answer(document: Document, *, status: int = 200) -> HttpResponse:
    return HttpResponse(_encoder.encode(document), status=status, content_type="application/json")


def no_content(headers: Mapping[str, str]) -> HttpResponse:
    response = HttpResponse(status=204, headers=headers)
    del response["Content-Type"]
    return response
