"""Calls that are to fail, and how they did."""

from contextlib import asynccontextmanager

import pytest

from tests.unipile.upstream_server import API_KEY
from unipile.calls import ignore_call
from unipile.client import connect_client
from unipile.errors import NotSent, Unknown
from unipile.transport import Deadlines

HURRY = Deadlines(connect=5, answer=1.5, upload=1.5, download=1.5, silence=1)
PATIENT = Deadlines(connect=5, answer=20, upload=20, download=20, silence=5)
SEND = "POST /chats/c/messages"


@asynccontextmanager
async def client_of(port, *, scheme="http", deadlines=PATIENT, calls=None, **options):
    async def meter(_intent):
        return calls.append if calls is not None else ignore_call

    async with connect_client(
        f"{scheme}://127.0.0.1:{port}", API_KEY, deadlines=deadlines, meter=meter, **options
    ) as client:
        yield client


async def failure_of(call):
    with pytest.raises((NotSent, Unknown)) as caught:
        await call
    assert API_KEY not in repr(caught.value) + str(caught.value)
    return type(caught.value), caught.value.code


def send(client):
    return client.chats.send("c", text="secret words", reason="test")


async def read_request(reader):
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        (int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
    )
    return head + await reader.readexactly(length)
