"""What calls take, checked before any of our code runs."""

from collections.abc import Iterable
from typing import Annotated, Final, Literal
from uuid import UUID

from ninja import Header, Path, Query, Schema
from pydantic import AwareDatetime, Field, StringConstraints
from pydantic.json_schema import SkipJsonSchema

from communications.api.cursors import CURSOR_MAX_LENGTH
from communications.errors import NotFound
from communications.outbox.drafts import DRAFT_MAX_CHARACTERS
from communications.outbox.message_changes import EMOJI_MAX_CHARACTERS
from communications.outbox.messages import TEXT_MAX_CHARACTERS

DEFAULT_LIMIT: Final = 50
MAXIMUM_LIMIT: Final = 200
LARGEST_ID: Final = 2**63 - 1
ANY_PROVIDER: Final = "all"
NO_NUL: Final = r"^[^\x00]+$"

IdText = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,19}$")]

Provider = Annotated[
    str,
    Path(
        description=f"A provider's word, or `{ANY_PROVIDER}`.",
        pattern=r"^[a-z0-9_]{1,32}$",
    ),
]
AttachmentId = Annotated[IdText, Path(description="Id of an attachment.")]
UploadId = Annotated[IdText, Path(description="Id of an upload.")]
PictureId = Annotated[IdText, Path(description="Id of a picture, as in its address.")]
MessageId = Annotated[IdText, Path(description="Id of a message.")]
ComparisonId = Annotated[IdText, Path(description="Id of a comparison.")]
ActId = Annotated[IdText, Path(description="Id of an act on an account.")]
LookupId = Annotated[IdText, Path(description="Id of a question about a number.")]
RunId = Annotated[IdText, Path(description="Id of a copy of history.")]
ComparedRun = Annotated[
    IdText | SkipJsonSchema[None], Query(description="Id of another copy of the same account's history.")
]
AlarmId = Annotated[IdText, Path(description="Id of an alarm.")]
ChangeId = Annotated[IdText, Path(description="Id of a change, as the message lists it.")]
AttendeeId = Annotated[IdText, Path(description="Id of an attendee.")]
DeliveryId = Annotated[UUID, Path(description="Id of a delivery.")]
ConversationId = Annotated[IdText, Path(description="Id of a conversation.")]
ChannelPathId = Annotated[IdText, Path(description="Id of a channel.")]
ChannelId = Annotated[IdText | SkipJsonSchema[None], Query(description="Only conversations of this channel.")]
Limit = Annotated[int, Query(ge=1, le=MAXIMUM_LIMIT, description="How many at most.")]
Cursor = Annotated[
    str | SkipJsonSchema[None],
    Query(max_length=CURSOR_MAX_LENGTH, description="`next_cursor` of the page before, of the same path."),
]
IdempotencyKey = Annotated[
    UUID,
    Header(
        alias="Idempotency-Key", description="Chosen by the caller; a repeated call carries the same one."
    ),
]
FileName = Annotated[str, Header(alias="X-File-Name", max_length=4096, description="Percent-encoded UTF-8.")]
AroundMessage = Annotated[
    IdText | SkipJsonSchema[None], Query(description="Id of a message to have in the middle of the page.")
]
SearchText = Annotated[
    str, Query(min_length=1, max_length=500, pattern=NO_NUL, description='Words, "phrases" and operators.')
]
UtcOffset = Annotated[
    int,
    Query(
        ge=-840, le=840, description="Minutes east of UTC: where the days of `before:` and `after:` begin."
    ),
]


class Credentials(Schema):
    username: Annotated[str, Field(min_length=1, max_length=150, pattern=NO_NUL)]
    password: Annotated[str, Field(min_length=1, max_length=1024, pattern=NO_NUL)]


class ReadThrough(Schema):
    message_id: Annotated[IdText, Field(description="Id of the last message read.")]


ClientId = Annotated[
    UUID, Field(description="A key of the writer's making, version 7: the same request, the same key.")
]


class UpstreamCredentials(Schema):
    dsn: Annotated[
        str, Field(min_length=1, max_length=300, pattern=NO_NUL, description="As the dashboard shows it.")
    ]
    api_key: Annotated[str, Field(min_length=1, max_length=1000, pattern=NO_NUL)]


class ChannelSettings(Schema):
    """What is left out stays."""

    read_receipts: Annotated[
        Literal["on_open", "on_answer", "never"],
        Field(default="on_answer", description="When others learn that their message was read here."),
    ]
    nightly_check: Annotated[
        bool, Field(default=False, description="Whether it is compared with upstream once a night.")
    ]
    paused: Annotated[bool, Field(default=False, description="Whether nothing is sent or read for it.")]


class WantedComparison(Schema):
    client_id: ClientId


class WantedDraft(Schema):
    text: Annotated[
        str,
        Field(max_length=DRAFT_MAX_CHARACTERS, pattern=r"^[^\x00]*$", description="Empty removes the draft."),
    ]


# The outbox refuses what is longer, in words; the browser reads the figure here.
MessageText = Annotated[
    str,
    Field(
        default="",
        description="May be empty where a file goes with it.",
        json_schema_extra={"maxLength": TEXT_MAX_CHARACTERS},
    ),
]
PhoneText = Annotated[str, Field(max_length=32, pattern=NO_NUL, description="With its country's code.")]


class NewConversation(Schema):
    """With whom, and the first message."""

    client_id: ClientId
    channel_id: IdText
    attendee_ids: Annotated[list[IdText], Field(default=[], max_length=100)]
    phones: Annotated[list[PhoneText], Field(default=[], max_length=100)]
    title: Annotated[str, Field(default="", max_length=100, pattern=r"^[^\x00]*$", description="Of a group.")]
    text: MessageText
    upload_ids: Annotated[
        list[IdText], Field(default=[], max_length=30, description="Files handed over before.")
    ]
    voice: Annotated[bool, Field(default=False, description="The one file is a voice note.")]


class WantedLookup(Schema):
    client_id: ClientId
    phone: PhoneText


class SyncLimit(Schema):
    """How much of its past upstream is to fetch of a new account; 0 for nothing."""

    chats: Annotated[int | None, Field(default=None, ge=0, le=1_000_000)]
    messages: Annotated[int | None, Field(default=None, ge=0, le=1_000_000)]


class Proxy(Schema):
    """By which upstream connects the account. The password is held until it is sent, and shown to nobody."""

    protocol: Annotated[Literal["http", "https", "socks5"], Field(default="http")]
    host: Annotated[str, Field(min_length=1, max_length=253, pattern=r"^[A-Za-z0-9.:_-]+$")]
    port: Annotated[int, Field(ge=1, le=65_535)]
    username: Annotated[str, Field(default="", max_length=256, pattern=r"^[^\x00]*$")]
    password: Annotated[str, Field(default="", max_length=256, pattern=r"^[^\x00]*$")]


class WantedAccount(Schema):
    """An account to connect: in the page (WhatsApp, Telegram), or by a link to Unipile's own."""

    client_id: ClientId
    account_type: Literal[
        "whatsapp",
        "telegram",
        "linkedin",
        "instagram",
        "messenger",
        "twitter",
        "google",
        "outlook",
        "mail",
    ]
    way: Literal["page", "link"]
    phone: Annotated[
        str, Field(default="", max_length=32, pattern=r"^[^\x00]*$", description="For a pairing code.")
    ]
    sync_limit: Annotated[
        SyncLimit | None,
        Field(
            default=None,
            description="By a link, where the provider's accounts take one: not WhatsApp, Telegram.",
        ),
    ]
    proxy: Annotated[
        Proxy | None, Field(default=None, description="By a link; such an act cannot be renewed.")
    ]


class WantedChannelAct(Schema):
    client_id: ClientId
    act: Literal["reconnect", "reconnect_link", "restart", "remove", "proxy"]
    confirmation: Annotated[
        str,
        Field(
            default="",
            max_length=16,
            description="To remove: the word `remove`, or `erase`, as somebody typed it.",
        ),
    ]
    erases: Annotated[bool, Field(default=False, description="To remove: what is stored here goes too.")]
    proxy: Annotated[Proxy | None, Field(default=None, description="Of the act `proxy`; null takes it away.")]


class WantedSetupAct(Schema):
    client_id: ClientId
    act: Literal["webhooks_check", "webhooks_register", "probe"]


class WantedHistory(Schema):
    client_id: ClientId
    since: Annotated[
        AwareDatetime | None, Field(default=None, description="How far back; null is as far as there is.")
    ]
    media: Annotated[
        Literal["all", "none"],
        Field(default="all", description="Whether files are fetched by themselves."),
    ]


class HistoryActAsked(Schema):
    act: Literal["pause", "resume", "cancel"]


class WantedOlder(Schema):
    from_phone: Annotated[
        bool, Field(default=False, description="Let upstream fetch it from the phone first.")
    ]


class CheckpointAnswer(Schema):
    code: Annotated[
        str,
        Field(min_length=1, max_length=256, pattern=NO_NUL, description="Held until it is sent, and erased."),
    ]


class MessageChange(Schema):
    client_id: ClientId
    kind: Literal["react", "edit", "delete"]
    emoji: Annotated[
        str,
        Field(
            default="",
            max_length=EMOJI_MAX_CHARACTERS,
            pattern=r"^[^\x00-\x20]*$",
            description="Of a reaction; empty takes it back.",
        ),
    ]
    text: Annotated[
        str,
        Field(default="", description="Of an edit.", json_schema_extra={"maxLength": TEXT_MAX_CHARACTERS}),
    ]


class MessageForward(Schema):
    client_id: ClientId
    to_conversation_id: Annotated[IdText, Field(description="Where the new message goes.")]


class ConversationState(Schema):
    """What is left out stays."""

    client_id: ClientId
    archived: bool = False
    pinned: bool = False
    muted_until: Annotated[
        AwareDatetime | None,
        Field(default=None, description="`9999-12-31T00:00:00Z` is for ever; null unmutes."),
    ]
    marked_unread: bool = False


class NewMessage(Schema):
    client_id: ClientId
    text: MessageText
    quoted_message_id: Annotated[IdText | None, Field(default=None, description="Which message it answers.")]
    upload_ids: Annotated[
        list[IdText], Field(default=[], max_length=30, description="Files handed over before.")
    ]
    voice: Annotated[bool, Field(default=False, description="The one file is a voice note.")]
    seen_message_id: Annotated[
        IdText | None,
        Field(
            default=None,
            description="The newest message that its writer can have seen: later ones stay unread. Null: all are read.",
        ),
    ]


class Decided(Schema):
    decision: Literal["retry", "arrived", "discard", "skip"]


WantedVerdict = Annotated[
    Literal["same", "different"] | None, Field(description="`null` takes back what was decided of the two.")
]


class PersonDecided(Schema):
    other_attendee_id: Annotated[IdText, Field(description="Who is, or is not, the same person.")]
    verdict: WantedVerdict


class ConversationDecided(Schema):
    other_conversation_id: Annotated[IdText, Field(description="What is, or is not, the same conversation.")]
    verdict: WantedVerdict


class WantedName(Schema):
    name: Annotated[
        str, Field(max_length=256, pattern=r"^[^\x00]*$", description="Empty takes a given name back.")
    ]


class ErasureConfirmed(Schema):
    confirmation: Annotated[Literal["erase"], Field(description="The word, as somebody typed it.")]


class WantedPictures(Schema):
    """Whose pictures to ask for; ids that are not the reader's are passed over."""

    conversation_ids: Annotated[list[IdText], Field(max_length=100)]
    attendee_ids: Annotated[list[IdText], Field(max_length=100)]


def provider_or_any(provider: str) -> str | None:
    """``None`` stands for every provider."""
    return None if provider == ANY_PROVIDER else provider


def id_number(text: str) -> int:
    """Raises NotFound for a number that no id reaches."""
    number = int(text)
    if number > LARGEST_ID:
        raise NotFound
    return number


def id_number_or_none(text: str | None) -> int | None:
    """Raises as ``id_number`` does."""
    return None if text is None else id_number(text)


def id_numbers(texts: Iterable[str]) -> list[int]:
    """Without numbers that no id reaches."""
    return [number for number in map(int, texts) if number <= LARGEST_ID]
