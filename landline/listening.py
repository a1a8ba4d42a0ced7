"""The listening socket, taken before anything slow happens, so that a busy port is known at once."""

from __future__ import annotations

import errno
import socket

from landline.environment import Bind, ConfigurationError


def listen(bind: Bind, *, variable: str) -> socket.socket:
    """A bound TCP socket. ``variable`` names the setting to change in the sentence of the error."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            bind.host, bind.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise ConfigurationError(
            f"{variable} is {bind}, which is no address here ({error.strerror})."
        ) from None
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        listener.close()
        raise ConfigurationError(refusal(bind, variable, error)) from None
    listener.set_inheritable(True)
    return listener


def port_check(bind: Bind, *, variable: str) -> None:
    """Raises ConfigurationError when another program holds the port."""
    listen(bind, variable=variable).close()


def refusal(bind: Bind, variable: str, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {bind.port} on {bind.host} is in use by another program: stop that one, or set {variable} "
            f"to another port such as {bind.host}:{bind.port + 1}."
        )
    if error.errno == errno.EACCES:
        return f"{variable} is {bind}: this user may not listen on port {bind.port}; choose one above 1023."
    return f"{variable} is {bind}, where this machine cannot listen ({error.strerror})."
