"""What would have been known, and what moves while others do not."""

from __future__ import annotations

from fractions import Fraction
from math import ceil
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engines.oracles import too_few
from troth.engines.statistics.drift import drifts
from troth.engines.statistics.trailing import BEYOND, NEVER, THIN, Past, trailing_quantile
from troth.kernel.errors import CannotEstimate

WINDOW, SHARE = 10, Fraction(3, 4)
#  (made, due after, came after or never, gone at or never, weight)
ROWS = st.lists(
    st.tuples(
        st.integers(0, 30),
        st.integers(1, 8),
        st.one_of(st.integers(0, 15), st.none()),
        st.one_of(st.integers(0, 45), st.none()),
        st.integers(1, 3),
    ),
    max_size=30,
)
Row = tuple[int, int, int | None, int | None, int]


def _past(rows: list[Row], *, weighted: bool) -> Past:
    came = np.array([NEVER if r[2] is None else r[0] + r[2] for r in rows], dtype=np.int64)
    gone = np.array([NEVER if r[3] is None else r[3] for r in rows], dtype=np.int64)
    due = np.array([r[0] + r[1] for r in rows], dtype=np.int64)
    lasted = np.array([r[2] or 0 for r in rows], dtype=np.int64)
    return Past(due, came, gone, lasted, [r[4] for r in rows] if weighted else None)


def _one_by_one(rows: list[Row], at: int, fewest: int, *, weighted: bool) -> int:
    """Brute force, as the words say it."""
    known: list[float] = []
    size, squares = 0, 0
    for made, after, took, gone, weight in rows:
        times = weight if weighted else 1
        if at - WINDOW < made + after <= at and (gone is None or gone > at):
            come = took is not None and made + took <= at
            known += [float(took) if come and took is not None else float("inf")] * times
            size, squares = size + times, squares + times**2
    if not size or size**2 / squares < fewest:
        return THIN
    value = sorted(known)[ceil(SHARE * len(known)) - 1]
    return BEYOND if value == float("inf") else int(value)


@pytest.mark.parametrize("weighted", [False, True])
@settings(max_examples=60)
@given(rows=ROWS, fewest=st.integers(1, 4))
def test_it_is_what_looking_at_each_instant_gives(rows: list[Row], fewest: int, *, weighted: bool) -> None:
    asked = np.arange(50)
    found = trailing_quantile(asked, _past(rows, weighted=weighted), WINDOW, SHARE, fewest)

    assert found.tolist() == [_one_by_one(rows, at, fewest, weighted=weighted) for at in asked.tolist()]


@settings(max_examples=60)
@given(ROWS, ROWS, st.integers(5, 30))
def test_what_comes_later_changes_nothing(rows: list[Row], others: list[Row], now: int) -> None:
    # All that is not known at `now` is other: what falls due later, what comes later, what is void later.
    past = [r for r in rows if r[0] + r[1] <= now]
    later = [
        (made, after, None if took is not None and made + took > now else took, None if gone is not None and gone > now else gone, weight)
        for made, after, took, gone, weight in past
    ] + [(r[0] + now + 1, *r[1:]) for r in others]  # fmt: skip
    asked = np.arange(now + 1)

    before = trailing_quantile(asked, _past(rows, weighted=False), WINDOW, SHARE, 2)
    assert before.tolist() == trailing_quantile(asked, _past(later, weighted=False), WINDOW, SHARE, 2).tolist()


def test_no_window_and_no_share_are_refused() -> None:
    for window, share in ((0, SHARE), (WINDOW, Fraction(1))):
        with pytest.raises(CannotEstimate):
            trailing_quantile(np.arange(3), _past([], weighted=False), window, share, 2)


def _cells(rng: np.random.Generator, slope: float) -> tuple[Any, ...]:
    """Five lanes, two carriers, twelve months; each carrier-month has its own shock, lane 0 its own slope, spreads that differ."""
    lane, carrier, month = (each.ravel() for each in np.meshgrid(np.arange(5), np.arange(2), np.arange(12), indexing="ij"))
    count = rng.integers(5, 80, size=lane.size)
    shock = rng.normal(0, 3, size=(2, 12))
    noise = rng.normal(0, 1 + lane / 4) / np.sqrt(count)
    mean = lane * 0.7 + shock[carrier, month] + slope * (lane == 0) * month / 11 + noise
    return lane, carrier * 12 + month, count, mean, month / 11


def test_the_drift_is_that_of_a_regression_on_all_dummies() -> None:
    # reference: least squares with every group and block as a column, HC3 from its hat matrix.
    lane, block, count, mean, time = _cells(np.random.Generator(np.random.PCG64(2)), 1.5)
    design = np.column_stack([np.eye(5)[lane], np.eye(24)[block][:, 1:], (lane == 0) * time]) * np.sqrt(count)[:, None]
    bread = np.linalg.inv(design.T @ design)
    beta = bread @ design.T @ (mean * np.sqrt(count))
    rest = mean * np.sqrt(count) - design @ beta
    weighed = rest / (1 - np.einsum("ij,jk,ik->i", design, bread, design))
    se = np.sqrt((bread @ (design.T * weighed**2) @ design @ bread)[-1, -1])

    found = drifts(lane, block, count, mean, time)[0]
    assert found is not None
    assert found.value == pytest.approx(beta[-1], rel=1e-9)
    assert found.se == pytest.approx(se, rel=1e-9)


def test_planted_truth_the_drift_is_covered() -> None:
    rng = np.random.Generator(np.random.PCG64(4))
    found = [drifts(*_cells(rng, 1.5))[0] for _ in range(1_000)]
    held = sum(one is not None and one.low <= 1.5 <= one.high for one in found)

    assert not too_few(held, 1_000, 0.95)
    assert held < 995  # HC3 is known to err on this side where cells are few; an interval that holds everything says nothing


def test_who_is_alone_has_no_drift_and_few_cells_are_refused() -> None:
    lane, block, count, mean, time = _cells(np.random.Generator(np.random.PCG64(6)), 0)
    alone = np.where(lane == 4, block + 24, block)  # lane 4 shares no block

    assert drifts(lane, alone, count, mean, time)[4] is None
    assert drifts(lane, block, count, mean, time)[4] is not None
    with pytest.raises(CannotEstimate, match="More months"):
        drifts(lane[:30], np.arange(30), count[:30], mean[:30], time[:30])
    with pytest.raises(CannotEstimate):
        drifts(lane, block, count * 0, mean, time)
