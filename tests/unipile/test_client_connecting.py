"""Calls that never leave: E12, I7, J16."""

import asyncio
import ssl

import pytest

from tests.unipile.certificates import certificates, serving
from tests.unipile.hostile_calls import HURRY, SEND, client_of, failure_of, read_request, send
from tests.unipile.upstream_server import API_KEY, raw_server, upstream_server
from unipile.client import connect_client
from unipile.endpoint import endpoint_from_dsn
from unipile.errors import NotSent
from unipile.transport import HttpTransport

__all__ = ["certificates"]


async def test_e12_nobody_listening():
    async with raw_server(read_request) as (port, _):
        pass
    calls = []
    async with client_of(port, calls=calls) as client:
        assert await failure_of(send(client)) == (NotSent, "connect_failed")
    assert [(call.status, call.outcome) for call in calls] == [(None, "connect_failed")]


async def resolve_to_nothing(_host, _port):
    raise OSError("no such host")


async def resolve_never(_host, _port):
    await asyncio.sleep(3600)


async def resolve_to_loopback(_host, _port):
    return ["127.0.0.1"]


@pytest.mark.parametrize(
    ("resolve", "code"),
    [
        (resolve_to_nothing, "unresolved"),
        (resolve_never, "connect_timeout"),
        (resolve_to_loopback, "address_refused"),
    ],
)
async def test_e12_i7_a_name_that_leads_nowhere_or_inside(resolve, code):
    async with raw_server(read_request) as (port, connections):
        dsn = f"https://api8.unipile.com:{port}"
        async with connect_client(dsn, API_KEY, deadlines=HURRY, resolve=resolve) as client:
            assert await failure_of(send(client)) == (NotSent, code)
        assert connections == []


async def test_j16_a_certificate_of_an_unknown_authority_is_refused(certificates):
    async with upstream_server(serving(certificates, "right")) as upstream:
        async with client_of(upstream.port, scheme="https") as client:
            assert await failure_of(send(client)) == (NotSent, "tls_refused")
        assert upstream.asked == []


async def test_j16_a_certificate_for_another_name_is_refused(certificates):
    trusting = ssl.create_default_context(cafile=certificates / "ca.pem")
    async with upstream_server(serving(certificates, "wrong")) as upstream:
        async with client_of(upstream.port, scheme="https", tls=trusting) as client:
            assert await failure_of(send(client)) == (NotSent, "tls_refused")
        assert upstream.asked == []


async def test_j16_the_right_certificate_is_taken(certificates):
    trusting = ssl.create_default_context(cafile=certificates / "ca.pem")
    async with upstream_server(serving(certificates, "right")) as upstream:
        upstream.answers[SEND] = (201, {"object": "MessageSent", "message_id": "m"})
        async with client_of(upstream.port, scheme="https", tls=trusting) as client:
            assert await send(client) == "m"


async def test_j16_plain_http_on_a_tls_port_is_refused():
    async with upstream_server() as upstream:
        async with client_of(upstream.port, scheme="https") as client:
            assert await failure_of(send(client)) == (NotSent, "tls_refused")
        assert upstream.asked == []


def test_j16_certificates_cannot_be_left_unchecked():
    careless = ssl.create_default_context()
    careless.check_hostname = False
    with pytest.raises(ValueError, match="must check certificates"):
        HttpTransport(endpoint_from_dsn("api8.unipile.com:13443"), API_KEY, tls=careless)
