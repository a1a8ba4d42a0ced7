from django.db import models
from django.db.models.functions import Now

from communications.models.channel import Channel
from communications.models.conversation import Conversation
from communications.models.fields import VersionField


class Draft(models.Model):
    """What a person has begun to write in a conversation; theirs alone."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey("communications.User", on_delete=models.CASCADE, db_index=False)
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, db_index=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE)
    text = models.TextField(blank=True, default="", db_default="")
    updated_at = models.DateTimeField(db_default=Now())
    version = VersionField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "conversation"], name="draft_unique")]
        indexes = [models.Index(fields=["version", "id"], name="draft_version")]

    def __str__(self) -> str:
        return f"draft of {self.user} in {self.conversation}"
