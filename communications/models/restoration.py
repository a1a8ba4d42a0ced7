from django.db import models
from django.db.models.functions import Now


class Restoration(models.Model):
    """That this database came from a backup, and when. Until it is completed, no server starts."""

    id = models.BigAutoField(primary_key=True)
    backup_made_at = models.DateTimeField()
    backup_version = models.TextField(help_text="Which Landline made it")
    began_at = models.DateTimeField(db_default=Now())
    completed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"backup of {self.backup_made_at:%Y-%m-%d %H:%M}"
