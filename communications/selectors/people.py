"""Everything known of a person, and of what a conversation is made of."""

from collections.abc import Sequence
from typing import Any, Final

from communications.errors import NotFound
from communications.schemas.documents import Conversation
from communications.schemas.people import (
    ConversationApart,
    ConversationDetails,
    ConversationPart,
    KeptApart,
    KnownId,
    KnownName,
    Person,
    Proof,
    Proposal,
)
from communications.selectors.attendees import ATTENDEES_BY_ID, attendee_document
from communications.selectors.conversations import CONVERSATIONS_BY_ID, conversation_document
from communications.selectors.queries import rows
from communications.selectors.scope import owns_channel
from communications.selectors.values import id_text, instant, optional_instant

MAY_DECIDE: Final = ("owner", "admin")
LISTED_CONVERSATIONS: Final = 50

_READABLE_PERSON: Final = """
SELECT coalesce(attendee.same_as_id, attendee.id), attendee.channel_id, access.role
FROM communications_chatattendee AS attendee
JOIN communications_channelaccess AS access ON access.channel_id = attendee.channel_id
WHERE attendee.id = %s AND access.user_id = %s
"""

_CHANNEL_OF_CONVERSATION: Final = """
SELECT access.channel_id, access.role
FROM communications_conversation AS conversation
JOIN communications_channelaccess AS access ON access.channel_id = conversation.channel_id
WHERE access.user_id = %s AND conversation.id = %s
"""

_PEOPLE: Final = "SELECT id FROM communications_chatattendee WHERE id = %(root)s OR same_as_id = %(root)s"

_DISPLAY_NAME: Final = (
    "coalesce(nullif(btrim(concat_ws(' ', who.first_name, who.last_name)), ''), who.username)"
)

_NAMES: Final = f"""
SELECT name, rank, since, given_by, told_by FROM (
    SELECT given.name, 5 AS rank, given.given_at AS since, {_DISPLAY_NAME} AS given_by, NULL::uuid AS told_by
    FROM communications_givenname AS given LEFT JOIN communications_user AS who ON who.id = given.given_by_id
    WHERE given.attendee_id IN ({_PEOPLE})
    UNION ALL
    (SELECT DISTINCT ON (told.rank, told.name) told.name, told.rank, told.since, NULL, told.told_by
     FROM communications_attendeename AS told WHERE told.attendee_id IN ({_PEOPLE})
     ORDER BY told.rank, told.name, told.since, told.told_by)
) AS held
ORDER BY rank DESC, since DESC, name DESC
"""  # noqa: S608 (constants)

_IDS: Final = f"""
SELECT held.id, held.provider_id, held.phone, held.public_identifier, decided.joined_by, decided.decided_at
FROM communications_chatattendee AS held
LEFT JOIN LATERAL (
    SELECT {_DISPLAY_NAME} AS joined_by, decision.decided_at
    FROM communications_persondecision AS decision LEFT JOIN communications_user AS who ON who.id = decision.decided_by_id
    WHERE decision.verdict = 'same' AND held.id IN (decision.one_id, decision.other_id)
      AND (decision.one_id IN ({_PEOPLE}) AND decision.other_id IN ({_PEOPLE}))
    ORDER BY decision.decided_at LIMIT 1
) AS decided ON true
WHERE held.id IN ({_PEOPLE})
ORDER BY held.provider_id LIKE '%%@lid', held.provider_id
"""  # noqa: S608 (constants)

_PROOFS: Final = f"""
SELECT attendee_id, key, told_by FROM communications_attendeeidentity
WHERE attendee_id IN ({_PEOPLE}) AND key <> own_key ORDER BY attendee_id, key
"""  # noqa: S608 (constants)

_KEPT_APART: Final = f"""
SELECT DISTINCT ON (other.id) other.id, other.provider_id, person.name, other.phone, {_DISPLAY_NAME}, decision.decided_at
FROM communications_chatattendee AS mine
JOIN communications_persondecision AS decision ON mine.id IN (decision.one_id, decision.other_id)
JOIN communications_chatattendee AS other
    ON other.id IN (decision.one_id, decision.other_id) AND coalesce(other.same_as_id, other.id) <> %(root)s
CROSS JOIN LATERAL landline_person(coalesce(other.same_as_id, other.id)) AS person
LEFT JOIN communications_user AS who ON who.id = decision.decided_by_id
WHERE mine.id IN ({_PEOPLE}) AND decision.verdict = 'different'
ORDER BY other.id, decision.decided_at
"""  # noqa: S608 (constants)

_PROPOSALS: Final = "SELECT attendee_id, reason, phone, other_phone FROM landline_person_proposals(%(root)s)"

_CONVERSATIONS: Final = f"""
SELECT conversation.id
FROM communications_conversation AS conversation
WHERE conversation.kind = 'direct' AND conversation.contact_id IN ({_PEOPLE}) AND conversation.id IN (
    SELECT coalesce(part.continues_id, part.id)
    FROM communications_conversationattendee AS member
    JOIN communications_conversation AS part ON part.id = member.conversation_id
    WHERE member.attendee_id IN ({_PEOPLE}))
ORDER BY conversation.last_message_at DESC NULLS LAST, conversation.id LIMIT {LISTED_CONVERSATIONS}
"""  # noqa: S608 (constants)

_FIRST_CONTACT: Final = f"""
SELECT least(
    (SELECT min(told.since) FROM communications_attendeename AS told WHERE told.attendee_id IN ({_PEOPLE})),
    (SELECT min(oldest.sent_at)
     FROM communications_conversation AS part
     CROSS JOIN LATERAL (
         SELECT message.sent_at FROM communications_message AS message
         WHERE message.conversation_id = part.id AND NOT message.is_stub AND NOT message.is_hidden
         ORDER BY message.sent_at LIMIT 1
     ) AS oldest
     WHERE part.id = ANY(%(conversations)s::bigint[]) OR part.continues_id = ANY(%(conversations)s::bigint[])))
"""  # noqa: S608 (constants)

_PARTS: Final = f"""
SELECT part.id, part.continues_by,
       ARRAY(SELECT alias.value FROM communications_conversationalias AS alias
             WHERE alias.conversation_id = part.id ORDER BY alias.kind, alias.value),
       decided.joined_by, decided.decided_at
FROM communications_conversation AS part
LEFT JOIN LATERAL (
    SELECT {_DISPLAY_NAME} AS joined_by, decision.decided_at
    FROM communications_conversationdecision AS decision LEFT JOIN communications_user AS who ON who.id = decision.decided_by_id
    WHERE decision.verdict = 'same' AND part.id IN (decision.one_id, decision.other_id)
    ORDER BY decision.decided_at LIMIT 1
) AS decided ON part.continues_id IS NOT NULL
WHERE part.id = %(conversation)s OR part.continues_id = %(conversation)s
ORDER BY part.continues_id NULLS FIRST, part.id
"""  # noqa: S608 (constants)

_CONVERSATIONS_KEPT_APART: Final = f"""
SELECT DISTINCT ON (1) coalesce(other.continues_id, other.id), {_DISPLAY_NAME}, decision.decided_at
FROM communications_conversation AS mine
JOIN communications_conversationdecision AS decision ON mine.id IN (decision.one_id, decision.other_id)
JOIN communications_conversation AS other
    ON other.id IN (decision.one_id, decision.other_id) AND coalesce(other.continues_id, other.id) <> %(conversation)s
LEFT JOIN communications_user AS who ON who.id = decision.decided_by_id
WHERE (mine.id = %(conversation)s OR mine.continues_id = %(conversation)s) AND decision.verdict = 'different'
ORDER BY 1, decision.decided_at
"""  # noqa: S608 (constants)

_CONTACT: Final = "SELECT contact_id FROM communications_conversation WHERE id = %s AND kind = 'direct'"

_SOURCES: Final = {5: "given", 4: "address_book", 3: "profile", 2: "push_name", 1: "number", 0: "number"}


def readable_person(user_id: int, attendee_id: int) -> tuple[int, int, bool]:
    """The person's root, its channel, and whether the reader may decide who is who there. Raises NotFound."""
    found = rows(_READABLE_PERSON, [attendee_id, user_id])
    if not found:
        raise NotFound
    root, channel_id, role = found[0]
    return root, channel_id, role in MAY_DECIDE


def channel_of_conversation(user_id: int, conversation_id: int) -> tuple[int, bool]:
    """The channel of a conversation the person may read, and whether they may decide there what is one. Raises NotFound."""
    found = rows(_CHANNEL_OF_CONVERSATION, [user_id, conversation_id])
    if not found:
        raise NotFound
    return found[0][0], found[0][1] in MAY_DECIDE


def person_details(user_id: int, attendee_id: int) -> Person:
    """Raises NotFound if the person is not on a channel the reader may read."""
    root, channel_id, may_decide = readable_person(user_id, attendee_id)
    asked: dict[str, Any] = {"root": root}
    conversations = _conversations([row[0] for row in rows(_CONVERSATIONS, asked)])
    first_contact = rows(
        _FIRST_CONTACT, {**asked, "conversations": [int(conversation.id) for conversation in conversations]}
    )[0][0]
    (row,) = rows(ATTENDEES_BY_ID, [[root]])
    attendee = attendee_document(row)
    return Person(
        id=id_text(root),
        channel_id=id_text(channel_id),
        attendee=attendee,
        may_decide=may_decide,
        may_erase=owns_channel(user_id, channel_id) and not attendee.is_self,
        names=tuple(_known_name(row, may_decide) for row in rows(_NAMES, asked)),
        ids=_known_ids(asked, may_decide),
        kept_apart=tuple(_kept_apart(row) for row in rows(_KEPT_APART, asked)),
        proposals=_proposals(asked),
        conversations=conversations,
        first_contact_at=optional_instant(first_contact),
    )


def conversation_details(user_id: int, shown_id: int) -> ConversationDetails:
    """Of a conversation that the person may read, by the id it is shown under."""
    channel_id, may_decide = channel_of_conversation(user_id, shown_id)
    asked = {"conversation": shown_id}
    root, *parts = rows(_PARTS, asked)
    apart = {row[0]: row for row in rows(_CONVERSATIONS_KEPT_APART, asked)}
    contact_id = next((row[0] for row in rows(_CONTACT, [shown_id])), None)
    return ConversationDetails(
        id=id_text(shown_id),
        may_decide=may_decide,
        may_erase=owns_channel(user_id, channel_id),
        names=tuple(root[2]),
        parts=tuple(
            ConversationPart(
                id=id_text(part_id),
                names=tuple(names),
                delivery_id=str(proof) if proof and may_decide else None,
                joined_by=joined_by,
                joined_at=optional_instant(joined_at),
            )
            for part_id, proof, names, joined_by, joined_at in parts
        ),
        kept_apart=tuple(
            ConversationApart(
                conversation=conversation,
                decided_by=apart[int(conversation.id)][1],
                decided_at=instant(apart[int(conversation.id)][2]),
            )
            for conversation in _conversations(list(apart))
        ),
        person=None if contact_id is None else person_details(user_id, contact_id),
    )


def _conversations(ids: Sequence[int]) -> tuple[Conversation, ...]:
    """In the order of ``ids``; what is not shown is left out."""
    found = {row[0]: conversation_document(row) for row in rows(CONVERSATIONS_BY_ID, [list(ids)])}
    return tuple(found[conversation_id] for conversation_id in ids if conversation_id in found)


def _known_name(row: Sequence[Any], may_decide: bool) -> KnownName:
    name, rank, since, given_by, told_by = row
    return KnownName(
        name=name,
        source=_SOURCES[rank],  # type: ignore[arg-type]  # the values are the literals
        since=instant(since),
        given_by=given_by,
        delivery_id=str(told_by) if told_by and may_decide else None,
    )


def _known_ids(asked: dict[str, Any], may_decide: bool) -> tuple[KnownId, ...]:
    proofs: dict[int, list[Proof]] = {}
    for attendee_id, key, told_by in rows(_PROOFS, asked):
        beside = key.partition(":")[2]
        proofs.setdefault(attendee_id, []).append(
            Proof(beside=beside, delivery_id=str(told_by) if may_decide else None)
        )
    return tuple(
        KnownId(
            attendee_id=id_text(attendee_id),
            provider_id=provider_id,
            kind="lid"
            if provider_id.endswith("@lid")
            else "phone"
            if _is_number(provider_id, phone)
            else "other",
            phone=_phone(phone),
            public_identifier=public_identifier or None,
            proofs=tuple(proofs.get(attendee_id, ())),
            joined_by=joined_by,
            joined_at=optional_instant(joined_at),
        )
        for attendee_id, provider_id, phone, public_identifier, joined_by, joined_at in rows(_IDS, asked)
    )


def _is_number(provider_id: str, phone: str) -> bool:
    return phone != "" and provider_id.lstrip("+").startswith(phone)


def _kept_apart(row: Sequence[Any]) -> KeptApart:
    attendee_id, provider_id, name, phone, decided_by, decided_at = row
    return KeptApart(
        attendee_id=id_text(attendee_id),
        provider_id=provider_id,
        name=name,
        phone=_phone(phone),
        decided_by=decided_by,
        decided_at=instant(decided_at),
    )


def _proposals(asked: dict[str, Any]) -> tuple[Proposal, ...]:
    proposed = {row[0]: row for row in rows(_PROPOSALS, asked)}
    if not proposed:
        return ()
    people = rows(f"{ATTENDEES_BY_ID} ORDER BY attendee.id", [list(proposed)])
    return tuple(
        Proposal(
            attendee=attendee_document(person),
            reason=proposed[person[0]][1],
            phone=f"+{proposed[person[0]][2]}",
            other_phone=f"+{proposed[person[0]][3]}",
        )
        for person in people
    )


def _phone(digits: str) -> str | None:
    return f"+{digits}" if digits else None
