"""What people want done with accounts: rows that a worker works on, and how it ended."""

import json
import uuid
from collections.abc import Mapping
from typing import Any, Final, get_args

from django.db import connection, transaction
from psycopg import AsyncConnection

from communications.errors import IdempotencyConflict, InvalidInput, NotFound, NotPermitted
from communications.ingest.unfinished import ACTS_TASK, job_announce_on_commit
from communications.models import AccountAct, AuditEntry, Channel, ChannelAccess
from communications.outbox.audit import audit_note
from communications.outbox.recipients import phone_digits
from communications.schemas import account_acts as schema
from communications.schemas.account_acts import Asked, ClaimedAct
from communications.selectors.account_acts import account_act_document

WORKED_ON_SECONDS: Final = 180
IN_THE_PAGE: Final = frozenset({"WHATSAPP", "TELEGRAM"})
# What is asked for and can be typed; the rest is done on the phone, or on Unipile's own page.
SENT: Final = frozenset({"2FA", "OTP"})
TYPED: Final = frozenset({"2FA", "OTP", "PHONE_REGISTER", "IN_APP_VALIDATION", "CONTRACT_CHOOSER"})
INTERRUPTED: Final = "The work on it was interrupted: look whether the account works, then try again."

_MAY_CONNECT: Final = """
SELECT FROM communications_user AS asking WHERE asking.id = %s AND (asking.is_superuser OR EXISTS (
    SELECT FROM communications_channelaccess WHERE user_id = asking.id AND role = 'owner'))
"""

_ADD: Final = """
INSERT INTO communications_accountact (
    author_id, client_id, channel_id, act, account_type, phone, external_account_id, options, answer)
VALUES (
    %(author)s, %(client_id)s, %(channel)s, %(act)s, %(account_type)s, %(phone)s, %(account)s, %(options)s, %(answer)s)
ON CONFLICT (author_id, client_id) DO NOTHING RETURNING id
"""

_KNOWN: Final = """
SELECT id FROM communications_accountact
WHERE author_id = %(author)s AND client_id = %(client_id)s AND channel_id IS NOT DISTINCT FROM %(channel)s
  AND act = %(act)s AND account_type = %(account_type)s AND phone = %(phone)s AND options = %(options)s
"""

_ANSWER: Final = """
UPDATE communications_accountact SET state = 'waiting', answer = %(code)s, qr_text = '', pairing_code = '', url = ''
WHERE id = %(id)s AND state = 'asking' AND asks = ANY(%(typed)s) AND expires_at > clock_timestamp()
"""

_RESEND: Final = """
UPDATE communications_accountact SET state = 'waiting', resends = true, qr_text = '', pairing_code = '', url = ''
WHERE id = %(id)s AND state = 'asking' AND asks = ANY(%(sent)s) AND expires_at > clock_timestamp()
"""

_RENEW: Final = """
UPDATE communications_accountact SET
    state = 'waiting', asks = '', qr_text = '', pairing_code = '', url = '', reason_code = '', reason = ''
WHERE id = %(id)s AND state IN ('asking', 'failed') AND act NOT IN ('remove', 'proxy') AND NOT options @> '{"has_proxy": true}'
"""

_CLAIM: Final = """
UPDATE communications_accountact AS act SET
    state = 'working', answer = '', resends = false, attempts = act.attempts + 1, attempted_at = clock_timestamp()
FROM (
    SELECT id, answer, resends FROM communications_accountact WHERE state = 'waiting' ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
) AS due
WHERE act.id = due.id
RETURNING act.id, act.attempts, act.act, act.account_type, act.phone, act.external_account_id, act.asks,
          act.client_id::text, act.options, due.answer, due.resends
"""

_END: Final = """
UPDATE communications_accountact SET
    state = %(state)s, reason_code = %(code)s, reason = %(reason)s,
    external_account_id = coalesce(nullif(%(account)s, ''), external_account_id)
WHERE id = %(id)s AND attempts = %(attempts)s AND state = 'working'
"""

_ASK: Final = """
UPDATE communications_accountact SET
    state = 'asking', asks = %(asks)s, qr_text = %(qr_text)s, pairing_code = %(pairing_code)s, url = %(url)s,
    external_account_id = coalesce(nullif(%(account)s, ''), external_account_id),
    reason_code = %(reason_code)s, reason = %(reason)s,
    expires_at = clock_timestamp() + make_interval(secs => %(seconds)s)
WHERE id = %(id)s AND attempts = %(attempts)s AND state = 'working'
"""

# A worker that was killed leaves its act behind; a code that nobody scanned is kept no longer than it is good for.
_TIDY: Final = """
UPDATE communications_accountact SET
    state = 'failed', reason_code = code, reason = words, qr_text = '', pairing_code = '', url = ''
FROM (VALUES (%(interrupted)s, 'interrupted', 'working'), (%(expired)s, 'expired', 'asking')) AS told (words, code, held)
WHERE state = held AND (
    state = 'working' AND attempted_at < clock_timestamp() - make_interval(secs => %(seconds)s)
    OR state = 'asking' AND expires_at < clock_timestamp())
"""
_WAITING: Final = "SELECT EXISTS (SELECT FROM communications_accountact WHERE state = 'waiting')"


def account_connect(
    user_id: int,
    *,
    client_id: uuid.UUID,
    account_type: str,
    by_link: bool,
    phone: str,
    sync_limit: Mapping[str, int] | None = None,
    proxy: Mapping[str, Any] | None = None,
) -> schema.AccountAct:
    """A new account, in the page or on Unipile's. ``sync_limit``: how many chats and messages upstream is to fetch at first;
    ``proxy``: by which it is connected, kept until the link is made, so that another link takes another act.

    Raises NotPermitted for whoever owns nothing here, InvalidInput.
    """
    owner_checked(user_id, "Owners connect accounts.")
    act = AccountAct.Act.LINK if by_link else AccountAct.Act.CONNECT
    word = account_type.upper()
    _in_the_page_checked(act, word)
    digits = phone_digits(phone) if phone and word == "WHATSAPP" and not by_link else ""
    if sync_limit and (not by_link or word in IN_THE_PAGE):
        raise InvalidInput("sync_limit: Unipile takes none for accounts of this kind")
    if proxy is not None and not by_link:
        raise InvalidInput(
            "proxy: Unipile takes one with a link; of an account that is connected it is set afterwards"
        )
    options: dict[str, Any] = {"sync_limit": dict(sync_limit)} if sync_limit else {}
    if proxy is not None:
        options["has_proxy"] = True
    return _add(
        user_id,
        client_id,
        act,
        account_type=word,
        phone=digits,
        options=options,
        answer="" if proxy is None else json.dumps(proxy),
    )


def setup_act(user_id: int, *, client_id: uuid.UUID, act: str) -> schema.AccountAct:
    """What concerns the way of all deliveries. Raises NotPermitted for whoever owns nothing here."""
    owner_checked(user_id, "Owners see to where Unipile delivers.")
    return _add(user_id, client_id, AccountAct.Act(act), account_type="")


def owns_or_runs(user_id: int) -> bool:
    """Whether the person owns an account, or runs the installation."""
    with connection.cursor() as cursor:
        cursor.execute(_MAY_CONNECT, [user_id])
        return cursor.fetchone() is not None


def owner_checked(user_id: int, sentence: str) -> None:
    """Raises NotPermitted unless the person owns an account, or runs the installation."""
    if not owns_or_runs(user_id):
        raise NotPermitted(sentence)


def channel_act(
    user_id: int,
    channel_id: int,
    *,
    client_id: uuid.UUID,
    act: str,
    confirmation: str,
    erases: bool = False,
    proxy: Mapping[str, Any] | None = None,
) -> schema.AccountAct:
    """Connect again, restart, remove an account that is known, or set its proxy. ``erases``: what is stored here goes too.

    Raises NotFound for a channel that is not the person's to read, NotPermitted by role, InvalidInput.
    """
    access = ChannelAccess.objects.filter(user=user_id, channel=channel_id).select_related("channel").first()
    if access is None:
        raise NotFound
    wanted = AccountAct.Act(act)
    if wanted is AccountAct.Act.REMOVE:
        if access.role != ChannelAccess.Role.OWNER:
            raise NotPermitted("Only owners of the account can remove it.")
        word = "erase" if erases else "remove"
        if confirmation != word:
            raise InvalidInput(f"confirmation: must be the word {word}")
    elif access.role not in (ChannelAccess.Role.OWNER, ChannelAccess.Role.ADMIN):
        raise NotPermitted("Owners and administrators of the account do that.")
    channel = access.channel
    word = channel.provider_word or channel.provider.upper()
    _in_the_page_checked(wanted, word)
    return _add(
        user_id,
        client_id,
        wanted,
        account_type=word,
        channel=channel,
        options={"erases": True} if erases and wanted is AccountAct.Act.REMOVE else {},
        answer=json.dumps(proxy) if wanted is AccountAct.Act.PROXY else "",
    )


def account_act_answer(user_id: int, act_id: int, code: str) -> schema.AccountAct:
    """Takes what a person typed for upstream. Raises NotFound, and InvalidInput where nothing that can be typed is asked for."""
    return _go_on(user_id, act_id, _ANSWER, {"code": code, "typed": sorted(TYPED)})


def account_act_resend(user_id: int, act_id: int) -> schema.AccountAct:
    """Asks for the code once more. Raises NotFound, and InvalidInput where no code that was sent is asked for."""
    return _go_on(user_id, act_id, _RESEND, {"sent": sorted(SENT)})


def account_act_renew(user_id: int, act_id: int) -> schema.AccountAct:
    """A new code or link in place of the old, or another attempt. Raises NotFound; InvalidInput while it is worked on or done."""
    return _go_on(user_id, act_id, _RENEW, {})


def account_act_found(user_id: int, act_id: int) -> schema.AccountAct:
    """Raises NotFound for an act that is not the person's own, or not theirs to do any more."""
    found = account_act_document(user_id, act_id)
    if found is None:
        raise NotFound
    return found


def _in_the_page_checked(act: AccountAct.Act, word: str) -> None:
    if act in (AccountAct.Act.CONNECT, AccountAct.Act.RECONNECT) and word not in IN_THE_PAGE:
        raise InvalidInput("accounts of this kind are connected on Unipile's own page: ask for a link")


def _add(
    user_id: int,
    client_id: uuid.UUID,
    act: AccountAct.Act,
    *,
    account_type: str,
    phone: str = "",
    channel: Channel | None = None,
    options: Mapping[str, Any] | None = None,
    answer: str = "",
) -> schema.AccountAct:
    asked: dict[str, Any] = {
        "author": user_id,
        "client_id": client_id,
        "channel": None if channel is None else channel.pk,
        "act": act.value,
        "account_type": account_type,
        "phone": phone,
        "account": "" if channel is None else channel.external_account_id,
        "options": json.dumps(options or {}),
        "answer": answer,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_ADD, asked)
        added = cursor.fetchone()
        if added is None:
            cursor.execute(_KNOWN, asked)
            known = cursor.fetchone()
            if known is None:
                raise IdempotencyConflict
            return account_act_found(user_id, known[0])
        audit_note(
            user_id,
            AuditEntry.Action.ACCOUNT_ACT,
            channel_id=asked["channel"],
            object_kind="account",
            object_id=str(asked["channel"] or account_type or "all"),
            result=f"{act.value}, and erase" if options and options.get("erases") else act.value,
        )
        job_announce_on_commit(ACTS_TASK)
        return account_act_found(user_id, added[0])


def _go_on(user_id: int, act_id: int, statement: str, asked: dict[str, Any]) -> schema.AccountAct:
    if account_act_found(user_id, act_id).state == "done":
        raise InvalidInput("it is done already")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, {"id": act_id, **asked})
        if not cursor.rowcount:
            raise InvalidInput("that cannot be done while the act is in this state")
        job_announce_on_commit(ACTS_TASK)
        return account_act_found(user_id, act_id)


async def account_act_claim(connection: AsyncConnection[Any]) -> ClaimedAct | None:
    """The next act that waits, as this worker's own, committed; what somebody typed leaves the database with it."""
    row = await (await connection.execute(_CLAIM)).fetchone()
    return None if row is None else ClaimedAct._make(row)


async def account_act_ask(connection: AsyncConnection[Any], claimed: ClaimedAct, asked: Asked) -> None:
    if asked.asks not in get_args(schema.Asks):
        raise ValueError(f"{asked.asks} is no kind of checkpoint")
    await connection.execute(_ASK, {"id": claimed.id, "attempts": claimed.attempts, **asked._asdict()})


async def account_act_end(
    connection: AsyncConnection[Any],
    claimed: ClaimedAct,
    *,
    account: str = "",
    code: str = "",
    reason: str = "",
) -> None:
    """Writes how the act ended: failed for the reason that ``code`` names, else done."""
    state = "failed" if code else "done"
    await connection.execute(
        _END,
        {
            "id": claimed.id,
            "attempts": claimed.attempts,
            "state": state,
            "code": code,
            "reason": reason,
            "account": account,
        },
    )


async def account_acts_tidy(connection: AsyncConnection[Any]) -> bool:
    """Ends acts that no worker and no person will end any more; returns whether any is waiting."""
    await connection.execute(
        _TIDY,
        {
            "interrupted": INTERRUPTED,
            "expired": "Nobody did in time what was asked for.",
            "seconds": WORKED_ON_SECONDS,
        },
    )
    row = await (await connection.execute(_WAITING)).fetchone()
    return row is not None and bool(row[0])
