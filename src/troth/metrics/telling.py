"""Signals of control charts in plain words: which period, which rule, and how often chance does the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from typing import Literal

from troth.engines.signals import Rule, average_run_length
from troth.engines.signals.rules import Alternating, Hugging, Split, Trend, Zone
from troth.metrics.definition import Grain

Side = Literal["above", "below"]
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
NAMED: Mapping[Grain, Callable[[date], str]] = {
    "day": lambda at: f"{at.day} {MONTHS[at.month - 1]} {at.year}",
    "week": lambda at: f"the week of {at.day} {MONTHS[at.month - 1]} {at.year}",
    "month": lambda at: f"{MONTHS[at.month - 1]} {at.year}",
    "quarter": lambda at: f"Q{(at.month + 2) // 3} {at.year}",
    "year": lambda at: str(at.year),
}


def named(period: date, grain: Grain) -> str:
    """A period as people say it.

    >>> named(date(2026, 3, 1), "month"), named(date(2026, 4, 1), "quarter")
    ('Mar 2026', 'Q2 2026')
    """
    return NAMED[grain](period)


def plural(grain: Grain) -> str:
    return f"{grain}s"


def points_of(rule: Rule) -> int:
    """How many points a pattern is made of."""
    return rule.of if isinstance(rule, Zone) else rule.points


def told(rule: Rule, side: Side | None, count: int, until: str, many: str) -> str:
    """What a rule found, in a sentence. count: points in a row; until: the last one as people say it; many: what they are.

    >>> from troth.engines.signals.rules import ONE_BEYOND
    >>> told(ONE_BEYOND, "above", 1, "Mar 2026", "months")
    'Mar 2026 lies above the limits: chance alone does that in 1 of 370 months'
    """
    said = _pattern(rule, side, count, until, many)
    return f"{said}: chance alone does that in 1 of {_once_in(rule):.0f} {many}" if isinstance(rule, Zone) else said


def _pattern(rule: Rule, side: Side | None, count: int, until: str, many: str) -> str:
    row = f"{count} {many} in a row to {until}"
    if isinstance(rule, Zone):
        if rule.of == 1:
            return f"{until} lies {side} the limits"
        if rule.count == rule.of:
            return f"{row} lie {side} the centre"
        return f"{rule.count} of the {min(rule.of, count)} {many} to {until} lie more than {rule.sigmas:g} sigma {side} the centre"
    if isinstance(rule, Trend):
        return f"{row}, each {'higher' if side == 'above' else 'lower'} than the one before"
    if isinstance(rule, Alternating):
        return f"{row} go up and down in turn: two causes may take turns"
    if isinstance(rule, Hugging):
        return f"{row} lie closer to the centre than chance leaves them: {many} of mixed kinds, or limits too wide"
    assert isinstance(rule, Split)
    return f"{row} lie on both sides and none near the centre: two processes may be in one series"


@lru_cache(maxsize=64)
def _once_in(rule: Zone) -> float:
    return average_run_length((rule,))
