from django.db import models
from django.db.models.functions import Now


class ReplayOrder(models.Model):
    """Somebody wants deliveries folded again; the worker does it, oldest order first.

    ``selection`` holds which ones, with the channels its author administered when asking. An order whose worker dies is
    done again from its beginning: folding twice changes nothing.
    """

    id = models.BigAutoField(primary_key=True)
    author = models.ForeignKey("communications.User", on_delete=models.CASCADE, db_index=False)
    selection = models.JSONField()
    expected = models.PositiveIntegerField(help_text="How many were selected when it was asked")
    is_counted = models.BooleanField(default=True, help_text="Else there were at least so many")
    totals = models.JSONField(default=dict, help_text="Deliveries by outcome")
    failure = models.TextField(blank=True, default="", db_default="")
    created_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["id"],
                name="replay_order_unfinished",
                condition=models.Q(finished_at__isnull=True),
            ),
            models.Index(fields=["author", "-id"], name="replay_order_of_author"),
        ]

    def __str__(self) -> str:
        return f"replay order {self.pk}"
