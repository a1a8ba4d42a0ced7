"""Where Unipile is: the customer's DSN, judged once, and the addresses it may stand for."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

_LABEL = r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)"
_HOST_NAME = re.compile(rf"(?:{_LABEL}\.)*(?=[A-Za-z0-9-]*[A-Za-z]){_LABEL}")


class DsnError(ValueError):
    """The configured DSN cannot be used; the sentence says what to write."""


class AddressRefused(OSError):
    """The host's name stands for an address no call may go to."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One host and port that calls go to. `is_loopback`: the simulator on this machine."""

    scheme: str
    host: str
    port: int
    is_loopback: bool

    @property
    def origin(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"

    @property
    def api_base(self) -> str:
        return f"{self.origin}/api/v1"


def endpoint_from_dsn(dsn: str) -> Endpoint:
    """`api8.unipile.com:13443`, with or without `https://`; `http://` for a loopback address only.

    Raises `DsnError` for anything else: user names, paths, queries, private addresses, numbers written to
    look like names (`2130706433`, `0x7f.1`).
    """
    written = dsn.strip()
    try:
        parts = urlsplit(written if "://" in written else f"https://{written}")
        port = parts.port
    except ValueError as error:
        raise DsnError("The DSN is not an address; write it as api8.unipile.com:13443.") from error
    if (
        port == 0
        or "@" in parts.netloc
        or parts.query
        or parts.fragment
        or parts.path.rstrip("/") not in ("", "/api/v1")
    ):
        raise DsnError("The DSN must be a host and a port only, as in api8.unipile.com:13443.")
    if parts.scheme not in ("https", "http"):
        raise DsnError("The DSN must begin with https:// or nothing.")
    host = parts.hostname or ""
    is_loopback = _is_loopback_host(host)
    if parts.scheme == "http" and not is_loopback:
        raise DsnError("The DSN must not use http:// except for an address of this machine (127.0.0.1).")
    if port is None:
        port = 443 if parts.scheme == "https" else 80
    return Endpoint(parts.scheme, host, port, is_loopback)


class PinnedResolver(AbstractResolver):
    """Resolves the endpoint's host and no other, and only to addresses that calls may go to.

    The connector connects to exactly the addresses returned here, so what was checked is what is used.
    """

    def __init__(self, endpoint: Endpoint, resolve: Resolve | None = None) -> None:
        self._endpoint = endpoint
        self._resolve = resolve or _resolve_by_system

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_UNSPEC,  # noqa: ARG002 - the base's
    ) -> list[ResolveResult]:
        """Raises `AddressRefused` if any of the name's addresses may not be called."""
        if host != self._endpoint.host:
            raise AddressRefused(f"{host} is not the configured host.")
        addresses = [ipaddress.ip_address(address) for address in await self._resolve(host, port)]
        for address in addresses:
            if not may_be_called(address, is_loopback=self._endpoint.is_loopback):
                raise AddressRefused(f"{host} resolves to {address}, which is not a public address.")
        return [_result(host, port, address) for address in addresses]

    async def close(self) -> None:
        """Nothing is held."""


def may_be_called(address: IpAddress, *, is_loopback: bool) -> bool:
    """Public addresses, and this machine's own for a loopback endpoint; an address inside another counts as
    itself.
    """
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return may_be_called(address.ipv4_mapped, is_loopback=is_loopback)
        if address.sixtofour is not None or address.teredo is not None:
            return False
    return address.is_loopback if is_loopback else address.is_global and not address.is_multicast


def _is_loopback_host(host: str) -> bool:
    """Whether the host is this machine; raises `DsnError` for one that may not be called or is none."""
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        if not _HOST_NAME.fullmatch(host) or not _ends_in_letters(host):
            raise DsnError("The DSN's host is not a name; write it as api8.unipile.com:13443.") from None
        return False
    if address.is_loopback:
        return True
    if not may_be_called(address, is_loopback=False):
        raise DsnError("The DSN's address is private; Unipile is reached by its public name.")
    return False


def _ends_in_letters(host: str) -> bool:
    """Resolvers take a name whose last label is a number, in any base, for an IPv4 address."""
    last = host.rpartition(".")[2]
    return not (last.isdecimal() or last.lower().startswith("0x"))


async def _resolve_by_system(host: str, port: int) -> Sequence[str]:
    resolver = ThreadedResolver()
    return [result["host"] for result in await resolver.resolve(host, port, socket.AF_UNSPEC)]


def _result(host: str, port: int, address: IpAddress) -> ResolveResult:
    return ResolveResult(
        hostname=host,
        host=str(address),
        port=port,
        family=socket.AF_INET6 if address.version == 6 else socket.AF_INET,
        proto=socket.IPPROTO_TCP,
        flags=socket.AI_NUMERICHOST,
    )
