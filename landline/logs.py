"""Structured logs: one line per event, as text for people or JSON for machines, never with content.

Message text, phone numbers and secrets are kept out in three ways: values under telling names are
replaced, what looks like a phone number is masked wherever it stands, and the secrets this process knows
are masked literally. PostgreSQL's DETAIL and CONTEXT lines quote rows, so tracebacks lose them.
"""

from __future__ import annotations

import logging.config
import re
import sys
from collections.abc import Mapping
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

LOG_FORMATS = ("text", "json")
REMOVED = "[removed]"

SECRET_WORDS = ("secret", "password", "api_key", "authorization", "cookie", "token")
CONTENT_KEYS = frozenset(
    {"text", "body", "message", "content", "phone", "name", "sender", "payload", "raw", "subject", "title"}
)
PHONE_NUMBER = re.compile(r"\+\d{7,15}\b|\b\d{7,15}(?=@(?:s\.whatsapp\.net|c\.us|lid|g\.us)\b)")
ROW_QUOTES = re.compile(r"^(?:DETAIL|CONTEXT): .*$", re.MULTILINE)


class Redaction:
    """The structlog processor that takes secrets and content out of an event."""

    def __init__(self, known_secrets: tuple[str, ...]) -> None:
        self._known_secrets = known_secrets

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        return {key: self._clean(key, value) for key, value in event.items()}

    def _clean(self, key: str, value: Any) -> Any:
        lowered = key.lower()
        if value is not None and (lowered in CONTENT_KEYS or any(word in lowered for word in SECRET_WORDS)):
            return REMOVED
        if isinstance(value, str):
            return self._clean_text(value)
        if isinstance(value, Mapping):
            return {inner: self._clean(str(inner), held) for inner, held in value.items()}
        if isinstance(value, (list, tuple)):
            return [self._clean("", held) for held in value]
        if isinstance(value, BaseException):
            return self._clean_text(f"{type(value).__name__}: {value}")
        return value

    def _clean_text(self, value: str) -> str:
        for secret in self._known_secrets:
            value = value.replace(secret, REMOVED)
        return PHONE_NUMBER.sub(REMOVED, ROW_QUOTES.sub(REMOVED, value))


def drop_terminal_colours(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """uvicorn repeats each message with colour codes."""
    event.pop("color_message", None)
    return event


def logging_configure(log_format: str, *, known_secrets: tuple[str, ...]) -> None:
    """Sends structlog and the standard library's loggers to stderr through the same processors."""
    before_rendering: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        Redaction(known_secrets),
    ]
    renderer: Processor = (
        structlog.processors.JSONRenderer()
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *before_rendering,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "structured": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "foreign_pre_chain": [
                        *before_rendering[:-1],
                        structlog.stdlib.ExtraAdder(),
                        drop_terminal_colours,
                        before_rendering[-1],
                    ],
                    "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
                }
            },
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
            "root": {"handlers": ["stderr"], "level": "INFO"},
            "loggers": {
                "uvicorn.access": {"handlers": [], "propagate": False},
                "asyncio": {"level": "WARNING"},
                # Refusals are told once, by the code that refuses.
                "django.request": {"level": "ERROR"},
                "procrastinate": {"level": "WARNING"},
            },
        }
    )
