"""Registered webhooks: which sources and events exist, what is the default, and who hears of what."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.happenings import (
    ACCOUNT_STATUS,
    CALENDAR_EVENT,
    EMAIL,
    EMAIL_TRACKING,
    MESSAGING,
    USERS,
    Happening,
)
from simulator.model import Webhook
from simulator.world import World

AUTH_HEADER = "Unipile-Auth"

EVENTS: dict[str, tuple[str, ...]] = {
    MESSAGING: (
        "message_received",
        "message_read",
        "message_reaction",
        "message_edited",
        "message_deleted",
        "message_delivered",
    ),
    ACCOUNT_STATUS: (
        "creation_success",
        "creation_fail",
        "deleted",
        "reconnected",
        "sync_success",
        "stopped",
        "ok",
        "connecting",
        "error",
        "credentials",
        "permissions",
    ),
    USERS: ("new_relation",),
    EMAIL: ("mail_received", "mail_sent", "mail_moved"),
    EMAIL_TRACKING: ("mail_opened", "mail_link_clicked"),
    CALENDAR_EVENT: ("calendar_event_created", "calendar_event_updated", "calendar_event_deleted"),
}

_DEFAULT_EVENTS: dict[str, tuple[str, ...]] = {
    MESSAGING: ("message_received",),
    ACCOUNT_STATUS: tuple(
        one for one in EVENTS[ACCOUNT_STATUS] if one not in {"connecting", "ok", "stopped"}
    ),
    USERS: EVENTS[USERS],
    EMAIL: ("mail_received",),
    EMAIL_TRACKING: ("mail_opened",),
    CALENDAR_EVENT: EVENTS[CALENDAR_EVENT],
}

# What a listed webhook declares. Not what is delivered: some of these never come, and `event` comes
# undeclared.
_DECLARED_FIELDS: dict[str, tuple[tuple[str, str], ...]] = {
    MESSAGING: tuple(
        (key, key)
        for key in (
            *("account_id", "account_type", "account_info", "webhook_name", "chat_id", "attendees", "sender"),
            *("subject", "message", "mentions", "message_id", "timestamp", "attachments", "reaction"),
            *(
                "reaction_sender",
                "read_by",
                "is_sender",
                "provider_chat_id",
                "provider_message_id",
                "is_event",
            ),
            *("chat_pinned", "quoted", "reply_to", "is_forwarded", "chat_content_type", "message_type"),
            *("is_group", "folder"),
        )
    ),
    ACCOUNT_STATUS: (("account_status", "AccountStatus"), ("account_status_specifics", "Product")),
}


def webhook_register(
    world: World,
    request_url: str,
    *,
    source: str = MESSAGING,
    events: Sequence[str] | None = None,
    name: str | None = None,
    body_format: str = "json",
    headers: Sequence[tuple[str, str]] = (),
    account_ids: Sequence[str] = (),
    fields: Sequence[tuple[str, str]] | None = None,
    enabled: bool = True,
) -> Webhook:
    """Register a webhook for one `source`; raises ValueError for an unknown source or event.

    `fields` (key, name) chooses and renames the fields of the body. `body_format` is kept and listed;
    bodies are JSON either way, for nothing is known of the other layout.
    """
    if source not in EVENTS:
        raise ValueError(f"{source} is no source.")
    unknown = set(events or ()) - set(EVENTS[source])
    if unknown:
        raise ValueError(f"{', '.join(sorted(unknown))} is no event of {source}.")
    webhook = Webhook(
        sequence=world.next_sequence(),
        id=world.identifiers.series("webhook").identifier(world.identifiers.next_number("webhook")),
        source=source,
        request_url=request_url,
        name=name,
        format=body_format,
        events=list(events) if events is not None else list(_DEFAULT_EVENTS[source]),
        account_ids=list(account_ids),
        headers=list(headers),
        fields=list(fields) if fields is not None else None,
        enabled=enabled,
    )
    world.webhooks[webhook.id] = webhook
    return webhook


def declared_fields(webhook: Webhook) -> list[tuple[str, str]]:
    """What the list of webhooks says of the body: (key, name)."""
    return webhook.fields if webhook.fields is not None else list(_DECLARED_FIELDS.get(webhook.source, ()))


def listeners(world: World, happening: Happening) -> list[Webhook]:
    """The webhooks that are told of `happening`. An event that cannot be subscribed to reaches all of its source."""
    always = happening.event not in EVENTS[happening.source]
    return [
        webhook
        for webhook in world.webhooks.values()
        if webhook.enabled
        and webhook.source == happening.source
        and (always or happening.event in webhook.events)
        and (not webhook.account_ids or happening.account.id in webhook.account_ids)
    ]
