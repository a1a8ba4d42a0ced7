"""Static files out of the package: the built frontend, the admin's and the API reference's."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware  # type: ignore[import-untyped]  # has no types
from whitenoise.responders import Redirect, StaticFile  # type: ignore[import-untyped]  # as above


class StaticFilesMiddleware(WhiteNoiseMiddleware):  # type: ignore[misc]  # as above
    """WhiteNoise with whole answers: streamed ones are read synchronously, of which Django warns under ASGI.

    Ranges are left out, so that a compressed answer is always of the whole file.
    """

    @staticmethod
    def serve(static_file: StaticFile | Redirect, request: HttpRequest) -> HttpResponse:
        asked = {name: value for name, value in request.META.items() if name != "HTTP_RANGE"}
        found = static_file.get_response(request.method, asked)
        content = b""
        if found.file is not None:
            with found.file as file:
                content = file.read()
        response = HttpResponse(content, status=int(found.status))
        del response["Content-Type"]
        for name, value in found.headers:
            response[name] = value
        return response
