"""Who is who: what is known of people and conversations, and what people here say about it."""

from django.http import HttpRequest, HttpResponse
from ninja import Router

from communications.api.answers import answer
from communications.api.contract import answers
from communications.api.parameters import (
    AttendeeId,
    ConversationDecided,
    ConversationId,
    PersonDecided,
    Provider,
    WantedName,
    id_number,
    provider_or_any,
)
from communications.api.reader import reader_id
from communications.api.request_forgery import RequestForged
from communications.errors import InvalidInput, NotAuthenticated, NotFound, NotPermitted
from communications.models import Verdict
from communications.outbox.people import conversation_decide, person_decide, person_name
from communications.schemas.people import ConversationDetails, Person
from communications.selectors.people import conversation_details, person_details
from communications.selectors.scope import readable_conversation

router = Router(tags=["people"])


@router.get(
    "/people/{attendee_id}/",
    summary="A person",
    operation_id="person_get",
    openapi_extra=answers(Person, NotAuthenticated, NotFound),
)
def person_get(request: HttpRequest, attendee_id: AttendeeId) -> HttpResponse:
    """All that is known of the person an attendee is: ids, names, where each comes from, who else it might be."""
    return answer(person_details(reader_id(request), id_number(attendee_id)))


@router.post(
    "/people/{attendee_id}/name/",
    summary="Name a person",
    operation_id="person_name",
    openapi_extra=answers(Person, InvalidInput, NotAuthenticated, RequestForged, NotFound),
)
def person_name_give(request: HttpRequest, attendee_id: AttendeeId, wanted: WantedName) -> HttpResponse:
    """For everybody who reads the channel. It stands above every name that comes from outside; those stay visible."""
    reader, asked = reader_id(request), id_number(attendee_id)
    person_name(reader, asked, wanted.name)
    return answer(person_details(reader, asked))


@router.post(
    "/people/{attendee_id}/decisions/",
    summary="Say whether two are one person",
    operation_id="person_decide",
    openapi_extra=answers(Person, InvalidInput, NotAuthenticated, RequestForged, NotPermitted, NotFound),
)
def person_decision(request: HttpRequest, attendee_id: AttendeeId, decision: PersonDecided) -> HttpResponse:
    """Counts more than what deliveries prove, earlier or later. No message is rewritten. For administrators."""
    reader, asked = reader_id(request), id_number(attendee_id)
    person_decide(reader, asked, id_number(decision.other_attendee_id), _verdict(decision.verdict))
    return answer(person_details(reader, asked))


@router.get(
    "/{provider}/chats/{conversation_id}/details/",
    summary="Details of a conversation",
    operation_id="chat_details",
    openapi_extra=answers(ConversationDetails, NotAuthenticated, NotFound),
)
def chat_details(request: HttpRequest, provider: Provider, conversation_id: ConversationId) -> HttpResponse:
    """What it is made of, and its person if it is a direct one."""
    reader = reader_id(request)
    shown_id = readable_conversation(
        reader, provider=provider_or_any(provider), conversation_id=id_number(conversation_id)
    )
    return answer(conversation_details(reader, shown_id))


@router.post(
    "/{provider}/chats/{conversation_id}/decisions/",
    summary="Say whether two are one conversation",
    operation_id="chat_decide",
    openapi_extra=answers(
        ConversationDetails, InvalidInput, NotAuthenticated, RequestForged, NotPermitted, NotFound
    ),
)
def chat_decision(
    request: HttpRequest, provider: Provider, conversation_id: ConversationId, decision: ConversationDecided
) -> HttpResponse:
    """Counts more than what deliveries prove, earlier or later. No message is rewritten. For administrators."""
    reader = reader_id(request)
    shown_id = conversation_decide(
        reader,
        provider=provider_or_any(provider),
        conversation_id=id_number(conversation_id),
        other_id=id_number(decision.other_conversation_id),
        verdict=_verdict(decision.verdict),
    )
    return answer(conversation_details(reader, shown_id))


def _verdict(told: str | None) -> Verdict | None:
    return None if told is None else Verdict(told)
