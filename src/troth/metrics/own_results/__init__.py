"""What people of staff see of their own results, beside their team's: the one door by which a person is measured, to that person."""

from troth.metrics.own_results.definition import OWN_RESULTS, OwnResults
from troth.metrics.own_results.lint import lint
from troth.metrics.own_results.readings import Cycle, Figure, own_cycles

__all__ = ["OWN_RESULTS", "Cycle", "Figure", "OwnResults", "lint", "own_cycles"]
