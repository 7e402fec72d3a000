"""Dividing a whole among those who made it, in exact integers."""

from troth.engines.allocation.delay import (
    FOREVER,
    DelayShares,
    OverrunShares,
    shapley_break,
    shapley_overrun,
)
from troth.engines.allocation.shapley import shapley_values

__all__ = ["FOREVER", "DelayShares", "OverrunShares", "shapley_break", "shapley_overrun", "shapley_values"]
