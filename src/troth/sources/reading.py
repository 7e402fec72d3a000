"""Files to one staged table a source: every row with its place, its typed cells, and what did not fit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from troth.engines.calendars import Transitions, transitions
from troth.kernel.errors import SourceError, nearest
from troth.query import identifier, literal_text
from troth.record import Engine
from troth.sources import dialect as dialects
from troth.sources.casting import EARLIEST, LATEST, Cell, cell_columns, parsed_columns, text_column
from troth.sources.mapping import Source
from troth.sources.splitter import count_records

TABLES = frozenset({".csv", ".txt", ".tsv"})
COLUMNAR = frozenset({".parquet"})
READABLE = TABLES | COLUMNAR
MARGIN_US = 400 * 86_400_000_000


@dataclass(frozen=True, slots=True)
class Staged:
    """A source in the engine as table `staged_<name>`: _file, _row, _content, then the cells of `cells` and texts of `texts`.

    read: records counted by the splitter. rejected: records that the reader could not split into the header's columns.
    """

    name: str
    source: Source
    files: tuple[Path, ...]
    texts: dict[str, int]
    cells: tuple[Cell, ...]
    read: int
    rejected: int

    @property
    def table(self) -> str:
        return f"staged_{self.name}"

    def cell(self, column: str, kind: str) -> Cell:
        return next(c for c in self.cells if c.column == column and c.kind == kind)

    def id_sql(self, columns: Sequence[str]) -> str:
        """The id that these columns make: their texts joined by '/', NULL when one is blank."""
        return " || '/' || ".join(f"t{self.texts[column]}" for column in columns)


def files_of(source: Source, folder: Path) -> tuple[Path, ...]:
    """The source's files in the order of their names: the later supersedes the earlier."""
    found: dict[str, Path] = {}
    for pattern in source.files:
        matches = [p for p in folder.glob(pattern) if p.is_file()]
        if not matches:
            names = [p.name for p in folder.iterdir() if p.is_file()]
            raise SourceError(
                f"no file '{pattern}' in '{folder}'",
                allowed=nearest(pattern, names),
                next_step="Mend `files:` of the source.",
            )
        found.update({p.name: p for p in matches})
    return tuple(found[name] for name in sorted(found))


@dataclass(frozen=True, slots=True)
class _Plan:
    texts: dict[str, int]
    cells: tuple[Cell, ...]
    zone: str


def stage(engine: Engine, name: str, source: Source, folder: Path, zone: str) -> Staged:
    """Read every file of a source as text, cast with checks, and keep what did not fit beside it.

    zone: IANA name of the clock by which times without an offset are read.
    Raises SourceError for a file that is missing, unreadable, or lacks a mapped column.
    """
    files = files_of(source, folder)
    wanted = sorted(source.columns())
    texts = {column: position for position, column in enumerate(wanted)}
    cells = tuple(
        Cell(texts[column], column, kind, source.formats.get(column), source.decimal)
        for column in wanted
        for kind in sorted(source.cells().get(column, ()))
    )
    engine.run(f"CREATE OR REPLACE TABLE rejected_{name} (_file INTEGER, line BIGINT, reason VARCHAR)")
    engine.run(f"DROP TABLE IF EXISTS staged_{name}")
    read = 0
    for index, file in enumerate(files):
        columns, relation, count = _open(file, index, name, engine)
        _require(columns, wanted, file)
        read += count
        _append(engine, name, index, relation, columns, _Plan(texts, cells, zone))
    rejected = int(engine.rows(f"SELECT count(*) FROM rejected_{name}")[0][0])
    return Staged(name, source, files, texts, cells, read, rejected)


def _append(engine: Engine, name: str, index: int, relation: str, columns: Sequence[str], plan: _Plan) -> None:
    content = f"hash({', '.join(identifier(c) for c in columns)})"
    trimmed = ", ".join(["_row", f"{content} AS _content", *(text_column(p, c) for c, p in plan.texts.items())])
    parsed = ", ".join(["*", *(p for cell in plan.cells for p in parsed_columns(cell))])
    numbered = f"SELECT row_number() OVER () AS _row, * FROM {relation}"
    create = f"CREATE OR REPLACE TABLE parsed_{name} AS SELECT {parsed} FROM (SELECT {trimmed} FROM ({numbered}))"
    engine.together([create, *_keep_rejects(name, index)] if relation.startswith("read_csv") else [create])
    zone = _zone_over(engine, f"parsed_{name}", plan)
    kept = [f"CAST({index} AS SMALLINT) AS _file", "_row", "_content", *(f"t{p}" for p in sorted(plan.texts.values()))]
    typed = ", ".join([*kept, *(c for cell in plan.cells for c in cell_columns(cell, zone))])
    query = f"SELECT {typed} FROM parsed_{name}"
    engine.run(f"CREATE TABLE staged_{name} AS {query}" if index == 0 else f"INSERT INTO staged_{name} {query}")
    engine.run(f"DROP TABLE parsed_{name}")


def _zone_over(engine: Engine, table: str, plan: _Plan) -> Transitions:
    """The zone's transitions around the wall-clock times that are there, so that their SQL stays short."""
    walls = [f"l{cell.name}" for cell in plan.cells if cell.kind in ("instant", "day")]
    if not walls:
        return transitions(plan.zone, 0, 0)
    inside = " UNION ALL ".join(
        f"SELECT {w} AS wall FROM {table} WHERE {w} BETWEEN TIMESTAMP '{EARLIEST}' AND TIMESTAMP '{LATEST}'" for w in walls
    )
    low, high = engine.rows(f"SELECT min(epoch_us(wall)), max(epoch_us(wall)) FROM ({inside})")[0]
    return transitions(plan.zone, int(low or 0) - MARGIN_US, int(high or 0) + MARGIN_US)


def _open(file: Path, index: int, name: str, engine: Engine) -> tuple[tuple[str, ...], str, int]:
    """Columns, relation in SQL, and number of records counted without the reader."""
    suffix = file.suffix.lower()
    try:
        if suffix in TABLES:
            dialect = dialects.sniff(file)
            return (
                dialect.columns,
                csv_relation(file, dialect, f"{name}_{index}"),
                count_records(file, delimiter=dialect.delimiter),
            )
        if suffix in COLUMNAR:
            path = literal_text(str(file))
            columns = tuple(engine.names(f"SELECT * FROM read_parquet({path})"))
            texts = ", ".join(f"CAST({identifier(c)} AS VARCHAR) AS {identifier(c)}" for c in columns)
            count = engine.rows(f"SELECT sum(num_rows) FROM parquet_file_metadata({path})")[0][0]
            return columns, f"(SELECT {texts} FROM read_parquet({path}))", int(count)
    except PermissionError as error:
        raise SourceError(f"'{file.name}' may not be read", got="no permission", next_step="Ask for the right to read it.") from error
    raise SourceError(f"'{file.name}' is of a kind that is not read", got=suffix or "no ending", allowed="csv, tsv, txt, parquet")


def csv_relation(file: Path, dialect: dialects.Dialect, rejects: str) -> str:
    columns = ", ".join(f"{literal_text(c)}: 'VARCHAR'" for c in dialect.columns)
    delimiter = "\\t" if dialect.delimiter == "\t" else dialect.delimiter
    return (
        f"read_csv({literal_text(str(file))}, auto_detect=false, header=true, delim={literal_text(delimiter)}, quote='\"', escape='\"',"
        f" new_line={literal_text(dialect.line_end)}, columns={{{columns}}}, strict_mode=true, max_line_size=8388608,"
        f" store_rejects=true, rejects_limit=0, rejects_table='rejects_{rejects}', rejects_scan='scans_{rejects}')"
    )


def _keep_rejects(name: str, index: int) -> list[str]:
    """The reader's rejects live as long as its session: they are kept in the same one."""
    rejects = f"SELECT {index}, line, lower(any_value(error_type)) FROM rejects_{name}_{index} GROUP BY line ORDER BY line"
    return [f"INSERT INTO rejected_{name} {rejects}"]


def _require(columns: Sequence[str], wanted: Iterable[str], file: Path) -> None:
    for column in wanted:
        if column not in columns:
            raise SourceError(
                f"'{file.name}' has no column '{column}'",
                allowed=nearest(column, columns),
                next_step="Mend the mapping in sources/, or the file.",
            )
