"""Errors of the API: `{title, type, status, detail?}`, to be told apart by `type`."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.web.messages import Response, json_response

_KNOWN: dict[str, tuple[int, str]] = {
    "invalid_parameters": (400, "Invalid parameters"),
    "missing_parameters": (400, "Missing parameters"),
    "malformed_request": (400, "Malformed request"),
    "content_too_large": (400, "Content too large"),
    "missing_credentials": (401, "Missing credentials"),
    "disconnected_account": (401, "Disconnected account"),
    "insufficient_permissions": (403, "Insufficient permissions"),
    "account_mismatch": (403, "Account mismatch"),
    "resource_access_restricted": (403, "Resource access restricted"),
    "resource_not_found": (404, "Resource not found."),
    "resource_expired": (410, "Resource expired"),
    "invalid_recipient": (422, "Recipient cannot be reached"),
    "unprocessable_entity": (422, "Message couldn't pass validation"),
    "too_many_requests": (429, "Too many requests"),
    "unexpected_error": (500, "Unexpected error"),
    "provider_error": (500, "Provider error"),
    "feature_not_implemented": (501, "Missing feature"),
    "no_client_session": (503, "No client session"),
    "network_down": (503, "Network down"),
    "service_unavailable": (503, "Service unavailable"),
    "request_timeout": (504, "Request timed out"),
}


@dataclass(slots=True)
class ApiError(Exception):
    """An answer other than success; `word` is what follows `errors/` in its type."""

    word: str
    detail: str | None = None

    def response(self) -> Response:
        """The body and status the service sends."""
        status, title = _KNOWN[self.word]
        body: dict[str, object] = {"status": status, "type": f"errors/{self.word}", "title": title}
        if self.detail is not None:
            body["detail"] = self.detail
        return json_response(body, status)


def not_found(what: str) -> ApiError:
    """404 for a thing that does not exist."""
    return ApiError("resource_not_found", f"The requested {what} was not found.")


def require_text(document: dict[str, object], name: str) -> str:
    """The text under `name`; 400 when it is absent or something else."""
    value = document.get(name)
    if value is None:
        raise ApiError("missing_parameters", f"{name} is required.")
    if not isinstance(value, str):
        raise ApiError("invalid_parameters", f"{name} must be a string.")
    return value
