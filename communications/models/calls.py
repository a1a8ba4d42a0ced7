from django.db import models
from django.db.models.functions import Now

from communications.models.fields import ExternalIdField


class UpstreamCall(models.Model):
    """One call of upstream's API: written before the first byte leaves, completed as it ended.

    ``outcome`` is empty while it is under way, and for ever where the worker died in it; then ``ok`` or an error's code. The
    account is empty for calls that concern none (the list of accounts, webhooks). ``window_id`` is the comparison the call
    belongs to.
    """

    class Purpose(models.TextChoices):
        SEND = "send", "What people want to leave"
        OPEN = "open", "A chat being opened or scrolled"
        REPAIR = "repair", "A comparison, and what it brings"
        HISTORY = "history", "Fetching history"
        MEDIA = "media", "Files of what history brought"
        ANSWER = "answer", "A question that a delivery left"
        MANAGE = "manage", "Accounts and webhooks"

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(db_default=Now())
    external_account_id = ExternalIdField(blank=True, default="", db_default="")
    purpose = models.TextField(choices=Purpose.choices)
    reason = models.TextField()
    method = models.TextField()
    route = models.TextField(help_text="With names in place of ids")
    window_id = models.BigIntegerField(null=True, blank=True)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    outcome = models.TextField(blank=True, default="", db_default="")
    duration_seconds = models.FloatField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(reason=""), name="upstream_call_has_a_reason"),
        ]
        indexes = [
            models.Index(fields=["external_account_id", "at"], name="upstream_call_of_account"),
            models.Index(fields=["at"], name="upstream_call_at"),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.route}: {self.reason}"


class CallDay(models.Model):
    """How many calls one account cost on one day (UTC), by purpose."""

    id = models.BigAutoField(primary_key=True)
    external_account_id = ExternalIdField(blank=True, default="", db_default="")
    day = models.DateField()
    purpose = models.TextField(choices=UpstreamCall.Purpose.choices)
    calls = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["external_account_id", "day", "purpose"], name="call_day_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.external_account_id} {self.purpose}: {self.calls}"


class CallPause(models.Model):
    """An account that upstream asked to be left alone: until then only what people send, and the care of accounts, is called."""

    external_account_id = ExternalIdField(primary_key=True)
    until = models.DateTimeField()
    refusals = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.external_account_id} until {self.until:%Y-%m-%d %H:%M:%S}"
