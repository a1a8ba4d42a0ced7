"""Who opens a socket or waits for changes: the same Django session as everywhere, and the page's own origin."""

from collections.abc import Iterable, MutableMapping
from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib import auth
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest
from django.http.request import split_domain_port, validate_host

from communications.errors import NotAuthenticated, NotPermitted
from communications.models import ChannelAccess, User
from communications.schemas.scope import Scope

Headers = Iterable[tuple[bytes, bytes]]


async def visitor_scope(scope: MutableMapping[str, Any]) -> Scope:
    """The scope of whoever sent the request.

    Raises ``NotAuthenticated`` without a live session, and ``NotPermitted`` for another origin than our own.
    """
    _check_host(scope["headers"])
    found: Scope | None = await sync_to_async(_session_scope)(_session_key(scope["headers"]))
    if found is None:
        raise NotAuthenticated
    return found


def check_origin(scope: MutableMapping[str, Any]) -> None:
    """Raises ``NotPermitted`` unless the page that asks is one of ours: cookies alone would let any page open a socket."""
    origins = _values(scope["headers"], b"origin")
    hosts = _values(scope["headers"], b"host")
    if len(origins) != 1 or len(hosts) != 1:
        raise NotPermitted("the Origin header is missing")
    origin = urlsplit(origins[0])
    if origins[0] in settings.CSRF_TRUSTED_ORIGINS:
        return
    scheme = "https" if scope.get("scheme") in ("wss", "https") else "http"
    if origin.scheme != scheme or origin.netloc != hosts[0] or origin.path or origin.query:
        raise NotPermitted("the request comes from another origin")


def _check_host(headers: Headers) -> None:
    hosts = _values(headers, b"host")
    if len(hosts) != 1 or not validate_host(split_domain_port(hosts[0])[0], settings.ALLOWED_HOSTS):
        raise DisallowedHost("this server does not go by that name")


def _session_key(headers: Headers) -> str | None:
    try:
        cookies = SimpleCookie("; ".join(_values(headers, b"cookie")))
    except CookieError:
        return None
    morsel = cookies.get(settings.SESSION_COOKIE_NAME)
    return morsel.value if morsel else None


def _session_scope(session_key: str | None) -> Scope | None:
    if not session_key:
        return None
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    user = auth.get_user(request)
    if not isinstance(user, User):
        return None
    channels = ChannelAccess.objects.filter(user=user).values_list("channel_id", flat=True)
    return Scope(user_id=user.pk, session_generation=user.session_generation, channels=frozenset(channels))


def _values(headers: Headers, wanted: bytes) -> list[str]:
    return [value.decode("latin-1") for name, value in headers if name == wanted]
