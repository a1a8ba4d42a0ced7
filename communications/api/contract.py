"""The OpenAPI document: ninja's, with the answers as msgspec describes the very types that are encoded."""

import inspect
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, Final

import msgspec
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from communications.errors import InvalidInput, LandlineError, NotAuthenticated
from communications.feed.changes import PAGE_ROWS
from communications.schemas.addresses import CHANGES_PATH
from communications.schemas.documents import Document
from communications.schemas.frames import (
    ChangesFrame,
    FeedCursor,
    HelloFrame,
    PingFrame,
    PongFrame,
    PresenceFrame,
    ResetFrame,
)
from communications.schemas.problems import PROBLEM_CONTENT_TYPE, Problem

COMPONENT: Final = "#/components/schemas/{name}"

_SOCKET_FRAMES: Final = (HelloFrame, PingFrame, PongFrame, PresenceFrame)
_described: Final[set[type[Document]]] = {Problem, ChangesFrame, ResetFrame, *_SOCKET_FRAMES}


def answers(
    document: type[Document], *refusals: type[LandlineError], status: HTTPStatus = HTTPStatus.OK
) -> dict[str, Any]:
    """``openapi_extra`` of a call that answers ``status`` with this document, or with one of these problems."""
    _described.add(document)
    described = _content(status.phrase, "application/json", document)
    return {"responses": {int(status): described, **_problems(refusals)}}


def also_answers(
    described: dict[str, Any], document: type[Document] | None, *, status: HTTPStatus
) -> dict[str, Any]:
    """``openapi_extra`` as given, of a call that may answer so too; ``None``: without a body."""
    content = {"description": status.phrase}
    if document is not None:
        _described.add(document)
        content = _content(status.phrase, "application/json", document)
    responses = {**described["responses"], int(status): content}
    return {**described, "responses": dict(sorted(responses.items()))}


def answers_file(*refusals: type[LandlineError]) -> dict[str, Any]:
    """``openapi_extra`` of a call that answers with the bytes of a file, or a part of them."""
    content = {"*/*": {"schema": {"type": "string", "format": "binary"}}}
    return {
        "responses": {
            200: {"description": "The file", "content": content},
            206: {"description": "The part that `Range` asks for", "content": content},
            304: {"description": "The content that `If-None-Match` names"},
            416: _content("The file has no byte in that range", PROBLEM_CONTENT_TYPE, Problem),
            **_problems(refusals),
        }
    }


def takes_file() -> dict[str, Any]:
    """``openapi_extra`` of a call whose body is the bytes of a file."""
    content = {"*/*": {"schema": {"type": "string", "format": "binary"}}}
    return {"requestBody": {"required": True, "content": content}}


def answers_nothing(*refusals: type[LandlineError], headers: Mapping[str, str]) -> dict[str, Any]:
    """``openapi_extra`` of a call that answers 204. ``headers``: description by name."""
    described = {
        name: {"description": description, "schema": {"type": "string"}}
        for name, description in headers.items()
    }
    return {"responses": {204: {"description": "Done", "headers": described}, **_problems(refusals)}}


class Api(NinjaAPI):
    """NinjaAPI whose document holds our components, and the call that is answered ahead of Django."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        schema = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        schema["paths"][CHANGES_PATH] = {"get": _changes_call(security=self._security(schema))}
        schema["components"]["schemas"] |= _components()
        return schema

    @staticmethod
    def _security(schema: OpenAPISchema) -> list[dict[str, list[str]]]:
        return [{name: []} for name in schema["components"].get("securitySchemes", {})]


def _changes_call(*, security: list[dict[str, list[str]]]) -> dict[str, Any]:
    frames = {"oneOf": [_reference(ChangesFrame), _reference(ResetFrame)]}
    return {
        "operationId": "changes",
        "summary": "Changes since a cursor",
        "description": inspect.cleandoc(
            """
            One frame of the feed, for browsers whose network lets no socket through. Without a cursor: an
            empty frame whose cursor is where a first load starts. Waits up to `wait` seconds for news.
            """
        ),
        "tags": ["feed"],
        "parameters": [
            _query("cursor", _schema_of(FeedCursor)),
            _query("wait", {"type": "integer", "minimum": 0, "maximum": 25, "default": 0}),
            _query(
                "limit",
                {"type": "integer", "minimum": 1, "maximum": PAGE_ROWS, "default": PAGE_ROWS},
            ),
        ],
        "responses": {
            200: {"description": "OK", "content": {"application/json": {"schema": frames}}},
            **_problems((InvalidInput, NotAuthenticated)),
        },
        "security": security,
    }


def _query(name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"in": "query", "name": name, "required": False, "schema": schema}


def _problems(refusals: Iterable[type[LandlineError]]) -> dict[int, Any]:
    by_status: dict[int, list[type[LandlineError]]] = {}
    for refusal in refusals:
        by_status.setdefault(refusal.status, []).append(refusal)
    return {
        status: _content(
            f"{HTTPStatus(status).phrase}: " + ", ".join(f"`{refusal.code}`" for refusal in kinds),
            PROBLEM_CONTENT_TYPE,
            Problem,
        )
        for status, kinds in sorted(by_status.items())
    }


def _content(description: str, content_type: str, document: type[Document]) -> dict[str, Any]:
    return {"description": description, "content": {content_type: {"schema": _reference(document)}}}


def _reference(document: type[Document]) -> dict[str, str]:
    return {"$ref": COMPONENT.format(name=document.__name__)}


def _schema_of(kind: Any) -> dict[str, Any]:
    (schema,), _ = msgspec.json.schema_components([kind], ref_template=COMPONENT)
    return schema


def _components() -> dict[str, Any]:
    kinds = sorted(_described, key=lambda document: document.__name__)
    _, components = msgspec.json.schema_components(kinds, ref_template=COMPONENT)
    for component in components.values():
        if "description" in component:
            component["description"] = inspect.cleandoc(component["description"])
    return components
