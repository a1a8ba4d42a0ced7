"""Addresses that ``landline web`` answers ahead of Django. Other servers of Django say so."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse

SENTENCE = "this server takes no deliveries and has no feed: start it with `landline web`"


def answered_by_landline_web(_request: HttpRequest) -> JsonResponse:
    return JsonResponse({"error": SENTENCE}, status=503, headers={"Retry-After": "60"})


answered_by_landline_web.writes_nothing = True  # type: ignore[attr-defined]  # read by RequestForgeryMiddleware
