from django.db import models

from communications.models.channel import Channel
from communications.models.conversation import Conversation


class CoverageRange(models.Model):
    """A time of the provider's clock, half-open, of which everything upstream shows is held: made by a comparison, never by what
    comes in. Without a conversation it is of all the channel's.

    Ranges of one conversation, or of one channel, neither overlap nor touch.
    """

    id = models.BigAutoField(primary_key=True)
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, db_index=False)
    conversation = models.ForeignKey(
        Conversation, null=True, blank=True, on_delete=models.CASCADE, db_index=False
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    compared_at = models.DateTimeField(help_text="The earliest comparison that it is made of")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "conversation", "starts_at"],
                name="coverage_range_unique",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="coverage_range_not_empty"
            ),
        ]
        indexes = [
            models.Index(
                fields=["conversation"],
                name="coverage_of_conversation",
                condition=models.Q(conversation__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.starts_at:%Y-%m-%d %H:%M} to {self.ends_at:%Y-%m-%d %H:%M}"
