"""The end of somebody's sessions."""

from django.db.models import F

from communications.feed.announce import changes_announce_on_commit
from communications.models import User


def sessions_end(user_id: int) -> None:
    """Ends every session and socket of a person.

    Each session is checked against the generation this raises; open sockets hear of it by the feed. A
    change of the password and a disabling do the same by themselves, in the database.
    """
    User.objects.filter(pk=user_id).update(session_generation=F("session_generation") + 1)
    changes_announce_on_commit()
