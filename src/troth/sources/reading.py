"""Files to one staged table a source: every row with its place, its typed cells, and what did not fit."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from troth.engines.calendars import Transitions, transitions
from troth.kernel.errors import SourceError, StoreError, nearest
from troth.query import identifier, literal_text
from troth.record import Engine
from troth.sources.address import Address
from troth.sources.casting import EARLIEST, LATEST, Cell, Numbers, cell_columns, parsed_columns, text_columns
from troth.sources.mapping import Source
from troth.sources.places import find_tables
from troth.sources.readers import Opened, opened, reader_of

MARGIN_US = 400 * 86_400_000_000
FILTERED = "CREATE TABLE IF NOT EXISTS filtered (source VARCHAR, file VARCHAR, source_row BIGINT, reason VARCHAR)"


@dataclass(frozen=True, slots=True)
class Staged:
    """A source in the engine as table `staged_<name>`: _file, _row, _content, then the cells of `cells` and texts of `texts`.

    read: records counted without the reader. rejected: records that it could not split into the header's columns.
    filtered: rows that are no records, such as totals; the table `filtered` has their reasons.
    naive: some of its instants bear no offset. marked: cells may come without a usable value, as text e<n> beside t<n>.
    """

    name: str
    source: Source
    files: tuple[Address, ...]
    texts: dict[str, int]
    cells: tuple[Cell, ...]
    read: int
    rejected: int
    filtered: int
    naive: bool
    marked: bool

    @property
    def table(self) -> str:
        return f"staged_{self.name}"

    def cell(self, column: str, kind: str) -> Cell:
        return next(c for c in self.cells if c.column == column and c.kind == kind)

    def file_sql(self, *, of: str = "") -> str:
        """The name of the file that a row stands in. of: alias of the table."""
        cases = " ".join(f"WHEN {index} THEN {literal_text(file.name)}" for index, file in enumerate(self.files))
        return f"CASE {of}{'.' if of else ''}_file {cases} END"

    def id_sql(self, columns: Sequence[str], *, of: str = "") -> str:
        """The id that these columns make, NULL when one is blank. of: alias of the table.

        Several texts are joined by '/'; one that stands inside a text is written %2F, so that no two rows share an id by chance.
        """
        texts = [f"{of}{'.' if of else ''}t{self.texts[column]}" for column in columns]
        if len(texts) == 1:
            return texts[0]
        return " || '/' || ".join(f"replace(replace({text}, '%', '%25'), '/', '%2F')" for text in texts)


def files_of(source: Source, folder: Path) -> tuple[Address, ...]:
    """The source's tables in the order of their names: the later supersedes the earlier. A file's own name is no pattern."""
    found = {address for pattern in source.files for address in find_tables(folder, pattern)}
    return tuple(sorted(found, key=lambda address: (address.name, address.path.as_posix())))


@dataclass(frozen=True, slots=True)
class _Plan:
    texts: dict[str, int]
    cells: tuple[Cell, ...]
    zone: str
    marked: bool


def stage(engine: Engine, name: str, source: Source, folder: Path, zone: str, also: Collection[str] = ()) -> Staged:
    """Read every file of a source as text, cast with checks, and keep what did not fit beside it.

    zone: IANA name of the clock by which times without an offset are read. also: columns to be read that the mapping does not carry.
    Raises SourceError for a file that is missing, unreadable, or lacks a mapped column.
    """
    files = files_of(source, folder)
    wanted = sorted(source.columns().union(also))
    texts = {column: position for position, column in enumerate(wanted)}
    numbers = Numbers(source.decimal, source.thousands)
    cells = tuple(
        Cell(texts[column], column, kind, source.formats.get(column), numbers)
        for column in wanted
        for kind in sorted(source.cells().get(column, ()))
    )
    plan = _Plan(texts, cells, zone, any(reader_of(file.path).marks for file in files))
    engine.run(f"CREATE OR REPLACE TABLE rejected_{name} (_file INTEGER, line BIGINT, reason VARCHAR)")
    engine.run(f"DROP TABLE IF EXISTS staged_{name}")
    engine.run(FILTERED)
    engine.run(f"DELETE FROM filtered WHERE source = {literal_text(name)}")
    read, naive = 0, False
    for index, file in enumerate(files):
        with opened(engine, file, f"{name}_{index}", source.written) as table:
            _require(table.columns, {*wanted, *source.personal, *source.formats}, file)
            read += table.records
            naive |= _append(engine, name, index, table, plan)
    rejected = int(engine.rows(f"SELECT count(*) FROM rejected_{name}")[0][0])
    filtered = int(engine.rows(f"SELECT count(*) FROM filtered WHERE source = {literal_text(name)}")[0][0])
    return Staged(name, source, files, texts, cells, read, rejected, filtered, naive, plan.marked)


def _append(engine: Engine, name: str, index: int, table: Opened, plan: _Plan) -> bool:
    """Add a file's rows to the staged table; true where some instant bears no offset."""
    content = f"hash({', '.join(f'src.{identifier(c)}' for c in sorted(table.columns))})"
    trimmed = [f"{table.row} AS _row", f"{content} AS _content"]
    for column, position in plan.texts.items():
        bad = table.bad_sql(column) if plan.marked else None
        trimmed += text_columns(position, column, bad, marked=plan.marked)
    parsed = ", ".join(["*", *(p for cell in plan.cells for p in parsed_columns(cell))])
    create = f"CREATE OR REPLACE TABLE parsed_{name} AS SELECT {parsed} FROM (SELECT {', '.join(trimmed)} FROM {table.relation} AS src)"
    try:
        engine.together([create, *_keep_rejects(name, index, table)])
    except StoreError as error:
        said = str(error.got).splitlines()[0]
        raise SourceError(f"'{table.address.name}' cannot be read", got=said, next_step="Mend the file, or leave it out.") from error
    if table.rejects is not None:
        _leave_room_for_rejects(engine, name, index)
    zone = _zone_over(engine, f"parsed_{name}", plan)
    naive = _any_naive(engine, f"parsed_{name}", plan)
    ways = "te" if plan.marked else "t"
    kept = [f"CAST({index} AS SMALLINT) AS _file", "_row", "_content", *(f"{way}{p}" for p in sorted(plan.texts.values()) for way in ways)]
    typed = ", ".join([*kept, *(c for cell in plan.cells for c in cell_columns(cell, zone, marked=plan.marked))])
    query = f"SELECT {typed} FROM parsed_{name}"
    engine.run(f"CREATE TABLE staged_{name} AS {query}" if index == 0 else f"INSERT INTO staged_{name} {query}")
    engine.run(f"DROP TABLE parsed_{name}")
    return naive


def _any_naive(engine: Engine, table: str, plan: _Plan) -> bool:
    walls = [f"bool_or(l{cell.name} IS NOT NULL)" for cell in plan.cells if cell.kind == "instant"]
    return any(engine.rows(f"SELECT {', '.join(walls)} FROM {table}")[0]) if walls else False


def _zone_over(engine: Engine, table: str, plan: _Plan) -> Transitions:
    """The zone's transitions around the wall-clock times that are there, so that their SQL stays short."""
    walls = [f"{way}{cell.name}" for cell in plan.cells if cell.kind in ("instant", "day") for way in "lz"]
    if not walls:
        return transitions(plan.zone, 0, 0)
    inside = " UNION ALL ".join(
        f"SELECT {w} AS wall FROM {table} WHERE {w} BETWEEN TIMESTAMP '{EARLIEST}' AND TIMESTAMP '{LATEST}'" for w in walls
    )
    low, high = engine.rows(f"SELECT min(epoch_us(wall)), max(epoch_us(wall)) FROM ({inside})")[0]
    return transitions(plan.zone, int(low or 0) - MARGIN_US, int(high or 0) + MARGIN_US)


def _keep_rejects(name: str, index: int, table: Opened) -> list[str]:
    """What the reader set aside lives as long as its session: it is kept in the same one, by the number of its record."""
    kept = []
    if table.rejects is not None:
        place = f"line - {table.skip}"
        rejects = f"SELECT {index}, {place}, lower(any_value(error_type)) FROM rejects_{table.rejects} GROUP BY line ORDER BY line"
        kept.append(f"INSERT INTO rejected_{name} {rejects}")
    if table.fates is not None:
        aside = f"FROM {table.fates} WHERE fate"
        said = f"{literal_text(name)}, {literal_text(table.address.name)}"
        kept.append(f"INSERT INTO rejected_{name} SELECT {index}, line, why {aside} = 'rejected' ORDER BY line")
        kept.append(f"INSERT INTO filtered SELECT {said}, line, why {aside} = 'filtered' ORDER BY line")
    return kept


def _leave_room_for_rejects(engine: Engine, name: str, index: int) -> None:
    """Number the rows that were read as they stand in the file, those between them that were rejected included."""
    rejected = f"SELECT line, row_number() OVER (ORDER BY line) AS before FROM rejected_{name} WHERE _file = {index}"
    if not engine.rows(f"SELECT 1 FROM ({rejected}) LIMIT 1"):
        return
    steps = f"SELECT line - before + 1 AS upto, max(before) AS before FROM ({rejected}) GROUP BY upto"
    engine.run(
        f"CREATE OR REPLACE TABLE parsed_{name} AS SELECT p.* REPLACE (p._row + coalesce(r.before, 0) AS _row)"
        f" FROM parsed_{name} p ASOF LEFT JOIN ({steps}) r ON p._row >= r.upto ORDER BY p._row"
    )


def _require(columns: Sequence[str], wanted: Iterable[str], file: Address) -> None:
    for column in sorted(wanted):
        if column not in columns:
            raise SourceError(
                f"'{file.name}' has no column '{column}'",
                allowed=nearest(column, columns),
                next_step="Mend the mapping in sources/, or the file.",
            )
