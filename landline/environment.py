"""Environment variables as typed values.

Every reader returns a checked value or raises :class:`ConfigurationError` with one sentence that says
what to set. Nothing here reads ``os.environ``: ``landline.settings`` and the command line hand it in.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"0", "false", "no", "off"})


class ConfigurationError(ImproperlyConfigured):
    """A value is missing or malformed; the text is a sentence for the person who starts the program."""


@dataclass(frozen=True, slots=True)
class Bind:
    """Where a server listens: a host (name or address, without brackets) and a TCP port."""

    host: str
    port: int

    @property
    def is_loopback(self) -> bool:
        return is_loopback(self.host)

    @property
    def url(self) -> str:
        """The address a browser on this machine can open."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class PublicUrl:
    """The address by which people and Unipile reach this server: scheme, host and port, no path."""

    scheme: str
    host: str
    origin: str

    @property
    def is_https(self) -> bool:
        return self.scheme == "https"


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Environment:
    """Typed reading of a mapping of environment variables; an empty value counts as absent."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables

    def text(self, name: str) -> str | None:
        value = self._variables.get(name, "").strip()
        return value or None

    def flag(self, name: str, *, default: bool = False) -> bool:
        value = self.text(name)
        if value is None:
            return default
        if value.lower() in TRUE_WORDS:
            return True
        if value.lower() in FALSE_WORDS:
            return False
        raise ConfigurationError(f"{name} is {value!r}: set it to 1 or 0.")

    def whole_number(self, name: str, *, default: int, minimum: int, maximum: int) -> int:
        value = self.text(name)
        if value is None:
            return default
        if not value.isascii() or not value.isdigit() or not minimum <= int(value) <= maximum:
            raise ConfigurationError(
                f"{name} is {value!r}: set it to a whole number from {minimum} to {maximum}."
            )
        return int(value)

    def choice(self, name: str, *, options: Iterable[str], default: str) -> str:
        value = self.text(name) or default
        allowed = tuple(options)
        if value not in allowed:
            raise ConfigurationError(f"{name} is {value!r}: set it to one of {', '.join(allowed)}.")
        return value

    def folder(self, name: str, *, default: str) -> Path:
        """An absolute path; the folder need not exist."""
        path = Path(self.text(name) or default).expanduser().absolute()
        if path.exists() and not path.is_dir():
            raise ConfigurationError(f"{name} is {str(path)!r}, which is a file: set it to a folder.")
        return path

    def bind(self, name: str, *, default: str) -> Bind:
        value = self.text(name) or default
        host, colon, port = value.rpartition(":")
        host = host.removeprefix("[").removesuffix("]")
        if not (colon and host and port.isascii() and port.isdigit() and 1 <= int(port) <= 65535):
            raise ConfigurationError(
                f"{name} is {value!r}: set it to an address and a port such as 127.0.0.1:8000."
            )
        return Bind(host, int(port))

    def public_url(self, name: str) -> PublicUrl | None:
        value = self.text(name)
        if value is None:
            return None
        problem = (
            f"{name} is {value!r}: set it to an address such as https://inbox.example.org without a path."
        )
        try:
            parts = urlsplit(value)
            port = parts.port
        except ValueError as error:
            raise ConfigurationError(problem) from error
        if (
            parts.scheme not in {"http", "https"}
            or not parts.hostname
            or parts.path not in {"", "/"}
            or parts.query
            or parts.fragment
            or parts.username is not None
        ):
            raise ConfigurationError(problem)
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        standard = {"http": 80, "https": 443}[parts.scheme]
        suffix = "" if port in {None, standard} else f":{port}"
        return PublicUrl(parts.scheme, parts.hostname, f"{parts.scheme}://{host}{suffix}")

    def networks(self, name: str) -> tuple[str, ...] | None:
        """Comma-separated addresses or networks in their normal form; None when unset."""
        value = self.text(name)
        if value is None:
            return None
        networks = []
        for word in value.split(","):
            try:
                networks.append(str(ipaddress.ip_network(word.strip())))
            except ValueError as error:
                raise ConfigurationError(
                    f"{name} holds {word.strip()!r}: set it to addresses or networks separated by commas, "
                    "such as 127.0.0.1,10.0.0.0/8."
                ) from error
        return tuple(networks)

    def secret(self, name: str, *, kept_in: Path, minimum_length: int = 1) -> str | None:
        """A secret from NAME, from the file named by NAME_FILE, else from ``kept_in`` if that exists."""
        value, source = self._secret_and_source(name, kept_in)
        if value is None:
            return None
        if len(value) < minimum_length or not value.isascii() or not value.isprintable():
            raise ConfigurationError(
                f"{source} must hold at least {minimum_length} printable ASCII characters; "
                "`openssl rand -hex 32` makes a good value."
            )
        return value

    def text_or_file(self, name: str) -> str | None:
        """From NAME, or from the file named by NAME_FILE."""
        value = self.text(name)
        file_name = self.text(f"{name}_FILE")
        if value is not None and file_name is not None:
            raise ConfigurationError(f"{name} and {name}_FILE are both set: keep one of them.")
        if file_name is not None:
            return read_secret_file(Path(file_name), named_by=f"{name}_FILE")
        return value

    def _secret_and_source(self, name: str, kept_in: Path) -> tuple[str | None, str]:
        given = self.text_or_file(name)
        if given is not None:
            return given, name
        if is_there(kept_in):
            return read_kept_secret(kept_in), str(kept_in)
        return None, name


def is_there(path: Path) -> bool:
    """Also for a file in a folder this user may not look into: reading it then says so."""
    try:
        return path.exists()
    except PermissionError:
        return True


def read_kept_secret(path: Path) -> str:
    """What this program has kept in its data folder."""
    try:
        return read_secret_file(path, named_by="LANDLINE_DATA_DIR")
    except ConfigurationError as error:
        if not isinstance(error.__cause__, PermissionError):
            raise
        raise ConfigurationError(
            f"{path} cannot be read ({error.__cause__.strerror}): run as the user who owns that folder, or set "
            "LANDLINE_DATA_DIR to another folder."
        ) from None


def read_secret_file(path: Path, *, named_by: str) -> str:
    try:
        value = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not text"
        raise ConfigurationError(
            f"{named_by} points to {str(path)!r}, which cannot be read ({reason}): name a readable file."
        ) from error
    if not value:
        raise ConfigurationError(f"{named_by} points to {str(path)!r}, which is empty: put the secret there.")
    return value
