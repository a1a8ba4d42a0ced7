"""Who reads which channel."""

from communications.feed.announce import changes_announce_on_commit
from communications.models import ChannelAccess


def access_grant(user_id: int, channel_id: int, role: str) -> None:
    """Gives a person a role in a channel, or another role than before."""
    ChannelAccess.objects.update_or_create(
        user_id=user_id, channel_id=channel_id, defaults={"role": ChannelAccess.Role(role)}
    )
    changes_announce_on_commit()


def access_revoke(user_id: int, channel_id: int) -> None:
    """Takes a channel away from a person: their browsers delete what they hold of it."""
    ChannelAccess.objects.filter(user_id=user_id, channel_id=channel_id).delete()
    changes_announce_on_commit()
