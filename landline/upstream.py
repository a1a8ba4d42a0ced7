"""The key to Unipile, kept out of every process that does not call it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args
from urllib.parse import urlsplit

from landline.environment import ConfigurationError, Environment, is_loopback, is_there, read_kept_secret

DSN_WITHOUT_SCHEME = re.compile(r"[A-Za-z0-9.-]+(:\d+)?")


@dataclass(frozen=True, slots=True)
class UpstreamCredentials:
    """Where Unipile's API answers (scheme, host, port; no path, no last slash) and the key it wants."""

    base_url: str
    api_key: str

    def __repr__(self) -> str:
        return f"UpstreamCredentials({self.base_url!r}, api_key=[removed])"


KEPT_NAME = "unipile.json"
Source = Literal["environment", "kept", "simulated"]


class UpstreamAccess:
    """Where Unipile is, and its key: of the environment, else of the one file that ``landline connect`` writes, else simulated.

    Read whenever asked, so that credentials are replaced without a restart. The key is for the worker and single commands.
    """

    def __init__(self, environment: Environment, *, kept_in: Path, process_role: str) -> None:
        self._environment = environment
        self._kept = kept_in / KEPT_NAME
        self._process_role = process_role

    @property
    def kept_path(self) -> Path:
        return self._kept

    def source(self) -> Source | None:
        """Where credentials come from. A web process is told by the launcher what only others can see."""
        told = self._environment.choice("LANDLINE_UPSTREAM_SOURCE", options=get_args(Source), default="kept")
        if told == "environment" or self._given("UNIPILE_DSN"):
            return "environment"
        if is_there(self._kept):
            return "kept"
        return "simulated" if told == "simulated" or self._given("LANDLINE_SIMULATED_DSN") else None

    def is_configured(self) -> bool:
        return self.source() is not None

    def credentials(self) -> UpstreamCredentials | None:
        """The credentials, or None when no Unipile is configured.

        Raises ConfigurationError for half a configuration, and in a web process, which must not hold the key.
        """
        if self._process_role == "web":
            raise ConfigurationError("A web process must not read the key of Unipile; the worker calls it.")
        match self.source():
            case "environment":
                return self._of_environment("UNIPILE_DSN", "UNIPILE_API_KEY")
            case "kept":
                return self._of_file()
            case "simulated":
                return self._of_environment("LANDLINE_SIMULATED_DSN", "LANDLINE_SIMULATED_API_KEY")
        return None

    def _given(self, name: str) -> bool:
        return self._environment.text_or_file(name) is not None

    def _of_environment(self, dsn_name: str, key_name: str) -> UpstreamCredentials:
        dsn = self._environment.text_or_file(dsn_name)
        api_key = self._environment.text_or_file(key_name)
        if dsn is None or api_key is None:
            raise ConfigurationError(f"{dsn_name} is set but {key_name} is not: set both, or neither.")
        return UpstreamCredentials(base_url(dsn), api_key)

    def _of_file(self) -> UpstreamCredentials:
        written = read_kept_secret(self._kept)
        try:
            held = json.loads(written)
            return UpstreamCredentials(base_url(held["dsn"]), held["api_key"])
        except (ValueError, KeyError, TypeError) as error:
            raise ConfigurationError(
                f"{self._kept} is damaged: run `landline connect` again, which writes it anew."
            ) from error


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
