"""I5: whatever somebody called a file, the name it is saved under is only a name."""

from __future__ import annotations

import unicodedata

import pytest
from django.utils.http import content_disposition_header
from hypothesis import given
from hypothesis import strategies as st

from communications.media.content_type import UNKNOWN
from communications.media.file_names import NAME_MAX_CHARACTERS, file_name

PDF = "application/pdf"


@pytest.mark.parametrize(
    ("told", "saved"),
    [
        ("invoice.pdf", "invoice.pdf"),
        ("Rechnung für Zoë 东京.pdf", "Rechnung für Zoë 东京.pdf"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\win.ini", "win.ini"),
        ("C:\\Users\\Ada\\taxes.xlsx", "taxes.xlsx"),
        ("/", "file"),
        ("..", "file"),
        ("", "file"),
        (".bashrc", "bashrc"),
        ("a\x00b.pdf", "ab.pdf"),
        ("\u202egnp.exe", "gnp.exe"),
        ("photo\u2066\u2069\u200f.exe", "photo.exe"),
        ("a\r\nSet-Cookie: x=1.pdf", "aSet-Cookie_ x=1.pdf"),
        ('quote".pdf', "quote_.pdf"),
        ("semi;colon.pdf", "semi;colon.pdf"),
        ("CON.txt", "_CON.txt"),
        ("lpt1", "_lpt1"),
        ("trailing dots...", "trailing dots"),
        ("tabs\tand   blanks.txt", "tabsand blanks.txt"),
        ("a" * 300 + ".pdf", "a" * (NAME_MAX_CHARACTERS - 4) + ".pdf"),
        ("\ud800half.pdf", "half.pdf"),
    ],
)
def test_i5_a_name_is_only_a_name(told: str, saved: str) -> None:
    assert file_name(told, "file", UNKNOWN) == saved


@pytest.mark.parametrize(
    ("told", "mime_type", "saved"),
    [
        ("photo.html", "image/png", "photo.html.png"),
        ("photo.svg", "image/jpeg", "photo.svg.jpg"),
        ("photo.JPEG", "image/jpeg", "photo.JPEG"),
        ("", "image/webp", "image.webp"),
        ("voice", "audio/ogg", "voice.ogg"),
        ("page.html", UNKNOWN, "page.html"),
        ("letter.pdf", PDF, "letter.pdf"),
    ],
)
def test_i3_what_is_shown_is_saved_under_an_ending_of_its_type(told: str, mime_type: str, saved: str) -> None:
    assert file_name(told, "image", mime_type) == saved


@given(st.text(max_size=400), st.sampled_from([UNKNOWN, PDF, "image/png", "video/mp4"]))
def test_i5_any_name_is_harmless_in_a_folder_and_in_a_header(told: str, mime_type: str) -> None:
    name = file_name(told, "file", mime_type)
    assert 0 < len(name) <= NAME_MAX_CHARACTERS + 1
    assert not set(name) & set('/\\<>:"|?*')
    assert not name.startswith(".")
    assert name == name.strip(" .")
    assert {unicodedata.category(letter) for letter in name}.isdisjoint({"Cc", "Cf", "Cs"})
    header = content_disposition_header(True, name)
    assert header is not None
    assert header.isascii()
    assert header.isprintable()
    assert header.startswith("attachment")
