from django.contrib.auth.models import AbstractUser
from django.db import models

from communications.models.fields import VersionField


class User(AbstractUser):
    """A person who logs in.

    ``session_generation`` is stored in each session; raising it (log-out, password change, disabling) ends every session and
    socket of an older generation.
    """

    session_generation = models.PositiveIntegerField(default=1)
    version = VersionField()

    class Meta(AbstractUser.Meta):
        indexes = [models.Index(fields=["version", "id"], name="user_version")]
