"""Questions to a provider about a number, and conversations begun with one."""

from communications.schemas.documents import Conversation, Document, Id, IntentState, Message, Phone


class Lookup(Document, frozen=True, kw_only=True):
    """Whether a number is known to a channel's provider: ``exists`` is null until it is known. ``reason`` is for the person."""

    id: Id
    phone: Phone
    state: IntentState
    exists: bool | None
    reason: str | None


class BegunConversation(Document, frozen=True, kw_only=True):
    """A conversation and the message that was written in it."""

    conversation: Conversation
    message: Message
