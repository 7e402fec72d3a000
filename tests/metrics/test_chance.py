"""What charts and comparisons say of worlds in which nothing is different: seldom anything, as often as they promise."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import numpy.typing as npt

from tests.engines.oracles import too_many
from tests.metrics.test_charting import HOW, MONTHS, shares
from troth.metrics.charting import charted
from troth.metrics.units import Cell, Unit, compared

SERIES = 1_000
# A break is judged by 999 permutations, and units by exact limits: of as many series and worlds as a second or two are enough for.
BROKEN, WORLDS = 600, 25


def test_few_series_of_counting_alone_get_laneys_limits_and_few_points_a_signal() -> None:
    # binomial shares: at most 5 series in 100 seem to move by more than counting; a point beyond 3 sigma comes once in 370 or more seldom,
    # and with all four rules, over 23 points, at most every 60 points or so: counts are skewed, and limits are learnt from the same points
    rng = np.random.Generator(np.random.PCG64(20_261_128))
    how = replace(HOW, change=MONTHS[23])  # nobody looks for a break
    charts = [charted(shares(rng.binomial(400, 0.2, 24).tolist(), 400), how, rng) for _ in range(SERIES)]
    plain = [chart for chart in charts if chart.kind == "p"]
    beyond = sum(one.rule == "one beyond 3 sigma" for chart in plain for one in chart.signals)

    assert not too_many(SERIES - len(plain), SERIES, 0.05)
    assert not too_many(beyond, 24 * len(plain), 1 / 250)
    assert 0.5 < sum(len(chart.signals) for chart in plain) / sum(chart.judged for chart in plain) * plain[0].run_length < 1.5


def test_few_breaks_are_found_where_the_level_stays() -> None:
    rng = np.random.Generator(np.random.PCG64(20_261_129))
    how = replace(HOW, ends=date(2026, 1, 1))
    found = sum(charted(shares(rng.binomial(400, 0.2, 12).tolist(), 400), how, rng).moved is not None for _ in range(BROKEN))

    assert not too_many(found, BROKEN, 0.01)


def test_of_six_units_alike_few_are_unusual_and_one_far_off_makes_no_others_so() -> None:
    # in at most 5 worlds of 100 any is called unusual; with one of six far off those beside it are as before
    rng = np.random.Generator(np.random.PCG64(20_261_130))
    alike = others = seen = 0
    for _ in range(WORLDS):
        events = rng.binomial(300, 0.1, 6)
        alike += any(unit.verdict == "unusual" for unit in _compared(events, rng))
        odd, *rest = _compared(np.array([rng.binomial(300, 0.3), *events[1:]]), rng)
        seen += odd.verdict == "unusual"
        others += any(unit.verdict == "unusual" for unit in rest)

    assert not too_many(alike, WORLDS, 0.05)
    assert seen == WORLDS
    # One is found surely, so that the rate of false discoveries is that of two found: the others may be wrong twice as often.
    assert not too_many(others, WORLDS, 0.10)


def _compared(events: npt.NDArray[np.int64], rng: np.random.Generator) -> tuple[Unit, ...]:
    units: dict[str, dict[tuple[str, ...], Cell]] = {f"u{at}": {(): Cell(300, int(one))} for at, one in enumerate(events)}
    return compared(units, better=None, rng=rng).units
