"""An inbox that is searched over its own front door."""

from __future__ import annotations

from typing import Any

from communications.models import Channel, Conversation, Message, User
from tests.inbox import attendee_make, channel_make, client_of, conversation_make, message_make, person_make
from unipile.payloads.text import search_text

SEARCH = "/api/v1/communications/search/"


class Inbox:
    """One reader, one channel, one chat with Ana; more as a test needs it."""

    def __init__(self) -> None:
        self.reader: User = person_make()
        self.channel: Channel = channel_make(self.reader)
        self.ana = attendee_make(
            self.channel, "Ana Martínez", phone="491701234567", public_identifier="ana.m"
        )
        self.chat: Conversation = conversation_make(self.channel, contact=self.ana, members=[self.ana])
        self.client = client_of(self.reader)

    def said(self, text: str, conversation: Conversation | None = None, **fields: Any) -> Message:
        return message_make(conversation or self.chat, text, search_text=search_text(text), **fields)

    def answer(self, q: str, **query: Any) -> dict[str, Any]:
        response = self.client.get(SEARCH, {"q": q, **query})
        assert response.status_code == 200, response.content
        page: dict[str, Any] = response.json()
        return page

    def texts(self, q: str, **query: Any) -> list[str]:
        return [hit["snippet"]["text"] for hit in self.answer(q, **query)["hits"]]
