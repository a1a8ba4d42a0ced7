"""What all readers of upstream's lists share: why they read, what counts as unread, and what became of what was shown."""

import datetime as dt
import hashlib
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from communications.feed.announce import changes_announce
from communications.ingest.listed import keys_known
from communications.ingest.record import Connections, record
from communications.ingest.unfinished import (
    FILES_TASK,
    READS_TASK,
    RETRY_AFTER_SECONDS,
    RETRY_TASK,
    brings_files,
    job_announce,
    leaves_questions,
)
from communications.schemas.deliveries import Delivery, Reading
from communications.schemas.facts import FoundBy
from communications.tasks.answers import answer_delivery_read
from communications.webhooks.handlers.answers import answer_bytes
from communications.webhooks.handlers.listed import LISTED, Shown, listed_bytes
from unipile.payloads.refusals import PayloadError
from unipile.payloads.strict import encode
from unipile.payloads.times import whole_milliseconds
from unipile.resources.message import Message

Stated = Mapping[str, object]
Refused = tuple[Stated, PayloadError]

# What came this shortly before the chats were listed may or may not be in their counts.
COUNTED_AFTER: Final = dt.timedelta(minutes=1)


class Listing(NamedTuple):
    """Why a list is read, for which account, and since when what it shows may be older than what comes live: the moment before it
    was asked for. ``asked_by`` is the run or comparison.
    """

    account: str
    asked_by: uuid.UUID
    asked_at: dt.datetime
    found_by: FoundBy

    @classmethod
    def begun(cls, account: str, asked_by: uuid.UUID, found_by: FoundBy) -> "Listing":
        """A list that is asked for now."""
        return cls(account, asked_by, whole_milliseconds(dt.datetime.now(dt.UTC)), found_by)


class Unread:
    """How many of each chat's newest inbound messages upstream counted as unread at a moment. Lists come newest first."""

    def __init__(self, of_chats: Mapping[str, int], counted_at: dt.datetime) -> None:
        self.left = dict(of_chats)
        self.counted_before = counted_at - COUNTED_AFTER

    def is_read(self, message: Message) -> bool:
        """Whether a message is inbound and beyond those counted; it is counted itself."""
        is_counted = message.is_sender is False and not message.is_event and message.chat_id is not None
        if not is_counted or message.timestamp is None or message.timestamp.moment > self.counted_before:
            return False
        left = self.left.get(message.chat_id or "", 0)
        self.left[message.chat_id or ""] = max(left - 1, 0)
        return left == 0


@dataclass
class Tally:
    """What became of what a list showed: ``found`` is the sum of the others. ``stored`` are new here, of ``changed`` something
    was new, ``known`` were held as they are, ``refused`` by reason. The times are of all that were found.
    """

    found: int = 0
    stored: int = 0
    changed: int = 0
    known: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    newest_at: dt.datetime | None = None
    oldest_at: dt.datetime | None = None

    def add(self, other: "Tally") -> None:
        self.found += other.found
        self.stored += other.stored
        self.changed += other.changed
        self.known += other.known
        self.refused += other.refused
        for moment in (other.newest_at, other.oldest_at):
            self.saw(moment)

    def saw(self, moment: dt.datetime | None) -> None:
        if moment is not None:
            self.newest_at = moment if self.newest_at is None else max(self.newest_at, moment)
            self.oldest_at = moment if self.oldest_at is None else min(self.oldest_at, moment)


async def news_announce(
    connections: Connections, deliveries: Sequence[Delivery], outcomes: Mapping[str, int]
) -> None:
    """Tells readers of what was folded, and the worker of what it left to do."""
    async with connections.connection() as connection:
        await changes_announce(connection)
    await work_announce(deliveries, outcomes)


async def work_announce(deliveries: Sequence[Delivery], outcomes: Mapping[str, int]) -> None:
    """Tells the worker what a part that was folded has left to do."""
    if brings_files(deliveries):
        await job_announce(FILES_TASK)
    if leaves_questions(deliveries, some_repeat=outcomes.get("duplicate", 0) > 0):
        await job_announce(READS_TASK)
    if outcomes.get("failed", 0) > 0:
        await job_announce(RETRY_TASK, after_seconds=RETRY_AFTER_SECONDS)


async def refused_note(
    connections: Connections, listing: Listing, event: str, refused: Sequence[Refused]
) -> None:
    """Puts what cannot be read into the ledger, once, however often it is listed."""
    if not refused:
        return
    deliveries = [_unreadable(listing, event, stated, refusal) for stated, refusal in refused]
    async with connections.connection() as connection:
        known = await keys_known(connection, [delivery.reading.event_key or b"" for delivery in deliveries])
    await record(connections, [one for one in deliveries if one.reading.event_key not in known])


def _unreadable(listing: Listing, event: str, stated: Stated, refusal: PayloadError) -> Delivery:
    account, asked_by, asked_at = listing.account, listing.asked_by, listing.asked_at
    raw = (
        listed_bytes(account=account, asked_by=asked_by, asked_at=asked_at, shown=[Shown(stated)])
        if event == LISTED
        else answer_bytes(event, account=account, asked_by=asked_by, asked_at=asked_at, answer=stated)
    )
    content = b"unreadable %b %b" % (listing.account.encode(), encode(stated, is_canonical=True))
    return answer_delivery_read(
        raw,
        dt.datetime.now(dt.UTC),
        Reading(
            account=listing.account,
            event=event,
            event_name=event,
            event_key=hashlib.sha256(content).digest(),
            settled="quarantined",
            reason=f"{refusal.code}: {refusal.sentence}",
        ),
    )
