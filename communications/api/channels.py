"""The channels a person reads."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Router

from communications.api.answers import answer
from communications.api.contract import answers
from communications.api.cursors import cursor_read, cursor_write
from communications.api.parameters import (
    DEFAULT_LIMIT,
    ChannelPathId,
    ChannelSettings,
    Cursor,
    Limit,
    id_number,
)
from communications.api.reader import reader_id
from communications.api.request_forgery import RequestForged
from communications.errors import InvalidCursor, InvalidInput, NotAuthenticated, NotFound, NotPermitted
from communications.models import Channel as ChannelRow
from communications.outbox.channel_settings import (
    channel_set_nightly_check,
    channel_set_paused,
    channel_set_read_receipts,
)
from communications.schemas.answers import ChannelCalls, ChannelList, ChannelStatusPage
from communications.schemas.documents import Channel
from communications.selectors.calls import calls_today
from communications.selectors.channels import CHANNEL_OF_READER, CHANNELS_OF_READER, channel_document
from communications.selectors.queries import rows
from communications.selectors.scope import readable_channels
from communications.selectors.statuses import ABOVE_ALL_STATUSES, last_delivery_at, status_page

router = Router(tags=["channels"])


@router.get(
    "/channels/",
    summary="Channels",
    operation_id="channels_list",
    openapi_extra=answers(ChannelList, NotAuthenticated),
)
def channels_list(request: HttpRequest) -> HttpResponse:
    """Every channel the reader has access to, with the reader's role in it."""
    found = rows(CHANNELS_OF_READER, [reader_id(request)])
    return answer(ChannelList(items=tuple(channel_document(row) for row in found)))


@router.patch(
    "/channels/{channel_id}/",
    summary="Set up a channel",
    operation_id="channel_patch",
    openapi_extra=answers(Channel, InvalidInput, NotAuthenticated, RequestForged, NotPermitted, NotFound),
)
def channel_patch(request: HttpRequest, channel_id: ChannelPathId, wanted: ChannelSettings) -> HttpResponse:
    """When others learn that their message was read here, whether it is compared with upstream once a night, and whether it is
    paused. For owners and administrators, and recorded.
    """
    reader, asked = reader_id(request), id_number(channel_id)
    if not wanted.model_fields_set:
        raise InvalidInput("nothing is set")
    if "read_receipts" in wanted.model_fields_set:
        channel_set_read_receipts(reader, asked, ChannelRow.ReadReceipts(wanted.read_receipts))
    if "nightly_check" in wanted.model_fields_set:
        channel_set_nightly_check(reader, asked, wanted.nightly_check)
    if "paused" in wanted.model_fields_set:
        channel_set_paused(reader, asked, wanted.paused)
    found = rows(CHANNEL_OF_READER, [reader, asked])
    if not found:
        raise NotFound
    return answer(channel_document(found[0]))


@router.get(
    "/channels/{channel_id}/statuses/",
    summary="Time line of a channel",
    operation_id="channel_statuses_list",
    openapi_extra=answers(ChannelStatusPage, InvalidInput, InvalidCursor, NotAuthenticated, NotFound),
)
def channel_statuses_list(
    request: HttpRequest, channel_id: ChannelPathId, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> HttpResponse:
    """What upstream said of the account, newest first, and when anything last came from it."""
    (readable,) = readable_channels(reader_id(request), provider=None, channel_id=id_number(channel_id))
    after = cursor_read(request.path, cursor, first=ABOVE_ALL_STATUSES)
    page = status_page(readable, after=after, limit=limit)
    return answer(
        ChannelStatusPage(
            items=page.items,
            last_delivery_at=last_delivery_at(readable),
            next_cursor=cursor_write(request.path, page.next_position),
        )
    )


@router.get(
    "/channels/{channel_id}/calls/",
    summary="Calls of upstream today",
    operation_id="channel_calls_read",
    openapi_extra=answers(ChannelCalls, InvalidInput, NotAuthenticated, NotFound),
)
def channel_calls_read(request: HttpRequest, channel_id: ChannelPathId) -> HttpResponse:
    """How many calls the channel cost today (UTC), for what, and how many a poller would have needed beside them."""
    (readable,) = readable_channels(reader_id(request), provider=None, channel_id=id_number(channel_id))
    return answer(calls_today(readable, per_day=settings.LANDLINE_CALLS_PER_DAY))
