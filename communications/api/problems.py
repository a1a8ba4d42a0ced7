"""Every error as an answer (RFC 9457): raised by us, refused by ninja or Django, or foreseen by nobody."""

import re
import sys
from collections.abc import Awaitable, Callable
from inspect import iscoroutinefunction
from typing import Any, Final, cast

import structlog
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils.decorators import sync_and_async_middleware
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from communications.errors import InvalidInput, LandlineError, NotAuthenticated, NotFound
from communications.schemas.problems import (
    PROBLEM_CONTENT_TYPE,
    Problem,
    problem,
    problem_bytes,
    problem_headers,
    problem_of,
)

log = structlog.get_logger(__name__)

API_PREFIX: Final = "/api/"
RETRY_AFTER_SECONDS: Final = 5
NO_STORE: Final = "private, no-store"

_FIELD: Final = re.compile(r"(?!(?:str|int|float|bool|none|list|dict)\Z)[a-z_]+")

# What Django refuses by itself, before or beside our own code.
_TITLES: Final[dict[int, tuple[str, str]]] = {
    400: ("invalid_input", "The request cannot be understood"),
    403: ("not_permitted", "You have no right to do that"),
    404: ("not_found", "Nothing is here, or nothing you may see"),
    405: ("method_not_allowed", "That method is not taken here"),
    413: ("too_large", "The request is too large"),
    416: ("range_not_satisfiable", "The file has no byte in that range"),
    431: ("too_large", "The request is too large"),
    500: ("internal_error", "Something went wrong on our side"),
    503: ("unavailable", "The server cannot answer just now; try again shortly"),
}


def problem_answer(document: Problem) -> HttpResponse:
    return HttpResponse(problem_bytes(document), status=document.status, content_type=PROBLEM_CONTENT_TYPE)


def error_answer(request: HttpRequest, error: LandlineError) -> HttpResponse:
    """The answer to an error of ours; a refusal is noted for whoever watches the log (S21)."""
    if error.status in {401, 403}:
        log.info(
            "access_refused", code=error.code, path=request.path, address=request.META.get("REMOTE_ADDR")
        )
    response = problem_answer(problem_of(error))
    for name, value in problem_headers(error).items():
        response[name] = value
    return response


def problems_register(api: NinjaAPI) -> None:
    """Makes the API answer every exception by this file."""
    api.add_exception_handler(LandlineError, error_answer)  # type: ignore[arg-type]  # ninja's handler type is invariant
    api.add_exception_handler(Http404, lambda request, _error: error_answer(request, NotFound()))
    api.add_exception_handler(
        AuthenticationError, lambda request, _error: error_answer(request, NotAuthenticated())
    )
    api.add_exception_handler(
        HttpError, lambda request, _error: error_answer(request, InvalidInput("the body is no JSON object"))
    )
    api.add_exception_handler(ValidationError, _validation_answer)  # type: ignore[arg-type]  # as above
    api.add_exception_handler(Exception, _leave_to_django)


def _validation_answer(request: HttpRequest, error: ValidationError) -> HttpResponse:
    reasons: dict[str, str] = {}
    for found in error.errors:
        source, *place = map(str, found["loc"])
        if source == "path":
            return error_answer(request, NotFound())
        reasons.setdefault(_named(place), found["msg"])
    detail = "; ".join(f"{name}: {reason}" for name, reason in reasons.items())
    return error_answer(request, InvalidInput(detail))


def _named(place: list[str]) -> str:
    """The innermost field; below it stand places in a list, and kinds of values that were tried."""
    return next((name for name in reversed(place) if _FIELD.fullmatch(name)), place[0])


def _leave_to_django(_request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    raise error


@sync_and_async_middleware
def api_answers(
    get_response: Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]],
) -> Callable[[HttpRequest], Any]:
    """The outermost middleware: what leaves the API is kept by no cache, and every refusal is a problem."""
    if iscoroutinefunction(get_response):

        async def asynchronous(request: HttpRequest) -> HttpResponseBase:
            return _api_answer(request, await cast(Awaitable[HttpResponseBase], get_response(request)))

        return asynchronous

    def synchronous(request: HttpRequest) -> HttpResponseBase:
        return _api_answer(request, cast(HttpResponseBase, get_response(request)))

    return synchronous


def _api_answer(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    if not request.path.startswith(API_PREFIX):
        return response
    if response.status_code >= 400 and response.get("Content-Type") != PROBLEM_CONTENT_TYPE:
        code, title = _TITLES.get(response.status_code, ("refused", "The request was refused"))
        refused = problem_answer(problem(response.status_code, code, title))
        for name in ("Allow", "Content-Range", "Retry-After"):
            if name in response:
                refused[name] = response[name]
        refused.cookies = response.cookies
        response.close()
        response = refused
    response["Cache-Control"] = NO_STORE
    return response


def problem_handler(status: int) -> Callable[..., HttpResponse]:
    """A handler400, handler403 or handler404 of Django's."""

    def handle(*_request: object, **_exception: object) -> HttpResponse:
        return problem_page(status)

    return handle


def server_error(_request: HttpRequest) -> HttpResponse:
    """handler500, called while the exception is being handled. A database that is gone comes back: 503."""
    is_database_gone = isinstance(sys.exc_info()[1], OperationalError | InterfaceError)
    response = problem_page(503 if is_database_gone else 500)
    if is_database_gone:
        response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def problem_page(status: int) -> HttpResponse:
    _, title = _TITLES[status]
    page = render_to_string("communications/problem.html", {"status": status, "title": title})
    return HttpResponse(page, status=status)
