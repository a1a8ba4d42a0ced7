"""Laws of the normaliser under damaged input: cases A18, A19 and B16.

Whatever is done to a body, the outcome is a typed value or one of the declared refusals, and no string in the
value is one a text column refuses.
"""

import contextlib
import copy
import json
from datetime import UTC, datetime

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unipile.damage import STRANGE, WAYS, damage, places
from tests.unipile.fixture_bodies import BODY_NAMES, read_body
from unipile.payloads.account import parse_account_status
from unipile.payloads.aliases import chat_aliases
from unipile.payloads.direction import body_direction
from unipile.payloads.event_key import event_key
from unipile.payloads.events import Family, classify
from unipile.payloads.identity import identity_keys, own_identity_keys
from unipile.payloads.messaging import parse_messaging
from unipile.payloads.names import usable_name
from unipile.payloads.refusals import InvalidField, MissingField, PayloadError, UnreadableBody
from unipile.payloads.strict import decode
from unipile.payloads.text import is_storable
from unipile.payloads.times import settle_time

RECEIVED_AT = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
BODIES = [read_body(name) for name in BODY_NAMES]


def everything_derived(body):
    envelope = classify(body)
    derived = [envelope.event, envelope.account_id, envelope.provider, envelope.webhook_name]
    assert len(event_key(envelope, RECEIVED_AT)) == 32
    if envelope.family in {Family.ACCOUNT_STATUS, Family.HOSTED_AUTH}:
        derived.append(parse_account_status(envelope))
    elif envelope.family is Family.MESSAGING:
        payload = parse_messaging(envelope)
        derived += [payload, body_direction(payload), settle_time(payload.timestamp, RECEIVED_AT)]
        aliases = chat_aliases(payload)
        assert aliases
        derived += [value for _, value in aliases]
        derived += own_identity_keys(payload.own, payload.provider)
        for person in (payload.sender, *payload.attendees):
            if person is not None:
                derived += [*identity_keys(person, payload.provider), usable_name(person.name, person)]
    return derived


def strings_of(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.items():
            yield from strings_of(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from strings_of(inner)


def outcome_is_declared(body):
    try:
        derived = everything_derived(body)
    except (MissingField, InvalidField, UnreadableBody) as refused:
        return bool(refused.code and refused.sentence)
    return all(is_storable(text) for text in strings_of(msgspec.to_builtins(derived)))


@st.composite
def damaged_bodies(draw):
    body = copy.deepcopy(draw(st.sampled_from(BODIES)))
    for _ in range(draw(st.integers(1, 4))):
        remaining = list(places(body))
        if not remaining:
            break
        strange = draw(st.sampled_from(STRANGE))
        if draw(st.sampled_from([False] * len(WAYS) + [True])):
            body["not_seen_before"] = copy.deepcopy(strange)
        else:
            damage(body, draw(st.sampled_from(remaining)), draw(st.sampled_from(list(WAYS))), strange)
    return body


@settings(deadline=None, max_examples=400)
@given(damaged_bodies())
def test_b16_a_damaged_body_ends_in_a_value_or_a_declared_refusal(body):
    assert outcome_is_declared(body)


@settings(deadline=None, max_examples=300)
@given(damaged_bodies(), st.integers(0, 2000), st.integers(0, 255))
def test_b16_so_do_its_bytes_cut_or_with_one_changed(body, position, replacement):
    raw = bytearray(json.dumps(body).encode())
    position %= len(raw)
    for damaged in (
        bytes(raw[:position]),
        bytes(raw[:position] + bytes([replacement]) + raw[position + 1 :]),
    ):
        with contextlib.suppress(UnreadableBody):
            assert outcome_is_declared(decode(damaged))


@settings(deadline=None, max_examples=300)
@given(
    st.dictionaries(
        st.sampled_from(sorted({name for body in BODIES for name in body})) | st.text(max_size=10),
        st.sampled_from(STRANGE) | st.sampled_from([value for body in BODIES for value in body.values()]),
    )
)
def test_b16_a_body_put_together_at_random_does_too(body):
    assert outcome_is_declared(body)


@settings(deadline=None)
@given(st.sampled_from(BODIES), st.text(min_size=1, max_size=20), st.sampled_from(STRANGE))
def test_a18_an_unknown_field_changes_nothing(body, name, value):
    known = {name for each in BODIES for name in each} | {
        "text",
        "hidden",
        "is_view_once",
        "chat_type",
        "payload",
    }
    if name in known | {"content_type", "account_status", "chat_name", "type", "id", "status", "name"}:
        return
    assert everything_derived(body | {name: value}) == everything_derived(body)


@settings(deadline=None)
@given(st.sampled_from([body for body in BODIES if "message_id" in body]), st.data())
def test_a19_a_missing_optional_field_leaves_a_value(body, data):
    optional = sorted(set(body) - {"event", "account_id", "message_id", "chat_id"})
    dropped = data.draw(st.sets(st.sampled_from(optional)))
    try:
        everything_derived({name: value for name, value in body.items() if name not in dropped})
    except PayloadError as refused:
        raise AssertionError(refused.sentence) from refused
