"""Charts of rare events."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import geom, norm

from tests.engines.oracles import too_few, too_many
from troth.engines.charts import Plan, g_chart, t_chart, xmr
from troth.engines.charts.rare import gaps_between
from troth.kernel.errors import CannotEstimate

TAIL = float(norm.sf(3))


def test_limits_of_gaps_are_quantiles_of_the_geometric_distribution() -> None:
    # reference: scipy's geom, which counts the event itself: gap + 1.
    gaps = np.array([20, 3, 11, 0, 35, 8, 14, 2, 27, 6, 10, 150])
    chart, share = g_chart(gaps), 1 / (1 + gaps.mean())

    assert chart.centre[0] == geom.ppf(0.5, share) - 1
    assert chart.high[0] == geom.isf(TAIL, share) - 1
    assert chart.low[0] == 0
    middle = geom.sf(gaps + 1, share) + geom.pmf(gaps + 1, share) / 2
    assert chart.z == pytest.approx(norm.isf(middle), abs=1e-9)


def test_very_rare_events_have_a_lower_limit() -> None:
    # reference: scipy. A mean of 5,000 cases between events.
    gaps = np.r_[np.full(11, 5_000), 5_000]
    chart, share = g_chart(gaps), 1 / 5_001

    assert geom.cdf(chart.low[0], share) <= TAIL < geom.cdf(chart.low[0] + 1, share)
    assert chart.low[0] == 6


def test_few_gaps_of_an_even_process_are_outside_and_three_sigmas_would_accuse_many() -> None:
    # planted truth: 200 series of 60 gaps of one rate; limits are learnt from each.
    gaps = np.random.default_rng(5).geometric(1 / 100, size=(200, 60)) - 1
    outside = sum(g_chart(row).beyond.size for row in gaps)
    usual = sum(int((row > row.mean() + 3 * np.sqrt(row.mean() * (row.mean() + 1))).sum()) for row in gaps)

    assert not too_many(outside, gaps.size, 0.003)
    assert not too_few(usual, gaps.size, 0.013)


def test_phases_have_their_own_scores() -> None:
    gaps = np.random.default_rng(6).geometric(1 / 50, size=40) - 1
    both = g_chart(gaps, Plan((20,)))

    assert both.z == pytest.approx(np.append(g_chart(gaps[:20]).z, g_chart(gaps[20:]).z))
    assert both.high[[0, 20]].tolist() == [g_chart(gaps[:20]).high[0], g_chart(gaps[20:]).high[0]]


def test_times_are_an_x_chart_of_their_power() -> None:
    # paper: Nelson 1994, exponent 1 / 3.6; by the X chart, which has known answers of its own.
    times = np.random.default_rng(7).exponential(30, size=25)
    chart, bent = t_chart(times), xmr(times ** (1 / 3.6)).location

    assert chart.high == pytest.approx(bent.high**3.6)
    assert chart.low == pytest.approx(np.maximum(bent.low, 0) ** 3.6)
    assert chart.z == pytest.approx(bent.z)


def test_few_times_of_an_even_process_are_outside() -> None:
    # planted truth: 300 series of 60 exponential times.
    times = np.random.default_rng(9).exponential(2.0, size=(300, 60))

    assert not too_many(sum(t_chart(row).beyond.size for row in times), times.size, 0.006)


def test_a_stop_of_the_events_is_seen() -> None:
    times = np.random.default_rng(10).exponential(2.0, size=40)
    times[30] = 60.0

    assert 30 in t_chart(times).beyond


@pytest.mark.parametrize(
    ("gaps", "need"),
    [([0] * 12, "Use a p chart"), ([1.5] * 12, "whole numbers"), ([-1] * 12, "at least 0"), ([3, 4] * 5, "at least 12")],
)
def test_gaps_that_are_none_are_refused(gaps: list[float], need: str) -> None:
    with pytest.raises(CannotEstimate, match=need):
        g_chart(np.array(gaps))


def test_times_that_are_none_are_refused() -> None:
    with pytest.raises(CannotEstimate, match="values that move"):
        t_chart(np.full(12, 3.0))
    with pytest.raises(CannotEstimate, match="at least 0"):
        t_chart(np.r_[np.ones(11), -2.0])
    with pytest.raises(CannotEstimate, match="in order"):
        gaps_between(np.array([5, 3]))
    with pytest.raises(CannotEstimate, match="two or more"):
        gaps_between(np.array([5]))
