"""Pages of chats and of messages, which several resources answer with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import takewhile
from operator import itemgetter

from simulator.api.documents import chat_document, message_document
from simulator.api.paging import PageRequest, flag
from simulator.model import Chat, Message
from simulator.timeline import position
from simulator.world import chat_position

CHAT_FILTERS = ("before", "after", "account_id", "unread", "account_type")
MESSAGE_FILTERS = ("before", "after", "account_id", "sender_id")


def chat_page(page: PageRequest, chats: Iterable[Chat]) -> dict[str, object]:
    """ChatList of those `chats` that the filters let through, the newest activity first, silent ones last.

    `before` and `after` bound the last activity, exclusive; a chat without any is outside both.
    """
    unread, kind = flag(page, "unread"), page.filter("account_type")
    bounded = page.filter("before") is not None or page.filter("after") is not None

    def wanted(chat: Chat) -> bool:
        return (
            (not bounded or chat.timestamp is not None)
            and page.after(chat.timestamp)
            and (unread is None or unread == (chat.unread_count > 0))
            and (kind is None or chat.account.type == kind)
        )

    placed = [(chat_position(chat), chat) for chat in chats if wanted(chat)]
    if page.older_than is not None:
        placed = [entry for entry in placed if entry[0] < page.older_than]
    placed.sort(key=itemgetter(0), reverse=True)
    return page.page("ChatList", placed, itemgetter(0), lambda entry: chat_document(entry[1]))


def message_page(page: PageRequest, newest: Iterator[Message]) -> dict[str, object]:
    """MessageList of `newest`, which starts where the page starts; `sender_id` is a provider's or an
    attendee's id.
    """
    chosen: Iterator[Message] = takewhile(lambda message: page.after(message.timestamp), newest)
    sender = page.filter("sender_id")
    if sender is not None:
        chosen = (one for one in chosen if sender in {one.sender.provider_id, one.sender.id})
    return page.page("MessageList", chosen, position, message_document)
