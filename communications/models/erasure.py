from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now


class Erasure(models.Model):
    """That something was erased: when, by whom and how much of it. Nothing that is kept says what it was."""

    class Kind(models.TextChoices):
        MESSAGE = "message"
        CONVERSATION = "conversation"
        PERSON = "person"
        ACCOUNT = "account"

    id = models.BigAutoField(primary_key=True)
    channel_id = models.BigIntegerField()
    kind = models.TextField(choices=Kind.choices)
    erased_by = models.TextField(help_text="A person's name, or who ran the command")
    messages = models.PositiveIntegerField(default=0, db_default=0)
    deliveries = models.PositiveIntegerField(
        default=0, db_default=0, help_text="Deliveries whose bodies went with it"
    )
    people_left = ArrayField(
        models.BigIntegerField(),
        default=list,
        help_text="Ids of attendees who may be known by what was erased",
    )
    conversations_left = ArrayField(
        models.BigIntegerField(), default=list, help_text="The same of conversations"
    )
    began_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(
        null=True, blank=True, help_text="Null: it was interrupted; the same command ends it"
    )

    def __str__(self) -> str:
        return f"{self.kind} erased on {self.began_at:%Y-%m-%d %H:%M}"


class ErasedMark(models.Model):
    """A name that was erased, as a keyed hash: the fold knows it when it comes again, and nobody can read it.

    What was sent in an erased chat after ``erased_at`` is new.
    """

    digest = models.BinaryField(primary_key=True)
    erased_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"erased on {self.erased_at:%Y-%m-%d %H:%M}"


class ErasureKey(models.Model):
    """The key of the hashes, one row, made with the first erasure."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    key = models.BinaryField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="erasure_key_is_one_row")]

    def __str__(self) -> str:
        return "key of erased names"
