"""Comparisons with upstream: asked for by *Check now*, and what each of them found."""

from http import HTTPStatus

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import Router

from communications.api.answers import answer
from communications.api.channels import router as channels_router
from communications.api.contract import answers
from communications.api.cursors import cursor_read, cursor_write
from communications.api.idempotency import IdempotencyKey, Prefer, key_checked
from communications.api.parameters import (
    DEFAULT_LIMIT,
    ChannelPathId,
    ComparisonId,
    Cursor,
    Limit,
    WantedComparison,
    id_number,
)
from communications.api.reader import reader_id
from communications.api.request_forgery import RequestForged
from communications.api.waiting import outcome_await
from communications.errors import (
    IdempotencyConflict,
    InvalidCursor,
    InvalidInput,
    NotAuthenticated,
    NotFound,
    NotPermitted,
    NotPossible,
)
from communications.outbox.comparisons import comparison_ask, comparison_found
from communications.schemas.comparisons import Comparison, ComparisonPage, ComparisonReport
from communications.selectors.comparisons import comparison_report, comparisons_page
from communications.selectors.scope import readable_channels

router = Router(tags=["comparisons"])


class ComparisonPosition(msgspec.Struct, frozen=True, array_like=True):
    """The id of the oldest comparison of a page."""

    id: int


@channels_router.post(
    "/channels/{channel_id}/comparisons/",
    summary="Check now",
    operation_id="comparison_ask",
    openapi_extra=answers(
        Comparison,
        InvalidInput,
        NotAuthenticated,
        RequestForged,
        NotPermitted,
        NotFound,
        IdempotencyConflict,
        NotPossible,
        status=HTTPStatus.CREATED,
    ),
)
def comparison_make(
    request: HttpRequest,
    channel_id: ChannelPathId,
    wanted: WantedComparison,
    idempotency_key: IdempotencyKey = None,
) -> HttpResponse:
    """Has the account compared with upstream, and what is missing here fetched. For whoever reads it; it costs few calls."""
    key_checked(wanted.client_id, idempotency_key)
    made = comparison_ask(reader_id(request), id_number(channel_id), client_id=wanted.client_id)
    return answer(made, status=HTTPStatus.CREATED)


@channels_router.get(
    "/channels/{channel_id}/comparisons/",
    summary="Comparisons of a channel",
    operation_id="comparisons_list",
    openapi_extra=answers(ComparisonPage, InvalidInput, InvalidCursor, NotAuthenticated, NotFound),
)
def comparisons_list(
    request: HttpRequest, channel_id: ChannelPathId, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> HttpResponse:
    """Newest first: the times in which messages may be or were missing, and what was found."""
    (readable,) = readable_channels(reader_id(request), provider=None, channel_id=id_number(channel_id))
    after = cursor_read(request.path, cursor, first=ComparisonPosition(2**63 - 1))
    items, next_id = comparisons_page(readable, below=after.id, limit=limit)
    position = None if next_id is None else ComparisonPosition(next_id)
    return answer(ComparisonPage(items=items, next_cursor=cursor_write(request.path, position)))


@router.get(
    "/comparisons/{comparison_id}/",
    summary="A comparison",
    operation_id="comparison_get",
    openapi_extra=answers(Comparison, InvalidInput, NotAuthenticated, NotFound),
)
def comparison_get(request: HttpRequest, comparison_id: ComparisonId, prefer: Prefer = None) -> HttpResponse:
    """With `Prefer: wait=N` once it has ended or has to wait, or after N seconds."""
    reader, number = reader_id(request), id_number(comparison_id)
    comparison_found(reader, number)
    outcome_await(lambda: comparison_found(reader, number).state in ("waiting", "running"), prefer)
    return answer(comparison_found(reader, number))


@router.get(
    "/comparisons/{comparison_id}/report/",
    summary="Report of a comparison",
    operation_id="comparison_report",
    openapi_extra=answers(ComparisonReport, InvalidInput, NotAuthenticated, NotFound),
)
def comparison_report_get(request: HttpRequest, comparison_id: ComparisonId) -> HttpResponse:
    """As a file: what was compared, what was missing in which chats, and what upstream cannot show."""
    found = comparison_found(reader_id(request), id_number(comparison_id))
    told = answer(comparison_report(found))
    told["Content-Disposition"] = f'attachment; filename="comparison-{found.id}.json"'
    return told
