"""Errors of the API: `{title, type, status, detail?}`, to be told apart by `type`."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.web.messages import Response, json_response

_WORDS: dict[int, str] = {
    400: "invalid_parameters missing_parameters malformed_request content_too_large too_many_characters"
    " unescaped_characters invalid_url invalid_request",
    401: "missing_credentials invalid_credentials expired_credentials disconnected_account disconnected_feature"
    " insufficient_privileges wrong_account multiple_sessions expired_link checkpoint_error"
    " invalid_checkpoint_solution captcha_not_supported invalid_credentials_but_valid_account_imap"
    " invalid_imap_configuration invalid_smtp_configuration invalid_proxy_credentials",
    403: "insufficient_permissions account_restricted account_mismatch unknown_authentication_context"
    " session_mismatch feature_not_subscribed subscription_required resource_access_restricted action_required",
    404: "resource_not_found invalid_resource_identifier",
    407: "proxy_auth_error",
    409: "already_exists operation_canceled",
    410: "resource_expired",
    415: "unsupported_media_type",
    422: "invalid_account invalid_recipient no_connection_with_recipient blocked_recipient user_unreachable"
    " unprocessable_entity action_already_performed invalid_message invalid_post not_allowed_inmail"
    " insufficient_credits cannot_resend_yet cannot_resend_within_24hrs cannot_invite_attendee"
    " already_invited_recently limit_exceeded limit_too_high invalid_reply_subject invalid_headers send_as_denied"
    " invalid_folder invalid_thread unauthorized sender_rejected recipient_rejected ip_rejected_by_server"
    " provider_unreachable account_configuration_error cant_send_message realtime_client_not_initialized"
    " parent_mail_not_found",
    425: "auth_in_progress",
    429: "too_many_requests",
    500: "unexpected_error provider_error authentication_intent_error",
    501: "feature_not_implemented",
    502: "proxy_error",
    503: "service_unavailable no_client_session no_channel no_handler network_down",
    504: "request_timeout",
}
STATUSES: dict[str, int] = {word: status for status, words in _WORDS.items() for word in words.split()}
"""What follows `errors/` in every type of error that is known, with its status."""

# The vendor's own words where they are known; elsewhere the type's.
_TITLES = {
    "resource_not_found": "Resource not found.",
    "operation_canceled": "Operation canceled",
    "unsupported_media_type": "Unsupported media",
    "invalid_recipient": "Recipient cannot be reached",
    "unprocessable_entity": "Message couldn't pass validation",
    "auth_in_progress": "Authentication in progress",
    "feature_not_implemented": "Missing feature",
    "no_handler": "Handler missing",
    "request_timeout": "Request timed out",
}


@dataclass(slots=True)
class ApiError(Exception):
    """An answer other than success; `word` is what follows `errors/` in its type, `status` where it is not the type's own."""

    word: str
    detail: str | None = None
    status: int | None = None

    def response(self, status: int | None = None) -> Response:
        """The body and status the service sends: the type's own, or `status`."""
        status = status or self.status or STATUSES[self.word]
        title = _TITLES.get(self.word) or self.word.replace("_", " ").capitalize()
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
