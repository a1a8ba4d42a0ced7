"""How the last test ended whether deliveries can arrive, and what has arrived since."""

import datetime as dt
from typing import Final

from communications.schemas.webhooks import REACHABILITY_SENTENCES, Reachability
from communications.selectors.queries import rows
from communications.selectors.values import optional_instant
from communications.selectors.webhooks import deliveries_address

_TEST: Final = "SELECT asked_at, tested_at, address, code FROM communications_reachabilitytest"

# Ids sort by time: the newest end of the primary key. The probe is a delivery of our own.
_OF_UNIPILE: Final = """
SELECT received_at FROM communications_webhookdelivery
WHERE source IN ('webhook', 'hosted') AND event <> 'landline_probe' ORDER BY id DESC LIMIT 1
"""


def reachability_document() -> Reachability:
    """A test of an earlier address says nothing of the present one."""
    address = deliveries_address()
    delivered = rows(_OF_UNIPILE, [])
    unipile_at: dt.datetime | None = delivered[0][0] if delivered else None
    asked_at, tested_at, _, code = next(
        (row for row in rows(_TEST, []) if row[2] == address), (None, None, address, None)
    )
    is_delivered = asked_at is not None and unipile_at is not None and unipile_at >= asked_at
    return Reachability(
        address=address or None,
        asked_at=optional_instant(asked_at),
        tested_at=optional_instant(tested_at),
        proven="unipile" if is_delivered else "ourselves" if code == "ok" else None,
        code=code,
        reason=None if code is None else REACHABILITY_SENTENCES[code],
        unipile_at=optional_instant(unipile_at),
    )
