"""Chance by tables: the same bits on every machine, and the distributions that the names say."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest
from scipy import stats

from troth.worlds import chance as module
from troth.worlds.chance import Chance, falling

DRAWS = 200_000


@pytest.mark.parametrize(
    ("draw", "law"),
    [
        (lambda c: c.normal(DRAWS), stats.norm()),
        (lambda c: c.exponential(DRAWS), stats.expon()),
        (lambda c: c.gamma2(DRAWS), stats.gamma(2)),
        (lambda c: c.beta1(4.0, DRAWS), stats.beta(1, 4)),
        (lambda c: c.lognormal(0.5, DRAWS), stats.lognorm(0.5)),
    ],
    ids=["normal", "exponential", "gamma2", "beta1", "lognormal"],
)
def test_draws_follow_their_law(draw, law) -> None:  # type: ignore[no-untyped-def]
    """Kolmogorov and Smirnov on 200,000 draws; a table of 16,384 knots is far finer than they can tell."""
    assert stats.kstest(draw(Chance(5, "law")), law.cdf).pvalue > 1e-4


@pytest.mark.parametrize("mean", [0.05, 0.6, 3.0, 12.0])
def test_counts_are_poisson(mean: float) -> None:
    counts = Chance(5, f"poisson {mean}").poisson(np.full(DRAWS, mean))

    most = int(stats.poisson(mean).ppf(0.9999))
    seen = np.bincount(np.minimum(counts, most), minlength=most + 1)
    expected = stats.poisson(mean).pmf(np.arange(most + 1)) * DRAWS
    expected[-1] = DRAWS - expected[:-1].sum()
    enough = expected > 5
    assert stats.chisquare(seen[enough], expected[enough] * seen[enough].sum() / expected[enough].sum()).pvalue > 1e-4


def test_tables_hold_what_the_standard_library_says() -> None:
    tables = module._normal(), module._exponential()

    assert tables[0][1 << 13] == 0.0
    assert tables[0][16_000] == pytest.approx(NormalDist().inv_cdf(16_000 / 16_384), abs=1e-9)
    assert tables[1][16_000] == pytest.approx(-math.log(1 - 16_000 / 16_384), abs=1e-9)
    assert all(np.isfinite(table).all() for table in tables)


def test_falling_is_e_to_the_minus_rate() -> None:
    rates = np.linspace(0, 45, 10_001)

    assert np.abs(falling(rates) - np.exp(-rates)).max() < 1e-6


def test_streams_of_different_names_do_not_move_with_one_another() -> None:
    one, other = Chance(5, "one").uniform(10_000), Chance(5, "other").uniform(10_000)

    assert abs(float(np.corrcoef(one, other)[0, 1])) < 0.05
    assert Chance(6, "one").uniform(3).tolist() != one[:3].tolist()


def test_an_order_of_chance_holds_each_place_once() -> None:
    assert sorted(Chance(5, "order").order(1_000).tolist()) == list(range(1_000))
    assert sorted(Chance(5, "order").order(0).tolist()) == []


def test_weights_are_shares() -> None:
    places = Chance(5, "weights").choice((1, 0, 3), 100_000)

    counts = np.bincount(places, minlength=3)
    assert counts[1] == 0
    assert stats.binomtest(int(counts[0]), 100_000, 0.25).pvalue > 1e-4
