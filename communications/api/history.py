"""Copying an account's history, and asking for what is older of a chat."""

from http import HTTPStatus
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from communications.api.answers import answer
from communications.api.channels import router as channels_router
from communications.api.chats import router as chats_router
from communications.api.contract import also_answers, answers
from communications.api.cursors import cursor_read, cursor_write
from communications.api.idempotency import IdempotencyKey, Prefer, key_checked
from communications.api.parameters import (
    DEFAULT_LIMIT,
    ChannelPathId,
    ComparedRun,
    ConversationId,
    Cursor,
    HistoryActAsked,
    Limit,
    Provider,
    RunId,
    WantedHistory,
    WantedOlder,
    id_number,
    provider_or_any,
)
from communications.api.reader import reader_id
from communications.api.request_forgery import RequestForged
from communications.api.waiting import outcome_await
from communications.errors import (
    InvalidCursor,
    InvalidInput,
    NotAuthenticated,
    NotFound,
    NotPermitted,
    NotPossible,
)
from communications.models import Channel
from communications.outbox.history_runs import history_act, history_begin, older_ask
from communications.schemas.history import HistoryChatPage, HistoryReport, HistoryRun, HistoryRunPage
from communications.selectors.history import (
    FIRST_CHAT,
    NEWEST_RUN,
    history_chats,
    history_report,
    history_run,
    history_runs,
    readable_run,
)
from communications.selectors.scope import readable_channels

router = channels_router

_WRITES: Final = (InvalidInput, NotAuthenticated, RequestForged, NotPermitted, NotFound, NotPossible)
_UNDER_WAY: Final = ("waiting", "running")


@router.post(
    "/channels/{channel_id}/history/",
    summary="Fetch the history of an account",
    operation_id="history_begin",
    openapi_extra=also_answers(
        answers(HistoryRun, *_WRITES, status=HTTPStatus.CREATED), HistoryRun, status=HTTPStatus.OK
    ),
)
def history_start(
    request: HttpRequest,
    channel_id: ChannelPathId,
    wanted: WantedHistory,
    idempotency_key: IdempotencyKey = None,
) -> HttpResponse:
    """For owners and administrators, and recorded. 200 with the one that is unfinished, where there is one."""
    key_checked(wanted.client_id, idempotency_key)
    begun = history_begin(
        reader_id(request),
        id_number(channel_id),
        client_id=wanted.client_id,
        since=wanted.since,
        media=wanted.media,
    )
    return answer(_document(begun.run_id), status=HTTPStatus.CREATED if begun.is_new else HTTPStatus.OK)


@router.get(
    "/channels/{channel_id}/history/",
    summary="Copies of an account's history",
    operation_id="history_list",
    openapi_extra=answers(HistoryRunPage, InvalidInput, InvalidCursor, NotAuthenticated, NotFound),
)
def history_list(
    request: HttpRequest, channel_id: ChannelPathId, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> HttpResponse:
    """Newest first; those of single chats are not among them."""
    (readable,) = readable_channels(reader_id(request), provider=None, channel_id=id_number(channel_id))
    items, position = history_runs(
        readable,
        per_day=settings.LANDLINE_CALLS_PER_DAY,
        after=cursor_read(request.path, cursor, first=NEWEST_RUN),
        limit=limit,
    )
    return answer(HistoryRunPage(items=items, next_cursor=cursor_write(request.path, position)))


@router.get(
    "/history/{run_id}/",
    summary="How a copy of history stands",
    operation_id="history_get",
    openapi_extra=answers(HistoryRun, InvalidInput, NotAuthenticated, NotFound),
)
def history_get(request: HttpRequest, run_id: RunId) -> HttpResponse:
    """For whoever reads the channel."""
    return answer(_document(_readable(request, run_id)[0]))


@router.get(
    "/history/{run_id}/chats/",
    summary="What a copy of history found of each chat",
    operation_id="history_chats_list",
    openapi_extra=answers(HistoryChatPage, InvalidInput, InvalidCursor, NotAuthenticated, NotFound),
)
def history_chats_list(
    request: HttpRequest, run_id: RunId, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> HttpResponse:
    after = cursor_read(request.path, cursor, first=FIRST_CHAT)
    items, position = history_chats(_readable(request, run_id)[0], after=after, limit=limit)
    return answer(HistoryChatPage(items=items, next_cursor=cursor_write(request.path, position)))


@router.get(
    "/history/{run_id}/report/",
    summary="Report of a copy of history",
    operation_id="history_report",
    openapi_extra=answers(HistoryReport, InvalidInput, NotAuthenticated, NotFound),
)
def history_report_get(
    request: HttpRequest, run_id: RunId, compared_with: ComparedRun = None
) -> HttpResponse:
    """As a file: the run, all its chats, and beside them another run of the account where one is named."""
    run, channel_id = _readable(request, run_id)
    other = None
    if compared_with is not None:
        other, its_channel = _readable(request, compared_with)
        if its_channel != channel_id:
            raise NotFound
    report = history_report(
        run,
        account=str(Channel.objects.get(pk=channel_id)),
        per_day=settings.LANDLINE_CALLS_PER_DAY,
        compared_with=other,
    )
    response = answer(report)
    response["Content-Disposition"] = f'attachment; filename="history-{run}.json"'
    return response


@router.post(
    "/history/{run_id}/acts/",
    summary="Pause, resume or cancel a copy of history",
    operation_id="history_act",
    openapi_extra=answers(HistoryRun, *_WRITES),
)
def history_act_make(request: HttpRequest, run_id: RunId, wanted: HistoryActAsked) -> HttpResponse:
    """For owners and administrators of the account, and recorded. What is copied stays."""
    run, _ = _readable(request, run_id)
    history_act(reader_id(request), run, wanted.act)
    return answer(_document(run))


@chats_router.post(
    "/{provider}/chats/{conversation_id}/older/",
    summary="Ask upstream for older messages of a chat",
    operation_id="chat_older",
    openapi_extra=answers(HistoryRun, InvalidInput, NotAuthenticated, RequestForged, NotFound, NotPossible),
)
def chat_older(
    request: HttpRequest,
    provider: Provider,
    conversation_id: ConversationId,
    wanted: WantedOlder,
    prefer: Prefer = None,
) -> HttpResponse:
    """One page of what is older than what is held, or the asking that is under way. `from_phone`: upstream fetches it first."""
    begun = older_ask(
        reader_id(request),
        id_number(conversation_id),
        provider=provider_or_any(provider),
        from_phone=wanted.from_phone,
    )
    outcome_await(lambda: _document(begun.run_id).state in _UNDER_WAY, prefer)
    return answer(_document(begun.run_id))


def _document(run_id: int) -> HistoryRun:
    return history_run(run_id, per_day=settings.LANDLINE_CALLS_PER_DAY)


def _readable(request: HttpRequest, run_id: str) -> tuple[int, int]:
    """The run, and its channel."""
    run = id_number(run_id)
    channel_id = readable_run(reader_id(request), run)
    if channel_id is None:
        raise NotFound
    return run, channel_id
