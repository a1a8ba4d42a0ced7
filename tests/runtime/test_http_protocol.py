"""Bounds on what comes before a body (B21, B24), on a server with the smallest of applications."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn

from landline import http_protocol
from landline.http_protocol import BoundedHttpProtocol


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Reads the whole body, then says 200."""
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    monkeypatch.setattr(http_protocol, "HEADER_SECONDS", 1.0)
    config = uvicorn.Config(
        application, http=BoundedHttpProtocol, lifespan="off", log_config=None, timeout_keep_alive=2
    )
    server = uvicorn.Server(config)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield listener.getsockname()[1]
        server.should_exit = True
        thread.join()


def answer_to(port: int, sent: bytes) -> bytes:
    """Everything the server says before it closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
        received = b""
        try:
            client.sendall(sent)
            while chunk := client.recv(65_536):
                received += chunk
        except (ConnectionResetError, BrokenPipeError):
            pass
        return received


def answers(port: int) -> bool:
    request = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    return answer_to(port, request).startswith(b"HTTP/1.1 200 ")


@pytest.mark.alone
def test_b21_late_headers_are_cut_off_and_others_are_served(port: int) -> None:
    slow = [socket.create_connection(("127.0.0.1", port), timeout=20) for _ in range(20)]
    started = time.monotonic()
    try:
        for number, client in enumerate(slow):
            if number % 2:
                client.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        assert answers(port)
        assert time.monotonic() - started < 2
        for client in slow:
            while client.recv(4096):
                pass
        waited = time.monotonic() - started
        assert 0.5 < waited < 5
    finally:
        for client in slow:
            client.close()


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(b"".join(b"X-%d: 1\r\n" % number for number in range(100_000)), id="100k headers"),
        pytest.param(b"X-Long: " + b"a" * 1_000_000 + b"\r\n", id="1 MB header"),
        pytest.param(b"X-Long: " + b"a" * 70_000 + b"\r\n", id="70 kB header in one piece"),
        pytest.param(b"X-Endless: " + b"a" * 1_000_000, id="header without end"),
    ],
)
def test_b24_too_many_or_too_large_headers_are_431(port: int, head: bytes) -> None:
    request = b"POST / HTTP/1.1\r\nHost: localhost\r\n" + head + b"\r\n"
    answer = answer_to(port, request)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 431 ")
    assert answer.count(b"HTTP/1.1") <= 1
    assert answers(port)


@pytest.mark.parametrize(
    "request_bytes",
    [
        pytest.param(
            b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /hidden HTTP/1.1\r\nHost: localhost\r\n\r\n",
            id="length and chunks",
        ),
        pytest.param(
            b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcde",
            id="two lengths",
        ),
        pytest.param(
            b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n",
            id="bad chunk size",
        ),
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", id="TLS on a plain port"),
    ],
)
def test_b24_ambiguous_requests_are_400_and_the_connection_is_closed(port: int, request_bytes: bytes) -> None:
    answer = answer_to(port, request_bytes)
    assert b"hidden" not in answer
    assert answer.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 401 "))
    assert answer.count(b"HTTP/1.1") <= 2
    assert answers(port)


def test_b24_trailers_without_end_are_cut_off(port: int) -> None:
    trailers = b"".join(b"X-%d: 1\r\n" % number for number in range(100_000))
    head = b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
    answer_to(port, head + b"\r\n0\r\n" + trailers)
    assert answers(port)
