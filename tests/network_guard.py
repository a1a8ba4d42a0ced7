"""Refuses connections to anything but this machine for as long as the test process lives."""

from __future__ import annotations

import ipaddress
import sys
from typing import Any


class OutsideNetworkError(RuntimeError):
    """A test tried to reach another machine."""


def refuse_outside_connections() -> None:
    """Installs an audit hook, below every Python library that opens sockets; it cannot be taken out."""
    sys.addaudithook(check_event)


def check_event(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect":
        address = arguments[1]
        if isinstance(address, tuple) and not is_this_machine(str(address[0])):
            raise OutsideNetworkError(f"a test connects to {address[0]}")
    elif event == "socket.getaddrinfo":
        host = arguments[0]
        name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
        if name is not None and not is_this_machine(str(name)):
            raise OutsideNetworkError(f"a test resolves {name}")


def is_this_machine(host: str) -> bool:
    if host in {"", "localhost", "ip6-localhost"} or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified
