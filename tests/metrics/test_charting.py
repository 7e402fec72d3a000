"""Charts of metrics: which one, from what its limits are learnt, what is judged, what is said. All values by mental arithmetic."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from math import sqrt

import numpy as np
import pytest

from troth.metrics.answering import Reading
from troth.metrics.charting import Charted, Plotting, by_chance, charted, charted_gaps, rare
from troth.metrics.ground import ends

MONTHS = [date(2025 + month // 12, month % 12 + 1, 1) for month in range(24)]
HOW = Plotting("share", "month", date(2025, 1, 1), date(2027, 1, 1), better="lower")


def chance() -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(7))


def shares(events: list[int], n: int = 100) -> list[Reading]:
    return [
        Reading(period, None, k / n, None, None, n, n, 0, sums={"n": n, "y": k, "expected": n})
        for period, k in zip(MONTHS, events, strict=False)
    ]


def values(series: list[float], grain: str = "month") -> list[Reading]:
    return [
        Reading(period, None, one, None, None, int(one), 1, 0, sums={"n": int(one)}) for period, one in zip(MONTHS, series, strict=False)
    ]


def last(chart: Charted) -> tuple[float, float, float]:
    point = chart.points[-1]
    assert point.low is not None
    assert point.centre is not None
    assert point.high is not None
    return point.low, point.centre, point.high


def test_a_share_has_the_limits_of_counting() -> None:
    # 6 months of 47 and 6 of 53 of 100: centre 50 %, sigma sqrt(.5 * .5 / 100) = 5 %; neighbours differ by 6 or 0
    chart = charted(shares([47, 53, 53, 47, 47, 53, 53, 47, 47, 53, 53, 47]), HOW, chance())

    assert chart.kind == "p"
    assert last(chart) == pytest.approx((0.35, 0.5, 0.65))
    assert chart.signals == ()
    assert chart.limits == "learnt from 12 months"


def test_a_share_of_very_many_moves_by_itself_and_that_is_said() -> None:
    # of 10,000 sigma is half a per cent, and neighbours differ by ten: on a p chart every month would be outside
    chart = charted(shares([4500, 5500] * 6, 10_000), HOW, chance())

    assert chart.kind == "p'"
    assert "times as much as counting explains, which the limits allow for (Laney)" in chart.why
    assert chart.signals == ()


def test_a_count_is_compared_for_the_days_of_its_month() -> None:
    # ten a day: of 31 days 310, limits three times the root of it
    series = [10.0 * (ends(period, "month") - period).days for period in MONTHS[:13]]
    series[3], series[4] = 290.0, 320.0
    chart = charted(values(series), replace(HOW, basis="count"), chance())

    assert chart.kind == "u"
    assert last(chart) == pytest.approx((310 - 3 * sqrt(310), 310, 310 + 3 * sqrt(310)))
    assert chart.points[1].centre == pytest.approx(280)  # February


def test_a_count_by_weeks_is_a_c_chart() -> None:
    weeks = [date.fromordinal(date(2025, 1, 6).toordinal() + 7 * week) for week in range(12)]
    series = [Reading(week, None, n, None, None, n, n, 0, sums={"n": n}) for week, n in zip(weeks, [14, 18] * 6, strict=True)]
    chart = charted(series, replace(HOW, basis="count", grain="week"), chance())

    assert (chart.kind, last(chart)) == ("c", (4.0, 16.0, 28.0))  # NIST: 16 and three times 4


def test_what_is_not_whole_is_drawn_and_not_judged() -> None:
    series = shares([45, 55, 55, 45, 45, 55, 55, 45, 45, 55, 55, 45, 99, 99])
    series[13] = replace(series[13], so_far=True)
    chart = charted(series, replace(HOW, begins=date(2025, 1, 2)), chance())

    assert [chart.points[at].state for at in (0, 1, 12, 13)] == ["in part", "judged", "judged", "so far"]
    assert (chart.points[13].value, chart.points[13].high) == (0.99, None)
    assert charted(series, replace(HOW, ends=date(2026, 1, 20)), chance()).points[12].state == "in part"  # a window ends within it
    assert [one.until for one in chart.signals] == [MONTHS[12]]  # the month so far is as high and no signal


def test_fewer_than_twelve_whole_periods_are_refused() -> None:
    chart = charted(shares([45, 55] * 6), replace(HOW, begins=date(2025, 1, 15)), chance())

    assert chart.refusal is not None
    assert (chart.refusal.got, chart.refusal.need) == ("11 whole months", "at least 12")
    assert {point.state for point in chart.points} == {"in part"}


def test_a_signal_names_its_period_and_what_it_means() -> None:
    (signal,) = charted(shares([9, 17, 17, 9] * 3 + [40]), HOW, chance()).signals

    assert (signal.rule, signal.since, signal.until, signal.good) == ("one beyond 3 sigma", MONTHS[12], MONTHS[12], False)
    assert signal.says == "Jan 2026 lies above the limits: chance alone does that in 1 of 370 months"


def test_a_run_that_goes_on_is_one_signal() -> None:
    # reference: eight on one side fires at the 8th, 9th and 10th; from the two runs alone the level is 50
    chart = charted(shares([46] * 10 + [54, 46] * 2 + [54] * 10), replace(HOW, better="higher"), chance())
    runs = [one for one in chart.signals if one.rule == "eight on one side"]

    assert [(one.since, one.until, one.side, one.good) for one in runs] == [
        (MONTHS[0], MONTHS[9], "below", False), (MONTHS[14], MONTHS[23], "above", True)
    ]  # fmt: skip
    assert [one.first for one in runs] == [MONTHS[7], MONTHS[21]]
    assert runs[0].says.startswith("10 months in a row to Oct 2025 lie below the centre: chance alone does that in 1 of")


def test_nelson_has_rules_that_the_other_has_not() -> None:
    rising = [20.0, 24, 20, 24, 20, 24, 20, 21, 22, 23, 24, 25, 20, 24]
    how = replace(HOW, basis="value")

    assert charted(values(rising), how, chance()).signals == ()
    (trend,) = charted(values(rising), replace(how, rules="nelson"), chance()).signals
    assert trend.says == "6 months in a row to Dec 2025, each higher than the one before"


def test_a_level_that_moved_is_named_with_its_interval() -> None:
    before, after = [20.0, 22, 21, 20, 22, 21, 20, 22, 21, 20, 22, 21], [30.0, 32, 31, 30, 32, 31, 30, 32, 31, 30, 32, 31]
    moved = charted(values(before + after), replace(HOW, basis="value"), chance()).moved

    assert moved is not None
    assert (moved.period, moved.before, moved.after, moved.p) == (MONTHS[12], 21.0, 31.0, 0.001)
    assert moved.says.startswith("the level changed with Jan 2026")
    assert charted(values([20.0, 22, 21, 20, 22, 21] * 4), replace(HOW, basis="value"), chance()).moved is None


def test_limits_begin_anew_with_a_change_that_somebody_names() -> None:
    before, after = [20.0, 22, 21, 20, 22, 21, 20, 22, 21, 20, 22, 21], [30.0, 32, 31, 30, 32, 31, 30, 32, 31, 30, 32, 31]
    chart = charted(values(before + after), replace(HOW, basis="value", change=MONTHS[12]), chance())

    assert [(chart.points[at].centre, chart.points[at].phase) for at in (0, 23)] == [(21.0, 0), (31.0, 1)]
    assert (chart.signals, chart.moved) == ((), None)


def test_limits_are_held_where_too_little_came_since() -> None:
    before = [20.0, 22, 21, 20, 22, 21, 20, 22, 21, 20, 22, 21]
    chart = charted(values([*before, 26, 30, 31]), replace(HOW, basis="value", change=date(2026, 1, 20)), chance())

    assert chart.limits == "learnt from 12 months before 2026-01-20; the 2 since are too few, and judged by these"
    assert [(point.state, point.centre, point.phase) for point in chart.points[12:]] == [
        ("changing", None, None), ("judged", 21.0, 1), ("judged", 21.0, 1)
    ]  # fmt: skip
    assert {one.until for one in chart.signals if one.rule == "one beyond 3 sigma"} == {MONTHS[13], MONTHS[14]}


def test_a_change_without_enough_before_it_is_refused() -> None:
    chart = charted(values([20.0, 22, 21] * 6), replace(HOW, basis="value", change=MONTHS[3]), chance())

    assert chart.refusal is not None
    assert chart.refusal.got == "3 whole months before 2025-04-01"


def test_events_that_are_rare_are_told_by_what_lies_between_them() -> None:
    # one of a hundred cases each fortnight, but none in March to June: a quarter of the months has none
    series = shares([2, 1, 0, 0, 0, 0, 2, 3, 1, 2, 2, 3], 200)
    assert rare(series, HOW)
    assert rare(shares([198, 199, 200, 200, 200, 200, 198, 197, 199, 198, 198, 197], 200), HOW)  # what fails is rare
    assert not rare(shares([2, 1, 0, 1, 1, 1, 2, 3, 1, 2, 2, 3], 200), HOW)

    days = [Reading(date(2025, 1, 1 + day), None, None, None, None, 10, 10, 0, sums={"n": 10, "y": int(day % 2 == 0)}) for day in range(28)]
    chart = charted_gaps(days, replace(HOW, ends=date(2025, 1, 29)))
    # an event in the middle of every other day of ten cases: nineteen cases between each two
    assert (chart.kind, [point.value for point in chart.points[:-1]]) == ("g", [19.0] * 13)
    assert (chart.points[-1].state, chart.points[-1].value) == ("so far", 14.0)


def test_days_between_rare_counts_spread_those_of_one_day() -> None:
    counts = {1: 1, 5: 1, 11: 2, 12: 1, 19: 1, 21: 1, 30: 1, 33: 1, 41: 1, 44: 1, 52: 1, 55: 1, 58: 1}
    days = [
        Reading(date.fromordinal(date(2025, 1, 1).toordinal() + day), None, n, None, None, n, n, 0, sums={"n": n})
        for day, n in ((day, counts.get(day, 0)) for day in range(60))
    ]
    chart = charted_gaps(days, replace(HOW, basis="count", ends=date(2025, 3, 2)))

    assert chart.kind == "t"
    assert [point.value for point in chart.points][:4] == [4.0, 5.75, 0.5, 0.75]  # of two on one day the first at its quarter
    hidden = charted_gaps([replace(days[0], hidden=True), *days[1:]], replace(HOW, basis="count", ends=date(2025, 3, 2)))
    assert hidden.refusal is not None
    assert hidden.refusal.got == "days too small to be shown"
    few = charted_gaps(days[:20], replace(HOW, basis="count", ends=date(2025, 3, 2)))
    assert few.refusal is not None


def test_how_many_signals_chance_would_give() -> None:
    chart = charted(shares([45, 55, 55, 45] * 6), HOW, chance())

    assert by_chance([chart, chart]) == pytest.approx(48 / 91.75, abs=1e-3)  # Champ and Woodall 1987: 91.75
