"""Least squares against exact polynomials, the NIST sets and statsmodels."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from tests.engines.oracles import covers
from troth.engines.statistics import Regression, ols_hc3
from troth.engines.statistics.regression import _fit
from troth.kernel.errors import CannotEstimate

AGAINST_STATSMODELS = 1e-10


def sample(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """1 + 2 a - 0.5 b with noise that grows with a; columns constant, a, b."""
    a, b = rng.gamma(2.0, 1.0, n), rng.binomial(1, 0.3, n).astype(np.float64)
    return 1 + 2 * a - 0.5 * b + rng.normal(0, 0.3 + a, n), np.column_stack([np.ones(n), a, b])


def fit(outcome: np.ndarray, regressors: np.ndarray) -> Regression:
    return ols_hc3(outcome, regressors, ["constant", "a", "b"])


def test_coefficients_and_errors_equal_statsmodels() -> None:
    outcome, regressors = sample(np.random.default_rng(1), 60)
    ours = fit(outcome, regressors)
    theirs = sm.OLS(outcome, regressors).fit(cov_type="HC3")  # reference: statsmodels, run here

    assert [c.value for c in ours.coefficients] == pytest.approx(theirs.params.tolist(), rel=AGAINST_STATSMODELS)
    assert [c.se for c in ours.coefficients] == pytest.approx(theirs.bse.tolist(), rel=AGAINST_STATSMODELS)
    assert [(c.low, c.high) for c in ours.coefficients] == [pytest.approx(row, rel=1e-8) for row in theirs.conf_int().tolist()]
    assert ours.r_squared == pytest.approx(theirs.rsquared, rel=AGAINST_STATSMODELS)
    assert (ours.n, ours["b"].name) == (60, "b")


def test_errors_by_the_papers_formula() -> None:
    # paper: MacKinnon and White 1985: (X'X)^-1 X' diag(e^2 / (1 - h)^2) X (X'X)^-1, written out.
    outcome, regressors = sample(np.random.default_rng(2), 30)
    inverse = np.linalg.inv(regressors.T @ regressors)
    residual = outcome - regressors @ inverse @ regressors.T @ outcome
    leverage = np.array([row @ inverse @ row for row in regressors])
    meat = sum((e / (1 - h)) ** 2 * np.outer(row, row) for e, h, row in zip(residual, leverage, regressors, strict=True))

    errors = np.sqrt(np.diag(inverse @ meat @ inverse))
    assert [c.se for c in fit(outcome, regressors).coefficients] == pytest.approx(errors.tolist(), rel=1e-9)


WAMPLER_NOISE = [759, -2048, 2048, -2048, 2523, -2048, 2048, -2048, 1838, -2048, 2048] + [0] * 10
WAMPLER_NOISE[11:] = WAMPLER_NOISE[9::-1]


@pytest.mark.parametrize("noise", [0, 1, 100, 10_000])
def test_wamplers_polynomial_of_degree_five(noise: int) -> None:
    # paper: NIST StRD Wampler 1, 3, 4, 5: every coefficient is 1. The first lines prove it for the data typed here.
    x = list(range(21))
    assert all(sum(e * a**i for e, a in zip(WAMPLER_NOISE, x, strict=True)) == 0 for i in range(6))

    outcome = np.array([sum(a**i for i in range(6)) + noise * e for e, a in zip(WAMPLER_NOISE, x, strict=True)])
    regressors = np.array([[float(a**i) for i in range(6)] for a in x])
    result = ols_hc3(outcome.astype(np.float64), regressors, [f"x{i}" for i in range(6)])

    assert [c.value for c in result.coefficients] == pytest.approx([1.0] * 6, rel=1e-7 * max(1, noise / 100))


def test_longleys_employment() -> None:
    # paper: NIST StRD Longley, certified to 15 digits. Its 16 cases for 7 coefficients are too thin for `ols_hc3`.
    data = sm.datasets.longley.load_pandas()
    regressors = sm.add_constant(data.exog).to_numpy(dtype=np.float64)
    values, _ = _fit(data.endog.to_numpy(dtype=np.float64), regressors)

    certified = [
        -3482258.63459582,
        15.0618722713733,
        -0.358191792925910e-01,
        -2.02022980381683,
        -1.03322686717359,
        -0.511041056535807e-01,
        1829.15146461355,
    ]
    assert values.tolist() == pytest.approx(certified, rel=1e-9)


def test_intervals_cover_planted_coefficients() -> None:
    rng = np.random.default_rng(5)
    hits = np.zeros(3, dtype=np.int64)
    for _ in range(2_000):
        result = fit(*sample(rng, 400))
        hits += [c.low <= true <= c.high for c, true in zip(result.coefficients, (1, 2, -0.5), strict=True)]

    assert all(covers(int(count), 2_000, 0.95) for count in hits)


def test_other_units_give_the_same_answer_in_other_units() -> None:
    outcome, regressors = sample(np.random.default_rng(8), 40)
    seconds = regressors * np.array([1.0, 86_400e6, 1.0])

    days, micro = fit(outcome, regressors)["a"], fit(outcome, seconds)["a"]
    assert (micro.value * 86_400e6, micro.se * 86_400e6) == pytest.approx((days.value, days.se), rel=1e-12)


ONES, RAMP, STEP = np.ones(20), np.arange(20.0), np.repeat([0.0, 1.0], 10)
ODD_ONE_OUT = np.zeros(20)
ODD_ONE_OUT[3] = 1.0


@pytest.mark.parametrize(
    ("outcome", "columns", "need"),
    [
        (RAMP[:13] ** 2, [ONES[:13], RAMP[:13], STEP[:13]], "at least 14"),
        (RAMP**2, [ONES, RAMP, 2 * RAMP + 1], "independent columns"),
        (RAMP**2, [ONES, RAMP, np.zeros(20)], "columns that differ"),
        (RAMP**2, [ONES, RAMP, ODD_ONE_OUT], "two cases"),
        (ONES, [ONES, RAMP, STEP], "outcomes that differ"),
        (np.where(RAMP == 3, np.nan, RAMP), [ONES, RAMP, STEP], "finite"),
        (RAMP, [ONES, np.where(RAMP == 3, np.inf, RAMP), STEP], "finite"),
        (RAMP[:19], [ONES, RAMP, STEP], "20 outcomes"),
    ],
)
def test_too_little_or_impossible_cases_are_refused(outcome: np.ndarray, columns: list[np.ndarray], need: str) -> None:
    with pytest.raises(CannotEstimate, match=need):
        fit(outcome, np.column_stack(columns))
