"""What became of every row: stored, quarantined, duplicate, superseded, filtered or retracted; nothing else, and nothing lost."""

from __future__ import annotations

from dataclasses import dataclass

from troth.kernel.errors import ConservationError
from troth.query import literal_text
from troth.record import Engine
from troth.sources.personal.shown import shown_sql
from troth.sources.reading import CAME, FILTERED, Staged, keep_came

QUARANTINE = (
    "CREATE OR REPLACE TABLE quarantine"
    " (source VARCHAR, file VARCHAR, source_row BIGINT, source_column VARCHAR, reason VARCHAR, whole_row BOOLEAN,"
    ' "value" VARCHAR, load INTEGER)'
)

NO_VALUE = "the cell has no usable value"


@dataclass(frozen=True, slots=True)
class Balance:
    """Rows of one source, all that was ever taken in: read = stored + quarantined + duplicate + superseded + filtered + retracted.

    cells: cells emptied and quarantined in rows that were stored.
    """

    source: str
    files: tuple[str, ...]
    read: int
    stored: int
    quarantined: int
    duplicate: int
    superseded: int
    filtered: int
    cells: int
    retracted: int = 0

    @property
    def accounted(self) -> int:
        return self.stored + self.quarantined + self.duplicate + self.superseded + self.filtered + self.retracted


def make_shared(engine: Engine) -> None:
    """The tables that all sources share, before several are read at a time: of two that make one, the engine refuses the other."""
    for made in (QUARANTINE, FILTERED, CAME):
        engine.run(made)


def settle(engine: Engine, staged: Staged) -> Balance:
    """Keep the rows that count as `kept_<source>`, quarantine the unusable, and prove the balance.

    Of several rows with one key the last wins, files in the order of their names; one equal to it is a duplicate, another
    superseded. Raises ConservationError where the splitter counted other rows than the reader gave.
    """
    balance = count_fates(engine, staged)
    prove(balance)
    return balance


def prove(balance: Balance) -> None:
    """Raises ConservationError where rows are not accounted for."""
    if balance.read != balance.accounted:
        raise unbalanced(balance.source, balance.read, balance.accounted)


def unbalanced(name: str, counted: int, accounted: int) -> ConservationError:
    return ConservationError(
        f"source '{name}' does not balance",
        got=f"{counted} rows counted, {accounted} accounted for",
        next_step="Nothing was published. A quote that is never closed is the usual cause.",
        source=name,
    )


def count_fates(engine: Engine, staged: Staged) -> Balance:
    """As `settle`, of some of a source's rows; `read` counts all."""
    unusable = unusable_sql(staged)
    engine.run(
        f"CREATE OR REPLACE TABLE fate_{staged.name} AS"
        f" SELECT _file, _row, {unusable} AS reason FROM {staged.table} WHERE {unusable} IS NOT NULL"
    )
    quarantined = _count(engine, f"fate_{staged.name}")
    usable = staged.table
    if quarantined:
        usable = f"usable_{staged.name}"
        engine.run(f"CREATE OR REPLACE TABLE {usable} AS SELECT * FROM {staged.table} WHERE {unusable} IS NULL")
    duplicate, superseded = _keep_last(engine, staged, usable)
    _quarantine_rows(engine, staged)
    cells = _quarantine_cells(engine, staged) + _quarantine_pointers(engine, staged)
    return Balance(
        staged.name, staged.files, staged.read, _count(engine, f"kept_{staged.name}"), quarantined + staged.rejected,
        duplicate + staged.withdrawn.duplicate, superseded + staged.withdrawn.superseded, staged.filtered, cells,
        staged.withdrawn.retracted,
    )  # fmt: skip


def unusable_sql(staged: Staged) -> str:
    """SQL of why a row is unusable: its key or id or anchor is missing, or it is about nothing."""
    source = staged.source
    cases = []
    for column in source.key:
        cases.append(f"WHEN t{staged.texts[column]} IS NULL THEN {_said(staged, column, f'key {column} is empty')}")
    for column in source.object.id if source.object else ():
        cases.append(f"WHEN t{staged.texts[column]} IS NULL THEN {_said(staged, column, f'id {column} is empty')}")
    about = sorted({e.id for e in source.lends} | {e.id for e in source.feedback} | {e.id for e in source.money})
    if about and not source.object:
        nowhere = " AND ".join(f"({staged.id_sql(id)}) IS NULL" for id in about)
        cases.append(f"WHEN {nowhere} THEN {literal_text(f'id {about[0][0]} is empty')}")
    for event in source.events:
        if event.anchor or event.type_from:
            cell = staged.cell(event.at, "instant")
            text = f"t{cell.position}"
            cases.append(f"WHEN {text} IS NULL THEN {_said(staged, event.at, f'{event.at} is empty')}")
            cases.append(f"WHEN c{cell.name} IS NULL THEN {literal_text(f'{event.at} is not a time')}")
    return f"(CASE {' '.join(cases)} END)" if cases else "CAST(NULL AS VARCHAR)"


def _said(staged: Staged, column: str, reason: str) -> str:
    """SQL of why a cell has no value: that it is held, or else the reason."""
    position = staged.texts[column]
    return f"coalesce(h{position}, {literal_text(reason)})" if position in staged.held else literal_text(reason)


def _keep_last(engine: Engine, staged: Staged, usable: str) -> tuple[int, int]:
    """Rows that are duplicates, and rows that a later one supersedes."""
    key = ", ".join(f"t{staged.texts[c]}" for c in staged.source.key) or "_content"
    if staged.source.equal_rows == "keep":
        usable, key = _numbered(engine, staged, usable), "_content, _nth"
    kept = f"kept_{staged.name}"
    engine.run(f"DROP TABLE IF EXISTS {kept}")
    if not _count(engine, f"(SELECT 1 FROM {usable} GROUP BY {key} HAVING count(*) > 1 LIMIT 1)"):
        engine.run(f"ALTER TABLE {usable} RENAME TO {kept}")
        return 0, 0
    newest = f"OVER (PARTITION BY {key} ORDER BY _file DESC, _row DESC)"
    engine.run(
        f"CREATE OR REPLACE TABLE ranked_{staged.name} AS SELECT *, row_number() {newest} AS _rank,"
        f" first_value(_content) {newest} = _content AS _same FROM {usable}"
    )
    counted = engine.rows(f"SELECT count(*) FILTER (_same), count(*) FILTER (NOT _same) FROM ranked_{staged.name} WHERE _rank > 1")
    keep_came(engine, staged, f"(FROM ranked_{staged.name} WHERE _rank > 1)")
    engine.run(f"CREATE TABLE {kept} AS SELECT * EXCLUDE (_rank, _same) FROM ranked_{staged.name} WHERE _rank = 1 ORDER BY _file, _row")
    engine.run(f"DROP TABLE ranked_{staged.name}")
    return int(counted[0][0]), int(counted[0][1])


def _numbered(engine: Engine, staged: Staged, usable: str) -> str:
    """The rows with `_nth`, the place of each among those of its file that equal it: so another file's copies are told from its own."""
    numbered = f"numbered_{staged.name}"
    nth = f"row_number() OVER (PARTITION BY _content, {staged.place_sql()} ORDER BY _file, _row) AS _nth"
    engine.run(f"CREATE OR REPLACE TABLE {numbered} AS SELECT *, {nth} FROM {usable} ORDER BY _file, _row")
    engine.run(f"DROP TABLE {usable}")
    return numbered


def _quarantine_rows(engine: Engine, staged: Staged) -> None:
    name, file, load = literal_text(staged.name), staged.file_sql(), staged.load_sql()
    engine.run(
        f"INSERT INTO quarantine SELECT {name}, {file}, line, NULL, reason, TRUE, NULL, {load} FROM rejected_{staged.name}"
        f" UNION ALL SELECT {name}, {file}, _row, NULL, reason, TRUE, NULL, {load} FROM fate_{staged.name}"
    )
    engine.run(f"DROP TABLE fate_{staged.name}")


def _quarantine_cells(engine: Engine, staged: Staged) -> int:
    total = 0
    places = [
        (c.column, c.position, f"b{c.name}", "not a value of type " + c.kind) for c in staged.cells if staged.marked or c.kind != "text"
    ]
    if staged.marked:
        typed = {c.column for c in staged.cells}
        places += [(c, p, f"e{p}", NO_VALUE) for c, p in staged.texts.items() if c not in typed]
    if not places:
        return 0
    counts = engine.rows(f"SELECT {', '.join(f'count({bad})' for _, _, bad, _ in places)} FROM kept_{staged.name}")[0]
    for (column, position, bad, reason), count in zip(places, counts, strict=True):
        if not count:
            continue
        total += int(count)
        value = "NULL" if staged.source.is_personal(column) else f"left({shown_sql(bad, source=staged.source)}, 200)"
        why = literal_text(reason)
        if staged.marked:
            why = f"CASE WHEN e{position} IS NOT NULL THEN {_said(staged, column, NO_VALUE)} ELSE {why} END"
        engine.run(
            f"INSERT INTO quarantine SELECT {literal_text(staged.name)}, {staged.file_sql()}, _row, {literal_text(column)},"
            f" {why}, FALSE, {value}, {staged.load_sql()} FROM kept_{staged.name} WHERE {bad} IS NOT NULL"
        )
    return total


def _quarantine_pointers(engine: Engine, staged: Staged) -> int:
    """Answers, amounts and attributes that are about nothing, since their id is empty: named, not only absent."""
    source = staged.source
    said = [(e.id, e.score, f"feedback '{e.instrument}'") for e in source.feedback]
    said += [(e.id, e.amount, f"money '{e.kind}'") for e in source.money]
    said += [(e.id, e.column, f"'{e.attribute}' of '{e.to}'") for e in source.lends]
    total = 0
    for id, column, what in said:
        about_nothing = f"kept_{staged.name} WHERE ({staged.id_sql(id)}) IS NULL AND t{staged.texts[column]} IS NOT NULL"
        count = _count(engine, about_nothing)
        if count:
            total += count
            reason = literal_text(f"id {', '.join(id)} is empty: {what} is about nothing")
            engine.run(
                f"INSERT INTO quarantine SELECT {literal_text(staged.name)}, {staged.file_sql()}, _row, {literal_text(id[0])},"
                f" {reason}, FALSE, NULL, {staged.load_sql()} FROM {about_nothing}"
            )
    return total


def _count(engine: Engine, relation: str) -> int:
    return int(engine.rows(f"SELECT count(*) FROM {relation}")[0][0])
