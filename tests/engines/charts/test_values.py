"""Charts of measured values: the textbook's, and what they do with phases and what cannot be charted."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest

from tests.engines.charts.rings import RINGS
from tests.engines.oracles import too_many
from troth.engines.charts import Plan, xbar_r, xbar_s, xmr
from troth.engines.charts.factors import factors
from troth.engines.charts.values import subgroups
from troth.engines.signals import signals
from troth.kernel.errors import CannotEstimate

FLOWS = np.array([49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1])
FIVES = np.full(40, 5)


def test_flowrates_on_an_xmr_chart() -> None:
    # paper: NIST/SEMATECH handbook 6.3.2.2; reference: R qcc. Printed factors are rounded: 2.66, 3.267.
    pair = xmr(FLOWS, Plan(fewest=10))

    assert (pair.location.centre[0], pair.location.high[0], pair.location.low[0]) == pytest.approx((50.81, 55.8041, 45.8159), abs=2e-3)
    assert pair.spread.points[1:].mean() == pytest.approx(1.8778, abs=5e-5)
    assert np.isnan(pair.spread.points[0])
    assert pair.spread.high[0] == pytest.approx(6.135, abs=2e-3)
    assert pair.spread.low[0] == 0
    assert pair.location.beyond.size == pair.spread.beyond.size == 0


def test_median_ranges_have_a_factor_of_3_145() -> None:
    # paper: Wheeler's 3.145 and 3.865 times the median moving range, here 1.5.
    pair = xmr(FLOWS, Plan(fewest=10), by="median")

    assert pair.location.high[0] - pair.location.centre[0] == pytest.approx(3.145 * 1.5, abs=1.5e-3)
    assert pair.spread.high[0] == pytest.approx(3.865 * 1.5, abs=2e-3)


@pytest.mark.parametrize("by", ["mean", "median"])
def test_what_is_learnt_from_is_a_chart_of_its_own(by: Literal["mean", "median"]) -> None:
    values = np.random.default_rng(3).normal(size=40).cumsum()
    learnt, alone = xmr(values, Plan(learn=(5, 19)), by=by), xmr(values[5:19], by=by)

    assert learnt.location.sigma == pytest.approx(alone.location.sigma)
    assert learnt.location.centre[0] == pytest.approx(alone.location.centre[0])
    assert learnt.location.high[39] == pytest.approx(alone.location.high[0])


def test_small_moves_of_great_values_are_moves() -> None:
    # Instants in microseconds that move by tenths of a second.
    tenths = np.tile([0.0, 1.0, 3.0], 6)

    assert xmr(1.7e15 + 1e5 * tenths).location.sigma[0] == pytest.approx(1e5 * xmr(tenths).location.sigma[0], rel=1e-5)


def test_one_jump_widens_the_limits_of_mean_ranges_only() -> None:
    jumped = np.tile([10.0, 11.0], 10)
    jumped[9] = 90.0

    assert xmr(jumped).location.sigma[0] > 4
    assert xmr(jumped, by="median").location.sigma[0] == pytest.approx(1 / 0.9539, abs=1e-4)


def test_piston_rings() -> None:
    # paper: Montgomery, examples 6.1 and 6.3; reference: R qcc, whose d2 is 2.326. Limits from samples 1 to 25, 26 to 40 judged by them.
    found = subgroups(RINGS, FIVES)
    ranges = xbar_r(found.sizes, found.means, found.ranges, Plan(learn=(0, 25)))
    deviations = xbar_s(found.sizes, found.means, found.deviations, Plan(learn=(0, 25)))

    assert ranges.location.centre[0] == pytest.approx(74.001176, abs=5e-7)
    assert ranges.location.sigma[0] == pytest.approx(0.0097850, abs=5e-7)
    assert (ranges.location.low[0], ranges.location.high[0]) == pytest.approx((73.988048, 74.014304), abs=1e-6)
    assert ranges.spread.centre[0] == pytest.approx(0.02276, abs=5e-7)
    assert (ranges.spread.low[0], ranges.spread.high[0]) == pytest.approx((0, 0.048125), abs=2e-6)
    assert deviations.location.sigma[0] == pytest.approx(0.0098300, abs=5e-8)
    assert deviations.spread.centre[0] == pytest.approx(0.00924004, abs=5e-9)
    assert (deviations.spread.low[0], deviations.spread.high[0]) == pytest.approx((0, 0.0193024), abs=5e-8)
    assert (ranges.location.beyond + 1).tolist() == [37, 38, 39]
    # Sample 40 is inside the limits: a rule on runs names it.
    assert all(40 in one.at + 1 for one in signals(ranges.location)[1:])


def test_subgroups_of_sizes_that_differ_by_their_definition() -> None:
    # brute force: means, ranges, deviations and the weighted sigma written out, subgroup by subgroup.
    sizes = np.array([2, 3, 4, 5, 6, 7] * 3)
    values = np.random.default_rng(8).normal(50, 4, int(sizes.sum()))
    pieces = np.split(values, np.cumsum(sizes)[:-1])
    found = subgroups(values, sizes)
    by_range, by_deviation = xbar_r(sizes, found.means, found.ranges), xbar_s(sizes, found.means, found.deviations)

    assert found.means == pytest.approx([piece.mean() for piece in pieces], rel=1e-12)
    assert found.ranges == pytest.approx([np.ptp(piece) for piece in pieces], rel=1e-12)
    assert found.deviations == pytest.approx([piece.std(ddof=1) for piece in pieces], rel=1e-12)
    known = [factors(int(n)) for n in sizes]
    weights = [(one.d2 / one.d3) ** 2 for one in known]
    sigma = sum(np.ptp(p) / f.d2 * w for p, f, w in zip(pieces, known, weights, strict=True)) / sum(weights)
    weights = [f.c4**2 / (1 - f.c4**2) for f in known]
    other = sum(p.std(ddof=1) / f.c4 * w for p, f, w in zip(pieces, known, weights, strict=True)) / sum(weights)
    assert by_range.location.sigma[0] == pytest.approx(sigma, rel=1e-12)
    assert by_deviation.location.sigma[0] == pytest.approx(other, rel=1e-12)
    assert by_range.location.centre[0] == pytest.approx(values.mean(), rel=1e-12)
    assert by_range.location.high == pytest.approx([values.mean() + 3 * sigma / n**0.5 for n in sizes], rel=1e-12)
    assert by_range.spread.high == pytest.approx([(f.d2 + 3 * f.d3) * sigma for f in known], rel=1e-12)


def test_a_thousand_units_in_one_series_are_a_thousand_charts() -> None:
    values = np.random.default_rng(4).normal(size=36_000)
    together = xmr(values, Plan(tuple(range(0, 36_000, 36)))).location
    alone = xmr(values[36 * 700 : 36 * 701]).location

    assert together.high[36 * 700 : 36 * 701] == pytest.approx(alone.high, rel=1e-12)
    assert together.sigma.size == 1_000
    assert not too_many(together.beyond.size, 36_000, 0.0035)


def test_no_moving_range_reaches_over_a_phase() -> None:
    stepped = np.r_[np.tile([10.0, 11.0], 8), np.tile([50.0, 51.0], 8)]
    pair = xmr(stepped, Plan((16,)))

    assert pair.location.beyond.size == 0
    assert np.isnan(pair.spread.points[16])
    assert pair.location.sigma == pytest.approx([1 / factors(2).d2] * 2)
    assert xmr(stepped, Plan(learn=(0, 16))).location.beyond.tolist() == list(range(16, 32))


@pytest.mark.parametrize(
    ("values", "need"),
    [
        ([1.0, 2.0] * 5, "at least 12"),
        ([3.3] * 12, "values that move"),
        ([0.1 + 0.2, 0.3] * 6, "values that move"),
        ([1.0, 2.0] * 6 + [float("nan")], "no finite number at position 12"),
        ([1.0, 2.0] * 6 + [float("inf")], "no finite number at position 12"),
    ],
)
def test_what_cannot_be_charted_is_refused(values: list[float], need: str) -> None:
    with pytest.raises(CannotEstimate, match=need):
        xmr(np.array(values))


def test_a_median_range_of_nothing_points_to_the_mean() -> None:
    with pytest.raises(CannotEstimate, match="Use the mean of the ranges"):
        xmr(np.r_[np.full(12, 5.0), 6.0, 7.0], by="median")


def test_a_short_phase_is_named() -> None:
    with pytest.raises(CannotEstimate, match="4 points in the phase from position 12"):
        xmr(np.tile([1.0, 2.0], 8), Plan((12,)))


@pytest.mark.parametrize(
    "plan",
    [lambda: Plan((3, 3)), lambda: Plan((-1,)), lambda: Plan((5,), learn=(0, 12)), lambda: Plan(learn=(4, 4)), lambda: Plan(fewest=1)],
)
def test_a_plan_that_is_none_is_refused(plan: object) -> None:
    with pytest.raises(CannotEstimate):
        plan()  # type: ignore[operator]


@pytest.mark.parametrize("plan", [Plan((40,)), Plan(learn=(0, 13))])
def test_phases_outside_the_series_are_refused(plan: Plan) -> None:
    with pytest.raises(CannotEstimate, match="within the series"):
        xmr(np.tile([1.0, 2.0], 6), plan)


def test_subgroups_of_one_are_sent_to_the_xmr_chart() -> None:
    with pytest.raises(CannotEstimate, match="XmR"):
        xbar_r(np.r_[np.full(11, 5), 1], np.ones(12), np.ones(12))
    with pytest.raises(CannotEstimate, match="subgroup"):
        subgroups(np.ones(5), np.array([2, 2]))
    with pytest.raises(CannotEstimate, match="at least 0"):
        xbar_s(np.full(12, 5), np.ones(12), np.r_[np.ones(11), -1])
    with pytest.raises(CannotEstimate, match="a finite mean"):
        xbar_s(np.full(12, 5), np.r_[np.ones(11), np.nan], np.ones(12))
