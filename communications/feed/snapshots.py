"""PostgreSQL's snapshots, cut down to what a cursor may rely on.

A snapshot reads ``xmin:xmax:running,…``: transactions below xmin are over, none from xmax on is, and of those
between, the named ones still ran.
"""

from typing import NamedTuple, Self

SNAPSHOT_MAX_CHARACTERS = 1_300


class Snapshot(NamedTuple):
    oldest_running: int
    next_number: int
    running: tuple[int, ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        oldest_running, next_number, running = text.split(":")
        return cls(int(oldest_running), int(next_number), tuple(map(int, filter(None, running.split(",")))))

    def __str__(self) -> str:
        return f"{self.oldest_running}:{self.next_number}:{','.join(map(str, self.running))}"

    def up_to(self, newest: int) -> "Snapshot":
        """The same snapshot that calls no transaction after ``newest`` seen.

        A number is handed out again after a crash of the database if nothing of its transaction had reached
        the disk: a roll-back, or a NOTIFY alone. The newest *row* seen is on disk, and so is every number
        before it.
        """
        next_number = min(self.next_number, newest + 1)
        return Snapshot(
            min(self.oldest_running, next_number),
            next_number,
            tuple(number for number in self.running if number < next_number),
        )

    def short_enough(self) -> "Snapshot":
        """Where too many transactions run at once for a cursor: one that has seen less."""
        if len(str(self)) <= SNAPSHOT_MAX_CHARACTERS:
            return self
        return Snapshot(self.oldest_running, self.oldest_running, ())
