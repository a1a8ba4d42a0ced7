"""Handing an address and a key of Unipile to a short-lived process, which tries them and keeps them.

A web process calls nobody and keeps no key: what the form brings goes through its memory once, by standard input, and is in no
argument, table or log.
"""

import json
import subprocess
import sys
from typing import Final, NamedTuple

from django.db import transaction

from communications.errors import Busy, CredentialsRefused
from communications.models import AuditEntry
from communications.outbox.audit import audit_note

DEADLINE_SECONDS: Final = 45
COMMAND: Final = (sys.executable, "-m", "landline", "connect", "--stdin", "--json")


class Connected(NamedTuple):
    accounts: int


def upstream_connect(user_id: int, dsn: str, api_key: str) -> Connected:
    """Raises CredentialsRefused with the reason and words. What was tried is recorded, and how it ended; the key is not."""
    try:
        done = subprocess.run(  # noqa: S603 (our own program; what people gave is its input, not its arguments)
            COMMAND,
            input=json.dumps({"dsn": dsn, "api_key": api_key}),
            capture_output=True,
            text=True,
            timeout=DEADLINE_SECONDS,
            check=False,
        )
        told = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        raise Busy("The credentials could not be tried in time. Nothing was changed; try again.") from None
    with transaction.atomic():
        audit_note(
            user_id,
            AuditEntry.Action.CREDENTIALS_SET,
            channel_id=None,
            object_kind="unipile",
            object_id="credentials",
            result=told["code"],
        )
    if told["code"] != "connected":
        raise CredentialsRefused(told["code"], told["sentence"])
    return Connected(accounts=told["accounts"])
