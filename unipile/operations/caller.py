"""What every operation shares: building a request, judging the answer, asking the meter."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar
from urllib.parse import quote

import msgspec

from unipile.calls import CallIntent, CallRecord, Meter
from unipile.errors import RateLimited, Rejected, UnipileError, Unknown
from unipile.payloads import fields
from unipile.payloads.refusals import PayloadError, UnreadableBody
from unipile.payloads.strict import decode
from unipile.refusal_mapping import error_from_answer
from unipile.transport import Answer, AnswerStream, FormField, Request, Transport

Parsed = TypeVar("Parsed")
QueryValue = str | int | bool | datetime | Sequence[str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call: `route` with `{names}` filled from `ids`; `reason` is the caller's word for why."""

    method: str
    route: str
    reason: str
    ids: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, QueryValue] = field(default_factory=dict)
    body: Mapping[str, object] | None = None
    form: Sequence[FormField] | None = None


class Caller:
    """Makes calls over a transport and turns whatever comes back into an answer or a typed error."""

    def __init__(self, transport: Transport, meter: Meter) -> None:
        self._transport = transport
        self._meter = meter

    async def answer(self, call: Call) -> Mapping[str, object]:
        """The JSON object of a 2xx answer.

        Raises any `UnipileError`; a 2xx answer that is no JSON object is `Unknown`, for what was asked may be
        done.
        """
        async with self._recorded(call) as outcome:
            answer = await self._transport.exchange(_request(call))
            outcome.status = answer.status
            _raise_unless_ok(call, answer)
            return _json_object(answer)

    @asynccontextmanager
    async def stream(self, call: Call) -> AsyncIterator[AnswerStream]:
        """A 2xx answer whose body is read piece by piece; errors as in `answer`."""
        async with self._recorded(call) as outcome, self._transport.stream(_request(call)) as stream:
            outcome.status = stream.status
            if not 200 <= stream.status < 300:
                body = b"".join([piece async for piece in stream.chunks(_ERROR_BODY_MAX_BYTES)])
                _raise_unless_ok(call, Answer(stream.status, stream.headers, body))
            yield stream

    @asynccontextmanager
    async def _recorded(self, call: Call) -> AsyncIterator[_Outcome]:
        tell = await self._meter(CallIntent(reason=call.reason, method=call.method, route=call.route))
        outcome = _Outcome()
        started = time.monotonic()
        try:
            yield outcome
        except UnipileError as error:
            outcome.code = error.code
            if isinstance(error, RateLimited):
                outcome.retry_after_seconds = error.retry_after_seconds
            raise
        except BaseException as error:
            outcome.code = type(error).__name__
            raise
        finally:
            tell(
                CallRecord(
                    reason=call.reason,
                    method=call.method,
                    route=call.route,
                    status=outcome.status,
                    outcome=outcome.code,
                    duration_seconds=time.monotonic() - started,
                    retry_after_seconds=outcome.retry_after_seconds,
                )
            )


@dataclass(slots=True)
class _Outcome:
    status: int | None = None
    code: str = "ok"
    retry_after_seconds: float | None = None


_ERROR_BODY_MAX_BYTES = 256 * 1024


def expect_object(answer: Mapping[str, object], *names: str) -> None:
    """Raises `Unknown` unless the answer's `object` is one of the names; upstream's capitals differ by
    source.
    """
    stated = fields.word(answer.get("object"))
    if stated is None or stated.lower() not in {name.lower() for name in names}:
        raise Unknown("unreadable_answer", f"Unipile's answer is not a {' or '.join(names)}.")


def parsed(parse: Callable[[Mapping[str, object]], Parsed], answer: Mapping[str, object]) -> Parsed:
    """The typed answer; `Unknown` when a needed field is missing, for what was asked may be done."""
    try:
        return parse(answer)
    except PayloadError as error:
        raise Unknown("unreadable_answer", f"Unipile's answer cannot be used: {error.sentence}") from error


def upstream_datetime(moment: datetime) -> str:
    """UTC with milliseconds and `Z`, the one form that upstream's filters take."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _request(call: Call) -> Request:
    """Raises `Rejected` (status None) for an id that is no part of an address or text that is no Unicode."""
    try:
        for _, value in call.form or ():
            if isinstance(value, str):
                value.encode()
        return _encoded(call)
    except UnicodeEncodeError as error:
        raise Rejected(status=None, code="unusable_text", title="The text is not valid Unicode.") from error


def _encoded(call: Call) -> Request:
    return Request(
        method=call.method,
        path=_path(call),
        query=[(name, _query_text(value)) for name, value in call.query.items() if value is not None],
        json=None if call.body is None else msgspec.json.encode(call.body),
        form=call.form,
    )


def _path(call: Call) -> str:
    path = call.route
    for name, external_id in call.ids.items():
        if external_id in ("", ".", ".."):
            raise Rejected(status=None, code="unusable_id", title=f"The {name} cannot be part of an address.")
        path = path.replace(f"{{{name}}}", quote(external_id, safe=""))
    return path


def _query_text(value: QueryValue) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return upstream_datetime(value)
    if isinstance(value, (str, int)):
        return str(value)
    return ",".join(value or ())


def _raise_unless_ok(call: Call, answer: Answer) -> None:
    if not 200 <= answer.status < 300:
        raise error_from_answer(
            answer.status,
            answer.headers,
            answer.body,
            had_cursor=call.query.get("cursor") is not None,
            now=datetime.now(UTC),
        )


def _json_object(answer: Answer) -> Mapping[str, object]:
    try:
        body = decode(answer.body)
    except UnreadableBody as error:
        raise Unknown(
            "unreadable_answer", f"Unipile's answer cannot be read: {error.sentence}", status=answer.status
        ) from error
    if not isinstance(body, dict):
        raise Unknown("unreadable_answer", "Unipile's answer is not a JSON object.", status=answer.status)
    return body
