from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from tests.findings.honesty import assert_honest, causal
from tests.findings.worlds import figure, listed, olist, world
from troth.findings.context import Context
from troth.findings.finders.asked_too_early import find
from troth.findings.statement import Statement

PROMISE = """
deliver:
  subject: order
  words: delivered by the day given
  anchor: placed
  fulfil: {event: delivered}
  due: attr(due_on)
"""
START = datetime(2026, 1, 1)

Order = tuple[int, int, int, int]  # due day, delivered day, answered day, score


def at(day: float) -> str:
    return (START + timedelta(days=day)).isoformat(sep=" ")


def shop(orders: Sequence[Order], strata: Sequence[str] = (), *, populations: dict[str, int] | None = None) -> Context:
    """Orders placed on day 0, each with one answer; strata: of each order, where some are sampled."""
    ids = [f"o{number:02}" for number in range(len(orders))]
    rows: dict[str, dict[str, str | None]] = {id: {"due_on": at(order[0])} for id, order in zip(ids, orders, strict=True)}
    for id, stratum in zip(ids, strata, strict=bool(strata)):
        rows[id]["stratum"] = stratum
    events = [("order", id, "placed", at(0)) for id in ids]
    events += [("order", id, "delivered", at(order[1])) for id, order in zip(ids, orders, strict=True)]
    answers = [("order", id, at(order[2]), at(order[2]), float(order[3])) for id, order in zip(ids, orders, strict=True)]
    return world(
        {"order": rows}, events, PROMISE, feedback=answers, now=at(300), populations={"order": populations} if populations else None
    )


def only(context: Context) -> Statement:
    (statement,) = find(context)
    assert_honest(context, statement)
    assert not causal(statement)
    return statement


# due  delivered  answered  score
#  10     20         12       1    nine late ones, asked while waiting
#  10   14, 21       22     5, 4   three late ones, asked after
#  30   7, 14        22     4, 5   twelve kept ones
EARLY: list[Order] = (
    [(10, 20, 12, 1)] * 9
    + [(10, 14, 22, 5), (10, 21, 22, 4), (10, 14, 22, 4)]
    + [(30, 7, 22, 4), (30, 7, 22, 5), (30, 14, 22, 5), (30, 14, 22, 4)] * 3
)


def test_a_survey_that_asked_too_early_cannot_say_what_being_late_goes_with() -> None:
    statement = only(shop(EARLY))
    assert statement.headline == "We cannot yet say that being late costs you stars; your survey asked too early."
    assert statement.value == 0.75
    assert statement.evidence.how_sure == "cannot say yet"
    assert statement.refusal is not None
    assert statement.refusal.got == "3 late orders rated after the wait"
    assert "75 % of the late orders were rated while the customer still waited: 1.0 stars; rated after the wait: 4.3; kept ones: 4.5." in (
        statement.paragraph
    )


def test_those_who_wait_are_listed_and_the_day_they_answer_is_counted_from_the_promised_one() -> None:
    context = shop(EARLY)
    statement = only(context)
    assert listed(context, statement) == [f"o{n:02}" for n in range(9)]
    assert "answer about 2 days after the promised day: write to them on day 1" in statement.paragraph


def test_the_figure_holds_every_late_one_once_in_each_series() -> None:
    figure_of = only(shop(EARLY)).figure
    assert figure_of is not None
    asked, arrived = figure_of.spec["series"]
    assert asked["bins"] == [[2, 9], [12, 3]]
    assert arrived["bins"] == [[4, 2], [10, 9], [11, 1]]


def test_only_the_latest_answer_of_an_order_counts() -> None:
    context = shop(EARLY)
    context.engine.run(
        "INSERT INTO feedback SELECT about_type, about, asked, TIMESTAMP '2026-02-10', 2, low, high, instrument, source, 900"
        " FROM feedback WHERE about = 0"
    )
    assert only(context).value == 8 / 12


# waiting one week: kept 5 5 4 4, late 3 3 2 2; two weeks: kept 4 4 3 3, late 2 2 1 1. So late -2, each week -1.
PLANTED: list[Order] = [
    (due, 7 * weeks, 40, score)
    for due, weeks, scores in ((30, 1, (5, 5, 4, 4)), (30, 2, (4, 4, 3, 3)), (5, 1, (3, 3, 2, 2)), (5, 2, (2, 2, 1, 1)))
    for score in scores * 2
]


def test_with_answers_after_the_wait_the_difference_at_equal_waiting_is_an_association() -> None:
    statement = only(shop(PLANTED))
    assert statement.headline == "Late orders were given 2.0 stars less than others that took as long."
    assert statement.value == pytest.approx(-2, abs=1e-12)
    assert statement.evidence.how_sure == "association"
    assert "every extra week of waiting goes with 1.00 stars less, late or not" in statement.paragraph


def test_another_scale_gives_points() -> None:
    context = shop(PLANTED)
    context.engine.run("UPDATE feedback SET high = 10")
    assert only(context).headline == "Late orders were given 2.0 points less than others that took as long."


def test_when_late_ones_all_waited_longer_late_and_kept_stand_side_by_side() -> None:
    # Two waits only, so that waiting and being late cannot be told apart: late 2 1 2 1 ..., kept 5 4 5 4 ...
    context = shop([(5, 14, 40, 2), (5, 14, 40, 1), (30, 7, 40, 5), (30, 7, 40, 4)] * 6)
    statement = only(context)
    assert statement.headline == "Late orders were given 1.5 stars, those kept 4.5."
    assert statement.value == -3
    assert "no proof of a cause" in statement.paragraph


def test_late_and_kept_that_do_not_differ_are_not_said_to_differ() -> None:
    statement = only(shop([(5, 14, 40, 5), (5, 14, 40, 4), (30, 7, 40, 5), (30, 7, 40, 4)] * 6))
    assert statement.headline == "We cannot yet say whether being late goes with fewer stars."
    assert statement.refusal is not None
    # Difference 0, so the least of any use, 0.1 stars; half-width 1.96 * sqrt(2 * 0.25 / 11) = 0.4179: 12 * 4.179^2 = 209.5.
    assert statement.refusal.need == "at least 210, to tell a difference of 0.10 stars from none"


def test_strata_are_weighed_and_the_regression_refuses_to_mix_them() -> None:
    # Stratum all: 5 late, 5 early, weight 1. Stratum tenth: 5 late, 1 early, weight 10. (5 + 10) / (5 + 50) = 3 / 11.
    late: list[Order] = [(10, 20, 12, 1)] * 6 + [(10, 20, 25, 3)] * 4
    kept: list[Order] = [(30, 7, 25, 5), (30, 8, 25, 4), (30, 9, 25, 4), (30, 9, 25, 3)]
    strata = ["all"] * 5 + ["tenth"] * 5 + ["all", "all", "tenth", "tenth"]
    statement = only(shop(late + kept, strata, populations={"tenth": 70}))
    assert statement.value == pytest.approx(3 / 11, abs=1e-15)
    assert statement.estimated
    # Kept ones: 5 and 4 once, 4 and 3 ten times each, is 79 for 22.
    assert "kept ones: 3.6" in statement.paragraph
    assert statement.refusal is not None
    assert statement.refusal.got == "answers from strata sampled at different rates"


def test_answers_without_a_time_are_refused_with_what_is_missing() -> None:
    context = shop(EARLY)
    context.engine.run("UPDATE feedback SET answered = NULL")
    statement = only(context)
    assert statement.refusal is not None
    assert statement.refusal.need == "24 answers with a time"


def test_nine_late_ones_are_too_few() -> None:
    statement = only(shop(EARLY[3:]))
    assert statement.refusal is not None
    assert (statement.refusal.got, statement.refusal.need) == ("9 late orders with an answer", "at least 10")


def test_nothing_is_said_without_answers_or_without_late_ones() -> None:
    assert find(shop([(30, 7, 9, 5)] * 12)) == []
    empty = shop(EARLY)
    empty.engine.run("DELETE FROM feedback")
    assert find(empty) == []


@pytest.mark.data
def test_olist_as_the_second_opinion_has_it() -> None:
    context = olist()
    (statement,) = find(context)
    assert_honest(context, statement)
    early, stars, fit = (figure(name) for name in ("answered_while_waiting", "stars", "stars_on_late_and_wait"))
    assert statement.headline == "We cannot yet say that being late costs you stars; your survey asked too early."
    assert statement.value == early["while_waiting"] / early["late_answered"]
    rows = {str(row[0]): row[1:] for row in statement.table.rows}
    assert rows["stars: late, answered while waiting"][0] == early["while_waiting"]
    means = {"late, answered while waiting": "late_while_waiting", "late, answered after": "late_after_arrival", "kept": "kept"}
    for label, name in means.items():
        value = rows[f"stars: {label}"][1]
        assert isinstance(value, float)
        assert round(value, 2) == stars[name]
    assert rows["stars: late less kept, equal waiting"] == (fit["n"], fit["late"], *fit["late_interval"])
    assert rows["stars: each week of waiting"] == (fit["n"], fit["week"], *fit["week_interval"])
