"""Unsafe requests come from a page of ours: by token, Origin, and what browsers say of the sender."""

from collections.abc import Callable
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.middleware.csrf import CsrfViewMiddleware

from communications.api.problems import API_PREFIX, error_answer, problem_page
from communications.errors import NotPermitted

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


class RequestForged(NotPermitted):
    """The request does not come from a page of ours, or its token has run out."""

    code = "csrf_failed"
    title = "The request does not come from a page of this server; load the page again"


class RequestForgeryMiddleware(CsrfViewMiddleware):
    """Django's check for every view, those included that ask to be left out of it (ninja's all do).

    Only a view marked ``writes_nothing`` is left out. Beside token and Origin, Sec-Fetch-Site is checked
    where the browser sends it: no page of another site, nor of a sibling host, writes here.
    """

    def process_view(
        self, request: HttpRequest, callback: Callable[..., Any], callback_args: Any, callback_kwargs: Any
    ) -> HttpResponseForbidden | None:
        if request.method in SAFE_METHODS or getattr(callback, "writes_nothing", False):
            return None
        if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
            return self._reject(  # type: ignore[attr-defined,no-any-return]  # not in the stubs
                request, "Sec-Fetch-Site names another site."
            )
        # The view may be marked exempt. Django asks nothing else of it, so one that is not stands in its place.
        return super().process_view(request, request_refused, callback_args, callback_kwargs)


def request_refused(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 (Django's signature)
    """Django's CSRF_FAILURE_VIEW. The reason stays in Django's own security log."""
    if request.path.startswith(API_PREFIX):
        return error_answer(request, RequestForged())
    return problem_page(403)
