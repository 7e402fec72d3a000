"""Event logs: one row an event of a case, with the activity in a column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from troth.record import Engine
from troth.sources.guess import lexicon
from troth.sources.guess.keys import Keyed, Reference, exact_distinct
from troth.sources.guess.naming import looks_like_id
from troth.sources.guess.profile import Column, Table
from troth.sources.guess.words import says, time_name

XES = ("case:concept:name", "concept:name", "time:timestamp")
MOST_ACTIVITIES = 200
VOCABULARY_MOST = 60


@dataclass(frozen=True, slots=True)
class Log:
    """case, activity, at: columns. constant: columns that have one value within every case."""

    table: int
    case: str
    activity: str
    at: str
    constant: tuple[str, ...]
    activities: tuple[str, ...]
    cases: int


def find_log(engine: Engine, keyed: Keyed, found: Sequence[Reference]) -> Log | None:
    """The log shape of a file: XES names, else a case that repeats, an activity of few words, and one instant that differs within cases."""
    table = keyed.table
    names = {c.name: c for c in table.columns}
    if all(n in names for n in XES) and names[XES[2]].kind == "instant":
        return _log(engine, table, *(names[n] for n in XES))
    if not table.instants or table.rows < 10:
        return None
    pointers = {r.column for r in found if r.table == keyed.number}
    for case in sorted(table.columns, key=lambda c: (c.name not in pointers, not says(c.name, lexicon.CASE_ID), c.position)):
        if not _may_be_case(engine, case, table, pointers):
            continue
        for activity in table.columns:
            if _may_be_activity(activity, case, table) and (at := _varying(engine, table, case)):
                return _log(engine, table, case, activity, at)
    return None


def _may_be_case(engine: Engine, column: Column, table: Table, pointers: set[str]) -> bool:
    if column.kind == "instant" or column.distinct < 2 or (column.kind == "number" and not column.whole):
        return False
    if not (column.name in pointers or says(column.name, lexicon.CASE_ID) or looks_like_id(column.name)):
        return False
    repeats = table.rows / exact_distinct(engine, column, table)
    return 1.3 <= repeats <= 500 and column.filled >= 0.99 * table.looked


def _may_be_activity(column: Column, case: Column, table: Table) -> bool:
    return (
        column is not case and column.kind == "text" and 2 <= column.distinct <= min(VOCABULARY_MOST, max(2, table.rows // 5))
        and column.filled >= 0.99 * table.looked and says(column.name, lexicon.ACTIVITY)
        and not looks_like_id(column.name)
    )  # fmt: skip


def _varying(engine: Engine, table: Table, case: Column) -> Column | None:
    """The one instant that nearly every row has and that differs within cases; None where several do.

    When a row was written down is not when it happened, so such columns do not count.
    """
    happened = [c for c in table.instants if not time_name(c.name).housekeeping]
    full = [c for c in happened if c.read >= 0.98 * table.looked]
    constant = constant_within(engine, table, case, full)
    varying = [c for c in full if c.name not in constant]
    others = [c for c in happened if c not in full and c.name not in constant_within(engine, table, case, [c])]
    return varying[0] if len(varying) == 1 and not others else None


def constant_within(engine: Engine, table: Table, case: Column, columns: Sequence[Column]) -> set[str]:
    """Which of the columns have one value within 99 of 100 cases."""
    if not columns:
        return set()
    wanted = ", ".join(f"min(t{c.position}) IS NOT DISTINCT FROM max(t{c.position}) AS s{c.position}" for c in columns)
    every = ", ".join(f"count(*) FILTER (NOT s{c.position}), count(*)" for c in columns)
    counts = engine.rows(f"SELECT {every} FROM (SELECT {wanted} FROM {table.sql} GROUP BY t{case.position})")[0]
    return {c.name for i, c in enumerate(columns) if counts[2 * i] <= 0.01 * counts[2 * i + 1]}


def _log(engine: Engine, table: Table, case: Column, activity: Column, at: Column) -> Log:
    others = [c for c in table.columns if c not in (case, activity, at) and c.kind != "blank"]
    constant = constant_within(engine, table, case, others)
    words = engine.rows(
        f"SELECT t{activity.position}, count(*) FROM {table.sql} WHERE t{activity.position} IS NOT NULL"
        f" GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {MOST_ACTIVITIES}"
    )
    cases = engine.rows(f"SELECT count(DISTINCT t{case.position}) FROM {table.sql}")[0][0]
    return Log(
        table.number, case.name, activity.name, at.name, tuple(c.name for c in others if c.name in constant),
        tuple(str(w) for w, _ in words), int(cases),
    )  # fmt: skip
