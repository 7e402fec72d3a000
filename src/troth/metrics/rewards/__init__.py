"""What teams are rewarded for: a rule on their outcome, tested on the past, and nothing awarded that nobody approved."""

from troth.metrics.rewards.deciding import Decision, Draft, Standing, decide, standings
from troth.metrics.rewards.definition import REWARDS, Reward
from troth.metrics.rewards.lint import lint
from troth.metrics.rewards.looking_back import BackTest, look_back
from troth.metrics.rewards.ports import Awards
from troth.metrics.rewards.proposing import Cycle, Looked, Team, cycles_of

__all__ = [
    "REWARDS",
    "Awards",
    "BackTest",
    "Cycle",
    "Decision",
    "Draft",
    "Looked",
    "Reward",
    "Standing",
    "Team",
    "cycles_of",
    "decide",
    "lint",
    "look_back",
    "standings",
]
