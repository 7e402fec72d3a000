"""Least squares whose standard errors hold when the spread differs from case to case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from troth.engines.statistics.normal import two_sided_z
from troth.kernel.errors import CannotEstimate

Floats = npt.NDArray[np.float64]

SPARE_CASES = 10
# A case with this leverage is fitted by its own coefficient: its residual tells nothing.
ALONE = 1 - 1e-9


@dataclass(frozen=True, slots=True)
class Coefficient:
    """Change of the outcome for one more unit of the regressor, the others held; outcome units per regressor unit."""

    name: str
    value: float
    se: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Regression:
    """coefficients: in the order of the regressors. n: cases. r_squared: share of the outcome's variance fitted."""

    coefficients: tuple[Coefficient, ...]
    n: int
    r_squared: float

    def __getitem__(self, name: str) -> Coefficient:
        return next(coefficient for coefficient in self.coefficients if coefficient.name == name)


def ols_hc3(outcome: Floats, regressors: Floats, names: Sequence[str], *, level: float = 0.95) -> Regression:
    """Least squares with HC3 standard errors and normal intervals; an association, not an effect.

    outcome: shape (n,). regressors: shape (n, k), a column of ones among them if there is to be a constant.
    Refuses n <= k + 10, values that are not finite, columns that depend on each other, an outcome that does not vary,
    and a case that one coefficient serves alone.
    Source: MacKinnon and White 1985 (HC3); Long and Ervin 2000.

    >>> distance = np.arange(14.0)
    >>> days = 2 + 3 * distance + np.tile([1.0, -1.0], 7)
    >>> fit = ols_hc3(days, np.column_stack([np.ones(14), distance]), ["constant", "distance"])
    >>> round(fit["distance"].value, 2), fit.n
    (2.97, 14)
    """
    _refuse_thin(outcome, regressors, names)
    values, errors = _fit(outcome, regressors)
    around = outcome - outcome.mean()
    residual = outcome - regressors @ values
    z = two_sided_z(level)
    return Regression(
        coefficients=tuple(
            Coefficient(name, value, se, value - z * se, value + z * se)
            for name, value, se in zip(names, values.tolist(), errors.tolist(), strict=True)
        ),
        n=outcome.size,
        r_squared=1 - float(residual @ residual) / float(around @ around),
    )


def _refuse_thin(outcome: Floats, regressors: Floats, names: Sequence[str]) -> None:
    n, k = regressors.shape
    if outcome.shape != (n,) or len(names) != k:
        raise CannotEstimate("regression", got=f"{outcome.shape[0]} outcomes, {len(names)} names", need=f"{n} outcomes, {k} names")
    if n <= k + SPARE_CASES:
        raise CannotEstimate("regression", got=f"{n} cases for {k} coefficients", need=f"at least {k + SPARE_CASES + 1}")
    if not (np.isfinite(outcome).all() and np.isfinite(regressors).all()):
        raise CannotEstimate("regression", got="a value that is not finite", need="finite values")
    if outcome.min() == outcome.max():
        raise CannotEstimate("regression", got="the same outcome in every case", need="outcomes that differ")


def _fit(outcome: Floats, regressors: Floats) -> tuple[Floats, Floats]:
    """Coefficients and their HC3 standard errors, by QR of the columns brought to length one."""
    length = np.sqrt(np.einsum("ij,ij->j", regressors, regressors))
    if (length == 0).any():
        raise CannotEstimate("regression", got="a column of zeros", need="columns that differ")
    scaled = regressors / length
    q, r = np.linalg.qr(scaled)
    # As of the columns themselves: R has their singular values, and a row a column in place of one a case.
    spread = np.linalg.svd(r, compute_uv=False)
    if spread[-1] <= spread[0] * max(scaled.shape) * float(np.finfo(np.float64).eps):
        raise CannotEstimate("regression", got="columns that depend on each other", need="independent columns", settle="Leave one out.")
    values = np.linalg.solve(r, q.T @ outcome)
    leverage = np.einsum("ij,ij->i", q, q)
    if (leverage > ALONE).any():
        raise CannotEstimate(
            "regression",
            got=f"case {int(leverage.argmax())} served by a coefficient of its own",
            need="two cases for each coefficient",
        )
    residual = (outcome - scaled @ values) / (1 - leverage)
    influence = np.linalg.solve(r, q.T) * residual
    return values / length, np.sqrt(np.einsum("ij,ij->i", influence, influence)) / length
