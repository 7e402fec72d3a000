"""Cells that fail what they are held by are taken out of their rows and quarantined, so that what needs them is unknown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from troth.query import literal_text
from troth.record import Engine
from troth.sources.contracts.checks import Check
from troth.sources.reading import Staged


@dataclass(frozen=True, slots=True)
class Hold:
    """fails: SQL over the staged table that is true where the column's cell is held. reason: as quarantine tells it."""

    column: str
    fails: str
    reason: str


def holds_of(checks: Iterable[Check]) -> tuple[Hold, ...]:
    return tuple(
        Hold(check.column, check.fails, f"held: not {check.says}")
        for check in checks
        if check.hold and check.column is not None and check.fails is not None
    )


def hold(engine: Engine, staged: Staged, holds: Iterable[Hold]) -> Staged:
    """The staged table with held cells as cells without a usable value, a blank one included; h<n> says why.

    Needs a table that is `marked`. A row of which the key, the id or an anchor is held is quarantined whole by `settle`.
    """
    by_column: dict[str, list[Hold]] = {}
    for one in holds:
        by_column.setdefault(one.column, []).append(one)
    if not by_column:
        return staged
    assert staged.marked, "a table without room for held cells"
    positions = {column: staged.texts[column] for column in by_column}
    for position in positions.values():
        engine.run(f"ALTER TABLE {staged.table} ADD COLUMN h{position} VARCHAR")
    # All reasons before any cell is emptied: what is compared with another column must still see its value.
    reasons = ", ".join(f"h{positions[c]} = CASE {' '.join(map(_when, some))} END" for c, some in by_column.items())
    anything = " OR ".join(f"({one.fails})" for some in by_column.values() for one in some)
    engine.run(f"UPDATE {staged.table} SET {reasons} WHERE {anything}")
    for position in positions.values():
        cells = [cell for cell in (*staged.cells, *staged.checked) if cell.position == position]
        text = f"coalesce(e{position}, t{position}, '')"
        emptied = [f"e{position} = {text}", f"t{position} = NULL"]
        emptied += [part for cell in cells for part in (f"c{cell.name} = NULL", f"b{cell.name} = {text}")]
        engine.run(f"UPDATE {staged.table} SET {', '.join(emptied)} WHERE h{position} IS NOT NULL")
    counts = engine.rows(f"SELECT {', '.join(f'count(h{p})' for p in positions.values())} FROM {staged.table}")[0]
    return replace(staged, held=frozenset(p for p, count in zip(positions.values(), counts, strict=True) if count))


def _when(one: Hold) -> str:
    return f"WHEN {one.fails} THEN {literal_text(one.reason)}"
