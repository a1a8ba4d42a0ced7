"""Phones, LIDs, identity keys and names."""

import itertools

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unipile.payloads.identity import (
    IdForm,
    OwnIdentity,
    id_form,
    identity_keys,
    own_identity_from,
    own_identity_keys,
    phone_digits,
)
from unipile.payloads.names import NAME_MAX_CHARACTERS, NameRank, usable_name
from unipile.payloads.person import Person, parse_sender

fresh = itertools.count()


def sender(provider="whatsapp", **stated):
    person = parse_sender(stated, provider)
    assert person is not None
    return person


@pytest.mark.parametrize(
    ("external_id", "form", "value"),
    [
        ("209900000000017@lid", IdForm.LID, "209900000000017@lid"),
        ("209900000000017:3@lid", IdForm.LID, "209900000000017@lid"),
        ("420600000017@s.whatsapp.net", IdForm.PHONE, "420600000017"),
        ("420600000017:12@s.whatsapp.net", IdForm.PHONE, "420600000017"),
        ("420600000017.0:12@s.whatsapp.net", IdForm.PHONE, "420600000017"),
        ("420600000017@c.us", IdForm.PHONE, "420600000017"),
        ("120363000000000042@g.us", IdForm.GROUP, "120363000000000042@g.us"),
        ("27700000000-1400000000@g.us", IdForm.GROUP, "27700000000-1400000000@g.us"),
        ("status@broadcast", IdForm.CHANNEL, "status@broadcast"),
        ("vera@example.com", IdForm.OTHER, "vera@example.com"),
        ("x@s.whatsapp.net", IdForm.OTHER, "x@s.whatsapp.net"),
        ("@lid", IdForm.OTHER, "@lid"),
        ("٣٤٥٦٧٨٩@lid", IdForm.OTHER, "٣٤٥٦٧٨٩@lid"),
        ("420600000017", IdForm.OTHER, "420600000017"),
        ("ACoAAX", IdForm.OTHER, "ACoAAX"),
    ],
)
def test_what_an_id_says_by_its_form(external_id, form, value):
    assert id_form(external_id) == (form, value)


@pytest.mark.parametrize(
    ("spelt", "digits"),
    [
        ("+420600000017", "420600000017"),
        ("420600000017", "420600000017"),
        (" +420 600-000 (017) ", "420600000017"),
        ("\u202a+420 600 000 017\u202c", "420600000017"),
        ("00420600000017", "420600000017"),
        ("420600000017@s.whatsapp.net", "420600000017"),
        (420600000017, "420600000017"),
        ("hidden", None),
        ("", None),
        ("+", None),
        ("123456", None),
        ("1234567890123456", None),
        ("209900000000017@lid", None),
        ("٤٢٠٦٠٠٠٠٠٠١٧", None),
        (None, None),
        (True, None),
        (-420600000017, None),
        (["+420600000017"], None),
    ],
)
def test_phones(spelt, digits):
    assert phone_digits(spelt) == digits


@pytest.mark.parametrize(
    ("stated", "keys"),
    [
        (
            {
                "attendee_provider_id": "209900000000017@lid",
                "attendee_specifics": {"phone_number": "+420600000017", "lid": "209900000000017@lid"},
            },
            ("lid:209900000000017@lid", "phone:420600000017"),
        ),
        (
            {
                "attendee_provider_id": "209900000000017@lid",
                "attendee_public_identifier": "420600000017@s.whatsapp.net",
            },
            ("lid:209900000000017@lid", "phone:420600000017"),
        ),
        (
            {
                "attendee_provider_id": "420600000017@s.whatsapp.net",
                "attendee_specifics": {"lid": "209900000000017@lid"},
            },
            ("lid:209900000000017@lid", "phone:420600000017"),
        ),
        ({"attendee_provider_id": "420600000017"}, ("phone:420600000017",)),
        ({"attendee_provider_id": "+420600000017"}, ("phone:420600000017",)),
        (
            {"attendee_provider_id": "209900000000017@lid", "attendee_specifics": {"phone_number": "hidden"}},
            ("lid:209900000000017@lid",),
        ),
        ({"attendee_id": "only-unipiles"}, ()),
    ],
)
def test_the_keys_of_a_person_on_whatsapp(stated, keys):
    assert identity_keys(sender(**stated), "whatsapp") == keys


@pytest.mark.parametrize("phone_number", ["209900000000017", "+209900000000017", "209900000000017@lid"])
def test_a_lid_is_never_a_phone(phone_number):
    person = sender(
        attendee_provider_id="209900000000017@lid",
        attendee_specifics={"phone_number": phone_number},
        attendee_public_identifier="209900000000017@s.whatsapp.net",
    )
    assert person.phone is None
    assert identity_keys(person, "whatsapp") == ("lid:209900000000017@lid",)


def test_bare_digits_are_a_phone_on_whatsapp_only():
    assert identity_keys(sender("telegram", attendee_provider_id="5511900000001"), "telegram") == (
        "id:5511900000001",
    )
    unknown = sender(None, attendee_provider_id="5511900000001")
    assert identity_keys(unknown, None) == ("id:5511900000001",)
    assert identity_keys(unknown, "whatsapp") == ("phone:5511900000001",)


def test_own_identities():
    assert own_identity_keys(
        OwnIdentity(user_id="209900000000001@lid", phone="420600000001"), "whatsapp"
    ) == (
        "lid:209900000000001@lid",
        "phone:420600000001",
    )
    assert own_identity_keys(own_identity_from({"user_id": 42}), "instagram") == ("id:42",)
    for nothing in (None, [], "x", {}, {"user_id": True}, {"user_id": {"id": 1}}):
        assert own_identity_keys(own_identity_from(nothing), "whatsapp") == ()


PERSON = Person(provider_id="420600000017@s.whatsapp.net", attendee_id="aTt17", phone="420600000017")


@pytest.mark.parametrize(
    ("sent", "usable"),
    [
        ("Jana Novák", "Jana Novák"),
        ("Jana Nova\u0301k", "Jana Novák"),
        ("  ✨ Hakim   Ahmedi ", "✨ Hakim Ahmedi"),
        ("👩‍👩‍👧", "👩‍👩‍👧"),
        ("Ty", "Ty"),
        ("James 007", "James 007"),
        ("Room 12\nHouse", "Room 12 House"),
        ("יעל", "יעל"),
        (None, None),
        ("", None),
        ("   ", None),
        ("\u200b\u2060", None),
        ("You", None),
        (" yOU ", None),
        ("Vous", None),
        ("Du", None),
        ("TÚ", None),
        ("Você", None),
        ("你", None),
        ("420600000017@s.whatsapp.net", None),
        ("209900000000017@lid", None),
        ("120363000000000042@g.us", None),
        ("420600000017", None),
        ("+420 600 000 017", None),
        ("aTt17", None),
    ],
)
def test_which_names_may_be_shown(sent, usable):
    assert usable_name(sent, PERSON) == usable


def test_a_long_name_is_cut():
    assert usable_name("x" * 5000, PERSON) == "x" * NAME_MAX_CHARACTERS


@settings(deadline=None)
@given(st.text(st.characters(), max_size=50))
def test_a_usable_name_stays_usable(name):
    usable = usable_name(name, PERSON)
    if usable is not None:
        assert usable_name(usable, PERSON) == usable
        usable.encode()


def test_sources_of_names_are_ranked():
    assert NameRank.USER > NameRank.ADDRESS_BOOK > NameRank.PROFILE > NameRank.PUSH_NAME > NameRank.NUMBER


@given(
    st.lists(
        st.sampled_from(["+420600000018", 420600000018, 420600000018.0, True, 1, None]),
        min_size=2,
        max_size=8,
    )
)
def test_what_a_body_says_of_somebody_does_not_depend_on_what_others_said_before(phones):
    """Equal ids and values that only count as equal: each is read as if it were the first."""
    said = [
        {"attendee_provider_id": "ACoJana", "attendee_specifics": {"phone_number": phone}} for phone in phones
    ]
    alone = [sender(attendee_id=f"first{next(fresh)}", **stated) for stated in said]
    assert [sender(**stated) for stated in said] == [
        msgspec.structs.replace(person, attendee_id=None) for person in alone
    ]
