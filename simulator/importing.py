"""The import of a new account's past: chats appear upstream in portions, and no webhook tells of their messages."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from random import Random

from simulator.changes import Changes
from simulator.creation import attendee_create, chat_create, message_compose
from simulator.habits import Habits
from simulator.model import WHATSAPP, Account, Origin
from simulator.world import World

_NAMES = ("Ana", "Bruno", "Chiara", "Dmitri", "Elif", "Farid", "Greta", "Hugo", "Ines", "Jun", "Karin", "Leo")
_LINES = ("Hello!", "Is it still there?", "Yes, of course.", "Thank you.", "Until Thursday then.", "👍")


class Importing:
    """Imports under way, each a task of its own; `left` is how many chats an account still lacks."""

    def __init__(self, world: World, changes: Changes, habits: Callable[[], Habits]) -> None:
        self._world = world
        self._changes = changes
        self._habits = habits
        self._tasks: set[asyncio.Task[None]] = set()
        self.left: dict[str, int] = {}

    def begin(self, account: Account) -> None:
        """Let the past of `account` arrive."""
        self.left[account.id] = self._habits().import_chats
        task = asyncio.create_task(self._run(account), name=f"import-{account.id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def done(self) -> None:
        """Wait until every import has ended."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    async def stop(self) -> None:
        """Leave every import where it is."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _run(self, account: Account) -> None:
        rng = Random(f"{self._world.identifiers.seed}:{account.sequence}:import")
        while self.left[account.id] > 0:
            await asyncio.sleep(self._habits().import_pause_seconds)
            if account.id not in self._world.accounts:
                del self.left[account.id]
                return
            if account.connected:
                self._portion(account, rng)
        del self.left[account.id]
        self._changes.account_set_status(account, account.status, told_as="SYNC_SUCCESS")

    def _portion(self, account: Account, rng: Random) -> None:
        habits = self._habits()
        for _ in range(min(habits.import_portion, self.left[account.id])):
            self.left[account.id] -= 1
            self._chat(account, rng, habits.import_messages)

    def _chat(self, account: Account, rng: Random, messages: int) -> None:
        name = f"{rng.choice(_NAMES)} {rng.randrange(100, 1000)}"
        whatsapp = account.type == WHATSAPP
        member = attendee_create(
            self._world,
            account,
            name,
            phone_number=f"+3516{rng.randrange(10**8):08d}" if whatsapp else None,
            username=None if whatsapp else name.lower().replace(" ", "."),
        )
        chat = chat_create(self._world, account, [member])
        moment = self._world.clock() - timedelta(days=1, seconds=rng.randrange(86_400))
        for number in range(messages):
            own = rng.random() < 0.5
            message = message_compose(
                self._world,
                chat,
                account.own if own else member,
                f"{rng.choice(_LINES)} ({messages - number})",
                origin=Origin.PHONE if own else Origin.CONTACT,
                at=moment - timedelta(minutes=7 * (messages - number)),
            )
            self._changes.message_store(message)
        self._changes.chat_forget_unread(chat)
