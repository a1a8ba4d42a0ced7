"""Erasing a conversation or a person for good, for owners of the channel."""

from typing import Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router

from communications.api.answers import answer
from communications.api.contract import answers
from communications.api.parameters import (
    AttendeeId,
    ConversationId,
    ErasureConfirmed,
    Provider,
    id_number,
    provider_or_any,
)
from communications.api.reader import reader_id
from communications.api.request_forgery import RequestForged
from communications.errors import InvalidInput, NotAuthenticated, NotFound, NotPermitted
from communications.ingest.erase import (
    Erasable,
    erase,
    shown_conversation_erasable,
    shown_person_erasable,
)
from communications.models import AuditEntry, Channel, Erasure, User
from communications.outbox.audit import audit_note
from communications.schemas.erasure import ErasurePreview, ErasureRecord
from communications.selectors.erasure import erasure_preview
from communications.selectors.people import readable_person
from communications.selectors.scope import owns_channel, readable_conversation
from communications.selectors.values import id_text, instant

router = Router(tags=["erasing"])

PREVIEWS = answers(ErasurePreview, NotAuthenticated, NotFound)
ERASES = answers(ErasureRecord, InvalidInput, NotAuthenticated, RequestForged, NotPermitted, NotFound)


@router.get(
    "/{provider}/chats/{conversation_id}/erasure/",
    summary="What erasing a conversation would take",
    operation_id="chat_erasure_preview",
    openapi_extra=PREVIEWS,
)
def chat_preview(request: HttpRequest, provider: Provider, conversation_id: ConversationId) -> HttpResponse:
    reader = reader_id(request)
    return answer(_preview(reader, _conversation(reader, provider, conversation_id)))


@router.post(
    "/{provider}/chats/{conversation_id}/erasure/",
    summary="Erase a conversation",
    operation_id="chat_erase",
    openapi_extra=ERASES,
)
def chat_erase(
    request: HttpRequest,
    provider: Provider,
    conversation_id: ConversationId,
    confirmed: ErasureConfirmed,  # noqa: ARG001 (its type says all)
) -> HttpResponse:
    """For good: rows, files, and the bodies of deliveries. Interrupted, the same call ends it. Recorded."""
    reader = reader_id(request)
    return answer(_erase(reader, _conversation(reader, provider, conversation_id), conversation_id))


@router.get(
    "/people/{attendee_id}/erasure/",
    summary="What erasing a person would take",
    operation_id="person_erasure_preview",
    openapi_extra=PREVIEWS,
)
def person_preview(request: HttpRequest, attendee_id: AttendeeId) -> HttpResponse:
    reader = reader_id(request)
    return answer(_preview(reader, _person(reader, attendee_id)))


@router.post(
    "/people/{attendee_id}/erasure/",
    summary="Erase a person",
    operation_id="person_erase",
    openapi_extra=ERASES,
)
def person_erase(
    request: HttpRequest,
    attendee_id: AttendeeId,
    confirmed: ErasureConfirmed,  # noqa: ARG001 (its type says all)
) -> HttpResponse:
    """With their direct conversations and what they wrote in groups; else as for a conversation."""
    reader = reader_id(request)
    return answer(_erase(reader, _person(reader, attendee_id), attendee_id))


def _conversation(reader: int, provider: str, conversation_id: str) -> Erasable:
    shown_id = readable_conversation(
        reader, provider=provider_or_any(provider), conversation_id=id_number(conversation_id)
    )
    channel = Channel.objects.get(conversation=shown_id)
    return shown_conversation_erasable(channel, shown_id, "a conversation")


def _person(reader: int, attendee_id: str) -> Erasable:
    root, channel_id, _ = readable_person(reader, id_number(attendee_id))
    erasable = shown_person_erasable(Channel.objects.get(pk=channel_id), root, "a person")
    if erasable is None:
        raise NotFound("An account's own person cannot be erased.")
    return erasable


def _preview(reader: int, erasable: Erasable) -> ErasurePreview:
    """Raises NotFound for whoever may not erase it."""
    if not owns_channel(reader, erasable.channel_id):
        raise NotFound
    return erasure_preview(_kind(erasable), messages=erasable.messages, conversations=erasable.conversations)


def _erase(reader: int, erasable: Erasable, object_id: str) -> ErasureRecord:
    if not owns_channel(reader, erasable.channel_id):
        raise NotPermitted("Only owners of the account can erase.")
    audit_note(
        reader,
        AuditEntry.Action.ERASED,
        channel_id=erasable.channel_id,
        object_kind=erasable.kind,
        object_id=object_id,
        result=f"{len(erasable.messages)} messages",
    )
    erasure = erase(erasable, erased_by=User.objects.get(pk=reader).username)
    return ErasureRecord(
        id=id_text(erasure.pk),
        kind=_kind(erasable),
        messages=erasure.messages,
        deliveries=erasure.deliveries,
        erased_by=erasure.erased_by,
        began_at=instant(erasure.began_at),
        ended_at=instant(erasure.ended_at or erasure.began_at),
    )


def _kind(erasable: Erasable) -> Literal["conversation", "person"]:
    return "person" if erasable.kind == Erasure.Kind.PERSON else "conversation"
