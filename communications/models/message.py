from django.db import models
from django.db.models.functions import Now

from communications.models.attendee import ChatAttendee
from communications.models.channel import Channel
from communications.models.conversation import Conversation
from communications.models.fields import ExternalIdField, VersionField
from communications.models.media import FetchedFile
from communications.status import STATUSES


class Message(models.Model):
    """One message, whoever wrote it and by whatever way we learned of it.

    A *stub* (``is_stub``) holds facts about a message that has not come yet; it is in no list, count, search or feed and is
    completed by the same upsert that later brings the message. ``received_by`` is the delivery whose facts the row shows:
    the earliest one that brought it, so that the order of processing cannot matter.
    """

    class Direction(models.TextChoices):
        INBOUND = "inbound"
        OUTBOUND = "outbound"
        UNKNOWN = "unknown"

    class Origin(models.TextChoices):
        CONTACT = "contact"
        PHONE = "phone"
        US = "us"

    class FoundBy(models.TextChoices):
        """What brought a message that no delivery has."""

        HISTORY = "history", "Fetching history"
        REPAIR = "repair", "Comparing with upstream"

    class Kind(models.TextChoices):
        TEXT = "text"
        IMAGE = "image"
        VIDEO = "video"
        AUDIO = "audio"
        VOICE = "voice"
        FILE = "file"
        STICKER = "sticker"
        GIF = "gif"
        EVENT = "event"
        UNSUPPORTED = "unsupported"

    id = models.BigAutoField(primary_key=True)
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, db_index=False)
    conversation = models.ForeignKey(Conversation, null=True, on_delete=models.CASCADE, db_index=False)
    external_message_id = ExternalIdField(null=True, blank=True)  # type: ignore[misc]  # the plugin reads nullability off the class
    provider_message_id = ExternalIdField(blank=True, default="", db_default="")
    author = models.ForeignKey(
        "communications.User", null=True, blank=True, on_delete=models.SET_NULL, db_index=False
    )
    client_id = models.UUIDField(null=True, blank=True)
    direction = models.TextField(
        choices=Direction.choices, default=Direction.UNKNOWN, db_default=Direction.UNKNOWN
    )
    direction_told = models.BooleanField(
        default=False, db_default=False, help_text="By the body itself; else it follows from identities"
    )
    origin = models.TextField(choices=Origin.choices, default=Origin.CONTACT, db_default=Origin.CONTACT)
    sender = models.ForeignKey(ChatAttendee, null=True, blank=True, on_delete=models.SET_NULL, db_index=False)
    sender_name = models.TextField(blank=True, default="", db_default="")
    kind = models.TextField(choices=Kind.choices, default=Kind.TEXT, db_default=Kind.TEXT)
    text = models.TextField(blank=True, default="", db_default="")
    search_text = models.TextField(blank=True, default="", db_default="")
    status = models.TextField(choices=[(s, s) for s in STATUSES], null=True, blank=True)
    sent_at = models.DateTimeField(
        null=True, blank=True, help_text="The provider's clock; ours until accepted"
    )
    time_flagged = models.BooleanField(
        default=False, db_default=False, help_text="The provider's time was absurd and replaced by ours"
    )
    received_at = models.DateTimeField(null=True, blank=True)
    received_by = models.UUIDField(null=True, blank=True)
    found_by = models.TextField(choices=FoundBy.choices, blank=True, default="", db_default="")
    edited_at = models.DateTimeField(null=True, blank=True)
    original_text = models.TextField(
        null=True, blank=True, help_text="Before the first edit, once there is one"
    )
    deleted_at = models.DateTimeField(null=True, blank=True)
    quoted_external_id = ExternalIdField(blank=True, default="", db_default="")
    quoted_text = models.TextField(blank=True, default="", db_default="")
    quoted_sender_name = models.TextField(blank=True, default="", db_default="")
    is_read = models.BooleanField(
        default=False,
        db_default=False,
        help_text="Inbound, and read by the account's owner on another device",
    )
    subject = models.TextField(blank=True, default="", db_default="", help_text="Of an InMail")
    is_event = models.BooleanField(default=False, db_default=False)
    event_kind = models.TextField(
        blank=True, default="", db_default="", help_text="What an event message tells"
    )
    event_person = ExternalIdField(
        blank=True, default="", db_default="", help_text="Who reacted, to a message that is not told"
    )
    event_emoji = models.TextField(blank=True, default="", db_default="")
    is_forwarded = models.BooleanField(default=False, db_default=False)
    is_view_once = models.BooleanField(default=False, db_default=False)
    is_hidden = models.BooleanField(default=False, db_default=False)
    is_stub = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField(db_default=Now())
    version = VersionField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "external_message_id"], name="message_external_id_unique"
            ),
            models.UniqueConstraint(
                fields=["author", "client_id"],
                name="message_client_id_unique",
                condition=models.Q(client_id__isnull=False),
            ),
            models.CheckConstraint(
                condition=models.Q(is_stub=True)
                | models.Q(conversation__isnull=False, sent_at__isnull=False, received_at__isnull=False),
                name="message_is_stub_or_complete",
            ),
            models.CheckConstraint(
                condition=models.Q(external_message_id__isnull=False) | models.Q(client_id__isnull=False),
                name="message_has_an_identity",
            ),
            models.CheckConstraint(
                condition=~models.Q(external_message_id=""), name="message_external_id_not_empty"
            ),
            models.CheckConstraint(
                condition=models.Q(status__isnull=True) | models.Q(status__in=STATUSES),
                name="message_status_known",
            ),
        ]
        indexes = [
            models.Index(
                models.F("conversation"),
                models.F("sent_at").desc(),
                models.F("received_at").desc(),
                models.F("id").desc(),
                name="message_thread",
                condition=models.Q(is_stub=False, is_hidden=False),
            ),
            models.Index(
                fields=["conversation", "provider_message_id"],
                name="message_provider_id",
                condition=~models.Q(provider_message_id=""),
            ),
            models.Index(
                fields=["conversation", "-sent_at"],
                name="message_read_elsewhere",
                condition=models.Q(is_stub=False, is_hidden=False)
                & (models.Q(direction="outbound") & ~models.Q(origin="us") | models.Q(is_read=True)),
            ),
            models.Index(
                fields=["channel", "sender"],
                name="message_direction_untold",
                condition=models.Q(is_stub=False, direction_told=False),
            ),
            models.Index(
                fields=["conversation"],
                name="message_reaction_line",
                condition=~models.Q(event_emoji=""),
            ),
            models.Index(
                fields=["channel", "event_person"],
                name="message_reaction_line_person",
                condition=~models.Q(event_emoji=""),
            ),
            models.Index(
                fields=["channel", "quoted_external_id"],
                name="message_answers",
                condition=~models.Q(quoted_external_id=""),
            ),
            models.Index(fields=["created_at"], name="message_stub", condition=models.Q(is_stub=True)),
            models.Index(
                fields=["created_at"],
                name="message_answer_told",
                condition=~models.Q(quoted_external_id="") & models.Q(found_by=""),
            ),
            models.Index(fields=["version", "id"], name="message_version"),
        ]

    def __str__(self) -> str:
        return f"message {self.pk}"


class MessageEdit(models.Model):
    """One edit of a message, kept whether or not it is the one that shows."""

    id = models.BigAutoField(primary_key=True)
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, db_index=False)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, db_index=False)
    event_key = models.BinaryField()
    text = models.TextField(blank=True, default="", db_default="")
    search_text = models.TextField(blank=True, default="", db_default="")
    edited_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["message", "event_key"], name="message_edit_unique"),
        ]
        ordering = ["edited_at", "event_key"]

    def __str__(self) -> str:
        return f"edit of message {self.message_id}"


class Attachment(FetchedFile):
    """A file of a message. What upstream calls its address is never kept: it is fetched by the two ids.

    Type, size and measures here are upstream's claims; those of a stored file are its own. ``is_backlog``: history brought it and
    nobody has looked at it yet, so that everything else comes first.
    """

    class Kind(models.TextChoices):
        IMAGE = "image"
        VIDEO = "video"
        AUDIO = "audio"
        VOICE = "voice"
        FILE = "file"
        STICKER = "sticker"
        GIF = "gif"

    id = models.BigAutoField(primary_key=True)
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, db_index=False)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, db_index=False)
    external_attachment_id = ExternalIdField()
    position = models.PositiveSmallIntegerField(default=0, db_default=0)
    kind = models.TextField(choices=Kind.choices, default=Kind.FILE, db_default=Kind.FILE)
    name = models.TextField(blank=True, default="", db_default="")
    mime_type = models.TextField(blank=True, default="", db_default="")
    size_bytes = models.BigIntegerField(null=True, blank=True)
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    duration_seconds = models.FloatField(null=True, blank=True)
    is_backlog = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["message", "external_attachment_id"], name="attachment_unique"),
            models.CheckConstraint(
                condition=~models.Q(external_attachment_id=""), name="attachment_external_id_not_empty"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="stored") | models.Q(file__isnull=False),
                name="attachment_stored_has_file",
            ),
        ]
        indexes = [
            # The newest first: what has just come is looked at while a long history still loads.
            models.Index(
                fields=["channel", "is_backlog", "-next_attempt_at", "-id"],
                name="attachment_wanted",
                condition=models.Q(state="wanted"),
            ),
            models.Index(fields=["file"], name="attachment_file", condition=models.Q(file__isnull=False)),
        ]
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name or f"{self.kind} {self.pk}"


class Reaction(models.Model):
    """What one person once thought of one message: their newest counts, an empty emoji takes it back.

    ``line`` is the event message that told it, where that named its message by the provider's id only.
    """

    id = models.BigAutoField(primary_key=True)
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, db_index=False)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, db_index=False)
    sender_provider_id = ExternalIdField()
    sender = models.ForeignKey(ChatAttendee, null=True, blank=True, on_delete=models.SET_NULL, db_index=False)
    sender_name = models.TextField(blank=True, default="", db_default="")
    emoji = models.TextField(blank=True, default="", db_default="")
    is_own = models.BooleanField(default=False, db_default=False)
    reacted_at = models.DateTimeField()
    event_key = models.BinaryField()
    line = models.ForeignKey(
        Message, null=True, blank=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["message", "sender_provider_id", "event_key"], name="reaction_unique"
            ),
        ]
        indexes = [
            models.Index(fields=["sender"], name="reaction_sender"),
            models.Index(fields=["channel", "sender_provider_id", "emoji"], name="reaction_of_person"),
            models.Index(
                fields=["line"], name="reaction_told_by_line", condition=models.Q(line__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.emoji or "removed"
