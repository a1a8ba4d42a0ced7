"""Logging in and out."""

from typing import Final

import structlog
from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from ninja import Router

from communications.api.answers import answer, no_content
from communications.api.contract import answers, answers_nothing
from communications.api.parameters import Credentials
from communications.api.request_forgery import RequestForged
from communications.errors import InvalidCredentials, InvalidInput, TooManyAttempts
from communications.models import User
from communications.outbox.login_attempts import login_attempt_count, login_attempts_forget
from communications.outbox.sessions import sessions_end
from communications.schemas.answers import Session, SessionUser

log = structlog.get_logger(__name__)
router = Router(tags=["session"])

CLEAR_SITE_DATA: Final = '"cache", "storage"'


@router.get(
    "/", auth=None, summary="Who is logged in", operation_id="session_get", openapi_extra=answers(Session)
)
def session_get(request: HttpRequest) -> HttpResponse:
    """Never refuses; sets the CSRF cookie."""
    return answer(_session(request))


@router.post(
    "/",
    auth=None,
    summary="Log in",
    operation_id="session_begin",
    openapi_extra=answers(Session, InvalidInput, InvalidCredentials, RequestForged, TooManyAttempts),
)
def session_begin(request: HttpRequest, credentials: Credentials) -> HttpResponse:
    """Repeated failures are slowed down: 429 with Retry-After."""
    address = request.META.get("REMOTE_ADDR", "")
    try:
        login_attempt_count(credentials.username, address)
    except TooManyAttempts:
        log.warning("login_slowed_down", address=address)
        raise
    user = auth.authenticate(request, username=credentials.username, password=credentials.password)
    if not isinstance(user, User):
        log.warning("login_refused", address=address)
        raise InvalidCredentials
    request.session.flush()
    auth.login(request, user)
    login_attempts_forget(credentials.username, address)
    log.info("login", user_id=user.pk, address=address)
    return answer(_session(request))


@router.delete(
    "/",
    auth=None,
    summary="Log out",
    operation_id="session_end",
    response={204: None},
    openapi_extra=answers_nothing(
        RequestForged, headers={"Clear-Site-Data": "What the browser has kept of this server goes."}
    ),
)
def session_end(request: HttpRequest) -> HttpResponse:
    """Ends this and every other session and socket of the person."""
    if isinstance(request.user, User):
        sessions_end(request.user.pk)
        log.info("logout", user_id=request.user.pk)
    auth.logout(request)
    return no_content({"Clear-Site-Data": CLEAR_SITE_DATA})


def _session(request: HttpRequest) -> Session:
    return Session(
        user=_session_user(request.user) if isinstance(request.user, User) else None,
        csrf_token=get_token(request),
        build=settings.LANDLINE_BUILD,
        demo=settings.LANDLINE_DEMO and settings.LANDLINE_UPSTREAM.source() != "kept",
    )


def _session_user(user: User) -> SessionUser:
    return SessionUser(
        id=str(user.pk), username=user.username, display_name=user.get_full_name() or user.username
    )
