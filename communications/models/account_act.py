from django.db import models
from django.db.models.functions import Now

from communications.models.channel import Channel
from communications.models.fields import ExternalIdField


class AccountAct(models.Model):
    """What a person wants done with an account at upstream, or with the way from there to here: written before anything leaves,
    worked on by a worker.

    ``asking`` until a person has done what upstream asks for, by ``expires_at``.

    ``answer`` is what somebody typed: a code, or a proxy with its password. It is erased as the worker takes it, as are
    ``qr_text``, ``pairing_code`` and ``url`` with the end of the act.
    """

    class Act(models.TextChoices):
        CONNECT = "connect", "Connect an account in the page"
        LINK = "link", "Connect an account on Unipile's page"
        RECONNECT = "reconnect", "Connect again in the page"
        RECONNECT_LINK = "reconnect_link", "Connect again on Unipile's page"
        RESTART = "restart", "Restart"
        REMOVE = "remove", "Remove from Unipile"
        PROXY = "proxy", "Set or remove the proxy by which it is connected"
        WEBHOOKS_CHECK = "webhooks_check", "Look what webhooks are registered"
        WEBHOOKS_REGISTER = "webhooks_register", "Register webhooks"
        PROBE = "probe", "Test whether deliveries can arrive"

    class State(models.TextChoices):
        WAITING = "waiting"
        WORKING = "working"
        ASKING = "asking"
        DONE = "done"
        FAILED = "failed"

    id = models.BigAutoField(primary_key=True)
    author = models.ForeignKey("communications.User", on_delete=models.CASCADE, db_index=False)
    client_id = models.UUIDField()
    channel = models.ForeignKey(Channel, null=True, blank=True, on_delete=models.CASCADE, db_index=False)
    act = models.TextField(choices=Act.choices)
    account_type = models.TextField(
        blank=True,
        default="",
        help_text="Upstream's word for the provider; empty for what concerns all accounts",
    )
    phone = models.TextField(
        blank=True, default="", db_default="", help_text="Digits: a pairing code in place of a QR image"
    )
    external_account_id = ExternalIdField(blank=True, default="", db_default="")
    options = models.JSONField(default=dict, help_text="What else was asked for; no secrets")
    state = models.TextField(choices=State.choices, default=State.WAITING, db_default=State.WAITING)
    asks = models.TextField(blank=True, default="", db_default="", help_text="Upstream's kind of checkpoint")
    qr_text = models.TextField(blank=True, default="", db_default="")
    pairing_code = models.TextField(blank=True, default="", db_default="")
    url = models.TextField(blank=True, default="", db_default="")
    answer = models.TextField(blank=True, default="", db_default="")
    resends = models.BooleanField(
        default=False, db_default=False, help_text="The code is wanted once more, and nothing was typed"
    )
    expires_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0, db_default=0)
    attempted_at = models.DateTimeField(null=True, blank=True)
    reason_code = models.TextField(blank=True, default="", db_default="")
    reason = models.TextField(blank=True, default="", db_default="", help_text="In words, for the person")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["author", "client_id"], name="account_act_client_id_unique"),
            models.CheckConstraint(
                condition=models.Q(state="asking") | models.Q(qr_text="", pairing_code="", url=""),
                name="account_act_secrets_end_with_asking",
            ),
            models.CheckConstraint(
                condition=models.Q(state="waiting") | models.Q(answer=""), name="account_act_answer_is_erased"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    act__in=["connect", "link", "webhooks_check", "webhooks_register", "probe"]
                )
                | models.Q(channel__isnull=False),
                name="account_act_of_a_channel",
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                name="account_act_unfinished",
                condition=models.Q(state__in=["waiting", "working", "asking"]),
            ),
            models.Index(fields=["external_account_id"], name="account_act_account"),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.pk} ({self.state})"
