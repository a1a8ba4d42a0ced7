"""One delivery of the ledger: seen, and folded again, by whoever administers its channel."""

import json
import uuid
from typing import Any

from communications.errors import NotFound
from communications.ingest.connections import fold_connections
from communications.refold.difference import Difference, delivery_difference
from communications.refold.replay import deliveries_replay
from communications.refold.selection import DeliverySelection
from communications.schemas.ledger import DeliveryDifference, FieldChange
from communications.selectors.queries import rows
from communications.selectors.scope import Administered


def readable_delivery(theirs: Administered, delivery_id: uuid.UUID) -> int | None:
    """Checks that a delivery is the person's to see; returns its channel. Raises NotFound."""
    selection = DeliverySelection(
        ids=(delivery_id,), channel_ids=theirs.channel_ids, is_channelless_included=theirs.owns_one
    )
    found = rows(
        f"""SELECT channel.id FROM communications_webhookdelivery AS delivery
        LEFT JOIN communications_channel AS channel ON channel.external_account_id = delivery.external_account_id
        WHERE {selection.condition()}""",  # noqa: S608 (constants)
        selection.parameters(),
    )
    if not found:
        raise NotFound
    return None if found[0][0] is None else int(found[0][0])


async def difference_of(delivery_id: uuid.UUID) -> DeliveryDifference:
    """What folding it again would change. Raises NotFound without its body, Busy."""
    async with fold_connections(max_size=1) as connections:
        found = await delivery_difference(connections, delivery_id)
    return DeliveryDifference(
        delivery_id=str(delivery_id), changes=tuple(_field_change(difference) for difference in found)
    )


async def replay_of(delivery_id: uuid.UUID) -> None:
    async with fold_connections(max_size=1) as connections:
        await deliveries_replay(connections, DeliverySelection(ids=(delivery_id,)))


def _field_change(difference: Difference) -> FieldChange:
    return FieldChange(
        entity=difference.entity,
        key=difference.key,
        field=difference.field,
        before=_shown(difference.before),
        after=_shown(difference.after),
    )


def _shown(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)
