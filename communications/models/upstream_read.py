from django.db import models
from django.db.models.functions import Now

from communications.models.channel import Channel
from communications.models.fields import ExternalIdField


class UpstreamRead(models.Model):
    """One thing to read from upstream because a delivery left a question: a chat it told too little of, a message two edits of
    which contradict each other, or one that is not here.

    ``asked_by`` is that delivery. The answer enters the ledger like any delivery; the row says only how far the asking is.
    """

    class Subject(models.TextChoices):
        CHAT = "chat"
        MESSAGE = "message"
        MISSING = "missing"

    class State(models.TextChoices):
        WANTED = "wanted"
        ANSWERED = "answered"
        NEEDLESS = "needless", "Told by a delivery meanwhile"
        REFUSED = "refused", "Upstream would not tell"

    id = models.BigAutoField(primary_key=True)
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, db_index=False)
    subject = models.TextField(choices=Subject.choices)
    external_id = ExternalIdField()
    asked_by = models.UUIDField()
    asked_at = models.DateTimeField(db_default=Now())
    state = models.TextField(choices=State.choices, default=State.WANTED, db_default=State.WANTED)
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    next_attempt_at = models.DateTimeField(db_default=Now())
    failure = models.TextField(blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "subject", "external_id"], name="upstream_read_unique"
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at", "id"],
                name="upstream_read_wanted",
                condition=models.Q(state="wanted"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.external_id}: {self.state}"
