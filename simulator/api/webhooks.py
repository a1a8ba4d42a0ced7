"""`/webhooks`: registering, listing, removing. There is no update, no single read and no test call."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from simulator.api.documents import webhook_document
from simulator.api.errors import ApiError, not_found, require_text
from simulator.api.paging import page_request
from simulator.api.service import Route, Service
from simulator.model import Position, Webhook
from simulator.web.forms import read_json
from simulator.web.messages import Request, Response, json_response
from simulator.webhooks.registrations import declared_fields, webhook_register


class Webhooks:
    """Handlers over registrations."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._world = service.world

    def routes(self) -> list[Route]:
        """Method, template and handler of each operation."""
        return [
            ("GET", "/webhooks", self.list_all),
            ("POST", "/webhooks", self.create),
            ("DELETE", "/webhooks/{id}", self.delete),
        ]

    async def list_all(self, request: Request) -> Response:
        """200 WebhookList, the newest first."""
        page = page_request(request)
        webhooks = [
            one
            for one in reversed(self._world.webhooks.values())
            if page.older_than is None or _position(one) < page.older_than
        ]
        return json_response(
            page.page(
                "WebhookList",
                webhooks,
                _position,
                lambda one: webhook_document(self._world, one, declared_fields(one)),
            )
        )

    async def create(self, request: Request) -> Response:
        """201 WebhookCreated."""
        document = await read_json(request)
        request_url = require_text(document, "request_url")
        if urlsplit(request_url).scheme not in {"http", "https"}:
            raise ApiError("invalid_parameters", "request_url must be an http(s) URL.")
        try:
            webhook = webhook_register(
                self._world,
                request_url,
                source=require_text(document, "source"),
                events=_texts(document, "events"),
                name=document.get("name"),
                body_format=document.get("format") or "json",
                headers=_pairs(document, "headers", "value"),
                account_ids=_texts(document, "account_ids") or (),
                fields=_pairs(document, "data", "name") if document.get("data") else None,
                enabled=document.get("enabled") is not False,
            )
        except ValueError as error:
            raise ApiError("invalid_parameters", str(error)) from error
        return json_response({"object": "WebhookCreated", "webhook_id": webhook.id}, 201)

    async def delete(self, request: Request) -> Response:
        """200 WebhookDeleted; what waits for a retry is given up."""
        if self._world.webhooks.pop(request.params["id"], None) is None:
            raise not_found("webhook")
        return json_response({"object": "WebhookDeleted"})


def _position(webhook: Webhook) -> Position:
    return 0, webhook.sequence


def _texts(document: dict[str, Any], name: str) -> list[str] | None:
    value = document.get(name)
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ApiError("invalid_parameters", f"{name} must be a list of strings.")
    return value


def _pairs(document: dict[str, Any], name: str, second: str) -> list[tuple[str, str]]:
    value = document.get(name) or []
    try:
        return [(str(one["key"]), str(one[second])) for one in value]
    except (TypeError, KeyError):
        raise ApiError("invalid_parameters", f"{name} must be a list of key and {second}.") from None
