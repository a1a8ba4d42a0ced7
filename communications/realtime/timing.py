"""How long things may take on an open connection, in seconds."""

from typing import NamedTuple


class Timing(NamedTuple):
    """``silence``: nothing heard for so long means that nobody is there.

    ``stale``: a feed that could not be read for so long is not passed off as current.
    ``close_within``: for a last frame to leave before the connection is simply dropped.
    """

    heartbeat: float = 20.0
    silence: float = 45.0
    stale: float = 15.0
    close_within: float = 10.0
