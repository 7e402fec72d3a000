"""Funnels and verdicts."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
from scipy.stats import binom, norm, poisson

from tests.engines.oracles import too_few, too_many
from troth.engines.comparing import Funnel, rate_funnel, share_funnel, verdicts
from troth.engines.comparing.funnel import between_units, overdispersion
from troth.engines.statistics.discoveries import adjusted
from troth.kernel.errors import CannotEstimate


def interpolated(chance: float, quantile: int, below: Callable[[int], float]) -> float:
    """Spiegelhalter 2005, appendix A.1.1: r - alpha, alpha = (F(r) - p) / (F(r) - F(r - 1))."""
    return quantile - (below(quantile) - chance) / (below(quantile) - below(quantile - 1))


def test_limits_of_shares_are_interpolated_binomial_quantiles() -> None:
    # reference: scipy's binom by the paper's formula.
    n = np.array([3, 20, 57, 400, 20_000])
    funnel = share_funnel(np.array([2, 17, 50, 330, 17_100]), n, target=0.85)

    for chance, limits in ((0.001, funnel.low), (0.999, funnel.high)):
        expected = [interpolated(chance, int(binom.ppf(chance, m, 0.85)), partial(binom.cdf, n=m, p=0.85)) / m for m in n]
        assert limits == pytest.approx(np.clip(expected, 0, 1), abs=1e-9)
    middle = binom.cdf([2, 17, 50, 330, 17_100], n, 0.85) - binom.pmf([2, 17, 50, 330, 17_100], n, 0.85) / 2
    assert funnel.p == pytest.approx(2 * np.minimum(middle, 1 - middle), abs=1e-9)


def test_limits_of_rates_are_interpolated_poisson_quantiles() -> None:
    # reference: scipy's poisson by the paper's formula.
    counts, expected = np.array([0, 14, 3, 480]), np.array([0.4, 9.0, 12.5, 500.0])
    funnel = rate_funnel(counts, expected, target=1.0, level=0.95)

    for chance, limits in ((0.025, funnel.low), (0.975, funnel.high)):
        quantiles = [interpolated(chance, int(poisson.ppf(chance, e)), partial(poisson.cdf, mu=e)) / e for e in expected]
        assert limits == pytest.approx(np.maximum(quantiles, 0), abs=1e-9)
    middle = poisson.cdf(counts, expected) - poisson.pmf(counts, expected) / 2
    assert funnel.p == pytest.approx(2 * np.minimum(middle, 1 - middle), abs=1e-9)


def test_overdispersion_by_its_definition() -> None:
    # brute force: 20 units, scores sorted; the two at each end brought in to the third, then the mean square.
    z = np.random.default_rng(2).normal(0, 3, 20)
    z[4] = 25.0
    ordered = sorted(z)
    brought = [min(max(one, ordered[1]), ordered[17]) for one in z]
    phi = sum(one**2 for one in brought) / 20
    error = np.linspace(0.1, 0.3, 20)
    weight = [1 / e**2 for e in error]

    assert overdispersion(z) == pytest.approx(phi)
    tau = ((20 * phi - 19) / (sum(weight) - sum(w**2 for w in weight) / sum(weight))) ** 0.5
    assert between_units(z, error) == pytest.approx(tau)
    assert overdispersion(z) < (z**2).mean() / 2


def test_what_units_differ_by_anyway_is_allowed_for() -> None:
    # planted truth: 60 units whose shares differ by 3 points anyway, n of 2,000: counting alone is 0.6 points.
    rng = np.random.default_rng(3)
    n = np.full(60, 2_000)
    accused = dict.fromkeys(("counting", "multiplied", "added"), 0)
    for _ in range(12):
        events = rng.binomial(n, np.clip(rng.normal(0.9, 0.03, 60), 0, 1))
        for spread in ("counting", "multiplied", "added"):
            funnel = share_funnel(events, n, spread=spread)
            accused[spread] += int((funnel.p < 0.002).sum())

    assert not too_few(accused["counting"], 720, 0.4)
    assert not too_many(accused["multiplied"], 720, 0.02)
    assert not too_many(accused["added"], 720, 0.02)


def test_spread_beyond_counting_by_its_definition() -> None:
    events, n = np.array([50, 140, 95, 160, 30, 88]), np.array([100, 200, 100, 180, 90, 110])
    added, multiplied = share_funnel(events, n, spread="added"), share_funnel(events, n, spread="multiplied")
    error = (added.target * (1 - added.target) / n) ** 0.5

    assert added.tau > 0.1
    assert added.z == pytest.approx((events / n - added.target) / (error**2 + added.tau**2) ** 0.5)
    assert multiplied.z == pytest.approx((events / n - multiplied.target) / error / multiplied.phi**0.5)
    assert added.p == pytest.approx(2 * norm.sf(np.abs(added.z)))
    assert (added.high - added.target)[0] == pytest.approx(norm.isf(0.001) * (error[0] ** 2 + added.tau**2) ** 0.5, rel=1e-9) or added.high[
        0
    ] == 1


def test_even_units_are_judged_by_counting_whatever_is_asked() -> None:
    n = np.full(30, 500)
    events = np.random.default_rng(4).binomial(n, 0.8)

    assert share_funnel(events, n, spread="added").p == pytest.approx(share_funnel(events, n).p)


def test_a_verdict_for_each_unit() -> None:
    #  24 units   95 of 100     as usual
    #  unit 24    60 of 100     low
    #  unit 25   300 of 300     high: .95 to the power 300
    #  unit 26     1 of 1       too small: even 0 of 1 has a chance of .05
    events, n = np.array([95] * 24 + [60, 300, 1]), np.array([100] * 25 + [300, 1])
    found = verdicts(share_funnel(events, n, target=0.95))

    assert str(found) == "24 as usual, 2 unusual, 1 too small to judge"
    assert (found.low.tolist(), found.high.tolist(), found.small.tolist()) == ([24], [25], [26])
    assert found.fewest == 2


def judged_by_trying(funnel: Funnel, level: float) -> list[int]:
    """Units that stay unfound even if their chance were the least there is, one by one."""
    small = []
    for unit in range(funnel.p.size):
        if adjusted(funnel.p.tolist())[unit] <= level:
            continue
        tried = funnel.p.tolist()
        tried[unit] = min(funnel.best[unit], tried[unit])
        if adjusted(tried)[unit] > level:
            small.append(unit)
    return small


@pytest.mark.parametrize("kind", ["share", "rate"])
def test_too_small_is_what_no_outcome_could_change(kind: str) -> None:
    # brute force: every unit's chance replaced in turn.
    rng = np.random.default_rng(6)
    for _ in range(40):
        n = rng.integers(1, 60, 25)
        if kind == "share":
            funnel = share_funnel(rng.binomial(n, rng.beta(6, 2, 25)), n, target=0.75)
        else:
            funnel = rate_funnel(rng.poisson(n / 8 * rng.gamma(2, 0.5, 25)), n / 8, target=1.0)
        found = verdicts(funnel, 0.1)
        assert found.small.tolist() == judged_by_trying(funnel, 0.1)
        parts = np.concatenate([found.usual, found.high, found.low, found.small])
        assert sorted(parts.tolist()) == list(range(25))


def test_the_least_size_is_the_least_that_would_be_judged() -> None:
    funnel = rate_funnel(np.array([5, 6, 4, 5, 7, 30]), np.full(6, 5.0), target=1.0)
    found = verdicts(funnel)

    # With one of six found, a second is found up to a chance of .05 * 2 / 6: none where 4.1 are expected.
    assert found.fewest == 5
    assert np.exp(-5.0) <= 0.05 * 2 / 6 < np.exp(-4.0)


def test_where_units_differ_a_lot_no_size_may_be_enough() -> None:
    n = np.full(20, 1_000)
    funnel = share_funnel(np.tile([150, 850], 10), n, target=0.5, spread="added")

    assert verdicts(funnel).fewest is None
    assert verdicts(funnel).small.size == 20


def test_few_are_called_unusual_by_chance() -> None:
    # planted truth: 40 sets of 40 units that are alike; some unit is called unusual in at most 5 % of the sets.
    rng, n = np.random.default_rng(8), np.full(40, 300)
    wrong = 0
    for _ in range(40):
        found = verdicts(share_funnel(rng.binomial(n, 0.9), n))
        wrong += found.high.size + found.low.size > 0

    assert not too_many(wrong, 40, 0.05)


@pytest.mark.parametrize(
    ("made", "need"),
    [
        (lambda: share_funnel(np.array([1, 2]), np.array([3, 3])), "at least 3"),
        (lambda: share_funnel(np.array([1, 2, 4]), np.array([3, 3, 3])), "events <= n"),
        (lambda: share_funnel(np.array([0, 0, 0]), np.array([3, 0, 3])), "n above 0"),
        (lambda: share_funnel(np.array([0, 0, 0]), np.array([3, 3, 3])), "at least one event"),
        (lambda: share_funnel(np.array([3, 3, 3]), np.array([3, 3, 3])), "one below 1"),
        (lambda: share_funnel(np.array([1.0, 2, 3]), np.array([3, 3, 3])), "whole numbers"),
        (lambda: rate_funnel(np.array([1, 2, 3]), np.array([1.0, 0.0, 1.0])), "exposures above 0"),
        (lambda: rate_funnel(np.array([1, 2, 3]), np.ones(3), target=0.0), "target above 0"),
        (lambda: verdicts(share_funnel(np.array([1, 2, 3]), np.array([4, 4, 4])), 1.0), "between 0 and 1"),
    ],
)
def test_what_makes_no_funnel_is_refused(made: object, need: str) -> None:
    with pytest.raises(CannotEstimate, match=need):
        made()  # type: ignore[operator]
