from communications.models.attendee import ChatAttendee, ConversationAttendee, NameRank
from communications.models.channel import Channel, ChannelAccess
from communications.models.conversation import Conversation, ConversationAlias
from communications.models.draft import Draft
from communications.models.feed import FeedEpoch, FeedMark, Tombstone
from communications.models.ledger import Outcome, WebhookBody, WebhookDelivery
from communications.models.login_window import LoginWindow
from communications.models.message import Attachment, Message, Reaction
from communications.models.user import User

__all__ = [
    "Attachment",
    "Channel",
    "ChannelAccess",
    "ChatAttendee",
    "Conversation",
    "ConversationAlias",
    "ConversationAttendee",
    "Draft",
    "FeedEpoch",
    "FeedMark",
    "LoginWindow",
    "Message",
    "NameRank",
    "Outcome",
    "Reaction",
    "Tombstone",
    "User",
    "WebhookBody",
    "WebhookDelivery",
]
