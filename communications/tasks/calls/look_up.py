"""Asking a provider whether it knows a number."""

from communications.schemas.outbox import Accepted, Claimed
from communications.selectors.lookups import NUMBER_UNKNOWN
from unipile.client import UnipileClient
from unipile.errors import DisconnectedAccount, RateLimited, Refused, Rejected, Unauthorised, Unknown


async def call(client: UnipileClient, claimed: Claimed) -> Accepted:
    """One question. Raises any ``UnipileError`` but ``Unknown``: whoever wants to know asks again."""
    try:
        await client.attendees.profile(
            str(claimed.payload["phone"]), account_id=claimed.account, reason="a person looks a number up"
        )
    except (RateLimited, Unauthorised, DisconnectedAccount):
        raise
    except Refused as refusal:
        if refusal.status in (404, 422):
            raise Rejected(status=refusal.status, code=NUMBER_UNKNOWN) from refusal
        raise
    except Unknown as error:
        raise Rejected(status=error.status, code="no_answer", title=error.sentence) from error
    return Accepted({}, is_done=True)
