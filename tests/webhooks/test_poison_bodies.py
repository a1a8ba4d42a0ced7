"""Bodies no client should send: each is answered 200, kept byte for byte, and ends in one outcome with its reason."""

from __future__ import annotations

import hashlib
import json
import time

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.ingest.deliveries import channel_make, rows
from tests.webhooks.bodies import ACCOUNT, JANA, attachment, whatsapp_message, whatsapp_person

STORED = (
    "SELECT outcome, reason, sha256, raw FROM communications_webhookdelivery AS delivery "
    "JOIN communications_webhookbody AS body ON body.delivery_id = delivery.id WHERE delivery.id = %s"
)


async def outcome_of(connections, caller, raw: bytes) -> tuple[str, str]:
    """Posts and answers with outcome and reason; the bytes must be in the ledger, whatever they say."""
    answer = await caller.post(raw)
    assert answer.status == 200
    [(outcome, reason, digest, stored)] = await rows(connections, STORED, answer.delivery_id)
    assert (stored, digest) == (raw, hashlib.sha256(raw).digest())
    return outcome, reason


def message_with(**changed: object) -> bytes:
    return json.dumps(whatsapp_message(**changed)).encode()


def splice(name: str, value: bytes) -> bytes:
    """A message whose ``name`` has a value that no JSON writer makes."""
    return message_with(**{name: "PLACE"}).replace(b'"PLACE"', value)


UNREADABLE = {
    "b2 a raw NUL byte": (splice("message", b'"a\x00b"'), "not_json"),
    "b4 a byte that is not UTF-8": (splice("message", b'"\xff"'), "not_utf8"),
    "b4 an overlong form": (splice("message", b'"\xc0\xaf"'), "not_utf8"),
    "b4 a surrogate in UTF-8": (splice("message", b'"\xed\xa0\x80"'), "not_utf8"),
    "b4 UTF-16": (json.dumps(whatsapp_message()).encode("utf-16"), "not_utf8"),
    "b4 UTF-16 without a mark": (json.dumps({"event": "x"}).encode("utf-16-le"), "not_json"),
    "b4 UTF-32": (json.dumps(whatsapp_message()).encode("utf-32"), "not_utf8"),
    "b5 NaN": (splice("is_event", b"NaN"), "non_finite_number"),
    "b5 Infinity": (splice("is_event", b"-Infinity"), "non_finite_number"),
    "b5 beyond a double": (splice("is_event", b"1e999"), "non_finite_number"),
    "b6 an integer of 4,301 digits": (splice("is_event", b"9" * 4_301), "number_too_long"),
    "b7 a thousand levels": (splice("quoted", b"[" * 1_000 + b"]" * 1_000), "too_deep"),
    "b7 a hundred thousand levels": (b"[" * 100_000, "too_deep"),
    "b7 a hundred thousand levels of objects": (b'{"a":' * 100_000, "too_deep"),
    "b7 levels one after another": (b'{"a":' * 65 + b"1" + b"}" * 65, "too_deep"),
    "b12 a million elements": (b"[" + b"0," * 1_000_000 + b"0]", "too_many_elements"),
    "b15 null": (b"null", "not_an_object"),
    "b15 an array": (b"[]", "not_an_object"),
    "b15 a number": (b"7", "not_an_object"),
    "b15 a string": (b'"message_received"', "not_an_object"),
    "b15 nothing": (b"", "empty_body"),
    "b15 blanks": (b" \n\t ", "empty_body"),
    "b15 a mark and nothing": (b"\xef\xbb\xbf", "empty_body"),
    "b16 a form": (b"event=message_received&account_id=x", "not_json"),
    "b16 two objects": (b"{}{}", "not_json"),
    "b16 an unclosed string": (b'{"event":"message_received', "not_json"),
}


@pytest.mark.parametrize("kind", UNREADABLE)
async def test_an_unreadable_body_is_quarantined(connections, caller, kind):
    raw, code = UNREADABLE[kind]
    outcome, reason = await outcome_of(connections, caller, raw)
    assert outcome == "quarantined"
    assert reason.startswith(f"{code}: ")


UNUSABLE = {
    "a19 no account": ({"account_id": None}, "missing_field: The field account_id is missing."),
    "a19 no message id": ({"message_id": None}, "missing_field: The field message_id is missing."),
    "a19 no chat": (
        {"chat_id": None, "provider_chat_id": None},
        "missing_field: The field chat_id is missing.",
    ),
    "b6 an id of a thousand digits": (
        {"message_id": 10**1_000},
        "invalid_field: The field message_id is longer",
    ),
    "b14 an id of ten thousand characters": (
        {"message_id": "x" * 10_000},
        "invalid_field: The field message_id",
    ),
    "b14 a chat's id of 513 characters": (
        {"chat_id": "x" * 513},
        "invalid_field: The field chat_id is longer",
    ),
    "b16 text is an object": (
        {"text": None, "message": {"no": "text"}},
        "invalid_field: The field message is",
    ),
    "b16 text is a list": ({"message": ["a"]}, "invalid_field: The field message is not text."),
    "b16 the id is a boolean": ({"message_id": True}, "invalid_field: The field message_id is a boolean"),
    "b16 the account is a list": ({"account_id": [1]}, "invalid_field: The field account_id is a list"),
    "b16 the chat is a fraction": ({"chat_id": 1.5}, "invalid_field: The field chat_id is a fractional"),
    "b1 U+0000 in an id": ({"message_id": "a\x00b"}, "invalid_field: The field message_id holds a character"),
    "b3 a lone surrogate in an id": (
        {"chat_id": "\ud800"},
        "invalid_field: The field chat_id holds a character",
    ),
    "a19 a reaction of nobody to a message of the other's": (
        {"event": "message_reaction", "reaction": "👍", "is_sender": False},
        "missing_field: The field reaction_sender is missing.",
    ),
    "a19 a reaction of nobody to a message of ours": (
        {"event": "message_reaction", "reaction": "👍", "is_sender": True, "reaction_sender": {}},
        "missing_field: The field reaction_sender is missing.",
    ),
}


@pytest.mark.parametrize("kind", UNUSABLE)
async def test_a_message_that_lacks_what_it_is_stored_by_is_quarantined(connections, caller, kind):
    await channel_make(connections, ACCOUNT)
    changed, sentence = UNUSABLE[kind]
    outcome, reason = await outcome_of(connections, caller, message_with(**changed))
    assert outcome == "quarantined"
    assert reason.startswith(sentence)
    assert await rows(connections, "SELECT count(*) FROM communications_message") == [(0,)]


STORED_AS = {
    "b1 U+0000": ({"text": "a\x00b"}, "ab"),
    "b3 a lone surrogate": ({"text": "a\ud800b"}, "a\ufffdb"),
    "b3 a surrogate pair": ({"text": "\ud83d\ude00"}, "😀"),
    "b16 text is a number": ({"text": 7}, "7"),
    "b16 no text at all": ({"text": None}, ""),
    "b18 marks and overrides": (
        {"text": "\u202egnp.exe\u200b\u2066" + "e\u0301" * 1_000},
        "\u202egnp.exe\u200b\u2066" + "e\u0301" * 1_000,
    ),
    "b19 script": (
        {"text": "<img src=x onerror=alert(1)> {{7*7}} =cmd|' /C calc'!A0"},
        "<img src=x onerror=alert(1)> {{7*7}} =cmd|' /C calc'!A0",
    ),
    "b20 names of prototypes": (
        {"text": "x", "__proto__": {"admin": True}, "constructor": {"prototype": {}}},
        "x",
    ),
    "a18 unknown fields": ({"text": "x", "future": {"a": [1, 2]}, "message_type": "HOLOGRAM"}, "x"),
    "a19 nothing optional": (
        {
            "text": "x",
            "attendees": None,
            "sender": None,
            "account_info": None,
            "timestamp": None,
            "folder": None,
        },
        "x",
    ),
    "b6 a long integer where none is read": ({"text": "x", "chat_pinned": 10**4_000}, "x"),
    "b6 an integer past 64 bits": ({"text": "x", "attachments": [attachment(attachment_size=2**70)]}, "x"),
    "b14 ids of 512 characters": (
        {
            "text": "x",
            "message_id": "é" * 512,
            "chat_id": "ü" * 512,
            "provider_chat_id": "😀" * 512,
            "provider_message_id": "ñ" * 512,
        },
        "x",
    ),
    "b14 somebody listed with an id of ten thousand": (
        {"text": "x", "attendees": (JANA, whatsapp_person("9" * 10_000, name="Long"))},
        "x",
    ),
    "b16 lists and objects of the wrong type": (
        {
            "text": "x",
            "attendees": ("Jana", 7, None, [], {"attendee_provider_id": []}),
            "attachments": ["a", 7, {"attachment_id": {}}, [[]]],
            "quoted": "who?",
            "reply_to": [1],
            "folder": 7,
            "subject": {"a": 1},
            "is_event": "maybe",
            "is_group": [],
            "account_info": "WHATSAPP",
            "account_type": {"x": 1},
            "webhook_name": 7,
        },
        "x",
    ),
}


@pytest.mark.parametrize("kind", STORED_AS)
async def test_an_odd_message_is_stored(connections, caller, kind):
    await channel_make(connections, ACCOUNT)
    changed, text = STORED_AS[kind]
    assert await outcome_of(connections, caller, message_with(**changed)) == ("applied", "")
    assert await rows(connections, "SELECT text FROM communications_message") == [(text,)]


HOSTILE_TEXTS = ["a\x00b", "\ud800", "\udfff" * 100, "\x00", "x" * 5_000, "\u202e", "😀" * 600, " "]
TEXT_FIELDS = [
    "event_type",
    "account_type",
    "webhook_name",
    "subject",
    "chat_content_type",
    "timestamp",
]


@pytest.mark.parametrize("text", HOSTILE_TEXTS, ids=ascii)
async def test_b1_b3_hostile_text_in_any_field_costs_the_message_nothing(connections, caller, text):
    await channel_make(connections, ACCOUNT)
    hostile = dict.fromkeys(TEXT_FIELDS, text)
    body = whatsapp_message(
        **hostile,
        sender=JANA | {"attendee_name": text, "attendee_public_identifier": text},
        quoted={"text": text, "provider_id": "quoted", "sender_id": text},
        attachments=[attachment(attachment_name=text, attachment_mimetype=text, attachment_type=text)],
        is_group=True,
    )
    assert await outcome_of(connections, caller, json.dumps(body).encode()) == ("applied", "")


@pytest.mark.parametrize("text", HOSTILE_TEXTS, ids=ascii)
async def test_b1_b3_hostile_text_as_the_events_name_is_ignored_not_refused(connections, caller, text):
    outcome, _ = await outcome_of(connections, caller, json.dumps({"event": text}).encode())
    assert outcome == "ignored"


async def test_b1_b3_hostile_headers_cost_the_delivery_nothing(connections, caller):
    headers = [
        (b"user-agent", b"\xff\x00\xfe" * 200),
        (b"\xffname\x00", b"v"),
        *[(b"x-%d" % n, b"v") for n in range(90)],
    ]
    answer = await caller.post({}, headers=headers)
    assert answer.status == 200
    [(kept,)] = await rows(
        connections, "SELECT headers FROM communications_webhookdelivery WHERE id = %s", answer.delivery_id
    )
    assert kept["unipile-auth"] == "[removed]"
    assert kept["user-agent"] == ("\xff\xfe" * 200)[: len(kept["user-agent"])]
    assert len(kept) <= 64


async def test_b4_a_mark_of_the_byte_order_is_dropped(connections, caller):
    await channel_make(connections, ACCOUNT)
    raw = b"\xef\xbb\xbf" + message_with()
    assert await outcome_of(connections, caller, raw) == ("applied", "")


async def test_b13_of_a_key_that_comes_twice_the_last_counts(connections, caller):
    await channel_make(connections, ACCOUNT)
    raw = message_with().replace(b'"message":', b'"message": "first", "message":')
    assert await outcome_of(connections, caller, raw) == ("applied", "")
    assert await rows(connections, "SELECT text FROM communications_message") == [
        ("Is the blue one still there?",)
    ]


async def test_b18_a_hundred_thousand_marks_hold_nobody_up(connections, caller):
    await channel_make(connections, ACCOUNT)
    text = "a" + "\u0315" * 50_000 + "\u0300" * 50_000
    started = time.process_time()
    assert await outcome_of(connections, caller, message_with(text=text)) == ("applied", "")
    assert time.process_time() - started < 2
    assert await rows(connections, "SELECT text, search_text FROM communications_message") == [(text, "a")]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=[])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
FIELDS = sorted(whatsapp_message())


@given(
    st.dictionaries(st.sampled_from(FIELDS), JSON, min_size=1, max_size=4), st.lists(st.sampled_from(FIELDS))
)
@settings(
    max_examples=60,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_a19_b16_any_field_may_hold_anything_or_be_missing(connections, caller, changed, missing):
    body = {name: value for name, value in (whatsapp_message() | changed).items() if name not in missing}
    outcome, reason = await outcome_of(connections, caller, json.dumps(body).encode())
    assert outcome in {"applied", "duplicate", "parked", "ignored", "quarantined"}
    assert outcome == "applied" or reason


@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
@settings(
    max_examples=60,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_b15_any_bytes_are_kept(connections, caller, raw):
    outcome, reason = await outcome_of(connections, caller, raw)
    assert outcome in {"ignored", "quarantined"}
    assert reason
