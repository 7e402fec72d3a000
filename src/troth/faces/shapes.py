"""What has a shape of its own as data: metrics, charts, units and what each Monday was shown; and the same as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from troth.faces.charts import BETWEEN
from troth.faces.plain import fields

if TYPE_CHECKING:
    from troth.app.answers.at_risk import AtRiskNow
    from troth.app.answers.benchmarks import Benchmarked
    from troth.app.answers.calibrations import Calibrated
    from troth.app.answers.cases import CaseTold
    from troth.app.answers.charts import ChartedMetric
    from troth.app.answers.holdings import Huddles
    from troth.app.answers.metrics import Told
    from troth.app.answers.rewards import Rewarded, Tested
    from troth.app.answers.units import FallingTold, UnitsTold
    from troth.app.answers.values import Drilled, Valued
    from troth.app.past.replay import Replay
    from troth.findings.suppliers import Suppliers
    from troth.metrics.units import Unit

Data = Mapping[str, Any]
Table = tuple[tuple[str, ...], list[tuple[object, ...]]]

POINTS = ("period", "value", "n", "state", "centre", "low", "high", "z", "phase", "signals")
UNITS = (
    "peers", "unit", "n", "value", "expected", "towards_others", "low", "high", "least", "most", "p", "verdict", "side", "good", "rank",
    "first", "last", "ahead", "behind", "alone", "alone_low", "alone_high", "events", "awaited",
)  # fmt: skip
RISKS = ("promise", "id", "stage", "due_at", "left_us", "working", "lane", "share", "low", "high", "n", "broken", "of", "like", "at_risk")
GAPS = ("unit", "n", "peers", "value", "frontier", "frontier_value", "gap", "low", "high", "told", "changes", "why")
CALIBRATED = (
    "calibration", "unit", "n", "global_score", "global_low", "global_high", "regional_score", "regional_low", "regional_high",
    "before", "before_first", "before_last", "fair", "fair_first", "fair_last", "whole", "first", "last", "moved", "ahead", "behind",
)  # fmt: skip
CASES = ("id", "source", "column", "check", "says", "steward", "owner", "opened", "closed", "closing")
HUDDLES = ("dimension", "unit", "day", "due", "fulfilled", "state")
REWARDS = (
    "reward", "begins", "ends", "team", "n", "value", "low", "high", "near", "luck", "counter", "proposed", "cannot_say", "awarded",
    "approved_by", "approved_at", "withdrawn_by", "withdrawn_at",
)  # fmt: skip
WORTH = (
    "card", "customer", "first", "last", "alive", "purchases", "spent", "margin", "effort", "kept", "broken", "unknown", "expected",
    "worth",
)  # fmt: skip
FALLING = ("unit", "efficiency", "slope", "low", "high", "q", "months")


def metric_data(told: Told) -> Data:
    from troth.metrics.comparability import apart

    answer = told.answer
    readings = []
    for one in answer.readings:
        sums = None if one.sums is None else {name: str(value) for name, value in one.sums.items()}
        period = None if one.period is None else one.period.isoformat()
        readings.append({**{k: v for k, v in fields(one).items() if k not in ("sums", "period")}, "period": period, "sums": sums})
    return {
        "metric": answer.metric, "words": answer.definition.words, "kind": answer.definition.kind, "convention": answer.convention,
        "unit": answer.unit, "better": answer.definition.better, "owner": answer.definition.owner, "by": answer.by, "readings": readings,
        "apart": [{**fields(one), "period": one.period and one.period.isoformat()} for one in apart(answer.readings)],
        "undated": answer.undated, "estimated": answer.estimated, "definition": told.hash, "snapshot": told.snapshot,
        "as_of": told.as_of, "sql": answer.sql,
    }  # fmt: skip


def metric_table(told: Told) -> Table:
    answer = told.answer
    columns = ("period", *answer.by, "value", "low", "high", "most", "n", "expected", "held_back", "so_far", "hidden", "cannot_say")
    rows: list[tuple[object, ...]] = []
    for one in answer.readings:
        parts = one.slice if one.slice is not None else (None,) * len(answer.by)
        why = one.refusal.reason if one.refusal else None
        period = None if one.period is None else one.period.isoformat()
        rows.append((period, *parts, one.value, one.low, one.high, one.most, one.n, one.expected, one.held, one.so_far, one.hidden, why))
    return columns, rows


def chart_data(found: ChartedMetric) -> Data:
    answer = found.told.answer
    return {
        "metric": answer.metric, "words": answer.definition.words, "unit": answer.unit, "better": answer.definition.better,
        "grain": found.grain, "by": answer.by, "rules": found.rules, "by_chance": found.by_chance,
        "charts": [{**fields(one), "between": BETWEEN.get(one.kind)} for one in found.charts],
        "definition": found.told.hash, "snapshot": found.told.snapshot, "as_of": found.told.as_of,
    }  # fmt: skip


def chart_table(found: ChartedMetric) -> Table:
    width = len(found.told.answer.by)
    rows: list[tuple[object, ...]] = []
    for one in found.charts:
        parts = one.slice if one.slice is not None else (None,) * width
        for each in one.points:
            numbers = (each.value, each.n, each.state, each.centre, each.low, each.high, each.z, each.phase)
            rows.append((*parts, each.period.isoformat(), *numbers, "; ".join(each.signals)))
    return (*found.told.answer.by, *POINTS), rows


def units_data(found: UnitsTold) -> Data:
    refusal = fields(found.refusal) if found.refusal else None
    asked = {"by": found.by, "adjust": found.adjust, "peers": found.peers, "measure": found.measure}
    groups = [fields(one) for one in found.groups]
    return {**_head(found.told), **asked, "unplaced": found.unplaced, "groups": groups, "refusal": refusal}


def units_table(found: UnitsTold) -> Table:
    return UNITS, [_unit(one.peers, unit) for one in found.groups for unit in one.units]


def falling_data(found: FallingTold) -> Data:
    return {
        "efficiency": _head(found.efficiency), "rating": _head(found.rating), "by": found.by,
        "units": [fields(one) for one in found.units], "efficient": found.efficient, "thin": found.thin, "compared": found.compared,
        "centre": found.centre, "refusal": fields(found.refusal) if found.refusal else None,
    }  # fmt: skip


def falling_table(found: FallingTold) -> Table:
    return FALLING, [(one.name, one.efficiency, one.slope, one.low, one.high, one.q, one.months) for one in found.units]


def suppliers_table(found: Suppliers) -> Table:
    rows: list[tuple[object, ...]] = []
    for one in (*found.suppliers, *found.apart):
        unit = one.quality
        said = (None,) * 4 if unit is None else (unit.shrunk, unit.low, unit.high, unit.verdict)
        rows.append((one.name, one.n, one.broken, one.unknown, one.missed, *one.borne.values(), *said))
    return ("supplier", "n", "broken", "unknown", "missed", *found.players, "towards_others", "low", "high", "verdict"), rows


def benchmark_data(found: Benchmarked) -> Data:
    refusal = fields(found.refusal) if found.refusal else None
    elsewhere = [{**fields(one), "where": sorted(one.where)} for one in found.elsewhere]
    gaps = [fields(one) for one in found.gaps]
    asked = {"by": found.said.by, "mix": found.mix, "like": found.like, "measure": found.said.measure}
    return {**_head(found.said.told), **asked, "gaps": gaps, "elsewhere": elsewhere, "refusal": refusal}


def benchmark_table(found: Benchmarked) -> Table:
    rows: list[tuple[object, ...]] = []
    for one in found.gaps:
        numbers = (one.frontier, one.frontier_value, one.gap, one.low, one.high, one.told)
        rows.append((one.unit, one.n, len(one.peers), one.value, *numbers, "; ".join(one.changes) or "none", one.why))
    return GAPS, rows


def calibration_data(found: Calibrated) -> Data:
    return {**fields(found), "units": [{**fields(one), "moved": one.moved} for one in found.units]}


def calibrations_table(found: Sequence[Calibrated]) -> Table:
    rows: list[tuple[object, ...]] = []
    for each in found:
        for one in each.units:
            parts = [(None,) * 3 if part is None else (part.score, part.low, part.high) for part in (one.globally, one.regionally)]
            places = [(place.rank, place.first, place.last) for place in (one.before, one.fair, one.whole)]
            told = [value for three in (*parts, *places) for value in three]
            rows.append((each.name, one.name, one.n, *told, one.moved, "; ".join(one.ahead), "; ".join(one.behind)))
    return CALIBRATED, rows


def rewards_table(found: Sequence[Rewarded]) -> Table:
    rows: list[tuple[object, ...]] = []
    for each in found:
        for cycle in each.cycles:
            for one in cycle.teams:
                team, why = one.team, one.team.refusal.reason if one.team.refusal else None
                said = [value for by in (one.approved, one.withdrawn) for value in ((by.by, by.at) if by else (None, None))]
                told = (team.name, team.n, team.value, team.low, team.high, team.near, team.luck, team.counter, team.proposed, why)
                rows.append((each.rule.name, cycle.begins, cycle.ends, *told, one.awarded, *said))
    return REWARDS, rows


def back_tests_table(found: Sequence[Tested]) -> Table:
    columns = ("reward", "begins", "ends", "pooled", "teams", "rewarded", "luck", "names")
    rows: list[tuple[object, ...]] = [
        (each.rule.name, one.begins, one.ends, one.pooled, one.teams, len(one.rewarded), one.luck, "; ".join(one.rewarded))
        for each in found
        for one in each.test.cycles
    ]
    return columns, rows


def values_table(found: Sequence[Valued]) -> Table:
    rows: list[tuple[object, ...]] = []
    for each in found:
        for one in each.customers:
            sums = fields(one.sums)
            rows.append((each.name, one.name, one.first, one.last, one.alive, *(sums[name] for name in WORTH[5:])))
    return WORTH, rows


def drilled_table(found: Drilled) -> Table:
    columns = ("customer", "what", "type", "id", "at", "name", "amount", "state")
    return columns, [tuple(getattr(one, name) for name in columns) for one in found.events]


def replay_data(found: Replay) -> Data:
    return {**fields(found), "mondays": [{**fields(one), "gap": one.gap} for one in found.mondays]}


def replay_table(found: Replay) -> Table:
    names = (*(fields(found.mondays[0]) if found.mondays else ()), "gap")
    return names, [tuple(getattr(one, name) for name in names) for one in found.mondays]


def risk_table(found: Sequence[AtRiskNow]) -> Table:
    return RISKS, [(one.promise, *(getattr(each, name) for name in RISKS[1:])) for one in found for each in one.open]


def cases_table(found: Sequence[CaseTold]) -> Table:
    return CASES, [tuple(getattr(one, name) for name in CASES) for one in found]


def huddles_table(found: Sequence[Huddles]) -> Table:
    return HUDDLES, [
        (one.dimension, unit.unit, turn.day, turn.due, turn.fulfilled, turn.state)
        for one in found
        for unit in one.units
        for turn in unit.turns
    ]


def _head(told: Told) -> dict[str, Any]:
    answer = told.answer
    return {
        "metric": answer.metric, "words": answer.definition.words, "unit": answer.unit, "better": answer.definition.better,
        "definition": told.hash, "snapshot": told.snapshot, "as_of": told.as_of,
    }  # fmt: skip


def _unit(peers: str | None, unit: Unit) -> tuple[object, ...]:
    return (
        peers, unit.name, unit.n, unit.value, unit.expected, unit.shrunk, unit.low, unit.high, unit.least, unit.most, unit.p, unit.verdict,
        unit.side, unit.good, unit.rank, unit.first, unit.last, "; ".join(unit.ahead), "; ".join(unit.behind),
        *((None,) * 3 if unit.own is None else (unit.own.value, unit.own.low, unit.own.high)), unit.events, unit.awaited,
    )  # fmt: skip
