"""Changes of messages: reactions, edits, deletions."""

from http import HTTPStatus
from typing import Final

from django.http import HttpRequest, HttpResponse

from communications.api.answers import answer, no_content
from communications.api.chats import router
from communications.api.contract import also_answers, answers, answers_nothing
from communications.api.idempotency import IdempotencyKey, key_checked
from communications.api.parameters import (
    ChangeId,
    ConversationId,
    MessageChange,
    MessageId,
    Provider,
    id_number,
    provider_or_any,
)
from communications.api.reader import reader_id
from communications.api.request_forgery import RequestForged
from communications.errors import (
    IdempotencyConflict,
    InvalidInput,
    NotAuthenticated,
    NotDecidable,
    NotFound,
    NotPossible,
    TooLate,
)
from communications.outbox.message_changes import WantedChange, change_drop, message_change
from communications.schemas.documents import Message
from communications.selectors.messages import message_by_id

_REFUSALS: Final = (InvalidInput, NotAuthenticated, RequestForged, NotFound)


@router.post(
    "/{provider}/chats/{conversation_id}/messages/{message_id}/changes/",
    summary="React, edit, delete",
    operation_id="message_change",
    openapi_extra=also_answers(
        answers(Message, *_REFUSALS, IdempotencyConflict, NotPossible, TooLate, status=HTTPStatus.CREATED),
        None,
        status=HTTPStatus.NO_CONTENT,
    ),
)
def message_change_make(
    request: HttpRequest,
    provider: Provider,
    conversation_id: ConversationId,
    message_id: MessageId,
    *,
    change: MessageChange,
    idempotency_key: IdempotencyKey = None,
) -> HttpResponse:
    """The message with what is wanted of it in `changes`, until upstream shows it or it is refused.

    A message that has not left yet is changed where it is; one that was deleted so is gone (204).
    """
    key_checked(change.client_id, idempotency_key)
    is_there = message_change(
        reader_id(request),
        provider=provider_or_any(provider),
        conversation_id=id_number(conversation_id),
        message_id=id_number(message_id),
        wanted=WantedChange(change.client_id, change.kind, change.emoji, change.text),
    )
    if not is_there:
        return no_content({})
    return answer(message_by_id(id_number(message_id)), status=HTTPStatus.CREATED)


@router.delete(
    "/{provider}/chats/{conversation_id}/messages/{message_id}/changes/{change_id}/",
    summary="Take a change back",
    operation_id="message_change_drop",
    response={204: None},
    openapi_extra=answers_nothing(NotAuthenticated, RequestForged, NotFound, NotDecidable, headers={}),
)
def message_change_drop(
    request: HttpRequest,
    provider: Provider,
    conversation_id: ConversationId,
    message_id: MessageId,
    change_id: ChangeId,
) -> HttpResponse:
    """One that waits, or has failed: the message shows as it is."""
    change_drop(
        reader_id(request),
        provider=provider_or_any(provider),
        conversation_id=id_number(conversation_id),
        message_id=id_number(message_id),
        change_id=id_number(change_id),
    )
    return no_content({})
