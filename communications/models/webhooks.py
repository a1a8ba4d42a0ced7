from django.contrib.postgres.fields import ArrayField
from django.db import models

from communications.models.fields import ExternalIdField


class UpstreamWebhook(models.Model):
    """A webhook registered upstream that is aimed at us, or that we registered: as the last look at upstream's list found it.

    ``problems`` and ``events_missing`` say how it differs from what we want. ``secret_mark`` is the hash of the secret it was
    registered with by us.
    """

    id = models.BigAutoField(primary_key=True)
    external_webhook_id = ExternalIdField()
    source = models.TextField(blank=True, default="", db_default="")
    name = models.TextField(blank=True, default="", db_default="")
    request_url = models.TextField(blank=True, default="", db_default="")
    problems = ArrayField(models.TextField(), default=list)
    events_missing = ArrayField(models.TextField(), default=list)
    registered_at = models.DateTimeField(null=True, blank=True, help_text="By us")
    secret_mark = models.BinaryField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["external_webhook_id"], name="upstream_webhook_unique"),
            models.CheckConstraint(
                condition=models.Q(registered_at__isnull=True, secret_mark__isnull=True)
                | models.Q(registered_at__isnull=False, secret_mark__isnull=False),
                name="upstream_webhook_ours_has_a_mark",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} to {self.request_url}"


class WebhooksChecked(models.Model):
    """When upstream's list of webhooks was last compared with what we want: one row. Without an address nothing can be wanted."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    checked_at = models.DateTimeField()
    address = models.TextField(blank=True, default="", db_default="")

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="webhooks_checked_is_one_row")]
        verbose_name_plural = "webhooks checked"

    def __str__(self) -> str:
        return f"checked at {self.checked_at:%Y-%m-%d %H:%M}"


class ReachabilityTest(models.Model):
    """How this server's last attempt to reach itself by its public address ended: one row.

    From ``asked_at`` on, a delivery of upstream's own proves the whole way.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    asked_at = models.DateTimeField()
    tested_at = models.DateTimeField()
    address = models.TextField(blank=True, default="", db_default="")
    code = models.TextField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="reachability_test_is_one_row")]

    def __str__(self) -> str:
        return f"{self.code} at {self.tested_at:%Y-%m-%d %H:%M}"
