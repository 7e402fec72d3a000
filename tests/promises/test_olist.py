"""Outcomes and delay shares of the public Olist sample against tests/reference/olist, which reads the raw files itself."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.findings.worlds import figure, olist
from troth.findings import Context
from troth.promises import Outcome, state

pytestmark = pytest.mark.data
WEIGHT = "CASE o.stratum WHEN 'delivered' THEN 96478 / 5172 ELSE 1 END"
PLAYERS = ("seller", "carrier", "plan", "gap", "cannot_assign")


@pytest.fixture(scope="module")
def record() -> Context:
    return olist()


def states(record: Context, name: str, where: str) -> Counter[str | None]:
    rows = record.engine.rows(
        f"SELECT made, due, fulfilled, voided, waived, unknown_reason FROM outcome_{name} p JOIN object_order o ON o.code = p.subject"
        f" WHERE {where}"
    )
    return Counter(state(Outcome(*row), record.as_of) for row in rows)


def test_of_those_said_to_be_delivered_4_822_kept_the_day_342_broke_it_and_8_cannot_tell(record: Context) -> None:
    expected = figure("delivered_status")
    found = states(record, "deliver", "o.status = 'delivered'")
    assert found == {"kept": expected["kept"], "broken": expected["late"], "unknown": expected["unknown"]}
    assert found.total() == expected["n"]


def test_the_delay_arose_where_the_reference_says(record: Context) -> None:
    sums = ", ".join(f"sum(({WEIGHT}) * p.share_{player} / p.share_of)" for player in PLAYERS)
    found = record.engine.rows(
        f"SELECT sum({WEIGHT}), {sums} FROM outcome_deliver p JOIN object_order o ON o.code = p.subject WHERE p.share_of IS NOT NULL"
    )
    whole, *parts = (float(value) for value in found[0])
    expected = figure("delay_shares_weighted_orders")
    assert whole == pytest.approx(expected["all"], abs=0.001)
    for player, part in zip(PLAYERS, parts, strict=True):
        assert part == pytest.approx(expected.get(player, 0), abs=0.001), player
        assert 100 * part / whole == pytest.approx(figure("delay_shares").get(player, 0), abs=0.006), player


def test_each_orders_shares_are_the_references(record: Context) -> None:
    """Every pattern of shares, with how many orders have it."""
    listed = ", ".join(f"p.share_{player}" for player in PLAYERS)
    found: Counter[str] = Counter()
    for whole, count, *parts in record.engine.rows(
        f"SELECT p.share_of, count(*), {listed} FROM outcome_deliver p WHERE p.share_of IS NOT NULL GROUP BY ALL"
    ):
        assert sum(parts) == whole
        borne = sorted((p, n) for p, n in zip(PLAYERS, parts, strict=True) if n)
        found["+".join(p if n == whole else f"{p} {whole // n}th" for p, n in borne)] += count
    expected: Counter[str] = Counter()
    for patterns in figure("delay_share_patterns").values():
        for pattern, count in patterns.items():
            expected[pattern.replace(" 1/2", " 2th").replace(" 1", "")] += count
    assert found == expected


def test_of_5_164_delivered_467_were_handed_over_after_the_limit(record: Context) -> None:
    expected = figure("handover_late_of_delivered")
    delivered = "o.status = 'delivered' AND o.code IN (SELECT subject FROM outcome_deliver WHERE fulfilled IS NOT NULL)"
    found = states(record, "hand_over", delivered)
    assert (found["broken"], found.total() - found["unknown"]) == (expected["late"], expected["of_with_handover"])
