"""Dividing a whole among those who made it, exactly."""

from troth.engines.allocation.delay import (
    FOREVER,
    DelayShares,
    OverrunShares,
    shapley_break,
    shapley_overrun,
)
from troth.engines.allocation.moves import Move, Part, why_moved
from troth.engines.allocation.shapley import shapley_values

__all__ = ["FOREVER", "DelayShares", "Move", "OverrunShares", "Part", "shapley_break", "shapley_overrun", "shapley_values", "why_moved"]
