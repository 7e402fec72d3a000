"""Which series runs ahead: planted leads, what trend, season and memory would feign, and an answer by the definition."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import numpy.typing as npt
import pytest

from tests.engines.oracles import too_few, too_many
from troth.engines.statistics.lead import lead_of
from troth.kernel.errors import CannotEstimate

DRAWS = 1_000
WEEKS, YEAR = 104, 52.0
Floats = npt.NDArray[np.float64]


def test_a_lead_of_four_weeks_is_found_under_a_common_trend_and_season() -> None:
    chance = np.random.default_rng(4)
    near = held = told = 0
    for _ in range(DRAWS):
        x, y = _pair(chance, lead=4, strength=1.0)
        found = lead_of(x, y, period=YEAR)
        told += 1
        near += abs(found.steps - 4) <= 1
        held += found.low <= 4 <= found.high

    assert near >= 0.99 * told
    assert not too_few(held, told, 0.95)


def test_behind_is_a_negative_lead() -> None:
    chance = np.random.default_rng(5)
    x, y = _pair(chance, lead=6, strength=2.0)

    assert lead_of(y, x, period=YEAR).steps == -6
    assert lead_of(x, -y, period=YEAR).correlation < 0


def test_where_nothing_leads_it_is_said_as_seldom_as_promised() -> None:
    chance = np.random.default_rng(6)
    told = 0
    for _ in range(DRAWS):
        with suppress(CannotEstimate):
            lead_of(*_pair(chance, lead=4, strength=0.0), period=YEAR)
            told += 1

    assert not too_many(told, DRAWS, 0.05)
    with pytest.raises(CannotEstimate, match="largest correlation") as refused:
        lead_of(*_pair(chance, lead=4, strength=0.0), period=YEAR)
    assert "More weeks" in refused.value.settle


def test_without_taking_memory_out_chance_would_lead_far_too_often() -> None:
    # What the filter is for: two series with memory correlate at some lead by chance.
    chance = np.random.default_rng(7)
    threshold = 3.1 / WEEKS**0.5
    feigned = 0
    for _ in range(200):
        x, y = _memory(chance, WEEKS, 0.8), _memory(chance, WEEKS, 0.8)
        x, y = x - x.mean(), y - y.mean()
        feigned += max(abs(_by_definition(x, y, lead)) for lead in range(-13, 14)) > threshold

    assert feigned > 60


def test_the_correlation_is_by_definition() -> None:
    # A series without memory and trend: 120 signs of chance, and its copy five steps later, half noise.
    chance = np.random.default_rng(8)
    x = np.sign(chance.normal(size=120))
    y = np.concatenate([np.sign(chance.normal(size=5)), x[:-5]]) + np.sign(chance.normal(size=120))
    found = lead_of(x, y)

    time = np.column_stack([np.ones(120), np.arange(120)])
    left = [series - time @ np.linalg.solve(time.T @ time, time.T @ series) for series in (x, y)]
    assert found.memory == 0
    assert (found.steps, found.n) == (5, 115)
    assert found.correlation == pytest.approx(_by_definition(left[0], left[1], 5), rel=1e-9)


@pytest.mark.parametrize(
    ("x", "y", "what"),
    [
        (np.arange(80.0), np.arange(80.0), "series of 80 and 80"),
        (np.ones(120), np.arange(120.0) % 7, "does not vary"),
        (3.0 * np.arange(120), np.arange(120.0) % 7, "does not vary"),
        (np.full(120, np.nan), np.arange(120.0) % 7, "no number"),
        (np.arange(120.0) % 7, np.arange(121.0) % 7, "series of 120 and 121"),
    ],
)
def test_what_cannot_tell_is_refused(x: Floats, y: Floats, what: str) -> None:
    with pytest.raises(CannotEstimate, match=what):
        lead_of(x, y)


def _pair(chance: np.random.Generator, *, lead: int, strength: float) -> tuple[Floats, Floats]:
    """Two weekly series of two years with memory, a trend and a season of their year in common."""
    time = np.arange(WEEKS)
    common = 0.03 * time + 2 * np.sin(2 * np.pi * time / YEAR)
    x = _memory(chance, WEEKS + lead, 0.6)
    return x[lead:] + common, strength * x[:WEEKS] + _memory(chance, WEEKS, 0.5) + common


def _memory(chance: np.random.Generator, size: int, weight: float) -> Floats:
    noise = chance.normal(size=size + 50)
    series = np.zeros(size + 50)
    for step in range(1, size + 50):
        series[step] = weight * series[step - 1] + noise[step]
    return series[50:]


def _by_definition(x: Floats, y: Floats, lead: int) -> float:
    pairs = [(x[t], y[t + lead]) for t in range(len(x)) if 0 <= t + lead < len(y)]
    return float(sum(a * b for a, b in pairs) / (sum(a * a for a in x) * sum(b * b for b in y)) ** 0.5)
