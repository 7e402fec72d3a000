"""Periods as people write them."""

from __future__ import annotations

import re
from datetime import date, datetime

from troth.kernel.errors import BadValue
from troth.metrics.definition import Grain
from troth.metrics.ground import Cut, ends

MONTH = re.compile(r"(\d{4})-(\d{2})")
QUARTER = re.compile(r"(\d{4})-?Q([1-4])")
WEEK = re.compile(r"(\d{4})-?W(\d{2})")
YEAR = re.compile(r"(\d{4})")
RANGE = re.compile(r"(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})")
EXAMPLES = "2026-02, 2026-Q1, 2026-W07, 2026, 2026-02-14, or 2026-02-01..2026-02-14"


def period_of(text: str) -> Cut:
    """The local days of a period as people write it. Raises BadValue."""
    try:
        if found := RANGE.fullmatch(text):
            begin, end = (date.fromisoformat(day) for day in found.groups())
            if end < begin:
                raise BadValue("the period ends before it begins", got=f"'{text}'", allowed=EXAMPLES)
            return _cut(begin, ends(end, "day"))
        for pattern, grain in ((MONTH, "month"), (QUARTER, "quarter"), (WEEK, "week"), (YEAR, "year")):
            if found := pattern.fullmatch(text):
                return _of(grain, *(int(part) for part in found.groups()))  # type: ignore[arg-type]  # the four literals above
        day = date.fromisoformat(text)
        return _cut(day, ends(day, "day"))
    except ValueError as error:
        if isinstance(error, BadValue):
            raise
        raise BadValue("no period", got=f"'{text}'", allowed=EXAMPLES) from None


def _of(grain: Grain, year: int, part: int = 1) -> Cut:
    begin = date.fromisocalendar(year, part, 1) if grain == "week" else date(year, part * 3 - 2 if grain == "quarter" else part, 1)
    return _cut(begin, ends(begin, grain))


def _cut(begin: date, end: date) -> Cut:
    return Cut(None, datetime.combine(begin, datetime.min.time()), datetime.combine(end, datetime.min.time()))
