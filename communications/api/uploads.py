"""Files handed over to be sent."""

from http import HTTPStatus
from typing import Final
from urllib.parse import unquote_to_bytes

from asgiref.sync import async_to_sync
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja import Router

from communications.api.answers import answer, no_content
from communications.api.contract import answers, answers_file, answers_nothing, takes_file
from communications.api.files import stored_answer
from communications.api.parameters import FileName, IdempotencyKey, UploadId, id_number
from communications.api.reader import reader_id
from communications.api.request_forgery import RequestForged
from communications.errors import (
    EmptyFile,
    ForbiddenType,
    IdempotencyConflict,
    InvalidInput,
    NoRoom,
    NotAuthenticated,
    NotFound,
    TooLarge,
)
from communications.media.outgoing import HandedOver, upload_keep
from communications.outbox.uploads import NewUpload, upload_remove
from communications.schemas.connections import connection_pool
from communications.schemas.uploads import Upload
from communications.selectors.uploads import file_of_upload, upload_of_client

router = Router(tags=["uploads"])

UPLOAD: Final = "/uploads/{upload_id}/"
HEAD: Final = ["HEAD"]
FORMS: Final = frozenset({"multipart/form-data", "application/x-www-form-urlencoded"})
LOCK_TIMEOUT_MS: Final = 2_000
STATEMENT_TIMEOUT_MS: Final = 5_000
FILE: Final = answers_file(NotAuthenticated, NotFound)


@router.post(
    "/uploads/",
    summary="Hand a file over",
    operation_id="upload_make",
    openapi_extra=takes_file()
    | answers(
        Upload,
        InvalidInput,
        EmptyFile,
        NotAuthenticated,
        RequestForged,
        IdempotencyConflict,
        TooLarge,
        ForbiddenType,
        NoRoom,
        status=HTTPStatus.CREATED,
    ),
)
def upload_make(
    request: HttpRequest, idempotency_key: IdempotencyKey, x_file_name: FileName = ""
) -> HttpResponse:
    """The body is the file. It is kept for a day, or for as long as a message has it.

    What it is follows from its content. A repeated call with the same key and the same bytes answers 200 and what the first did.
    """
    if request.content_type in FORMS:
        raise InvalidInput("the body is the file itself, not a form")
    user_id = reader_id(request)
    is_known = upload_of_client(user_id, idempotency_key) is not None
    given = HandedOver(
        user_id=user_id,
        client_id=idempotency_key,
        told_name=_told_name(x_file_name),
        told_type=request.content_type or "",
        read=request.read,
    )
    upload, sha256 = async_to_sync(_keep)(given)
    held = upload_of_client(user_id, idempotency_key)
    if held is None:
        raise NotFound
    if (held.sha256, held.document.name, held.document.kind) != (sha256, upload.name, upload.kind):
        raise IdempotencyConflict
    return answer(held.document, status=HTTPStatus.OK if is_known else HTTPStatus.CREATED)


@router.get(UPLOAD, summary="A file handed over", operation_id="upload_get", openapi_extra=FILE)
@router.api_operation(HEAD, UPLOAD, include_in_schema=False)
def upload_get(request: HttpRequest, upload_id: UploadId) -> HttpResponseBase:
    """For whoever handed it over."""
    file = file_of_upload(reader_id(request), id_number(upload_id))
    return stored_answer(request, file, name=file.name)


@router.delete(
    UPLOAD,
    summary="Take a file back",
    operation_id="upload_delete",
    response={204: None},
    openapi_extra=answers_nothing(NotAuthenticated, RequestForged, NotFound, headers={}),
)
def upload_delete(request: HttpRequest, upload_id: UploadId) -> HttpResponse:
    """Messages that have it keep it."""
    upload_remove(reader_id(request), id_number(upload_id))
    return no_content({})


async def _keep(given: HandedOver) -> tuple[NewUpload, bytes]:
    async with connection_pool(
        "uploads", max_size=1, lock_timeout_ms=LOCK_TIMEOUT_MS, statement_timeout_ms=STATEMENT_TIMEOUT_MS
    ) as connections:
        return await upload_keep(connections, given)


def _told_name(encoded: str) -> str:
    try:
        return unquote_to_bytes(encoded).decode()
    except UnicodeDecodeError as error:
        raise InvalidInput("X-File-Name: percent-encoded UTF-8") from error
