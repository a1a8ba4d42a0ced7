from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from communications.models.fields import ExternalIdField, VersionField


class Channel(models.Model):
    """A connected account of the upstream service."""

    class Status(models.TextChoices):
        OK = "ok", "Connected"
        CONNECTING = "connecting", "Connecting"
        CREDENTIALS = "credentials", "Needs to be connected again"
        PERMISSIONS = "permissions", "Lacks a permission"
        ERROR = "error", "Stopped by an error"
        STOPPED = "stopped", "Stopped"
        DELETED = "deleted", "Removed"
        UNKNOWN = "unknown", "Not known yet"

    class ReadReceipts(models.TextChoices):
        ON_OPEN = "on_open", "When a conversation is opened"
        ON_ANSWER = "on_answer", "When it is answered"
        NEVER = "never", "Never"

    id = models.BigAutoField(primary_key=True)
    provider = models.TextField(help_text="Lower case, as in our addresses: whatsapp, linkedin, mail …")
    provider_word = models.TextField(
        blank=True, default="", db_default="", help_text="Upstream's own word, as received"
    )
    external_account_id = ExternalIdField()
    name = models.TextField(blank=True, default="", db_default="")
    own_identities = ArrayField(
        models.TextField(), default=list, help_text="Who we are here: 'lid:…', 'phone:<digits>', 'id:…'"
    )
    status = models.TextField(choices=Status.choices, default=Status.UNKNOWN, db_default=Status.UNKNOWN)
    status_word = models.TextField(
        blank=True, default="", db_default="", help_text="Upstream's own word, as received"
    )
    status_since = models.DateTimeField(null=True, blank=True)
    read_receipts = models.TextField(
        choices=ReadReceipts.choices,
        default=ReadReceipts.ON_ANSWER,
        db_default=ReadReceipts.ON_ANSWER,
        help_text="When upstream is told that a message was read here",
    )
    paused_at = models.DateTimeField(
        null=True, blank=True, help_text="Nothing is sent or read since; what comes is kept"
    )
    verified_until = models.DateTimeField(
        null=True, blank=True, help_text="Up to when it was compared with upstream without a hole"
    )
    nightly_check = models.BooleanField(
        default=False, db_default=False, help_text="Compared with upstream once a night"
    )
    created_at = models.DateTimeField(db_default=Now())
    version = VersionField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["external_account_id"], name="channel_external_account_id_unique"
            ),
            models.CheckConstraint(
                condition=models.Q(provider__regex=r"^[a-z0-9_]{1,32}$"), name="channel_provider_is_a_word"
            ),
            models.CheckConstraint(
                condition=~models.Q(external_account_id=""), name="channel_external_account_id_not_empty"
            ),
        ]
        indexes = [models.Index(fields=["version", "id"], name="channel_version")]

    def __str__(self) -> str:
        return self.name or f"{self.provider} {self.external_account_id}"


class ChannelStatus(models.Model):
    """One status upstream reported: the channel's time line. Between a status that is not OK and the next that is, messages
    may be missing.

    ``is_listed``: told by upstream's list of accounts, and by no delivery.
    """

    id = models.BigAutoField(primary_key=True)
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, db_index=False)
    event_key = models.BinaryField()
    at = models.DateTimeField()
    status = models.TextField(choices=Channel.Status.choices)
    status_word = models.TextField(blank=True, default="", db_default="")
    is_listed = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "event_key"], name="channel_status_unique")]
        indexes = [models.Index(fields=["channel", "-at", "-event_key"], name="channel_status_time_line")]
        verbose_name_plural = "channel statuses"

    def __str__(self) -> str:
        return f"{self.channel} {self.status} {self.at:%Y-%m-%d %H:%M}"


class ChannelAccess(models.Model):
    """Who sees which channel: the only source of scope."""

    class Role(models.TextChoices):
        OWNER = "owner"
        ADMIN = "admin"
        MEMBER = "member"

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey("communications.User", on_delete=models.CASCADE, db_index=False)
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE)
    role = models.TextField(choices=Role.choices, default=Role.MEMBER, db_default=Role.MEMBER)
    created_at = models.DateTimeField(db_default=Now())
    version = VersionField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "channel"], name="channel_access_unique")]
        indexes = [models.Index(fields=["version", "id"], name="channel_access_version")]

    def __str__(self) -> str:
        return f"{self.user} · {self.channel} · {self.role}"


class AccountsListed(models.Model):
    """When upstream was last asked for its accounts, and answered: one row. Who asked before that need not ask again."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    began_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="accounts_listed_is_one_row")]

    def __str__(self) -> str:
        return f"listed at {self.began_at:%Y-%m-%d %H:%M}"
