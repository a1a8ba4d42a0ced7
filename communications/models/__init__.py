from communications.models.attendee import ChatAttendee, ConversationAttendee, NameRank
from communications.models.channel import Channel, ChannelAccess, ChannelStatus
from communications.models.conversation import Conversation, ConversationAlias
from communications.models.draft import Draft
from communications.models.erasure import ErasedMark, Erasure, ErasureKey
from communications.models.feed import FeedEpoch, FeedMark, Tombstone
from communications.models.ledger import Outcome, WebhookBody, WebhookDelivery
from communications.models.login_window import LoginWindow
from communications.models.media import MediaFile, Picture
from communications.models.message import Attachment, Message, MessageEdit, Reaction
from communications.models.user import User

__all__ = [
    "Attachment",
    "Channel",
    "ChannelAccess",
    "ChannelStatus",
    "ChatAttendee",
    "Conversation",
    "ConversationAlias",
    "ConversationAttendee",
    "Draft",
    "ErasedMark",
    "Erasure",
    "ErasureKey",
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
    "Tombstone",
    "User",
    "WebhookBody",
    "WebhookDelivery",
]
