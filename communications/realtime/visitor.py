"""Who opens a socket or waits for changes: the session everything else uses, and a page of our own."""

from collections.abc import MutableMapping
from importlib import import_module
from typing import Any, NamedTuple

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib import auth
from django.db import connection
from django.http import HttpRequest, parse_cookie
from django.http.request import split_domain_port, validate_host

from communications.errors import NotAuthenticated, NotPermitted
from communications.models import User
from communications.realtime.asgi import Headers


class Visitor(NamedTuple):
    user_id: int
    session_generation: int
    display_name: str


async def visitor_of(scope: MutableMapping[str, Any]) -> Visitor:
    """Whoever sent the request.

    Raises ``NotPermitted`` for a name that is not this server's, ``NotAuthenticated`` without a live session,
    and what Django raises when the database is not there.
    """
    _check_host(scope["headers"])
    visitor = await sync_to_async(_visitor, thread_sensitive=False)(_session_key(scope["headers"]))
    if visitor is None:
        raise NotAuthenticated
    return visitor


def check_origin(scope: MutableMapping[str, Any]) -> None:
    """Raises ``NotPermitted`` unless the page that asks is ours: any page's socket carries our cookies."""
    origins = _values(scope["headers"], b"origin")
    hosts = _values(scope["headers"], b"host")
    if len(origins) != 1 or len(hosts) != 1:
        raise NotPermitted("the Origin header is missing")
    scheme = "https" if scope.get("scheme") in ("wss", "https") else "http"
    if origins[0] != f"{scheme}://{hosts[0]}" and origins[0] not in settings.CSRF_TRUSTED_ORIGINS:
        raise NotPermitted("the request comes from another origin")


def _check_host(headers: Headers) -> None:
    hosts = _values(headers, b"host")
    if len(hosts) != 1 or not validate_host(split_domain_port(hosts[0])[0], settings.ALLOWED_HOSTS):
        raise NotPermitted("this server does not go by that name")


def _session_key(headers: Headers) -> str | None:
    return parse_cookie("; ".join(_values(headers, b"cookie"))).get(settings.SESSION_COOKIE_NAME)


def _visitor(session_key: str | None) -> Visitor | None:
    if not session_key:
        return None
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    try:
        user = auth.get_user(request)
    finally:
        # Outside of Django's own requests nobody else gives the connection back.
        connection.close()
    if not isinstance(user, User):
        return None
    return Visitor(user.pk, user.session_generation, user.get_full_name() or user.username)


def _values(headers: Headers, wanted: bytes) -> list[str]:
    return [value.decode("latin-1") for name, value in headers if name == wanted]
