"""Writing a message, and deciding about one that did not simply arrive. One path has one router: that of the conversations.

What the specification calls ``send_message_local_first``: the local record is answered at once, and sent by the worker.
"""

from http import HTTPStatus
from typing import Final

from django.http import HttpRequest, HttpResponse

from communications.api.answers import answer, no_content
from communications.api.chats import router
from communications.api.contract import also_answers, answers
from communications.api.idempotency import IdempotencyKey, Prefer, key_checked
from communications.api.parameters import (
    ConversationId,
    Decided,
    MessageId,
    NewMessage,
    Provider,
    id_number,
    id_number_or_none,
    id_numbers,
    provider_or_any,
)
from communications.api.reader import reader_id
from communications.api.request_forgery import RequestForged
from communications.api.waiting import outcome_await
from communications.errors import (
    IdempotencyConflict,
    InvalidInput,
    NotAuthenticated,
    NotDecidable,
    NotFound,
    NotPermitted,
    TooLarge,
)
from communications.outbox.decisions import message_decide
from communications.outbox.messages import WantedMessage, message_send
from communications.schemas.documents import Message
from communications.selectors.messages import message_by_id, message_is_under_way

__all__ = ["router"]

_REFUSALS: Final = (InvalidInput, NotAuthenticated, NotPermitted, RequestForged, NotFound)


@router.post(
    "/{provider}/chats/{conversation_id}/messages/",
    summary="Send a message",
    operation_id="message_send",
    openapi_extra=also_answers(
        answers(Message, *_REFUSALS, IdempotencyConflict, TooLarge, status=HTTPStatus.CREATED),
        Message,
        status=HTTPStatus.OK,
    ),
)
def send_message_local_first(
    request: HttpRequest,
    provider: Provider,
    conversation_id: ConversationId,
    message: NewMessage,
    *,
    idempotency_key: IdempotencyKey = None,
    prefer: Prefer = None,
) -> HttpResponse:
    """201 with the message as it stands here, before anything has left; 200 where the same request had written it before.

    `Prefer: wait=N` answers once it is known how it ended, or after N seconds (10 at most).
    """
    key_checked(message.client_id, idempotency_key)
    written = message_send(
        reader_id(request),
        provider=provider_or_any(provider),
        conversation_id=id_number(conversation_id),
        wanted=WantedMessage(
            client_id=message.client_id,
            text=message.text,
            quoted_message_id=id_number_or_none(message.quoted_message_id),
            upload_ids=tuple(id_numbers(message.upload_ids)),
            is_voice=message.voice,
            seen_message_id=id_number_or_none(message.seen_message_id),
        ),
    )
    outcome_await(lambda: message_is_under_way(written.message_id), prefer)
    status = HTTPStatus.CREATED if written.is_new else HTTPStatus.OK
    return answer(message_by_id(written.message_id), status=status)


@router.post(
    "/{provider}/chats/{conversation_id}/messages/{message_id}/decision/",
    summary="Decide about a message that did not simply arrive",
    operation_id="message_decide",
    openapi_extra=also_answers(
        answers(Message, *_REFUSALS, NotDecidable), None, status=HTTPStatus.NO_CONTENT
    ),
)
def message_decision(
    request: HttpRequest,
    provider: Provider,
    conversation_id: ConversationId,
    message_id: MessageId,
    decided: Decided,
) -> HttpResponse:
    """`retry` sends it again, `arrived` takes it for sent, `skip` lets what comes after it go on, `discard` removes it (204)."""
    message_decide(
        reader_id(request),
        provider=provider_or_any(provider),
        conversation_id=id_number(conversation_id),
        message_id=id_number(message_id),
        decision=decided.decision,
    )
    if decided.decision == "discard":
        return no_content({})
    return answer(message_by_id(id_number(message_id)))
