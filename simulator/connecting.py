"""Accounts being connected: attempts with their codes and checkpoints, and what the person on the other side does."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random
from typing import Any

from simulator.changes import Changes
from simulator.creation import account_create
from simulator.habits import Habits
from simulator.importing import Importing
from simulator.model import TELEGRAM, WHATSAPP, Account
from simulator.world import World

WRONG_CODE = "000000"
"""The one code that solves nothing."""
TRY_ANOTHER_WAY = "TRY_ANOTHER_WAY"
BY_CODE = (WHATSAPP, TELEGRAM)
BY_CREDENTIALS = ("LINKEDIN", "INSTAGRAM", "MESSENGER", "TWITTER")


class CheckpointKind(StrEnum):
    """What the provider wants before it lets an account in."""

    QRCODE = "QRCODE"
    TWO_FACTORS = "2FA"
    OTP = "OTP"
    PHONE_REGISTER = "PHONE_REGISTER"
    IN_APP_VALIDATION = "IN_APP_VALIDATION"
    CAPTCHA = "CAPTCHA"
    CONTRACT_CHOOSER = "CONTRACT_CHOOSER"


@dataclass(slots=True)
class Attempt:
    """One attempt to connect. `checkpoints` are those still to be passed, the present one first; `account` is the one
    to connect again. `code` can be scanned until `code_until`.
    """

    account_id: str
    provider: str
    name: str
    began_at: datetime
    checkpoints: list[CheckpointKind]
    account: Account | None = None
    code: str = ""
    code_until: datetime | None = None
    pairing_code: str | None = None
    phone_number: str | None = None
    expired: bool = False

    def document(self) -> dict[str, Any]:
        """The body of 202."""
        kind = self.checkpoints[0]
        checkpoint: dict[str, Any] = {"type": kind}
        match kind:
            case CheckpointKind.QRCODE:
                checkpoint["qrcode"] = self.code
                if self.pairing_code is not None:
                    checkpoint["pairing_code"] = self.pairing_code
            case CheckpointKind.TWO_FACTORS:
                checkpoint["source"] = "APP"
            case CheckpointKind.CAPTCHA:
                checkpoint |= {"public_key": "3117BF26-4762-4F5A-8ED9-A85E69209A46", "data": "blob"}
            case CheckpointKind.CONTRACT_CHOOSER:
                checkpoint["contract_options"] = [
                    {"id": "contract-1", "name": "Recruiter"},
                    {"id": "contract-2", "name": "Recruiter Lite"},
                ]
        return {"object": "Checkpoint", "account_id": self.account_id, "checkpoint": checkpoint}


class ConnectingError(ValueError):
    """The person cannot do that now; the text says why."""


@dataclass(slots=True)
class Connecting:
    """The attempts under way, by the id of the account that they are to become."""

    world: World
    changes: Changes
    importing: Importing
    habits: Callable[[], Habits]
    rng: Random
    attempts: dict[str, Attempt] = field(default_factory=dict)
    wanted: defaultdict[str, list[CheckpointKind]] = field(default_factory=lambda: defaultdict(list))
    """The checkpoints that the next attempts of a provider meet."""

    _listeners: list[Callable[[], None]] = field(default_factory=list)

    def listen(self, listener: Callable[[], None]) -> None:
        """Call `listener` when an attempt begins."""
        self._listeners.append(listener)

    def begin(
        self, provider: str, name: str, *, account: Account | None = None, pairing: str | None = None
    ) -> Attempt | None:
        """A new attempt, in place of an earlier one of the same account; None where nothing is to be passed."""
        by_code = provider in BY_CODE
        checkpoints = [CheckpointKind.QRCODE] if by_code else list(self.wanted[provider])
        attempt = Attempt(
            account.id if account is not None else self._new_id(),
            provider,
            name,
            self.world.clock(),
            checkpoints,
            account,
            phone_number=f"+{pairing}" if pairing else None,
        )
        if by_code:
            attempt.code = f"2@{self.rng.randbytes(48).hex()},{self.rng.randbytes(16).hex()}"
            attempt.code_until = self.world.clock() + timedelta(seconds=self.habits().code_seconds)
            if pairing:
                attempt.pairing_code = "".join(self.rng.choices("ABCDEFGHJKLMNPQRSTVWXYZ123456789", k=8))
        self.attempts[attempt.account_id] = attempt
        if checkpoints:
            for listener in self._listeners:
                listener()
            return attempt
        self.succeed(attempt)
        return None

    def find(self, account_id: str) -> Attempt | None:
        """The attempt; one whose time is over is `expired`, and from the next look on gone."""
        attempt = self.attempts.get(account_id)
        if attempt is None:
            return None
        if attempt.expired:
            del self.attempts[account_id]
            return None
        age = self.world.clock() - attempt.began_at
        attempt.expired = age >= timedelta(seconds=self.habits().attempt_seconds)
        return attempt

    def is_open(self, account_id: str) -> bool:
        """Whether an attempt for this account is under way."""
        attempt = self.attempts.get(account_id)
        age_max = timedelta(seconds=self.habits().attempt_seconds)
        return attempt is not None and self.world.clock() - attempt.began_at < age_max

    def pass_one(self, attempt: Attempt) -> Account | None:
        """The present checkpoint is passed; the account, when it was the last."""
        attempt.checkpoints.pop(0)
        return None if attempt.checkpoints else self.succeed(attempt)

    def scan(self, account_id: str, *, code: str | None = None, phone_number: str | None = None) -> Account:
        """A telephone scans the code (the newest where none is named). Raises ConnectingError."""
        attempt = self._waiting(account_id, CheckpointKind.QRCODE)
        if code is not None and code != attempt.code:
            raise ConnectingError("This code was replaced by another.")
        if attempt.code_until is None or self.world.clock() >= attempt.code_until:
            raise ConnectingError("This code has expired.")
        attempt.phone_number = attempt.phone_number or phone_number
        if attempt.account is None and attempt.provider == WHATSAPP and attempt.phone_number is None:
            raise ConnectingError("A WhatsApp account needs a number.")
        return self.succeed(attempt)

    def pair(self, account_id: str, pairing_code: str) -> Account:
        """The person types the pairing code on the telephone. Raises ConnectingError."""
        attempt = self._waiting(account_id, CheckpointKind.QRCODE)
        if attempt.pairing_code is None or pairing_code.replace("-", "").upper() != attempt.pairing_code:
            raise ConnectingError("This is not the code.")
        return self.succeed(attempt)

    def confirm(self, account_id: str) -> Account | None:
        """The person says in the provider's own app that it is them. Raises ConnectingError."""
        return self.pass_one(self._waiting(account_id, CheckpointKind.IN_APP_VALIDATION))

    def expire(self, account_id: str) -> None:
        """The code can no longer be scanned. Raises ConnectingError."""
        self._waiting(account_id, CheckpointKind.QRCODE).code_until = self.world.clock()

    def give_up(self, account_id: str) -> None:
        """The attempt ends, and nobody is told but where an account was to be new. Raises ConnectingError."""
        if self.attempts.pop(account_id, None) is None:
            raise ConnectingError("Nothing is being connected under this id.")

    def succeed(self, attempt: Attempt) -> Account:
        """The provider lets the account in: a new one begins to import its past."""
        del self.attempts[attempt.account_id]
        if attempt.account is not None:
            self.changes.account_set_status(attempt.account, "OK", told_as="RECONNECTED")
            return attempt.account
        account = account_create(
            self.world,
            attempt.provider,
            attempt.name,
            phone_number=attempt.phone_number,
            username=None if attempt.provider == WHATSAPP else attempt.name.lower().replace(" ", "."),
            account_id=attempt.account_id,
        )
        self.changes.account_set_status(account, "CONNECTING", told_as="CREATION_SUCCESS")
        self.changes.account_set_status(account, "OK")
        self.importing.begin(account)
        return account

    def _waiting(self, account_id: str, kind: CheckpointKind) -> Attempt:
        attempt = self.attempts.get(account_id)
        if attempt is None or not self.is_open(account_id):
            raise ConnectingError("Nothing is being connected under this id.")
        if attempt.checkpoints[0] is not kind:
            raise ConnectingError(f"This attempt waits for {attempt.checkpoints[0]}.")
        return attempt

    def _new_id(self) -> str:
        return self.world.identifiers.series("account").identifier(
            self.world.identifiers.next_number("account")
        )
