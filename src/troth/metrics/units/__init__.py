"""Units side by side: each against what its cases would give elsewhere, with the doubt of value and rank. Never a league table."""

from troth.metrics.units.comparing import compared
from troth.metrics.units.exceeding import Above, above, compared_above
from troth.metrics.units.unit import FALSE, FEWEST_OF_A_MEAN, Better, Cell, Compared, Measure, Own, Unit

__all__ = [
    "FALSE",
    "FEWEST_OF_A_MEAN",
    "Above",
    "Better",
    "Cell",
    "Compared",
    "Measure",
    "Own",
    "Unit",
    "above",
    "compared",
    "compared_above",
]
