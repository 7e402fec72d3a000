"""Rules on control charts: strings at which they must fire, and run lengths."""

from __future__ import annotations

import numpy as np
import pytest

from troth.engines.charts import Plan, c_chart, ewma, xmr
from troth.engines.charts.chart import Chart
from troth.engines.signals import (
    NELSON,
    WESTERN_ELECTRIC,
    Rule,
    average_run_length,
    cusum_run_length,
    ewma_run_length,
    first_signals,
    signals,
)
from troth.engines.signals.lengths import _one_side
from troth.engines.signals.rules import Zone
from troth.kernel.errors import CannotEstimate

FROM_ONE = np.zeros(1, dtype=np.int64)
RISING = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5]
# Sigma units; number of the place, from 1, where the rule fires, none before.
STRINGS: list[tuple[Rule, list[float], int | None]] = [
    (WESTERN_ELECTRIC[0], [0, 0, 3.01], 3),
    (WESTERN_ELECTRIC[0], [0, 0, 3.00], None),
    (WESTERN_ELECTRIC[0], [0, -3.01], 2),
    (WESTERN_ELECTRIC[1], [2.1, 0, 2.1], 3),
    (WESTERN_ELECTRIC[1], [2.1, 2.1], 2),
    (WESTERN_ELECTRIC[1], [2.1, -2.1, 0, 2.1], None),
    (WESTERN_ELECTRIC[2], [1.1, 1.1, 0, 1.1, 1.1], 5),
    (WESTERN_ELECTRIC[2], [1.1, 1.1, -1.1, -1.1, 1.1], None),
    (WESTERN_ELECTRIC[2], [1.1, 1.1, 0, 0, 1.1, 1.1], None),
    (WESTERN_ELECTRIC[3], [0.1] * 8, 8),
    (WESTERN_ELECTRIC[3], [0.1] * 7 + [0.0] + [0.1] * 7, None),
    (NELSON[1], [-0.1] * 9, 9),
    (NELSON[1], [-0.1] * 8 + [0.1] * 8, None),
    (NELSON[2], RISING, 6),
    (NELSON[2], RISING[::-1], 6),
    (NELSON[2], [*RISING[:3], 0.2, *RISING[3:]], None),
    (NELSON[3], [0.1, -0.1] * 7, 14),
    (NELSON[3], [0.1, -0.1] * 6 + [-0.1, 0.1, -0.1], None),
    (NELSON[6], [0.9, -1.0, 0.0] * 5, 15),
    (NELSON[6], [0.9] * 14 + [1.1] + [0.9] * 14, None),
    (NELSON[7], [1.1, -1.1] * 4, 8),
    (NELSON[7], [1.1] * 8, None),
    (NELSON[7], [1.1] * 8 + [-1.1], 9),
]


@pytest.mark.parametrize(("rule", "z", "place"), STRINGS, ids=lambda value: getattr(value, "name", None))
def test_strings_at_which_a_rule_fires(rule: Rule, z: list[float], place: int | None) -> None:
    fires = np.flatnonzero(rule.fires(np.array(z), FROM_ONE)).tolist()

    assert fires[:1] == ([] if place is None else [place - 1])


def by_definition(name: str, z: list[float]) -> bool:
    """Whether a rule fires at the last of these points, written out from its words."""
    for sign in (1, -1):
        side = [value * sign for value in z]
        match name:
            case "one beyond 3 sigma":
                found = side[-1] > 3
            case "two of three beyond 2 sigma":
                found = side[-1] > 2 and sum(value > 2 for value in side[-3:]) >= 2
            case "four of five beyond 1 sigma":
                found = side[-1] > 1 and sum(value > 1 for value in side[-5:]) >= 4
            case "eight on one side":
                found = len(side) >= 8 and min(side[-8:]) > 0
            case "nine on one side":
                found = len(side) >= 9 and min(side[-9:]) > 0
            case "six rising or falling":
                found = len(side) >= 6 and all(side[-i] > side[-i - 1] for i in range(1, 6))
            case "fourteen up and down in turn":
                found = len(side) >= 14 and all((side[-i] - side[-i - 1]) * (side[-i - 1] - side[-i - 2]) < 0 for i in range(1, 13))
            case "fifteen within 1 sigma":
                found = len(side) >= 15 and all(abs(value) <= 1 for value in side[-15:])
            case _:
                far = side[-8:]
                found = len(far) == 8 and all(abs(value) > 1 for value in far) and min(far) < 0 < max(far)
        if found:
            return True
    return False


@pytest.mark.parametrize("scale", [0.5, 1.0, 1.6])
def test_every_rule_agrees_with_its_words_over_phases(scale: float) -> None:
    # brute force: 600 points in three phases, with runs made likely by rounding and by memory.
    rng = np.random.default_rng(11)
    noise = rng.normal(size=600)
    z = scale * np.where(rng.random(600) < 0.5, noise, np.repeat(noise[::4], 4)).round(1)
    z[50:70] = np.tile([0.3, -0.2], 10)
    z[430:450] = np.tile([1.7, -1.9], 10)
    starts = np.array([0, 201, 440])
    for rule in {*WESTERN_ELECTRIC, *NELSON}:
        expected = [by_definition(rule.name, z[max(s for s in starts if s <= i) : i + 1].tolist()) for i in range(600)]
        assert rule.fires(z, starts).tolist() == expected


def test_signals_name_the_rule_and_the_place() -> None:
    # Twelve wafers with 16 defects on average, then eight with 17: all above the centre of the frozen limits.
    chart = c_chart(np.array([16, 15, 20, 13] * 3 + [17] * 8 + [40]), Plan(learn=(0, 12)))

    assert [(one.rule.name, one.at.tolist()) for one in signals(chart)] == [("one beyond 3 sigma", [20]), ("eight on one side", [19, 20])]


def test_no_run_reaches_over_a_phase() -> None:
    values = np.r_[np.tile([1.0, -1.0], 8), np.full(8, 0.5), np.tile([0.4, 0.6], 8)]
    chart = xmr(values, Plan(learn=(0, 16))).location
    split = Chart(
        "X", chart.points, chart.centre, chart.low, chart.high, chart.z, np.array([0, 20]), chart.sigma,
    )  # fmt: skip

    assert signals(chart)[0].at[0] == 23
    assert signals(split)[0].at[0] == 27


def test_run_rules_on_points_that_depend_on_each_other_are_refused() -> None:
    values = np.random.default_rng(1).normal(size=30)
    for chart in (ewma(values), xmr(values).spread):
        with pytest.raises(CannotEstimate, match="depend on their neighbours"):
            signals(chart)
        assert [one.at.tolist() for one in signals(chart, NELSON[:1])] == [chart.beyond.tolist()] * bool(chart.beyond.size)


# paper: Champ and Woodall 1987, table 1; shifts of 0, .4, 1, 2 and 3 sigmas.
LENGTHS = {
    (0,): (370.40, 200.08, 43.89, 6.30, 2.00),
    (0, 1): (225.44, 104.46, 20.01, 3.65, 1.68),
    (0, 2): (166.05, 63.88, 12.66, 3.68, 1.89),
    (0, 3): (152.73, 59.76, 14.58, 4.89, 1.99),
    (0, 1, 2): (132.89, 52.93, 10.95, 3.14, 1.67),
}
OF_ALL = (91.75, 36.61, 9.22, 3.13, 1.67)


@pytest.mark.parametrize("numbers", LENGTHS)
def test_run_lengths_of_western_electric(numbers: tuple[int, ...]) -> None:
    rules = tuple(WESTERN_ELECTRIC[number] for number in numbers)
    shifts = (0, 0.4, 1, 2, 3) if len(numbers) < 3 else (0, 1)
    expected = LENGTHS[numbers] if len(numbers) < 3 else LENGTHS[numbers][::2][:2]

    assert [average_run_length(rules, shift) for shift in shifts] == pytest.approx(expected, abs=0.0051)


def test_run_lengths_of_all_four() -> None:
    assert [average_run_length(WESTERN_ELECTRIC, shift) for shift in (0, 0.4, 1)] == pytest.approx(OF_ALL[:3], abs=0.0051)


@pytest.mark.parametrize(("rules", "runs", "points"), [(WESTERN_ELECTRIC, 20_000, 600), (WESTERN_ELECTRIC[:2], 4_000, 1_000)])
def test_simulated_run_lengths_lie_within_three_errors(rules: tuple[Rule, ...], runs: int, points: int) -> None:
    # A run without a signal begins anew, so that from there on it is as long as any: about one in 700, and one in 80.
    whole, rng = average_run_length(rules), np.random.default_rng(15)
    first = np.concatenate([first_signals(rng.normal(size=(1_000, points)), rules) for _ in range(runs // 1_000)]) + 1.0
    unfinished = first > points
    first[unfinished] = points + whole

    assert unfinished.mean() < 0.02
    assert abs(first.mean() - whole) < 3 * first.std() / runs**0.5


def test_averages_and_sums_have_the_published_run_lengths() -> None:
    # paper: Lucas and Saccucci 1990, table 3; Montgomery, tables 9.3 and 9.10.
    designs = [(0.4, 3.054, 14.26), (0.25, 2.998, 11.14), (0.2, 2.962, 10.54), (0.1, 2.814, 10.33), (0.05, 2.615, 11.38)]
    for weight, width, shifted in designs:
        assert 499.5 <= ewma_run_length(weight, width) < 500
        assert ewma_run_length(weight, width, 1.0) == pytest.approx(shifted, abs=0.0051)
    sums = [cusum_run_length(0.5, limit, shift) for limit in (4.0, 5.0) for shift in (0.0, 1.0)]
    assert sums == pytest.approx([167.7, 8.38, 465.4, 10.38], abs=0.051)


def test_run_lengths_by_a_chain_of_many_states() -> None:
    # brute force: Brook and Evans' chain of 400 states for one sum.
    from scipy.stats import norm

    states, limit = 400, 4.0
    width = 2 * limit / (2 * states - 1)
    at = width * np.arange(states)
    chain = norm.cdf(at + width / 2 - at[:, None] + 0.5) - norm.cdf(at - width / 2 - at[:, None] + 0.5)
    chain[:, 0] = norm.cdf(width / 2 - at + 0.5)
    assert _one_side(0.5, limit, 0.0) == pytest.approx(np.linalg.solve(np.eye(states) - chain, np.ones(states))[0], rel=1e-3)


@pytest.mark.parametrize(
    "made",
    [
        lambda: average_run_length(NELSON),
        lambda: average_run_length(()),
        lambda: average_run_length((Zone("twenty of twenty-five", 20, 25, 0.0),)),
        lambda: ewma_run_length(0.0, 3.0),
        lambda: cusum_run_length(-0.1, 3.0),
    ],
)
def test_what_has_no_run_length_is_refused(made: object) -> None:
    with pytest.raises(CannotEstimate):
        made()  # type: ignore[operator]
