"""I3: a file is what its bytes say, and what browsers run is never a type that they are shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from communications.media.content_type import HEAD_BYTES, SHOWN_INLINE, UNKNOWN, content_type
from tests.media.corpus import ACTIVE, HONEST, POLYGLOTS


@pytest.mark.parametrize("name", HONEST)
def test_i3_an_honest_file_is_known(name: str) -> None:
    content, mime_type = HONEST[name]
    assert content_type(content[:HEAD_BYTES]) == mime_type


@pytest.mark.parametrize("name", ACTIVE)
def test_i3_active_content_is_nothing_that_is_shown(name: str) -> None:
    assert content_type(ACTIVE[name][:HEAD_BYTES]) not in SHOWN_INLINE


@pytest.mark.parametrize("name", ["html", "svg", "xhtml", "program of Windows", "text", "zeros", "cut off"])
def test_i3_what_is_not_in_the_table_is_just_bytes(name: str) -> None:
    assert content_type(ACTIVE[name]) == UNKNOWN


@pytest.mark.parametrize("name", POLYGLOTS)
def test_i3_of_two_things_at_once_the_first_counts(name: str) -> None:
    content, mime_type = POLYGLOTS[name]
    assert content_type(content[:HEAD_BYTES]) == mime_type


def test_i4_no_type_that_is_shown_can_carry_a_script() -> None:
    assert {mime_type.partition("/")[0] for mime_type in SHOWN_INLINE} == {"image", "audio", "video"}
    assert not [mime_type for mime_type in SHOWN_INLINE if "xml" in mime_type or "html" in mime_type]


@given(st.binary(max_size=200))
def test_any_bytes_have_a_type(head: bytes) -> None:
    assert "/" in content_type(head)


@given(st.sampled_from(sorted(HONEST)), st.data())
def test_a_file_cut_anywhere_has_a_type(name: str, data: st.DataObject) -> None:
    content, mime_type = HONEST[name]
    cut = data.draw(st.integers(0, min(len(content), 300)))
    assert content_type(content[:cut]) in {mime_type, UNKNOWN, "application/zip"}
