"""EWMA and CUSUM charts."""

from __future__ import annotations

import numpy as np
import pytest

from troth.engines.charts import Plan, cusum, ewma, xmr
from troth.engines.charts.memory import Smoothing, Standard
from troth.kernel.errors import CannotEstimate

NIST = np.array([52.0, 47.0, 53.0, 49.3, 50.1, 47.0, 51.0, 50.1, 51.2, 50.5, 49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1])
# fmt: off
SHIFTED = np.array([
    324.925, 324.675, 324.725, 324.350, 325.350, 325.225, 324.125, 324.525, 325.225, 324.600,
    324.625, 325.150, 328.325, 327.250, 327.825, 328.500, 326.675, 327.775, 326.875, 328.350,
])
# fmt: on


def test_the_handbooks_moving_average() -> None:
    # paper: NIST/SEMATECH handbook 6.3.2.4; the sixth point, printed as 49.12 there by memory, is 49.21 by hand and by R qcc.
    standard = Standard(50.0, 2.0539)
    chart = ewma(NIST, standard=standard, smoothing=Smoothing(0.3, 3.0))
    settled = ewma(NIST, standard=standard, smoothing=Smoothing(0.3, 3.0, exact=False))

    assert chart.points.round(2).tolist() == [
        50.60, 49.52, 50.56, 50.18, 50.16, 49.21, 49.75, 49.85, 50.26, 50.33,
        50.11, 49.36, 49.52, 50.05, 49.38, 49.92, 50.73, 51.23, 51.94, 51.99,
    ]  # fmt: skip
    assert (settled.low[0], settled.high[0]) == pytest.approx((47.4116, 52.5884), abs=5e-5)
    assert (chart.low[0], chart.high[0]) == pytest.approx((48.1515, 51.8485), abs=1e-4)
    assert chart.high[19] == pytest.approx(settled.high[19], abs=2e-3)
    assert chart.beyond.size == 0


def test_averages_and_limits_by_their_definition_over_phases() -> None:
    # brute force: point by point, over more points than a block holds, two phases.
    values = np.random.default_rng(2).normal(20, 3, 500)
    chart = ewma(values, Plan((230,)), smoothing=Smoothing(0.1, 2.8))

    for first, end, phase in ((0, 230, 0), (230, 500, 1)):
        target, sigma = values[first:end].mean(), xmr(values[first:end]).location.sigma[0]
        before = target
        for place in range(first, end):
            before = 0.1 * values[place] + 0.9 * before
            age = place - first + 1
            error = sigma * (0.1 / 1.9 * (1 - 0.9 ** (2 * age))) ** 0.5
            assert chart.points[place] == pytest.approx(before, rel=1e-12)
            assert chart.high[place] == pytest.approx(target + 2.8 * error, rel=1e-12)
        assert chart.sigma[phase] == pytest.approx(sigma)


def test_a_weight_of_one_is_an_x_chart() -> None:
    plain, chart = xmr(NIST).location, ewma(NIST, smoothing=Smoothing(1.0, 3.0))

    assert chart.points == pytest.approx(NIST)
    assert chart.high == pytest.approx(plain.high)
    assert chart.z == pytest.approx(plain.z)


def test_the_handbooks_cumulative_sums() -> None:
    # paper: NIST/SEMATECH handbook 6.3.2.3: target 325, k .3175, h 4.1959, which are .5 and 6.6077 sigmas of .635.
    found = cusum(SHIFTED, standard=Standard(325.0, 0.635), limit=4.1959 / 0.635)

    assert found.upper[12:] == pytest.approx([3.01, 4.94, 7.45, 10.63, 11.99, 14.44, 16.00, 19.04], abs=5.001e-3)
    assert found.limit[0] == pytest.approx(4.1959)
    assert int(found.above[0]) + 1 == 14
    assert int(found.rose[0]) + 1 == 13
    assert found.below.size == 0


def test_sums_by_their_definition_over_phases() -> None:
    # brute force: the recursion, point by point, from 0 in each phase.
    values = np.random.default_rng(3).normal(0.4, 1, 400)
    values[296:306] = 3.0
    found = cusum(values, Plan((150, 300)), standard=Standard(0.0, 1.0), slack=0.25, limit=4.0)

    high = low = 0.0
    rose = fell = 0
    expected: list[tuple[int, int]] = []
    for place, value in enumerate(values):
        if place in (0, 150, 300):
            high, low, rose, fell = 0.0, 0.0, place, place
        high, low = max(0.0, high + value - 0.25), max(0.0, low - value - 0.25)
        rose, fell = (place + 1 if high == 0 else rose), (place + 1 if low == 0 else fell)
        assert (found.upper[place], found.lower[place]) == pytest.approx((high, low), abs=1e-10)
        if high > 4:
            expected.append((place, rose))
    assert list(zip(found.above.tolist(), found.rose.tolist(), strict=True)) == expected
    assert len(expected) > 50


def test_a_lasting_shift_of_one_sigma_is_seen_by_both_and_not_by_single_points() -> None:
    # planted truth: from position 100 on the mean lies one sigma higher.
    values = np.random.default_rng(21).normal(size=130)
    values[100:] += 1.0
    standard = Standard(0.0, 1.0)
    averages, sums = ewma(values, standard=standard), cusum(values, standard=standard)

    assert averages.beyond[0] >= 100
    assert sums.above[0] >= 100
    assert abs(int(sums.rose[0]) - 100) <= 8
    assert (np.abs(values[100:115]) < 3).all()
    assert averages.beyond[0] <= 115


@pytest.mark.parametrize(
    "made",
    [
        lambda: Standard(1.0, 0.0),
        lambda: Standard(float("nan"), 1.0),
        lambda: Smoothing(0.0),
        lambda: Smoothing(1.1),
        lambda: Smoothing(0.2, 0.0),
        lambda: cusum(NIST, slack=-1.0),
        lambda: cusum(NIST, limit=0.0),
        lambda: ewma(np.full(12, 2.0)),
        lambda: ewma(NIST, Plan(learn=(0, 12)), standard=Standard(50.0, 2.0)),
        lambda: ewma(NIST[:11]),
        lambda: cusum(np.r_[NIST, np.nan], standard=Standard(50.0, 2.0)),
    ],
)
def test_what_makes_no_chart_is_refused(made: object) -> None:
    with pytest.raises(CannotEstimate):
        made()  # type: ignore[operator]
