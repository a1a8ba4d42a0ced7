"""Beginning a conversation, and asking first whether somebody is there."""

from http import HTTPStatus
from typing import Final

from django.http import HttpRequest, HttpResponse

from communications.api.answers import answer
from communications.api.channels import router as channels_router
from communications.api.chats import router
from communications.api.contract import also_answers, answers
from communications.api.idempotency import IdempotencyKey, Prefer, key_checked
from communications.api.parameters import (
    ChannelPathId,
    LookupId,
    NewConversation,
    Provider,
    WantedLookup,
    id_number,
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
    NotFound,
    NotPermitted,
    TooLarge,
)
from communications.outbox.lookups import lookup_ask, lookup_found
from communications.outbox.messages import WantedMessage
from communications.outbox.new_conversations import WantedConversation, conversation_begin
from communications.schemas.lookups import BegunConversation, Lookup
from communications.selectors.conversations import conversation_by_id
from communications.selectors.messages import message_by_id, message_is_under_way

_REFUSALS: Final = (InvalidInput, NotAuthenticated, RequestForged, NotFound, IdempotencyConflict)


@router.post(
    "/{provider}/chats/",
    summary="Begin a conversation",
    operation_id="chat_begin",
    openapi_extra=also_answers(
        answers(BegunConversation, *_REFUSALS, NotPermitted, TooLarge, status=HTTPStatus.CREATED),
        BegunConversation,
        status=HTTPStatus.OK,
    ),
)
def chat_begin(
    request: HttpRequest,
    provider: Provider,
    wanted: NewConversation,
    idempotency_key: IdempotencyKey = None,
    prefer: Prefer = None,
) -> HttpResponse:
    """With one person it is the conversation that is there already, where there is one; with several it is a new group.

    The conversation is here at once, and is the same once upstream has named it. 200 where the same request had begun it before.
    """
    key_checked(wanted.client_id, idempotency_key)
    begun = conversation_begin(
        reader_id(request),
        provider=provider_or_any(provider),
        wanted=WantedConversation(
            channel_id=id_number(wanted.channel_id),
            attendee_ids=tuple(id_number(one) for one in wanted.attendee_ids),
            phones=tuple(wanted.phones),
            title=wanted.title,
            message=WantedMessage(
                client_id=wanted.client_id,
                text=wanted.text,
                upload_ids=tuple(id_numbers(wanted.upload_ids)),
                is_voice=wanted.voice,
            ),
        ),
    )
    outcome_await(lambda: message_is_under_way(begun.message_id), prefer)
    document = BegunConversation(
        conversation=conversation_by_id(begun.conversation_id), message=message_by_id(begun.message_id)
    )
    return answer(document, status=HTTPStatus.CREATED if begun.is_new else HTTPStatus.OK)


@channels_router.post(
    "/channels/{channel_id}/lookups/",
    summary="Ask whether a number is known",
    operation_id="lookup_ask",
    openapi_extra=answers(Lookup, *_REFUSALS, status=HTTPStatus.CREATED),
)
def lookup_make(
    request: HttpRequest,
    channel_id: ChannelPathId,
    wanted: WantedLookup,
    idempotency_key: IdempotencyKey = None,
) -> HttpResponse:
    """The worker asks the channel's provider; `exists` is null until it has answered."""
    key_checked(wanted.client_id, idempotency_key)
    lookup = lookup_ask(
        reader_id(request), channel_id=id_number(channel_id), client_id=wanted.client_id, phone=wanted.phone
    )
    return answer(lookup, status=HTTPStatus.CREATED)


@channels_router.get(
    "/channels/{channel_id}/lookups/{lookup_id}/",
    summary="What was found of a number",
    operation_id="lookup_get",
    openapi_extra=answers(Lookup, NotAuthenticated, NotFound),
)
def lookup_get(request: HttpRequest, channel_id: ChannelPathId, lookup_id: LookupId) -> HttpResponse:
    return answer(
        lookup_found(reader_id(request), channel_id=id_number(channel_id), lookup_id=id_number(lookup_id))
    )
