"""`/chats`: lists, single chats, their people and their history."""

from __future__ import annotations

from simulator.api.documents import attendee_document, chat_detail
from simulator.api.errors import ApiError
from simulator.api.lists import CHAT_FILTERS, MESSAGE_FILTERS, chat_page, message_page
from simulator.api.paging import page_request
from simulator.api.recipients import recipient
from simulator.api.service import Route, Service, require_connected, require_feature
from simulator.model import LINKEDIN, WHATSAPP, Attendee, Chat
from simulator.web.forms import read_json
from simulator.web.messages import Request, Response, json_response

_FLAGS = {"setReadStatus", "setMuteStatus", "setArchiveStatus", "setPinnedStatus"}


class Chats:
    """Handlers over chats, but for writing into them."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._world = service.world

    def routes(self) -> list[Route]:
        """Method, template and handler of each operation."""
        return [
            ("GET", "/chats", self.list_all),
            ("GET", "/chats/{chat_id}", self.read),
            ("PATCH", "/chats/{chat_id}", self.patch),
            ("DELETE", "/chats/{chat_id}", self.delete),
            ("GET", "/chats/{chat_id}/messages", self.messages),
            ("GET", "/chats/{chat_id}/attendees", self.attendees),
            ("GET", "/chats/{chat_id}/sync", self.sync_history),
        ]

    async def list_all(self, request: Request) -> Response:
        """200 ChatList, the newest activity first."""
        page = page_request(request, ("unread", "account_type", "account_id", *CHAT_FILTERS))
        accounts = set(self._service.accounts(page.filter("account_id")))
        if kind := page.filter("account_type"):
            accounts = {account for account in accounts if account.type == kind}
        return json_response(
            chat_page(page, [one for one in self._world.chats.values() if one.account in accounts])
        )

    async def read(self, request: Request) -> Response:
        """200 Chat with its last message."""
        return json_response(chat_detail(self._world, self._service.chat(request)))

    async def delete(self, request: Request) -> Response:
        """200 ChatDeleted."""
        chat = self._service.chat(request)
        require_connected(chat.account)
        self._world.forget_chat(chat)
        return json_response({"object": "ChatDeleted"})

    async def messages(self, request: Request) -> Response:
        """200 MessageList of one chat, newest first; `sender_id` is a provider's or an attendee's id."""
        page = page_request(request, MESSAGE_FILTERS)
        chat = self._service.chat(request)
        return json_response(message_page(page, self._world.chat_messages(chat, page.older_than)))

    async def attendees(self, request: Request) -> Response:
        """200 ChatAttendeeList: everybody in the chat, the account's own person last."""
        chat = self._service.chat(request)
        items = [attendee_document(one) for one in (*chat.members, chat.account.own)]
        return json_response({"object": "ChatAttendeeList", "items": items, "cursor": None})

    async def sync_history(self, request: Request) -> Response:
        """200 ChatHistorySync. The first call starts, the next ones look on; one after the end starts
        again. With the end, what only the telephone had is there.
        """
        chat = self._service.chat(request)
        require_connected(chat.account)
        steps = {None: "SYNC_STARTED", "SYNC_STARTED": "SYNC_RUNNING", "SYNC_RUNNING": "SYNC_DONE"}
        chat.history_sync = steps.get(chat.history_sync, "SYNC_STARTED")
        if chat.history_sync == "SYNC_DONE" and chat.history_fails:
            chat.history_sync = "SYNC_ERROR"
        elif chat.history_sync == "SYNC_DONE":
            self._service.changes.history_deepen(chat)
        return json_response({"object": "ChatHistorySync", "chat_id": chat.id, "status": chat.history_sync})

    async def patch(self, request: Request) -> Response:
        """200 ChatPatched for one of the six actions."""
        chat = self._service.chat(request)
        require_connected(chat.account)
        document = await read_json(request)
        action, value = document.get("action"), document.get("value")
        if action in _FLAGS:
            if not isinstance(value, bool):
                raise ApiError("invalid_parameters", "value must be a boolean.")
            self._set_flag(chat, str(action), value)
        elif action == "addParticipant":
            self._service.events.member_add(chat, self._newcomer(chat, value))
        elif action == "setLabel":
            require_feature(chat.account, LINKEDIN)
            if not isinstance(value, str):
                raise ApiError("invalid_parameters", "value must be a string.")
        else:
            raise ApiError("invalid_parameters", "action is not known.")
        return json_response({"object": "ChatPatched"})

    def _set_flag(self, chat: Chat, action: str, value: bool) -> None:
        if action == "setMuteStatus":
            chat.muted = value
        elif action == "setArchiveStatus":
            chat.archived = value
        elif action == "setPinnedStatus":
            chat.pinned = value
        elif value:
            self._service.changes.chat_read(chat)
        else:
            self._service.changes.chat_unread(chat)

    def _newcomer(self, chat: Chat, value: object) -> Attendee:
        require_feature(chat.account, WHATSAPP)
        if not chat.is_group or not isinstance(value, str):
            raise ApiError("invalid_parameters", "A group and a user id are needed.")
        attendee = recipient(self._world, chat.account, value)
        if attendee in chat.members:
            raise ApiError("unprocessable_entity", "This person is in the group already.")
        return attendee
