from django.db import models


class LoginWindow(models.Model):
    """How often somebody has lately tried to log in, and until when that counts.

    ``key`` is a keyed digest of what is counted (an address, or a user name at an address), so that the table
    names nobody.
    """

    key = models.BinaryField(primary_key=True)
    attempts = models.PositiveIntegerField()
    length_seconds = models.PositiveIntegerField()
    ends_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["ends_at"], name="login_window_ends_at")]

    def __str__(self) -> str:
        return f"{self.attempts} attempts until {self.ends_at}"
