"""How a wish to connect an account goes on: it is connected, or a person is asked for something first."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from unipile.payloads import fields


class CheckpointKind(StrEnum):
    """What upstream asks for; ``UNKNOWN`` for words of a later day."""

    QRCODE = "QRCODE"
    TWO_FACTOR = "2FA"
    OTP = "OTP"
    CAPTCHA = "CAPTCHA"
    IN_APP_VALIDATION = "IN_APP_VALIDATION"
    PHONE_REGISTER = "PHONE_REGISTER"
    CONTRACT_CHOOSER = "CONTRACT_CHOOSER"
    UNKNOWN = "UNKNOWN"


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True):
    """`qr_text` is what the QR image holds, `pairing_code` what is typed on the phone in its place: both secrets."""

    kind: CheckpointKind
    qr_text: str | None
    pairing_code: str | None


class Connecting(msgspec.Struct, frozen=True, kw_only=True):
    """Connected where there is no checkpoint."""

    account_id: str
    checkpoint: Checkpoint | None


def parse_connecting(stated: Mapping[str, object]) -> Connecting:
    """Raises `MissingField` or `InvalidField` without a usable account id."""
    is_asking = (fields.word(stated.get("object")) or "").lower() == "checkpoint"
    return Connecting(
        account_id=fields.required_id(stated.get("account_id"), "account_id"),
        checkpoint=_checkpoint(fields.table(stated.get("checkpoint"))) if is_asking else None,
    )


def _checkpoint(stated: Mapping[str, object]) -> Checkpoint:
    """Where a pairing code stands is not documented: the one spelling seen in the request, and the short one, are read."""
    try:
        kind = CheckpointKind((fields.word(stated.get("type")) or "").upper())
    except ValueError:
        kind = CheckpointKind.UNKNOWN
    return Checkpoint(
        kind=kind,
        qr_text=fields.word(stated.get("qrcode")),
        pairing_code=fields.word(stated.get("pairing_code")) or fields.word(stated.get("code")),
    )
