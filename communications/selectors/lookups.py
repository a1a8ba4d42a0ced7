"""What was asked of a provider about numbers."""

from typing import Final

from communications.schemas.lookups import Lookup
from communications.selectors.queries import rows
from communications.selectors.values import id_text

# As the worker writes it for a number that nobody has there.
NUMBER_UNKNOWN: Final = "number_unknown"

_LOOKUP: Final = """
SELECT id, payload ->> 'phone', state, reason_code, reason FROM communications_intent
WHERE id = %s AND channel_id = %s AND kind = 'look_up'
"""


def lookup_document(channel_id: int, lookup_id: int) -> Lookup | None:
    found = rows(_LOOKUP, [lookup_id, channel_id])
    if not found:
        return None
    number, phone, state, code, reason = found[0]
    exists = True if state == "done" else False if code == NUMBER_UNKNOWN else None
    return Lookup(id=id_text(number), phone=f"+{phone}", state=state, exists=exists, reason=reason or None)
