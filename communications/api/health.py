"""Alarms, and how an account is."""

import datetime as dt

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import Router

from communications.api.answers import answer
from communications.api.contract import answers
from communications.api.cursors import cursor_read, cursor_write
from communications.api.parameters import (
    DEFAULT_LIMIT,
    AlarmId,
    ChannelPathId,
    Cursor,
    Limit,
    UtcOffset,
    id_number,
)
from communications.api.reader import reader_id
from communications.api.request_forgery import RequestForged
from communications.errors import InvalidCursor, InvalidInput, NotAuthenticated, NotFound, NotPermitted
from communications.health.acknowledge import alarm_acknowledge
from communications.health.channel import channel_health
from communications.schemas.documents import Alarm
from communications.schemas.health import AlarmPage, ChannelHealth
from communications.selectors.alarms import alarms_page
from communications.selectors.scope import readable_channels

router = Router(tags=["health"])


class AlarmPosition(msgspec.Struct, frozen=True, array_like=True):
    """The id of the oldest alarm of a page."""

    id: int


@router.get(
    "/alarms/",
    summary="Alarms",
    operation_id="alarms_list",
    openapi_extra=answers(AlarmPage, InvalidInput, InvalidCursor, NotAuthenticated),
)
def alarms_list(request: HttpRequest, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT) -> HttpResponse:
    """Newest first, open and over: of the reader's accounts and, for owners, of the whole installation."""
    after = cursor_read(request.path, cursor, first=AlarmPosition(2**63 - 1))
    items, next_id = alarms_page(reader_id(request), below=after.id, limit=limit)
    position = None if next_id is None else AlarmPosition(next_id)
    return answer(AlarmPage(items=items, next_cursor=cursor_write(request.path, position)))


@router.post(
    "/alarms/{alarm_id}/acknowledge/",
    summary="Acknowledge an alarm",
    operation_id="alarm_acknowledge",
    openapi_extra=answers(Alarm, InvalidInput, NotAuthenticated, RequestForged, NotPermitted, NotFound),
)
def alarm_acknowledged(request: HttpRequest, alarm_id: AlarmId) -> HttpResponse:
    """Says that somebody looks after it: it is not told again. For owners and administrators, and recorded."""
    return answer(alarm_acknowledge(reader_id(request), id_number(alarm_id)))


@router.get(
    "/channels/{channel_id}/health/",
    summary="How an account is",
    operation_id="channel_health",
    openapi_extra=answers(ChannelHealth, InvalidInput, NotAuthenticated, NotFound),
)
def channel_health_get(
    request: HttpRequest, channel_id: ChannelPathId, utc_offset: UtcOffset = 0
) -> HttpResponse:
    """The provider's word beside our own evidence, as counted up to a minute ago."""
    (readable,) = readable_channels(reader_id(request), provider=None, channel_id=id_number(channel_id))
    return answer(channel_health(readable, now=dt.datetime.now(dt.UTC), utc_offset_minutes=utc_offset))
