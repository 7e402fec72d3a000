"""What metrics are asked of: a record with its promises, up to an instant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from sqlglot import exp

from troth.engines.calendars.zones import utc_to_local
from troth.kernel.instant import from_us, to_us
from troth.metrics.definition import Grain
from troth.promises import Promise
from troth.promises.naming import Record
from troth.query import literal_instant, to_local

DAYS: Mapping[Grain, int] = {"day": 1, "week": 7}
MONTHS: Mapping[Grain, int] = {"month": 1, "quarter": 3, "year": 12}
STEP: Mapping[Grain, str] = {"day": "1 DAY", "week": "7 DAY", "month": "1 MONTH", "quarter": "3 MONTH", "year": "1 YEAR"}


@dataclass(frozen=True, slots=True)
class Ground:
    """instruments: by name, what the answers are about. held: cells of which some could not be used, type and name.

    since, as_of: naive UTC, from when and up to when the record speaks.
    """

    record: Record
    promises: Mapping[str, Promise]
    instruments: Mapping[str, str]
    as_of: datetime
    since: datetime
    held: frozenset[tuple[str, str]] = frozenset()

    @property
    def today(self) -> date:
        """The local day up to which the record speaks."""
        local = utc_to_local(np.array([to_us(self.as_of)]), self.record.zone)
        return from_us(int(local[0])).date()

    @property
    def now(self) -> str:
        """SQL of the instant up to which the record speaks."""
        return literal_instant(to_us(self.as_of)).sql("duckdb")

    def local(self, instant: exp.Expression) -> exp.Expression:
        """SQL of the operation's wall clock at an instant."""
        return to_local(instant, self.record.zone)


def ends(period: date, grain: Grain) -> date:
    """The first day after a period that begins on a day."""
    if grain in DAYS:
        return period + timedelta(days=DAYS[grain])
    month = period.year * 12 + period.month - 1 + MONTHS[grain]
    return date(month // 12, month % 12 + 1, 1)


@dataclass(frozen=True, slots=True)
class Cut:
    """How time is cut: the grain of periods, without one all is one; and which local days count, `until` left out."""

    grain: Grain | None = None
    since: datetime | None = None
    until: datetime | None = None
