from django.db import models
from django.db.models.functions import Now

from communications.models.channel import Channel
from communications.models.conversation import Conversation
from communications.models.fields import ExternalIdField
from communications.models.media import MediaFile
from communications.models.message import Message


class Intent(models.Model):
    """What a person wants to happen at upstream: written before anything leaves, kept until it is known how it ended.

    ``message`` is what is sent, or what is reacted to, edited, deleted, forwarded. ``state`` says what is to be done, ``outcome``
    how the last attempt ended, ``evidence`` what proved it. While it waits, ``next_attempt_at`` says from when on it may go;
    while it is unproven, from when on upstream may be asked. ``worker`` is who attempts it: an attempt of a worker that is gone
    is never simply repeated.
    """

    class Kind(models.TextChoices):
        SEND = "send"
        FORWARD = "forward"
        REACT = "react"
        EDIT = "edit"
        DELETE = "delete"
        READ = "read"
        ARCHIVE = "archive"
        PIN = "pin"
        MUTE = "mute"
        LOOK_UP = "look_up"

    class State(models.TextChoices):
        WAITING = "waiting"
        SENDING = "sending"
        ACCEPTED = "accepted", "Accepted, not seen yet"
        DONE = "done"
        FAILED = "failed"
        UNCONFIRMED = "unconfirmed"
        CANCELLED = "cancelled"

    class Outcome(models.TextChoices):
        NONE = "", "Not attempted"
        ACCEPTED = "accepted"
        REJECTED = "rejected"
        NOT_SENT = "not_sent"
        RATE_LIMITED = "rate_limited"
        UNKNOWN = "unknown"

    class Evidence(models.TextChoices):
        NONE = "", "None"
        ANSWER = "answer"
        ECHO = "echo"
        RECEIPT = "receipt"
        READ_BACK = "read_back"
        PERSON = "person"

    id = models.BigAutoField(primary_key=True)
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, db_index=False)
    conversation = models.ForeignKey(
        Conversation, null=True, blank=True, on_delete=models.CASCADE, db_index=False
    )
    message = models.ForeignKey(Message, null=True, blank=True, on_delete=models.CASCADE, db_index=False)
    author = models.ForeignKey(
        "communications.User", null=True, blank=True, on_delete=models.SET_NULL, db_index=False
    )
    client_id = models.UUIDField()
    content_hash = models.BinaryField(
        help_text="Of what was asked: the same key with other content is refused"
    )
    kind = models.TextField(choices=Kind.choices)
    payload = models.JSONField(default=dict)
    state = models.TextField(choices=State.choices, default=State.WAITING, db_default=State.WAITING)
    attempts = models.PositiveIntegerField(default=0, db_default=0)
    attempted_at = models.DateTimeField(null=True, blank=True)
    next_attempt_at = models.DateTimeField(db_default=Now())
    worker = models.UUIDField(null=True, blank=True)
    outcome = models.TextField(choices=Outcome.choices, blank=True, default="", db_default="")
    reason_code = models.TextField(blank=True, default="", db_default="")
    reason = models.TextField(blank=True, default="", db_default="", help_text="In words, for the person")
    evidence = models.TextField(choices=Evidence.choices, blank=True, default="", db_default="")
    evidence_at = models.DateTimeField(null=True, blank=True)
    evidence_by = models.UUIDField(null=True, blank=True, help_text="The delivery that proved it")
    answered_id = ExternalIdField(
        blank=True, default="", db_default="", help_text="What upstream's answer called the message"
    )
    is_answered = models.BooleanField(
        default=False, db_default=False, help_text="Upstream's answer to the last attempt was heard"
    )
    is_passed = models.BooleanField(
        default=False, db_default=False, help_text="A person let what comes after it go on"
    )
    read_back_at = models.DateTimeField(
        null=True, blank=True, help_text="When upstream was last asked whether it arrived"
    )
    created_at = models.DateTimeField(db_default=Now())
    wanted_at = models.DateTimeField(
        db_default=Now(), help_text="When a person last asked for it: it expires a day later"
    )
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["author", "client_id"], name="intent_client_id_unique"),
            models.CheckConstraint(
                condition=~models.Q(state="sending")
                | models.Q(worker__isnull=False, attempted_at__isnull=False),
                name="intent_sending_has_a_worker",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind__in=["send", "forward", "react", "edit", "delete"])
                | models.Q(message__isnull=False, conversation__isnull=False)
                | models.Q(state="cancelled"),
                name="intent_has_its_message",
            ),
        ]
        indexes = [
            models.Index(
                fields=["conversation", "id"],
                name="intent_queue",
                condition=models.Q(state__in=["waiting", "sending", "unconfirmed", "failed"]),
            ),
            models.Index(fields=["conversation", "kind"], name="intent_of_conversation"),
            models.Index(
                fields=["next_attempt_at", "id"], name="intent_waiting", condition=models.Q(state="waiting")
            ),
            models.Index(
                fields=["channel", "attempted_at"],
                name="intent_unproven",
                condition=models.Q(state__in=["sending", "unconfirmed", "accepted"])
                | models.Q(outcome="unknown"),
            ),
            models.Index(
                fields=["next_attempt_at", "id"],
                name="intent_echoed",
                condition=models.Q(
                    state="done",
                    evidence="echo",
                    answered_id="",
                    is_answered=False,
                    read_back_at=None,
                    kind__in=["send", "forward"],
                ),
            ),
            models.Index(
                fields=["message", "id"], name="intent_message", condition=models.Q(message__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk} ({self.state})"


class ChannelPace(models.Model):
    """From when on the next call may leave for a channel, and why not earlier. The worker's own note: no reader sees it."""

    channel = models.OneToOneField(Channel, primary_key=True, on_delete=models.CASCADE)
    not_before = models.DateTimeField()
    reason_code = models.TextField(blank=True, default="", db_default="")
    refusals = models.PositiveIntegerField(
        default=0, db_default=0, help_text="How often in a row upstream said: not now"
    )
    told_at = models.DateTimeField(db_default=Now(), help_text="When it last said so")

    def __str__(self) -> str:
        return f"{self.channel} from {self.not_before:%H:%M:%S} on"


class Upload(models.Model):
    """A file that a person has handed over to be sent. It is kept while something refers to it, or a day."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey("communications.User", on_delete=models.CASCADE, db_index=False)
    client_id = models.UUIDField()
    file = models.ForeignKey(MediaFile, on_delete=models.RESTRICT, related_name="+")
    kind = models.TextField()
    name = models.TextField(blank=True, default="", db_default="")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "client_id"], name="upload_client_id_unique")]
        indexes = [models.Index(fields=["created_at"], name="upload_created")]

    def __str__(self) -> str:
        return self.name or f"upload {self.pk}"
