"""A9: the status of an own message only climbs, and the database and Python climb the same way."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from communications.status import LADDER, PROOFS, STATUSES, status_climb
from tests.ingest.deliveries import rows

REPORTS = [None, *STATUSES]


async def test_a9_the_database_climbs_as_python_does(connections):
    pairs = list(itertools.product(REPORTS, REPORTS))
    climbed = await rows(
        connections,
        "SELECT landline_status_climb(held, reported) "
        "FROM unnest(%s::text[], %s::text[]) WITH ORDINALITY AS pair (held, reported, place) ORDER BY place",
        [held for held, _ in pairs],
        [reported for _, reported in pairs],
    )
    assert [status for (status,) in climbed] == [status_climb(held, reported) for held, reported in pairs]


def test_a9_the_rules_of_the_climb():
    for lower, higher in itertools.combinations(LADDER, 2):
        assert status_climb(lower, higher) == higher
        assert status_climb(higher, lower) == higher
    assert [held for held in LADDER if status_climb(held, "failed") == "failed"] == ["pending", "sending"]
    assert [held for held in LADDER if status_climb(held, "unconfirmed") == "unconfirmed"] == [
        "sending",
        "sent",
    ]
    for aside, report in itertools.product(("failed", "unconfirmed"), STATUSES):
        lifted = report if report in PROOFS else aside
        assert status_climb(aside, report) == lifted


@given(st.lists(st.sampled_from(sorted(PROOFS))), st.randoms())
def test_a9_receipts_in_any_order_and_number_end_in_the_same_status(receipts, random):
    disordered = receipts * 2
    random.shuffle(disordered)

    def after(reports):
        held = "sending"
        for report in reports:
            held = status_climb(held, report)
        return held

    assert after(disordered) == after(receipts) == max(["sending", *receipts], key=LADDER.index)
