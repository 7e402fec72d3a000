"""What metrics are asked of: a record with its promises, up to an instant."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

import numpy as np
from sqlglot import exp

from troth.engines.calendars.zones import utc_to_local
from troth.kernel.instant import from_us, to_us
from troth.metrics.clocking import Clocked, clocked
from troth.metrics.definition import Grain, Metric
from troth.promises import Promise
from troth.promises.calendars import Calendars
from troth.promises.naming import Record
from troth.query import literal_instant, to_local
from troth.query.written import written

DAYS: Mapping[Grain, int] = {"day": 1, "week": 7}
MONTHS: Mapping[Grain, int] = {"month": 1, "quarter": 3, "year": 12}
Compiled = TypeVar("Compiled")
STEP: Mapping[Grain, str] = {"day": "1 DAY", "week": "7 DAY", "month": "1 MONTH", "quarter": "3 MONTH", "year": "1 YEAR"}


@dataclass(frozen=True, slots=True)
class Ground:
    """instruments: by name, what the answers are about. held: cells of which some could not be used, type and name. calendars: of the book.

    since, as_of: naive UTC, from when and up to when the record speaks. kept: what was compiled for it, by what it was made of.
    """

    record: Record
    promises: Mapping[str, Promise]
    instruments: Mapping[str, str]
    as_of: datetime
    since: datetime
    held: frozenset[tuple[str, str]] = frozenset()
    calendars: Calendars | None = None
    kept: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def once(self, key: Hashable, make: Callable[[], Compiled]) -> Compiled:
        """What `make` gives, asked once for each key: many metrics name the same instants and conditions."""
        if key not in self.kept:
            self.kept[key] = make()
        found: Compiled = self.kept[key]
        return found

    def counted(self, metric: Metric) -> str:
        """The object type of what a metric counts; nothing where that is not known."""
        promise = self.promises.get(metric.promise or "")
        return metric.of or (promise.subject if promise else None) or self.instruments.get(metric.instrument or "") or ""

    def clock(self, name: str) -> Clocked:
        """A calendar of the book, as it is for everybody, over what is on record."""
        calendars = self.calendars
        assert calendars is not None, "its metrics name no calendar"
        return self.once(
            (Clocked, name),
            lambda: clocked(name, calendars.rule(name, {}), calendars.clocks(name, {})[-1][2].zone, to_us(self.since), to_us(self.as_of)),
        )

    @property
    def today(self) -> date:
        """The local day up to which the record speaks."""
        local = utc_to_local(np.array([to_us(self.as_of)]), self.record.zone)
        return from_us(int(local[0])).date()

    @property
    def now(self) -> str:
        """SQL of the instant up to which the record speaks."""
        return self.once(literal_instant, lambda: written(literal_instant(to_us(self.as_of))))

    def local(self, instant: exp.Expression) -> str:
        """SQL of the operation's wall clock at an instant."""
        return self.once((to_local, instant), lambda: written(to_local(instant, self.record.zone)))

    def written(self, node: exp.Expression) -> str:
        """A node as SQL."""
        return self.once(node, lambda: written(node))


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

    @property
    def days(self) -> tuple[str | None, str | None]:
        """The first and the last day that count, as texts."""
        last = None if self.until is None else self.until - timedelta(days=1)
        return None if self.since is None else f"{self.since:%Y-%m-%d}", None if last is None else f"{last:%Y-%m-%d}"
