"""Why something waits, failed, or is not known to have arrived: a stable code each, and a sentence for the person."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple

EXPIRED: Final = "It has waited for more than a day. Shall it still be sent?"
HELD: Final = "The account is not connected. It is sent once that works again."
PAUSED: Final = "The account is paused here. It is sent once somebody resumes it."
KEY_REFUSED: Final = "Unipile does not accept this server's key. An administrator must set it."
PACED: Final = "Messages of this account leave one after another, at a pace that its provider bears."
RATE_LIMITED: Final = "The provider has asked for a pause. It is sent afterwards."
WORKER_GONE: Final = "The program that was sending it ended in the middle. It may have arrived."
RESTORED: Final = (
    "The database was restored from a backup in which it was still waiting. It may have left since."
)
NOT_FOUND: Final = "The conversation was read again, and it is not there. It may still arrive."
NOT_THERE_YET: Final = "Unipile has accepted it, but it is not in the conversation. It may still arrive."
FAULT: Final = "Something went wrong on our side while it was being sent. It may have arrived."


class Then(StrEnum):
    """What a refusal leads to."""

    FAIL = "fail"
    TRY_AGAIN = "try_again"
    SLOW_DOWN = "slow_down"
    HOLD = "hold"


class Refusal(NamedTuple):
    sentence: str
    then: Then = Then.FAIL


# By the name in the error's type (``errors/<name>``), and by our own codes for what is refused before it leaves.
REFUSALS: Final[Mapping[str, Refusal]] = {
    # the account
    "disconnected_account": Refusal(HELD, Then.HOLD),
    "disconnected_feature": Refusal(HELD, Then.HOLD),
    "expired_credentials": Refusal(HELD, Then.HOLD),
    "invalid_credentials": Refusal(HELD, Then.HOLD),
    "multiple_sessions": Refusal("The account is in use elsewhere and must be connected again.", Then.HOLD),
    "checkpoint_error": Refusal("The provider asks the account's owner to confirm who they are.", Then.HOLD),
    "expired_link": Refusal(HELD, Then.HOLD),
    "missing_credentials": Refusal(KEY_REFUSED, Then.HOLD),
    "account_restricted": Refusal("The provider has restricted the account."),
    "account_mismatch": Refusal("The conversation belongs to another account."),
    "insufficient_permissions": Refusal("The account may not do that here."),
    "insufficient_privileges": Refusal("The account may not do that here."),
    "resource_access_restricted": Refusal("Nobody can write in this conversation."),
    "feature_not_subscribed": Refusal("The account's plan at the provider does not include that."),
    "subscription_required": Refusal("The account's plan at the provider does not include that."),
    "session_mismatch": Refusal(HELD, Then.HOLD),
    "action_required": Refusal("The provider asks the account's owner to do something first."),
    # whom it is for
    "resource_not_found": Refusal("The conversation does not exist at the provider any more."),
    "invalid_resource_identifier": Refusal("The conversation does not exist at the provider."),
    "invalid_recipient": Refusal("The provider knows no such recipient."),
    "no_connection_with_recipient": Refusal("You are not connected with the recipient."),
    "blocked_recipient": Refusal("The recipient cannot be written to: one of you has blocked the other."),
    "user_unreachable": Refusal("The recipient cannot be reached."),
    "recipient_rejected": Refusal("The provider refused the recipient."),
    "cannot_invite_attendee": Refusal("The recipient cannot be added."),
    "already_invited_recently": Refusal("The recipient was invited not long ago."),
    "insufficient_credits": Refusal("The account has no credits left for that."),
    "not_allowed_inmail": Refusal("The recipient accepts no InMail."),
    "number_unknown": Refusal("Nobody has that number at the provider."),
    # what it says
    "content_too_large": Refusal("A file is larger than the provider accepts."),
    "too_many_characters": Refusal("The text is longer than the provider accepts."),
    "unescaped_characters": Refusal("The text holds characters that the provider does not accept."),
    "unsupported_media_type": Refusal("The provider does not accept this kind of file."),
    "invalid_message": Refusal("The provider does not accept the message as it is."),
    "invalid_parameters": Refusal("The provider does not accept the message as it is."),
    "missing_parameters": Refusal("The provider does not accept the message as it is."),
    "malformed_request": Refusal("The provider does not accept the message as it is."),
    "invalid_url": Refusal("The message holds a link that the provider does not accept."),
    "unprocessable_entity": Refusal("The provider does not accept the message as it is."),
    "cant_send_message": Refusal("The provider did not send the message."),
    "feature_not_implemented": Refusal("This provider cannot do that."),
    "action_already_performed": Refusal("That was done already."),
    "empty_file": Refusal("A file is empty."),
    "files_too_large": Refusal("The files are larger than 15 MB together."),
    "empty_message": Refusal("A message needs a text or a file."),
    "file_missing": Refusal("A file of the message is no longer stored here."),
    "quoted_unknown": Refusal("The message that this one answers is not known to the provider."),
    # before it can be asked
    "chat_unnamed": Refusal("The conversation is still being started.", Then.TRY_AGAIN),
    "message_unnamed": Refusal("The provider has not named the message yet.", Then.TRY_AGAIN),
    # when
    "limit_exceeded": Refusal(RATE_LIMITED, Then.SLOW_DOWN),
    "cannot_resend_yet": Refusal("The provider does not accept it yet: try again later."),
    "cannot_resend_within_24hrs": Refusal("The provider accepts it only after a day: try again then."),
    "operation_canceled": Refusal("Another task at the provider cancelled it."),
    "auth_in_progress": Refusal("The account is still being connected.", Then.TRY_AGAIN),
    "provider_unreachable": Refusal(
        "The provider cannot be reached. Landline will try again.", Then.TRY_AGAIN
    ),
    "realtime_client_not_initialized": Refusal(
        "The account is still starting up. Landline will try again.", Then.TRY_AGAIN
    ),
    "no_client_session": Refusal(
        "The account is still starting up. Landline will try again.", Then.TRY_AGAIN
    ),
    "no_channel": Refusal("The account is still starting up. Landline will try again.", Then.TRY_AGAIN),
    "no_handler": Refusal("The account is still starting up. Landline will try again.", Then.TRY_AGAIN),
    "authentication_intent_error": Refusal("The account is still being connected.", Then.TRY_AGAIN),
}

# Of an attempt whose outcome nobody knows, by the code of ``unipile.errors.Unknown``.
UNKNOWN: Final[Mapping[str, str]] = {
    "timeout": "Unipile did not answer in time. It may have arrived.",
    "connection_lost": "The connection broke while it was being sent. It may have arrived.",
    "server_error": "Unipile had trouble while it was being sent. It may have arrived.",
    "redirected": "Unipile did not answer as it should. It may have arrived.",
    "answer_too_large": "Unipile did not answer as it should. It may have arrived.",
    "unreadable_answer": "Unipile's answer could not be read. It may have arrived.",
}
NOT_SENT: Final = "Unipile cannot be reached. Landline will try again."


def refusal_of(code: str, title: str) -> Refusal:
    """``title``: upstream's words, for what the table does not name."""
    return REFUSALS.get(code) or Refusal(f"The provider refused it: {title}")
