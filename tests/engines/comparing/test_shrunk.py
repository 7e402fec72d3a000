"""Units' values drawn towards what units are like."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import betabinom, nbinom

from tests.engines.oracles import too_few
from troth.engines.comparing import shrunk_means, shrunk_rates, shrunk_shares
from troth.engines.comparing.shrunk import _beta_binomial, _negative_binomial
from troth.engines.statistics.shrinkage import STRONGEST, prior_strength
from troth.kernel.errors import CannotEstimate

# Hits of the first 45 times at bat of 18 players of 1970: Efron and Morris 1977, Stein's paradox in statistics, table.
HITS = np.array([18, 17, 16, 15, 14, 14, 13, 12, 11, 11, 10, 10, 10, 10, 10, 9, 8, 7])


def test_eighteen_batters() -> None:
    # paper: grand average .265, shrinking factor .212; Clemente .400 becomes .294, Alvis .156 becomes .242.
    average = HITS / 45
    found = shrunk_means(average, np.full(18, (average.mean() * (1 - average.mean()) / 45) ** 0.5))

    assert found.centre == pytest.approx(0.265, abs=5e-4)
    assert (found.value[0] - found.centre) / (average[0] - found.centre) == pytest.approx(0.212, abs=5e-4)
    assert (found.value[0], found.value[-1]) == pytest.approx((0.294, 0.242), abs=5e-4)


def test_eight_schools() -> None:
    # paper: Rubin 1981; Gelman et al., Bayesian Data Analysis, section 5.5: no variance between schools, 7.7 in all.
    effects, errors = np.array([28.0, 8, -3, 7, -1, 1, 18, 12]), np.array([15.0, 10, 16, 11, 9, 11, 10, 18])
    found = shrunk_means(effects, errors)

    assert found.centre == pytest.approx(7.69, abs=5e-3)
    assert found.fitted == "alike"
    # Eight units tell only so much of the variance between them: five sevenths of the way, not all.
    assert found.value == pytest.approx(effects - 5 / 7 * (effects - found.centre))


@pytest.mark.parametrize(("units", "strength", "share", "most"), [(50, 20.0, 0.9, 100), (300, 50.0, 0.8, 300), (30, 5.0, 0.5, 20)])
def test_shares_are_fitted_where_scipy_finds_the_maximum(units: int, strength: float, share: float, most: int) -> None:
    # reference: scipy's betabinom and Nelder-Mead, run here.
    rng = np.random.default_rng(units)
    n = rng.integers(1, most, units)
    events = rng.binomial(n, rng.beta(strength * share, strength * (1 - share), units))
    found = shrunk_shares(events, n)

    def against(at: np.ndarray) -> float:
        return -float(betabinom.logpmf(events, n, np.exp(at[1]) / (1 + np.exp(-at[0])), np.exp(at[1]) / (1 + np.exp(at[0]))).sum())

    best = minimize(against, [0.5, 3.0], method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-9}).x
    assert found.fitted == "likelihood"
    assert found.centre == pytest.approx(1 / (1 + np.exp(-best[0])), rel=1e-5)
    assert found.strength == pytest.approx(np.exp(best[1]), rel=1e-4)
    assert found.value == pytest.approx((events + found.strength * found.centre) / (n + found.strength))


@pytest.mark.parametrize("alpha", [0.5, 4.0])
def test_rates_are_fitted_where_scipy_finds_the_maximum(alpha: float) -> None:
    # reference: scipy's nbinom and Nelder-Mead, run here.
    rng = np.random.default_rng(5)
    exposure = rng.uniform(0.1, 10, 80)
    counts = rng.poisson(exposure * rng.gamma(alpha, 2 / alpha, 80))
    found = shrunk_rates(counts, exposure)

    def against(at: np.ndarray) -> float:
        return -float(nbinom.logpmf(counts, np.exp(at[1]), np.exp(at[1]) / (np.exp(at[1]) + np.exp(at[0]) * exposure)).sum())

    best = minimize(against, [0.5, 0.5], method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-9}).x
    assert (found.centre, found.strength * found.centre) == pytest.approx(np.exp(best), rel=1e-4)


def test_units_that_differ_by_chance_alone_are_all_the_centre() -> None:
    shares = shrunk_shares(np.tile([79, 80, 81], 5), np.full(15, 100))
    rates = shrunk_rates(np.tile([79, 80, 81], 5), np.full(15, 10.0))

    assert (shares.fitted, shares.strength) == ("alike", STRONGEST)
    assert shares.value == pytest.approx([0.8] * 15, abs=1e-5)
    assert rates.fitted == "alike"
    assert rates.value == pytest.approx([8.0] * 15, abs=1e-5)


@pytest.mark.parametrize("slopes", [_beta_binomial, _negative_binomial])
def test_slopes_and_bends_are_those_of_the_likelihood(slopes: Callable[..., tuple[float, np.ndarray, np.ndarray]]) -> None:
    # brute force: differences over a small step.
    k, n, at, step = np.array([3.0, 0, 9, 14]), np.array([10.0, 12, 9, 40]), np.array([0.3, 1.1]), 1e-5
    _, slope, bend = slopes(at, k, n)

    for place, move in enumerate(step * np.eye(2)):
        above, below = slopes(at + move, k, n), slopes(at - move, k, n)
        assert (above[0] - below[0]) / (2 * step) == pytest.approx(slope[place], rel=1e-6)
        assert (above[1] - below[1]) / (2 * step) == pytest.approx(bend[place], rel=1e-6)


def test_means_by_their_definition() -> None:
    # brute force: Paule and Mandel's equation holds, then Morris' formulas unit by unit.
    means, errors = np.array([3.0, 9.0, 5.0, 14.0, 6.0, 2.0]), np.array([1.0, 2.0, 0.5, 3.0, 1.5, 1.0])
    found = shrunk_means(means, errors)
    between = 1 / found.strength

    weights = [1 / (e**2 + between) for e in errors]
    centre = sum(w * m for w, m in zip(weights, means, strict=True)) / sum(weights)
    assert found.centre == pytest.approx(centre)
    assert sum(w * (m - centre) ** 2 for w, m in zip(weights, means, strict=True)) == pytest.approx(5.0)
    typical = sum(w * e**2 for w, e in zip(weights, errors, strict=True)) / sum(weights)
    for unit, (mean, error, weight) in enumerate(zip(means, errors, weights, strict=True)):
        pull = 3 / 5 * error**2 * weight
        unsure = 2 / 3 * pull**2 * (typical + between) * weight
        spread = (error**2 * (1 - (1 - weight / sum(weights)) * pull) + unsure * (mean - centre) ** 2) ** 0.5
        assert found.value[unit] == pytest.approx(mean - pull * (mean - centre))
        assert found.high[unit] - found.value[unit] == pytest.approx(1.959964 * spread, rel=1e-6)


def test_moments_stand_in_where_the_likelihood_has_no_maximum(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("troth.engines.statistics.ascent.STEPS", 0)
    events, n = np.array([5, 50, 30, 90, 70]), np.array([10, 100, 100, 100, 100])
    shares, rates = shrunk_shares(events, n), shrunk_rates(events, n / 10)

    assert (shares.fitted, rates.fitted) == ("moments", "moments")
    assert shares.strength == pytest.approx(prior_strength(events.astype(float), n.astype(float), np.zeros(5, dtype=np.int64)))
    between = sum(m / 410 * (k / m - 245 / 410) ** 2 for k, m in zip(events, n, strict=True)) * 100 - 245 / 41 * 5 / 41
    assert rates.strength * rates.centre == pytest.approx((245 / 41) ** 2 / between)


def test_a_unit_without_cases_gets_the_centre() -> None:
    found = shrunk_shares(np.array([0, 50, 30, 90, 70]), np.array([0, 100, 100, 100, 100]))
    rates = shrunk_rates(np.array([0, 50, 30, 90, 70]), np.array([0.0, 100, 100, 100, 100]))

    assert found.value[0] == pytest.approx(found.centre)
    assert rates.value[0] == pytest.approx(rates.centre)
    assert found.low[0] < found.low[1]


def test_the_smaller_the_unit_the_nearer_to_the_centre() -> None:
    # Half of the cases everywhere; the order of those that stand on 1 and 1,000 cases is that of what is known.
    found = shrunk_shares(np.array([0, 1, 300, 500, 700, 900]), np.array([1, 1, 1_000, 1_000, 1_000, 1_000]))

    assert found.value[2] < found.value[0] < found.centre < found.value[1] < found.value[5]


def test_limits_hold_the_true_values() -> None:
    # planted truth: 8 sets of 60 units each with truths of a beta, a gamma and a normal distribution.
    rng, held = np.random.default_rng(9), dict.fromkeys(("shares", "rates", "means"), 0)
    for _ in range(8):
        n, exposure, errors = rng.integers(5, 200, 60), rng.uniform(0.5, 20, 60), rng.uniform(0.5, 3, 60)
        truth = {"shares": rng.beta(16, 4, 60), "rates": rng.gamma(3, 1, 60), "means": rng.normal(10, 1.5, 60)}
        fitted = {
            "shares": shrunk_shares(rng.binomial(n, truth["shares"]), n),
            "rates": shrunk_rates(rng.poisson(exposure * truth["rates"]), exposure),
            "means": shrunk_means(rng.normal(truth["means"], errors), errors),
        }
        for name, found in fitted.items():
            held[name] += int(((found.low <= truth[name]) & (truth[name] <= found.high)).sum())

    # 0.95 less what is lost to fitting the centre and its strength.
    assert [name for name, times in held.items() if too_few(times, 480, 0.94)] == []


def test_means_of_few_units_hold_their_level() -> None:
    # planted truth: 400 sets of 5 units; without Morris' allowance about 85 % are held.
    rng, held = np.random.default_rng(10), 0
    for _ in range(400):
        truth = rng.normal(0, 1, 5)
        found = shrunk_means(rng.normal(truth, 1.0), np.ones(5))
        held += int(((found.low <= truth) & (truth <= found.high)).sum())

    assert not too_few(held, 2_000, 0.94)


@pytest.mark.parametrize(
    ("made", "need"),
    [
        (lambda: shrunk_shares(np.array([1, 2, 3]), np.array([4, 4, 4])), "at least 4"),
        (lambda: shrunk_shares(np.array([1, 2, 3, 5]), np.array([4, 4, 4, 4])), "events in cases"),
        (lambda: shrunk_shares(np.array([0, 0, 0, 0]), np.array([4, 4, 4, 4])), "at least one"),
        (lambda: shrunk_shares(np.array([4, 4, 4, 4]), np.array([4, 4, 4, 4])), "both outcomes"),
        (lambda: shrunk_rates(np.array([1, 2, 3, 5]), np.array([0.0, 1, 1, 1, 1])[:4]), "events in cases"),
        (lambda: shrunk_rates(np.array([1.5, 2, 3, 5]), np.ones(4)), "whole counts"),
        (lambda: shrunk_means(np.ones(3), np.ones(3)), "at least 4"),
        (lambda: shrunk_means(np.ones(4), np.array([1.0, 1, 1, 0])), "errors above 0"),
    ],
)
def test_what_cannot_be_drawn_together_is_refused(made: object, need: str) -> None:
    with pytest.raises(CannotEstimate, match=need):
        made()  # type: ignore[operator]
