"""The people of a batch: each once, with the best that its bodies say of them."""

import datetime as dt
from typing import Any

import msgspec

from communications.schemas.facts import PersonFact

Row = dict[str, Any]


class People:
    """Distinct by (account, provider id). Of names the best source counts, then the latest message."""

    def __init__(self) -> None:
        self._people: dict[tuple[str, str], Row] = {}

    def add(self, account: str, person: PersonFact, seen_at: dt.datetime, delivery: str) -> None:
        """Call it in the order of delivery ids: the first to show an id or a name is its source."""
        key = (account, person.provider_id)
        # To the second, as WhatsApp tells times: a burst of messages writes their sender's row once.
        name_at = seen_at.replace(microsecond=0) if person.name else None
        row = msgspec.structs.asdict(person) | {"account": account, "name_at": name_at}
        shown = (row.pop("own_key"), *row.pop("beside"))
        row["told"] = {
            "own_key": person.own_key,
            "keys": dict.fromkeys(shown, delivery),
            "names": {(person.name_rank, person.name): (seen_at, delivery)} if person.name else {},
        }
        held = self._people.get(key)
        self._people[key] = row if held is None else _merged(held, row)

    def rows(self) -> list[Row]:
        return [_with_sources(row) for row in self._people.values()]

    def own_identities(self) -> list[Row]:
        """What the bodies prove to be an account's own."""
        own: dict[str, set[str]] = {}
        for person in self._people.values():
            if person["is_self"]:
                own.setdefault(person["account"], set()).update(person["identities"])
        return [{"account": account, "identities": sorted(keys)} for account, keys in own.items() if keys]


def _with_sources(row: Row) -> Row:
    """Each id and name beside the delivery that shows it first, as ``landline_people_heard`` reads them.

    And in short, for ``landline_people_compare``: the earliest delivery and time of all.
    """
    told = row["told"]
    return {
        **row,
        "own_key": told["own_key"],
        "keys": list(told["keys"]),
        "told_by": min(told["keys"].values()),
        "names": len(told["names"]),
        "name_since": min((since for since, _ in told["names"].values()), default=None),
        "told": {
            "own_key": told["own_key"],
            "keys": [{"key": key, "told_by": delivery} for key, delivery in told["keys"].items()],
            "names": [
                {"rank": rank, "name": name, "since": since, "told_by": delivery}
                for (rank, name), (since, delivery) in told["names"].items()
            ],
        },
    }


def _merged(held: Row, row: Row) -> Row:
    named = max(held, row, key=_name_order)
    return {
        **row,
        "attendee_id": max(held["attendee_id"], row["attendee_id"]),
        "phone": max(held["phone"], row["phone"]),
        "lid": max(held["lid"], row["lid"]),
        "public_identifier": max(held["public_identifier"], row["public_identifier"]),
        "is_self": held["is_self"] or row["is_self"],
        "identities": sorted({*held["identities"], *row["identities"]}),
        "name": named["name"],
        "name_rank": named["name_rank"],
        "name_at": named["name_at"],
        "told": _told(held["told"], row["told"]),
    }


def _told(held: Row, row: Row) -> Row:
    names = dict(row["names"])
    for name, source in held["names"].items():
        names[name] = min(source, names.get(name, source))
    return {
        "own_key": max(held["own_key"], row["own_key"]),
        "keys": {**row["keys"], **held["keys"]},
        "names": names,
    }


def _name_order(person: Row) -> tuple[int, float, str]:
    return person["name_rank"], person["name_at"].timestamp() if person["name_at"] else 0.0, person["name"]
