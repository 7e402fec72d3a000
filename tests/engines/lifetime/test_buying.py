"""Purchases of customers who may be gone."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy.special import hyp2f1

from tests.engines.lifetime.cdnow import cohort
from tests.engines.oracles import covers
from tests.needs import require_data
from troth.engines.lifetime import Buying, alive, buying, purchases
from troth.engines.lifetime.buying import _likelihood
from troth.kernel.errors import CannotEstimate

pytestmark = pytest.mark.slow

# paper: Fader, Hardie and Lee 2005, table 2 and section 4.
PUBLISHED = Buying(0.243, 4.414, 0.793, 2.426, -9582.4, np.zeros((4, 4)), 2357, 946)
NOBODY = (np.array([0]), np.array([0.0]), np.array([0.0]))


def test_customers_of_cdnow() -> None:
    data = cohort(require_data("cdnow"))
    found = buying(data.repeats, data.last, data.seen)

    # paper for the first three digits; the others of the lifetimes package, 0.11.3.
    assert (found.customers, found.again, int(data.repeats.sum())) == (2357, 946, 2457)
    assert (found.r, found.alpha, found.a, found.b) == pytest.approx((0.2426, 4.4135, 0.7929, 2.4258), rel=1e-3)
    assert found.log_likelihood == pytest.approx(-9582.43, abs=0.01)
    assert purchases(found, *NOBODY, 39.0)[0] == pytest.approx(1.1950, abs=1e-3)
    assert purchases(found, *NOBODY, 52.0)[0] == pytest.approx(1.4440, abs=1e-3)


def test_a_customer_of_the_paper() -> None:
    one = (np.array([2]), np.array([30.43]), np.array([38.86]))

    assert purchases(PUBLISHED, *one, 39.0)[0] == pytest.approx(1.226, abs=1e-3)
    # reference: P(alive) as the lifetimes package has it.
    assert alive(PUBLISHED, *one)[0] == pytest.approx(0.7266, abs=1e-3)


def test_what_was_expected_of_cdnow_beside_what_came() -> None:
    # The model is known to expect too little of these customers in the second 39 weeks: 1,653 of 1,882.
    data = cohort(require_data("cdnow"))
    expected = purchases(buying(data.repeats, data.last, data.seen), data.repeats, data.last, data.seen, 39.0)

    assert int(data.came.sum()) == 1882
    assert expected.sum() == pytest.approx(1653.4, abs=1)


def _drawn(rng: np.random.Generator, customers: int, weeks: float) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Customers as the model has them, by throwing its dice one after another; with their own rate and chance to leave."""
    rate, leave = rng.gamma(1.5, 1 / 6.0, customers), rng.beta(1.2, 3.0, customers)
    seen = rng.uniform(weeks / 2, weeks, customers)
    repeats, last = np.zeros(customers, dtype=np.int64), np.zeros(customers)
    for at in range(customers):
        time = 0.0
        while rng.random() >= leave[at] or (repeats[at] == 0 and time == 0.0):
            time += rng.exponential(1 / rate[at])
            if time > seen[at]:
                break
            repeats[at], last[at] = repeats[at] + 1, time
    return repeats, last, seen, rate, leave


def test_intervals_hold_what_was_planted() -> None:
    # planted truth: 1,000 sets of 600 customers, who never leave before they came again. By the delta method, on the logarithms.
    rng, held = np.random.default_rng(1), np.zeros(4)
    for _ in range(1_000):
        repeats, last, seen, _, _ = _drawn(rng, 600, 60.0)
        found = buying(repeats, last, seen)
        off = np.abs(found.logs - np.log([1.5, 6.0, 1.2, 3.0])) / np.sqrt(np.diag(found.spread))
        held += off <= 1.959964

    assert [name for name, times in zip(["r", "alpha", "a", "b"], held, strict=True) if not covers(int(times), 1_000, 0.95)] == []


def test_expected_purchases_are_those_of_the_formula() -> None:
    # brute force: equation 10 as it stands in the paper, with scipy's hypergeometric function.
    rng = np.random.default_rng(2)
    x, seen = rng.integers(0, 30, 200), rng.uniform(10, 60, 200)
    last = np.where(x > 0, seen * rng.uniform(0.1, 1, 200), 0.0)
    r, alpha, a, b = 0.7, 9.0, 0.6, 1.9
    model, t = Buying(r, alpha, a, b, 0.0, np.zeros((4, 4)), 200, 100), 52.0

    top = (
        (a + b + x - 1)
        / (a - 1)
        * (1 - ((alpha + seen) / (alpha + seen + t)) ** (r + x) * hyp2f1(r + x, b + x, a + b + x - 1, t / (alpha + seen + t)))
    )
    below = 1 + (x > 0) * a / (b + np.maximum(x, 1) - 1) * ((alpha + seen) / (alpha + last)) ** (r + x)
    assert purchases(model, x, last, seen, t) == pytest.approx(top / below, rel=1e-9)
    assert alive(model, x, last, seen) == pytest.approx(1 / below)


@pytest.mark.parametrize(("a", "b"), [(1.0, 2.5), (0.4, 0.6), (0.25, 0.5)], ids=["a is 1", "a + b is 1", "a + b is below 1"])
def test_the_formula_holds_beside_its_poles(a: float, b: float) -> None:
    # brute force: the mean of what customers do whose dice are thrown; those who never came again, over 26 weeks more.
    rng, many = np.random.default_rng(3), 400_000
    model = Buying(2.0, 20.0, a, b, 0.0, np.zeros((4, 4)), many, many)
    rate, leave = rng.gamma(2.0, 1 / 20.0, many), rng.beta(a, b, many)
    came = rng.poisson(26 * rate)
    stays = rng.geometric(np.maximum(leave, 1e-12))
    assert purchases(model, *NOBODY, 26.0)[0] == pytest.approx(float(np.minimum(came, stays).mean()), rel=0.01)


def test_more_time_is_more_purchases_and_longer_silence_a_smaller_chance() -> None:
    x, seen = np.full(20, 5), np.full(20, 40.0)
    last = np.linspace(1, 40, 20)
    ahead = [purchases(PUBLISHED, x, last, seen, t) for t in (0.0, 1.0, 10.0, 100.0)]

    assert all((later >= sooner).all() for sooner, later in pairwise(ahead))
    assert (np.diff(alive(PUBLISHED, x, last, seen)) > 0).all()


def test_slopes_and_bends_are_those_of_the_likelihood() -> None:
    # brute force: differences over a small step.
    rng = np.random.default_rng(4)
    x, seen = rng.integers(0, 6, 40).astype(float), rng.uniform(10, 60, 40)
    last = np.where(x > 0, seen * rng.uniform(0.1, 1, 40), 0.0)
    counts = np.unique(x, return_counts=True)
    at, step = np.log([0.6, 5.0, 0.8, 2.2]), 1e-5
    _, slope, bend = _likelihood(at, x, last, seen, counts)

    for place, move in enumerate(step * np.eye(4)):
        above, below = (_likelihood(at + way * move, x, last, seen, counts) for way in (1, -1))
        assert (above[0] - below[0]) / (2 * step) == pytest.approx(slope[place], rel=1e-6)
        assert (above[1] - below[1]) / (2 * step) == pytest.approx(bend[place], rel=1e-5, abs=1e-5)


def test_customers_who_do_not_leave_or_differ_are_counted_as_they_come() -> None:
    # planted truth: 2,000 customers who buy every ten weeks in the mean and never leave; in 26 weeks 2.6 more are to be expected of each.
    rng, seen = np.random.default_rng(8), np.full(2_000, 52.0)
    repeats = rng.poisson(5.2, 2_000)
    last = np.where(repeats > 0, seen * rng.random(2_000) ** (1 / np.maximum(repeats, 1)), 0.0)
    found = buying(repeats, last, seen)

    assert found.a / (found.a + found.b) < 0.005
    assert purchases(found, repeats, last, seen, 26.0).mean() == pytest.approx(2.6, rel=0.03)


def test_few_who_came_again_are_refused() -> None:
    repeats = np.array([1] * 49 + [0] * 500)
    with pytest.raises(CannotEstimate) as refused:
        buying(repeats, np.where(repeats > 0, 30.0, 0.0), np.full(repeats.shape, 31.0))
    assert refused.value.need == "at least 50"


@pytest.mark.parametrize("last", [40.0, -1.0, float("nan")])
def test_times_that_do_not_fit_are_refused(last: float) -> None:
    with pytest.raises(CannotEstimate):
        buying(np.full(60, 2), np.full(60, last), np.full(60, 30.0))
