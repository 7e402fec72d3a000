"""Files to one staged table a source: every row with its place, its typed cells, and what did not fit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from troth.engines.calendars import Transitions, transitions
from troth.kernel.errors import SourceError, StoreError, nearest
from troth.query import identifier, literal_text
from troth.record import Engine
from troth.sources import dialect as dialects
from troth.sources.casting import EARLIEST, LATEST, Cell, cell_columns, parsed_columns, text_column
from troth.sources.mapping import Source
from troth.sources.splitter import split

TABLES = frozenset({".csv", ".txt", ".tsv"})
COLUMNAR = frozenset({".parquet"})
READABLE = TABLES | COLUMNAR
MARGIN_US = 400 * 86_400_000_000


@dataclass(frozen=True, slots=True)
class Staged:
    """A source in the engine as table `staged_<name>`: _file, _row, _content, then the cells of `cells` and texts of `texts`.

    read: records counted by the splitter. rejected: records that the reader could not split into the header's columns.
    naive: some of its instants bear no offset.
    """

    name: str
    source: Source
    files: tuple[Path, ...]
    texts: dict[str, int]
    cells: tuple[Cell, ...]
    read: int
    rejected: int
    naive: bool

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


def files_of(source: Source, folder: Path) -> tuple[Path, ...]:
    """The source's files in the order of their names: the later supersedes the earlier. A file's own name is no pattern."""
    found: set[Path] = set()
    for pattern in source.files:
        matches = _matches(folder, pattern)
        if not matches:
            names = [p.name for p in folder.iterdir() if p.is_file()]
            raise SourceError(
                f"no file '{pattern}' in '{folder}'",
                allowed=nearest(pattern, names),
                next_step="Mend `files:` of the source.",
            )
        found.update(matches)
    return tuple(sorted(found, key=lambda file: (file.name, file.as_posix())))


def _matches(folder: Path, pattern: str) -> list[Path]:
    if not folder.is_dir():
        raise SourceError(f"no folder '{folder}'", next_step="Mend `folder:` in troth.yaml.")
    try:
        named = folder / pattern
        return [named] if named.is_file() else [p for p in folder.glob(pattern) if p.is_file()]
    except (ValueError, NotImplementedError) as error:
        raise SourceError(f"'{pattern}' names no file", got=str(error), allowed="a name or a pattern inside the folder") from error
    except OSError as error:
        raise SourceError(f"'{folder}' cannot be looked into", got=error.strerror, next_step="Ask for the right to read it.") from error


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
    read, naive = 0, False
    for index, file in enumerate(files):
        with _opened(file, f"{name}_{index}", engine) as opened:
            _require(opened.columns, {*wanted, *source.personal, *source.formats}, file)
            read += opened.records
            naive |= _append(engine, name, index, opened, _Plan(texts, cells, zone))
    rejected = int(engine.rows(f"SELECT count(*) FROM rejected_{name}")[0][0])
    return Staged(name, source, files, texts, cells, read, rejected, naive)


def _append(engine: Engine, name: str, index: int, opened: _Opened, plan: _Plan) -> bool:
    """Add a file's rows to the staged table; true where some instant bears no offset."""
    content = f"hash({', '.join(f'src.{identifier(c)}' for c in sorted(opened.columns))})"
    trimmed = ["row_number() OVER () AS _row", f"{content} AS _content", *(text_column(p, c) for c, p in plan.texts.items())]
    parsed = ", ".join(["*", *(p for cell in plan.cells for p in parsed_columns(cell))])
    create = f"CREATE OR REPLACE TABLE parsed_{name} AS SELECT {parsed} FROM (SELECT {', '.join(trimmed)} FROM {opened.relation} AS src)"
    try:
        engine.together([create, *_keep_rejects(name, index, opened)])
    except StoreError as error:
        said = str(error.got).splitlines()[0]
        raise SourceError(f"'{opened.file.name}' cannot be read", got=said, next_step="Mend the file, or leave it out.") from error
    _leave_room_for_rejects(engine, name, index)
    zone = _zone_over(engine, f"parsed_{name}", plan)
    naive = _any_naive(engine, f"parsed_{name}", plan)
    kept = [f"CAST({index} AS SMALLINT) AS _file", "_row", "_content", *(f"t{p}" for p in sorted(plan.texts.values()))]
    typed = ", ".join([*kept, *(c for cell in plan.cells for c in cell_columns(cell, zone))])
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


@dataclass(frozen=True, slots=True)
class _Opened:
    """relation: the file in SQL, every cell as text. records: counted without the reader. rejects: where the reader tells of bad ones."""

    file: Path
    columns: tuple[str, ...]
    relation: str
    records: int
    rejects: str | None
    skip: int = 0


@contextmanager
def _opened(file: Path, label: str, engine: Engine) -> Iterator[_Opened]:
    suffix = file.suffix.lower()
    with ExitStack() as held:
        try:
            if suffix in TABLES:
                opened = _open_table(file, label, held)
            elif suffix in COLUMNAR:
                opened = _open_columnar(file, engine)
            else:
                what = f"'{file.name}' is of a kind that is not read"
                raise SourceError(what, got=suffix or "no ending", allowed="csv, tsv, txt, parquet")
        except OSError as error:
            got = error.strerror or str(error).splitlines()[0]
            raise SourceError(f"'{file.name}' cannot be read", got=got, next_step="Mend it, or ask for the right to read it.") from error
        yield opened


def _open_table(file: Path, label: str, held: ExitStack) -> _Opened:
    dialect = dialects.sniff(file)
    counted = split(file, delimiter=dialect.delimiter)
    readable = file
    if counted.mixed:
        # The reader refuses line ends of two kinds, unless it may also drop text behind a closing quote.
        readable = Path(held.enter_context(TemporaryDirectory(prefix="troth-"))) / file.name
        split(file, delimiter=dialect.delimiter, copy=readable)
    return _Opened(
        file, dialect.columns, csv_relation(readable, replace(dialect, mixed=False), label), counted.records, label, dialect.skip
    )


def _open_columnar(file: Path, engine: Engine) -> _Opened:
    path = literal_text(str(file))
    columns = tuple(engine.names(f"SELECT * FROM read_parquet({path})"))
    texts = ", ".join(f"CAST({identifier(c)} AS VARCHAR) AS {identifier(c)}" for c in columns)
    count = engine.rows(f"SELECT sum(num_rows) FROM parquet_file_metadata({path})")[0][0]
    return _Opened(file, columns, f"(SELECT {texts} FROM read_parquet({path}))", int(count), None)


def csv_relation(file: Path, dialect: dialects.Dialect, rejects: str) -> str:
    """A delimited file in SQL, every cell as text; what does not fit the header goes to `rejects_<rejects>` of the session.

    Good for a look only where the dialect is mixed: then the reader may drop text behind a closing quote.
    """
    columns = ", ".join(f"{literal_text(c)}: 'VARCHAR'" for c in dialect.columns)
    delimiter = "\\t" if dialect.delimiter == "\t" else dialect.delimiter
    single = len(dialect.columns) == 1
    nulls = "allow_quoted_nulls=false, " if single else ""
    read = (
        f"read_csv({literal_text(str(file))}, auto_detect=false, header=true, skip={dialect.skip}, delim={literal_text(delimiter)},"
        f" quote='\"', escape='\"', columns={{{columns}}}, strict_mode={str(not dialect.mixed).lower()}, max_line_size=8388608, {nulls}"
        f"store_rejects=true, rejects_limit=0, rejects_table='rejects_{rejects}', rejects_scan='scans_{rejects}')"
    )
    # With a single column the reader takes an empty line for a record; a quoted empty text stays one.
    return f"(SELECT * FROM {read} WHERE {identifier(dialect.columns[0])} IS NOT NULL)" if single else read


def _keep_rejects(name: str, index: int, opened: _Opened) -> list[str]:
    """The reader's rejects live as long as its session: they are kept in the same one, by the number of their record."""
    if opened.rejects is None:
        return []
    place = f"line - {opened.skip + 1}"
    rejects = f"SELECT {index}, {place}, lower(any_value(error_type)) FROM rejects_{opened.rejects} GROUP BY line ORDER BY line"
    return [f"INSERT INTO rejected_{name} {rejects}"]


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


def _require(columns: Sequence[str], wanted: Iterable[str], file: Path) -> None:
    for column in sorted(wanted):
        if column not in columns:
            raise SourceError(
                f"'{file.name}' has no column '{column}'",
                allowed=nearest(column, columns),
                next_step="Mend the mapping in sources/, or the file.",
            )
