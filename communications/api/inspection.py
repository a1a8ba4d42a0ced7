"""One message looked into: where it comes from, and for administrators what it once said."""

from django.http import HttpRequest, HttpResponse
from ninja import Router

from communications.api.answers import answer
from communications.api.contract import answers
from communications.api.parameters import MessageId, id_number
from communications.api.reader import reader_id
from communications.errors import NotAuthenticated, NotFound
from communications.models import AuditEntry
from communications.outbox.audit import audit_note
from communications.schemas.ledger import Inspection, MessageTexts
from communications.selectors.inspection import inspection, message_texts
from communications.selectors.scope import administers_message

router = Router(tags=["conversations"])


@router.get(
    "/messages/{message_id}/inspection/",
    summary="Where a message comes from",
    operation_id="message_inspect",
    openapi_extra=answers(Inspection, NotAuthenticated, NotFound),
)
def message_inspect(request: HttpRequest, message_id: MessageId) -> HttpResponse:
    """Ids, times and deliveries; with evidence and reactions taken back for administrators of its channel."""
    number = id_number(message_id)
    return answer(inspection(number, is_administrator=administers_message(reader_id(request), number)))


@router.get(
    "/messages/{message_id}/texts/",
    summary="What a message once said",
    operation_id="message_texts",
    openapi_extra=answers(MessageTexts, NotAuthenticated, NotFound),
)
def texts_get(request: HttpRequest, message_id: MessageId) -> HttpResponse:
    """Before each edit, and before it was deleted: for administrators of its channel, and recorded."""
    number = id_number(message_id)
    if not administers_message(reader_id(request), number):
        raise NotFound
    texts = message_texts(number)
    audit_note(
        reader_id(request),
        AuditEntry.Action.TEXTS_OPENED,
        channel_id=int(texts.channel_id),
        object_kind="message",
        object_id=message_id,
        result="deleted text" if texts.deleted_text is not None else "earlier texts",
    )
    return answer(texts)
