"""The rows of a metric one by one: what each would bring if it counted, and all that decides whether it does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
from sqlglot import exp

from troth.kernel.errors import BadValue
from troth.kernel.instant import to_us
from troth.metrics.asking import ANY_BASE, Asked, Parts, expressed
from troth.metrics.compiling import sliced_by
from troth.metrics.definition import Metric
from troth.metrics.finding import find
from troth.metrics.ground import Cut, Ground
from troth.metrics.kinds import KINDS
from troth.metrics.rows import Rows, happened
from troth.promises import state_sql
from troth.promises.state import STATES
from troth.query import literal_text
from troth.record import Engine
from troth.record.strata import strata_of

FOREVER = datetime(9999, 12, 31)
NO_STATE = ""
CODES: Mapping[str, int] = {state: code for code, state in enumerate((NO_STATE, *STATES))}
MISSING = np.iinfo(np.int64).min
MOST_EVENTS = 6
OUTCOMES = "outcome_{promise} r "
Array = np.ndarray[Any, Any]
Exact = int | Fraction


@dataclass(frozen=True, slots=True)
class UnitRows:
    """Rows of a metric without its window, its `where` and its slice, by id and by all that tells them apart; every field has one item a
    row.

    ids: of the object that a row is about; many: how many rows of the record it is. top, bottom: what it brings if it counts, in the unit
    of the value; bottom is 0 throughout where the value has none. weight: of its stratum. belongs, within: whether `where` and the slice
    are true of it. state: of its outcome, its place in CODES; fell: whether it was due. utc, local: by instant,
    microseconds; MISSING where none is. own: the instant by which the metric counts. as_of: microseconds up to which the record speaks.
    """

    ids: list[str]
    many: list[int]
    top: list[Exact]
    bottom: list[Exact]
    weight: list[Fraction]
    belongs: Array
    within: Array
    state: Array
    fell: Array
    utc: Mapping[str, Array]
    local: Mapping[str, Array]
    own: str
    as_of: int


def parts_of(name: str, metric: Metric) -> Parts:
    """Raises BadValue for a metric whose value is made of no sums of its units, and for one that hides small cells."""
    parts = KINDS[metric.kind].parts(metric)
    if parts is None:
        allowed = sorted(kind.name for kind in KINDS.values() if kind.parts(metric) is not None)
        raise BadValue(
            f"'{name}' is no sum of what its units bring", got=f"a metric of kind '{metric.kind}'", allowed=", ".join(allowed),
            next_step="Ask for one that adds up.",
        )  # fmt: skip
    return parts


def unit_rows(
    engine: Engine, name: str, metric: Metric, ground: Ground, only: Mapping[str, str], dimensions: Mapping[str, Mapping[str, str]], *,
    former: bool = False,
) -> UnitRows:  # fmt: skip
    """only: by dimension, the value that counts. former: outcomes by the terms before their last correction.

    Raises what `compiled` does, and BadValue as `parts_of`.
    """
    kind, parts = KINDS[metric.kind], parts_of(name, metric)
    at_end = replace(ground, as_of=FOREVER) if kind.by_state else ground
    asked = kind.asked(metric.model_copy(update={"where": None}), at_end, Cut())
    rows = asked.rows
    belongs, within = "TRUE", []
    if metric.where is not None:
        found = expressed(rows, "where", metric.where, ground)
        rows, belongs = found.rows, f"coalesce({found.sql}, FALSE)"
    for dimension, value in only.items():
        rows, sql = sliced_by(rows, dimension, ground, dimensions)
        within.append(f"coalesce({sql} = {literal_text(value)}, FALSE)")
    own, rows, instants = _instants(metric, asked, rows, ground)
    fell = f"coalesce(r.due <= {ground.now}, FALSE)" if kind.by_state else "TRUE"
    keys = ["o.id", "o.stratum", belongs, " AND ".join(within) or "TRUE", "r.state" if kind.by_state else "''", fell]
    times = [f"epoch_us({sql})" for pair in instants.values() for sql in pair]
    sums = [*(asked.sums[name].sql for name in parts.top), *((asked.sums[parts.bottom].sql,) if parts.bottom else ())]
    base = rows.base
    if metric.promise is not None:
        promised = OUTCOMES.format(promise=metric.promise)
        base = base.replace(promised, f"({_outcomes(metric.promise, ground, by_state=kind.by_state, former=former)}) r ", 1)
    find(engine, rows.relations)
    grouped = [*keys, *times]
    listed = ", ".join(str(place + 1) for place in range(len(grouped)))
    table = engine.rows(
        f"SELECT {', '.join((*grouped, *sums, 'count(*)'))} FROM {' '.join((base, *rows.joins))} GROUP BY {listed} ORDER BY {listed}"
    )
    return _made(table, parts, asked, [*instants], own, strata_of(engine, rows.subject), ground)


def _instants(metric: Metric, asked: Asked, rows: Rows, ground: Ground) -> tuple[str, Rows, dict[str, tuple[str, str]]]:
    """SQL in UTC and by the wall clock of each instant by which one might count; the metric's own stands first."""
    usual = "due" if metric.promise is not None else "answered" if metric.instrument is not None else ""
    own = metric.at or metric.event or metric.from_ or usual
    found = {own: (asked.when, asked.local)}
    if KINDS[metric.kind].bases & (ANY_BASE - {"of"}):
        for name, typed in rows.names.items():
            if typed.kind == "instant" and name != own:
                found[name] = _both(typed.node, ground)
        if metric.promise is None and metric.instrument is None:
            for event in sorted(ground.record.events_of(rows.subject) - {own})[:MOST_EVENTS]:
                instant = happened(rows, event, ground)
                rows, found[event] = instant.rows, _both(instant.node, ground)
    return own, rows, found


def _both(instant: exp.Expression, ground: Ground) -> tuple[str, str]:
    return ground.written(instant), ground.local(instant)


def _outcomes(promise: str, ground: Ground, *, by_state: bool, former: bool) -> str:
    """Outcomes as if none were void or waived, with the state that each has."""
    table = f"outcome_{promise}"
    if former:
        before = f"SELECT * FROM former_{promise} QUALIFY row_number() OVER (PARTITION BY subject ORDER BY known_to DESC) = 1"
        others = f"SELECT * FROM {table} ANTI JOIN former_{promise} USING (subject)"
        table = f"({others} UNION ALL BY NAME SELECT * EXCLUDE (known_to) FROM ({before}))"
    if not by_state:
        return f"SELECT * FROM {table}"
    gone = "CAST(NULL AS TIMESTAMP)"
    return f"SELECT z.* REPLACE ({gone} AS voided, {gone} AS waived), {state_sql(ground.now, 'z')} AS state FROM {table} z"


def _made(
    table: Sequence[tuple[Any, ...]],
    parts: Parts,
    asked: Asked,
    instants: Sequence[str],
    own: str,
    strata: Mapping[Any, Any],
    ground: Ground,
) -> UnitRows:
    first = 6 + 2 * len(instants)
    signs = [_whole(sign * parts.factor * asked.scale.get(name, Fraction(1))) for name, sign in parts.top.items()]
    below = _whole(asked.scale.get(parts.bottom or "", Fraction(1)))
    columns = list(zip(*table, strict=True)) if table else [()] * (first + len(signs) + 1)
    tops = [sum(exact(value) * sign for value, sign in zip(row[first:], signs, strict=False)) for row in table]
    bottoms = [exact(row[first + len(signs)]) * below if parts.bottom else 0 for row in table]
    times = [np.array([MISSING if at is None else at for at in columns[6 + place]], dtype=np.int64) for place in range(2 * len(instants))]
    return UnitRows(
        [str(id) for id in columns[0]], [int(row[-1]) for row in table], tops, bottoms, [strata[name].weight for name in columns[1]],
        np.array(columns[2], dtype=bool), np.array(columns[3], dtype=bool), np.array([CODES[state] for state in columns[4]], dtype=np.int8),
        np.array(columns[5], dtype=bool),
        dict(zip(instants, times[::2], strict=True)), dict(zip(instants, times[1::2], strict=True)), own, to_us(ground.as_of),
    )  # fmt: skip


def exact(value: object) -> Exact:
    """A number of the engine's, or of a file's text, without loss; what is not known brings nothing."""
    if value is None:
        return 0
    if isinstance(value, bool | int):
        return int(value)
    return Fraction(value) if isinstance(value, Decimal) else Fraction(str(value))


def _whole(value: Fraction) -> Exact:
    """Whole numbers add up a good deal faster."""
    return int(value) if value.denominator == 1 else value
