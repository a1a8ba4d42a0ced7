"""Every call of the REST API as the server itself lists it: a new one cannot be left out of a test."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from asgiref.sync import async_to_sync
from django.db import connection
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from communications.api.application import api
from communications.schemas.identifiers import uuid7

JSON = "application/json"
NEEDED_QUERIES = {"/api/v1/communications/search/": ("q",)}
SUCCEED_WITH = {
    "DELETE /api/v1/session/": 204,
    # Taken and tried: nothing answers at the address that these tests give.
    "POST /api/v1/setup/credentials/": 409,
    "POST /api/v1/setup/acts/": 201,
    "POST /api/v1/communications/uploads/": 201,
    "DELETE /api/v1/communications/uploads/{upload_id}/": 204,
    "POST /api/v1/communications/accounts/": 201,
    "POST /api/v1/communications/channels/{channel_id}/acts/": 201,
    "POST /api/v1/communications/channels/{channel_id}/comparisons/": 201,
    "POST /api/v1/communications/channels/{channel_id}/lookups/": 201,
    "POST /api/v1/communications/{provider}/chats/": 201,
    "POST /api/v1/communications/{provider}/chats/{conversation_id}/messages/": 201,
    "POST /api/v1/communications/{provider}/chats/{conversation_id}/messages/{message_id}/changes/": 201,
    "POST /api/v1/communications/{provider}/chats/{conversation_id}/messages/{message_id}/forward/": 201,
    "DELETE /api/v1/communications/{provider}/chats/{conversation_id}/messages/{message_id}/changes/{change_id}/": 204,
    "POST /api/v1/communications/pictures/": 204,
    "POST /api/v1/communications/deliveries/replay/": 202,
}
# A decision is about a message that failed. Whoever asks for another than the usual one means that one.
DECISION = "POST /api/v1/communications/{provider}/chats/{conversation_id}/messages/{message_id}/decision/"
HISTORY_ACT = "POST /api/v1/communications/history/{run_id}/acts/"
# Named as what is done with an account, whose values are others.
SETUP_ACT = "POST /api/v1/setup/acts/"
# What calls say besides ids.
WORDS: dict[str, Any] = {
    "provider": "all",
    "verdict": "different",
    "confirmation": "erase",
    "name": "Ada L.",
    "read_receipts": "never",
    "paused": True,
    "media": "all",
    "account_type": "whatsapp",
    "way": "page",
    "act": "restart",
    "code": "123456",
    "phone": "+49 151 23456789",
    "kind": "react",
    "emoji": "👍",
    "archived": True,
    "decision": "skip",
    "text": "hello",
    "q": "hello",
}
DIGEST = "SELECT coalesce(md5(string_agg(held::text, '|' ORDER BY held::text)), '') FROM {table} AS held"


@dataclass(frozen=True)
class Call:
    """``template`` holds parameters in braces, as OpenAPI writes them."""

    method: str
    template: str

    @property
    def parameters(self) -> list[str]:
        return re.findall(r"{(\w+)}", self.template)

    @property
    def is_unsafe(self) -> bool:
        return self.method not in ("GET", "HEAD")

    @property
    def described_as(self) -> tuple[str, str]:
        """The method and path of its description: HEAD is GET without the content (RFC 9110)."""
        return ("GET" if self.method == "HEAD" else self.method), self.template

    @property
    def succeeds_with(self) -> int:
        return SUCCEED_WITH.get(str(self), 200)

    def made_by(
        self, client: Client, values: dict[str, Any], *, query: Any = None, **options: Any
    ) -> HttpResponse:
        """The answer to this call. Values that are not in the path are the body of an unsafe call.

        A parameter of the address that must be there is taken from ``values`` too.
        """
        if str(self) == DECISION and values["message_id"] == values["usual_message_id"]:
            values = {**values, "message_id": values["failed_message_id"]}
        if str(self) == SETUP_ACT:
            values = {**values, "act": "webhooks_check"}
        if str(self) == HISTORY_ACT:
            values = {**values, "act": "pause"}
        key = str(uuid7())
        asked = {name: value for name, value in values.items() if name not in self.parameters}
        body = json.dumps({"client_id": key, **asked})
        options.setdefault("content_type", JSON)
        options["headers"] = {"Idempotency-Key": key, **(options.get("headers") or {})}
        if query is None:
            query = {name: values[name] for name in NEEDED_QUERIES.get(self.template, ())} or None
        return whole(
            client.generic(
                self.method,
                self.template.format(**values),
                body if self.is_unsafe else b"",
                query_params=query,
                **options,
            )
        )

    def __str__(self) -> str:
        return f"{self.method} {self.template}"


def whole(answer: Any) -> HttpResponse:
    """The answer with all that it streams."""
    if not isinstance(answer, StreamingHttpResponse):
        response: HttpResponse = answer
        return response

    async def pieces() -> bytes:
        return b"".join([piece async for piece in answer])

    content = async_to_sync(pieces)()
    answer.close()
    return HttpResponse(content, status=answer.status_code, headers=dict(answer.items()))


def calls_of_the_api() -> list[Call]:
    """What ninja serves, read from its routers and not from the document about them."""
    return [
        Call(method, f"/api/v1{bound.prefix}{path}")
        for bound in api._get_bound_routers()
        for path, view in bound.path_operations.items()
        for operation in view.operations
        for method in operation.methods
    ]


def patterns_of_the_server() -> list[str]:
    """Every address pattern that Django resolves, joined from the root."""

    def walk(patterns: list[URLPattern | URLResolver], prefix: str) -> list[str]:
        found: list[str] = []
        for pattern in patterns:
            here = prefix + str(pattern.pattern)
            found += walk(pattern.url_patterns, here) if isinstance(pattern, URLResolver) else [here]
        return found

    return walk(get_resolver().url_patterns, "")


def rows_of_every_table() -> dict[str, str]:
    """A digest of each table's rows: equal before and after means that nothing was written."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' "
            "AND relname LIKE 'communications_%%'"
        )
        digests = {}
        for (table,) in cursor.fetchall():
            cursor.execute(DIGEST.replace("{table}", table))
            digests[table] = cursor.fetchone()[0]
    return digests
