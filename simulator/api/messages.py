"""`/messages`: reading messages and their media, and what can be done to one."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from simulator.api.documents import message_document
from simulator.api.errors import ApiError, not_found, require_text
from simulator.api.lists import MESSAGE_FILTERS, message_page
from simulator.api.paging import page_request
from simulator.api.service import Route, Service, require_connected, require_feature
from simulator.creation import message_compose
from simulator.model import LINKEDIN, WHATSAPP, Message, Origin
from simulator.web.forms import read_json
from simulator.web.messages import Request, Response, json_response

_MEDIA_REFUSALS = {404: "resource_not_found", 410: "resource_expired", 500: "provider_error"}


class Messages:
    """Handlers over messages."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._world = service.world

    def routes(self) -> list[Route]:
        """Method, template and handler of each operation."""
        return [
            ("GET", "/messages", self.list_all),
            ("GET", "/messages/{message_id}", self.read),
            ("PATCH", "/messages/{message_id}", self.edit),
            ("DELETE", "/messages/{message_id}", self.delete),
            ("GET", "/messages/{message_id}/attachments/{attachment_id}", self.attachment),
            ("POST", "/messages/{message_id}/forward", self.forward),
            ("POST", "/messages/{message_id}/reaction", self.react),
        ]

    async def list_all(self, request: Request) -> Response:
        """200 MessageList over all chats, newest first."""
        page = page_request(request, MESSAGE_FILTERS)
        accounts = self._service.accounts(page.filter("account_id"))
        return json_response(message_page(page, self._world.account_messages(accounts, page.older_than)))

    async def read(self, request: Request) -> Response:
        """200 Message."""
        return json_response(message_document(self._service.message(request)))

    async def attachment(self, request: Request) -> Response:
        """200 with the bytes under their own media type; 404 when the media is gone, or what was asked for."""
        message = self._service.message(request)
        wanted = request.params["attachment_id"]
        found = next((one for one in message.attachments if one.id == wanted), None)
        if found is None or found.content is None:
            raise not_found("attachment")
        if found.withheld is not None:
            await asyncio.sleep(found.withheld.delay_seconds)
            refused = found.withheld.take()
            if refused is not None:
                raise ApiError(_MEDIA_REFUSALS[refused])
        return Response(body=found.content(), content_type=found.mimetype)

    async def edit(self, request: Request) -> Response:
        """200 MessageEdited. Past WhatsApp's window the answer is the same and nothing changes, or it is 422."""
        message = self._own(request)
        require_feature(message.account, WHATSAPP, LINKEDIN)
        text = require_text(await read_json(request), "text")
        if not text.strip():
            raise ApiError("invalid_parameters", "text must not be empty.")
        window_seconds = self._service.habits.edit_window_seconds
        if message.account.type != WHATSAPP or self._in_time(message, window_seconds):
            self._service.changes.message_edit(message, text)
        return json_response({"object": "MessageEdited"})

    async def delete(self, request: Request) -> Response:
        """200 MessageDeleted, for everyone. Past the window the answer is the same and nothing changes, or it is
        422.
        """
        message = self._own(request)
        require_feature(message.account, WHATSAPP, LINKEDIN)
        if self._in_time(message, self._service.habits.delete_window_seconds):
            self._service.changes.message_delete(message)
        return json_response({"object": "MessageDeleted"})

    async def react(self, request: Request) -> Response:
        """200 MessageReactionAdded; an empty reaction takes ours away, or is 400."""
        message = self._service.message(request)
        require_connected(message.account)
        require_feature(message.account, WHATSAPP, LINKEDIN)
        value = require_text(await read_json(request), "reaction")
        if not value and not self._service.habits.empty_reaction_removes:
            raise ApiError("invalid_parameters", "reaction must not be empty.")
        if message.deleted:
            raise ApiError("unprocessable_entity", "The message is deleted.")
        self._service.changes.message_react(message, message.account.own, value)
        return json_response({"object": "MessageReactionAdded", "success": True})

    async def forward(self, request: Request) -> Response:
        """200 MessageForwarded, WhatsApp only."""
        message = self._service.message(request)
        require_connected(message.account)
        require_feature(message.account, WHATSAPP)
        chat = self._world.chat_find(require_text(await read_json(request), "chat_id"), message.account.id)
        if chat is None or chat.account is not message.account:
            raise not_found("chat")
        if chat.read_only:
            raise ApiError("resource_access_restricted", "This chat is read-only.")
        if message.deleted:
            raise ApiError("unprocessable_entity", "The message is deleted.")
        copy = message_compose(
            self._world,
            chat,
            chat.account.own,
            message.text,
            origin=Origin.API,
            attachments=message.attachments,
            forwarded=True,
        )
        after = await self._service.accept(copy, request)
        response = json_response({"object": "MessageForwarded", "message_id": copy.id})
        response.after = after
        return response

    def _own(self, request: Request) -> Message:
        message = self._service.message(request)
        require_connected(message.account)
        if not message.is_sender:
            raise ApiError("insufficient_permissions", "Only own messages can be changed.")
        return message

    def _in_time(self, message: Message, window_seconds: float) -> bool:
        """Whether `message` can still be changed; 422 where a late change is refused."""
        late = self._world.clock() - message.timestamp >= timedelta(seconds=window_seconds)
        if late and self._service.habits.refuses_late_changes:
            raise ApiError("unprocessable_entity", "The message can no longer be changed.")
        return not late and not message.deleted
