from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from communications.models.attendee import ChatAttendee
from communications.models.channel import Channel
from communications.models.fields import ExternalIdField, VersionField


class Conversation(models.Model):
    """One chat of one channel.

    ``read_through_*`` is the read marker in message order, and ``unread_count`` counts the inbound, visible
    messages after it. The marker is the later of what people marked as read here (``marked_read_*``) and what
    the account's owner read or answered elsewhere. ``continues`` points to the root conversation that this one
    turned out to be a part of; counts, title and contact are the root's. ``title_before*`` is what the root was
    called before it took the title of this part, null where it did not.
    """

    class Kind(models.TextChoices):
        DIRECT = "direct"
        GROUP = "group"
        CHANNEL = "channel"

    id = models.BigAutoField(primary_key=True)
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, db_index=False)
    external_thread_id = ExternalIdField()
    kind = models.TextField(choices=Kind.choices, default=Kind.DIRECT, db_default=Kind.DIRECT)
    title = models.TextField(blank=True, default="", db_default="")
    title_at = models.DateTimeField(null=True, blank=True, help_text="Time of the fact that gave the title")
    title_before = models.TextField(null=True, blank=True)
    title_before_at = models.DateTimeField(null=True, blank=True)
    contact = models.ForeignKey(
        ChatAttendee, null=True, blank=True, on_delete=models.SET_NULL, db_index=False
    )
    last_message = models.ForeignKey(
        "communications.Message",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    last_message_at = models.DateTimeField(null=True, blank=True)
    unread_count = models.PositiveIntegerField(default=0, db_default=0)
    marked_read_at = models.DateTimeField(null=True, blank=True)
    marked_read_id = models.BigIntegerField(null=True, blank=True)
    read_through_at = models.DateTimeField(null=True, blank=True)
    read_through_id = models.BigIntegerField(null=True, blank=True, help_text="Id of the last message read")
    marked_unread = models.BooleanField(
        default=False, db_default=False, help_text="By a person here, until somebody reads or answers"
    )
    here_only = ArrayField(
        models.TextField(),
        default=list,
        db_default=[],
        help_text="Which of archived, pinned and muted upstream does not know",
    )
    archived = models.BooleanField(default=False, db_default=False)
    pinned = models.BooleanField(default=False, db_default=False)
    muted_until = models.DateTimeField(null=True, blank=True)
    read_only = models.SmallIntegerField(default=0, db_default=0, help_text="0 no, 1 and 2 as upstream says")
    disabled_features = ArrayField(models.TextField(), default=list)
    content_type = models.TextField(
        blank=True, default="", db_default="", help_text="inmail, sponsored, linkedin_offer, as upstream says"
    )
    described_at = models.DateTimeField(
        null=True, blank=True, help_text="Time of the answer of upstream that gave its state"
    )
    history_revision = models.PositiveIntegerField(
        default=0, db_default=0, help_text="Grows when what is older than readers hold has changed unseen"
    )
    whole_since = models.DateTimeField(
        null=True, blank=True, help_text="From when on it was copied from upstream without a hole"
    )
    is_whole = models.BooleanField(
        default=False, db_default=False, help_text="Upstream shows nothing older than what is held"
    )
    is_stub = models.BooleanField(default=False, db_default=False)
    continues = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, db_index=False)
    continues_by = models.UUIDField(null=True, blank=True, help_text="The delivery that proved it")
    created_at = models.DateTimeField(db_default=Now())
    version = VersionField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "external_thread_id"], name="conversation_external_thread_id_unique"
            ),
            models.CheckConstraint(
                condition=~models.Q(external_thread_id=""), name="conversation_external_thread_id_not_empty"
            ),
        ]
        indexes = [
            models.Index(
                models.F("channel"),
                models.F("pinned").desc(),
                models.F("last_message_at").desc(),
                models.F("id").desc(),
                name="conversation_list",
                condition=models.Q(is_stub=False, last_message_at__isnull=False),
            ),
            models.Index(fields=["version", "id"], name="conversation_version"),
            models.Index(
                fields=["continues"],
                name="conversation_continues",
                condition=models.Q(continues__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.title or f"conversation {self.pk}"


class ConversationAlias(models.Model):
    """A name under which upstream speaks of a conversation: its id, a group's or person's id, a privacy id, a phone number."""

    class Kind(models.TextChoices):
        ID = "id"
        GROUP = "group"
        LID = "lid"
        PHONE = "phone"
        PROVIDER = "provider"

    id = models.BigAutoField(primary_key=True)
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, db_index=False)
    kind = models.TextField(choices=Kind.choices)
    value = ExternalIdField()
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "kind", "value"], name="conversation_alias_unique"),
            models.CheckConstraint(condition=~models.Q(value=""), name="conversation_alias_value_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"
