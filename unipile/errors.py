"""How a call to Unipile can end other than well: a closed set.

    UnipileError
    ├── NotSent                  no byte of the request left: safe to try again
    ├── Unknown                  bytes left, and nothing readable says what became of them: never sent again by itself
    ├── Refused                  upstream answered and did not do it
    │   ├── RateLimited          too many requests; `retry_after_seconds` when told
    │   ├── Unauthorised         our API key is not accepted: no call will work
    │   ├── DisconnectedAccount  the account must be connected again by a person
    │   └── Rejected             anything else; `is_permanent` says whether the same call can ever succeed
    │       ├── NotFound
    │       └── ExpiredCursor    a page token is no longer taken: start again from a time
    └── EndlessPages             paging does not end; what was read so far is good

Each carries a stable `code` and a sentence for a person. A sentence quotes upstream's title, never a request.
For a read, `NotSent` and `Unknown` both mean "try again later".
"""

from __future__ import annotations


class UnipileError(Exception):
    """A call that did not end well. `code` is stable, `sentence` is for a person."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


class NotSent(UnipileError):
    """No byte of the request left this machine.

    `code`: `unresolved`, `address_refused`, `connect_failed`, `connect_timeout`, `tls_refused`,
    `client_closed`; from a meter `budget_spent`, `account_paused`, `unrecorded`.
    """


class Unknown(UnipileError):
    """The request left, wholly or in part, and nothing readable says what became of it.

    `code`: `timeout`, `connection_lost`, `server_error`, `redirected`, `answer_too_large`,
    `unreadable_answer`. `status` is the answer's, where there was one.
    """

    def __init__(self, code: str, sentence: str, *, status: int | None = None) -> None:
        super().__init__(code, sentence)
        self.status = status


class Refused(UnipileError):
    """Upstream answered and did not do it.

    `upstream_type` is the error's `errors/<name>`, "" when the body had none; `title` upstream's words.
    `status` is None when the call was refused here, before anything was sent.
    """

    def __init__(
        self, *, status: int | None, upstream_type: str = "", title: str = "", code: str = ""
    ) -> None:
        name = upstream_type.removeprefix("errors/") or f"status_{status}"
        super().__init__(code or name, title or f"Unipile refused the call ({name}).")
        self.status = status
        self.upstream_type = upstream_type
        self.title = title


class RateLimited(Refused):
    """Too many requests. `retry_after_seconds` is None when not told; version 1 is not known to tell."""

    def __init__(
        self,
        *,
        status: int | None,
        upstream_type: str = "",
        title: str = "",
        retry_after_seconds: float | None,
    ) -> None:
        super().__init__(status=status, upstream_type=upstream_type, title=title, code="rate_limited")
        self.retry_after_seconds = retry_after_seconds


class Unauthorised(Refused):
    """The API key is missing, wrong or revoked."""


class DisconnectedAccount(Refused):
    """The account has lost its session at the provider; connecting it again is a person's act."""


class Rejected(Refused):
    """Refused for a reason of the call's own; the same call may succeed later only if not `is_permanent`."""

    def __init__(
        self,
        *,
        status: int | None,
        upstream_type: str = "",
        title: str = "",
        code: str = "",
        is_permanent: bool = True,
    ) -> None:
        super().__init__(status=status, upstream_type=upstream_type, title=title, code=code)
        self.is_permanent = is_permanent


class NotFound(Rejected):
    """What the call names does not exist, or not any more."""


class ExpiredCursor(Rejected):
    """A page token was refused (400 or 410 on a call that carried one)."""


class EndlessPages(UnipileError):
    """Paging goes in a circle or brings nothing: the same token, one page, or empty pages without end."""
