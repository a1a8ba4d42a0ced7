"""`/chat_attendees`: the people of the chats."""

from __future__ import annotations

from simulator import media
from simulator.api.documents import attendee_document
from simulator.api.errors import not_found
from simulator.api.lists import CHAT_FILTERS, MESSAGE_FILTERS, chat_page, message_page
from simulator.api.paging import page_request
from simulator.api.service import Route, Service
from simulator.model import Account, Attendee, Position
from simulator.timeline import position
from simulator.web.messages import Request, Response, json_response


class Attendees:
    """Handlers over people; ids may be Unipile's or the provider's, several of them with commas between."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._world = service.world

    def routes(self) -> list[Route]:
        """Method, template and handler of each operation."""
        return [
            ("GET", "/chat_attendees", self.list_all),
            ("GET", "/chat_attendees/{id}", self.read),
            ("GET", "/chat_attendees/{id}/picture", self.picture),
            ("GET", "/chat_attendees/{id}/chats", self.chats),
            ("GET", "/chat_attendees/{id}/messages", self.messages),
        ]

    async def list_all(self, request: Request) -> Response:
        """200 ChatAttendeeList, the latest known first."""
        page = page_request(request, ("account_id",))
        accounts = set(self._service.accounts(page.filter("account_id")))
        people = (
            one
            for one in reversed(self._world.attendees.values())
            if one.account in accounts and (page.older_than is None or _position(one) < page.older_than)
        )
        return json_response(page.page("ChatAttendeeList", people, _position, attendee_document))

    async def read(self, request: Request) -> Response:
        """200 ChatAttendee."""
        return json_response(attendee_document(self._service.attendee(request.params["id"])))

    async def picture(self, request: Request) -> Response:
        """200 with the picture's bytes, for a person or, under a chat's id, for a group; 404 when there is
        none.
        """
        wanted = request.params["id"]
        chat = self._world.chats.get(wanted)
        variant = chat.picture if chat else self._service.attendee(wanted).picture
        if variant is None:
            raise not_found("picture")
        return Response(body=media.portrait(variant), content_type="image/png")

    async def chats(self, request: Request) -> Response:
        """200 ChatList of the chats these people are in."""
        page = page_request(request, CHAT_FILTERS)
        chats = {chat.id: chat for one in self._people(request) for chat in self._world.chats_of(one)}
        accounts = set(self._service.accounts(page.filter("account_id")))
        return json_response(chat_page(page, [one for one in chats.values() if one.account in accounts]))

    async def messages(self, request: Request) -> Response:
        """200 MessageList of what these people wrote."""
        page = page_request(request, MESSAGE_FILTERS)
        accounts = set(self._service.accounts(page.filter("account_id")))
        written = [
            message
            for one in self._people(request)
            if one.account in accounts
            for message in self._world.attendee_messages(one, page.older_than)
        ]
        return json_response(message_page(page, iter(sorted(written, key=position, reverse=True))))

    def _people(self, request: Request) -> list[Attendee]:
        account = self._account(request)
        return [self._service.attendee(one.strip(), account) for one in request.params["id"].split(",")]

    def _account(self, request: Request) -> Account | None:
        account_id = request.query.get("account_id")
        return self._service.account(account_id) if account_id else None


def _position(attendee: Attendee) -> Position:
    return 0, attendee.sequence
