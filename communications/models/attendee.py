from django.contrib.postgres.fields import ArrayField
from django.db import models

from communications.models.channel import Channel
from communications.models.fields import ExternalIdField, VersionField


class NameRank(models.IntegerChoices):
    """How good a source of a name is; a name never gets worse."""

    NONE = 0
    NUMBER = 1
    PUSH_NAME = 2
    PROFILE = 3
    ADDRESS_BOOK = 4
    USER = 5


class ChatAttendee(models.Model):
    """A person on one channel. Identity is the provider's id within the channel, and nothing else."""

    id = models.BigAutoField(primary_key=True)
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, db_index=False)
    provider_id = ExternalIdField()
    external_attendee_id = ExternalIdField(blank=True, default="", db_default="")
    name = models.TextField(blank=True, default="", db_default="")
    name_rank = models.SmallIntegerField(
        choices=NameRank.choices, default=NameRank.NONE, db_default=NameRank.NONE
    )
    name_at = models.DateTimeField(null=True, blank=True, help_text="Time of the fact that gave the name")
    phone = models.TextField(blank=True, default="", db_default="", help_text="Digits only")
    lid = ExternalIdField(blank=True, default="", db_default="")
    public_identifier = ExternalIdField(blank=True, default="", db_default="")
    identities = ArrayField(
        models.TextField(), default=list, help_text="Comparable: 'lid:…', 'phone:<digits>', 'id:…'"
    )
    is_self = models.BooleanField(default=False, db_default=False)
    same_as = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL)
    same_as_by = models.UUIDField(null=True, blank=True, help_text="The delivery that proved it")
    version = VersionField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "provider_id"], name="attendee_provider_id_unique"),
            models.CheckConstraint(
                condition=~models.Q(provider_id=""), name="attendee_provider_id_not_empty"
            ),
            models.CheckConstraint(
                condition=models.Q(phone__regex=r"^[0-9]*$"), name="attendee_phone_is_digits"
            ),
        ]
        indexes = [models.Index(fields=["version", "id"], name="attendee_version")]

    def __str__(self) -> str:
        return self.name or self.phone or self.provider_id


class ConversationAttendee(models.Model):
    """Somebody is in a conversation, or was.

    ``told_*`` is what the latest event said of it, empty for people who were only seen there. Somebody who is told to be gone but
    has written since is a member.
    """

    class State(models.TextChoices):
        IN = "in"
        GONE = "gone"

    id = models.BigAutoField(primary_key=True)
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, db_index=False)
    conversation = models.ForeignKey("communications.Conversation", on_delete=models.CASCADE, db_index=False)
    attendee = models.ForeignKey(ChatAttendee, on_delete=models.CASCADE)
    state = models.TextField(choices=State.choices, default=State.IN, db_default=State.IN)
    told_state = models.TextField(choices=State.choices, null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)
    told_by = ExternalIdField(
        blank=True, default="", db_default="", help_text="Upstream's id of the event message that told it"
    )
    version = VersionField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "attendee"], name="conversation_attendee_unique")
        ]
        indexes = [
            models.Index(fields=["version", "id"], name="conversation_attendee_version"),
            models.Index(
                fields=["conversation", "attendee"],
                name="conversation_attendee_told",
                condition=models.Q(told_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.attendee} in {self.conversation}"
