"""The contract for machines, and a page on which a person tries it out."""

import json
from functools import cache
from typing import Final

import msgspec
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe
from ninja.openapi.docs import Swagger

from communications.api.application import api
from communications.api.problems import error_answer
from communications.errors import NotAuthenticated
from communications.models import User
from communications.selectors.scope import owns_a_channel

LOGIN_PATH: Final = "/login"


@cache
def openapi_document() -> bytes:
    """The OpenAPI document as JSON, indented by two."""
    return msgspec.json.format(msgspec.json.encode(api.get_openapi_schema()), indent=2) + b"\n"


@require_safe
def openapi(request: HttpRequest) -> HttpResponseBase:
    if not isinstance(request.user, User):
        return error_answer(request, NotAuthenticated())
    return HttpResponse(openapi_document(), content_type="application/json")


@require_safe
def reference(request: HttpRequest) -> HttpResponseBase:
    """For owners: superusers, and whoever owns a channel. For others signed in there is nothing here."""
    if not isinstance(request.user, User):
        return redirect(LOGIN_PATH)
    if not (request.user.is_superuser or owns_a_channel(request.user.pk)):
        raise Http404
    settings = {**Swagger.default_settings, "url": reverse("openapi"), "validatorUrl": "none"}
    return render(
        request,
        "ninja/swagger.html",
        {"swagger_settings": json.dumps(settings), "api": api, "add_csrf": True},
    )
