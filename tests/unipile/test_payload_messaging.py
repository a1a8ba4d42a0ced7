"""The one shape of messaging events, out of every key set observed."""

from datetime import UTC, datetime

import pytest

from tests.unipile.fixture_bodies import read_body
from unipile.payloads.aliases import AliasKind, chat_aliases
from unipile.payloads.attachment import AttachmentKind
from unipile.payloads.direction import Direction, body_direction
from unipile.payloads.events import classify
from unipile.payloads.identity import own_identity_keys
from unipile.payloads.messaging import ChatKind, MessageKind, parse_messaging
from unipile.payloads.person import Person
from unipile.payloads.refusals import InvalidField, MissingField


def parse(name, /, **changes):
    return parse_messaging(classify(read_body(name) | changes))


def parse_without(name, *missing):
    return parse_messaging(
        classify({key: value for key, value in read_body(name).items() if key not in missing})
    )


def test_a_live_whatsapp_text():
    payload = parse("whatsapp-text")
    assert payload.account_id == "T9shopAccountAAAAAAAAA"
    assert (payload.provider, payload.webhook_name) == ("whatsapp", "landline")
    assert (payload.chat_id, payload.provider_chat_id) == ("cH4tDirectJanaAAAAAAAA", "209900000000017@lid")
    assert (payload.message_id, payload.provider_message_id) == (
        "mSgDirectJana000000001",
        "3EB0A1B2C3D4E5F60718",
    )
    assert (payload.kind, payload.text) == (MessageKind.TEXT, "Is the blue one still there?")
    assert payload.timestamp is not None
    assert payload.timestamp.moment == datetime(2026, 6, 2, 8, 15, 30, 250_000, tzinfo=UTC)
    assert not payload.timestamp.is_naive
    assert (payload.chat_kind, payload.chat_title, payload.subject) == (ChatKind.DIRECT, None, None)
    assert payload.sender is not None
    assert payload.sender.name == "Jana Novák"
    assert (payload.sender.lid, payload.sender.phone) == ("209900000000017@lid", "420600000017")
    assert payload.attendees == (payload.sender,)
    assert own_identity_keys(payload.own, payload.provider) == ("phone:420600000001",)
    assert body_direction(payload) is Direction.INBOUND
    assert (payload.is_event, payload.chat_is_pinned, payload.folders) == (False, False, ("INBOX",))
    assert (payload.quoted, payload.reaction) == (None, None)


def test_a_group_message():
    payload = parse("whatsapp-group")
    assert (payload.chat_kind, payload.chat_title, payload.subject) == (
        ChatKind.GROUP,
        "Flat 12 repairs",
        None,
    )
    assert [person.phone for person in payload.attendees] == ["420600000017", "420600000018"]
    assert payload.quoted is not None
    assert payload.quoted.provider_message_id == "3A0000000000000000G0"
    assert payload.quoted.text == "When does he come?"
    assert chat_aliases(payload) == (
        (AliasKind.ID, "cH4tGroupAAAAAAAAAAAAA"),
        (AliasKind.GROUP, "120363000000000042@g.us"),
    )


def test_media_under_the_live_key_names():
    payload = parse("whatsapp-media")
    image, voice, gone = payload.attachments
    assert (payload.kind, payload.text) == (MessageKind.IMAGE, "")
    assert (image.id, image.kind, image.name, image.size_bytes) == (
        "att-img-1",
        AttachmentKind.IMAGE,
        "IMG-0001.jpg",
        51200,
    )
    assert (image.mimetype, image.url, image.is_fetchable) == ("image/jpeg", "att://T9shop/1", True)
    assert (voice.kind, voice.name, voice.duration_seconds) == (AttachmentKind.VOICE, None, 4.5)
    assert (gone.kind, gone.is_unavailable) == (AttachmentKind.VIDEO, True)


def test_every_attachment_key_may_have_its_prefix():
    image, voice, sticker = parse(
        "whatsapp-media",
        attachments=[
            {
                "attachment_id": "1",
                "attachment_type": "img",
                "attachment_size": {"width": "20", "height": 10},
                "attachment_file_size": 300,
            },
            {
                "attachment_id": "2",
                "attachment_type": "audio",
                "attachment_mime_type": "audio/ogg",
                "attachment_voice_note": "true",
                "attachment_duration": 7,
            },
            {"attachment_id": "3", "attachment_type": "img", "attachment_sticker": 1, "attachment_size": "9"},
        ],
    ).attachments
    assert (image.kind, image.width, image.height, image.size_bytes) == (AttachmentKind.IMAGE, 20, 10, 300)
    assert (voice.kind, voice.mimetype, voice.duration_seconds) == (AttachmentKind.VOICE, "audio/ogg", 7.0)
    assert (sticker.kind, sticker.size_bytes) == (AttachmentKind.STICKER, 9)


def test_the_documented_example_with_an_attachment_object_and_strings_for_booleans():
    payload = parse("documented-linkedin")
    (attachment,) = payload.attachments
    assert (attachment.id, attachment.kind) == ("2-UGxhbg==", AttachmentKind.IMAGE)
    assert (attachment.width, attachment.height, attachment.size_bytes) == (200, 150, None)
    assert attachment.is_unavailable is False
    assert payload.is_sender is None
    assert body_direction(payload) is Direction.OUTBOUND


def test_an_inmail_has_a_subject_and_no_title():
    payload = parse("linkedin-inmail")
    assert (payload.subject, payload.chat_title) == ("A role for you", None)
    assert (payload.chat_content_type, payload.message_type) == ("inmail", "INMAIL")
    assert payload.is_sender is False
    assert payload.quoted is not None
    assert (payload.quoted.message_id, payload.quoted.provider_message_id) == (
        "mSgInMail0000000000000",
        "2-b2xk",
    )
    assert payload.quoted.timestamp is not None
    assert parse("linkedin-inmail", is_group=True).chat_title is None


def test_both_quote_shapes_in_one_body_are_one_quote():
    quoted = parse(
        "whatsapp-text",
        quoted={
            "provider_id": "3A01",
            "sender_id": "209900000000017@lid",
            "text": "old",
            "attachments": None,
        },
        reply_to={"id": "uid-1", "provider_id": "3A01", "sender_attendee_id": "aTt", "text": None},
    ).quoted
    assert quoted is not None
    assert (quoted.message_id, quoted.provider_message_id, quoted.text) == ("uid-1", "3A01", "old")
    assert (quoted.sender_provider_id, quoted.sender_attendee_id) == ("209900000000017@lid", "aTt")


@pytest.mark.parametrize(
    ("stated", "text", "sender"),
    [
        ("3A01", None, None),
        ({"provider_message_id": "3A01", "message": "old"}, "old", None),
        ({"provider_id": "3A01", "text": "old", "sender": {"attendee_provider_id": "x"}}, "old", "x"),
    ],
)
def test_a_quote_under_the_names_of_a_webhook(stated, text, sender):
    quoted = parse("whatsapp-text", quoted=stated).quoted
    assert quoted is not None
    assert (quoted.provider_message_id, quoted.text, quoted.sender_provider_id) == ("3A01", text, sender)


@pytest.mark.parametrize("nothing", [None, {}, "", [], {"text": None}, {"sender_id": "x"}])
def test_a_quote_that_names_no_message_is_none(nothing):
    assert parse("whatsapp-text", quoted=nothing).quoted is None


def test_a_reaction_and_its_removal():
    given = parse("linkedin-reaction").reaction
    assert given is not None
    assert given.value == "👍"
    assert given.sender is not None
    assert given.sender.provider_id == "ACoAAOtherExample02"
    taken_back = parse("linkedin-reaction", reaction="").reaction
    assert taken_back is not None
    assert taken_back.value is None
    as_object = parse(
        "linkedin-reaction", reaction={"emoji": "🎉", "sender": {"attendee_id": "x"}}, reaction_sender=None
    )
    assert as_object.reaction is not None
    assert as_object.reaction.value == "🎉"
    assert as_object.reaction.sender is not None
    assert as_object.reaction.sender.attendee_id == "x"


def test_a_reaction_as_the_api_lists_it():
    reaction = parse(
        "linkedin-reaction",
        reaction={"value": "🎉", "sender_id": "ACoAAx", "is_sender": False},
        reaction_sender=None,
    ).reaction
    assert reaction is not None
    assert reaction.sender is not None
    assert (reaction.value, reaction.sender.provider_id) == ("🎉", "ACoAAx")
    nobody = parse("linkedin-reaction", reaction={"value": "🎉"}, reaction_sender=None).reaction
    assert nobody is not None
    assert nobody.sender is None


@pytest.mark.parametrize(
    ("said", "is_event"), [({}, True), ({"is_event": 0}, False), ({"event_type": None}, False)]
)
def test_a_numbered_event_is_one_unless_it_is_said_not_to_be(said, is_event):
    payload = parse("whatsapp-text", **{"is_event": None, "event_type": 8, "message": "", **said})
    assert payload.is_event is is_event
    assert (payload.happening is not None) is is_event


def test_an_empty_reaction_on_a_plain_message_says_nothing():
    assert parse("whatsapp-text", reaction="", reaction_sender=None).reaction is None


def test_a_nested_message_written_by_hand():
    payload = parse("nested-message")
    assert (payload.event, payload.message_id, payload.chat_id) == (
        "message_received",
        "mSgNested00000000001",
        "cH4tNested",
    )
    assert payload.text == "Hello from a terminal"
    assert payload.sender is not None
    assert (payload.sender.name, payload.sender.phone, payload.sender.provider_id) == (
        "Vera Visitor",
        "420600000055",
        "visitor-1",
    )
    assert [person.is_self for person in payload.attendees] == [None, True]
    assert payload.timestamp is not None
    assert payload.timestamp.is_naive
    assert (payload.chat_title, payload.subject) == (None, None)
    assert body_direction(payload) is Direction.INBOUND


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ({"id": "m", "body": "by body"}, "by body"),
        ({"message_id": "m", "content": "by content", "from": "420600000055@s.whatsapp.net"}, "by content"),
        ({"id": "m", "text": None}, None),
    ],
)
def test_other_nested_spellings(message, text):
    body = {"event": "message.received", "account_id": "a", "chat_id": "c", "message": message}
    assert parse_messaging(classify(body)).text == text


def test_a_nested_group_has_its_chats_name_as_title():
    body = read_body("nested-message")
    body["chat"] |= {"is_group": True, "name": "Neighbours"}
    assert parse_messaging(classify(body)).chat_title == "Neighbours"


@pytest.mark.parametrize("name", ["account_id", "message_id", "chat_id"])
def test_a19_without_a_needed_id_the_body_is_refused_by_name(name):
    body = read_body("documented-linkedin")
    for absent in ({}, {name: None}):
        with pytest.raises(MissingField) as caught:
            parse_messaging(classify({key: value for key, value in body.items() if key != name} | absent))
        assert (caught.value.code, caught.value.name) == ("missing_field", name)


def test_a19_a_provider_chat_id_alone_names_the_chat():
    payload = parse_without("whatsapp-text", "chat_id")
    assert (AliasKind.LID, "209900000000017@lid") in chat_aliases(payload)


UNUSABLE_IDS = ["k" * 513, "k" * 10_000, True, 1.5, [], {}, "a\x00b", "a\ud800", 10**600]


@pytest.mark.parametrize("name", ["message_id", "chat_id"])
@pytest.mark.parametrize("unusable", UNUSABLE_IDS)
def test_b14_b16_an_id_that_cannot_key_a_row_is_refused_by_name(name, unusable):
    with pytest.raises(InvalidField) as caught:
        parse("whatsapp-text", **{name: unusable})
    assert caught.value.name == name
    assert caught.value.sentence.startswith(f"The field {name} ")


@pytest.mark.parametrize("unusable", UNUSABLE_IDS)
def test_b14_b16_ids_beside_that_cannot_be_ones_count_as_not_said(unusable):
    payload = parse(
        "whatsapp-text",
        provider_chat_id=unusable,
        provider_message_id=unusable,
        sender={"attendee_id": unusable, "attendee_provider_id": unusable, "attendee_name": "Jana"},
    )
    assert (payload.provider_chat_id, payload.provider_message_id) == (None, None)
    assert payload.sender == Person(name="Jana")


def test_b14_an_id_that_is_the_only_name_of_a_chat_is_refused():
    with pytest.raises(InvalidField, match="provider_chat_id"):
        parse("whatsapp-text", chat_id=None, provider_chat_id="k" * 600)


def test_an_empty_message_id_is_refused():
    with pytest.raises(InvalidField, match="message_id is empty"):
        parse("whatsapp-text", message_id="")


def test_ids_are_kept_byte_for_byte_and_integers_as_digits():
    assert parse("whatsapp-text", message_id="  é ").message_id == "  é "
    assert parse("whatsapp-text", message_id=7449262477600571392).message_id == "7449262477600571392"
    assert parse("whatsapp-text", chat_id="e\u0301").chat_id != parse("whatsapp-text", chat_id="é").chat_id


@pytest.mark.parametrize("unusable", [[], ["text"], True])
def test_b16_a_text_of_another_type_is_refused_not_lost(unusable):
    with pytest.raises(InvalidField) as caught:
        parse("whatsapp-text", message=unusable)
    assert caught.value.name == "message"


def test_b16_an_object_that_is_no_message_is_refused():
    with pytest.raises(InvalidField):
        parse("whatsapp-text", message={"weather": "fine"})


def test_b1_b3_text_is_cleaned_of_what_no_column_takes():
    assert parse("whatsapp-text", message="a\x00b\ud800c").text == "ab\ufffdc"


@pytest.mark.parametrize(
    ("stated", "kind"),
    [
        ({"message": "x"}, MessageKind.TEXT),
        ({"message": None}, MessageKind.UNSUPPORTED),
        ({"message": ""}, MessageKind.UNSUPPORTED),
        ({"is_event": 1}, MessageKind.EVENT),
        ({"attachments": [{"id": "1", "type": "img", "sticker": True}]}, MessageKind.STICKER),
        ({"attachments": [{"id": "1", "type": "image"}]}, MessageKind.IMAGE),
        ({"attachments": [{"id": "1", "type": "video", "gif": "true"}]}, MessageKind.GIF),
        ({"attachments": [{"id": "1", "type": "video", "gif": "false"}]}, MessageKind.VIDEO),
        ({"attachments": [{"id": "1", "type": "audio"}]}, MessageKind.AUDIO),
        ({"attachments": [{"id": "1", "type": "audio", "voice_note": ""}]}, MessageKind.AUDIO),
        ({"attachments": [{"id": "1", "mimetype": "audio/ogg"}]}, MessageKind.AUDIO),
        ({"attachments": [{"id": "1", "mimetype": "application/pdf"}]}, MessageKind.FILE),
        ({"attachments": [{"id": "1", "type": "linkedin_post"}]}, MessageKind.FILE),
    ],
)
def test_the_kind_of_a_message(stated, kind):
    assert parse("whatsapp-text", **stated).kind is kind


def test_an_attachment_known_by_its_address_only_keeps_one_derived_id():
    first = parse("whatsapp-text", attachments=[{"url": "https://files.example/a.jpg"}]).attachments
    second = parse("whatsapp-text", attachments={"attachment_url": "https://files.example/a.jpg"}).attachments
    assert [attachment.id for attachment in first] == [attachment.id for attachment in second]
    assert not first[0].is_fetchable


@pytest.mark.parametrize("nothing", [None, [], {}, "", 0, "img", 5, [{}], [None, 3, "x"], [[]]])
def test_b16_what_is_no_attachment_is_left_out(nothing):
    assert parse("whatsapp-text", attachments=nothing).attachments == ()


def test_an_attachment_listed_twice_is_one():
    twice = [{"attachment_id": "1", "attachment_type": "img"}] * 2
    assert len(parse("whatsapp-text", attachments=twice).attachments) == 1
