"""Event messages: what their English sentences and numbers say has happened."""

from __future__ import annotations

import pytest

from unipile.payloads.happening import Happening, HappeningKind, read_happening
from unipile.payloads.mentions import mentioned_ids, with_names

ANA, BEA, CHI = "140000000000001@lid", "33600000002@s.whatsapp.net", "140000000000003@lid"


def token(provider_id: str) -> str:
    return "{{" + provider_id + "}}"


A, B, C = token(ANA), token(BEA), token(CHI)


@pytest.mark.parametrize(
    ("text", "number", "expected"),
    [
        (f"{A} added {B}, {C}", None, Happening(kind=HappeningKind.MEMBER_ADDED, entered=(BEA, CHI))),
        (f"{B} was added by {A}", None, Happening(kind=HappeningKind.MEMBER_ADDED, entered=(BEA,))),
        (f"{A} a ajouté {B}", 5, Happening(kind=HappeningKind.MEMBER_ADDED, entered=(BEA,))),
        (f"{A} removed {B}", None, Happening(kind=HappeningKind.MEMBER_REMOVED, departed=(BEA,))),
        (f"You removed {B}", 6, Happening(kind=HappeningKind.MEMBER_REMOVED, departed=(BEA,))),
        (f"{A} left", None, Happening(kind=HappeningKind.MEMBER_LEFT, departed=(ANA,))),
        ("Left the group", 7, Happening(kind=HappeningKind.MEMBER_LEFT, is_about_sender=True)),
        ("You were removed", None, Happening(kind=HappeningKind.MEMBER_REMOVED, is_about_us=True)),
        (f"You were removed by {A}", 6, Happening(kind=HappeningKind.MEMBER_REMOVED, is_about_us=True)),
        (f"{A} removed you", None, Happening(kind=HappeningKind.MEMBER_REMOVED, is_about_us=True)),
        (
            f"{A} added you and {B}",
            None,
            Happening(kind=HappeningKind.MEMBER_ADDED, entered=(BEA,), is_about_us=True),
        ),
        ("You left", None, Happening(kind=HappeningKind.MEMBER_LEFT, is_about_us=True)),
        (f"You added {B}", None, Happening(kind=HappeningKind.MEMBER_ADDED, entered=(BEA,))),
        (f"{B} joined using {A}'s link", None, Happening(kind=HappeningKind.MEMBER_JOINED, entered=(BEA,))),
        (
            f'{A} changed the subject from "Old call" to "New, left"',
            None,
            Happening(kind=HappeningKind.SUBJECT_CHANGED, title="New, left"),
        ),
        (
            f"{A} changed the group name to Choir",
            4,
            Happening(kind=HappeningKind.SUBJECT_CHANGED, title="Choir"),
        ),
        (f'{A} created group "Choir"', None, Happening(kind=HappeningKind.GROUP_CREATED, title="Choir")),
        ("This group was created", None, Happening(kind=HappeningKind.GROUP_CREATED)),
        (f"{A} removed their reaction", None, Happening(kind=HappeningKind.REACTION, reactor=ANA)),
        (f"{A} removed this group's icon", None, Happening(kind=HappeningKind.PICTURE_CHANGED)),
        (f"{B} is now an admin", None, Happening(kind=HappeningKind.MEMBER_PROMOTED)),
        (f"{B} is no longer an admin", None, Happening(kind=HappeningKind.OTHER)),
        ("Missed voice call", None, Happening(kind=HappeningKind.MISSED_CALL)),
        ("", 8, Happening(kind=HappeningKind.MISSED_CALL)),
        ("Missed video call", 11, Happening(kind=HappeningKind.MISSED_VIDEO_CALL)),
        ("", 12, Happening(kind=HappeningKind.CALL)),
        ("Call declined", None, Happening(kind=HappeningKind.DECLINED_CALL)),
        (f"{A} reacted 👍🏽", None, Happening(kind=HappeningKind.REACTION, reactor=ANA, emoji="👍🏽")),
        ("reacted", 2, Happening(kind=HappeningKind.REACTION)),
        ("Messages are end-to-end encrypted", 0, Happening(kind=HappeningKind.OTHER)),
        ("", None, Happening(kind=HappeningKind.OTHER)),
    ],
)
def test_an_event_message_says(text, number, expected):
    assert read_happening(text, number) == expected


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("{{140000000000001:12@lid}} and {{33600000002@c.us}}", (ANA, BEA)),
        ("{{ 140000000000001@lid }} {{140000000000001@lid}}", (ANA,)),
        ("{{7*7}} {{120363000@g.us}} {{ana@example.org}} {140000000000001@lid} {{140000000000001@lid", ()),
        ("{{" * 100_000 + "1@lid", ()),
    ],
)
def test_tokens_name_people_and_nothing_else(text, people):
    assert mentioned_ids(text) == people


def test_known_names_take_the_place_of_tokens():
    assert with_names(f"hi {A} and {C}", {ANA: "Ana\\1"}) == f"hi Ana\\1 and {C}"
