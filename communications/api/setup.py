"""How far a new installation is, its credentials (written here, never read), and the way from upstream to here."""

from http import HTTPStatus
from typing import Literal

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Router

from communications.api.answers import answer
from communications.api.contract import answers
from communications.api.idempotency import IdempotencyKey, key_checked
from communications.api.parameters import UpstreamCredentials, WantedSetupAct
from communications.api.reader import reader_id
from communications.api.request_forgery import RequestForged
from communications.errors import (
    Busy,
    CredentialsRefused,
    IdempotencyConflict,
    InvalidInput,
    NotAuthenticated,
    NotFound,
    NotPermitted,
)
from communications.ingest.unfinished import (
    ACCOUNTS_TASK,
    FILES_TASK,
    OUTBOX_TASK,
    WEBHOOKS_TASK,
    job_announce_on_commit,
)
from communications.models import Channel, User
from communications.outbox.account_acts import owns_or_runs, setup_act
from communications.outbox.upstream_credentials import upstream_connect
from communications.schemas.account_acts import AccountAct
from communications.schemas.health import Setup, SetupConnected
from communications.schemas.webhooks import Reachability, Webhooks
from communications.selectors.reachability import reachability_document
from communications.selectors.webhooks import webhooks_are_served, webhooks_document

router = Router(tags=["setup"])

Step = Literal["credentials", "public_url", "webhooks", "account"]


@router.get(
    "/", summary="First run", operation_id="setup_get", openapi_extra=answers(Setup, NotAuthenticated)
)
def setup_get(request: HttpRequest) -> HttpResponse:
    """What is set up, and what comes next; the credentials themselves are not in it."""
    reader_id(request)
    source = settings.LANDLINE_UPSTREAM.source()
    is_demo = source == "simulated" or (settings.LANDLINE_DEMO and source != "kept")
    public_url = settings.LANDLINE_PUBLIC_URL
    accounts = Channel.objects.exclude(status="deleted").count()
    return answer(
        Setup(
            upstream="demo" if is_demo else "missing" if source is None else "connected",
            source=source,
            may_set_up=_may_set_up(request),
            form_allowed=_form_is_allowed(request),
            public_url=None if public_url is None else public_url.origin,
            accounts=accounts,
            next=_next(is_connected=not is_demo and source is not None, accounts=accounts),
        )
    )


@router.post(
    "/credentials/",
    summary="Connect to Unipile",
    operation_id="setup_credentials",
    openapi_extra=answers(
        SetupConnected, InvalidInput, NotAuthenticated, RequestForged, NotPermitted, CredentialsRefused, Busy
    ),
)
def setup_credentials(request: HttpRequest, given: UpstreamCredentials) -> HttpResponse:
    """Tries the address and the key by one call, and keeps them if they work. For superusers, by https or on this machine."""
    reader = reader_id(request)
    if not _may_set_up(request):
        raise NotPermitted("Only whoever runs this installation can set its credentials.")
    if not _form_is_allowed(request):
        raise NotPermitted(
            "A key is taken by https only, or on this machine: or run `landline connect` there."
        )
    connected = upstream_connect(reader, given.dsn.strip(), given.api_key.strip())
    for task in (ACCOUNTS_TASK, WEBHOOKS_TASK, OUTBOX_TASK, FILES_TASK):
        job_announce_on_commit(task)
    return answer(SetupConnected(upstream="connected", accounts=connected.accounts))


@router.get(
    "/webhooks/",
    summary="What is registered upstream",
    operation_id="webhooks_get",
    openapi_extra=answers(Webhooks, NotAuthenticated, NotFound),
)
def webhooks_get(request: HttpRequest) -> HttpResponse:
    """As the last look at upstream's list found it, beside what is wanted. For owners."""
    _for_owners(request)
    return answer(webhooks_document())


@router.get(
    "/reachability/",
    summary="Whether deliveries can arrive",
    operation_id="reachability_get",
    openapi_extra=answers(Reachability, NotAuthenticated, NotFound),
)
def reachability_get(request: HttpRequest) -> HttpResponse:
    """How the last test ended, and whether upstream itself has delivered since. For owners."""
    _for_owners(request)
    return answer(reachability_document())


@router.post(
    "/acts/",
    summary="Look at webhooks, register them, test the way",
    operation_id="setup_act",
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
def setup_act_make(
    request: HttpRequest, wanted: WantedSetupAct, idempotency_key: IdempotencyKey = None
) -> HttpResponse:
    """An act like those on accounts, read and renewed as they are. For owners, and recorded."""
    key_checked(wanted.client_id, idempotency_key)
    made = setup_act(reader_id(request), client_id=wanted.client_id, act=wanted.act)
    return answer(made, status=HTTPStatus.CREATED)


def _for_owners(request: HttpRequest) -> None:
    if not owns_or_runs(reader_id(request)):
        raise NotFound


def _may_set_up(request: HttpRequest) -> bool:
    return isinstance(request.user, User) and request.user.is_superuser


def _form_is_allowed(request: HttpRequest) -> bool:
    return request.is_secure() or settings.LANDLINE_MODE == "loopback"


def _next(*, is_connected: bool, accounts: int) -> Step | None:
    if not is_connected:
        return "credentials"
    if settings.LANDLINE_PUBLIC_URL is None:
        return "public_url"
    if not webhooks_are_served():
        return "webhooks"
    return "account" if accounts == 0 else None
