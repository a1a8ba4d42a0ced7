"""The key to Unipile, kept out of every process that does not call it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from landline.environment import ConfigurationError, Environment, is_loopback

DSN_WITHOUT_SCHEME = re.compile(r"[A-Za-z0-9.-]+(:\d+)?")


@dataclass(frozen=True, slots=True)
class UpstreamCredentials:
    """Where Unipile's API answers (scheme, host, port; no path, no last slash) and the key it wants."""

    base_url: str
    api_key: str

    def __repr__(self) -> str:
        return f"UpstreamCredentials({self.base_url!r}, api_key=[removed])"


class UpstreamAccess:
    """Reads UNIPILE_DSN and UNIPILE_API_KEY when asked, and only for the worker and single commands."""

    def __init__(self, environment: Environment, *, kept_in: Path, process_role: str) -> None:
        self._environment = environment
        self._kept_in = kept_in
        self._process_role = process_role

    def is_configured(self) -> bool:
        return self._dsn() is not None

    def credentials(self) -> UpstreamCredentials | None:
        """The credentials, or None when no Unipile is configured.

        Raises ConfigurationError for half a configuration, and in a web process, which must not hold the key.
        """
        if self._process_role == "web":
            raise ConfigurationError("A web process must not read the key of Unipile; the worker calls it.")
        dsn = self._dsn()
        if dsn is None:
            return None
        api_key = self._environment.secret("UNIPILE_API_KEY", kept_in=self._kept_in / "unipile_api_key")
        if api_key is None:
            raise ConfigurationError("UNIPILE_DSN is set but UNIPILE_API_KEY is not: set both, or neither.")
        return UpstreamCredentials(base_url(dsn), api_key)

    def _dsn(self) -> str | None:
        return self._environment.secret("UNIPILE_DSN", kept_in=self._kept_in / "unipile_dsn")


def base_url(dsn: str) -> str:
    """``api8.unipile.com:13851`` or a full address, as the dashboard shows them, to one normal form."""
    problem = (
        "UNIPILE_DSN must be the address of your Unipile dashboard, such as https://api8.unipile.com:13851."
    )
    address = f"https://{dsn}" if DSN_WITHOUT_SCHEME.fullmatch(dsn) else dsn
    try:
        parts = urlsplit(address)
        parts.port  # noqa: B018  (raises for what is no port)
    except ValueError as error:
        raise ConfigurationError(problem) from error
    if (
        parts.scheme not in {"http", "https"}
        or not parts.hostname
        or parts.query
        or parts.username is not None
    ):
        raise ConfigurationError(problem)
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ConfigurationError("UNIPILE_DSN must use https, or the key would travel in the open.")
    return f"{parts.scheme}://{parts.netloc}"
