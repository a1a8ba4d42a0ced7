"""The channels a person reads."""

from django.http import HttpRequest, HttpResponse
from ninja import Router

from communications.api.answers import answer
from communications.api.contract import answers
from communications.api.reader import reader_id
from communications.errors import NotAuthenticated
from communications.schemas.answers import ChannelList
from communications.selectors.channels import CHANNELS_OF_READER, channel_document
from communications.selectors.queries import rows

router = Router(tags=["channels"])


@router.get(
    "/channels/",
    summary="Channels",
    operation_id="channels_list",
    openapi_extra=answers(ChannelList, NotAuthenticated),
)
def channels_list(request: HttpRequest) -> HttpResponse:
    """Every channel the reader has access to, with the reader's role in it."""
    found = rows(CHANNELS_OF_READER, [reader_id(request)])
    return answer(ChannelList(items=tuple(channel_document(row) for row in found)))
