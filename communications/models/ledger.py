import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models

from communications.models.fields import ExternalIdField


class Outcome(models.TextChoices):
    """What became of a delivery; each has exactly one."""

    APPLIED = "applied", "Applied"
    DUPLICATE = "duplicate", "Duplicate of an applied one"
    PARKED = "parked", "Its account is not known here"
    IGNORED = "ignored", "Not shown"
    QUARANTINED = "quarantined", "Not readable"
    FAILED = "failed", "Failed, will be tried again"


class WebhookDelivery(models.Model):
    """One row for each thing upstream told us: a webhook's delivery, or an answer of its API that carries facts.

    Links (``channel_id``, ``conversation_id``, ``message_id``) are plain numbers: the ledger outlives what it speaks of. A list
    of several messages has ``message_ids`` in place of the latter two.
    """

    class Source(models.TextChoices):
        WEBHOOK = "webhook"
        HOSTED = "hosted", "Callback of a hosted connection"
        API = "api"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, help_text="UUIDv7, so that it sorts by time")
    source = models.TextField(choices=Source.choices, default=Source.WEBHOOK, db_default=Source.WEBHOOK)
    received_at = models.DateTimeField()
    external_account_id = ExternalIdField(blank=True, default="", db_default="")
    provider = models.TextField(blank=True, default="", db_default="")
    event = models.TextField(blank=True, default="", db_default="", help_text="Canonical name")
    event_name = models.TextField(blank=True, default="", db_default="", help_text="As received")
    webhook_name = models.TextField(blank=True, default="", db_default="")
    event_key = models.BinaryField(null=True, blank=True)
    headers = models.JSONField(default=dict)
    sha256 = models.BinaryField()
    size_bytes = models.PositiveIntegerField()
    outcome = models.TextField(choices=Outcome.choices)
    reason = models.TextField(
        blank=True, default="", db_default="", help_text="Why, for every outcome but applied"
    )
    attempts = models.PositiveIntegerField(default=1, db_default=1)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    channel_id = models.BigIntegerField(null=True, blank=True)
    conversation_id = models.BigIntegerField(null=True, blank=True)
    message_id = models.BigIntegerField(null=True, blank=True)
    message_ids = ArrayField(models.BigIntegerField(), null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(outcome__in=Outcome.values), name="delivery_outcome_known"
            ),
        ]
        indexes = [
            models.Index(
                fields=["event_key"], name="delivery_event_key", condition=models.Q(event_key__isnull=False)
            ),
            models.Index(
                fields=["external_account_id", "id"],
                name="delivery_parked",
                condition=models.Q(outcome="parked"),
            ),
            models.Index(
                fields=["next_attempt_at", "id"], name="delivery_failed", condition=models.Q(outcome="failed")
            ),
            # What people look for among millions of applied ones.
            models.Index(
                fields=["outcome", "id"], name="delivery_not_applied", condition=~models.Q(outcome="applied")
            ),
            models.Index(
                fields=["message_id", "id"],
                name="delivery_of_message",
                condition=models.Q(message_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event or 'delivery'} {self.pk}"


class WebhookBody(models.Model):
    """The bytes of a delivery as they came, deleted by retention while the ledger row stays.

    PostgreSQL compresses long ones itself, so that a search and an erasure look into all of them.
    """

    delivery = models.OneToOneField(
        WebhookDelivery, primary_key=True, on_delete=models.CASCADE, related_name="body"
    )
    raw = models.BinaryField()

    def __str__(self) -> str:
        return f"body of {self.delivery_id}"
