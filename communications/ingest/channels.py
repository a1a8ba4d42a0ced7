"""Channels, from upstream's list of accounts."""

import datetime as dt
from collections.abc import Collection
from typing import Any, Final

from psycopg import AsyncConnection

from communications.schemas.accounts import AccountFact

# The fold's: whoever writes a channel's rows holds it, and reads only after having it. A delivery of an account that is being
# added is either parked before it, and found by the replay that follows, or folded after it.
LOCK: Final = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
LOCK_BY_ID: Final = """
SELECT pg_advisory_xact_lock(hashtextextended(external_account_id, 0)) FROM communications_channel WHERE id = %s
"""

UPSERT: Final = """
INSERT INTO communications_channel AS held (external_account_id, provider, provider_word, name, own_identities)
VALUES (%(external_account_id)s, %(provider)s, %(provider_word)s, %(name)s, '{}')
ON CONFLICT (external_account_id) DO UPDATE SET
    provider = excluded.provider,
    provider_word = excluded.provider_word,
    name = coalesce(nullif(excluded.name, ''), held.name)
WHERE (held.provider, held.provider_word) IS DISTINCT FROM (excluded.provider, excluded.provider_word)
   OR excluded.name NOT IN ('', held.name)
"""

STATUS: Final = "SELECT landline_channel_status_listed(%s, %s, %s)"

# What follows from knowing ourselves better, down to the counts of conversations.
LEARN: Final = """
WITH learned AS (
    SELECT landline_own_identities_learn(
        json_build_array(json_build_object('account', %s::text, 'identities', %s::text[]))) AS channels
)
SELECT landline_conversations_recount(
    landline_identities_settle(channels || landline_own_identities_close(channels), NULL))
FROM learned
"""

# Our word, where upstream's would stand: its list does not show the account.
NOT_LISTED: Final = "NOT_LISTED"
UNLISTED: Final = "SELECT landline_channels_unlisted(%s, %s)"
UNLIST: Final = "SELECT landline_channels_unlist(%s, %s, %s)"

OWNERS_MAY_SEE: Final = """
INSERT INTO communications_channelaccess (user_id, channel_id, role)
SELECT owner.id, channel.id, 'owner'
FROM communications_user AS owner, communications_channel AS channel
WHERE owner.is_active AND channel.external_account_id = %s AND (owner.is_superuser OR EXISTS (
        SELECT FROM communications_accountact AS act
        WHERE act.external_account_id = channel.external_account_id AND act.author_id = owner.id
          AND act.act IN ('connect', 'link')))
  AND NOT EXISTS (SELECT FROM communications_channelaccess WHERE channel_id = channel.id)
ON CONFLICT (user_id, channel_id) DO NOTHING
"""


async def channel_upsert(connection: AsyncConnection[Any], account: AccountFact) -> None:
    """Makes or updates the channel of an account; who runs the installation, and who connected it, get access to a new one.

    What is parked for the account is replayed by whoever calls this, once it has committed.
    """
    async with connection.transaction():
        await connection.execute(LOCK, (account.external_account_id,))
        await connection.execute(
            UPSERT,
            {
                "external_account_id": account.external_account_id,
                "provider": account.provider,
                "provider_word": account.provider_word,
                "name": account.name,
            },
        )
        await connection.execute(STATUS, (account.external_account_id, account.status, account.status_word))
        await connection.execute(LEARN, (account.external_account_id, list(account.own_identities)))
        await connection.execute(OWNERS_MAY_SEE, (account.external_account_id,))


async def channels_unlisted(
    connection: AsyncConnection[Any], listed: Collection[str], begun_at: dt.datetime
) -> int:
    """How many channels are of no account of a list that was begun then, and are not known to be removed."""
    return (await connection.execute(UNLISTED, (list(listed), begun_at))).rowcount


async def channels_unlist(
    connection: AsyncConnection[Any], listed: Collection[str], begun_at: dt.datetime
) -> int:
    """Notes that upstream has these accounts no more, or not for this key. What is here stays. Returns how many."""
    async with connection.transaction():
        [(gone,)] = await (await connection.execute(UNLIST, (list(listed), begun_at, NOT_LISTED))).fetchall()
    return len(gone)
