"""Recognising a body: one table of names, and the shapes that carry none."""

import pytest

from tests.unipile.fixture_bodies import read_body
from unipile.payloads.account import parse_account_status
from unipile.payloads.events import FAMILY_OF_EVENT, AccountStatus, Family, canonical_event, classify
from unipile.payloads.refusals import InvalidField, MissingField, UnreadableBody


@pytest.mark.parametrize(
    ("name", "family", "event"),
    [
        ("whatsapp-text", Family.MESSAGING, "message_received"),
        ("linkedin-reaction", Family.MESSAGING, "message_reaction"),
        ("linkedin-edited", Family.MESSAGING, "message_edited"),
        ("linkedin-deleted", Family.MESSAGING, "message_deleted"),
        ("linkedin-read", Family.MESSAGING, "message_read"),
        ("linkedin-delivered", Family.MESSAGING, "message_delivered"),
        ("nested-message", Family.MESSAGING, "message_received"),
        ("account-status", Family.ACCOUNT_STATUS, "account_status"),
        ("account-status-flat", Family.ACCOUNT_STATUS, "account_status"),
        ("hosted-auth-notify", Family.HOSTED_AUTH, "hosted_auth_notify"),
        ("new-relation", Family.USERS, "new_relation"),
        ("mail-received", Family.MAIL, "mail_received"),
        ("v2-message-new", Family.V2, "message.new"),
    ],
)
def test_every_shape_has_its_family(name, family, event):
    envelope = classify(read_body(name))
    assert (envelope.family, envelope.event) == (family, event)
    assert envelope.account_id == read_body(name).get("AccountStatus", read_body(name))["account_id"]


@pytest.mark.parametrize(
    "spelling",
    [
        "message_received",
        "message.received",
        "message-received",
        "Message Received",
        "MESSAGE_RECEIVED",
        "messageReceived",
        " message:received ",
        "new_message",
        "New message",
        "messaging.message_received",
        "messaging/message.received",
        "messaging: new message",
    ],
)
def test_every_spelling_of_an_event_is_one_event(spelling):
    assert canonical_event(spelling) == "message_received"


@pytest.mark.parametrize(
    ("spelling", "event"),
    [
        ("users/new_relation", "new_relation"),
        ("email.mail_received", "mail_received"),
        ("email_tracking.mail_opened", "mail_opened"),
        ("calendar_event.calendar_event_created", "calendar_event_created"),
        ("users.something_new", "users_something_new"),
    ],
)
def test_an_event_may_stand_behind_its_source(spelling, event):
    assert canonical_event(spelling) == event


@pytest.mark.parametrize("event", sorted(FAMILY_OF_EVENT))
def test_a_canonical_name_stays_itself(event):
    assert canonical_event(event) == event
    assert canonical_event(event.replace("_", ".")) == event


@pytest.mark.parametrize("missing", [{"event": None}, {"event": ""}, {"event": 7}, {"event": {}}, {}])
def test_event_type_counts_where_event_says_nothing(missing):
    body = read_body("whatsapp-text")
    del body["event"]
    assert classify({**body, **missing, "event_type": "message_received"}).family is Family.MESSAGING


def test_a_null_event_type_beside_an_event_is_ignored():
    assert classify({**read_body("whatsapp-text"), "event_type": None}).event == "message_received"


@pytest.mark.parametrize("name", ["", "something_new", "message.new"])
def test_a16_an_unknown_event_is_recognised_as_such(name):
    assert classify({"event": name, "account_id": "a"}).family is Family.UNKNOWN


@pytest.mark.parametrize("body", [None, [], "text", 3, True])
def test_b15_only_an_object_is_a_body(body):
    with pytest.raises(UnreadableBody) as caught:
        classify(body)
    assert caught.value.code == "not_an_object"


def test_b15_an_empty_object_is_an_unknown_event():
    envelope = classify({})
    assert (envelope.family, envelope.event, envelope.account_id) == (Family.UNKNOWN, "", None)


def test_a_message_that_says_error_is_no_account_status():
    body = read_body("whatsapp-text") | {"message": "ERROR"}
    del body["event"]
    assert classify(body).family is Family.UNKNOWN


def test_b14_an_account_id_too_long_for_an_index_is_refused():
    with pytest.raises(InvalidField) as caught:
        classify({"event": "message_received", "account_id": "k" * 10_000})
    assert (caught.value.name, caught.value.code) == ("account_id", "invalid_field")


@pytest.mark.parametrize(
    ("stated", "provider"),
    [
        ({"account_type": "WHATSAPP"}, "whatsapp"),
        ({"account_type": "GOOGLE_OAUTH"}, "mail"),
        ({"account_type": "gmail"}, "mail"),
        ({"account_type": "Signal"}, "signal"),
        ({"account_info": {"type": "LINKEDIN"}}, "linkedin"),
        ({"sender": {"attendee_specifics": {"provider": "INSTAGRAM"}}}, "instagram"),
        ({"provider_chat_id": "420600000017@s.whatsapp.net"}, "whatsapp"),
        ({"provider_chat_id": "120363000000000042@g.us"}, "whatsapp"),
        ({"sender": {"attendee_provider_id": "209900000000017@lid"}}, "whatsapp"),
        ({"sender": {"attendee_provider_id": "ACoAAX"}}, None),
        ({"account_type": 7}, None),
    ],
)
def test_the_provider_is_told_by_the_first_that_knows_it(stated, provider):
    assert classify({"event": "message_received", "account_id": "a", **stated}).provider == provider


@pytest.mark.parametrize(
    "word", [status.value for status in AccountStatus if status is not AccountStatus.UNKNOWN]
)
def test_every_status_word_is_read_nested_and_flat(word):
    nested = {"AccountStatus": {"account_id": "a1", "account_type": "WHATSAPP", "message": word}}
    flat = {"account_id": "a1", "account_type": "WHATSAPP", "message": word.lower()}
    inferred = {
        "account_id": "a1",
        "account_type": "WHATSAPP",
        "account_status": word,
        "account_status_specifics": "",
    }
    for body in (nested, flat, inferred):
        payload = parse_account_status(classify(body))
        assert (payload.account_id, payload.provider, payload.status) == (
            "a1",
            "whatsapp",
            AccountStatus(word),
        )


def test_a_status_word_not_seen_before_is_kept_beside_unknown():
    payload = parse_account_status(classify({"AccountStatus": {"account_id": "a1", "message": "RESTING"}}))
    assert (payload.status, payload.upstream_status) == (AccountStatus.UNKNOWN, "RESTING")


@pytest.mark.parametrize(
    "body",
    [
        {"account_id": "a1", "account_type": "WHATSAPP", "message": "ON_HOLIDAY"},
        {"account_id": "a1", "account_status": "ON_HOLIDAY", "account_status_specifics": "Product"},
        {"account_status": {"account_id": "a1", "message": "ON_HOLIDAY"}},
        {"event": "status", "AccountStatus": {"account_id": "a1", "message": "ON_HOLIDAY"}},
    ],
)
def test_an_unknown_word_is_a_status_in_every_shape(body):
    envelope = classify(body)
    assert (envelope.family, envelope.event, envelope.account_id) == (
        Family.ACCOUNT_STATUS,
        "account_status",
        "a1",
    )
    assert parse_account_status(envelope).upstream_status == "ON_HOLIDAY"


@pytest.mark.parametrize(
    "body",
    [
        {"account_id": "a1", "account_type": "WHATSAPP", "message": "Good morning"},
        {"account_id": "a1", "account_type": "WHATSAPP", "message": "HELLO", "sender": {}},
        {"account_id": "a1", "message": "HELLO"},
    ],
)
def test_words_that_somebody_wrote_are_no_status(body):
    assert classify(body).family is Family.UNKNOWN


def test_the_hosted_callback_carries_our_own_token():
    payload = parse_account_status(classify(read_body("hosted-auth-notify")))
    assert (payload.status, payload.correlation) == (AccountStatus.CREATION_SUCCESS, "connect-7f3a")


@pytest.mark.parametrize("inner", [{"account_id": "a"}, {"message": "OK"}, {"account_id": "a", "message": 3}])
def test_a_status_without_account_or_word_is_refused(inner):
    with pytest.raises(MissingField):
        parse_account_status(classify({"AccountStatus": inner}))
