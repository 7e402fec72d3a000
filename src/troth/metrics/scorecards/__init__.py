"""What somebody set out to reach, with target, forecast and actual; and the scorecards that weigh it."""

from troth.metrics.scorecards.definition import GOALS, SCORECARDS, Goal, Item, Scorecard
from troth.metrics.scorecards.lint import lint
from troth.metrics.scorecards.scoring import Scored, Standing, score, standing

__all__ = ["GOALS", "SCORECARDS", "Goal", "Item", "Scorecard", "Scored", "Standing", "lint", "score", "standing"]
