"""Which of many groups moves over time while others like it do not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from troth.engines.statistics.normal import normal_cdf, two_sided_z
from troth.kernel.errors import CannotEstimate

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
SPARE_CELLS = 10
# A cell with this leverage is fitted by its own coefficient: its residual tells nothing.
ALONE = 1 - 1e-9
# What is left of a group's time beside its blocks, as a part of it: less is rounding.
LEAST_LEFT = 1e-6


@dataclass(frozen=True, slots=True)
class Drift:
    """How much more a group's mean grows in a unit of time than that of others in its blocks, in units of the mean.

    None where nothing tells it from the others: it is alone in its blocks, or is there at one time only.
    p: chance of so much or more if it grew as they do, one-sided. cells: of this group.
    """

    value: float
    se: float
    low: float
    high: float
    p: float
    cells: int


def drifts(group: Ints, block: Ints, count: Ints, mean: Floats, time: Floats, *, level: float = 0.95) -> tuple[Drift | None, ...]:
    """For each group its own drift: what befalls a block befalls all groups in it, and each group has a level of its own.

    One row a cell: group and block as codes from 0, count of cases above 0, their mean, their mean time; shape (cells,) each.
    Weighted least squares on groups, blocks and one group's time, with HC3 standard errors over cells and normal intervals.
    An association, not an effect. Where cells are few the intervals hold more than `level`.
    Refuses fewer than ten cells more than groups and blocks together.
    Source: MacKinnon and White 1985 (HC3).
    """
    groups, blocks = int(group.max(initial=-1)) + 1, int(block.max(initial=-1)) + 1
    if group.size < groups + blocks + SPARE_CELLS:
        raise CannotEstimate(
            "drift of groups", got=f"{group.size} cells", need=f"at least {groups + blocks + SPARE_CELLS}", settle="More months."
        )
    if (count <= 0).any() or not np.isfinite(mean).all() or not np.isfinite(time).all():
        raise CannotEstimate("drift of groups", got="a cell without cases, or not finite", need="cells with cases")
    root = np.sqrt(count.astype(np.float64))
    common = _Common.of(group, block, root)
    return tuple(_drift(group == one, time * root, common.beside(mean * root), common, level) for one in range(groups))


def _drift(mine: npt.NDArray[np.bool_], time: Floats, outcome: Floats, common: _Common, level: float) -> Drift | None:
    own = np.where(mine, time, 0.0)
    left = common.beside(own)
    size = float(left @ left)
    if size <= LEAST_LEFT * float(own @ own):
        return None
    value = float(left @ outcome) / size
    pulls = common.leverage + left**2 / size
    told = pulls < ALONE
    residual = (outcome - value * left)[told] / (1 - pulls[told])
    se = float(np.sqrt(((left[told] * residual) ** 2).sum())) / size
    if se == 0:
        return None
    half = two_sided_z(level) * se
    return Drift(value, se, value - half, value + half, normal_cdf(-value / se), int(mine.sum()))


@dataclass(frozen=True, slots=True)
class _Common:
    """What blocks and groups fit: blocks by their means, groups by orthonormal columns beside these. leverage: of each cell."""

    block: Ints
    root: Floats
    basis: Floats
    leverage: Floats

    @staticmethod
    def of(group: Ints, block: Ints, root: Floats) -> _Common:
        bare = _Common(block, root, np.zeros((root.size, 0)), root**2 / np.bincount(block, root**2)[block])
        levels = np.eye(int(group.max()) + 1)[group] * root[:, None]
        vectors, sizes, _ = np.linalg.svd(np.column_stack([bare.beside(one) for one in levels.T]), full_matrices=False)
        # Where groups and blocks depend on each other some columns are rounding alone.
        basis = np.asarray(vectors[:, sizes > float(np.abs(levels).max()) * 1e-8])
        return _Common(block, root, basis, bare.leverage + (basis**2).sum(axis=1))

    def beside(self, values: Floats) -> Floats:
        """What is left of values."""
        means = np.bincount(self.block, self.root * values) / np.bincount(self.block, self.root**2)
        rest = values - self.root * means[self.block]
        return np.asarray(rest - self.basis @ (self.basis.T @ rest))
