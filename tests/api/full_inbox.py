"""An inbox in which every answer of the API has something to show."""

from __future__ import annotations

import uuid
from typing import Any

from communications.models import (
    Alarm,
    Attachment,
    AttendeeIdentity,
    AttendeeName,
    CallPause,
    ChannelStatus,
    Draft,
    GivenName,
    MessageEdit,
    PersonDecision,
    ReachabilityTest,
    Reaction,
    ReplayOrder,
    UpstreamWebhook,
    WebhooksChecked,
)
from tests.access.routes import WORDS
from tests.inbox import (
    NOON,
    account_act_make,
    attendee_make,
    channel_make,
    comparison_make,
    conversation_make,
    failed_message_make,
    history_run_make,
    intent_make,
    message_make,
    minutes,
    person_make,
    recount,
)
from tests.ledger_rows import delivery_keep, happening
from tests.media.library import attachment_keep, picture_keep, upload_keep


class FullInbox:
    """At least one of everything that an answer can hold."""

    def __init__(self) -> None:
        self.reader = person_make()
        self.channel = channel = channel_make(self.reader, role="owner")
        self.contact = contact = attendee_make(channel, "Ada", phone="4917", public_identifier="ada")
        self.run = history_run_make(
            channel,
            title="Ada",
            since=NOON,
            refused={"unreadable": 1},
            held_until=minutes(9),
            started_at=NOON,
        )
        self.conversation = conversation_make(
            channel, contact=contact, members=[contact], muted_until=minutes(3), disabled_features=["reply"]
        )
        history_run_make(channel, conversation=self.conversation)
        self._messages_make()
        self._webhooks_make()
        self._people_make()
        self._ledger_make()
        self.values = WORDS | {"provider": "whatsapp", "read_receipts": "on_open"} | self._ids()

    def _messages_make(self) -> None:
        channel, contact = self.channel, self.contact
        for number in range(3):
            self.message = message = message_make(
                self.conversation,
                sender=contact,
                sender_name="Ada",
                sent_at=minutes(number),
                edited_at=minutes(4),
                quoted_external_id="q",
                quoted_text="?",
                search_text="hello",
            )
            Attachment.objects.create(
                channel=channel,
                message=message,
                external_attachment_id="a",
                kind="voice",
                size_bytes=2**40,
                duration_seconds=0.5,
            )
            Reaction.objects.create(
                channel=channel,
                message=message,
                sender_provider_id="x",
                sender=contact,
                emoji="👍",
                reacted_at=NOON,
            )
        message_make(
            self.conversation, sent_at=minutes(9), direction="outbound", status="read", deleted_at=NOON
        )
        recount(self.conversation)

    def _webhooks_make(self) -> None:
        WebhooksChecked.objects.create(checked_at=NOON)
        UpstreamWebhook.objects.create(
            external_webhook_id="w1",
            source="messaging",
            problems=["events_missing"],
            events_missing=["message_read"],
        )
        ReachabilityTest.objects.create(asked_at=NOON, tested_at=NOON, code="no_address")

    def _people_make(self) -> None:
        channel, contact = self.channel, self.contact
        conversation_make(channel, kind="group")
        self.part = conversation_make(channel, continues=self.conversation, members=[contact])
        self.apart = attendee_make(channel, "Bea")
        twin = attendee_make(channel, "Ada", same_as=contact)
        attendee_make(channel, "Ada", phone="4917")
        for known, key in ((contact, "id:a"), (twin, "id:b"), (twin, "id:a")):
            AttendeeIdentity.objects.create(
                channel=channel, attendee=known, own_key=f"id:{known.pk}", key=key, told_by=uuid.uuid4()
            )
        AttendeeName.objects.create(
            channel=channel, attendee=twin, rank=2, name="Ada", since=NOON, told_by=uuid.uuid4()
        )
        GivenName.objects.create(channel=channel, attendee=twin, name="Ada L.", given_by=self.reader)
        PersonDecision.objects.create(channel=channel, one=contact, other=self.apart, verdict="different")
        PersonDecision.objects.create(
            channel=channel, one=contact, other=twin, verdict="same", decided_by=self.reader
        )

    def _ledger_make(self) -> None:
        channel, message = self.channel, self.message
        key = happening()
        self.delivery = delivery_keep(
            channel, {"text": "hello"}, message=message, event_key=key, outcome="failed"
        )
        MessageEdit.objects.create(
            channel=channel, message=message, event_key=key, text="hello there", edited_at=minutes(4)
        )
        ReplayOrder.objects.create(author=self.reader, selection={}, expected=3, totals={"applied": 3})
        delivery_keep(channel, message=message, event_key=key, outcome="duplicate", reason="repeats")
        delivery_keep(None, b"\xff", outcome="quarantined", reason="no JSON", event="")
        CallPause.objects.create(
            external_account_id=channel.external_account_id,
            until="2199-01-01T00:00:00Z",
            refusals=1,
        )
        ChannelStatus.objects.create(
            channel=channel, event_key=key, at=NOON, status="credentials", status_word="CREDENTIALS"
        )
        Draft.objects.create(
            user=self.reader, channel=channel, conversation=self.conversation, text="What I was about to say"
        )

    def _ids(self) -> dict[str, Any]:
        channel, contact, message = self.channel, self.contact, self.message
        stored = attachment_keep(self.conversation, b"the bytes of a file", message=message)
        picture = picture_keep(contact, b"the bytes of a picture")
        return {
            "delivery_id": str(self.delivery.pk),
            "channel_id": str(channel.pk),
            "conversation_id": str(self.conversation.pk),
            "message_id": str(message.pk),
            "attendee_id": str(contact.pk),
            "other_attendee_id": str(self.apart.pk),
            "other_conversation_id": str(self.part.pk),
            "attachment_id": str(stored.pk),
            "picture_id": str(picture.pk),
            "upload_id": str(upload_keep(self.reader, b"the bytes of an upload").pk),
            "comparison_id": str(comparison_make(channel).pk),
            "alarm_id": str(
                Alarm.objects.create(kind="account_down", channel=channel, reason="credentials").pk
            ),
            "lookup_id": str(
                intent_make(
                    channel,
                    self.reader,
                    "look_up",
                    payload={"phone": "491"},
                    state="failed",
                    reason="Nobody has it.",
                ).pk
            ),
            "change_id": str(
                intent_make(
                    channel,
                    self.reader,
                    "react",
                    conversation=self.conversation,
                    message=message,
                    payload={"emoji": "👎"},
                ).pk
            ),
            "act_id": str(account_act_make(channel, self.reader, pairing_code="ABCD-1234").pk),
            "run_id": str(self.run.pk),
            "usual_message_id": str(message.pk),
            "failed_message_id": str(failed_message_make(self.conversation, self.reader).pk),
            "to_conversation_id": str(self.conversation.pk),
            "conversation_ids": [str(self.conversation.pk)],
            "attendee_ids": [str(contact.pk)],
        }
