"""A metric on control charts: by slice, with what is more than chance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from troth.app.answers.metrics import Told, metric_ground, tell_metric, tell_metrics
from troth.app.reading import Reading
from troth.engines.calendars.zones import utc_to_local
from troth.kernel.errors import BadValue
from troth.kernel.instant import from_us, to_us
from troth.metrics import KINDS, Cut, Request
from troth.metrics.answering import Reading as Judged
from troth.metrics.charting import RULES, Charted, Plotting, basis_of, by_chance, charted, charted_gaps, rare, series_of
from troth.metrics.definition import Grain
from troth.metrics.request import day_of

SEED = 20_260_101
USUAL: Grain = "month"
RULES_USUAL = "western_electric"


@dataclass(frozen=True, slots=True)
class ChartedMetric:
    """told: the readings that were charted. charts: one for each slice, all together last.

    by_chance: how many signals to expect if nothing changes on any of them.
    """

    told: Told
    grain: Grain
    rules: str
    charts: tuple[Charted, ...]
    by_chance: float


def chart_metric(
    reading: Reading,
    name: str,
    request: Request,
    *,
    rules: str = RULES_USUAL,
    since_change: str | None = None,
    rng: np.random.Generator | None = None,
) -> ChartedMetric:
    """A metric on the chart that fits it, by months without a grain.

    rules: western_electric or nelson. since_change: the local day from which limits are learnt anew. rng: of the permutations by which a
    break is judged; without it the same each time. Raises as `tell_metrics` does, and BadValue for rules that there are not.
    """
    if rules not in RULES:
        raise BadValue("no rules of that name", got=f"'{rules}'", allowed=", ".join(RULES))
    change = day_of(since_change, "since-change")
    request = request.grained(request.cut.grain or USUAL)
    told = tell_metric(reading, name, request)
    chance = rng or np.random.Generator(np.random.PCG64(SEED))
    how = _plotting(reading, told, request.cut, rules, None if change is None else change.date())
    days: dict[tuple[str, ...] | None, list[Judged]] = {}
    charts, few = [], [part for part, series in series_of(told.answer).items() if rare(series, how)]
    if few:
        days = dict(series_of(tell_metric(reading, name, request.grained("day")).answer))
    for part, series in series_of(told.answer).items():
        charts.append(charted_gaps(days.get(part, []), how) if part in few else charted(series, how, chance))
    return ChartedMetric(told, how.grain, rules, tuple(charts), by_chance(charts))


def chart_all(reading: Reading, *, grain: Grain = USUAL, rng: np.random.Generator | None = None) -> tuple[ChartedMetric, ...]:
    """Every metric of the book on its chart, all together, from one query a grain; rare events by period and not by what lies between."""
    chance = rng or np.random.Generator(np.random.PCG64(SEED))
    found, request = [], Request().grained(grain)
    for told in tell_metrics(reading, request=request):
        how = _plotting(reading, told, request.cut, RULES_USUAL, None)
        charts = [charted(series, how, chance) for series in series_of(told.answer).values()]
        found.append(ChartedMetric(told, how.grain, RULES_USUAL, tuple(charts), by_chance(charts)))
    return tuple(found)


def _plotting(reading: Reading, told: Told, cut: Cut, rules: str, change: date | None) -> Plotting:
    ground, definition = metric_ground(reading), told.answer.definition
    begins = from_us(int(utc_to_local(np.array([to_us(ground.since)]), ground.record.zone)[0])).date()
    return Plotting(
        basis_of(told.answer, arrivals=KINDS[definition.kind].arrivals),
        cut.grain or USUAL,
        max(begins, cut.since.date()) if cut.since is not None else begins,
        min(ground.today, cut.until.date()) if cut.until is not None else ground.today,
        rules, change, definition.better,
    )  # fmt: skip
