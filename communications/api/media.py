"""Files of messages, and pictures of people and groups: served to whoever reads their channel."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja import Router

from communications.api.answers import answer, no_content
from communications.api.contract import answers, answers_file, answers_nothing
from communications.api.files import file_answer, stored_answer
from communications.api.parameters import AttachmentId, PictureId, WantedPictures, id_number, id_numbers
from communications.api.reader import reader_id
from communications.api.request_forgery import RequestForged
from communications.errors import InvalidInput, NotAuthenticated, NotFound
from communications.media.file_names import file_name
from communications.media.storage import thumbnail_key
from communications.media.thumbnails import THUMBNAIL_TYPE
from communications.outbox.files import attachment_want, pictures_want
from communications.schemas.documents import Attachment
from communications.selectors.media import ServedFile, file_of_attachment, file_of_picture

router = Router(tags=["media"])

MEDIA: Final = "/media/{attachment_id}/"
THUMBNAIL: Final = "/media/{attachment_id}/thumbnail/"
PICTURE: Final = "/pictures/{picture_id}/"
HEAD: Final = ["HEAD"]
FILE: Final = answers_file(NotAuthenticated, NotFound)


@router.get(MEDIA, summary="A file", operation_id="media_get", openapi_extra=FILE)
@router.api_operation(HEAD, MEDIA, include_in_schema=False)
def media_get(request: HttpRequest, attachment_id: AttachmentId) -> HttpResponseBase:
    """What browsers show or play comes inline, all else to be saved. 404 until the file is stored."""
    file = file_of_attachment(reader_id(request), id_number(attachment_id))
    return stored_answer(request, file, name=file_name(file.name, file.kind, file.mime_type))


@router.get(
    THUMBNAIL, summary="A small picture of a file", operation_id="media_thumbnail", openapi_extra=FILE
)
@router.api_operation(HEAD, THUMBNAIL, include_in_schema=False)
def media_thumbnail(request: HttpRequest, attachment_id: AttachmentId) -> HttpResponseBase:
    """WebP, at most 640 pixels a side. 404 where none could be drawn."""
    return _thumbnail_answer(request, file_of_attachment(reader_id(request), id_number(attachment_id)))


@router.post(
    "/media/{attachment_id}/fetch/",
    summary="Fetch a file now",
    operation_id="media_fetch",
    openapi_extra=answers(Attachment, NotAuthenticated, RequestForged, NotFound),
)
def media_fetch(request: HttpRequest, attachment_id: AttachmentId) -> HttpResponse:
    """For one that is unavailable, waits after a failure, or came with history and is looked at before its turn.

    What becomes of it comes by the feed.
    """
    return answer(attachment_want(reader_id(request), id_number(attachment_id)))


@router.get(
    PICTURE, summary="The picture of a person or a group", operation_id="picture_get", openapi_extra=FILE
)
@router.api_operation(HEAD, PICTURE, include_in_schema=False)
def picture_get(request: HttpRequest, picture_id: PictureId) -> HttpResponseBase:
    """WebP, at most 640 pixels a side. 404 where the picture could not be drawn small."""
    return _thumbnail_answer(request, file_of_picture(reader_id(request), id_number(picture_id)))


@router.post(
    "/pictures/",
    summary="Ask for pictures",
    operation_id="pictures_want",
    response={204: None},
    openapi_extra=answers_nothing(InvalidInput, NotAuthenticated, RequestForged, headers={}),
)
def pictures_ask(request: HttpRequest, wanted: WantedPictures) -> HttpResponse:
    """When people or groups are first shown. Pictures not asked for in 30 days are; what is found comes by the feed."""
    pictures_want(
        reader_id(request),
        conversation_ids=id_numbers(wanted.conversation_ids),
        attendee_ids=id_numbers(wanted.attendee_ids),
    )
    return no_content({})


def _thumbnail_answer(request: HttpRequest, file: ServedFile) -> HttpResponseBase:
    if file.thumbnail_size_bytes == 0:
        raise NotFound
    return file_answer(
        request,
        key=thumbnail_key(file.storage_key),
        size_bytes=file.thumbnail_size_bytes,
        mime_type=THUMBNAIL_TYPE,
        etag=f"{file.sha256.hex()}-thumbnail",
        name=file_name("", "thumbnail", THUMBNAIL_TYPE),
        is_inline=True,
    )
