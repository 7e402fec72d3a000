"""Whether chances that were told came true."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from tests.engines.oracles import covers
from troth.engines.statistics.calibration import calibration
from troth.kernel.errors import CannotEstimate

DRAWS = 1_000


def _told(seed: int, n: int = 400) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Chances of n / 4 ones, each told four times of the same outcome."""
    rng = np.random.Generator(np.random.PCG64(seed))
    one = rng.beta(1.5, 3, n // 4)
    of = np.repeat(np.arange(n // 4), 4)
    return one[of], (rng.uniform(size=n // 4) < one)[of], of


def test_slope_and_error_are_those_of_statsmodels() -> None:
    told, came, of = _told(3)
    sharper = np.clip(told * 1.2, 0.01, 0.99)
    x = sm.add_constant(np.log(sharper / (1 - sharper)))
    fit = sm.Logit(came.astype(float), x).fit(disp=0, cov_type="cluster", cov_kwds={"groups": of, "use_correction": False})

    found = calibration(sharper, came, np.full(told.size, came.mean()), of)

    assert (found.intercept, found.slope) == pytest.approx(tuple(fit.params), abs=1e-6)
    assert (found.low, found.high) == pytest.approx(tuple(fit.conf_int()[1]), abs=1e-6)


def test_brier_and_tenths_by_hand() -> None:
    told = np.array([0.2] * 40 + [0.6] * 40)
    came = np.array(([True] + [False] * 3) * 10 + ([True] * 3 + [False]) * 10)

    found = calibration(told, came, np.full(80, 0.5), np.arange(80))

    # (10 * 0.64 + 30 * 0.04 + 30 * 0.16 + 10 * 0.36) / 80 = 0.2; against 0.25 of a half each time
    assert found.brier == pytest.approx(0.2)
    assert found.skill == pytest.approx(0.2)
    assert [(t.low, t.n, round(t.told, 12), t.came) for t in found.tenths] == [(0.2, 40, 0.2, 0.25), (0.6, 40, 0.6, 0.75)]


def test_right_chances_have_a_slope_of_one_as_often_as_the_interval_says() -> None:
    hits = 0
    for seed in range(DRAWS):
        told, came, of = _told(seed, 600)
        found = calibration(told, came, told, of)
        hits += found.low <= 1 <= found.high

    assert covers(hits, DRAWS, 0.95)


def test_too_little_is_refused() -> None:
    told = np.linspace(0.1, 0.9, 39)
    with pytest.raises(CannotEstimate, match="20 that did"):
        calibration(told, told > 0.5, told, np.arange(39))
    with pytest.raises(CannotEstimate, match="chances that differ"):
        calibration(np.full(80, 0.5), np.arange(80) % 2 == 0, np.full(80, 0.5), np.arange(80))
