"""What the person at the page does to chats and messages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from simulator import creation
from simulator.acts import Acts
from simulator.api.service import Route
from simulator.model import WHATSAPP, Account, Attachment, Attendee, Chat, Message
from simulator.page.refusals import RefusedError, optional_text, phone_number_of, script_json, text_of
from simulator.scenarios.stage import PICTURES
from simulator.web.messages import Request, Response, json_response
from simulator.world import World

PHONE = "phone"
REACTION_MAX = 32

_MEDIA: Mapping[str, Callable[[World, Random], Attachment]] = {
    "photo": lambda world, rng: creation.photo(world, rng.randrange(8)),
    "screenshot": lambda world, rng: creation.screenshot(world, rng.randrange(8)),
    "voice": lambda world, rng: creation.voice_note(world, rng.randrange(3, 40)),
    "film": lambda world, _rng: creation.film(world),
    "gif": lambda world, _rng: creation.gif(world),
    "file": lambda world, rng: creation.document(world, f"Order-{rng.randrange(1000, 10_000)}.pdf"),
    "sticker": lambda world, _rng: creation.sticker(world),
    "once": lambda world, rng: creation.photo(world, rng.randrange(8)),
    "gone": lambda world, _rng: creation.gone_video(world),
}
_SHOWN = ("image/png", "image/jpeg", "image/gif", "image/webp", "audio/", "video/", "application/pdf")
UNSUPPORTED = "unsupported"
MEDIA = (*_MEDIA, UNSUPPORTED)
FATES = ("at_once", "slow", "failing", "later", "missing", "expired")


class Plays:
    """Handlers of the page's own API below `/play`; what they change is told to the webhooks at once."""

    def __init__(self, acts: Acts) -> None:
        self._acts = acts
        self._world = acts.world
        self._rng = Random(acts.world.identifiers.seed)

    def routes(self) -> list[Route]:
        """Method, template and handler of each operation."""
        return [
            ("POST", "/play/chats/{chat_id}/messages", self.write),
            ("POST", "/play/chats/{chat_id}/events", self.event),
            ("POST", "/play/messages/{message_id}", self.act),
            ("POST", "/play/strangers", self.stranger),
            ("GET", "/play/media/{message_id}/{attachment_id}", self.media),
        ]

    async def write(self, request: Request) -> Response:
        """A message by a member, or with `as` `phone` by the owner: words, something made up on the spot, or both."""
        chat = self._chat(request)
        document = await script_json(request)
        media = document.get("media")
        if media is None:
            text_of(document)
        elif media not in MEDIA:
            raise RefusedError(400, "This cannot be sent.")
        sender = self._person(chat, document.get("as"))
        quoting = self._quoted(chat, document.get("quoting"))
        files = self._files(media, document.get("fate"))
        text = None if media == UNSUPPORTED else optional_text(document)
        if sender.is_self:
            message = self._acts.phone_writes(chat, text, attachments=files, quoting=quoting)
        else:
            message = self._acts.customer_writes(
                chat, text, sender=sender, attachments=files, quoting=quoting, view_once=media == "once"
            )
        return json_response({"message_id": message.id}, 201)

    async def act(self, request: Request) -> Response:
        """What becomes of a message: `react`, `edit`, `delete`, `deliver`, `read` or `forward`."""
        message = self._world.message_find(request.params["message_id"])
        if message is None:
            raise RefusedError(404, "There is no such message.")
        document = await script_json(request)
        acted = message
        match document.get("act"):
            case "react":
                value = str(document.get("value") or "").strip()[:REACTION_MAX]
                self._acts.changes.message_react(
                    message, self._person(message.chat, document.get("as")), value
                )
            case "edit":
                if message.deleted:
                    raise RefusedError(409, "A deleted message cannot be edited.")
                self._acts.customer_edits(message, text_of(document, "value"))
            case "delete":
                self._acts.customer_deletes(message)
            case "deliver":
                self._acts.customer_receives(_own(message))
            case "read":
                self._read(message, document.get("as"))
            case "forward":
                acted = self._forward(message, document)
            case _:
                raise RefusedError(400, "Nothing like that can be done to a message.")
        return json_response({"message_id": acted.id, "chat_id": acted.chat.id})

    async def event(self, request: Request) -> Response:
        """What happens to a chat: `rename`, `picture`, `add`, `remove`, `leave`, `promote`, `call`, `video_call` or
        `read`.
        """
        chat = self._chat(request)
        document = await script_json(request)
        events, word = self._acts.events, document.get("event")
        actor = self._person(chat, document.get("as", PHONE if word == "read" else None))
        if word == "read":
            if actor.is_self:
                self._acts.phone_reads(chat)
            else:
                self._acts.customer_opens(chat, reader=actor)
            return json_response({})
        if word in {"call", "video_call"}:
            events.call_miss(chat, actor, video=word == "video_call")
            return json_response({})
        if not chat.is_group:
            raise RefusedError(409, "Only a group can change like that.")
        match word:
            case "rename":
                events.group_rename(chat, text_of(document, "value")[:100], by=actor)
            case "picture":
                events.group_picture(chat, self._rng.randrange(PICTURES), by=actor)
            case "add":
                events.member_add(chat, self._newcomer(chat.account, document), by=actor)
            case "remove":
                events.member_remove(chat, self._departing(chat, document.get("member")), by=actor)
            case "promote":
                events.member_promote(chat, self._person(chat, document.get("member")), by=actor)
            case "leave":
                events.member_leave(chat, self._departing(chat, document.get("as")))
            case _:
                raise RefusedError(400, "Nothing like that can happen to a group.")
        return json_response({})

    async def stranger(self, request: Request) -> Response:
        """A first message by somebody nobody knows."""
        document = await script_json(request)
        account = self._world.accounts.get(str(document.get("account_id")))
        if account is None:
            raise RefusedError(404, "There is no such account.")
        text = text_of(document)
        name, phone_number = self._unknown(account, document)
        message = self._acts.stranger_writes(account, text, name=name, phone_number=phone_number)
        return json_response({"chat_id": message.chat.id, "message_id": message.id}, 201)

    async def media(self, request: Request) -> Response:
        """The bytes of a file, for the page itself: whoever sent it can see it whatever others are told."""
        message = self._world.message_find(request.params["message_id"])
        wanted = request.params["attachment_id"]
        found = next((one for one in (message.attachments if message else ()) if one.id == wanted), None)
        if found is None or found.content is None:
            raise RefusedError(404, "There is no such file.")
        # Callers of the API can send anything; as a page of this origin it must not be opened.
        kind = found.mimetype if found.mimetype.startswith(_SHOWN) else "application/octet-stream"
        return Response(body=found.content(), content_type=kind)

    def _chat(self, request: Request) -> Chat:
        chat = self._world.chats.get(request.params["chat_id"])
        if chat is None:
            raise RefusedError(404, "There is no such conversation.")
        return chat

    def _person(self, chat: Chat, attendee_id: object) -> Attendee:
        if attendee_id == PHONE:
            return chat.account.own
        for member in chat.members:
            if member.id == attendee_id:
                return member
        raise RefusedError(400, "This person is not in the conversation.")

    def _departing(self, chat: Chat, attendee_id: object) -> Attendee:
        member = self._person(chat, attendee_id)
        if not member.is_self and len(chat.members) == 1:
            raise RefusedError(409, "Somebody has to stay in the group.")
        return member

    def _quoted(self, chat: Chat, message_id: object) -> Message | None:
        if not message_id:
            return None
        message = self._world.message_find(str(message_id))
        if message is None or message.chat is not chat:
            raise RefusedError(400, "The message that is answered is not in this conversation.")
        return message

    def _files(self, media: str | None, fate: object) -> list[Attachment]:
        if media is None or media == UNSUPPORTED:
            return []
        attachment = _MEDIA[media](self._world, self._rng)
        if fate not in {None, FATES[0]}:
            try:
                creation.withhold(attachment, str(fate))
            except ValueError as error:
                raise RefusedError(400, str(error)) from error
        return [attachment]

    def _read(self, message: Message, attendee_id: object) -> None:
        reader = self._person(message.chat, attendee_id)
        if reader.is_self:
            raise RefusedError(409, "Choose who of the others has read it.")
        self._acts.customer_reads(_own(message), reader=reader)

    def _forward(self, message: Message, document: dict[str, Any]) -> Message:
        target = self._world.chats.get(str(document.get("chat_id")))
        if target is None or target.account is not message.account:
            raise RefusedError(404, "There is no such conversation in this account.")
        if message.deleted:
            raise RefusedError(409, "A deleted message cannot be forwarded.")
        if document.get("as") == PHONE:
            return self._acts.phone_writes(
                target, message.text, attachments=message.attachments, forwarded=True
            )
        return self._acts.customer_writes(
            target, message.text, attachments=message.attachments, forwarded=True
        )

    def _newcomer(self, account: Account, document: dict[str, Any]) -> Attendee:
        name, phone_number = self._unknown(account, document)
        if not name and phone_number is None:
            raise RefusedError(400, "A name or a number is needed.")
        return self._acts.contact(
            account, name, phone_number=phone_number, username=f"user{self._world.next_sequence()}"
        )

    def _unknown(self, account: Account, document: dict[str, Any]) -> tuple[str, str | None]:
        """Name and number of somebody new."""
        phone_number = phone_number_of(document) if account.type == WHATSAPP else None
        if phone_number and self._world.attendee_find(phone_number, account):
            raise RefusedError(409, "This number is known already.")
        return str(document.get("name") or "").strip()[:80], phone_number


def _own(message: Message) -> Message:
    if not message.is_sender:
        raise RefusedError(409, "Only an own message is delivered to others and read by them.")
    return message
