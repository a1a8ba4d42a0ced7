"""Everything that changes what readers see, one statement or two at a time, on whatever rows there are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from itertools import count
from typing import Any

import psycopg

NOON = dt.datetime(2026, 5, 18, 12, 0, tzinfo=dt.UTC)
LONG_AGO = dt.datetime(2019, 1, 1, tzinfo=dt.UTC)

_numbers = count(1)


class Writer:
    """One connection that writes into one channel. ``n`` chooses rows and values."""

    def __init__(self, connection: psycopg.Connection, channel_id: int, user_ids: list[int]) -> None:
        self.connection = connection
        self.channel_id = channel_id
        self._user_ids = user_ids

    def act(self, name: str, n: int) -> None:
        ACTIONS[name](self, n)

    def run(self, statement: str, **values: Any) -> psycopg.Cursor[Any]:
        return self.connection.execute(statement, {"channel": self.channel_id, **values})

    def some(self, table: str, n: int, condition: str = "true") -> int | None:
        """The id of one row of the channel, if there is any."""
        found = self.run(
            f"SELECT id FROM communications_{table} WHERE channel_id = %(channel)s AND {condition} ORDER BY id"
        ).fetchall()
        return found[n % len(found)][0] if found else None

    def person(self, n: int) -> int:
        return self._user_ids[n % len(self._user_ids)]


def conversation_add(writer: Writer, n: int) -> None:
    """A contact is a member too, as the fold sees to."""
    writer.run(
        """
        INSERT INTO communications_conversation
            (channel_id, external_thread_id, kind, title, contact_id, is_stub, last_message_at, disabled_features)
        VALUES (%(channel)s, %(thread)s, %(kind)s, %(title)s, %(contact)s, %(stub)s, %(at)s, '{}')
        """,
        thread=f"thread{next(_numbers)}",
        kind=("direct", "group")[n % 2],
        title=("", f"title {n}")[n // 2 % 2],
        contact=writer.some("chatattendee", n),
        stub=n % 5 == 4,
        at=None if n % 7 == 6 else NOON,
    )
    contacts_join(writer)


def conversation_change(writer: Writer, n: int) -> None:
    changes = (
        "title = %(text)s",
        "pinned = NOT pinned",
        "unread_count = unread_count + 1",
        "is_stub = false, last_message_at = now()",
        "history_revision = history_revision + 1",
        "contact_id = %(contact)s",
    )
    writer.run(
        f"UPDATE communications_conversation SET {changes[n % len(changes)]} WHERE id = %(id)s",
        id=writer.some("conversation", n // 6),
        text=("", f"title {n}")[n % 2],
        contact=writer.some("chatattendee", n),
    )
    contacts_join(writer)


def contacts_join(writer: Writer) -> None:
    writer.run(
        """
        INSERT INTO communications_conversationattendee (channel_id, conversation_id, attendee_id)
        SELECT channel_id, id, contact_id FROM communications_conversation
        WHERE channel_id = %(channel)s AND contact_id IS NOT NULL
        ON CONFLICT DO NOTHING
        """
    )


def conversation_continue(writer: Writer, n: int) -> None:
    root = writer.some("conversation", n, "continues_id IS NULL")
    part = writer.some(
        "conversation",
        n // 3,
        f"continues_id IS NULL AND id <> {root or 0} AND NOT EXISTS (SELECT FROM communications_conversation "
        "AS other WHERE other.continues_id = communications_conversation.id)",
    )
    writer.run(
        "UPDATE communications_conversation SET continues_id = %(root)s WHERE id = %(part)s",
        root=root,
        part=part,
    )


def conversation_separate(writer: Writer, n: int) -> None:
    part = writer.some("conversation", n, "continues_id IS NOT NULL")
    writer.run("UPDATE communications_conversation SET continues_id = NULL WHERE id = %(part)s", part=part)


def conversation_delete(writer: Writer, n: int) -> None:
    conversation = writer.some("conversation", n)
    of_conversation = "SELECT id FROM communications_message WHERE conversation_id = %(id)s"
    for statement in (
        "UPDATE communications_conversation SET continues_id = NULL WHERE continues_id = %(id)s",
        "UPDATE communications_conversation SET last_message_id = NULL WHERE id = %(id)s",
        "DELETE FROM communications_draft WHERE conversation_id = %(id)s",
        "DELETE FROM communications_conversationattendee WHERE conversation_id = %(id)s",
        f"DELETE FROM communications_attachment WHERE message_id IN ({of_conversation})",
        f"DELETE FROM communications_reaction WHERE message_id IN ({of_conversation})",
        "DELETE FROM communications_message WHERE conversation_id = %(id)s",
        "DELETE FROM communications_conversation WHERE id = %(id)s",
    ):
        writer.run(statement, id=conversation)


def message_add(writer: Writer, n: int) -> None:
    _message(writer, n, sent_at=NOON + dt.timedelta(seconds=n), version=None)


def message_add_quietly(writer: Writer, n: int) -> None:
    _message(writer, n, sent_at=LONG_AGO + dt.timedelta(seconds=n), version="0")


def _message(writer: Writer, n: int, *, sent_at: dt.datetime, version: str | None) -> None:
    conversation = writer.some("conversation", n)
    if conversation is None:
        return
    quoted = writer.some("message", n // 4) if n % 4 == 0 else None
    writer.run(
        """
        WITH written AS (
            INSERT INTO communications_message
                (channel_id, conversation_id, external_message_id, text, search_text, direction, sender_id,
                 sent_at, received_at, is_stub, is_hidden, quoted_external_id, version)
            VALUES (%(channel)s, %(conversation)s, %(external)s, %(text)s, '', 'inbound', %(sender)s,
                    %(at)s, %(at)s, %(stub)s, %(hidden)s,
                    coalesce((SELECT external_message_id FROM communications_message WHERE id = %(quoted)s), ''),
                    %(version)s)
            RETURNING id, conversation_id
        )
        UPDATE communications_conversation AS conversation SET last_message_id = written.id, last_message_at = %(at)s
        FROM written WHERE conversation.id = written.conversation_id AND %(version)s::text IS NULL
        """,
        conversation=conversation,
        external=f"message{next(_numbers)}",
        text=f"text {n}",
        sender=writer.some("chatattendee", n),
        at=sent_at,
        stub=n % 6 == 5,
        hidden=n % 11 == 10,
        quoted=quoted,
        version=version,
    )


def message_change(writer: Writer, n: int) -> None:
    changes = (
        "text = %(text)s, edited_at = now()",
        "status = 'delivered'",
        "deleted_at = now()",
        "is_stub = false",
        "is_hidden = NOT is_hidden",
        "sender_name = %(text)s",
    )
    writer.run(
        f"UPDATE communications_message SET {changes[n % len(changes)]} WHERE id = %(id)s",
        id=writer.some("message", n // 6),
        text=f"changed {n}",
    )


def message_delete(writer: Writer, n: int) -> None:
    for statement in (
        "UPDATE communications_conversation SET last_message_id = NULL WHERE last_message_id = %(id)s",
        "DELETE FROM communications_attachment WHERE message_id = %(id)s",
        "DELETE FROM communications_reaction WHERE message_id = %(id)s",
        "DELETE FROM communications_message WHERE id = %(id)s",
    ):
        writer.run(statement, id=writer.some("message", n))


def attachment_add(writer: Writer, n: int) -> None:
    writer.run(
        """
        INSERT INTO communications_attachment (channel_id, message_id, external_attachment_id, kind)
        SELECT %(channel)s, id, %(external)s, 'image' FROM communications_message WHERE id = %(id)s
        """,
        id=writer.some("message", n),
        external=f"file{next(_numbers)}",
    )


def attachment_change(writer: Writer, n: int) -> None:
    writer.run(
        "UPDATE communications_attachment SET state = %(state)s, name = %(name)s WHERE id = %(id)s",
        id=writer.some("attachment", n),
        state=("unavailable", "wanted")[n % 2],
        name=f"file {n}",
    )


def reaction_add(writer: Writer, n: int) -> None:
    writer.run(
        """
        INSERT INTO communications_reaction (channel_id, message_id, sender_provider_id, emoji, reacted_at, event_key)
        SELECT %(channel)s, id, %(sender)s, %(emoji)s, now(), '' FROM communications_message WHERE id = %(id)s
        ON CONFLICT (message_id, sender_provider_id, event_key) DO UPDATE SET emoji = excluded.emoji
        """,
        id=writer.some("message", n),
        sender=f"person{n % 3}",
        emoji=("👍", "❤", "")[n % 3],
    )


def reaction_delete(writer: Writer, n: int) -> None:
    writer.run("DELETE FROM communications_reaction WHERE id = %(id)s", id=writer.some("reaction", n))


def attendee_add(writer: Writer, n: int) -> None:
    writer.run(
        "INSERT INTO communications_chatattendee (channel_id, provider_id, name, identities) "
        "VALUES (%(channel)s, %(provider)s, %(name)s, '{}')",
        provider=f"person{next(_numbers)}",
        name=("", f"name {n}")[n % 2],
    )


def attendee_change(writer: Writer, n: int) -> None:
    changes = (
        "name = %(text)s",
        "phone = %(digits)s",
        "public_identifier = %(text)s",
        "is_self = NOT is_self",
        "name_at = now()",
    )
    writer.run(
        f"UPDATE communications_chatattendee SET {changes[n % len(changes)]} WHERE id = %(id)s",
        id=writer.some("chatattendee", n // 5),
        text=f"name {n}",
        digits=str(420_000_000_000 + n),
    )


def member_add(writer: Writer, n: int) -> None:
    conversation, attendee = writer.some("conversation", n), writer.some("chatattendee", n // 3)
    if conversation is not None and attendee is not None:
        writer.run(
            "INSERT INTO communications_conversationattendee (channel_id, conversation_id, attendee_id) "
            "VALUES (%(channel)s, %(conversation)s, %(attendee)s) ON CONFLICT DO NOTHING",
            conversation=conversation,
            attendee=attendee,
        )


def member_delete(writer: Writer, n: int) -> None:
    writer.run(
        "DELETE FROM communications_conversationattendee WHERE id = %(id)s",
        id=writer.some(
            "conversationattendee",
            n,
            "attendee_id NOT IN (SELECT contact_id FROM communications_conversation AS conversation "
            "WHERE conversation.id = conversation_id AND contact_id IS NOT NULL)",
        ),
    )


def draft_write(writer: Writer, n: int) -> None:
    conversation = writer.some("conversation", n)
    if conversation is not None:
        writer.run(
            "INSERT INTO communications_draft (channel_id, conversation_id, user_id, text) "
            "VALUES (%(channel)s, %(conversation)s, %(user)s, %(text)s) "
            "ON CONFLICT (user_id, conversation_id) DO UPDATE SET text = excluded.text",
            conversation=conversation,
            user=writer.person(n),
            text=f"draft {n}",
        )


def draft_delete(writer: Writer, n: int) -> None:
    writer.run("DELETE FROM communications_draft WHERE id = %(id)s", id=writer.some("draft", n))


def access_give(writer: Writer, n: int) -> None:
    writer.run(
        "INSERT INTO communications_channelaccess (channel_id, user_id, role) VALUES (%(channel)s, %(user)s, %(role)s) "
        "ON CONFLICT (user_id, channel_id) DO UPDATE SET role = excluded.role",
        user=writer.person(n),
        role=("member", "owner")[n // 2 % 2],
    )


def access_take(writer: Writer, n: int) -> None:
    writer.run(
        "DELETE FROM communications_channelaccess WHERE channel_id = %(channel)s AND user_id = %(user)s",
        user=writer.person(n),
    )


def channel_change(writer: Writer, n: int) -> None:
    writer.run(
        "UPDATE communications_channel SET name = %(name)s WHERE id = %(channel)s", name=f"channel {n}"
    )


ACTIONS: dict[str, Callable[[Writer, int], None]] = {
    action.__name__: action
    for action in (
        conversation_add,
        conversation_change,
        conversation_continue,
        conversation_separate,
        conversation_delete,
        message_add,
        message_add_quietly,
        message_change,
        message_delete,
        attachment_add,
        attachment_change,
        reaction_add,
        reaction_delete,
        attendee_add,
        attendee_change,
        member_add,
        member_delete,
        draft_write,
        draft_delete,
        access_give,
        access_take,
        channel_change,
    )
}
