"""What an installation holds before it is backed up."""

from __future__ import annotations

import hashlib

from communications.models import Channel, Conversation, ConversationAlias, MediaFile, Message
from communications.schemas.identifiers import uuid7
from tests.backup.place import Place
from tests.inbox import channel_make, conversation_make, intent_make, message_make, person_make

PICTURE_KEY = "ab/" + 32 * "a"
PICTURE = b"\x89PNG" + bytes(range(256)) * 40


def inhabit(place: Place) -> Conversation:
    """Somebody with an account, a conversation of fifty messages, one of three, and a picture with its thumbnail."""
    person = person_make("ana")
    channel = channel_make(person, role="owner")
    conversation = conversation_make(channel)
    for number in range(50):
        message_make(conversation, f"message {number}", external_message_id=f"told-{number}")
    other = conversation_make(channel)
    ConversationAlias.objects.create(channel=channel, kind="id", value="other-chat", conversation=other)
    for number in range(3):
        message_make(other, f"other {number}", external_message_id=f"other-{number}")
    picture_put(place)
    return conversation


def picture_put(place: Place) -> None:
    MediaFile.objects.create(
        sha256=hashlib.sha256(PICTURE).digest(),
        size_bytes=len(PICTURE),
        mime_type="image/png",
        storage_key=PICTURE_KEY,
        thumbnail_size_bytes=5,
        is_complete=True,
    )
    place.media(PICTURE_KEY).parent.mkdir(parents=True)
    place.media(PICTURE_KEY).write_bytes(PICTURE)
    place.media(f"{PICTURE_KEY}.thumbnail").write_bytes(b"small")


def outgoing_make(conversation: Conversation, text: str, **intent: object) -> Message:
    """Written here; its intent waits unless said otherwise."""
    client_id = uuid7()
    message = message_make(
        conversation,
        text,
        external_message_id=None,
        client_id=client_id,
        direction="outbound",
        status="sending" if intent.get("state") == "sending" else "pending",
    )
    channel = Channel.objects.get(pk=conversation.channel_id)
    made = intent_make(channel, person_make(), "send", conversation=conversation, message=message, **intent)
    made.client_id = client_id
    made.save()
    return message
