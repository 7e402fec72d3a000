"""What was made faster gives the very bits of the plain way."""

from __future__ import annotations

import numpy as np
import pytest

from troth.engines.comparing import ranks, share_funnel
from troth.engines.comparing.funnel import Funnel
from troth.engines.statistics import superpopulation_share
from troth.engines.statistics.beta import beta_cdf
from troth.metrics.units import Cell, compared


def plain_ranks(draws: np.ndarray) -> np.ndarray:
    """reference: of each draw, how many are less, and one; then the quantiles of whole numbers."""
    number, tail = np.array([np.searchsorted(np.sort(one), one) + 1 for one in draws]), (1 - 0.95) / 2
    return np.asarray(np.quantile(number, [tail, 0.5, 1 - tail], axis=0, method="inverted_cdf"), dtype=np.int64)


@pytest.mark.slow
@pytest.mark.parametrize("units", [2, 40, 33_000])
def test_ranks_are_those_of_counting_who_is_better(units: int) -> None:
    draws = np.random.default_rng(units).integers(0, 5 * units, (200, units)).astype(np.float64)  # with ties

    found = ranks(draws, best="low")

    assert (np.array([found.low, found.middle, found.high]) == plain_ranks(draws)).all()


def test_a_chance_that_many_units_share_is_that_of_each_alone() -> None:
    chance = np.random.default_rng(5)
    n = chance.integers(1, 60, 400)
    events = chance.binomial(n, 0.2)
    target = float(events.sum() / n.sum())
    found: Funnel = share_funnel(events, n)

    def below(count: np.ndarray) -> np.ndarray:
        clipped = np.clip(count, 0, n - 1).astype(np.float64)
        some = 1 - beta_cdf(np.full(n.shape, target), clipped + 1, n - clipped)
        return np.where((count >= 0) & (count < n), some, np.where(count < 0, 0.0, 1.0))

    middle = (below(events) + below(events - 1)) / 2
    assert (found.p == 2 * np.minimum(middle, 1 - middle)).all()


def test_where_neither_way_is_better_no_chance_is_drawn_and_all_else_is_the_same() -> None:
    sizes = np.random.default_rng(9)
    units: dict[str, dict[tuple[str, ...], Cell]] = {
        f"u{at}": {(): Cell(int(n), int(sizes.binomial(n, 0.3)))} for at, n in enumerate(sizes.integers(20, 80, 30))
    }
    chance = np.random.default_rng(1)
    before = chance.bit_generator.state

    plain, ranked = compared(units, better=None, rng=chance), compared(units, better="higher", rng=np.random.default_rng(1))

    assert chance.bit_generator.state == before
    said, beside = ([(one.shrunk, one.low, one.high, one.p) for one in some.units] for some in (plain, ranked))
    assert said == beside
    assert {one.rank for one in plain.units} == {None}
    assert None not in {one.rank for one in ranked.units}


def test_a_share_over_strata_is_its_formula_to_the_last_bit() -> None:
    """reference: value, residual and variance written out once more."""
    num, den, seen, population = (np.array(column) for column in ([3, 9], [10, 20], [12, 25], [40, 25]))
    found = superpopulation_share(num, den, seen, population)

    n, d, s, p = (column.astype(np.float64) for column in (num, den, seen, population))
    weight = p / s
    below = float((weight * d).sum())
    value = float((weight * n).sum()) / below
    total, squares = n - value * d, n * (1 - value) ** 2 + (d - n) * value**2
    spread = np.maximum(squares - total**2 / s, 0) / np.maximum(s - 1, 1)
    process = float((weight * squares).sum()) / below**2
    variance = float((p**2 * (1 - s / p) * spread / s).sum()) / below**2 + process
    assert (found.value, found.se) == (value, variance**0.5)
