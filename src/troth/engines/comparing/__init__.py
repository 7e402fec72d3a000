"""Comparing units: against what chance allows, at their own mix of cases, drawn towards what units are like, with the doubt of ranks."""

from troth.engines.comparing.casemix import Standardised, standardised
from troth.engines.comparing.funnel import Funnel, rate_funnel, share_funnel
from troth.engines.comparing.judging import Verdicts, verdicts
from troth.engines.comparing.ranking import drawn_means, drawn_rates, drawn_shares, ranks
from troth.engines.comparing.shrunk import Shrunk, shrunk_means, shrunk_rates, shrunk_shares

__all__ = [
    "Funnel",
    "Shrunk",
    "Standardised",
    "Verdicts",
    "drawn_means",
    "drawn_rates",
    "drawn_shares",
    "ranks",
    "rate_funnel",
    "share_funnel",
    "shrunk_means",
    "shrunk_rates",
    "shrunk_shares",
    "standardised",
    "verdicts",
]
