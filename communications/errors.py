"""Every error of the product that a caller can meet.

::

    LandlineError
    ├── InvalidInput           400  the request cannot be understood
    │   ├── EmptyFile          400  a file without a byte
    │   ├── InvalidCursor      400  a page cursor that is not ours
    │   └── InvalidQuery       400  a search that is malformed
    ├── NotAuthenticated       401
    │   └── InvalidCredentials 401
    ├── NotPermitted           403
    ├── NotFound               404  also for what the reader may not see
    ├── IdempotencyConflict    409  a key that was used before, for something else
    ├── NotPossible            409  what cannot be done to a message as it stands
    │   └── TooLate            409  nor any more
    ├── NotDecidable           409  a decision that does not fit the state of the message
    ├── CredentialsRefused     409  an address or key of Unipile that does not work; ``code`` says why
    ├── BodyRemoved            410  the bytes of a delivery are no longer kept
    ├── TooLarge               413  more than is accepted
    ├── ForbiddenType          415  a file that runs when it is opened
    ├── TooManyAttempts        429  with ``retry_after_seconds``
    ├── TooBroad               503  a search that would take too long
    ├── NoRoom                 503  the disk has no room for a file
    ├── Unsaved                503  the database did not take a delivery in time
    └── Busy                   503  the database did not answer in time

Each carries a stable ``code``; ``communications.api.problems`` turns them into RFC 9457 documents.
"""


class LandlineError(Exception):
    status = 500
    code = "internal_error"
    title = "Something went wrong on our side"

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail or self.title)
        self.detail = detail


class InvalidInput(LandlineError):
    status = 400
    code = "invalid_input"
    title = "The request cannot be understood"


class EmptyFile(InvalidInput):
    code = "empty_file"
    title = "That file is empty"


class InvalidCursor(InvalidInput):
    code = "invalid_cursor"
    title = "That page cursor is not valid here"


class InvalidQuery(InvalidInput):
    code = "invalid_query"
    title = "The search cannot be understood"


class NotAuthenticated(LandlineError):
    status = 401
    code = "not_authenticated"
    title = "Log in first"


class InvalidCredentials(NotAuthenticated):
    code = "invalid_credentials"
    title = "That user name and password do not match"


class NotPermitted(LandlineError):
    status = 403
    code = "not_permitted"
    title = "You have no right to do that"


class NotFound(LandlineError):
    status = 404
    code = "not_found"
    title = "Nothing is here, or nothing you may see"


class IdempotencyConflict(LandlineError):
    status = 409
    code = "idempotency_conflict"
    title = "That key was used before, for something else"


class NotPossible(LandlineError):
    status = 409
    code = "not_possible"
    title = "That cannot be done to this message"


class TooLate(NotPossible):
    code = "too_late"
    title = "The provider no longer accepts that for this message"


class NotDecidable(LandlineError):
    status = 409
    code = "not_decidable"
    title = "That decision does not fit the state of the message"


class CredentialsRefused(LandlineError):
    status = 409
    code = "credentials_refused"
    title = "Unipile cannot be used with these credentials"

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


class BodyRemoved(LandlineError):
    status = 410
    code = "body_removed"
    title = "The bytes of this delivery are no longer kept"


class TooLarge(LandlineError):
    status = 413
    code = "too_large"
    title = "That is larger than what is accepted"


class ForbiddenType(LandlineError):
    status = 415
    code = "forbidden_type"
    title = "Files that run when they are opened are not sent: pack them into an archive"


class TooManyAttempts(LandlineError):
    status = 429
    code = "too_many_attempts"
    title = "Too many attempts"

    def __init__(self, retry_after_seconds: int, detail: str = "") -> None:
        super().__init__(detail)
        self.retry_after_seconds = retry_after_seconds


class TooBroad(LandlineError):
    status = 503
    code = "too_broad"
    title = "That search takes too long: add a word, a person (from:) or a time (after:)"


class NoRoom(LandlineError):
    status = 503
    code = "no_room"
    title = "The server's disk has no room for the file"


class Unsaved(LandlineError):
    status = 503
    code = "unsaved"
    title = "The delivery could not be saved"


class Divisible(Exception):
    """A list of messages cannot be folded as a whole, and nothing of it was saved: its maker has to split it in two."""


class Busy(LandlineError):
    status = 503
    code = "busy"
    title = "The database did not answer in time"
