from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models


class SearchMessage(models.Model):
    """By which words a message is found. Written by triggers (sql/71_search_index.sql), of copied messages after them; only
    messages that a reader may find have one.

    Without foreign keys: each would be checked again with every message that arrives.
    """

    message_id = models.BigIntegerField(primary_key=True)
    channel_id = models.BigIntegerField()
    sent_at = models.DateTimeField()
    words = SearchVectorField()

    class Meta:
        indexes = [
            models.Index(
                models.F("channel_id"),
                models.F("sent_at").desc(),
                models.F("message_id").desc(),
                name="search_message_newest",
            ),
            GinIndex(fields=["words"], name="search_message_words"),
        ]

    def __str__(self) -> str:
        return f"words of message {self.message_id}"


class SearchBacklog(models.Model):
    """Copied messages of which the words are to be written yet: after the messages, so that no delivery waits for it."""

    id = models.BigAutoField(primary_key=True)
    message_ids = ArrayField(models.BigIntegerField())

    def __str__(self) -> str:
        return f"words of {len(self.message_ids)} messages"


class SearchName(models.Model):
    """By which words a person or a chat with a title is found. Written by triggers alone, as above."""

    id = models.BigAutoField(primary_key=True)
    channel_id = models.BigIntegerField()
    attendee_id = models.BigIntegerField(null=True, unique=True)
    conversation_id = models.BigIntegerField(null=True, unique=True)
    words = SearchVectorField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(attendee_id__isnull=False, conversation_id__isnull=True)
                | models.Q(attendee_id__isnull=True, conversation_id__isnull=False),
                name="search_name_of_one",
            )
        ]
        indexes = [GinIndex(fields=["words"], name="search_name_words")]

    def __str__(self) -> str:
        return f"name of {self.attendee_id or self.conversation_id}"
