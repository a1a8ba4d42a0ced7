"""Conversations and their messages, as pages."""

from django.http import HttpRequest, HttpResponse
from ninja import Router

from communications.api.answers import answer
from communications.api.contract import answers
from communications.api.cursors import cursor_read, cursor_write
from communications.api.parameters import (
    DEFAULT_LIMIT,
    AroundMessage,
    ChannelId,
    ConversationId,
    Cursor,
    Limit,
    Provider,
    ReadThrough,
    id_number,
    provider_or_any,
)
from communications.api.reader import reader_id
from communications.api.request_forgery import RequestForged
from communications.errors import InvalidCursor, InvalidInput, NotAuthenticated, NotFound
from communications.outbox.read_marker import conversation_mark_read
from communications.schemas.answers import ConversationPage, MemberList, MessagePage
from communications.schemas.documents import Conversation
from communications.selectors.conversations import conversation_by_id
from communications.selectors.members import MEMBERS_OF_CONVERSATION, member_document
from communications.selectors.pages import (
    ABOVE_ALL_CONVERSATIONS,
    ABOVE_ALL_MESSAGES,
    attendees_by_id,
    conversation_page,
    message_page,
    message_window,
)
from communications.selectors.queries import rows_planned_once
from communications.selectors.scope import readable_channels, readable_conversation

router = Router(tags=["conversations"])


@router.get(
    "/{provider}/chats/",
    summary="Conversations",
    operation_id="chats_list",
    openapi_extra=answers(ConversationPage, InvalidInput, InvalidCursor, NotAuthenticated, NotFound),
)
def chats_list(
    request: HttpRequest,
    provider: Provider,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
    channel_id: ChannelId = None,
) -> HttpResponse:
    """Pinned ones first, then the newest."""
    channels = readable_channels(
        reader_id(request),
        provider=provider_or_any(provider),
        channel_id=None if channel_id is None else id_number(channel_id),
    )
    after = cursor_read(request.path, cursor, first=ABOVE_ALL_CONVERSATIONS)
    page = conversation_page(channels, after=after, limit=limit)
    return answer(
        ConversationPage(
            items=page.items,
            attendees=page.attendees,
            next_cursor=cursor_write(request.path, page.next_position),
        )
    )


@router.get(
    "/{provider}/chats/{conversation_id}/",
    summary="One conversation",
    operation_id="chat_get",
    openapi_extra=answers(Conversation, NotAuthenticated, NotFound),
)
def chat_get(request: HttpRequest, provider: Provider, conversation_id: ConversationId) -> HttpResponse:
    """The id of a conversation that turned out to be part of another answers with that other one."""
    return answer(conversation_by_id(_readable(request, provider, conversation_id)))


@router.get(
    "/{provider}/chats/{conversation_id}/messages/",
    summary="Messages of a conversation",
    operation_id="messages_list",
    openapi_extra=answers(MessagePage, InvalidInput, InvalidCursor, NotAuthenticated, NotFound),
)
def messages_list(
    request: HttpRequest,
    provider: Provider,
    conversation_id: ConversationId,
    *,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
    around: AroundMessage = None,
) -> HttpResponse:
    """Newest first. `around` opens the conversation at one message, with both ends to go on from."""
    shown_id = _readable(request, provider, conversation_id)
    if around is not None:
        return _messages_around(request, shown_id, around, cursor, limit)
    after = cursor_read(request.path, cursor, first=ABOVE_ALL_MESSAGES)
    page = message_page(shown_id, after=after, limit=limit)
    beyond = cursor_write(request.path, page.next_position)
    return answer(
        MessagePage(
            items=page.items,
            attendees=page.attendees,
            next_cursor=None if after.is_upward else beyond,
            newer_cursor=beyond if after.is_upward else None,
        )
    )


def _messages_around(
    request: HttpRequest, conversation_id: int, around: str, cursor: str | None, limit: int
) -> HttpResponse:
    if cursor is not None:
        raise InvalidInput("cursor: leave it out where `around` is given")
    window = message_window(conversation_id, around=id_number(around), limit=limit)
    return answer(
        MessagePage(
            items=window.items,
            attendees=window.attendees,
            next_cursor=cursor_write(request.path, window.older_position),
            newer_cursor=cursor_write(request.path, window.newer_position),
        )
    )


@router.get(
    "/{provider}/chats/{conversation_id}/members/",
    summary="Who is in a conversation",
    operation_id="members_list",
    openapi_extra=answers(MemberList, NotAuthenticated, NotFound),
)
def members_list(request: HttpRequest, provider: Provider, conversation_id: ConversationId) -> HttpResponse:
    shown_id = _readable(request, provider, conversation_id)
    members = tuple(
        member_document(row) for row in rows_planned_once(MEMBERS_OF_CONVERSATION, [shown_id, shown_id])
    )
    people = attendees_by_id(int(member.attendee_id) for member in members)
    return answer(MemberList(items=members, attendees=people))


@router.post(
    "/{provider}/chats/{conversation_id}/read/",
    summary="Mark as read",
    operation_id="chat_mark_read",
    openapi_extra=answers(Conversation, InvalidInput, NotAuthenticated, RequestForged, NotFound),
)
def chat_mark_read(
    request: HttpRequest, provider: Provider, conversation_id: ConversationId, through: ReadThrough
) -> HttpResponse:
    """Moves the read marker up to that message, never back."""
    shown_id = conversation_mark_read(
        reader_id(request),
        provider=provider_or_any(provider),
        conversation_id=id_number(conversation_id),
        message_id=id_number(through.message_id),
    )
    return answer(conversation_by_id(shown_id))


def _readable(request: HttpRequest, provider: str, conversation_id: str) -> int:
    return readable_conversation(
        reader_id(request), provider=provider_or_any(provider), conversation_id=id_number(conversation_id)
    )
