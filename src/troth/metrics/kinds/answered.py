"""What all kinds that ask for answers share: which answers count, and that they are of the scale that the kind is about."""

from __future__ import annotations

from troth.metrics.asking import Bound, bound
from troth.metrics.definition import Metric
from troth.metrics.ground import Ground


def answered(metric: Metric, ground: Ground, scale: tuple[int, int]) -> tuple[Bound, str]:
    """The answers, and SQL of whether one counts: those that were asked on another scale belong and do not count.

    scale: the kind's own, where the definition names none.
    """
    found = bound(metric, ground)
    low, high = metric.scale or scale
    return found, f"{found.belongs} AND f.low = {low} AND f.high = {high}"
