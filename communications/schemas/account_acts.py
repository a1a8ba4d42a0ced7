"""What people want done with accounts, and how that stands."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from communications.schemas.documents import Document, Id, Instant

Act = Literal[
    "connect",
    "link",
    "reconnect",
    "reconnect_link",
    "restart",
    "remove",
    "proxy",
    "webhooks_check",
    "webhooks_register",
    "probe",
]
ActState = Literal["waiting", "working", "asking", "done", "failed", "expired"]
Asks = Literal[
    "QRCODE",
    "2FA",
    "OTP",
    "CAPTCHA",
    "IN_APP_VALIDATION",
    "PHONE_REGISTER",
    "CONTRACT_CHOOSER",
    "LINK",
    "UNKNOWN",
]


class AccountAct(Document, frozen=True, kw_only=True):
    """One act. While it is ``asking``, ``asks`` says what for: the QR image that ``qr_text`` makes, the ``pairing_code`` to type
    on the phone, the page at ``url``, or a code to be sent to its `answer/`. ``reason`` is for the person.
    """

    id: Id
    channel_id: Id | None
    act: Act
    account_type: str
    state: ActState
    asks: Asks | None
    qr_text: str | None
    pairing_code: str | None
    url: str | None
    expires_at: Instant | None
    reason_code: str | None
    reason: str | None
    asked_at: Instant


class ClaimedAct(NamedTuple):
    """An act as the worker takes it; ``code`` is what a person typed, held nowhere else any more."""

    id: int
    attempts: int
    act: Act
    account_type: str
    phone: str
    account: str
    asked: Asks
    client_id: str
    options: Mapping[str, Any]
    code: str
    resends: bool


class Asked(NamedTuple):
    """What a person has to do before it goes on; ``reason`` where something of it could not be done."""

    account: str
    asks: Asks
    seconds: int
    qr_text: str = ""
    pairing_code: str = ""
    url: str = ""
    reason_code: str = ""
    reason: str = ""
