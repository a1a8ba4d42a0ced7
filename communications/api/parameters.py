"""What calls take, checked before any of our code runs."""

from collections.abc import Iterable
from typing import Annotated, Final, Literal
from uuid import UUID

from ninja import Path, Query, Schema
from pydantic import Field, StringConstraints
from pydantic.json_schema import SkipJsonSchema

from communications.api.cursors import CURSOR_MAX_LENGTH
from communications.errors import NotFound

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
PictureId = Annotated[IdText, Path(description="Id of a picture, as in its address.")]
MessageId = Annotated[IdText, Path(description="Id of a message.")]
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


def id_numbers(texts: Iterable[str]) -> list[int]:
    """Without numbers that no id reaches."""
    return [number for number in map(int, texts) if number <= LARGEST_ID]
