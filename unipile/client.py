"""The client of Unipile's API, version 1.

    async with connect_client(dsn, api_key, meter=count) as client:
        async for page in client.accounts.pages(reason="first load"):
            ...

Calls are asynchronous and end in a typed answer or one of the errors of `errors`. Every call takes a
`reason`, told to `meter` before it is made, and then how it ended. The client belongs to the event loop it was made in.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from unipile.calls import Meter, unmetered
from unipile.endpoint import Endpoint, Resolve, endpoint_from_dsn
from unipile.operations.accounts import AccountOperations
from unipile.operations.attendees import AttendeeOperations
from unipile.operations.caller import Caller
from unipile.operations.chats import ChatOperations
from unipile.operations.messages import MessageOperations
from unipile.operations.webhooks import WebhookOperations
from unipile.transport import Deadlines, HttpTransport, Transport


class UnipileClient:
    """All operations, over one transport."""

    def __init__(self, transport: Transport, endpoint: Endpoint, *, meter: Meter = unmetered) -> None:
        caller = Caller(transport, meter)
        self.accounts = AccountOperations(caller, endpoint.origin)
        self.chats = ChatOperations(caller)
        self.messages = MessageOperations(caller)
        self.attendees = AttendeeOperations(caller)
        self.webhooks = WebhookOperations(caller)


@asynccontextmanager
async def connect_client(
    dsn: str,
    api_key: str,
    *,
    meter: Meter = unmetered,
    deadlines: Deadlines | None = None,
    tls: ssl.SSLContext | None = None,
    resolve: Resolve | None = None,
) -> AsyncIterator[UnipileClient]:
    """A client for a DSN (`api8.unipile.com:13443`) and a key, closed on leaving.

    Raises `DsnError` for a DSN and `ValueError` for a key that cannot be used. Nothing is sent yet.
    """
    endpoint = endpoint_from_dsn(dsn)
    transport = HttpTransport(endpoint, api_key, deadlines=deadlines, tls=tls, resolve=resolve)
    try:
        yield UnipileClient(transport, endpoint, meter=meter)
    finally:
        await transport.close()
