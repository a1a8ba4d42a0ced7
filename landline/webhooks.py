"""``landline webhooks``: what webhooks lead here, and registering them. Imported once Django is set up."""

from __future__ import annotations

import asyncio
import sys

from communications.ingest.connections import fold_connections
from communications.schemas.webhooks import Webhooks
from communications.selectors.webhooks import webhooks_document
from communications.tasks.metered import NotConfigured, metered_client
from communications.tasks.webhooks import webhooks_check, webhooks_register
from unipile.errors import UnipileError

SPOKEN = {
    "missing": "not registered",
    "no_address": "not registered, for PUBLIC_URL is not set",
    "wrong_address": "leads to another address",
    "disabled": "is switched off",
    "wrong_secret": "carries another secret",
    "events_missing": "leaves out events",
    "some_accounts": "leaves out accounts",
    "not_json": "is not JSON",
    "extra": "tells what another tells already",
}


def webhooks_run(*, register: bool) -> int:
    """0: upstream tells us everything; 1: it does not, or could not be asked."""
    try:
        asyncio.run(_asked(register=register))
    except NotConfigured:
        return _refuse("no Unipile is configured: run `landline connect`.")
    except UnipileError as error:
        return _refuse(error.sentence)
    return _tell(webhooks_document())


async def _asked(*, register: bool) -> None:
    async with metered_client("manage") as client, fold_connections(max_size=2) as connections:
        if register:
            await webhooks_register(client, connections, reason="somebody registers webhooks by the command")
        else:
            await webhooks_check(client, connections, reason="somebody looks at webhooks by the command")


def _tell(found: Webhooks) -> int:
    sys.stdout.write(f"Deliveries go to {found.address or 'no address'}.\n")
    for source in found.sources:
        sys.stdout.write(
            f"{source.source}: {'told to us' if source.problem is None else SPOKEN[source.problem]}\n"
        )
    for webhook in found.webhooks:
        if webhook.problems:
            faults = ", ".join(SPOKEN[problem] for problem in webhook.problems)
            missing = f" ({', '.join(webhook.events_missing)})" if webhook.events_missing else ""
            sys.stdout.write(f"webhook {webhook.id} to {webhook.request_url}: {faults}{missing}\n")
    if any(source.problem for source in found.sources):
        sys.stdout.write("`landline webhooks --register` registers what is missing or wrong.\n")
        return 1
    return 0


def _refuse(sentence: str) -> int:
    sys.stderr.write(f"landline: {sentence}\n")
    return 1
