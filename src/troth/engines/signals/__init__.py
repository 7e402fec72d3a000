"""Signals: rules on control charts, how often they cry wolf, and where the level of a series changed."""

from troth.engines.signals.changes import Break, Segments, best_breaks, breaks, one_break
from troth.engines.signals.lengths import average_run_length, cusum_run_length, ewma_run_length
from troth.engines.signals.rules import NELSON, WESTERN_ELECTRIC, Rule, Signal, first_signals, signals

__all__ = [
    "NELSON",
    "WESTERN_ELECTRIC",
    "Break",
    "Rule",
    "Segments",
    "Signal",
    "average_run_length",
    "best_breaks",
    "breaks",
    "cusum_run_length",
    "ewma_run_length",
    "first_signals",
    "one_break",
    "signals",
]
