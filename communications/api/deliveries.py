"""The ledger, for administrators: what came in, what became of it, and folding it again."""

from http import HTTPStatus
from uuid import UUID

from asgiref.sync import async_to_sync
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from communications.api.answers import answer
from communications.api.contract import answers
from communications.api.cursors import cursor_read, cursor_write
from communications.api.delivery_filter import (
    DeliveryFilter,
    ReplayAsked,
    replay_selection_of,
    selection_of,
)
from communications.api.parameters import DEFAULT_LIMIT, Cursor, DeliveryId, Limit
from communications.api.reader import reader_id
from communications.api.request_forgery import RequestForged
from communications.errors import BodyRemoved, Busy, InvalidCursor, InvalidInput, NotAuthenticated, NotFound
from communications.ingest.unfinished import FILES_TASK, job_announce_on_commit
from communications.models import AuditEntry
from communications.outbox.audit import audit_note
from communications.refold.listing import NEWEST, deliveries_causes, deliveries_find, deliveries_total
from communications.refold.orders import replay_order, replay_orders_of
from communications.refold.single import difference_of, readable_delivery, replay_of
from communications.schemas.ledger import (
    DeliveryBody,
    DeliveryCauses,
    DeliveryDetail,
    DeliveryDifference,
    DeliveryPage,
    DeliveryTotals,
    ReplayOrder,
    ReplayOrders,
)
from communications.selectors.deliveries import delivery_body, delivery_detail
from communications.selectors.scope import administered
from communications.selectors.values import optional_instant

router = Router(tags=["deliveries"])


@router.get(
    "/deliveries/",
    summary="Deliveries",
    operation_id="deliveries_list",
    openapi_extra=answers(DeliveryPage, InvalidInput, InvalidCursor, NotAuthenticated, NotFound),
)
def deliveries_list(
    request: HttpRequest, asked: Query[DeliveryFilter], cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> HttpResponse:
    """Newest first, of the channels the reader administers. A search that takes long stops and says where."""
    after = cursor_read(request.path, cursor, first=NEWEST)
    found = deliveries_find(selection_of(reader_id(request), asked), after=after, limit=limit)
    return answer(
        DeliveryPage(
            items=found.items,
            next_cursor=cursor_write(request.path, found.next_position),
            looked_back_to=optional_instant(found.looked_back_to),
        )
    )


@router.get(
    "/deliveries/totals/",
    summary="Deliveries by outcome",
    operation_id="deliveries_totals",
    openapi_extra=answers(DeliveryTotals, InvalidInput, NotAuthenticated, NotFound),
)
def deliveries_totals(request: HttpRequest, asked: Query[DeliveryFilter]) -> HttpResponse:
    """What was received, as the sum of what became of it; of a long ledger the newest part."""
    return answer(deliveries_total(selection_of(reader_id(request), asked)))


@router.get(
    "/deliveries/causes/",
    summary="Why deliveries were not applied",
    operation_id="deliveries_causes",
    openapi_extra=answers(DeliveryCauses, InvalidInput, NotAuthenticated, NotFound),
)
def causes_list(request: HttpRequest, asked: Query[DeliveryFilter]) -> HttpResponse:
    """Quarantined, failed, parked and ignored ones by their reason; an outcome that is asked for is passed over."""
    return answer(deliveries_causes(selection_of(reader_id(request), asked)))


@router.get(
    "/deliveries/replay/",
    summary="What the reader had folded again",
    operation_id="replays_list",
    openapi_extra=answers(ReplayOrders, NotAuthenticated),
)
def replays_list(request: HttpRequest) -> HttpResponse:
    return answer(replay_orders_of(reader_id(request)))


@router.post(
    "/deliveries/replay/",
    summary="Fold deliveries again",
    operation_id="deliveries_replay",
    response={202: None},
    openapi_extra=answers(
        ReplayOrder, InvalidInput, NotAuthenticated, RequestForged, NotFound, status=HTTPStatus.ACCEPTED
    ),
)
def deliveries_replay(request: HttpRequest, asked: ReplayAsked) -> HttpResponse:
    """Those that the filter finds, or all; the worker does it. What is applied already is not changed by it."""
    user_id = reader_id(request)
    return answer(replay_order(user_id, replay_selection_of(user_id, asked)), status=HTTPStatus.ACCEPTED)


@router.get(
    "/deliveries/{delivery_id}/",
    summary="One delivery",
    operation_id="delivery_get",
    openapi_extra=answers(DeliveryDetail, NotAuthenticated, NotFound),
)
def delivery_get(request: HttpRequest, delivery_id: DeliveryId) -> HttpResponse:
    _readable(request, delivery_id)
    return answer(delivery_detail(delivery_id))


@router.get(
    "/deliveries/{delivery_id}/body/",
    summary="The bytes of a delivery",
    operation_id="delivery_body",
    openapi_extra=answers(DeliveryBody, NotAuthenticated, NotFound, BodyRemoved),
)
def body_get(request: HttpRequest, delivery_id: DeliveryId) -> HttpResponse:
    """Byte for byte as they came; that they were looked at is recorded."""
    channel_id = _readable(request, delivery_id)
    body = delivery_body(delivery_id, kept_days=settings.LANDLINE_RETENTION_DAYS)
    _note(request, AuditEntry.Action.BODY_OPENED, channel_id, delivery_id, f"{body.size_bytes} bytes")
    return answer(body)


@router.get(
    "/deliveries/{delivery_id}/difference/",
    summary="What folding a delivery again would change",
    operation_id="delivery_difference",
    openapi_extra=answers(DeliveryDifference, NotAuthenticated, NotFound, BodyRemoved, Busy),
)
def difference_get(request: HttpRequest, delivery_id: DeliveryId) -> HttpResponse:
    """Found by folding it and taking that back; that it was looked at is recorded."""
    channel_id = _readable(request, delivery_id)
    delivery_body(delivery_id, kept_days=settings.LANDLINE_RETENTION_DAYS)
    difference = async_to_sync(difference_of)(delivery_id)
    found = f"{len(difference.changes)} changes"
    _note(request, AuditEntry.Action.DIFFERENCE_OPENED, channel_id, delivery_id, found)
    return answer(difference)


@router.post(
    "/deliveries/{delivery_id}/replay/",
    summary="Fold a delivery again",
    operation_id="delivery_replay",
    openapi_extra=answers(DeliveryDetail, NotAuthenticated, RequestForged, NotFound, BodyRemoved),
)
def delivery_replay(request: HttpRequest, delivery_id: DeliveryId) -> HttpResponse:
    """At once; answers with the delivery as it then stands. One that is applied stays so."""
    channel_id = _readable(request, delivery_id)
    delivery_body(delivery_id, kept_days=settings.LANDLINE_RETENTION_DAYS)
    async_to_sync(replay_of)(delivery_id)
    detail = delivery_detail(delivery_id)
    _note(request, AuditEntry.Action.REPLAY_ASKED, channel_id, delivery_id, detail.delivery.outcome)
    job_announce_on_commit(FILES_TASK)
    return answer(detail)


def _readable(request: HttpRequest, delivery_id: UUID) -> int | None:
    return readable_delivery(administered(reader_id(request)), delivery_id)


def _note(
    request: HttpRequest, action: AuditEntry.Action, channel_id: int | None, delivery_id: UUID, result: str
) -> None:
    audit_note(
        reader_id(request),
        action,
        channel_id=channel_id,
        object_kind="delivery",
        object_id=str(delivery_id),
        result=result,
    )
