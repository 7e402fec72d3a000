"""A metric on control charts: by slice, with what is more than chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from troth.app.answers.metrics import DAY, GRAINS, Told, day_of, metric_ground, tell_metrics
from troth.app.reading import Reading
from troth.engines.calendars.zones import utc_to_local
from troth.kernel.errors import BadValue
from troth.kernel.instant import from_us, to_us
from troth.metrics import KINDS
from troth.metrics.answering import Reading as Judged
from troth.metrics.charting import RULES, Charted, Plotting, basis_of, by_chance, charted, charted_gaps, rare, series_of
from troth.metrics.definition import Grain

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
    *,
    by: Sequence[str] = (),
    grain: str | None = None,
    since: str | None = None,
    until: str | None = None,
    only: Mapping[str, str] | None = None,
    rules: str = "western_electric",
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
    (told,) = tell_metrics(reading, (name,), by=by, grain=grain or USUAL, since=since, until=until, only=only)
    chance = rng or np.random.Generator(np.random.PCG64(SEED))
    how = _plotting(reading, told, grain or USUAL, since, until, rules, None if change is None else change.date())
    days: dict[tuple[str, ...] | None, list[Judged]] = {}
    charts, few = [], [part for part, series in series_of(told.answer).items() if rare(series, how)]
    if few:
        (daily,) = tell_metrics(reading, (name,), by=by, grain="day", since=since, until=until, only=only)
        days = dict(series_of(daily.answer))
    for part, series in series_of(told.answer).items():
        charts.append(charted_gaps(days.get(part, []), how) if part in few else charted(series, how, chance))
    return ChartedMetric(told, how.grain, rules, tuple(charts), by_chance(charts))


def chart_all(reading: Reading, *, grain: Grain = USUAL, rng: np.random.Generator | None = None) -> tuple[ChartedMetric, ...]:
    """Every metric of the book on its chart, all together, from one query a grain; rare events by period and not by what lies between."""
    chance = rng or np.random.Generator(np.random.PCG64(SEED))
    found = []
    for told in tell_metrics(reading, grain=grain):
        how = _plotting(reading, told, grain, None, None, RULES_USUAL, None)
        charts = [charted(series, how, chance) for series in series_of(told.answer).values()]
        found.append(ChartedMetric(told, how.grain, RULES_USUAL, tuple(charts), by_chance(charts)))
    return tuple(found)


def _plotting(
    reading: Reading, told: Told, grain: str, since: str | None, until: str | None, rules: str, change: date | None
) -> Plotting:  # fmt: skip
    ground, definition = metric_ground(reading), told.answer.definition
    begins = from_us(int(utc_to_local(np.array([to_us(ground.since)]), ground.record.zone)[0])).date()
    first, last = day_of(since, "since"), day_of(until, "until")
    return Plotting(
        basis_of(told.answer, arrivals=KINDS[definition.kind].arrivals),
        next(one for one in GRAINS if one == grain),
        max(begins, first.date()) if first is not None else begins,
        min(ground.today, last.date() + DAY) if last is not None else ground.today,
        rules, change, definition.better,
    )  # fmt: skip
