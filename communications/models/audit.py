from django.db import models
from django.db.models.functions import Now


class AuditEntry(models.Model):
    """Somebody did, or saw, what has to be accounted for: who, when, what, with which result. Never any content.

    The object is named and not linked, and the actor's name is kept: an entry outlives both.
    """

    class Action(models.TextChoices):
        BODY_OPENED = "body_opened", "Opened the body of a delivery"
        DIFFERENCE_OPENED = "difference_opened", "Saw what folding a delivery again would change"
        TEXTS_OPENED = "texts_opened", "Opened earlier or deleted texts of a message"
        RECEIPTS_SET = "receipts_set", "Set when others learn that a message was read"
        PAUSED = "paused", "Paused or resumed an account"
        REPLAY_ASKED = "replay_asked", "Had deliveries folded again"
        CREDENTIALS_SET = "credentials_set", "Gave the address and key of Unipile"
        ALARM_ACKNOWLEDGED = "alarm_acknowledged", "Acknowledged an alarm"
        ERASED = "erased", "Erased a conversation or a person for good"
        NIGHTLY_SET = "nightly_set", "Set whether an account is compared once a night"
        ACCOUNT_ACT = "account_act", "Connected, restarted or removed an account, or saw to webhooks"
        HISTORY = "history", "Began, paused or cancelled a copy of an account's history"

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(db_default=Now())
    actor = models.ForeignKey(
        "communications.User", null=True, blank=True, on_delete=models.SET_NULL, db_index=False
    )
    actor_name = models.TextField()
    action = models.TextField(choices=Action.choices)
    channel_id = models.BigIntegerField(null=True, blank=True)
    object_kind = models.TextField()
    object_id = models.TextField()
    result = models.TextField()

    class Meta:
        verbose_name_plural = "audit entries"

    def __str__(self) -> str:
        return f"{self.actor_name}: {self.action} {self.object_kind} {self.object_id}"
