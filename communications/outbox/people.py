"""What people decide about who is who: links and merges made or undone by hand, and names they give.

A decision counts more than any proof, earlier or later, and is itself undone by taking it back.
"""

from typing import Any, Final

from django.db import connection, transaction

from communications.errors import InvalidInput, NotFound, NotPermitted
from communications.feed.announce import changes_announce_on_commit
from communications.ingest.channels import LOCK_BY_ID
from communications.models import Verdict
from communications.selectors.people import channel_of_conversation, readable_person
from communications.selectors.scope import readable_conversation
from unipile.payloads.names import given_name

_PEOPLE: Final = """
SELECT mate.id FROM communications_chatattendee AS held
JOIN communications_chatattendee AS mate ON coalesce(held.same_as_id, held.id) IN (mate.id, mate.same_as_id)
WHERE held.id = %s
"""

_PARTS: Final = """
SELECT coalesce(held.continues_id, held.id), part.id, held.kind, held.channel_id, held.continues_by IS NOT NULL
FROM communications_conversation AS held
JOIN communications_conversation AS part
    ON coalesce(held.continues_id, held.id) IN (part.id, part.continues_id)
WHERE held.id = %s
"""

_TAKE_BACK: Final = """
DELETE FROM communications_{kind}decision
WHERE one_id = ANY(%(these)s::bigint[]) AND other_id = ANY(%(those)s::bigint[])
   OR one_id = ANY(%(those)s::bigint[]) AND other_id = ANY(%(these)s::bigint[])
RETURNING verdict
"""

_DECIDE: Final = """
INSERT INTO communications_{kind}decision (channel_id, one_id, other_id, verdict, decided_by_id)
SELECT %(channel)s, least(this.id, that.id), greatest(this.id, that.id), %(verdict)s, %(user)s
FROM unnest(%(these)s::bigint[]) AS this (id), unnest(%(those)s::bigint[]) AS that (id)
"""

_GIVE_NAME: Final = """
INSERT INTO communications_givenname (attendee_id, channel_id, name, given_by_id) VALUES (%s, %s, %s, %s)
"""


class _Decisions:
    """On things of one kind: ``person`` or ``conversation``."""

    def __init__(self, kind: str, *, channel_id: int, user_id: int) -> None:
        self._kind = kind
        self._channel_id = channel_id
        self._user_id = user_id

    def take_back(self, these: list[int], those: list[int]) -> set[str]:
        """Forgets what was decided between these and those; returns the verdicts that stood."""
        with connection.cursor() as cursor:
            cursor.execute(_TAKE_BACK.format(kind=self._kind), {"these": these, "those": those})
            return {row[0] for row in cursor.fetchall()}

    def decide(self, these: list[int], those: list[int], verdict: Verdict) -> None:
        asked: dict[str, Any] = {
            "channel": self._channel_id,
            "user": self._user_id,
            "these": these,
            "those": those,
            "verdict": verdict.value,
        }
        with connection.cursor() as cursor:
            cursor.execute(_DECIDE.format(kind=self._kind), asked)


def person_decide(user_id: int, attendee_id: int, other_id: int, verdict: Verdict | None) -> None:
    """Says whether two attendees are one person; ``None`` takes back what was said.

    ``DIFFERENT`` for an attendee of the same person parts it from all others of that person. Raises NotFound for who is not
    the user's to see, NotPermitted for a member, InvalidInput for attendees that cannot be one person.
    """
    _, channel_id, may_decide = readable_person(user_id, attendee_id)
    _, other_channel_id, _ = readable_person(user_id, other_id)
    _check(may_decide, is_pair=attendee_id != other_id and channel_id == other_channel_id)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LOCK_BY_ID, [channel_id])
        cursor.execute(_PEOPLE, [attendee_id])
        these = [row[0] for row in cursor.fetchall()]
        cursor.execute(_PEOPLE, [other_id])
        those = [row[0] for row in cursor.fetchall()]
        if other_id in these:
            these, those = [held for held in these if held != other_id], [other_id]
        decisions = _Decisions("person", channel_id=channel_id, user_id=user_id)
        decisions.take_back(these, those)
        if verdict is Verdict.DIFFERENT:
            decisions.decide(these, those, verdict)
        elif verdict is Verdict.SAME:
            decisions.decide([attendee_id], [other_id], verdict)
        cursor.execute("SELECT landline_people_link(%s::bigint[])", [sorted({*these, *those})])
        changes_announce_on_commit()


def conversation_decide(
    user_id: int, *, provider: str | None, conversation_id: int, other_id: int, verdict: Verdict | None
) -> int:
    """As ``person_decide``, for conversations. Gives the id under which the first is shown.

    What a body proved to be one and somebody parted is one again once that is taken back.
    """
    shown_id = readable_conversation(user_id, provider=provider, conversation_id=conversation_id)
    channel_id, may_decide = channel_of_conversation(user_id, shown_id)
    other_channel_id, _ = channel_of_conversation(user_id, other_id)
    _check(may_decide, is_pair=shown_id != other_id and channel_id == other_channel_id)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LOCK_BY_ID, [channel_id])
        this, that = _Whole(cursor, shown_id), _Whole(cursor, other_id)
        if this.root == that.root:
            _check(may_decide, is_pair=other_id != this.root)
        else:
            _check(may_decide, is_pair=this.kind == that.kind)
        decisions = _Decisions("conversation", channel_id=channel_id, user_id=user_id)
        if this.root == that.root:
            rest = [part for part in this.parts if part != other_id]
            taken_back = decisions.take_back(rest, [other_id])
            if verdict is Verdict.DIFFERENT:
                decisions.decide(rest, [other_id], verdict)
            taken_back_only = verdict is None and Verdict.SAME in taken_back and not that.is_proven
            if verdict is Verdict.DIFFERENT or taken_back_only:
                cursor.execute("SELECT landline_conversations_split(%s)", [other_id])
        else:
            taken_back = decisions.take_back(this.parts, that.parts)
            was_proven = Verdict.DIFFERENT in taken_back and (this.is_proven or that.is_proven)
            if verdict is not None:
                decisions.decide([this.root], [that.root], verdict)
            if verdict is Verdict.SAME or (verdict is None and was_proven):
                cursor.execute(
                    "SELECT landline_conversations_merge(%s::bigint[], NULL)", [[this.root, that.root]]
                )
        changes_announce_on_commit()
    return _Whole(connection.cursor(), shown_id).root


def person_name(user_id: int, attendee_id: int, name: str) -> None:
    """Gives a person a name that stands above all names that are told; an empty one takes it back.

    Raises NotFound for who is not the user's to see, InvalidInput for a name that shows nothing.
    """
    _, channel_id, _ = readable_person(user_id, attendee_id)
    shown = given_name(name)
    if shown is None and name.strip() != "":
        raise InvalidInput("A name needs at least one letter, digit or sign that can be seen.")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LOCK_BY_ID, [channel_id])
        cursor.execute(_PEOPLE, [attendee_id])
        people = [row[0] for row in cursor.fetchall()]
        cursor.execute("DELETE FROM communications_givenname WHERE attendee_id = ANY(%s::bigint[])", [people])
        if shown is not None:
            cursor.execute(_GIVE_NAME, [attendee_id, channel_id, shown, user_id])
        changes_announce_on_commit()


class _Whole:
    """A conversation with its parts, as it stands under the channel's lock."""

    def __init__(self, cursor: Any, conversation_id: int) -> None:
        cursor.execute(_PARTS, [conversation_id])
        found = cursor.fetchall()
        if not found:
            raise NotFound
        self.root: int = found[0][0]
        self.parts: list[int] = [row[1] for row in found]
        self.kind: str = found[0][2]
        self.is_proven: bool = found[0][4]


def _check(may_decide: bool, *, is_pair: bool) -> None:
    if not may_decide:
        raise NotPermitted(
            "Only an administrator of this account can say who is who here. Ask one of them to do it."
        )
    if not is_pair:
        raise InvalidInput("These two cannot be one: choose two different ones of the same account.")
