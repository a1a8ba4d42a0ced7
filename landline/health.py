"""For load balancers and supervisors: does the process answer, and can it serve."""

from __future__ import annotations

from django.db import Error, connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

NO_STORE = {"Cache-Control": "no-store"}


@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """The process answers requests; nothing else is asked."""
    return HttpResponse("ok\n", content_type="text/plain", headers=NO_STORE)


@require_safe
def readyz(_request: HttpRequest) -> HttpResponse:
    """The database takes writes from this process."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT current_setting('transaction_read_only') = 'off' AND NOT pg_is_in_recovery()"
            )
            (is_ready,) = cursor.fetchone()
    except Error:
        is_ready = False
    if is_ready:
        return HttpResponse("ready\n", content_type="text/plain", headers=NO_STORE)
    return HttpResponse(
        "the database does not take writes\n",
        status=503,
        content_type="text/plain",
        headers={**NO_STORE, "Retry-After": "5"},
    )
