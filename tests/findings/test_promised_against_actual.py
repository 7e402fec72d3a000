from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.findings.honesty import assert_honest
from tests.findings.worlds import figure, olist, world
from troth.findings.context import Context
from troth.findings.finders.promised_against_actual import find

DELIVER = """
deliver:
  subject: order
  words: delivered by the day given
  anchor: placed
  fulfil: {event: delivered}
  due: end_of_day(attr(due_on))
"""

#  day placed  promised, days  took, days
Row = tuple[str, int, int]


def _orders(
    rows: list[Row],
    *,
    strata: list[str] | None = None,
    zone: str = "UTC",
    hour: str = "12:00",
    now: str = "2026-12-31 00:00",
) -> Context:
    objects: dict[str, dict[str, str | None]] = {}
    events = []
    for i, (placed, promised, took) in enumerate(rows):
        id, at = f"o{i:03d}", datetime.fromisoformat(f"{placed} {hour}")
        objects[id] = {"due_on": str(at + timedelta(days=promised)), "stratum": strata[i] if strata else None}
        events += [("order", id, "placed", str(at)), ("order", id, "delivered", str(at + timedelta(days=took)))]
    populations = {"order": {"quick": 100}} if strata else None
    return world({"order": objects}, events, DELIVER, zone=zone, populations=populations, now=now)


def _month(placed: str, promised: int, late: int, n: int = 40) -> list[Row]:
    return [(placed, promised, promised + 1 if i < late else 3) for i in range(n)]


def test_medians_of_calendar_days_and_those_a_week_early() -> None:
    # Ten promised in 10 days; the fifth of what they took is 3. Five came seven days early or more.
    made = _orders([("2026-03-01", 10, took) for took in (2, 2, 3, 3, 3, 4, 4, 5, 5, 12)])

    (statement,) = find(made)

    assert_honest(made, statement)
    assert statement.headline == "You promise 10 days and take 3. 50 of every 100 come a week or more early."
    assert statement.value == 7
    assert statement.evidence.interval == "promised 10, took 2–5 days"
    assert statement.figure is None
    assert statement.table.rows == (("all", 10, 1, 10, "10", 3, "2–5"),)


def test_a_cut_of_the_promise_is_told_with_what_lateness_did() -> None:
    made = _orders([*_month("2026-01-10", 20, 2), *_month("2026-02-10", 20, 2), *_month("2026-03-10", 10, 12)])

    (statement,) = find(made)

    assert_honest(made, statement)
    assert statement.paragraph == (
        "From February to March 2026 you cut the promise from 20 to 10 days; late of those delivered rose from 2 of 40 to 12 of 40."
    )
    assert statement.evidence.how_sure == "association"
    assert statement.weight == 12
    assert statement.figure is not None
    assert statement.figure.spec["labels"] == ["2026-01", "2026-02", "2026-03"]
    assert [line["points"] for line in statement.figure.spec["series"]] == [[20, 20, 10], [3, 3, 3]]


def test_lateness_that_chance_can_do_is_called_that() -> None:
    (statement,) = find(_orders([*_month("2026-01-10", 20, 2), *_month("2026-02-10", 10, 3)]))

    assert "went from 2 of 40 to 3 of 40, which chance alone may do." in statement.paragraph


@pytest.mark.parametrize(("before", "after"), [(9, 7), (20, 17)])
def test_two_days_or_less_than_a_fifth_are_no_sharp_change(before: int, after: int) -> None:
    (statement,) = find(_orders([*_month("2026-01-10", before, 2), *_month("2026-02-10", after, 2)]))

    assert "did not change sharply" in statement.paragraph


def test_a_month_that_is_not_yet_all_due_is_left_out() -> None:
    # On 25 February 3 of the 43 of February have yet to fall due: the slow ones among them are not seen.
    rows = [*_month("2026-01-10", 20, 2), *_month("2026-02-02", 10, 2), *[("2026-02-20", 20, 3)] * 3]

    (statement,) = find(_orders(rows, now="2026-02-25 00:00"))

    assert [row[0] for row in statement.table.rows] == ["2026-01", "all"]


def test_small_changes_and_thin_months_are_no_change() -> None:
    rows = [*_month("2026-01-10", 20, 2), *_month("2026-02-10", 18, 2), *_month("2026-03-10", 9, 2, n=29)]

    (statement,) = find(_orders(rows))

    assert statement.paragraph == "The days promised did not change sharply from January 2026 to February 2026."
    assert statement.figure is not None
    assert statement.figure.spec["labels"] == ["2026-01", "2026-02"]


def test_days_are_those_of_the_local_clock() -> None:
    # 01:00 UTC on 1 March is 22:00 on 28 February in São Paulo.
    (late_evening,) = find(_orders([("2026-03-01", 10, 3)] * 40, zone="America/Sao_Paulo", hour="01:00"))

    assert late_evening.table.rows[0][0] == "2026-02"
    assert late_evening.value == 7


def test_kinds_drawn_at_different_rates_are_a_refusal() -> None:
    # Quick ones are 5 of 100, slow ones complete: a median over both would be of nobody.
    rows = [*[("2026-03-01", 10, 2)] * 5, *[("2026-03-01", 10, 9)] * 5]
    made = _orders(rows, strata=["quick"] * 5 + ["slow"] * 5)

    (statement,) = find(made)

    assert_honest(made, statement)
    assert statement.refusal is not None
    assert statement.refusal.got == "kinds drawn at 2 different rates, from one in 1.00 to one in 20.00"


def test_fewer_than_six_are_a_refusal_and_promises_of_hours_are_left_alone() -> None:
    (few,) = find(_orders([("2026-03-01", 10, 3)] * 5))

    assert few.refusal is not None
    assert few.refusal.need == "at least 6"
    assert find(_orders([("2026-03-01", 1, 0)] * 40)) == []


def test_olist_agrees_with_the_reference() -> None:
    context = olist()
    (statement,) = find(context)

    assert_honest(context, statement)
    days = figure("promised_and_took_days")
    assert statement.headline.startswith(f"You promise {days['promised']:.0f} days and take {days['took']:.0f}. 79 of")
    assert any(note.startswith(f"{days['week_or_more_early']:.1f} %") for note in statement.evidence.notes)
    months = {m["month"]: m for m in figure("promised_by_month_of_purchase") if m["n"] >= 30}
    assert {row[0]: row[1:4] + row[5:6] for row in statement.table.rows if row[0] != "all"} == {
        label: (m["n"], m["late"], m["promised"], m["took"]) for label, m in months.items()
    }
    assert statement.paragraph == (
        "From June to August 2018 you cut the promise from 29 to 13 days; late of those delivered rose from 4 of 314 to 21 of 328."
    )
