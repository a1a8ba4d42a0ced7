from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.crypto import salted_hmac

from communications.models.fields import VersionField


class User(AbstractUser):
    """A person who logs in.

    ``session_generation`` is part of what each session is checked against; a log-out, and in the database a
    change of password or a disabling, raise it: that ends every session and socket of an older generation.
    """

    session_generation = models.PositiveIntegerField(default=1)
    version = VersionField()

    class Meta(AbstractUser.Meta):
        indexes = [models.Index(fields=["version", "id"], name="user_version")]

    def _get_session_auth_hash(self, secret: str | bytes | None = None) -> str:
        """What Django stores in a session at log-in and compares at each request."""
        held = f"{self.session_generation}${self.password}"
        return salted_hmac("communications.User.session", held, secret=secret, algorithm="sha256").hexdigest()
