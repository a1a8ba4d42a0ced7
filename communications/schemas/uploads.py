"""Files on their way out."""

from typing import Literal

from communications.schemas.documents import Count, Document, Id, LocalUrl


class Upload(Document, frozen=True, kw_only=True):
    """A file that the reader has handed over to be sent.

    ``kind`` follows from its content; ``url`` leads to it, as long as it is kept.
    """

    id: Id
    client_id: str
    name: str
    kind: Literal["image", "video", "audio", "file"]
    mime_type: str
    size_bytes: Count
    width: Count | None
    height: Count | None
    duration_seconds: float | None
    url: LocalUrl
