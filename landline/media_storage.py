"""Where files of messages are kept: a folder of the data folder, or any storage Django knows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from landline.environment import ConfigurationError, Environment

FOLDER_BACKEND = "django.core.files.storage.FileSystemStorage"


def media_storage_settings(environment: Environment, *, data_dir: Path) -> dict[str, Any]:
    """One entry of Django's STORAGES. Raises ConfigurationError for options that are no JSON object."""
    backend = environment.text("LANDLINE_MEDIA_STORAGE")
    if backend is None:
        return {
            "BACKEND": FOLDER_BACKEND,
            "OPTIONS": {
                "location": str(data_dir / "media"),
                "file_permissions_mode": 0o600,
                "directory_permissions_mode": 0o700,
            },
        }
    return {"BACKEND": backend, "OPTIONS": storage_options(environment)}


def storage_options(environment: Environment) -> dict[str, Any]:
    problem = (
        "LANDLINE_MEDIA_STORAGE_OPTIONS must be a JSON object with the options of the storage, "
        'such as {"bucket_name": "inbox"}.'
    )
    try:
        options = json.loads(environment.text_or_file("LANDLINE_MEDIA_STORAGE_OPTIONS") or "{}")
    except ValueError as error:
        raise ConfigurationError(problem) from error
    if not isinstance(options, dict):
        raise ConfigurationError(problem)
    return options


def storage_secrets(storage: dict[str, Any]) -> tuple[str, ...]:
    """What of the options no log may show."""
    words = ("secret", "password", "key", "token", "connection_string")
    return tuple(
        value
        for name, value in storage["OPTIONS"].items()
        if isinstance(value, str) and len(value) >= 8 and any(word in name.lower() for word in words)
    )
