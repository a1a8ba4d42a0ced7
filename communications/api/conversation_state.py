"""How people want a conversation."""

from django.http import HttpRequest, HttpResponse

from communications.api.answers import answer
from communications.api.chats import router
from communications.api.contract import answers
from communications.api.idempotency import IdempotencyKey, key_checked
from communications.api.parameters import (
    ConversationId,
    ConversationState,
    Provider,
    id_number,
    provider_or_any,
)
from communications.api.reader import reader_id
from communications.api.request_forgery import RequestForged
from communications.errors import IdempotencyConflict, InvalidInput, NotAuthenticated, NotFound
from communications.outbox.conversation_state import WantedState, conversation_set_state
from communications.schemas.documents import Conversation
from communications.selectors.conversations import conversation_by_id


@router.patch(
    "/{provider}/chats/{conversation_id}/",
    summary="Archive, pin, mute, mark as unread",
    operation_id="chat_patch",
    openapi_extra=answers(
        Conversation, InvalidInput, NotAuthenticated, RequestForged, NotFound, IdempotencyConflict
    ),
)
def chat_patch(
    request: HttpRequest,
    provider: Provider,
    conversation_id: ConversationId,
    wanted: ConversationState,
    idempotency_key: IdempotencyKey = None,
) -> HttpResponse:
    """Written at once for everybody who reads the channel, then told upstream; `here_only` names what it could not be told.

    A mark as unread goes once somebody reads or answers.
    """
    key_checked(wanted.client_id, idempotency_key)
    shown_id = conversation_set_state(
        reader_id(request),
        provider=provider_or_any(provider),
        conversation_id=id_number(conversation_id),
        wanted=WantedState(wanted.client_id, wanted.model_dump(exclude={"client_id"}, exclude_unset=True)),
    )
    return answer(conversation_by_id(shown_id))
