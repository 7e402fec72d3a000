from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.findings.honesty import assert_honest
from tests.findings.worlds import Objects, figure, listed, olist, world
from troth.findings.finders.where_delay_arose import find

DELIVER = """
deliver:
  subject: order
  words: delivered by the day given
  anchor: placed
  fulfil: {event: delivered}
  due: end_of_day(attr(due_on))
  stages:
    seller: {from: approved, to: handed_over, budget: attr(hand_over_by)}
    carrier: {from: handed_over, to: delivered, words: with the carrier}
"""
Orders = Mapping[str, tuple[int | None, int | None, int | None]]
DAYS = {"due_on": "2026-03-08 00:00", "hand_over_by": "2026-03-04 00:00"}

#       approved  handed over  delivered   day of March; hand-over by the 4th, due on the 8th
ORDERS: Orders = {
    "o1": (2, 3, 10),  # the carrier's
    "o2": (2, 8, 10),  # the seller's: two days on the way would have been enough
    "o3": (2, None, None),  # stands with the seller
    "o4": (2, 3, None),  # stands with the carrier
    "o5": (2, 3, 5),  # kept
    "o6": (2, 3, 12),  # the carrier's
    "o7": (None, None, None),  # placed, and in no stage
}


def _events(orders: Orders) -> list[tuple[str, str, str, str]]:
    names = ("approved", "handed_over", "delivered")
    happened = [
        ("order", id, name, f"2026-03-{day:02d} 12:00") for id, days in orders.items() for name, day in zip(names, days, strict=True) if day
    ]
    return [*(("order", id, "placed", "2026-03-01 12:00") for id in orders), *happened]


def _objects(orders: Orders) -> Objects:
    return {"order": {id: DAYS | {"stratum": "delivered" if days[2] else "other"} for id, days in orders.items()}}


def test_shares_are_summed_by_stage_and_weighed_by_stratum() -> None:
    # Delivered orders are 4 of 12: each counts three times. Carrier 3 + 3 + 1, seller 3 + 1, in no stage 1, of 12.
    made = world(_objects(ORDERS), _events(ORDERS), DELIVER, populations={"order": {"delivered": 12}}, now="2026-03-20 00:00")

    (statement,) = find(made)

    assert_honest(made, statement)
    assert statement.headline == "Where the delay arose: with the carrier 58 %, seller 33 %, time in no stage 8 %."
    assert statement.value == 7 / 12
    assert statement.weight == 12
    assert statement.estimated
    assert statement.table.rows == (
        ("with the carrier, late", 2.0, 6.0, 50.0),
        ("seller, late", 1.0, 3.0, 25.0),
        ("never recorded as handed over", 1.0, 1.0, 8.33),
        ("never recorded as delivered", 1.0, 1.0, 8.33),
        ("time in no stage", 1.0, 1.0, 8.33),
    )
    assert listed(made, statement) == ["o1", "o2", "o3", "o4", "o6", "o7"]


def test_a_whole_file_is_a_count_without_interval() -> None:
    made = world(_objects(ORDERS), _events(ORDERS), DELIVER, now="2026-03-20 00:00")

    (statement,) = find(made)

    assert_honest(made, statement)
    assert statement.evidence.how_sure == "certain as a count"
    assert statement.evidence.interval is None
    assert statement.value == 3 / 6
    assert not statement.estimated


def test_late_handover_and_late_delivery_are_told_as_an_association() -> None:
    # Handed over late: 20 of 40 delivered late. In time: 2 of 40.
    orders: Orders = {f"a{i:02d}": (2, 5, 10 if i < 20 else 7) for i in range(40)}
    orders = {**orders, **{f"b{i:02d}": (2, 3, 10 if i < 2 else 7) for i in range(40)}}

    (statement,) = find(world(_objects(orders), _events(orders), DELIVER))

    assert "Orders handed over after the limit were late 10.0 times as often: 50.0 % of 40 against 5.0 % of 40." in (statement.paragraph)
    assert "association" in statement.paragraph


@pytest.mark.parametrize("late", [20, 3])
def test_no_association_is_told_of_few_or_of_what_chance_can_do(late: int) -> None:
    count = 20 if late == 20 else 40
    orders: Orders = {f"a{i:02d}": (2, 5, 10 if i < late else 7) for i in range(count)}
    orders = {**orders, **{f"b{i:02d}": (2, 3, 10 if i < 2 else 7) for i in range(40)}}

    (statement,) = find(world(_objects(orders), _events(orders), DELIVER))

    assert "times as often" not in statement.paragraph


def test_stages_without_instants_are_a_refusal() -> None:
    # Delivered late, and nobody knows when it was handed over.
    orders: Orders = {"o1": (2, None, 10), "o2": ORDERS["o5"]}
    made = world(_objects(orders), _events(orders), DELIVER)

    (statement,) = find(made)

    assert_honest(made, statement)
    assert statement.headline == "We cannot say yet where the delay arose."
    assert statement.refusal is not None
    assert statement.refusal.settle == "The instants of: approved, handed over, delivered."


def test_nothing_is_said_where_nothing_was_missed_or_no_stage_is_declared() -> None:
    kept: Orders = {"o5": ORDERS["o5"]}
    plain = "d: {subject: order, words: in time, anchor: placed, fulfil: {event: delivered}, due: attr(due_on)}"

    assert find(world(_objects(kept), _events(kept), DELIVER)) == []
    assert find(world(_objects(ORDERS), _events(ORDERS), plain)) == []


def test_olist_agrees_with_the_reference() -> None:
    context = olist()
    (statement,) = find(context)

    assert_honest(context, statement)
    shares, kinds = figure("delay_shares"), figure("delay_shares_by_kind")
    by_line = {str(row[0]): row[3] for row in statement.table.rows}
    assert round(100 * statement.value, 2) == shares["carrier"]
    assert by_line["time in no stage"] == shares["gap"]
    assert by_line["the promise itself was too tight"] == shares["plan"]
    assert by_line["with the carrier, late"] == kinds["late"]["carrier"]
    assert by_line["never recorded as handed to carrier"] == kinds["never_handed"]["seller"]
    assert round(statement.weight, 2) == figure("broken_weighted")["all"]
    handover = figure("late_after_late_handover")
    assert f"{handover['handed_late']:.1f} % of {handover['n_late']:,}" in statement.paragraph
    assert f"{handover['handed_in_time']:.1f} % of {handover['n_in_time']:,}" in statement.paragraph
