"""Drafts, each for its own author only."""

from django.http import HttpRequest, HttpResponse
from ninja import Router

from communications.api.answers import answer, no_content
from communications.api.contract import answers, answers_nothing
from communications.api.parameters import ConversationId, Provider, WantedDraft, id_number, provider_or_any
from communications.api.reader import reader_id
from communications.api.request_forgery import RequestForged
from communications.errors import InvalidInput, NotAuthenticated, NotFound
from communications.outbox.drafts import draft_write
from communications.schemas.answers import DraftList
from communications.schemas.documents import Draft
from communications.selectors.drafts import DRAFTS_OF_READER, draft_document
from communications.selectors.queries import rows

router = Router(tags=["conversations"])

_DRAFT = answers(Draft, InvalidInput, NotAuthenticated, RequestForged, NotFound)
_REMOVED = answers_nothing(headers={})


@router.get(
    "/drafts/",
    summary="Drafts",
    operation_id="drafts_list",
    openapi_extra=answers(DraftList, NotAuthenticated),
)
def drafts_list(request: HttpRequest) -> HttpResponse:
    """Whatever the reader has begun to write, for a browser that starts empty; what changes then is in the feed."""
    found = rows(DRAFTS_OF_READER, [reader_id(request)])
    return answer(DraftList(items=tuple(draft_document(row) for row in found)))


@router.put(
    "/{provider}/chats/{conversation_id}/draft/",
    summary="Keep a draft",
    operation_id="draft_put",
    openapi_extra={"responses": _DRAFT["responses"] | _REMOVED["responses"]},
)
def draft_put(
    request: HttpRequest, provider: Provider, conversation_id: ConversationId, wanted: WantedDraft
) -> HttpResponse:
    """In place of an earlier one; an empty text removes it (204). Every browser of the person shows it, nobody else's does."""
    draft = draft_write(
        reader_id(request),
        provider=provider_or_any(provider),
        conversation_id=id_number(conversation_id),
        text=wanted.text,
    )
    return no_content({}) if draft is None else answer(draft)
