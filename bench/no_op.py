"""``python -m bench.no_op``: the product's ASGI server and its settings around an application without work.

It reads a delivery's body and answers 200: what is left is the price of HTTP itself.
"""

from __future__ import annotations

from typing import Any

import django
import uvicorn
from django.conf import settings

from landline.bootstrap import process_prepare, terminate_by_exception
from landline.lifeline import lifeline_watch
from landline.listening import listen
from landline.web import server_config

ANSWER_HEADERS = [(b"content-type", b"application/json"), (b"content-length", b"2")]


async def application(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
        return
    while (await receive()).get("more_body", False):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": ANSWER_HEADERS})
    await send({"type": "http.response.body", "body": b"{}"})


async def _lifespan(receive: Any, send: Any) -> None:
    for step in ("startup", "shutdown"):
        await receive()
        await send({"type": f"lifespan.{step}.complete"})


def main() -> None:
    lifeline_watch()
    terminate_by_exception(code=0)
    process_prepare("web")
    django.setup()
    config = server_config(workers=1)
    config.app = application
    with listen(settings.LANDLINE_BIND, variable="LANDLINE_BIND") as listener:
        uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
