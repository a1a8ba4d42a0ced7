"""Who and what is one and the same, and what only looks so."""

from __future__ import annotations

import pytest

from communications.ingest.channels import channel_upsert
from communications.schemas.accounts import AccountFact
from tests.ingest.deliveries import channel_make, deliver, deliver_together, rows
from tests.webhooks.bodies import (
    ACCOUNT,
    JANA,
    OWN_PHONE,
    OWNER,
    whatsapp_message,
    whatsapp_own_message,
    whatsapp_person,
)

OWN_LID = "100000000000001@lid"
OWNER_BY_LID = whatsapp_person(OWN_LID, name="Shop", lid=OWN_LID)


async def test_a13_the_same_message_id_in_two_accounts_is_two_messages(connections):
    for account in (ACCOUNT, "another"):
        await channel_make(connections, account)
        await deliver(connections, whatsapp_message(account=account, text=account))
    assert await rows(
        connections,
        "SELECT external_account_id, text FROM communications_message AS message "
        "JOIN communications_channel AS channel ON channel.id = message.channel_id ORDER BY 1",
    ) == [(ACCOUNT, ACCOUNT), ("another", "another")]
    assert await rows(connections, "SELECT outcome FROM communications_webhookdelivery") == [("applied",)] * 2
    assert await rows(connections, "SELECT count(*) FROM communications_chatattendee") == [(2,)]
    assert await rows(connections, "SELECT count(*) FROM communications_conversation") == [(2,)]


async def test_a_chat_named_by_id_privacy_id_and_number_is_one(connections):
    await channel_make(connections, ACCOUNT)
    phone_jid = f"{JANA['attendee_specifics']['phone_number'][1:]}@s.whatsapp.net"
    await deliver(
        connections,
        whatsapp_message("by id", provider_chat_id=None, attendees=[], sender=None),
        whatsapp_message("by number", chat_id=None, provider_chat_id=phone_jid, attendees=[], sender=None),
        whatsapp_message("by both"),
        whatsapp_message("number in the id's place", chat_id=phone_jid, provider_chat_id=None),
    )
    assert await rows(
        connections,
        "SELECT unread_count, history_revision FROM communications_conversation WHERE continues_id IS NULL",
    ) == [(4, 1)]


async def test_a_title_is_heard_when_one_batch_calls_its_chat_by_two_names(connections):
    await channel_make(connections, ACCOUNT)
    group = {"is_group": True, "provider_chat_id": "12036300000000001@g.us"}
    await deliver(connections, whatsapp_message("by both", subject=None, **group))
    await deliver_together(
        connections,
        [
            whatsapp_message("by id", subject=None, is_group=True, provider_chat_id=None),
            whatsapp_message("by the provider's id", subject="Choir", **group | {"chat_id": None}),
        ],
    )
    assert await rows(connections, "SELECT title, kind, unread_count FROM communications_conversation") == [
        ("Choir", "group", 3)
    ]


async def test_a_name_never_gets_worse(connections):
    await channel_make(connections, ACCOUNT)
    names = "SELECT name FROM communications_chatattendee WHERE NOT is_self"
    for number, (name, second) in enumerate(
        [
            ("Jana", 1),
            ("You", 2),
            (JANA["attendee_provider_id"], 3),
            ("+420 600 000 017", 4),
            ("", 5),
            (None, 6),
        ]
    ):
        person = JANA | {"attendee_name": name}
        at = f"2026-06-02T08:15:0{second}Z"
        await deliver(
            connections, whatsapp_message(f"m{number}", sender=person, attendees=[person], timestamp=at)
        )
        assert await rows(connections, names) == [("Jana",)]
    older = JANA | {"attendee_name": "Old name"}
    await deliver(connections, whatsapp_message("m7", sender=older, timestamp="2026-06-02T08:15:00Z"))
    assert await rows(connections, names) == [("Jana",)]


async def test_a_message_that_tells_nothing_new_of_its_sender_leaves_their_rows_alone(connections):
    await channel_make(connections, ACCOUNT)
    written = (
        "SELECT xmin::text, cmin::text FROM communications_chatattendee UNION ALL "
        "SELECT xmin::text, cmin::text FROM communications_attendeeidentity UNION ALL "
        "SELECT xmin::text, cmin::text FROM communications_attendeename UNION ALL "
        "SELECT xmin::text, cmin::text FROM communications_conversationattendee"
    )
    await deliver(connections, whatsapp_message("m1", timestamp="2026-06-02T08:15:00.100Z"))
    first = await rows(connections, written)
    await deliver(connections, whatsapp_message("m2", timestamp="2026-06-02T08:15:00.900Z"))
    assert await rows(connections, written) == first
    await deliver(connections, whatsapp_message("m3", timestamp="2026-06-02T08:15:07.000Z"))
    assert await rows(connections, "SELECT count(*) FROM communications_message") == [(3,)]
    assert (await rows(connections, written))[0] != first[0]


async def test_what_the_account_is_called_upstream_settles_who_wrote_what_came_before(connections):
    await channel_make(connections, ACCOUNT)
    untold = {"sender": OWNER_BY_LID, "is_sender": None, "account_info": {}}
    await deliver(connections, whatsapp_message("theirs"), whatsapp_own_message("ours", **untold))
    seen = "SELECT external_message_id, direction, status FROM communications_message ORDER BY 1"
    assert await rows(connections, seen) == [("ours", "unknown", None), ("theirs", "inbound", None)]
    async with connections.connection() as connection:
        await channel_upsert(
            connection,
            AccountFact(
                external_account_id=ACCOUNT,
                provider="whatsapp",
                provider_word="WHATSAPP",
                name="Shop",
                status="ok",
                status_word="OK",
                own_identities=(f"lid:{OWN_LID}", f"phone:{OWN_PHONE}"),
            ),
        )
    assert await rows(connections, seen) == [("ours", "outbound", "sent"), ("theirs", "inbound", None)]
    assert await rows(connections, "SELECT unread_count FROM communications_conversation") == [(0,)]


async def test_a_direct_chat_is_named_after_the_other_one_and_a_note_to_oneself_after_oneself(connections):
    await channel_make(connections, ACCOUNT)
    await deliver(
        connections,
        whatsapp_own_message("ours"),
        whatsapp_own_message(
            "note", chat_id="notes", attendees=[OWNER], provider_chat_id=f"{OWN_PHONE}@s.whatsapp.net"
        ),
    )
    assert await rows(
        connections,
        "SELECT external_thread_id, contact.phone FROM communications_conversation "
        "JOIN communications_chatattendee AS contact ON contact.id = contact_id ORDER BY 1",
    ) == [("cH4tDirectJanaAAAAAAAA", JANA["attendee_specifics"]["phone_number"][1:]), ("notes", OWN_PHONE)]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
async def test_an_own_message_that_its_body_gives_to_the_contact_makes_the_contact_nobody_else(
    connections, order
):
    await channel_make(connections, ACCOUNT, own_identities=[f"phone:{OWN_PHONE}"])
    told = [
        whatsapp_own_message("ours", sender=JANA),
        whatsapp_message("theirs", is_sender=None, account_info={}),
        whatsapp_message("theirs too"),
    ]
    for index in order:
        await deliver(connections, told[index])
    assert await rows(
        connections, "SELECT external_message_id, direction FROM communications_message ORDER BY 1"
    ) == [("ours", "outbound"), ("theirs", "inbound"), ("theirs too", "inbound")]
    assert await rows(
        connections,
        "SELECT own_identities, attendee.is_self FROM communications_channel AS channel "
        "JOIN communications_chatattendee AS attendee ON attendee.channel_id = channel.id",
    ) == [([f"phone:{OWN_PHONE}"], False)]


async def test_a_reaction_is_our_own_once_its_sender_is_known_to_be_ourselves(connections):
    await channel_make(connections, ACCOUNT)
    reaction = whatsapp_message(event="message_reaction", reaction="👍", reaction_sender=OWNER_BY_LID)
    await deliver(connections, whatsapp_message(), reaction)
    shown = (
        "SELECT reaction.is_own, message.version FROM communications_reaction AS reaction "
        "JOIN communications_message AS message ON message.id = reaction.message_id"
    )
    ((is_own, version),) = await rows(connections, shown)
    assert not is_own
    await deliver(connections, whatsapp_own_message("ours", sender=OWNER_BY_LID))
    ((is_own, later),) = await rows(connections, shown)
    assert is_own
    assert int(later) > int(version)
