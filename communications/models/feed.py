from django.db import models
from django.db.models.functions import Now

from communications.models.fields import TransactionNumberField, VersionField


class Tombstone(models.Model):
    """A row that readers may hold is gone. Written by a database trigger, kept 30 days."""

    id = models.BigAutoField(primary_key=True)
    entity = models.TextField()
    row_id = models.BigIntegerField()
    channel_id = models.BigIntegerField(null=True)
    user_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    version = VersionField()

    class Meta:
        indexes = [models.Index(fields=["version", "id"], name="tombstone_version")]

    def __str__(self) -> str:
        return f"{self.entity} {self.row_id} is gone"


class FeedEpoch(models.Model):
    """Which history of the database cursors belong to: one row, made anew when the database is another."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    epoch = models.UUIDField()
    system_identifier = models.TextField()
    database_oid = models.BigIntegerField()
    timeline = models.BigIntegerField()
    table_oid = models.BigIntegerField(help_text="Of this very table: a restore makes it anew")
    run_started_at = models.DateTimeField(help_text="When the database server was started, as last seen")
    highest_version = TransactionNumberField()
    tombstones_since = TransactionNumberField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="feed_epoch_is_one_row")]

    def __str__(self) -> str:
        return str(self.epoch)


class FeedMark(models.Model):
    """A random mark that cursors carry: a database rolled back to before it does not know it.

    ``run_first_number`` is set on the first mark after each start of the database server: no transaction of
    that run has a lower number.
    """

    mark = models.UUIDField(primary_key=True)
    created_at = models.DateTimeField(db_default=Now())
    run_first_number = TransactionNumberField(null=True)  # type: ignore[misc]  # nullability is read off the class
    version = VersionField()

    class Meta:
        indexes = [models.Index(fields=["version"], name="feed_mark_version")]

    def __str__(self) -> str:
        return str(self.mark)
