"""Sums by day that are kept, so that a later question about the same rows, by the same slices or fewer, is added up from them."""

from __future__ import annotations

from typing import Any

from troth.kernel import digest
from troth.metrics.asking import Sum
from troth.metrics.compiling import Query, key_names
from troth.metrics.ports import Rolled, Rollups
from troth.metrics.request import Request
from troth.query import literal_text
from troth.record import Engine

FEWER = 20
TABLE = "rolled"


def rolled_rows(engine: Engine, query: Query, request: Request, rollups: Rollups) -> list[tuple[Any, ...]] | None:
    """The rows of a query, added up from sums that were kept; None where none are, or days do not add up to it."""
    if query.day is None:
        return None
    slices, sums = set(query.slices), {_text(one) for one in query.sums}
    fitting = [one for one in rollups.kept(_rows_of(query)) if slices <= one.slices.keys() and sums <= one.sums.keys()]
    for one in sorted(fitting, key=lambda one: one.count):
        source = rollups.source(one)
        if source is not None:
            return engine.rows(_added_up(query, request, one, source))
    return None


def roll(engine: Engine, query: Query, rollups: Rollups) -> bool:
    """Keep a query's sums by day, where that has at most a twentieth of the rows; whether they were kept.

    Its relations must be there.
    """
    if query.day is None:
        return False
    subject = next(iter(query.asked.values())).rows.subject
    ((objects,),) = engine.rows(f"SELECT count(*) FROM object_{subject}")
    if objects < rollups.least:
        return False
    most = max(objects // FEWER, 1)
    listed = ", ".join((query.day, *query.slices, query.keys[-1]))
    cells = f"SELECT DISTINCT {listed} {query.rows} WHERE {query.past} LIMIT {most + 1}"
    ((count,),) = engine.rows(f"SELECT count(*) FROM ({cells}) c")
    if count > most and objects > most:
        return False
    names = key_names(len(query.slices) + 3)
    sums = {_text(one): f"s{place + 1}" for place, one in enumerate(query.sums)}
    engine.run(f"CREATE OR REPLACE TABLE {TABLE} AS SELECT * FROM ({query.daily}) d({', '.join((*names, *sums.values()))})")
    ((count,),) = engine.rows(f"SELECT count(*) FROM {TABLE}")
    slices = dict(zip(query.slices, names[2:-1], strict=True))
    rollups.keep(engine, TABLE, Rolled(_rows_of(query), slices, sums, count))
    engine.run(f"DROP TABLE {TABLE}")
    return True


def _added_up(query: Query, request: Request, rolled: Rolled, source: str) -> str:
    cut, wide = request.cut, len(request.by)
    period = "CAST(NULL AS DATE)" if cut.grain is None else f"CAST(date_trunc('{cut.grain}', period) AS DATE)"
    keys = ("dated", period, *(rolled.slices[sql] for sql in query.slices[:wide]), "stratum")
    sums = [f"sum({rolled.sums[_text(one)]})" for one in query.sums]
    limits = [f"period {sign} DATE '{at:%Y-%m-%d}'" for sign, at in ((">=", cut.since), ("<", cut.until)) if at is not None]
    wanted = [f"{rolled.slices[sql]} = {literal_text(value)}" for sql, value in query.wanted.values()]
    chosen = " AND ".join((*(("dated", *limits) if limits else ()), *wanted)) or "TRUE"
    places = ", ".join(str(place + 1) for place in range(len(keys)))
    return f"SELECT {', '.join((*keys, *sums))} FROM {source} r WHERE {chosen} GROUP BY {places}"


def _rows_of(query: Query) -> str:
    """What the rows are and when each counts; with snapshot and version, from which the relations follow, that says all."""
    base = next(iter(query.asked.values())).rows.base
    return digest.of_value([base, query.keys[0], query.day, query.past])


def _text(one: Sum) -> str:
    return digest.of_value([one.when, *one.factors, one.known])
