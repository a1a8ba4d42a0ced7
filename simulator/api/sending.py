"""Writing: `POST /chats/{chat_id}/messages` and `POST /chats`, as multipart, form or JSON."""

from __future__ import annotations

import asyncio

from simulator.api.errors import ApiError
from simulator.api.recipients import recipient
from simulator.api.service import Route, Service, require_connected
from simulator.creation import chat_create, message_compose, upload
from simulator.model import WHATSAPP, Account, Attachment, Chat, Message, Origin
from simulator.web.forms import Form, read_form
from simulator.web.messages import Request, Response, json_response

FILE_LIMIT_BYTES = 15 * 1024 * 1024
TEXT_LIMIT = 65_536
TYPING_LIMIT_MS = 60_000
# Recorders label sound as film, and a form without types says nothing.
_VOICE_TYPES = ("audio/", "video/", "application/ogg", "application/octet-stream")
_FILE_FIELDS = {"attachments", "attachments[]", "voice_message", "video_message"}


class Sending:
    """Handlers that make messages."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._world = service.world

    def routes(self) -> list[Route]:
        """Method, template and handler of each operation."""
        return [("POST", "/chats", self.start_chat), ("POST", "/chats/{chat_id}/messages", self.send)]

    async def send(self, request: Request) -> Response:
        """201 MessageSent. The message itself comes by webhook only."""
        chat = self._service.chat(request)
        form = await read_form(request)
        account_id = form.value("account_id")
        if account_id and account_id != chat.account.id:
            raise ApiError("account_mismatch", "The chat belongs to another account.")
        message = await self._compose(chat, form)
        if message is None:
            raise ApiError("unprocessable_entity", "The message has neither text nor attachment.")
        after = await self._service.accept(message, request)
        response = json_response({"object": "MessageSent", "message_id": message.id}, 201)
        response.after = after
        return response

    async def start_chat(self, request: Request) -> Response:
        """201 ChatStarted. One person: the chat with them, the old one if there is one; several: a new
        group.
        """
        form = await read_form(request)
        account_id, people = form.value("account_id"), form.values("attendees_ids")
        if not account_id or not people:
            raise ApiError("missing_parameters", "account_id and attendees_ids are required.")
        account = self._service.account(account_id)
        require_connected(account)
        chat = self._chat_with(account, people, form.value("title"))
        message = await self._compose(chat, form)
        after = await self._service.accept(message, request) if message else None
        message_id = message.id if message else None
        response = json_response({"object": "ChatStarted", "chat_id": chat.id, "message_id": message_id}, 201)
        response.after = after
        return response

    def _chat_with(self, account: Account, people: list[str], title: str | None) -> Chat:
        members = [recipient(self._world, account, one) for one in dict.fromkeys(people)]
        if len(members) == 1 and title is None:
            existing = self._world.direct_chat_find(members[0])
            return existing or chat_create(self._world, account, members)
        return chat_create(self._world, account, members, title=title or "")

    async def _compose(self, chat: Chat, form: Form) -> Message | None:
        """The message of a form, once it is typed; None for one that says nothing."""
        await asyncio.sleep(_typing_seconds(chat.account, form))
        require_connected(chat.account)
        if chat.read_only:
            raise ApiError("resource_access_restricted", "This chat is read-only.")
        attachments = self._attachments(form)
        text = form.value("text") or None
        if text is None and not attachments:
            return None
        if text is not None and len(text) > TEXT_LIMIT:
            raise ApiError("too_many_characters", f"The text is longer than {TEXT_LIMIT} characters.")
        quoted: Message | None = None
        if quote_id := form.value("quote_id"):
            quoted = self._world.message_find(quote_id, chat)
            if quoted is None or quoted.chat is not chat:
                raise ApiError("unprocessable_entity", "The quoted message is not in this chat.")
        return message_compose(
            self._world,
            chat,
            chat.account.own,
            text,
            origin=Origin.API,
            attachments=attachments,
            quoted=quoted,
        )

    def _attachments(self, form: Form) -> list[Attachment]:
        attachments: list[Attachment] = []
        for file in form.files:
            if file.field not in _FILE_FIELDS:
                continue
            if len(file.content) > FILE_LIMIT_BYTES:
                raise ApiError("content_too_large", f"{file.name} is larger than 15 MB.")
            voice = file.field == "voice_message"
            if voice and not file.content_type.startswith(_VOICE_TYPES):
                raise ApiError("unsupported_media_type", "A voice message must be audio.")
            attachments.append(upload(self._world, file.name, file.content_type, file.content, voice=voice))
        return attachments


def _typing_seconds(account: Account, form: Form) -> float:
    """How long the other side sees somebody typing first: `typing_duration`, on WhatsApp only."""
    written = form.value("typing_duration")
    if written is None:
        return 0.0
    try:
        milliseconds = float(written)
    except ValueError:
        milliseconds = -1.0
    if not 0 <= milliseconds <= TYPING_LIMIT_MS:
        raise ApiError("invalid_parameters", f"typing_duration must be from 0 to {TYPING_LIMIT_MS} ms.")
    return milliseconds / 1000 if account.type == WHATSAPP else 0.0
