"""Efficient units that fall in customers' eyes."""

from __future__ import annotations

import numpy as np
import pytest

from troth.engines.comparing import shrunk_means
from troth.engines.comparing.falling import efficient_but_falling
from troth.engines.trends import mann_kendall
from troth.kernel.errors import CannotEstimate

MONTHS = np.arange(24)


def planted(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Means, errors and opinions of 200 units: 0 to 2 efficient and falling by .03 a month, 3 to 5 falling only, 6 to 30 efficient only."""
    rng = np.random.default_rng(seed)
    truth = rng.normal(100, 5, 200)
    truth[[0, 1, 2, *range(6, 31)]] = 125
    truth[3:6] = 95
    opinion = 4 + rng.normal(0, 0.15, (200, 24))
    opinion[:6] -= 0.03 * MONTHS
    opinion[rng.random((200, 24)) < 0.1] = np.nan
    return rng.normal(truth, 4.0), np.full(200, 4.0), opinion


@pytest.mark.parametrize("seed", range(5))
def test_three_of_two_hundred_are_found(seed: int) -> None:
    # planted truth: units 0, 1 and 2; at most one other may be named.
    means, errors, opinion = planted(seed)
    found = efficient_but_falling(shrunk_means(means, errors), opinion)
    units = {one.unit for one in found.units}

    assert {0, 1, 2} <= units
    assert len(units) <= 4
    assert units <= set(found.efficient.tolist())
    assert not units & {3, 4, 5}


def test_a_unit_with_few_months_is_said_to_be_thin_and_a_still_one_is_not_falling() -> None:
    means, errors, opinion = planted(1)
    opinion[0, :7] = 4.0 - 0.1 * MONTHS[:7]
    opinion[0, 7:] = np.nan
    opinion[1] = 4.0
    found = efficient_but_falling(shrunk_means(means, errors), opinion)

    assert 0 in found.thin
    assert not {one.unit for one in found.units} & {0, 1}


def test_units_that_rise_are_not_named() -> None:
    means, errors, opinion = planted(2)
    found = efficient_but_falling(shrunk_means(means, errors), -opinion)

    assert not {one.unit for one in found.units} & {0, 1, 2}


def test_those_that_rise_do_not_make_a_fall_surer() -> None:
    # Ten efficient units of twenty; nine rise month by month, one falls with a chance of about .03: in ten tests that is nothing.
    means = np.r_[np.full(10, 50.0), np.full(10, 100.0)] + np.tile([0.0, 1.0], 10)
    efficiency = shrunk_means(means, np.full(20, 1.0))
    opinion = np.tile(np.arange(8.0), (20, 1))
    opinion[10] = [4.0, 5.0, 6.0, 3.0, 2.0, 1.5, 3.5, 0.5]

    found = efficient_but_falling(efficiency, opinion)
    assert found.efficient.tolist() == list(range(10, 20))
    assert found.units == ()
    assert mann_kendall(opinion[10]).s < 0
    assert 0.01 < mann_kendall(opinion[10]).p / 2 < 0.05


@pytest.mark.parametrize("shape", [(199, 24), (200,)])
def test_opinions_of_other_units_are_refused(shape: tuple[int, ...]) -> None:
    means, errors, _ = planted(0)
    with pytest.raises(CannotEstimate, match="a row of opinions for each unit"):
        efficient_but_falling(shrunk_means(means, errors), np.zeros(shape))
