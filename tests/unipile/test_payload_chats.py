"""Which chat a message belongs to, by whom it was written, and in which direction."""

import pytest

from tests.unipile.fixture_bodies import read_body
from unipile.payloads.aliases import AliasKind, chat_aliases
from unipile.payloads.direction import Direction, body_direction, sender_is_ourselves
from unipile.payloads.events import classify
from unipile.payloads.identity import identity_keys
from unipile.payloads.messaging import ChatKind, parse_messaging


def parse(name, /, **changes):
    return parse_messaging(classify(read_body(name) | changes))


def parse_without(name, *missing):
    return parse_messaging(
        classify({key: value for key, value in read_body(name).items() if key not in missing})
    )


@pytest.mark.parametrize(
    ("stated", "kind"),
    [
        ({"is_group": True}, ChatKind.GROUP),
        ({"is_group": "false"}, ChatKind.DIRECT),
        ({"is_group": None}, None),
        ({"is_group": False, "provider_chat_id": "120363000000000042@g.us"}, ChatKind.GROUP),
        ({"is_group": None, "chat_id": "27700000000-1400000000@g.us"}, ChatKind.GROUP),
        ({"is_group": None, "provider_chat_id": "120363000000000042@newsletter"}, ChatKind.CHANNEL),
        ({"is_group": None, "chat_type": 1}, ChatKind.GROUP),
        ({"is_group": None, "chat_type": "single"}, ChatKind.DIRECT),
    ],
)
def test_the_kind_of_a_chat(stated, kind):
    assert parse("whatsapp-text", **stated).chat_kind is kind


@pytest.mark.parametrize(
    ("flag", "direction"),
    [
        (True, Direction.OUTBOUND),
        (1, Direction.OUTBOUND),
        ("true", Direction.OUTBOUND),
        (False, Direction.INBOUND),
        (0, Direction.INBOUND),
        ("0", Direction.INBOUND),
    ],
)
def test_is_sender_decides_the_direction(flag, direction):
    assert body_direction(parse("whatsapp-text", is_sender=flag)) is direction


LINKEDIN_OWNER = {"type": "LINKEDIN", "user_id": "ACoAAOwnerExample01"}


@pytest.mark.parametrize(
    ("account_type", "account_info", "sender_id", "direction"),
    [
        ("LINKEDIN", LINKEDIN_OWNER, "ACoAAOwnerExample01", Direction.OUTBOUND),
        ("LINKEDIN", LINKEDIN_OWNER, "ACoAAOtherExample02", Direction.INBOUND),
        ("LINKEDIN", LINKEDIN_OWNER, "AEMAAOwnerExample01", None),
        ("WHATSAPP", {"phone_number": "+420 600 000 001"}, "420600000001@s.whatsapp.net", Direction.OUTBOUND),
        ("WHATSAPP", {"phone_number": "+420600000001"}, "420600000001", Direction.OUTBOUND),
        ("WHATSAPP", {"phone_number": "+420600000001"}, "420600000001:12@s.whatsapp.net", Direction.OUTBOUND),
        ("WHATSAPP", {"phone_number": "+420600000001"}, "420600000017@s.whatsapp.net", Direction.INBOUND),
        ("WHATSAPP", {"phone_number": "+420600000001"}, "209900000000017@lid", None),
        ("WHATSAPP", {"user_id": "209900000000001@lid"}, "209900000000017@lid", Direction.INBOUND),
        ("WHATSAPP", {"user_id": "209900000000001@lid"}, "420600000017@s.whatsapp.net", None),
        ("INSTAGRAM", {"user_id": 42}, "42", Direction.OUTBOUND),
        ("INSTAGRAM", {"user_id": 42}, "43", Direction.INBOUND),
        ("TELEGRAM", {}, "42", None),
        (None, None, "42", None),
    ],
)
def test_without_is_sender_ids_and_numbers_decide(account_type, account_info, sender_id, direction):
    payload = parse(
        "whatsapp-text",
        is_sender=None,
        account_type=account_type,
        account_info=account_info,
        sender={"attendee_provider_id": sender_id, "attendee_name": "You"},
        provider_chat_id=None,
    )
    assert body_direction(payload) is direction


OWN_LID = {"attendee_provider_id": "209900000000001@lid"}
JANA = read_body("whatsapp-text")["sender"]


@pytest.mark.parametrize(
    ("stated", "is_ourselves"),
    [
        ({"sender": OWN_LID}, True),
        ({"sender": JANA}, False),
        ({"sender": JANA, "provider_chat_id": "420600000017@s.whatsapp.net"}, False),
        ({"sender": JANA, "provider_chat_id": None, "chat_id": "209900000000017@lid"}, False),
        ({"sender": JANA, "provider_chat_id": "120363000000000042@g.us", "is_group": True}, True),
        ({"sender": OWN_LID, "is_sender": False}, False),
        ({"sender": None}, False),
        *(
            (
                {
                    "account_type": "LINKEDIN",
                    "account_info": LINKEDIN_OWNER,
                    "provider_chat_id": "2-A",
                    "sender": {"attendee_provider_id": sender},
                },
                is_ourselves,
            )
            for sender, is_ourselves in [
                ("ACoAAOwnerExample01", True),
                ("AEMAAOwnerExample01", True),
                ("ACoAAOtherExample02", False),
            ]
        ),
    ],
)
def test_an_own_message_shows_who_we_are_unless_its_body_gives_it_to_another(stated, is_ourselves):
    payload = parse("whatsapp-text", **{"is_sender": True} | stated)
    assert sender_is_ourselves(payload, body_direction(payload)) is is_ourselves


@pytest.mark.parametrize("sender", [None, {}, "Jana", [], {"attendee_name": "You"}])
def test_without_a_sender_the_direction_is_open(sender):
    assert body_direction(parse("whatsapp-text", is_sender=None, sender=sender)) is None


def test_a_sender_with_a_name_alone_is_kept_as_such():
    sender = parse("whatsapp-text", sender={"attendee_name": "Front desk"}).sender
    assert sender is not None
    assert (sender.name, sender.is_identified, identity_keys(sender, "whatsapp")) == ("Front desk", False, ())


def test_attendees_that_identify_nobody_are_dropped():
    listed = [
        {},
        None,
        3,
        "x",
        {"attendee_name": "No id"},
        {"attendee_id": True},
        {"attendee_provider_id": "k" * 600},
    ]
    assert parse("whatsapp-text", attendees=listed).attendees == ()
    assert len(parse("whatsapp-text", attendees={"attendee_id": "a"}).attendees) == 1
    assert parse("whatsapp-text", attendees="Jana").attendees == ()


def test_one_direct_chat_is_known_by_all_its_names():
    assert chat_aliases(parse("whatsapp-text")) == (
        (AliasKind.ID, "cH4tDirectJanaAAAAAAAA"),
        (AliasKind.LID, "209900000000017@lid"),
        (AliasKind.PHONE, "420600000017"),
    )
    by_phone = parse("whatsapp-text", provider_chat_id="420600000017@s.whatsapp.net")
    assert set(chat_aliases(by_phone)) == set(chat_aliases(parse("whatsapp-text")))


def test_a_chat_id_that_is_a_jid_counts_as_what_it_is():
    payload = parse(
        "whatsapp-text",
        chat_id="420600000099@s.whatsapp.net",
        provider_chat_id=None,
        sender=None,
        attendees=[],
    )
    assert chat_aliases(payload) == ((AliasKind.PHONE, "420600000099"),)


def test_a_person_who_does_not_name_the_chat_adds_nothing_to_it():
    aliases = chat_aliases(parse("whatsapp-text", provider_chat_id="209900000000099@lid"))
    assert aliases == ((AliasKind.ID, "cH4tDirectJanaAAAAAAAA"), (AliasKind.LID, "209900000000099@lid"))


def test_other_providers_ids_name_a_chat_as_they_are():
    assert chat_aliases(parse("documented-linkedin", provider_chat_id="2-YWJj="))[1] == (
        AliasKind.PROVIDER,
        "2-YWJj=",
    )
