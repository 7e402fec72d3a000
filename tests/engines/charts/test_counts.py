"""Charts of shares and counts: the textbook's, and series whose truth was planted."""

from __future__ import annotations

from collections.abc import Callable
from math import pi

import numpy as np
import pytest

from tests.engines.oracles import too_many
from troth.engines.charts import Chart, Plan, c_chart, laney_p_chart, laney_u_chart, p_chart, u_chart
from troth.kernel.errors import CannotEstimate

# fmt: off
ORANGE_JUICE = [
    12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22, 8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6,
]
CIRCUITS = [
    10, 12, 8, 14, 10, 16, 11, 7, 10, 15, 9, 5, 7, 11, 12, 6, 8, 10, 7, 5,
]
WAFERS = [
    16, 14, 28, 16, 12, 20, 10, 12, 10, 17, 19, 17, 14, 16, 15, 13, 14, 16, 11, 20, 11, 19, 16, 31, 13,
]
# fmt: on
CHARTS = pytest.mark.parametrize("chart", [p_chart, laney_p_chart])


def test_the_orange_juice_cans() -> None:
    # paper: Montgomery's frozen orange juice, 30 samples of 50; NIST 6.3.3.2; reference: R qcc.
    chart = p_chart(np.array(ORANGE_JUICE) / 50, np.full(30, 50.0))

    assert chart.centre == pytest.approx([0.231333] * 30, abs=5e-7)
    assert chart.low == pytest.approx([0.05243] * 30, abs=5e-6)
    assert chart.high == pytest.approx([0.41024] * 30, abs=5e-6)
    assert (chart.beyond + 1).tolist() == [15, 23]


def test_laneys_spread_by_its_definition() -> None:
    # brute force: z, moving ranges and limits written out point by point, each with its own n.
    shares, n = np.array(ORANGE_JUICE) / 50, np.linspace(40, 90, 30)
    chart = laney_p_chart(shares, n)

    centre = sum(p * m for p, m in zip(shares, n, strict=True)) / sum(n)
    sigma = [(centre * (1 - centre) / m) ** 0.5 for m in n]
    z = [(p - centre) / s for p, s in zip(shares, sigma, strict=True)]
    spread = sum(abs(z[i] - z[i - 1]) for i in range(1, 30)) / 29 / (2 / pi**0.5)
    assert float(chart.sigma[0]) == pytest.approx(spread, rel=1e-12)
    assert chart.high == pytest.approx([centre + 3 * spread * s for s in sigma], rel=1e-12)
    assert chart.low == pytest.approx([max(0, centre - 3 * spread * s) for s in sigma], rel=1e-12)


def test_a_point_on_the_limit_is_no_signal() -> None:
    # Share .5 of n 36: sigma 1/12, limit .75; the series keeps its mean at .5.
    shares = np.array([0.75, 0.25] + [0.5] * 10)

    assert p_chart(shares, np.full(12, 36.0)).beyond.tolist() == []
    assert p_chart(shares, np.full(12, 36.1)).beyond.tolist() == [0, 1]


def test_limits_follow_each_points_own_n_and_stay_between_nothing_and_all() -> None:
    shares = np.array([0.9, 1.0] * 6)
    chart = p_chart(shares, np.array([10.0, 1_000.0] * 6))

    assert chart.high[0] == 1.0
    assert chart.low[0] < chart.low[1] < chart.centre[0] < 1.0
    assert 0.9 < chart.centre[0] < 1.0


def test_defects_of_printed_circuits() -> None:
    # paper: Montgomery's personal computers, 20 samples of 5; reference: R qcc, data set pcmanufact.
    chart = u_chart(np.array(CIRCUITS), np.full(20, 5.0))

    assert (chart.centre[0], chart.low[0], chart.high[0]) == pytest.approx((1.93, 0.06613, 3.79387), abs=5e-6)
    assert chart.beyond.size == 0


def test_defects_of_wafers_and_a_point_on_the_limit() -> None:
    # paper: NIST 6.3.3.1, 400 defects of 25 wafers; the third lies on the limit of 28.
    chart = c_chart(np.array(WAFERS))

    assert (chart.centre[0], chart.low[0], chart.high[0]) == (16, 4, 28)
    assert (chart.beyond + 1).tolist() == [24]


def test_u_charts_by_their_definition_with_exposures_that_differ() -> None:
    # brute force: rate, limits and moving ranges of z written out point by point.
    exposure = np.linspace(3, 9, 20)
    plain, laney = u_chart(np.array(CIRCUITS), exposure), laney_u_chart(np.array(CIRCUITS), exposure)

    centre = sum(CIRCUITS) / sum(exposure)
    errors = [(centre / e) ** 0.5 for e in exposure]
    z = [(c / e - centre) / error for c, e, error in zip(CIRCUITS, exposure, errors, strict=True)]
    spread = sum(abs(z[i] - z[i - 1]) for i in range(1, 20)) / 19 * pi**0.5 / 2
    assert plain.high == pytest.approx([centre + 3 * error for error in errors], rel=1e-12)
    assert laney.high == pytest.approx([centre + 3 * spread * error for error in errors], rel=1e-12)
    assert laney.z * spread == pytest.approx(z, rel=1e-12)


def test_phases_are_charts_of_their_own_and_frozen_limits_those_of_their_points() -> None:
    shares, n = np.array(ORANGE_JUICE) / 50, np.linspace(40, 90, 30)
    phased, frozen = laney_p_chart(shares, n, Plan((15,))), laney_p_chart(shares, n, Plan(learn=(0, 15)))
    first, second = laney_p_chart(shares[:15], n[:15]), laney_p_chart(shares[15:], n[15:])

    assert phased.high == pytest.approx(np.append(first.high, second.high), rel=1e-12)
    assert phased.sigma == pytest.approx([first.sigma[0], second.sigma[0]], rel=1e-12)
    assert frozen.high[:15] == pytest.approx(first.high, rel=1e-12)
    assert frozen.centre[29] == pytest.approx(first.centre[0], rel=1e-12)


@pytest.mark.parametrize(
    ("counts", "exposure", "need"),
    [
        ([1.5] * 12, [1.0] * 12, "whole numbers"),
        ([-1] * 12, [1.0] * 12, "at least 0"),
        ([0] * 12, [1.0] * 12, "chart of rare events"),
        ([1] * 12, [1.0] * 11 + [0.0], "exposure above 0"),
        ([1] * 11, [1.0] * 11, "at least 12"),
    ],
)
def test_counts_that_are_none_are_refused(counts: list[float], exposure: list[float], need: str) -> None:
    for chart in (u_chart, laney_u_chart):
        with pytest.raises(CannotEstimate, match=need):
            chart(np.array(counts), np.array(exposure))


def moving_process(rng: np.random.Generator, series: int) -> tuple[np.ndarray, np.ndarray]:
    """Months of 3,000 to 6,000 promises whose true share itself moves by 2 points (beta around .92)."""
    n = rng.integers(3_000, 6_000, size=(series, 36))
    spread = 0.92 * 0.08 / 0.02**2 - 1
    truth = rng.beta(0.92 * spread, 0.08 * spread, size=n.shape)
    return rng.binomial(n, truth) / n, n.astype(np.float64)


def flags(charts: list[Chart]) -> int:
    return sum(chart.beyond.size for chart in charts)


def test_a_share_that_always_moves_raises_few_false_alarms_with_laney_and_many_without() -> None:
    # planted truth: nothing happened in any of 400 series of 36 months.
    shares, n = moving_process(np.random.default_rng(12), 400)
    charts = [laney_p_chart(*row) for row in zip(shares, n, strict=True)]
    plain = [p_chart(*row) for row in zip(shares, n, strict=True)]

    assert not too_many(flags(charts), shares.size, 0.01)
    assert flags(plain) > 0.3 * shares.size


def test_a_month_that_was_made_unusual_is_found() -> None:
    # planted truth: month 20 of every series lies 15 points lower, 7 times what the share moves otherwise.
    shares, n = moving_process(np.random.default_rng(13), 400)
    shares[:, 20] -= 0.15
    found = [20 in laney_p_chart(*row).beyond for row in zip(shares, n, strict=True)]

    assert np.mean(found) > 0.95


@CHARTS
@pytest.mark.parametrize(
    ("shares", "n", "need"),
    [
        ([0.5, 0.4] * 5 + [0.5], [9.0] * 11, "at least 12"),
        ([0.0] * 12, [9.0] * 12, "shares that move"),
        ([1.0] * 12, [9.0] * 12, "shares that move"),
        ([0.5, 0.4] * 6, [9.0] * 11 + [0.0], "n above 0"),
        ([0.5, 0.4] * 6, [9.0] * 11 + [float("inf")], "n above 0"),
        ([0.5, 1.4] * 6, [9.0] * 12, "a share of 1.4"),
        ([0.5, float("nan")] * 6, [9.0] * 12, "no finite number at position 1"),
        ([0.5, 0.4] * 6, [9.0] * 11, "one n for each"),
    ],
)
def test_too_little_or_impossible_series_are_refused(
    chart: Callable[[np.ndarray, np.ndarray], Chart], shares: list[float], n: list[float], need: str
) -> None:
    with pytest.raises(CannotEstimate, match=need):
        chart(np.array(shares), np.array(n))


@pytest.mark.parametrize("share", [0.1, 0.3, 0.7, 0.9])
def test_a_share_that_never_moves_has_no_laney_chart(share: float) -> None:
    # Uneven n: the centre differs from the share by rounding, and that is no movement.
    with pytest.raises(CannotEstimate, match="values that move"):
        laney_p_chart(np.full(12, share), np.linspace(50.3, 97.1, 12))
