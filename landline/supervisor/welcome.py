"""The last words of a start: the address, the login, how to send a first message."""

from __future__ import annotations

import json
import secrets
import shlex
import time
from datetime import UTC, datetime

from django.conf import settings
from django.db import connections

from communications.models import Channel
from communications.schemas.addresses import WEBHOOK_PATH
from landline.first_user import FirstLogin
from landline.kept_secrets import secrets_folder

SIMULATED_ACCOUNT_SECONDS, ACCOUNT_SECONDS = 10.0, 3.0
"""How long the address is kept back for the sake of the example; real accounts may not be there at all."""


def welcome(login: FirstLogin, account_id: str | None, *, with_simulator: bool) -> str:
    """Plain lines for the terminal. The password is shown in the start that made it, never again."""
    public = settings.LANDLINE_PUBLIC_URL
    address = settings.LANDLINE_BIND.url if public is None else public.origin
    lines = ["", f"Landline is ready at {address}/", f"  Log in as      {login_line(login)}"]
    if with_simulator:
        lines.append(f"  First message  play the customer at {settings.LANDLINE_SIMULATOR_BIND.url}/")
    else:
        lines.append("  First message  write to one of your accounts from another phone")
    if account_id is not None:
        lines.append(f"  or run         {curl_line(account_id)}")
    lines += ["  Stop           Ctrl-C", ""]
    return "\n".join(lines) + "\n"


def login_line(login: FirstLogin) -> str:
    if login.is_new:
        return f"{login.username}, password {login.password} (shown once; kept in {login.kept_in})"
    if login.password is not None:
        return f"{login.username}; the password is in {login.kept_in}"
    return f"{login.username}, with the password you chose"


def curl_line(account_id: str) -> str:
    """A command that delivers one message as Unipile does; the secret itself is not in it."""
    kept = secrets_folder(settings.LANDLINE_DATA_DIR) / "webhook_secret"
    secret = f"$(cat {shlex.quote(str(kept))})" if kept.exists() else "$LANDLINE_WEBHOOK_SECRET"
    body = {
        "event": "message.received",
        "account_id": account_id,
        "message": {
            "id": f"hello-{secrets.token_hex(4)}",
            "chat_id": "hello",
            "text": "Hello, Landline!",
            "from": {"id": "visitor", "name": "Vera Visitor", "is_self": False},
            "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        },
        "chat": {"id": "hello", "name": "Vera Visitor"},
    }
    headers = f'-H "Unipile-Auth: {secret}" -H "Content-Type: application/json"'
    delivery = shlex.quote(json.dumps(body, separators=(",", ":")))
    return f"curl {headers} -d {delivery} {settings.LANDLINE_BIND.url}{WEBHOOK_PATH}"


def account_await(*, with_simulator: bool) -> str | None:
    """The id of a WhatsApp account once the worker has listed the accounts; None if there is none in time."""
    deadline = time.monotonic() + (SIMULATED_ACCOUNT_SECONDS if with_simulator else ACCOUNT_SECONDS)
    try:
        while time.monotonic() < deadline:
            ids = Channel.objects.filter(provider="whatsapp").order_by("id")
            found = ids.values_list("external_account_id", flat=True).first()
            if found is not None:
                return found
            time.sleep(0.1)
        return None
    finally:
        connections.close_all()
