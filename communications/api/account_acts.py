"""Connecting accounts, connecting them again, restarting and removing them."""

from http import HTTPStatus
from typing import Final

from django.http import HttpRequest, HttpResponse
from ninja import Router

from communications.api.answers import answer
from communications.api.channels import router as channels_router
from communications.api.contract import answers
from communications.api.idempotency import IdempotencyKey, Prefer, key_checked
from communications.api.parameters import (
    ActId,
    ChannelPathId,
    CheckpointAnswer,
    WantedAccount,
    WantedChannelAct,
    id_number,
)
from communications.api.reader import reader_id
from communications.api.request_forgery import RequestForged
from communications.api.waiting import outcome_await
from communications.errors import IdempotencyConflict, InvalidInput, NotAuthenticated, NotFound, NotPermitted
from communications.outbox.account_acts import (
    account_act_answer,
    account_act_found,
    account_act_renew,
    account_act_resend,
    account_connect,
    channel_act,
)
from communications.schemas.account_acts import AccountAct

router = Router(tags=["accounts"])

_GO_ON: Final = answers(AccountAct, InvalidInput, NotAuthenticated, RequestForged, NotFound)


@router.post(
    "/accounts/",
    summary="Connect an account",
    operation_id="account_connect",
    openapi_extra=answers(
        AccountAct,
        InvalidInput,
        NotAuthenticated,
        RequestForged,
        NotPermitted,
        IdempotencyConflict,
        status=HTTPStatus.CREATED,
    ),
)
def account_make(
    request: HttpRequest, wanted: WantedAccount, idempotency_key: IdempotencyKey = None
) -> HttpResponse:
    """In the page by a QR image or a pairing code, or by a link to Unipile's own page. For owners, and recorded."""
    key_checked(wanted.client_id, idempotency_key)
    made = account_connect(
        reader_id(request),
        client_id=wanted.client_id,
        account_type=wanted.account_type,
        by_link=wanted.way == "link",
        phone=wanted.phone,
        sync_limit=None if wanted.sync_limit is None else wanted.sync_limit.dict(exclude_none=True),
        proxy=None if wanted.proxy is None else wanted.proxy.dict(),
    )
    return answer(made, status=HTTPStatus.CREATED)


@channels_router.post(
    "/channels/{channel_id}/acts/",
    summary="Connect again, restart or remove an account, or set its proxy",
    operation_id="channel_act",
    openapi_extra=answers(
        AccountAct,
        InvalidInput,
        NotAuthenticated,
        RequestForged,
        NotPermitted,
        NotFound,
        IdempotencyConflict,
        status=HTTPStatus.CREATED,
    ),
)
def channel_act_make(
    request: HttpRequest,
    channel_id: ChannelPathId,
    wanted: WantedChannelAct,
    idempotency_key: IdempotencyKey = None,
) -> HttpResponse:
    """For owners and administrators of the account, removing for owners; recorded. What is stored stays unless it is erased."""
    key_checked(wanted.client_id, idempotency_key)
    made = channel_act(
        reader_id(request),
        id_number(channel_id),
        client_id=wanted.client_id,
        act=wanted.act,
        confirmation=wanted.confirmation,
        erases=wanted.erases,
        proxy=None if wanted.proxy is None else wanted.proxy.dict(),
    )
    return answer(made, status=HTTPStatus.CREATED)


@router.get(
    "/accounts/acts/{act_id}/",
    summary="How an act on an account stands",
    operation_id="account_act_get",
    openapi_extra=answers(AccountAct, InvalidInput, NotAuthenticated, NotFound),
)
def account_act_get(request: HttpRequest, act_id: ActId, prefer: Prefer = None) -> HttpResponse:
    """For whoever asked for it. With `Prefer: wait=N` once the worker has done its part, or after N seconds."""
    reader, number = reader_id(request), id_number(act_id)
    account_act_found(reader, number)
    outcome_await(lambda: account_act_found(reader, number).state in ("waiting", "working"), prefer)
    return answer(account_act_found(reader, number))


@router.post(
    "/accounts/acts/{act_id}/answer/",
    summary="Answer a checkpoint",
    operation_id="account_act_answer",
    openapi_extra=_GO_ON,
)
def account_act_answered(request: HttpRequest, act_id: ActId, given: CheckpointAnswer) -> HttpResponse:
    """The code that the provider asked for. It is held until the worker takes it, and in no log."""
    return answer(account_act_answer(reader_id(request), id_number(act_id), given.code))


@router.post(
    "/accounts/acts/{act_id}/resend/",
    summary="Have the code sent again",
    operation_id="account_act_resend",
    openapi_extra=_GO_ON,
)
def account_act_resent(request: HttpRequest, act_id: ActId) -> HttpResponse:
    """Where the provider has sent one. Whether it does so again, it says; the first may still be typed."""
    return answer(account_act_resend(reader_id(request), id_number(act_id)))


@router.post(
    "/accounts/acts/{act_id}/renew/",
    summary="Ask for a new code or link",
    operation_id="account_act_renew",
    openapi_extra=_GO_ON,
)
def account_act_renewed(request: HttpRequest, act_id: ActId) -> HttpResponse:
    """In place of one that has expired, or after a failure."""
    return answer(account_act_renew(reader_id(request), id_number(act_id)))
