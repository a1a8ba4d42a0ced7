"""Trying an address and a key of Unipile by one call, and saying in words what is wrong with them."""

import datetime as dt
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from email.utils import parsedate_to_datetime
from typing import Final, NamedTuple

from unipile.client import UnipileClient
from unipile.endpoint import DsnError, endpoint_from_dsn
from unipile.errors import NotSent, RateLimited, Refused, Rejected, Unauthorised, UnipileError, Unknown
from unipile.transport import Answer, AnswerStream, Deadlines, HttpTransport, Request, Transport

DEADLINES: Final = Deadlines(connect=5, answer=15)
CLOCK_OFF_SECONDS: Final = 120

WRONG_KEY: Final = "wrong_key"
SENTENCES: Final = {
    WRONG_KEY: "Unipile does not accept this key. Make a new access token in its dashboard and copy it whole.",
    "wrong_dsn": "There is no such address. Copy the DSN from Unipile's dashboard, such as api8.unipile.com:13443.",
    "not_unipile": "Something answers at this address, but it is not Unipile's API. Copy the DSN with its port.",
    "unreachable": "Unipile cannot be reached at this address. Check the port, and whether this machine may connect to it.",
    "tls_refused": "The certificate at this address is not valid for it; nothing was sent. Check the DSN, and the clock here.",
    "busy": "Unipile answers but does not serve at the moment. Nothing was changed; try again in a minute.",
}
CLOCK_SENTENCE: Final = (
    "This machine's clock is {seconds} s off Unipile's: set it by NTP, or messages stand at wrong times."
)
_OF_NOT_SENT: Final = {
    "unresolved": "wrong_dsn",
    "address_refused": "wrong_dsn",
    "tls_refused": "tls_refused",
}
_OF_UNKNOWN: Final = {"timeout": "unreachable", "connection_lost": "unreachable", "server_error": "busy"}


class Tried(NamedTuple):
    """``code`` is ``connected`` or says what is wrong. ``clock_off_seconds``: ours before upstream's, if it said."""

    code: str
    sentence: str
    accounts: int = 0
    clock_off_seconds: int | None = None


class _Dated:
    """A transport that remembers what time it was for whoever answered."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self.off_seconds: int | None = None

    async def exchange(self, request: Request) -> Answer:
        answer = await self._transport.exchange(request)
        try:
            said = parsedate_to_datetime(answer.headers.get("Date", ""))
        except (ValueError, TypeError):
            return answer
        said = said if said.tzinfo else said.replace(tzinfo=dt.UTC)
        self.off_seconds = round((dt.datetime.now(dt.UTC) - said).total_seconds())
        return answer

    def stream(self, request: Request) -> AbstractAsyncContextManager[AnswerStream]:
        return self._transport.stream(request)

    async def close(self) -> None:
        await self._transport.close()


@asynccontextmanager
async def _dated_client(dsn: str, api_key: str) -> AsyncIterator[tuple[UnipileClient, _Dated]]:
    endpoint = endpoint_from_dsn(dsn)
    transport = _Dated(HttpTransport(endpoint, api_key, deadlines=DEADLINES))
    try:
        yield UnipileClient(transport, endpoint), transport
    finally:
        await transport.close()


async def credentials_try(dsn: str, api_key: str) -> Tried:
    """One page of the list of accounts: the call that needs nothing but the key."""
    try:
        async with _dated_client(dsn, api_key) as (client, transport):
            try:
                page = await client.accounts.page(reason="whether the credentials work")
            except UnipileError as error:
                code = _code(error)
                return Tried(code, SENTENCES[code], clock_off_seconds=transport.off_seconds)
            return Tried("connected", _connected(len(page.items)), len(page.items), transport.off_seconds)
    except DsnError as error:
        return Tried("wrong_dsn", str(error))
    except ValueError:
        return Tried(WRONG_KEY, SENTENCES[WRONG_KEY])


def _code(error: UnipileError) -> str:
    match error:
        case Unauthorised() | Refused(status=401 | 403):
            return WRONG_KEY
        case RateLimited() | Rejected(is_permanent=False):
            return "busy"
        case NotSent():
            return _OF_NOT_SENT.get(error.code, "unreachable")
        case Unknown():
            return _OF_UNKNOWN.get(error.code, "not_unipile")
    return "not_unipile"


def _connected(accounts: int) -> str:
    return f"Connected: Unipile lists {accounts} {'account' if accounts == 1 else 'accounts'}."
