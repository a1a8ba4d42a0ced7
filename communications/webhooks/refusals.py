"""Wrong secrets, counted per address: guessing is slowed down, deliveries with the right secret never are."""

import time
from collections import OrderedDict
from collections.abc import MutableMapping, Sequence
from ipaddress import ip_address, ip_network
from typing import Any, Final

import structlog

log = structlog.get_logger(__name__)

TRIES_PER_MINUTE: Final = 30
ADDRESSES_MAX: Final = 10_000
WINDOW_SECONDS: Final = 60
LOG_EVERY_SECONDS: Final = 10


class RefusalCounter:
    """Counts refused deliveries. ``X-Forwarded-For`` is believed only from ``trusted_proxies`` (networks)."""

    def __init__(self, trusted_proxies: Sequence[str]) -> None:
        self._proxies = [ip_network(network) for network in trusted_proxies]
        self._tries: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._logged_at = float("-inf")
        self._unlogged = 0

    def count(self, address: str) -> bool:
        """Counts one wrong secret; whether the address has had too many in this minute."""
        now = time.monotonic()
        since, tries = self._tries.pop(address, (now, 0))
        if now - since > WINDOW_SECONDS:
            since, tries = now, 0
        self._tries[address] = (since, tries + 1)
        while len(self._tries) > ADDRESSES_MAX:
            self._tries.popitem(last=False)
        self._log(now, address)
        return tries >= TRIES_PER_MINUTE

    def address_of(self, scope: MutableMapping[str, Any]) -> str:
        """The sender's address as far as it can be believed."""
        peer = scope["client"][0] if scope.get("client") else ""
        if not self._is_proxy(peer):
            return peer
        forwarded = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
        for hop in reversed(b",".join(forwarded).decode("latin-1").split(",")):
            if hop.strip() and not self._is_proxy(hop.strip()):
                return hop.strip()[:64]
        return peer

    def _is_proxy(self, address: str) -> bool:
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self._proxies)

    def _log(self, now: float, address: str) -> None:
        self._unlogged += 1
        if now - self._logged_at >= LOG_EVERY_SECONDS:
            log.warning("webhook_secret_refused", address=address, times=self._unlogged)
            self._logged_at, self._unlogged = now, 0
