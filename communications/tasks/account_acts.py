"""What people want done with accounts, and with the way from there to here: worked on once, and never repeated by itself."""

import asyncio
import datetime as dt
import json
import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import structlog
from django.conf import settings
from django.db import connection as django_connection
from procrastinate.contrib.django import app
from psycopg_pool import AsyncConnectionPool

from communications.feed.announce import changes_announce
from communications.ingest.connections import fold_connections
from communications.ingest.erase_account import account_erasure_begin
from communications.ingest.record import record
from communications.ingest.unfinished import ACCOUNTS_TASK, ACTS_TASK, ERASE_TASK, job_announce
from communications.models import Channel, User
from communications.outbox.account_acts import (
    account_act_ask,
    account_act_claim,
    account_act_end,
    account_acts_tidy,
)
from communications.schemas.account_acts import Asked, ClaimedAct
from communications.schemas.addresses import HOSTED_PATH
from communications.schemas.charges import charged
from communications.schemas.webhooks import REACHABILITY_SENTENCES
from communications.selectors.webhooks import deliveries_address
from communications.tasks.answers import answer_delivery
from communications.tasks.metered import metered_client
from communications.tasks.reachability import reachability_test
from communications.tasks.registrations import unserved
from communications.tasks.webhooks import webhooks_check, webhooks_register
from communications.webhooks.handlers.answers import REMOVED, answer_bytes
from unipile.client import UnipileClient
from unipile.errors import NotFound, Refused, UnipileError, Unknown
from unipile.resources.checkpoint import Connecting

log = structlog.get_logger(__name__)

# How long an image is good for is not documented; what it belongs to ends after five minutes.
QR_SECONDS: Final = 60
CHECKPOINT_SECONDS: Final = 300
LINK_SECONDS: Final = 3600
# The act goes with its channel: until then whoever asked sees that it is done.
ERASED_AFTER_SECONDS: Final = 10

NOT_KNOWN: Final = "Unipile did not say what became of it: look whether the account works, then try again."
WORDS: Final[Mapping[str, str]] = {
    "auth_in_progress": "Another attempt to connect this account is still open: try again in five minutes.",
    "request_timeout": "It took too long and has expired: ask for a new code.",
    "invalid_checkpoint_solution": "That code is wrong or has expired: try again.",
    "invalid_credentials": "The provider refused that: try again.",
    "captcha_not_supported": "The provider wants a picture puzzle solved: use the link to Unipile's page.",
    "feature_not_implemented": "Unipile cannot do that for accounts of this kind: use the link to its page.",
    "missing_credentials": "Unipile refuses our key: set it anew.",
    "not_registered": "Unipile took the webhooks but does not list them as they should be: see what is missing, and try again.",
    "not_resent": "The provider does not send it again: type the one you have, or begin anew.",
    "did_not_restart": "Unipile could not restart it: connect the account again.",
}


@app.task(name=ACTS_TASK, queueing_lock=ACTS_TASK)
async def account_acts() -> None:
    """Works on all that wait, one after the other."""
    if not settings.LANDLINE_UPSTREAM.is_configured():
        return
    async with metered_client("manage") as client, fold_connections(max_size=2) as connections:
        await account_acts_work(client, connections)


async def account_acts_work(client: UnipileClient, connections: AsyncConnectionPool[Any]) -> int:
    """Returns how many acts were worked on."""
    worked = 0
    while True:
        async with connections.connection() as connection:
            claimed = await account_act_claim(connection)
        if claimed is None:
            return worked
        await _work(client, connections, claimed)
        worked += 1


async def account_acts_due_announce(connections: AsyncConnectionPool[Any]) -> None:
    """Acts whose job was lost; what nobody will end is ended."""
    async with connections.connection() as connection:
        waits = await account_acts_tidy(connection)
    if waits and settings.LANDLINE_UPSTREAM.is_configured():
        await job_announce(ACTS_TASK)


async def _work(client: UnipileClient, connections: AsyncConnectionPool[Any], claimed: ClaimedAct) -> None:
    try:
        with charged(account=claimed.account):
            asked = await ACTS[claimed.act](client, connections, claimed)
    except UnipileError as error:
        log.warning("account_act_failed", act=claimed.act, code=error.code)
        async with connections.connection() as connection:
            await account_act_end(connection, claimed, code=error.code, reason=words_of(error))
    except Exception as error:
        log.exception("account_act_fault", act=claimed.act, error=type(error).__name__)
        async with connections.connection() as connection:
            await account_act_end(connection, claimed, code="fault", reason=NOT_KNOWN)
    else:
        async with connections.connection() as connection:
            if asked is None:
                await account_act_end(connection, claimed)
            else:
                await account_act_ask(connection, claimed, asked)
        log.info("account_act_worked_on", act=claimed.act, asks=None if asked is None else asked.asks)


def words_of(error: UnipileError) -> str:
    """An error in words for the person: what is the matter, and what to do."""
    if isinstance(error, Unknown):
        return NOT_KNOWN
    if isinstance(error, Refused):
        return WORDS.get(error.code, error.sentence)
    return f"Unipile cannot be reached: {error.sentence}"


async def _connect(
    client: UnipileClient, _connections: AsyncConnectionPool[Any], claimed: ClaimedAct
) -> Asked | None:
    if claimed.resends:
        return await _resend(client, claimed)
    if claimed.code:
        connecting = await client.accounts.answer_checkpoint(
            claimed.account, claimed.account_type, claimed.code, reason="a person answers a checkpoint"
        )
    else:
        connecting = await client.accounts.connect(
            claimed.account_type,
            pairing_phone=claimed.phone or None,
            reconnect_account_id=claimed.account if claimed.act == "reconnect" else None,
            reason="a person connects an account",
        )
    return await _asked(connecting)


async def _resend(client: UnipileClient, claimed: ClaimedAct) -> Asked:
    """Asks for the code again. What was asked for stays, whether or not another code came."""
    asked = Asked(account=claimed.account, asks=claimed.asked, seconds=CHECKPOINT_SECONDS)
    try:
        is_sent = await client.accounts.resend_checkpoint(
            claimed.account, claimed.account_type, reason="a person wants a code once more"
        )
    except Refused as error:
        return asked._replace(reason_code=error.code, reason=words_of(error))
    return asked if is_sent else asked._replace(reason_code="not_resent", reason=WORDS["not_resent"])


async def _asked(connecting: Connecting) -> Asked | None:
    checkpoint = connecting.checkpoint
    if checkpoint is None:
        await job_announce(ACCOUNTS_TASK)
        return None
    return Asked(
        account=connecting.account_id,
        asks=checkpoint.kind.value,
        seconds=QR_SECONDS if checkpoint.qr_text else CHECKPOINT_SECONDS,
        qr_text=checkpoint.qr_text or "",
        pairing_code=checkpoint.pairing_code or "",
    )


async def _link(
    client: UnipileClient, _connections: AsyncConnectionPool[Any], claimed: ClaimedAct
) -> Asked | None:
    token = settings.LANDLINE_HOSTED_TOKEN
    if token is None:
        raise Refused(
            status=None,
            code="no_hosted_token",
            title="Set LANDLINE_HOSTED_TOKEN: without it, Unipile could not tell us that the account is connected.",
        )
    url = await client.accounts.hosted_link(
        providers=[claimed.account_type],
        expires_at=dt.datetime.now(dt.UTC) + dt.timedelta(seconds=LINK_SECONDS),
        notify_url=f"{settings.LANDLINE_DELIVERIES_ORIGIN}{HOSTED_PATH}{token}/",
        correlation=claimed.client_id,
        reconnect_account_id=claimed.account or None,
        sync_limit=claimed.options.get("sync_limit"),
        proxy=_proxy_given(claimed) if claimed.options.get("has_proxy") else None,
        reason="a person connects an account on Unipile's page",
    )
    return Asked(account="", asks="LINK", seconds=LINK_SECONDS, url=url)


async def _restart(
    client: UnipileClient, _connections: AsyncConnectionPool[Any], claimed: ClaimedAct
) -> Asked | None:
    if not await client.accounts.restart(claimed.account, reason="a person restarts an account"):
        raise Refused(status=None, code="did_not_restart")
    await job_announce(ACCOUNTS_TASK)
    return None


async def _proxy(
    client: UnipileClient, _connections: AsyncConnectionPool[Any], claimed: ClaimedAct
) -> Asked | None:
    reason = "a person sets the proxy of an account"
    await client.accounts.set_proxy(claimed.account, _proxy_given(claimed), reason=reason)
    return None


def _proxy_given(claimed: ClaimedAct) -> dict[str, object] | None:
    """An empty user name or password is left out."""
    given = json.loads(claimed.code)
    return None if given is None else {name: value for name, value in given.items() if value != ""}


async def _webhooks_check(
    client: UnipileClient, connections: AsyncConnectionPool[Any], _claimed: ClaimedAct
) -> Asked | None:
    await webhooks_check(client, connections, reason="a person looks what webhooks are registered")
    return None


async def _webhooks_register(
    client: UnipileClient, connections: AsyncConnectionPool[Any], _claimed: ClaimedAct
) -> Asked | None:
    judged = await webhooks_register(client, connections, reason="a person registers webhooks")
    if unserved(judged):
        raise Refused(status=None, code="not_registered")
    return None


async def _probe(
    _client: UnipileClient, connections: AsyncConnectionPool[Any], _claimed: ClaimedAct
) -> Asked | None:
    secret = next(iter(settings.LANDLINE_WEBHOOK_SECRETS), "")
    code = await reachability_test(connections, deliveries_address(), secret)
    if code != "ok":
        raise Refused(status=None, code=code, title=REACHABILITY_SENTENCES[code])
    return None


async def _remove(
    client: UnipileClient, connections: AsyncConnectionPool[Any], claimed: ClaimedAct
) -> Asked | None:
    """Removes the account; one that is gone already counts as removed. That it is gone is a fact like any other."""
    try:
        await client.accounts.delete(claimed.account, reason="a person removes an account")
    except NotFound:
        log.info("account_gone_already", account=claimed.account)
    raw = answer_bytes(REMOVED, account=claimed.account, asked_by=uuid.UUID(claimed.client_id), answer={})
    await record(connections, [answer_delivery(raw)])
    async with connections.connection() as connection:
        await changes_announce(connection)
    if claimed.options.get("erases"):
        await asyncio.to_thread(_erasure_begin, claimed)
        await job_announce(ERASE_TASK, after_seconds=ERASED_AFTER_SECONDS)
    return None


def _erasure_begin(claimed: ClaimedAct) -> None:
    try:
        author = User.objects.get(accountact__pk=claimed.id)
        channel = Channel.objects.get(external_account_id=claimed.account)
        account_erasure_begin(channel, erased_by=author.username)
    finally:
        django_connection.close()


Work = Callable[[UnipileClient, AsyncConnectionPool[Any], ClaimedAct], Awaitable[Asked | None]]
ACTS: Final[Mapping[str, Work]] = {
    "connect": _connect,
    "reconnect": _connect,
    "link": _link,
    "reconnect_link": _link,
    "restart": _restart,
    "remove": _remove,
    "proxy": _proxy,
    "probe": _probe,
    "webhooks_check": _webhooks_check,
    "webhooks_register": _webhooks_register,
}
