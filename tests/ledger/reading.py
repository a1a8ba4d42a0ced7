"""An administrator's browser, asked from asynchronous tests."""

from __future__ import annotations

import json
from typing import Any

from asgiref.sync import sync_to_async
from django.http import HttpResponse

from communications.models import Channel, ChannelAccess, User
from tests.inbox import client_of, person_make

API = "/api/v1/communications/"


class Reader:
    def __init__(self, person: User) -> None:
        self.person = person
        self._client = client_of(person)

    async def get(self, path: str, **query: object) -> Any:
        answer: HttpResponse = await sync_to_async(self._client.get)(API + path, query)
        assert answer.status_code == 200, answer.content
        return json.loads(answer.content)

    async def refusal(self, path: str, **query: object) -> Any:
        answer: HttpResponse = await sync_to_async(self._client.get)(API + path, query)
        assert answer.status_code >= 400, answer.content
        return json.loads(answer.content)

    async def post(self, path: str, **body: object) -> tuple[int, Any]:
        answer = await sync_to_async(self._client.post)(API + path, body, content_type="application/json")
        return answer.status_code, json.loads(answer.content)

    async def whole_list(self, limit: int = 3, **query: object) -> list[Any]:
        """Every page, one after the other."""
        items: list[Any] = []
        cursor: str | None = None
        while True:
            page = await self.get(
                "deliveries/", limit=limit, **query, **({} if cursor is None else {"cursor": cursor})
            )
            items += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return items


@sync_to_async
def reader_make(account: str | None = None, role: str = "owner") -> Reader:
    """Somebody with this role in the account's channel."""
    person = person_make()
    if account is not None:
        channel = Channel.objects.get(external_account_id=account)
        ChannelAccess.objects.create(user=person, channel=channel, role=role)
    return Reader(person)
