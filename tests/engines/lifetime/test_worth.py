"""What customers spend, and what they will still bring."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad

from tests.engines.lifetime.cdnow import cohort
from tests.engines.oracles import covers
from tests.needs import require_data
from troth.engines.lifetime import Buying, Spending, buying, mean_spend, purchases, spending, worth
from troth.engines.lifetime.spending import _likelihood
from troth.kernel.errors import CannotEstimate

pytestmark = pytest.mark.slow

MODEL = Buying(0.243, 4.414, 0.793, 2.426, 0.0, np.zeros((4, 4)), 2357, 946)
SPENT = Spending(6.25, 3.74, 15.44, 0.0, np.zeros((3, 3)), 0.0, 946)


def test_what_customers_of_cdnow_spend() -> None:
    # paper: Fader and Hardie 2013, section 4, 6.25, 3.74, 15.44; further digits of the lifetimes package.
    data = cohort(require_data("cdnow"))
    came = data.repeats > 0
    found = spending(data.repeats[came], data.means[came])

    assert (found.p, found.q, found.v) == pytest.approx((6.2488, 3.7446, 15.4477), rel=1e-3)
    assert found.log_likelihood == pytest.approx(-4055.92, abs=0.01)
    assert found.centre == pytest.approx(35.171, abs=1e-2)
    assert found.together == pytest.approx(0.1139, abs=1e-4)
    assert mean_spend(found, data.repeats, data.means)[came][:3] == pytest.approx([24.6586, 18.9115, 71.4629], rel=1e-3)


def test_customers_who_spend_the_same_each_time_are_held_to_it() -> None:
    # planted truth: a subscription; each customer's mean is what the next purchase costs.
    rng = np.random.default_rng(9)
    times, means = rng.integers(1, 9, 400), rng.choice([10.0, 25.0, 60.0], 400)

    assert mean_spend(spending(times, means), times, means) == pytest.approx(means, rel=0.02)


def test_customers_values_sum_to_the_headline_and_are_purchases_times_spending() -> None:
    repeats, last, seen = np.array([0, 2, 9]), np.array([0.0, 30.0, 38.0]), np.array([38.0, 38.0, 39.0])
    means = np.array([0.0, 20.0, 90.0])
    found = worth(MODEL, SPENT, repeats, last, seen, means, ahead=52.0, rate=0.0)

    assert found.total == found.each.sum()
    assert found.each == pytest.approx(purchases(MODEL, repeats, last, seen, 52.0) * mean_spend(SPENT, repeats, means))
    # No doubt of the numbers, no interval.
    assert (found.low, found.high) == (found.total, found.total)


def test_what_comes_later_counts_for_less() -> None:
    # brute force: the same integral by quadrature.
    one = (np.array([4]), np.array([30.0]), np.array([38.0]))
    found = worth(MODEL, SPENT, *one, np.array([25.0]), ahead=156.0, rate=0.003)

    def by(t: float) -> float:
        return float(purchases(MODEL, *one, t)[0])

    whole = np.exp(-0.003 * 156) * by(156.0) + quad(lambda t: 0.003 * np.exp(-0.003 * t) * by(t), 0, 156)[0]
    assert found.each[0] == pytest.approx(whole * mean_spend(SPENT, one[0], np.array([25.0]))[0], rel=1e-7)
    assert found.total < worth(MODEL, SPENT, *one, np.array([25.0]), ahead=156.0, rate=0.0).total


def test_intervals_of_spending_hold_what_was_planted() -> None:
    # planted truth: 1,000 sets of 500 customers.
    rng, held = np.random.default_rng(5), np.zeros(3)
    for _ in range(1_000):
        times = 1 + rng.poisson(3, 500)
        scale = 1 / rng.gamma(4.0, 1 / 20.0, 500)
        found = spending(times, rng.gamma(5.0 * times, scale / times))
        held += np.abs(found.logs - np.log([5.0, 4.0, 20.0])) <= 1.959964 * np.sqrt(np.diag(found.spread))

    assert [name for name, times in zip("pqv", held, strict=True) if not covers(int(times), 1_000, 0.95)] == []


def test_the_interval_of_the_total_holds_what_the_true_numbers_give() -> None:
    # planted truth: 300 sets of 500 customers; what is expected of them by the numbers they were drawn from.
    rng, held = np.random.default_rng(6), 0
    true_buys = Buying(1.5, 6.0, 1.2, 3.0, 0.0, np.zeros((4, 4)), 500, 500)
    true_spends = Spending(5.0, 4.0, 20.0, 0.0, np.zeros((3, 3)), 0.0, 500)
    for _ in range(300):
        rate, leave, seen = rng.gamma(1.5, 1 / 6.0, 500), rng.beta(1.2, 3.0, 500), rng.uniform(30, 60, 500)
        repeats, last = _bought(rng, rate, leave, seen)
        came = repeats > 0
        means = np.where(came, rng.gamma(5.0 * np.maximum(repeats, 1), 1 / rng.gamma(4.0, 1 / 20.0, 500) / np.maximum(repeats, 1)), 0.0)
        found = worth(buying(repeats, last, seen), spending(repeats[came], means[came]), repeats, last, seen, means, ahead=52.0, rate=0.0)
        truth = worth(true_buys, true_spends, repeats, last, seen, means, ahead=52.0, rate=0.0).total
        held += found.low <= truth <= found.high

    assert covers(held, 300, 0.95)


def _bought(rng: np.random.Generator, rate: np.ndarray, leave: np.ndarray, seen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    repeats, last, time = np.zeros(rate.size, dtype=np.int64), np.zeros(rate.size), np.zeros(rate.size)
    there = np.ones(rate.size, dtype=bool)
    while there.any():
        time = time + rng.exponential(1 / rate)
        there = there & (time <= seen)
        repeats, last = repeats + there, np.where(there, time, last)
        there = there & (rng.random(rate.size) >= leave)
    return repeats, last


def test_slopes_and_bends_are_those_of_the_likelihood() -> None:
    # brute force: differences over a small step.
    rng = np.random.default_rng(7)
    x, m, at, step = rng.integers(1, 9, 30).astype(float), rng.gamma(4, 5, 30), np.log([5.0, 3.0, 12.0]), 1e-5
    _, slope, bend = _likelihood(at, x, m)

    for place, move in enumerate(step * np.eye(3)):
        above, below = _likelihood(at + move, x, m), _likelihood(at - move, x, m)
        assert (above[0] - below[0]) / (2 * step) == pytest.approx(slope[place], rel=1e-6)
        assert (above[1] - below[1]) / (2 * step) == pytest.approx(bend[place], rel=1e-5)


@pytest.mark.parametrize(
    ("times", "means"), [(np.full(49, 2), np.linspace(1, 9, 49)), (np.full(60, 0), np.ones(60)), (np.full(60, 2), np.zeros(60))],
    ids=["few", "of nothing", "for nothing"],
)  # fmt: skip
def test_what_tells_no_spending_is_refused(times: np.ndarray, means: np.ndarray) -> None:
    with pytest.raises(CannotEstimate):
        spending(times, means)


@pytest.mark.parametrize(("ahead", "rate"), [(0.0, 0.0), (10.0, -0.1)])
def test_a_time_or_a_rate_below_nought_is_refused(ahead: float, rate: float) -> None:
    with pytest.raises(CannotEstimate):
        worth(MODEL, SPENT, np.array([1]), np.array([1.0]), np.array([2.0]), np.array([3.0]), ahead=ahead, rate=rate)
