"""Why the feed cannot be read, or not from there."""


class FeedUnavailable(Exception):
    """The feed cannot be read now; what readers hold stays good."""


class StandbyRefused(FeedUnavailable):
    """The feed reads a primary: a standby's snapshot leaves out what still runs on the primary."""

    def __init__(self) -> None:
        super().__init__("The database is a standby. Point DATABASE_URL at the primary.")


class EpochUnsettled(FeedUnavailable):
    """The database was started or made since: ``communications.feed.epoch.epoch_ensure`` comes first."""


class CursorRefused(Exception):
    """The cursor is of no use: its reader starts anew.

    ``is_ahead``: it has seen what this database has not, so the database was put back to an earlier state.
    """

    def __init__(self, reason: str, *, is_ahead: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_ahead = is_ahead
