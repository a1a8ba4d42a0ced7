from django.db import models
from django.db.models.functions import Now

from communications.models.channel import Channel


class ComparisonWindow(models.Model):
    """A time in which messages of a channel may have been lost, and how it was compared with upstream.

    ``open`` while it lasts, ``waiting`` once it has ended; ``running``, or ``held`` until ``held_until``; ``done`` or ``failed``.
    A window of the trigger ``status`` follows from the time line, whatever the order in which that became known. One comparison
    covers all windows of a channel that wait: the counts are those of the first, of which the others are ``part_of``.
    """

    class Trigger(models.TextChoices):
        STATUS = "status", "The account was not connected"
        START = "start", "Nobody was here to be told"
        STORAGE = "storage", "What came could not be stored"
        REFERENCE = "reference", "Something was told of a message that is not here"
        RESTORE = "restore", "The database was restored from a backup"
        PERSON = "person", "Somebody asked"
        NIGHTLY = "nightly", "Once a night"

    class State(models.TextChoices):
        OPEN = "open", "Still open"
        WAITING = "waiting", "To be compared"
        RUNNING = "running", "Being compared"
        HELD = "held", "Has to wait"
        DONE = "done", "Compared"
        FAILED = "failed", "Could not be compared"

    class Phase(models.TextChoices):
        CHATS = "chats"
        MESSAGES = "messages"

    id = models.BigAutoField(primary_key=True)
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, db_index=False)
    trigger = models.TextField(choices=Trigger.choices)
    author = models.ForeignKey(
        "communications.User", null=True, blank=True, on_delete=models.SET_NULL, db_index=False
    )
    client_id = models.UUIDField(null=True, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    state = models.TextField(choices=State.choices)
    part_of = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, db_index=False)
    compared_from = models.DateTimeField(null=True, blank=True)
    compared_to = models.DateTimeField(null=True, blank=True, help_text="The moment before the first read")
    phase = models.TextField(
        choices=Phase.choices, default=Phase.CHATS, db_default=Phase.CHATS, help_text="What is being listed"
    )
    page_cursor = models.TextField(blank=True, default="", db_default="")
    oldest_at = models.DateTimeField(
        null=True, blank=True, help_text="The oldest message listed: where it goes on without a cursor"
    )
    calls = models.PositiveIntegerField(default=0, db_default=0)
    found = models.PositiveIntegerField(default=0, db_default=0)
    recovered = models.PositiveIntegerField(default=0, db_default=0)
    changed = models.PositiveIntegerField(default=0, db_default=0)
    known = models.PositiveIntegerField(default=0, db_default=0)
    not_shown = models.PositiveIntegerField(
        default=0, db_default=0, help_text="Held here and not listed; nothing is deleted for that"
    )
    refused = models.JSONField(
        default=dict, db_default=models.Value({}, models.JSONField()), help_text="How many by reason"
    )
    chats = models.JSONField(
        default=dict,
        db_default=models.Value({}, models.JSONField()),
        help_text="What was recovered, by upstream's id of the chat",
    )
    latest_by_seconds = models.PositiveIntegerField(
        null=True, blank=True, help_text="How late the latest recovered message is"
    )
    attempts = models.PositiveIntegerField(default=0, db_default=0)
    leased_until = models.DateTimeField(null=True, blank=True, help_text="Then another worker may take it up")
    held_until = models.DateTimeField(null=True, blank=True)
    reason_code = models.TextField(blank=True, default="", db_default="")
    reason = models.TextField(blank=True, default="", db_default="", help_text="In words, for the person")
    created_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "trigger", "starts_at"], name="comparison_window_unique"
            ),
            models.UniqueConstraint(
                fields=["author", "client_id"], name="comparison_window_client_id_unique"
            ),
            models.CheckConstraint(
                condition=models.Q(state="open", ends_at__isnull=True)
                | (~models.Q(state="open") & models.Q(ends_at__gte=models.F("starts_at"))),
                name="comparison_window_open_or_ended",
            ),
        ]
        indexes = [
            models.Index(
                fields=["channel"], name="comparison_window_unfinished", condition=~models.Q(state="done")
            ),
            models.Index(
                fields=["part_of"], name="comparison_window_parts", condition=models.Q(part_of__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.state} since {self.starts_at:%Y-%m-%d %H:%M}"


class Heartbeat(models.Model):
    """When a server that takes deliveries last said that it is here: one row. A longer silence opens windows."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="heartbeat_is_one_row")]

    def __str__(self) -> str:
        return f"here at {self.at:%Y-%m-%d %H:%M:%S}"
