"""What was kept of what fell due in each week, and whether the last one differs more than weeks do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from troth.engines.charts import Chart, Plan, laney_p_chart
from troth.findings.context import Context
from troth.findings.kept import Kept, kept_by_dates
from troth.findings.statement import Figure
from troth.kernel.errors import CannotEstimate

WEEK = timedelta(days=7)
YEAR = 52 * WEEK
FEWEST_WEEKS = 12
FEWEST_DUE = 10

# A record that ends on a Saturday has its week: what falls due on its Sunday is due when the next one is read.
LEAST_OF_A_WEEK = timedelta(days=5)


@dataclass(frozen=True, slots=True)
class Charted:
    """Up to a year of weeks and the last one, of which enough fell due. chart: Laney's p' of the kept shares, its limits learnt from
    the weeks before the last."""

    mondays: tuple[date, ...]
    chart: Chart

    @property
    def usual(self) -> tuple[float, float]:
        """Within what the last week's share would be by itself, at its own n."""
        return float(self.chart.low[-1]), float(self.chart.high[-1])

    @property
    def unusual(self) -> bool:
        return len(self.mondays) - 1 in self.chart.beyond.tolist()

    @property
    def better(self) -> bool:
        """Whether the last week lies above what weeks usually are."""
        return bool(self.chart.points[-1] > self.chart.centre[-1])

    @property
    def figure(self) -> Figure:
        chart, beyond = self.chart, self.chart.beyond.tolist()
        spec = {
            "labels": [f"{monday}" for monday in self.mondays],
            "points": (100 * chart.points).tolist(),
            "centre": (100 * chart.centre).tolist(),
            "low": (100 * chart.low).tolist(),
            "high": (100 * chart.high).tolist(),
            "flagged": beyond,
            "good": [at for at in beyond if chart.points[at] > chart.centre[at]],
            "unit": "%",
        }
        return Figure("control", "kept of what fell due, by week; the band is what is usual", spec)


def last_week(context: Context) -> date:
    """The Monday of the last week of which the record speaks up to its Saturday."""
    return _monday(context.local_time(context.as_of) - LEAST_OF_A_WEEK)


def _monday(at: datetime) -> date:
    return (at - timedelta(days=at.weekday())).date()


def weeks_of(context: Context, name: str) -> dict[date, Kept]:
    """What was kept of what fell due in each week, by its Monday on the operation's clock; a week in which nothing did is not there."""
    return kept_by_dates(context, name, lambda day: day - timedelta(days=day.weekday()))


def together(weeks: Sequence[Mapping[date, Kept]]) -> dict[date, Kept]:
    """The weeks of several promises as those of one."""
    mondays = sorted({monday for one in weeks for monday in one})
    return {monday: Kept([counts for one in weeks if monday in one for counts in one[monday].found]) for monday in mondays}


def charted(weeks: Mapping[date, Kept], monday: date) -> Charted | None:
    """The weeks up to one; None where too few say what is usual, or too little fell due in it."""
    enough = [at for at in weeks if monday - YEAR <= at <= monday and weeks[at].seen >= FEWEST_DUE]
    if len(enough) <= FEWEST_WEEKS or enough[-1] != monday:
        return None
    shares, n = np.array([float(weeks[at].low) for at in enough]), np.array([float(weeks[at].seen) for at in enough])
    try:
        return Charted(tuple(enough), laney_p_chart(shares, n, Plan(learn=(0, len(enough) - 1))))
    except CannotEstimate:
        return None
