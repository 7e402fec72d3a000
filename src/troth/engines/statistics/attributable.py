"""Which part of the cases goes with an exposure: relative risk and attributable fractions, over strata that are alike."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, sqrt

import numpy as np
import numpy.typing as npt

from troth.engines.statistics.normal import two_sided_z
from troth.kernel.errors import CannotEstimate

Counts = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
LEAST_CASES = 5
LEAST_UNEXPOSED = 2


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its interval and, in `se`, its standard error on the log scale."""

    value: float
    low: float
    high: float
    se: float


@dataclass(frozen=True, slots=True)
class Attributable:
    """How cases and exposure go together. An association: what else differs within a stratum is not taken out.

    relative: risk of the exposed over that of the unexposed, weighed as the exposed are spread over the strata. common: the
    relative risk of Mantel and Haenszel, right where it is the same in all strata. exposed, population: the attributable
    fraction of the cases among the exposed, and of all cases; below 0 where the exposed fare better. among_cases: share of
    the cases that were exposed. strata: how many were compared; left_out: exposed subjects in strata with fewer than two
    unexposed ones, whose like is not known; their cases count as not attributable.
    """

    relative: Estimate
    common: Estimate
    exposed: Estimate
    population: Estimate
    among_cases: float
    strata: int
    left_out: int


def attributable(counts: Counts, weight: Floats | None = None, *, level: float = 0.95) -> Attributable:
    """Relative risk and attributable fractions from 2 by 2 tables, one a stratum.

    counts: shape (s, 2, 2), whole numbers: stratum; exposed, unexposed; cases, others. Or shape (s, h, 2, 2) with `weight`,
    shape (h,): how many subjects one of the h sampling strata stands for.
    population = (cases - expected) / cases, exposed = (exposed cases - expected) / exposed cases, where `expected` gives the
    exposed of each stratum the risk of its unexposed: so population = p (RR - 1) / RR with p the share of cases exposed and
    RR the relative risk. It needs no RR that is the same everywhere. Intervals by the delta method on the scales of log RR
    and log(1 - fraction); an unexposed group of n counts n / (n - 1) times its variance, as its own mean is taken off.
    Refuses fewer than 5 cases among the exposed or the unexposed that can be compared, and negative counts.
    Source: Miettinen 1974 (fraction by cases, standard of the exposed); Fleiss 1979 (its interval); Greenland and Robins 1985.

    >>> found = attributable(np.array([[[13, 2163], [5, 3349]]]))
    >>> f"{found.relative.value:.2f} {found.population.value:.4f} {found.population.low:.4f} {found.population.high:.4f}"
    '4.01 0.5420 0.0361 0.7824'
    """
    cells, weights = _cells(counts, weight)
    seen = cells.sum(axis=1)
    compared = (seen[:, 1].sum(axis=1) >= LEAST_UNEXPOSED) & (seen[:, 0].sum(axis=1) > 0)
    exposed, unexposed = int(seen[compared, 0, 0].sum()), int(seen[compared, 1, 0].sum())
    if min(exposed, unexposed) < LEAST_CASES:
        raise CannotEstimate(
            "attributable fraction", got=f"{exposed} cases among the exposed, {unexposed} among the others",
            need=f"at least {LEAST_CASES} of each", settle="More time, or fewer and larger strata.",
        )  # fmt: skip
    table = _Table.of(cells, weights, compared)
    z = two_sided_z(level)
    relative = _ratio(table.observed / table.expected, table.spread(table.of_observed(1 / table.observed), -1 / table.expected), z)
    rest = table.cases - table.observed + table.expected
    through = np.zeros_like(table.cells)
    through[:, :, :, 0] += 1 / rest - 1 / table.cases
    through[table.compared, :, 0, 0] -= 1 / rest
    within = _fraction(table.expected / table.observed, table.spread(table.of_observed(-1 / table.observed), 1 / table.expected), z)
    return Attributable(
        relative=relative,
        common=_mantel_haenszel(table, z),
        exposed=within,
        population=_fraction(rest / table.cases, table.spread(through, 1 / rest), z),
        among_cases=table.exposed_cases / table.cases,
        strata=int(compared.sum()),
        left_out=int(seen[~compared, 0].sum()),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """Totals scaled up, by stratum, exposure and case; cells: as counted, with the sampling strata as second axis."""

    cells: Floats
    weights: Floats
    total: Floats
    compared: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, cells: Counts, weights: Floats, compared: npt.NDArray[np.bool_]) -> _Table:
        return cls(cells.astype(np.float64), weights, np.einsum("h,shec->sec", weights, cells), compared)

    @property
    def cases(self) -> float:
        return float(self.total[:, :, 0].sum())

    @property
    def exposed_cases(self) -> float:
        return float(self.total[:, 0, 0].sum())

    @property
    def observed(self) -> float:
        """Cases among the exposed that are compared."""
        return float(self.total[self.compared, 0, 0].sum())

    @property
    def risk(self) -> Floats:
        """Of the unexposed, by stratum; 0 where nobody is compared."""
        unexposed = self.total[:, 1].sum(axis=1)
        return np.where(self.compared, self.total[:, 1, 0] / np.where(self.compared, unexposed, 1), 0.0)

    @property
    def expected(self) -> float:
        """Cases among the exposed if they had the risk of their stratum's unexposed."""
        return float((self.total[:, 0].sum(axis=1) * self.risk).sum())

    def of_observed(self, slope: float) -> Floats:
        """How a quantity moves with each cell, for one that moves so with the cases observed."""
        moves = np.zeros_like(self.cells)
        moves[self.compared, :, 0, 0] = slope
        return moves

    def spread(self, through: Floats, with_expected: float) -> float:
        """Standard error of a quantity that moves with the cells by `through`, and with the cases expected."""
        exposed, unexposed = self.total[:, 0].sum(axis=1), self.total[:, 1].sum(axis=1)
        moves = through.copy()
        moves[:, :, 0, :] += (with_expected * self.risk)[:, None, None]
        lever = with_expected * np.where(self.compared, exposed / np.where(self.compared, unexposed, 1), 0.0)
        moves[:, :, 1, 0] += (lever * (1 - self.risk))[:, None]
        moves[:, :, 1, 1] -= (lever * self.risk)[:, None]
        variances = self.cells * (self.weights[None, :, None, None] * moves) ** 2
        number = np.maximum(self.cells[:, :, 1].sum(axis=(1, 2)), LEAST_UNEXPOSED)
        return sqrt(float(variances[:, :, 0].sum() + (variances[:, :, 1].sum(axis=(1, 2)) * number / (number - 1)).sum()))


def _mantel_haenszel(table: _Table, z: float) -> Estimate:
    """One relative risk for all strata, with a variance that holds for many thin strata as well."""
    total = table.total[table.compared]
    exposed, unexposed = total[:, 0].sum(axis=1), total[:, 1].sum(axis=1)
    both = exposed + unexposed
    above, below = float((total[:, 0, 0] * unexposed / both).sum()), float((total[:, 1, 0] * exposed / both).sum())
    ratio = above / below
    # By cells, so that sampling weights count: the score a n0/N - RR c n1/N moves with each.
    apart = np.zeros_like(table.cells[table.compared])
    each = (total[:, 0, 0] * unexposed - ratio * total[:, 1, 0] * exposed) / both**2
    apart -= each[:, None, None, None]
    apart[:, :, 0, 0] += (unexposed / both)[:, None]
    apart[:, :, 1, 0] -= (ratio * exposed / both)[:, None]
    apart[:, :, 0, :] -= (ratio * total[:, 1, 0] / both)[:, None, None]
    apart[:, :, 1, :] += (total[:, 0, 0] / both)[:, None, None]
    variance = float((table.cells[table.compared] * (table.weights[None, :, None, None] * apart) ** 2).sum())
    return _ratio(ratio, sqrt(variance) / (ratio * below), z)


def _ratio(value: float, se: float, z: float) -> Estimate:
    return Estimate(value, value * exp(-z * se), value * exp(z * se), se)


def _fraction(rest: float, se: float, z: float) -> Estimate:
    """1 - rest, with limits that are those of `rest` on the log scale."""
    return Estimate(1 - rest, 1 - exp(log(rest) + z * se), 1 - exp(log(rest) - z * se), se)


def _cells(counts: Counts, weight: Floats | None) -> tuple[Counts, Floats]:
    cells = counts[:, None] if weight is None and counts.ndim == 3 else counts
    weights = np.ones(1) if weight is None else weight
    if cells.ndim != 4 or cells.shape[1:] != (weights.size, 2, 2):
        raise CannotEstimate("attributable fraction", got=f"shape {counts.shape}", need="shape (strata, 2, 2), or (strata, weights, 2, 2)")
    if (cells < 0).any() or not (weights > 0).all():
        raise CannotEstimate(
            "attributable fraction", got="a count below 0, or a weight that is not above 0", need="counts, and weights above 0"
        )
    return cells, weights
