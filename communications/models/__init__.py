from communications.models.attendee import ChatAttendee, ConversationAttendee, NameRank
from communications.models.audit import AuditEntry
from communications.models.channel import Channel, ChannelAccess, ChannelStatus
from communications.models.conversation import Conversation, ConversationAlias
from communications.models.draft import Draft
from communications.models.feed import FeedEpoch, FeedMark, Tombstone
from communications.models.ledger import Outcome, WebhookBody, WebhookDelivery
from communications.models.login_window import LoginWindow
from communications.models.media import MediaFile, Picture
from communications.models.message import Attachment, Message, MessageEdit, Reaction
from communications.models.replay import ReplayOrder
from communications.models.user import User

__all__ = [
    "Attachment",
    "AuditEntry",
    "Channel",
    "ChannelAccess",
    "ChannelStatus",
    "ChatAttendee",
    "Conversation",
    "ConversationAlias",
    "ConversationAttendee",
    "Draft",
    "FeedEpoch",
    "FeedMark",
    "LoginWindow",
    "MediaFile",
    "Message",
    "MessageEdit",
    "NameRank",
    "Outcome",
    "Picture",
    "Reaction",
    "ReplayOrder",
    "Tombstone",
    "User",
    "WebhookBody",
    "WebhookDelivery",
]
