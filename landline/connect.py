"""``landline connect``: an address and a key of Unipile, tried and then kept. Imported once Django is set up."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import json
import sys

from django.conf import settings

from communications.tasks.connecting import CLOCK_OFF_SECONDS, CLOCK_SENTENCE, Tried, credentials_try
from landline.environment import ConfigurationError, read_secret_file
from landline.kept_secrets import secret_replace
from landline.upstream import base_url

FIXED = "The environment sets UNIPILE_DSN: change it there, or unset it first. A demo stays a demo."


def connect_run(options: argparse.Namespace) -> int:
    """Tries the credentials by one call and keeps them if they work; returns the exit code."""
    upstream = settings.LANDLINE_UPSTREAM
    if upstream.source() == "environment":
        return _tell(Tried("fixed_by_environment", FIXED), as_json=options.json)
    dsn, api_key = _asked(options)
    tried = asyncio.run(credentials_try(dsn, api_key))
    if tried.code == "connected":
        try:
            kept = json.dumps({"dsn": base_url(dsn), "api_key": api_key})
            secret_replace(upstream.kept_path, kept)
        except OSError as error:
            sentence = f"{upstream.kept_path} cannot be written ({error.strerror}): set LANDLINE_DATA_DIR to another folder."
            tried = Tried("unwritable", sentence)
    return _tell(tried, as_json=options.json)


def _asked(options: argparse.Namespace) -> tuple[str, str]:
    if options.stdin:
        try:
            given = json.loads(sys.stdin.read())
            return str(given["dsn"]).strip(), str(given["api_key"]).strip()
        except (ValueError, KeyError, TypeError):
            raise ConfigurationError('Standard input must hold {"dsn": …, "api_key": …}.') from None
    try:
        dsn = options.dsn or input("DSN (as in Unipile's dashboard): ")
        if options.key_file is not None:
            return dsn.strip(), read_secret_file(options.key_file, named_by="--key-file")
        return dsn.strip(), getpass.getpass("Access token (not shown): ").strip()
    except EOFError:
        sys.stdout.write("\n")
        raise ConfigurationError(
            "Nobody is there to answer: give --dsn and --key-file, or --stdin."
        ) from None


def _tell(tried: Tried, *, as_json: bool) -> int:
    off = tried.clock_off_seconds
    if as_json:
        sys.stdout.write(f"{json.dumps(tried._asdict())}\n")
    else:
        sys.stdout.write(f"{tried.sentence}\n")
        if off is not None and abs(off) > CLOCK_OFF_SECONDS:
            sys.stdout.write(f"{CLOCK_SENTENCE.format(seconds=off)}\n")
    return 0 if tried.code == "connected" else 1
