from django.db import models
from django.db.models.functions import Now

from communications.models.channel import Channel


class ChannelHour(models.Model):
    """What came from a channel, and went to it, in one hour: counted from the ledger, and again until the hour is over.

    ``deliveries`` are those that show that the account is alive: everything but what upstream says of the account itself.
    """

    id = models.BigAutoField(primary_key=True)
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, db_index=False)
    starts_at = models.DateTimeField()
    deliveries = models.PositiveIntegerField()
    received = models.PositiveIntegerField(help_text="Messages of others")
    sent = models.PositiveIntegerField(help_text="The account's own messages, wherever written")
    last_at = models.DateTimeField(help_text="The last of these deliveries")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "starts_at"], name="channel_hour_unique"),
        ]
        indexes = [models.Index(fields=["starts_at"], name="channel_hour_time")]

    def __str__(self) -> str:
        return f"{self.channel} {self.starts_at:%Y-%m-%d %H}h"


class Alarm(models.Model):
    """Something a person should know of, from when it was noticed until it was over. At most one of a kind is open for a channel.

    ``since`` is when the state itself began; ``count`` and ``reason`` say how bad it is, in numbers and codes.
    """

    class Kind(models.TextChoices):
        ACCOUNT_DOWN = "account_down", "An account is not connected"
        UNUSUALLY_QUIET = "unusually_quiet", "An account is unusually quiet"
        OUTBOX_WAITING = "outbox_waiting", "Messages wait to be sent"
        DELIVERIES_FAILING = "deliveries_failing", "Deliveries cannot be stored"
        FEED_HELD = "feed_held", "A transaction holds back what browsers see"
        DISK_FULL = "disk_full", "The disk is nearly full"
        KEY_REFUSED = "key_refused", "Unipile refuses our key"
        WEBHOOKS_MISSING = "webhooks_missing", "Unipile is not told where to deliver"

    id = models.BigAutoField(primary_key=True)
    kind = models.TextField(choices=Kind.choices)
    channel = models.ForeignKey(
        Channel, null=True, blank=True, on_delete=models.CASCADE, db_index=False, help_text="Empty: all"
    )
    opened_at = models.DateTimeField(db_default=Now())
    closed_at = models.DateTimeField(null=True, blank=True)
    since = models.DateTimeField(null=True, blank=True)
    count = models.BigIntegerField(null=True, blank=True)
    reason = models.TextField(blank=True, default="", db_default="")
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.TextField(blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "channel"],
                name="alarm_open_once",
                condition=models.Q(closed_at__isnull=True),
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=models.Q(
                    kind__in=["account_down", "unusually_quiet", "outbox_waiting"], channel__isnull=False
                )
                | models.Q(
                    kind__in=["deliveries_failing", "feed_held", "disk_full", "key_refused"],
                    channel__isnull=True,
                )
                | models.Q(kind="webhooks_missing"),
                name="alarm_of_a_channel_or_of_all",
            ),
        ]
        indexes = [
            models.Index(fields=["channel"], name="alarm_open", condition=models.Q(closed_at__isnull=True)),
            models.Index(fields=["channel", "-id"], name="alarm_of_channel"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.channel or ''} since {self.opened_at:%Y-%m-%d %H:%M}"


class AlarmNotice(models.Model):
    """One telling of an alarm outside the page: by e-mail or by the owner's webhook. Tried until it was sent or is needless."""

    class Way(models.TextChoices):
        EMAIL = "email"
        WEBHOOK = "webhook"

    class What(models.TextChoices):
        OPENED = "opened"
        REMINDER = "reminder"
        CLOSED = "closed"

    id = models.BigAutoField(primary_key=True)
    alarm = models.ForeignKey(Alarm, on_delete=models.CASCADE, db_index=False)
    way = models.TextField(choices=Way.choices)
    what = models.TextField(choices=What.choices)
    number = models.PositiveSmallIntegerField(default=0, db_default=0, help_text="Of a reminder")
    sent_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True, db_default=Now())
    failure = models.TextField(blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["alarm", "way", "what", "number"], name="alarm_notice_once"),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"], name="alarm_notice_due", condition=models.Q(sent_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.way} of alarm {self.alarm_id}"
