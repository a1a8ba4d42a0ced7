"""Which deliveries of the ledger are meant: one question, asked by lists, totals and replays alike."""

import datetime as dt
import json
import uuid
from typing import Any, Final

import msgspec

# An id holds the moment it was made, which is that of receipt but for a clock that was set meanwhile.
ID_DAYS_APART: Final = 1

_ACCOUNTS_OF_CHANNELS: Final = (
    "(SELECT external_account_id FROM communications_channel WHERE id = ANY(%(channel_ids)s::bigint[]))"
)
_IS_OF_A_CHANNEL: Final = f"delivery.external_account_id IN {_ACCOUNTS_OF_CHANNELS}"
_IS_OF_NO_CHANNEL: Final = """NOT EXISTS (
    SELECT FROM communications_channel WHERE external_account_id = delivery.external_account_id)"""
_IN_BODY: Final = """EXISTS (
    SELECT FROM communications_webhookbody AS searched
    WHERE searched.delivery_id = delivery.id
      AND EXISTS (SELECT FROM unnest(%(texts)s::bytea[]) AS form WHERE position(form IN searched.raw) > 0))"""


_PARTS: Final = """(
    SELECT id FROM communications_conversation WHERE id = %(conversation_id)s OR continues_id = %(conversation_id)s)"""
_OF_CONVERSATION: Final = f"""(delivery.conversation_id IN {_PARTS} OR delivery.message_ids IS NOT NULL AND EXISTS (
    SELECT FROM communications_message AS shown
    WHERE shown.id = ANY(delivery.message_ids) AND shown.conversation_id IN {_PARTS}))"""
# Of a list of several only the messages that it brought are found.
_OF_MESSAGE: Final = """(delivery.message_id = %(message_id)s OR delivery.id = (
    SELECT shown.received_by FROM communications_message AS shown WHERE shown.id = %(message_id)s))"""


class DeliverySelection(msgspec.Struct, frozen=True, kw_only=True):
    """What is not given does not narrow. ``event`` is a canonical name.

    ``channel_ids`` are those whose deliveries may be seen at all, ``None`` for everything; ``is_channelless_included`` adds those
    whose account has no channel. ``received_from`` is inclusive, ``received_before`` is not. ``text`` is looked for in the bytes,
    as it is and as JSON may escape it. ``is_due`` leaves only failed ones whose next attempt has come. ``reason`` is a whole one.
    """

    ids: tuple[uuid.UUID, ...] | None = None
    outcome: str | None = None
    event: str | None = None
    source: str | None = None
    reason: str | None = None
    account: str | None = None
    channel_ids: frozenset[int] | None = None
    is_channelless_included: bool = False
    conversation_id: int | None = None
    message_id: int | None = None
    received_from: dt.datetime | None = None
    received_before: dt.datetime | None = None
    text: str | None = None
    is_due: bool = False

    @property
    def is_of_nothing(self) -> bool:
        """Whether nothing can match: a person who administers nothing is shown nothing, without a search."""
        return self.channel_ids == frozenset() and not self.is_channelless_included

    @property
    def is_of_all(self) -> bool:
        """Nothing narrows."""
        return self == DeliverySelection()

    def condition(self) -> str:
        """SQL about a ledger row called ``delivery``, with the names of ``parameters``."""
        return _joined(*self._indexed(), *self._looked_up())

    def indexed_condition(self) -> str:
        """The part of ``condition`` for which an index of the ledger leads to the newest at once."""
        return _joined(*self._indexed())

    def parameters(self) -> dict[str, Any]:
        """The values that ``condition`` names."""
        return {
            "ids": None if self.ids is None else list(self.ids),
            "outcome": self.outcome,
            "event": self.event,
            "source": self.source,
            "reason": self.reason,
            "account": self.account,
            "channel_ids": sorted(self.channel_ids or ()),
            "conversation_id": self.conversation_id,
            "message_id": self.message_id,
            "received_from": self.received_from,
            "received_before": self.received_before,
            "texts": [] if self.text is None else _written_forms(self.text),
        }

    def _indexed(self) -> tuple[tuple[bool, str], ...]:
        return (
            (self.ids is not None, "delivery.id = ANY(%(ids)s::uuid[])"),
            (self.outcome is not None, "delivery.outcome = %(outcome)s"),
            (self.message_id is not None, _OF_MESSAGE),
            (self.is_due, "delivery.outcome = 'failed' AND delivery.next_attempt_at <= now()"),
            (
                self.received_from is not None,
                "delivery.received_at >= %(received_from)s AND delivery.id >= landline_uuid7_before("
                f"%(received_from)s - interval '{ID_DAYS_APART} day')",
            ),
            (
                self.received_before is not None,
                "delivery.received_at < %(received_before)s AND delivery.id < landline_uuid7_before("
                f"%(received_before)s + interval '{ID_DAYS_APART} day')",
            ),
        )

    def _looked_up(self) -> tuple[tuple[bool, str], ...]:
        return (
            (self.event is not None, "delivery.event = %(event)s"),
            (self.source is not None, "delivery.source = %(source)s"),
            (self.reason is not None, "delivery.reason = %(reason)s"),
            (self.account is not None, "delivery.external_account_id = %(account)s"),
            (self.channel_ids is not None, self._of_channels()),
            (self.conversation_id is not None, _OF_CONVERSATION),
            (self.text is not None, _IN_BODY),
        )

    def _of_channels(self) -> str:
        return (
            f"({_IS_OF_A_CHANNEL} OR {_IS_OF_NO_CHANNEL})"
            if self.is_channelless_included
            else _IS_OF_A_CHANNEL
        )


def _joined(*conditions: tuple[bool, str]) -> str:
    return " AND ".join(sql for is_told, sql in conditions if is_told) or "true"


def _written_forms(text: str) -> list[bytes]:
    """As it is, and as senders write it within JSON."""
    forms = {text, *(json.dumps(text, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False))}
    return sorted(form.encode("utf-8", "surrogatepass") for form in forms)
