"""How the acts of people on accounts stand."""

from typing import Final

from communications.schemas.account_acts import AccountAct
from communications.selectors.queries import rows
from communications.selectors.values import id_text, instant, optional_instant

# Nobody answers a scanned code: that the account works is told by upstream's own events, and shows here.
_ACT: Final = """
SELECT act.id, act.channel_id, act.act, act.account_type, CASE
           WHEN (act.state = 'asking' OR act.reason_code = 'expired') AND EXISTS (
               SELECT FROM communications_channel AS channel
               WHERE act.external_account_id <> '' AND channel.external_account_id = act.external_account_id
                 AND channel.status = 'ok' AND (act.act = 'connect' OR channel.status_since >= act.attempted_at)
           ) THEN 'done'
           WHEN act.state = 'asking' AND act.expires_at <= clock_timestamp() OR act.reason_code = 'expired' THEN 'expired'
           ELSE act.state END AS shown,
       act.asks, act.qr_text, act.pairing_code, act.url, act.expires_at, act.reason_code, act.reason, act.created_at
FROM communications_accountact AS act
WHERE act.id = %(id)s AND act.author_id = %(user_id)s AND (
    act.channel_id IS NULL AND EXISTS (
        SELECT FROM communications_user AS author WHERE author.id = act.author_id AND (author.is_superuser OR EXISTS (
            SELECT FROM communications_channelaccess WHERE user_id = author.id AND role = 'owner')))
    OR EXISTS (
        SELECT FROM communications_channelaccess AS access
        WHERE access.channel_id = act.channel_id AND access.user_id = act.author_id AND access.role IN ('owner', 'admin')))
"""


def account_act_document(user_id: int, act_id: int) -> AccountAct | None:
    """``None`` unless it is the person's own, and still theirs to do."""
    found = rows(_ACT, {"id": act_id, "user_id": user_id})
    if not found:
        return None
    number, channel, act, kind, state, asks, qr_text, pairing_code, url, expires_at, code, reason, at = found[
        0
    ]
    is_asking = state == "asking"
    return AccountAct(
        id=id_text(number),
        channel_id=None if channel is None else id_text(channel),
        act=act,
        account_type=kind,
        state=state,
        asks=asks if is_asking and asks else None,
        qr_text=qr_text if is_asking and qr_text else None,
        pairing_code=pairing_code if is_asking and pairing_code else None,
        url=url if is_asking and url else None,
        expires_at=optional_instant(expires_at) if is_asking else None,
        reason_code=code if code and state != "done" else None,
        reason=reason if reason and state != "done" else None,
        asked_at=instant(at),
    )
