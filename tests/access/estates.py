"""Two people with a channel each, and who else may try to look into it."""

from __future__ import annotations

from typing import Any

from django.test import Client

from communications.models import Alarm, ChannelAccess, Draft, User
from tests.access.routes import WORDS
from tests.inbox import (
    account_act_make,
    attendee_make,
    channel_make,
    client_of,
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
from tests.ledger_rows import delivery_keep
from tests.media.library import attachment_keep, picture_keep, upload_keep


class Estate:
    """One person's channel with a conversation in it; ``canary`` stands in all its texts."""

    def __init__(self, canary: str, provider: str = "whatsapp") -> None:
        self.canary = canary
        self.owner = person_make(f"owner-{canary}")
        self.channel = channel_make(self.owner, provider=provider, role="owner")
        self.channel.name = canary
        self.channel.save()
        self.contact = attendee_make(self.channel, canary, public_identifier=canary)
        self.conversation = conversation_make(
            self.channel, title=canary, contact=self.contact, members=[self.contact]
        )
        self.messages = [
            message_make(
                self.conversation, f"{canary} {number}", sender=self.contact, sent_at=minutes(number)
            )
            for number in range(2)
        ]
        self.failed = failed_message_make(self.conversation, self.owner, canary)
        recount(self.conversation)
        Draft.objects.create(
            user=self.owner, channel=self.channel, conversation=self.conversation, text=canary
        )
        self.unseen = attendee_make(self.channel, canary)
        self.namesake = attendee_make(self.channel, canary, phone="420600000001")
        self.continued = conversation_make(self.channel, title=canary)
        self.attachment = attachment_keep(
            self.conversation, f"{canary} attached".encode(), name=canary, message=self.messages[0]
        )
        self.picture = picture_keep(self.contact, f"{canary} pictured".encode())
        self.upload = upload_keep(self.owner, f"{canary} handed over".encode(), name=canary)
        self.lookup = intent_make(
            self.channel, self.owner, "look_up", payload={"phone": "491"}, reason=canary
        )
        self.act = account_act_make(self.channel, self.owner, reason=canary)
        self.run = history_run_make(self.channel, title=canary, reason=canary)
        self.change = intent_make(
            self.channel,
            self.owner,
            "react",
            conversation=self.conversation,
            message=self.messages[0],
            payload={"emoji": "👎"},
        )
        self.alarm = Alarm.objects.create(kind="account_down", channel=self.channel, reason=canary)
        self.comparison = comparison_make(self.channel, reason=canary)
        self.delivery = delivery_keep(self.channel, {"text": canary}, message=self.messages[0])
        self.refused = delivery_keep(self.channel, outcome="quarantined", reason=canary)

    @property
    def values(self) -> dict[str, Any]:
        return WORDS | {
            "channel_id": str(self.channel.pk),
            "conversation_id": str(self.conversation.pk),
            "message_id": str(self.messages[0].pk),
            "attachment_id": str(self.attachment.pk),
            "delivery_id": str(self.delivery.pk),
            "picture_id": str(self.picture.pk),
            "upload_id": str(self.upload.pk),
            "lookup_id": str(self.lookup.pk),
            "change_id": str(self.change.pk),
            "alarm_id": str(self.alarm.pk),
            "act_id": str(self.act.pk),
            "run_id": str(self.run.pk),
            "usual_message_id": str(self.messages[0].pk),
            "failed_message_id": str(self.failed.pk),
            "to_conversation_id": str(self.continued.pk),
            "conversation_ids": [str(self.conversation.pk)],
            "attendee_ids": [str(self.unseen.pk)],
            "q": "canary",
            "attendee_id": str(self.contact.pk),
            "name": self.canary,
            "other_attendee_id": str(self.namesake.pk),
            "other_conversation_id": str(self.continued.pk),
            "comparison_id": str(self.comparison.pk),
            "text": "canary",
            "verdict": "same",
        }


class World:
    def __init__(self) -> None:
        self.ours = Estate("canary-ours")
        self.theirs = Estate("canary-theirs", provider="linkedin")
        removed = person_make("removed")
        ChannelAccess.objects.create(user=removed, channel=self.ours.channel, role="owner")
        self.removed = client_of(removed)
        assert (
            self.removed.get(f"/api/v1/communications/all/chats/{self.ours.conversation.pk}/").status_code
            == 200
        )
        ChannelAccess.objects.filter(user=removed).delete()
        superuser = User.objects.create_superuser("root")
        self.strangers: dict[str, Client] = {
            "owner of another channel": client_of(self.theirs.owner),
            "removed member": self.removed,
            "somebody without a channel": client_of(person_make("newcomer")),
            "superuser without access": client_of(superuser),
        }
