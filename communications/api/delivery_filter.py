"""Which deliveries a call speaks of: the same questions for pages, totals and replays."""

import datetime as dt
from typing import Annotated

from ninja import Schema
from pydantic import AwareDatetime, Field
from pydantic.json_schema import SkipJsonSchema

from communications.api.parameters import NO_NUL, IdText, id_number
from communications.errors import InvalidInput, NotFound
from communications.refold.selection import DeliverySelection
from communications.schemas.ledger import OutcomeWord, SourceWord
from communications.selectors.scope import Administered, administered, readable_conversation

# Before there was anything to receive, and long after us.
EARLIEST = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
LATEST = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)

Moment = Annotated[AwareDatetime, Field(ge=EARLIEST, le=LATEST)]


class DeliveryFilter(Schema):
    """What is left out does not narrow."""

    outcome: Annotated[OutcomeWord | SkipJsonSchema[None], Field(description="Only of this outcome.")] = None
    event: Annotated[
        Annotated[str, Field(min_length=1, max_length=100, pattern=NO_NUL)] | SkipJsonSchema[None],
        Field(description="Only of this event."),
    ] = None
    source: Annotated[SourceWord | SkipJsonSchema[None], Field(description="How it came.")] = None
    channel_id: Annotated[IdText | SkipJsonSchema[None], Field(description="Only of this channel.")] = None
    account: Annotated[
        Annotated[str, Field(min_length=1, max_length=512, pattern=NO_NUL)] | SkipJsonSchema[None],
        Field(description="Upstream's id of an account."),
    ] = None
    conversation_id: Annotated[
        IdText | SkipJsonSchema[None], Field(description="Only about this conversation.")
    ] = None
    message_id: Annotated[IdText | SkipJsonSchema[None], Field(description="Only about this message.")] = None
    received_after: Annotated[Moment | SkipJsonSchema[None], Field(description="Only from then on.")] = None
    received_before: Annotated[Moment | SkipJsonSchema[None], Field(description="Only before then.")] = None
    reason: Annotated[
        Annotated[str, Field(min_length=1, max_length=1000, pattern=NO_NUL)] | SkipJsonSchema[None],
        Field(description="Only with this very reason."),
    ] = None
    text: Annotated[
        Annotated[str, Field(min_length=2, max_length=200, pattern=NO_NUL)] | SkipJsonSchema[None],
        Field(description="Only with this in the body, letter by letter."),
    ] = None


class ReplayAsked(DeliveryFilter):
    """A filter that narrows nothing was rather forgotten than meant."""

    everything: Annotated[bool, Field(description="Needed where nothing narrows.")] = False


def replay_selection_of(user_id: int, asked: ReplayAsked) -> DeliverySelection:
    """As ``selection_of``, with the channels by name: it is done later, when there may be others.

    Raises InvalidInput where nothing narrows and everything is not asked for.
    """
    narrows = any(getattr(asked, name) is not None for name in DeliveryFilter.model_fields)
    if not narrows and not asked.everything:
        raise InvalidInput("Say which deliveries to fold again, or that everything is meant.")
    return _selection(user_id, asked, administered(user_id)._replace(is_everything=False))


def selection_of(user_id: int, asked: DeliveryFilter) -> DeliverySelection:
    """What is asked for, within what the person administers. Raises NotFound for a channel or chat that is not theirs."""
    return _selection(user_id, asked, administered(user_id))


def _selection(user_id: int, asked: DeliveryFilter, theirs: Administered) -> DeliverySelection:
    if asked.channel_id is not None:
        theirs = _only(theirs, id_number(asked.channel_id))
    conversation_id = asked.conversation_id
    if conversation_id is not None:
        shown_id = readable_conversation(user_id, provider=None, conversation_id=id_number(conversation_id))
    return DeliverySelection(
        outcome=asked.outcome,
        event=asked.event,
        source=asked.source,
        reason=asked.reason,
        account=asked.account,
        channel_ids=None if theirs.is_everything else theirs.channel_ids,
        is_channelless_included=theirs.owns_one and not theirs.is_everything,
        conversation_id=None if conversation_id is None else shown_id,
        message_id=None if asked.message_id is None else id_number(asked.message_id),
        received_from=asked.received_after,
        received_before=asked.received_before,
        text=asked.text,
    )


def _only(theirs: Administered, channel_id: int) -> Administered:
    if channel_id not in theirs.channel_ids:
        raise NotFound
    return Administered(frozenset([channel_id]), owns_one=False, is_everything=False)
