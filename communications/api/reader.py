"""Who asks."""

from typing import Final

from django.conf import settings
from django.http import HttpRequest
from ninja.security import APIKeyCookie

from communications.errors import NotAuthenticated
from communications.models import User


class SignedIn(APIKeyCookie):
    """A live session. Forged requests are stopped earlier, for every view alike (request_forgery)."""

    param_name: str = settings.SESSION_COOKIE_NAME

    def __init__(self) -> None:
        super().__init__(csrf=False)

    def authenticate(self, request: HttpRequest, key: str | None) -> User | None:  # noqa: ARG002 (ninja's)
        return request.user if isinstance(request.user, User) else None


signed_in: Final = SignedIn()


def reader_id(request: HttpRequest) -> int:
    """The id of whoever asks. Raises NotAuthenticated."""
    if not isinstance(request.user, User):
        raise NotAuthenticated
    return request.user.pk
