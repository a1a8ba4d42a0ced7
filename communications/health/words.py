"""An alarm in words, for who is not looking at the page: which account, and what follows from it."""

from typing import Final

from communications.health.notices import Notice

# What the alarm means, and what follows from it.
_WORDS: Final = {
    "account_down": (
        "is not connected",
        "Its messages do not arrive, and nothing can be sent, until it is connected again.",
    ),
    "unusually_quiet": (
        "is unusually quiet",
        "Messages may be missing although the account is said to be connected.",
    ),
    "outbox_waiting": ("has messages waiting to be sent", "What was written has not left."),
    "deliveries_failing": ("cannot store deliveries", "Messages have come that the inbox does not show yet."),
    "feed_held": ("is held back by a long transaction", "New messages are stored but not shown."),
    "disk_full": ("has nearly no disk left", "Files are not fetched, and soon nothing can be stored."),
    "key_refused": ("is refused by Unipile", "Nothing can be sent or fetched until its key is replaced."),
    "webhooks_missing": (
        "is not delivered to",
        "Unipile does not know where to deliver: new messages do not arrive.",
    ),
}
_BEGINNINGS: Final = {"opened": "", "reminder": "Still: ", "closed": "Over: "}


def notice_subject(notice: Notice) -> str:
    return f"{_BEGINNINGS[notice.what]}{notice.account or 'Landline'} {_WORDS[notice.kind][0]}"


def notice_text(notice: Notice, *, address: str) -> str:
    """Plain lines, without any content of messages."""
    lines = [f"{notice_subject(notice)}."]
    if notice.closed_at is None:
        lines.append(_WORDS[notice.kind][1])
        if notice.since is not None:
            lines.append(f"Since {notice.since:%Y-%m-%d %H:%M} UTC.")
        if notice.reason:
            lines.append(f"Reason: {notice.reason}.")
    else:
        lines.append(f"From {notice.opened_at:%Y-%m-%d %H:%M} to {notice.closed_at:%Y-%m-%d %H:%M} UTC.")
    return "\n".join([*lines, "", address])
