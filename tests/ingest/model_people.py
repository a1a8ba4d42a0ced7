"""Who the people of a world are, as far as its bodies prove it: the independent half of the fold's identities."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from tests.ingest.deliveries import NOON
from tests.ingest.world_bodies import lid_of, phone_of
from tests.ingest.worlds import OWNER, Described, Happening, Telling, World

NEVER = dt.datetime.min.replace(tzinfo=dt.UTC)


def mention_keys(person: int, form: str) -> set[str]:
    lid, phone = f"lid:{lid_of(person)}", f"phone:{phone_of(person)}"
    return {"full": {lid, phone}, "lid": {lid}, "phone": {phone}}[form]


def told_direction(telling: Telling) -> str | None:
    """What the body itself proves: by its flag, else by the account's number beside the author's."""
    if telling.tells_sender or (telling.tells_account and telling.mention != "lid"):
        return "outbound" if telling.author == OWNER else "inbound"
    return None


def named_people(telling: Telling) -> list[int]:
    """Whom the text of an event message names."""
    if not telling.is_event or telling.event is None:
        return []
    event, person = telling.event
    return {
        "added": [telling.author, person],
        "removed": [telling.author, person],
        "left": [person],
        "renamed": [telling.author],
        "reacted": [person],
    }[event]


class People:
    """Everybody is known by a provider's id; all that bodies say of one id is known of that person."""

    def __init__(self, world: World) -> None:
        self._keys: dict[str, set[str]] = {}
        self._names: dict[str, tuple[dt.datetime, str]] = {}
        own_ids = set()
        for number, told in enumerate(world.told, start=1):
            if isinstance(told, Telling):
                at = world.received_at(number)
                if told.sent_second is not None:
                    at = NOON + dt.timedelta(seconds=told.sent_second)
                author = self._see(told.author, told.mention, told.name, at)
                for named in named_people(told):
                    self._see(named, "lid", None, at)
                if told_direction(told) == "outbound":
                    own_ids.add(author)
                if told.author == OWNER and not world.groups[told.chat]:
                    self._see(told.chat, told.mention, None, at)
            elif isinstance(told, Happening) and told.kind == "message_reaction":
                self._see(told.actor, told.mention, "Ann", world.received_at(number))
            elif isinstance(told, Described):
                for person, form in told.people:
                    self._see(person, form, told.name, world.received_at(number))
        self.own = set(world.own_identities)
        for provider_id in own_ids:
            self.own |= self._keys[provider_id]
        while grown := [keys for keys in self._keys.values() if keys & self.own and not keys <= self.own]:
            self.own |= set().union(*grown)

    @staticmethod
    def provider_id(person: int, form: str) -> str:
        return f"{phone_of(person)}@s.whatsapp.net" if form == "phone" else lid_of(person)

    def is_self(self, provider_id: str) -> bool:
        return bool(self._keys[provider_id] & self.own)

    def direction(self, told: list[Telling]) -> str:
        """Of one message, oldest telling first: any body that proves it counts, else who its author is known to be."""
        proven = [direction for direction in map(told_direction, told) if direction]
        if proven:
            return proven[0]
        author = self._keys[self.provider_id(told[0].author, told[0].mention)]
        if author & self.own:
            return "outbound"
        comparable = {key.partition(":")[0] for key in author} & {key.partition(":")[0] for key in self.own}
        return "inbound" if comparable else "unknown"

    def contact(self, names: tuple[str, ...], seen: Iterable[tuple[int, str]]) -> str | None:
        """Of those seen in a direct chat: whom its names name, else the first who is not ourselves."""
        members = {self.provider_id(person, form) for person, form in seen}
        ranked = sorted(
            (not self._keys[member] & set(names), self.is_self(member), member)
            for member in members
            if self._keys[member] & set(names) or not self.is_self(member)
        )
        return ranked[0][2] if ranked else None

    def rows(self) -> dict[str, dict[str, Any]]:
        return {
            provider_id: {
                "name": self._names.get(provider_id, (None, ""))[1],
                "name_at": self._names.get(provider_id, (None, ""))[0],
                "identities": sorted(keys),
                "is_self": self.is_self(provider_id),
                "person": self.person(provider_id),
            }
            for provider_id, keys in self._keys.items()
        }

    def person(self, provider_id: str) -> list[str]:
        """A privacy id and the number that some body showed beside it are one person's."""
        own = self._own_key(provider_id)
        return sorted(
            other
            for other, keys in self._keys.items()
            if own in keys or self._own_key(other) in self._keys[provider_id]
        )

    @staticmethod
    def _own_key(provider_id: str) -> str:
        if provider_id.endswith("@lid"):
            return f"lid:{provider_id}"
        return f"phone:{provider_id.partition('@')[0]}"

    def _see(self, person: int, form: str, name: str | None, at: dt.datetime) -> str:
        provider_id = self.provider_id(person, form)
        self._keys.setdefault(provider_id, set()).update(mention_keys(person, form))
        if name not in (None, "You"):
            self._names[provider_id] = max(self._names.get(provider_id, (NEVER, "")), (at, name))
        return provider_id
