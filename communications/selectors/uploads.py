"""Uploads, each for whoever made it."""

from typing import Final, NamedTuple
from uuid import UUID

from communications.errors import NotFound
from communications.schemas.uploads import Upload
from communications.selectors.media import FILE_COLUMNS, ServedFile, served_file
from communications.selectors.queries import rows

_UPLOAD: Final = """
SELECT upload.id, upload.client_id, upload.name, upload.kind, file.mime_type, file.size_bytes, file.width, file.height,
       file.duration_seconds, file.sha256
FROM communications_upload AS upload JOIN communications_mediafile AS file ON file.id = upload.file_id
WHERE upload.user_id = %s AND upload.client_id = %s
"""

_FILE: Final = f"""
SELECT {FILE_COLUMNS}, upload.name, upload.kind
FROM communications_upload AS upload JOIN communications_mediafile AS file ON file.id = upload.file_id
WHERE upload.user_id = %s AND upload.id = %s
"""  # noqa: S608 (a constant)


class StoredUpload(NamedTuple):
    document: Upload
    sha256: bytes


def upload_of_client(user_id: int, client_id: UUID) -> StoredUpload | None:
    """The upload that a person made under this key."""
    found = rows(_UPLOAD, [user_id, client_id])
    if not found:
        return None
    upload_id, key, name, kind, mime_type, size_bytes, width, height, duration_seconds, sha256 = found[0]
    document = Upload(
        id=str(upload_id),
        client_id=str(key),
        name=name,
        kind=kind,
        mime_type=mime_type,
        size_bytes=size_bytes,
        width=width,
        height=height,
        duration_seconds=duration_seconds,
        url=f"/api/v1/communications/uploads/{upload_id}/",
    )
    return StoredUpload(document, bytes(sha256))


def file_of_upload(user_id: int, upload_id: int) -> ServedFile:
    """Raises NotFound for one that is not the person's."""
    found = rows(_FILE, [user_id, upload_id])
    if not found:
        raise NotFound
    return served_file(found[0])
