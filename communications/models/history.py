from django.db import models
from django.db.models.functions import Now

from communications.models.channel import Channel
from communications.models.conversation import Conversation
from communications.models.fields import ExternalIdField


class HistoryRun(models.Model):
    """A copy of what upstream holds of an account, or (with a conversation) of what is older than what we hold of one chat.

    Its position is saved with its counts after each page, so that another worker goes on where one was killed. ``held`` waits for
    ``held_until``, or for the account. One unfinished run per account, and one per conversation.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting for a worker"
        RUNNING = "running", "Running"
        PAUSED = "paused", "Paused by a person"
        HELD = "held", "Held up"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    class Phase(models.TextChoices):
        CHATS = "chats"
        PEOPLE = "people"
        MESSAGES = "messages"
        DONE = "done"

    class Trigger(models.TextChoices):
        PERSON = "person", "Somebody asked for it"
        CONNECTED = "connected", "The account was connected"
        IMPORTED = "imported", "Upstream's own import ended"
        SCROLLED = "scrolled", "Somebody scrolled up"

    class Media(models.TextChoices):
        ALL = "all", "Files are fetched"
        NONE = "none", "Files are fetched when somebody opens them"

    id = models.BigAutoField(primary_key=True)
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, db_index=False)
    conversation = models.ForeignKey(
        Conversation, null=True, blank=True, on_delete=models.CASCADE, db_index=False
    )
    author = models.ForeignKey(
        "communications.User", null=True, blank=True, on_delete=models.SET_NULL, db_index=False
    )
    client_id = models.UUIDField()
    trigger = models.TextField(choices=Trigger.choices)
    since = models.DateTimeField(null=True, blank=True, help_text="Nothing older is copied")
    media = models.TextField(choices=Media.choices, default=Media.ALL, db_default=Media.ALL)
    from_phone = models.BooleanField(default=False, db_default=False)
    state = models.TextField(choices=State.choices, default=State.WAITING, db_default=State.WAITING)
    phase = models.TextField(choices=Phase.choices, default=Phase.CHATS, db_default=Phase.CHATS)
    cursor = models.TextField(blank=True, default="", db_default="")
    listed_at = models.DateTimeField(
        null=True, blank=True, help_text="The moment before the list of this phase was asked for"
    )
    reached_at = models.DateTimeField(
        null=True, blank=True, help_text="How old the list of this phase is by now"
    )
    counted_at = models.DateTimeField(null=True, blank=True, help_text="When upstream counted what is unread")
    chats_found = models.PositiveIntegerField(default=0, db_default=0)
    people_found = models.PositiveIntegerField(default=0, db_default=0)
    found = models.PositiveIntegerField(default=0, db_default=0)
    stored = models.PositiveIntegerField(default=0, db_default=0)
    changed = models.PositiveIntegerField(default=0, db_default=0)
    known = models.PositiveIntegerField(default=0, db_default=0)
    refused = models.JSONField(default=dict, help_text="How many, by reason")
    calls = models.PositiveIntegerField(default=0, db_default=0)
    rate_per_second = models.FloatField(null=True, blank=True)
    newest_at = models.DateTimeField(null=True, blank=True)
    oldest_at = models.DateTimeField(null=True, blank=True)
    held_until = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0, db_default=0, help_text="In a row")
    reason_code = models.TextField(blank=True, default="", db_default="")
    reason = models.TextField(blank=True, default="", db_default="", help_text="In words, for the person")
    worker = models.UUIDField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0, db_default=0)
    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "client_id"], name="history_run_client_id_unique"),
            models.UniqueConstraint(
                fields=["channel"],
                name="history_run_one_of_account",
                condition=models.Q(
                    conversation__isnull=True, state__in=["waiting", "running", "paused", "held"]
                ),
            ),
            models.UniqueConstraint(
                fields=["conversation"],
                name="history_run_one_of_conversation",
                condition=models.Q(
                    conversation__isnull=False, state__in=["waiting", "running", "paused", "held"]
                ),
            ),
            models.CheckConstraint(
                condition=models.Q(state="running", worker__isnull=False)
                | ~models.Q(state="running") & models.Q(worker__isnull=True),
                name="history_run_runs_in_a_worker",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["done", "failed", "cancelled"], ended_at__isnull=False)
                | models.Q(state__in=["waiting", "running", "paused", "held"], ended_at__isnull=True),
                name="history_run_ended_or_not",
            ),
        ]
        indexes = [
            models.Index(fields=["channel", "-id"], name="history_run_of_channel"),
            models.Index(
                fields=["id"],
                name="history_run_unfinished",
                condition=models.Q(state__in=["waiting", "running", "held"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.phase} ({self.state})"


class HistoryChat(models.Model):
    """What a run found of one chat; ``unread_left`` is how many of upstream's unread messages its pages have not shown yet."""

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(HistoryRun, on_delete=models.CASCADE, db_index=False)
    external_id = ExternalIdField()
    title = models.TextField(blank=True, default="", db_default="")
    unread_left = models.PositiveIntegerField(null=True, blank=True)
    found = models.PositiveIntegerField(default=0, db_default=0)
    stored = models.PositiveIntegerField(default=0, db_default=0)
    changed = models.PositiveIntegerField(default=0, db_default=0)
    known = models.PositiveIntegerField(default=0, db_default=0)
    refused = models.PositiveIntegerField(default=0, db_default=0)
    active_at = models.DateTimeField(null=True, blank=True, help_text="When upstream says it was last active")
    newest_at = models.DateTimeField(null=True, blank=True)
    oldest_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "external_id"], name="history_chat_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.title or self.external_id}: {self.found}"
