"""Search over everything that somebody reads."""

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router

from communications.api.answers import answer
from communications.api.contract import answers
from communications.api.cursors import cursor_read, cursor_write
from communications.api.parameters import DEFAULT_LIMIT, Cursor, Limit, SearchText, UtcOffset
from communications.api.reader import reader_id
from communications.errors import InvalidCursor, InvalidInput, InvalidQuery, NotAuthenticated, TooBroad
from communications.schemas.search import FoundMember, SearchPage
from communications.selectors.conversations import conversation_document
from communications.selectors.pages import attendees_by_id
from communications.selectors.scope import readable_channels
from communications.selectors.search import ABOVE_ALL_HITS, conversations_by_id, messages_search
from communications.selectors.search_query import search_query

router = Router(tags=["search"])


@router.get(
    "/search/",
    summary="Search",
    operation_id="search",
    openapi_extra=answers(SearchPage, InvalidInput, InvalidCursor, InvalidQuery, NotAuthenticated, TooBroad),
)
def search(
    request: HttpRequest,
    q: SearchText,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
    utc_offset: UtcOffset = 0,
) -> HttpResponse:
    """Messages, newest first, and people and chats by name. What `q` may hold is described in docs/protocol.md."""
    zone = dt.timezone(dt.timedelta(minutes=utc_offset))
    query = search_query(q, today=timezone.now().astimezone(zone).date(), zone=zone)
    bound_to = f"{request.path}?{utc_offset}&{q}"
    after = cursor_read(bound_to, cursor, first=ABOVE_ALL_HITS)
    channels = readable_channels(reader_id(request), provider=None)
    found = messages_search(channels, query, after=after, limit=limit)
    named = {*(chat.id for chat in found.chats), *(int(hit.conversation_id) for hit in found.hits)}
    conversations = {str(row.id): row for row in conversations_by_id(sorted(named))} if named else {}
    hits = tuple(hit for hit in found.hits if hit.conversation_id in conversations)
    chats = [chat for chat in found.chats if str(chat.id) in conversations]
    members = [(chat.id, chat.member_id) for chat in chats if chat.member_id is not None]
    people = [row.contact_id for row in conversations.values()]
    people += [member_id for _, member_id in members]
    people += [int(hit.sender_id) for hit in hits if hit.sender_id is not None]
    return answer(
        SearchPage(
            chats=tuple(str(chat.id) for chat in chats),
            members=tuple(
                FoundMember(conversation_id=str(chat_id), attendee_id=str(member_id))
                for chat_id, member_id in members
            ),
            hits=hits,
            conversations=tuple(conversation_document(row) for row in conversations.values()),
            attendees=attendees_by_id(people),
            total=found.total,
            forgiving=found.forgiving,
            reach=found.reach,
            completeness=found.completeness,
            next_cursor=cursor_write(bound_to, found.next_position),
        )
    )
