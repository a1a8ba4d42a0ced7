"""Files that a person may see: through the message or the person they belong to, never by what is in them (I9)."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from communications.errors import NotFound
from communications.schemas.documents import Attachment
from communications.selectors.messages import MESSAGE_IS_SHOWN, MESSAGES_BY_ID, message_document
from communications.selectors.queries import rows


class ServedFile(NamedTuple):
    """A stored file and what its reader calls it. ``thumbnail_size_bytes`` is 0 where there is none."""

    storage_key: str
    sha256: bytes
    size_bytes: int
    mime_type: str
    thumbnail_size_bytes: int
    name: str
    kind: str


class ReadableAttachment(NamedTuple):
    id: int
    message_id: int
    account: str


_ATTACHMENT: Final = f"""
FROM communications_attachment AS attachment
JOIN communications_message AS message ON message.id = attachment.message_id
JOIN communications_channelaccess AS access ON access.channel_id = attachment.channel_id
JOIN communications_channel AS channel ON channel.id = attachment.channel_id
LEFT JOIN communications_mediafile AS file ON file.id = attachment.file_id
WHERE attachment.id = %(id)s AND access.user_id = %(user_id)s
  AND message.deleted_at IS NULL AND {MESSAGE_IS_SHOWN}
"""

FILE_COLUMNS: Final = (
    "file.storage_key, file.sha256, file.size_bytes, file.mime_type, file.thumbnail_size_bytes"
)

_FILE_OF_ATTACHMENT: Final = (
    f"SELECT {FILE_COLUMNS}, attachment.name, attachment.kind {_ATTACHMENT} AND attachment.state = 'stored'"
)

_READABLE_ATTACHMENT: Final = f"SELECT attachment.id, message.id, channel.external_account_id {_ATTACHMENT}"

_FILE_OF_PICTURE: Final = f"""
SELECT {FILE_COLUMNS}, '', 'picture'
FROM communications_picture AS picture
JOIN communications_channelaccess AS access ON access.channel_id = picture.channel_id
JOIN communications_mediafile AS file ON file.id = picture.file_id
WHERE picture.id = %(id)s AND access.user_id = %(user_id)s
"""  # noqa: S608 (a constant)


def readable_attachment(user_id: int, attachment_id: int) -> ReadableAttachment:
    """Raises NotFound for what is not the person's to read, or was taken back."""
    return ReadableAttachment._make(_one(_READABLE_ATTACHMENT, user_id, attachment_id))


def file_of_attachment(user_id: int, attachment_id: int) -> ServedFile:
    """Raises NotFound as above, and for a file that is not stored."""
    return served_file(_one(_FILE_OF_ATTACHMENT, user_id, attachment_id))


def file_of_picture(user_id: int, picture_id: int) -> ServedFile:
    """Raises NotFound for a picture of nobody whom the person may see."""
    return served_file(_one(_FILE_OF_PICTURE, user_id, picture_id))


def attachment_by_id(attachment: ReadableAttachment) -> Attachment:
    """As it travels within its message. Raises NotFound where a newer delivery has dropped it."""
    message = message_document(rows(MESSAGES_BY_ID, [[attachment.message_id]])[0])
    found = next((part for part in message.attachments if part.id == str(attachment.id)), None)
    if found is None:
        raise NotFound
    return found


def _one(sql: str, user_id: int, row_id: int) -> Sequence[object]:
    found = rows(sql, {"id": row_id, "user_id": user_id})
    if not found:
        raise NotFound
    return found[0]


def served_file(row: Sequence[object]) -> ServedFile:
    file = ServedFile._make(row)
    return file._replace(sha256=bytes(file.sha256))
