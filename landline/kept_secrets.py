"""The secrets an installation makes for itself: where they are kept and how they are made.

Each is a file of mode 0600 in ``LANDLINE_DATA_DIR/secrets``; none has a built-in value.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from landline.environment import ConfigurationError, is_there

# 128 bits in hexadecimal (S1); Django's own check warns below 50 characters.
WEBHOOK_SECRET_MINIMUM_LENGTH = 32
SECRET_KEY_MINIMUM_LENGTH = 50


def secrets_folder(data_dir: Path) -> Path:
    return data_dir / "secrets"


def secret_make(path: Path, value: str) -> bool:
    """Writes ``value`` to a new file only its owner can read; False when the file was already there.

    Raises ConfigurationError where this user may not write.
    """
    if is_there(path):
        return False
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise ConfigurationError(
            f"{path.parent} cannot be written ({error.strerror}): set LANDLINE_DATA_DIR to a folder this user"
            " may write to."
        ) from error
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(f"{value}\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(unfinished, path)
        except FileExistsError:
            return False
        return True
    finally:
        unfinished.unlink()


def secret_replace(path: Path, value: str) -> None:
    """Writes ``value`` in place of what the file held; readers see the old or the new, never a part. Raises OSError."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    path.parent.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    unfinished.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(f"{value}\n")
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def random_secret_key() -> str:
    return secrets.token_urlsafe(48)


def random_webhook_secret() -> str:
    return secrets.token_hex(32)


def random_password() -> str:
    """Twenty letters and digits in groups, without those that look alike: 99 bits, typable from a screen."""
    alphabet = "abcdefghjkmnpqrstuvwxyz23456789"
    groups = ("".join(secrets.choice(alphabet) for _ in range(5)) for _ in range(4))
    return "-".join(groups)
