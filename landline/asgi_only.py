"""Addresses that ``landline web`` answers ahead of Django. Other servers of Django say so."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from communications.schemas.problems import PROBLEM_CONTENT_TYPE, problem, problem_bytes

SENTENCE = "This server takes no deliveries and has no feed: start it with `landline web`"


def answered_by_landline_web(_request: HttpRequest) -> HttpResponse:
    document = problem(503, "unavailable", SENTENCE)
    return HttpResponse(
        problem_bytes(document),
        status=document.status,
        content_type=PROBLEM_CONTENT_TYPE,
        headers={"Retry-After": "60"},
    )


answered_by_landline_web.writes_nothing = True  # type: ignore[attr-defined]  # read by RequestForgeryMiddleware
