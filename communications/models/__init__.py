from communications.models.account_act import AccountAct
from communications.models.attendee import ChatAttendee, ConversationAttendee, NameRank
from communications.models.audit import AuditEntry
from communications.models.calls import CallDay, CallPause, UpstreamCall
from communications.models.channel import (
    AccountsListed,
    Channel,
    ChannelAccess,
    ChannelStatus,
)
from communications.models.comparison import ComparisonWindow, Heartbeat
from communications.models.conversation import Conversation, ConversationAlias
from communications.models.coverage import CoverageRange
from communications.models.draft import Draft
from communications.models.erasure import ErasedMark, Erasure, ErasureKey
from communications.models.feed import FeedEpoch, FeedMark, Tombstone
from communications.models.health import Alarm, AlarmNotice, ChannelHour
from communications.models.history import HistoryChat, HistoryRun
from communications.models.identity import (
    AttendeeIdentity,
    AttendeeName,
    ConversationDecision,
    GivenName,
    PersonDecision,
    Verdict,
)
from communications.models.intent import ChannelPace, Intent, Upload
from communications.models.ledger import Outcome, WebhookBody, WebhookDelivery
from communications.models.login_window import LoginWindow
from communications.models.media import MediaFile, Picture
from communications.models.message import Attachment, Message, MessageEdit, Reaction
from communications.models.replay import ReplayOrder
from communications.models.restoration import Restoration
from communications.models.search import SearchBacklog, SearchMessage, SearchName
from communications.models.upstream_read import UpstreamRead
from communications.models.user import User
from communications.models.webhooks import ReachabilityTest, UpstreamWebhook, WebhooksChecked

__all__ = [
    "AccountAct",
    "AccountsListed",
    "Alarm",
    "AlarmNotice",
    "Attachment",
    "AttendeeIdentity",
    "AttendeeName",
    "AuditEntry",
    "CallDay",
    "CallPause",
    "Channel",
    "ChannelAccess",
    "ChannelHour",
    "ChannelPace",
    "ChannelStatus",
    "ChatAttendee",
    "ComparisonWindow",
    "Conversation",
    "ConversationAlias",
    "ConversationAttendee",
    "ConversationDecision",
    "CoverageRange",
    "Draft",
    "ErasedMark",
    "Erasure",
    "ErasureKey",
    "FeedEpoch",
    "FeedMark",
    "GivenName",
    "Heartbeat",
    "HistoryChat",
    "HistoryRun",
    "Intent",
    "LoginWindow",
    "MediaFile",
    "Message",
    "MessageEdit",
    "NameRank",
    "Outcome",
    "PersonDecision",
    "Picture",
    "ReachabilityTest",
    "Reaction",
    "ReplayOrder",
    "Restoration",
    "SearchBacklog",
    "SearchMessage",
    "SearchName",
    "Tombstone",
    "Upload",
    "UpstreamCall",
    "UpstreamRead",
    "UpstreamWebhook",
    "User",
    "Verdict",
    "WebhookBody",
    "WebhookDelivery",
    "WebhooksChecked",
]
