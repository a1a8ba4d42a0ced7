"""Decoding of delivered bytes: cases B1 to B7, B12, B13 and B15."""

import contextlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unipile.payloads.refusals import UNREADABLE_CODES, UnreadableBody
from unipile.payloads.strict import MAX_DEPTH, MAX_ELEMENTS, decode

NUL = "\x00"


def refusal(raw: bytes) -> str:
    with pytest.raises(UnreadableBody) as caught:
        decode(raw)
    assert caught.value.code in UNREADABLE_CODES
    assert caught.value.sentence.endswith(".")
    return caught.value.code


def test_b1_an_escaped_nul_is_json():
    assert decode(b'{"a":"x\\u0000y"}') == {"a": f"x{NUL}y"}


def test_b2_a_raw_nul_byte_is_not_json():
    assert refusal(b'{"a":"x\x00y"}') == "not_json"


def test_b3_a_lone_surrogate_is_kept_for_the_text_fields_to_replace():
    assert decode(b'{"a":"x\\ud800y","b":"\\udc00"}') == {"a": "x\ud800y", "b": "\udc00"}
    assert decode(b'{"a":"\\ud83d\\ude00"}') == {"a": "😀"}


@pytest.mark.parametrize(
    "raw",
    [
        b'{"a":"\xff"}',
        b'{"a":"\xc0\xaf"}',
        b'{"a":"\xed\xa0\x80"}',
        '{"a":1}'.encode("utf-16"),
        b"\xfe\xff\x00{\x00}",
    ],
    ids=["invalid", "overlong", "encoded surrogate", "utf-16 with mark", "utf-16 big endian"],
)
def test_b4_only_utf8_is_read(raw):
    assert refusal(raw) == "not_utf8"


def test_b4_utf16_without_a_mark_is_not_json():
    assert refusal('{"a":1}'.encode("utf-16-le")) == "not_json"


def test_b4_a_utf8_byte_order_mark_is_dropped():
    assert decode(b'\xef\xbb\xbf{"a":1}') == {"a": 1}


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999"])
def test_b5_non_finite_numbers_are_refused(number):
    assert refusal(f'{{"a":{number}}}'.encode()) == "non_finite_number"


def test_b6_long_integers_are_exact_and_too_long_ones_refused():
    assert decode(b'{"a":18446744073709551617}') == {"a": 2**64 + 1}
    assert decode(f"[{'9' * 4300}]".encode()) == [int("9" * 4300)]
    assert refusal(f"[{'9' * 4301}]".encode()) == "number_too_long"


def test_b7_depth_is_capped():
    assert decode(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH) is not None
    assert refusal(b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1)) == "too_deep"
    assert refusal(b'{"a":' * 100_000 + b"1" + b"}" * 100_000) == "too_deep"
    assert refusal(b'["\\ud800",' + b"[" * 100_000 + b"]" * 100_000 + b"]") == "too_deep"
    assert refusal(b"[[]," * 70 + b"1" + b"]" * 70) == "too_deep"
    assert decode(b'[{"a":[]}' + b',{"a":[]}' * 500 + b"]") == [{"a": []}] * 501


def test_b7_brackets_inside_strings_are_no_depth():
    assert decode(json.dumps({"text": "[{" * 5000 + '"\\'}).encode()) == {"text": "[{" * 5000 + '"\\'}


def test_b12_the_number_of_values_is_capped():
    assert refusal(b"[" + b"{}," * MAX_ELEMENTS + b"{}]") == "too_many_elements"
    assert refusal(b"[" + b"1," * (MAX_ELEMENTS + 1) + b"1]") == "too_many_elements"


def test_b12_commas_in_a_long_text_are_no_values():
    text = "a, " * MAX_ELEMENTS
    assert decode(json.dumps({"message": text}).encode()) == {"message": text}


def test_b12_an_unclosed_string_full_of_escaped_quotes_is_refused_in_linear_time():
    assert refusal(b'{"a":"' + b'\\",' * 1_000_000) == "not_json"


def test_b13_of_a_repeated_key_the_last_counts():
    assert decode(b'{"a":1,"a":2,"a":3}') == {"a": 3}
    assert decode(b'{"a":"\\ud800","a":2}') == {"a": 2}


@pytest.mark.parametrize("raw", [b"", b"  \n", b"\xef\xbb\xbf"])
def test_b15_an_empty_body_is_refused(raw):
    assert refusal(raw) == "empty_body"


@pytest.mark.parametrize(
    "raw", [b"{", b"[1,]", b"{} x", b"{'a':1}", b"event=message_received", b"<html>", b"[01]"]
)
def test_what_is_no_json_is_refused(raw):
    assert refusal(raw) == "not_json"


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters()),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@settings(deadline=None)
@given(JSON_VALUES, st.booleans())
def test_decoding_agrees_with_the_standard_library(value, ascii_only):
    spelt = json.dumps(value, ensure_ascii=ascii_only)
    raw = spelt.encode("utf-8", "surrogatepass")
    if spelt.isascii() or not any("\ud800" <= character <= "\udfff" for character in spelt):
        assert decode(raw) == json.loads(spelt)
    else:
        assert refusal(raw) == "not_utf8"


@settings(deadline=None)
@given(st.binary(max_size=200) | st.text(alphabet='[]{}",:\\u0d8-9eE+.tfn ', max_size=200).map(str.encode))
def test_any_bytes_end_in_a_value_or_a_declared_refusal(raw):
    with contextlib.suppress(UnreadableBody):
        json.dumps(decode(raw))
