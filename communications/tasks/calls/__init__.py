"""What is called for each kind of intent, and how it is found out later whether that arrived."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final, NamedTuple

from communications.outbox.change_rules import UNSHOWN
from communications.schemas.deliveries import Delivery
from communications.schemas.outbox import Absent, Accepted, Claimed
from communications.tasks.calls import conversation, look_up, message_change, send
from unipile.client import UnipileClient


class Kind(NamedTuple):
    """``call`` makes the one attempt and raises ``unipile.errors``. ``read_back`` asks upstream once, by one bounded read, and
    gives what it showed as deliveries to be folded; ``None`` where there is nothing to ask. ``absent`` is what it means when it
    is not there.
    """

    call: Callable[[UnipileClient, Claimed], Awaitable[Accepted]]
    read_back: Callable[[UnipileClient, Claimed], Awaitable[list[Delivery]]] | None = None
    absent: Absent | None = None


KINDS: Final[Mapping[str, Kind]] = {
    "send": Kind(send.call, send.read_back),
    "react": Kind(
        message_change.call, message_change.read_back, Absent("failed", "not_shown", UNSHOWN["react"])
    ),
    "edit": Kind(
        message_change.call, message_change.read_back, Absent("failed", "too_late", UNSHOWN["edit"])
    ),
    "delete": Kind(
        message_change.call, message_change.read_back, Absent("failed", "too_late", UNSHOWN["delete"])
    ),
    "look_up": Kind(look_up.call),
    "read": Kind(conversation.call),
    "archive": Kind(conversation.call),
    "pin": Kind(conversation.call),
    "mute": Kind(conversation.call),
}
