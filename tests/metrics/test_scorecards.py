"""Goals that are goals, where they stand, and what a scorecard makes of them."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import troth
from tests.app.small_book import write_book
from tests.metrics.shop import BOOK, FILES
from troth.app.operation import Operation
from troth.app.rulebook.rulebook import lint
from troth.faces.cli.commands import app
from troth.kernel.errors import BookError, CannotEstimate, NotFound
from troth.metrics import Reading
from troth.metrics.scorecards.scoring import Standing, capability, score, standing

METRICS = """
kept: {kind: kept, words: kept in time, promise: deliver, better: higher, owner: head}
again: {kind: repeat, words: order again, of: order, belongs_to: customer, event: placed, within: 30d, better: higher}
won: {kind: newly_won, words: new customers, of: order, belongs_to: customer, event: placed, better: higher}
solved_in: {kind: mean, words: time to solve, of: ticket, at: opened, value: solved - opened, better: lower}
"""
GOALS = """
more: {words: all kept, metric: kept, target: 0.9, since: 2026-02-01, by: 2026-02-28, serves: deliver, owner: head}
back: {words: order again, metric: again, target: 0.5, since: 2026-02-01, by: 2026-12-31, serves: more, owner: head}
quick:
  {words: solved in a day, metric: solved_in, target: 1d, since: 2026-02-01, by: 2026-12-31, serves: deliver, for: {segment: business},
   owner: head}
"""
CARDS = """
leader:
  words: what customers get
  role: head
  items: [{goal: more, weight: 3, why: it is what we promise}, {goal: back, weight: 1, why: it is what that is for}]
"""


def made(under: Path, **files: str) -> Operation:
    book = {**BOOK, "metrics/all.yaml": METRICS, "goals/all.yaml": GOALS, "scorecards/all.yaml": CARDS}
    promise = BOOK["promises/deliver.yaml"].replace("deliver:\n  subject: order\n", "deliver:\n  subject: order\n  owners: [head]\n", 1)
    book |= {"promises/deliver.yaml": promise} | {f"{name}/all.yaml": text for name, text in files.items()}
    return troth.open(write_book(under, files=FILES, book=book))


def test_a_goal_may_be_about_a_quantile_and_a_time_to_an_end(tmp_path: Path) -> None:
    # tickets of January took 24 and 3 hours, of February 48 and 1, and one of it is open still; March is not over
    metrics = """
middle: {kind: quantile, words: the middle, of: ticket, at: opened, value: solved - opened, better: lower}
half: {kind: time_to, words: half are solved within, of: ticket, from: opened, to: solved, better: lower}
again: {kind: repeat, words: order again, of: order, belongs_to: customer, event: placed, within: 30d, better: higher}
"""
    goal = "{words: quick, metric: %s, target: 2h, since: 2026-02-01, by: 2026-12-31, serves: deliver, owner: head}"
    back = "{words: order again, metric: again, target: 0.5, since: 2026-02-01, by: 2026-12-31, serves: deliver, owner: head}"
    items = "[{goal: one, weight: 1, why: a}, {goal: two, weight: 1, why: b}, {goal: back, weight: 1, why: c}]"
    book = {"metrics": metrics, "goals": f"one: {goal % 'middle'}\ntwo: {goal % 'half'}\nback: {back}\n"}
    found = made(tmp_path, **book, scorecards=f"leader: {{words: quick, role: head, items: {items}}}\n")
    found.build()
    (card,) = found.scorecards()

    hours = [(line.goal.standing.baseline, line.goal.standing.actual, line.goal.standing.attained) for line in card.lines[:2]]
    assert hours == [(3 * 3_600, 3_600, 1.0), (3 * 3_600, 48 * 3_600, 0.0)]


@pytest.fixture(scope="module")
def operation(tmp_path_factory: pytest.TempPathFactory) -> Operation:
    found = made(tmp_path_factory.mktemp("cards"))
    found.build()
    return found


def said(*words: str) -> str:
    done = CliRunner().invoke(app, list(words), env={"COLUMNS": "140"}, catch_exceptions=True)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.stdout


def months(*values: float | None, so_far: bool = False) -> list[Reading]:
    """From January 2025 on."""
    found = [Reading(date(2025 + n // 12, n % 12 + 1, 1), None, value, value, value, 10, 10, 0) for n, value in enumerate(values)]
    return [*found[:-1], Reading(found[-1].period, None, found[-1].value, None, None, 10, 10, 0, so_far=True)] if so_far else found


def at(
    *readings: Reading,
    target: float = 0.9,
    better: str = "higher",
    since: str = "2025-09-01",
    by: str = "2025-12-31",
    now: str = "2025-11-15",
) -> Standing:
    return standing(
        readings, target, "higher" if better == "higher" else "lower",
        since=date.fromisoformat(since), by=date.fromisoformat(by), grain="month", now=datetime.fromisoformat(now),
    )  # fmt: skip


def test_improve_service_fails_four_of_the_five(tmp_path: Path) -> None:
    problems = lint(made(tmp_path, goals="better: {words: improve service, owner: head}\n", scorecards="{}\n").workspace)

    failed = [one.message.removeprefix("not ").partition(":")[0] for one in problems if one.level == "error"]
    assert sorted(failed) == ["attainable", "measurable", "relevant", "time-bound"]


@pytest.mark.parametrize(
    ("goal", "message"),
    [
        (
            "{words: x, metric: kept, target: 0.9, since: 2026-02-01, by: 2026-03-31, serves: deliver}",
            "not specific: nobody answers for it",
        ),
        ("{words: x, metric: kep, target: 0.9, since: 2026-02-01, by: 2026-03-31, serves: deliver, owner: head}", "did you mean 'kept'?"),
        (
            "{words: x, metric: kept, target: 0.9, since: 2026-02-01, by: 2026-03-31, serves: delivr, owner: head}",
            "did you mean 'deliver'?",
        ),
        (
            "{words: x, metric: kept, target: 0.9, since: 2026-02-01, by: 2026-01-31, serves: deliver, owner: head}",
            "it ends before it begins",
        ),
        (
            "{words: x, metric: kept, target: 0.9, since: 2026-02-30, by: 2026-03-31, serves: deliver, owner: head}",
            "no day of the calendar",
        ),
        ("{words: x, metric: kept, target: 0.9, since: 2026-02-01, by: 2026-03-31, serves: m, owner: head}", "it serves itself in the end"),
    ],
)
def test_a_goal_that_is_none_is_refused_where_it_stands(goal: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(BookError) as caught:
        made(tmp_path, goals=f"m: {goal}\n", scorecards="{}\n").build()
    assert "goals/all.yaml:1:" in str(caught.value)
    assert message in str(caught.value)


def test_a_leader_of_whom_nobody_asks_who_comes_back_is_refused(tmp_path: Path) -> None:
    alone = CARDS.replace(", {goal: back, weight: 1, why: it is what that is for}", "")

    with pytest.raises(BookError, match="leader-has-loyalty: nothing on it says whether customers come back"):
        made(tmp_path / "a", scorecards=alone).build()
    made(tmp_path / "b", scorecards=alone.replace("  role: head\n", "  role: head\n  leader: false\n")).build()


def test_a_goal_is_open_until_its_day_and_then_reached_or_not() -> None:
    met = months(*[0.8] * 8, 0.91, 0.92, 0.95, 0.93)

    assert at(*met, now="2025-11-15").state == "open"
    assert at(*met, now="2026-01-01").state == "kept"
    assert at(*met[:-1], *months(*[0.8] * 11, 0.89)[-1:], now="2026-01-01").state == "broken"  # what was met before does not count
    assert at(*met, better="lower", now="2026-01-01").state == "broken"


def test_the_way_from_where_it_began_is_what_counts() -> None:
    found = at(*months(*[0.8] * 8, 0.82, 0.85))

    assert (found.baseline, found.actual, found.period) == (0.8, 0.85, date(2025, 10, 1))
    assert found.attained == pytest.approx(0.5)
    assert at(*months(*[0.8] * 8, 0.7)).attained == 0.0
    assert at(*months(*[0.8] * 8, 0.99)).attained == 1.0
    assert at(*months(*[0.95] * 8, 0.91)).attained == 1.0  # met when it began, and still
    assert at(*months(*[0.95] * 8, 0.89)).attained == 0.0


def test_a_period_that_is_not_over_says_nothing() -> None:
    found = at(*months(*[0.8] * 8, 0.85, 0.99, so_far=True))

    assert (found.actual, found.period) == (0.85, date(2025, 9, 1))


def test_a_target_beyond_the_process_is_warned_of() -> None:
    values = [0.80, 0.81, 0.79, 0.80, 0.82, 0.78, 0.81, 0.79]
    best = capability(values, "higher")

    # mean 0.8, sd 0.0131, t 0.99 of 7 degrees 2.998, times the root of 1 + 1/8
    assert best == pytest.approx(0.8 + 2.997952 * np.std(values, ddof=1) * (1 + 1 / 8) ** 0.5, rel=1e-6)
    assert at(*months(*values), target=0.9).beyond
    assert not at(*months(*values), target=0.83).beyond
    assert at(*months(*values), target=0.7, better="lower").beyond


def test_one_period_in_a_hundred_betters_what_the_process_can_do() -> None:
    rng = np.random.default_rng(3)
    draws = rng.normal(size=(4_000, 13))
    bettered = sum(row[12] > capability(row[:12].tolist(), "higher") for row in draws)

    assert 15 < bettered < 70  # 40 are expected, with a deviation of 6.3


def test_too_little_past_is_refused() -> None:
    found = at(*months(*[0.8] * 4), since="2025-05-01", now="2025-05-15")

    with pytest.raises(CannotEstimate, match="Needs at least 8"):
        capability([0.8] * 7, "higher")
    assert (found.best, found.forecast, found.beyond) == (None, None, None)
    assert {one.reason for one in found.why} == {"whether it can be attained", "forecast"}


def test_a_forecast_goes_on_along_the_line() -> None:
    found = at(*months(*[0.5 + 0.01 * n for n in range(10)]))  # October is the last whole month, December the last before its day

    assert found.forecast == pytest.approx(0.5 + 0.01 * 11)
    assert found.forecast_interval is not None
    assert found.forecast_interval[0] <= 0.61 <= found.forecast_interval[1]


def test_a_score_is_a_range_while_a_goal_cannot_be_told() -> None:
    half, none = at(*months(*[0.8] * 8, 0.85)), at(*months(0.8), since="2025-01-01")
    found = score([half, none], [3, 1])

    assert found.weights == (0.75, 0.25)
    assert (found.low, found.high) == pytest.approx((0.375, 0.625))


def test_a_scorecard_names_its_weights_and_why(operation: Operation) -> None:
    """In February C was not kept and D was: half, and that is what it began with in January."""
    text = said("scorecard", "head", "--book", str(operation.workspace.root))

    assert "leader: what customers get, of head" in text
    assert "75 of 100 weigh on it: it is what we promise" in text
    assert "target 90.0 % by 2026-02-28; not reached" in text
    assert "serves more → deliver" in text
    (card,) = operation.scorecards("head")
    stands = card.lines[0].goal.standing
    assert stands.actual == pytest.approx(1 / 3)  # due in February: B, C and D
    assert (stands.baseline, stands.state) == (1.0, "broken")


def test_a_goal_of_some_is_measured_by_them_and_a_duration_in_its_unit(operation: Operation) -> None:
    (quick,) = operation.goals("quick")

    assert (quick.only, quick.standing.target, quick.unit) == ({"segment": "business"}, 86_400.0, "seconds")
    assert "target 1.00 d by 2026-12-31; open" in said("goals", "quick", "--book", str(operation.workspace.root))
    assert json.loads(said("goals", "quick", "--json", "--book", str(operation.workspace.root)))[0]["serves"] == ["deliver"]


def test_each_role_sees_what_customers_get_of_it_and_the_board_all(operation: Operation) -> None:
    head, board, clerk = (operation.line_of_sight(role) for role in ("head", "board", "analyst"))

    assert [(step.promise, step.through, step.rate.n) for step in head.own] == [("deliver", "answers for it", 5)]
    assert [step.promise for step in board.served] == ["deliver", "whole"]
    assert [step.promise for step in head.served] == ["whole"]
    assert (clerk.own, clerk.served) == ((), ())
    assert {one.metric: one.reading.value for one in board.loyal} == {"again": pytest.approx(2 / 3), "won": 4.0}
    assert "no link yet" in said("line-of-sight", "board", "--book", str(operation.workspace.root))


def test_what_there_is_not_has_a_near_name(operation: Operation) -> None:
    with pytest.raises(NotFound, match=r"no role 'hed' in company\.yaml; allowed: did you mean 'head'"):
        operation.line_of_sight("hed")
    with pytest.raises(NotFound, match="no scorecard of 'hed'"):
        operation.scorecards("hed")
    with pytest.raises(NotFound, match="no goal 'mor' in the book; allowed: did you mean 'more'"):
        operation.goals("mor")
