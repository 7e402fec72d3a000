"""Files to one staged table a source: every row with its place, its typed cells, and what did not fit."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from troth.engines.calendars import Transitions, transitions
from troth.kernel.errors import SourceError
from troth.query import identifier, literal_text
from troth.record import Engine
from troth.sources.address import Address
from troth.sources.casting import EARLIEST, LATEST, Cell, Numbers, cell_columns, parsed_columns, text_columns
from troth.sources.derived import Derived
from troth.sources.intake.texts import Texts, content_sql, drop_texts, read_texts
from troth.sources.mapping import CellType, Source, Where
from troth.sources.personal.normalising import normalised
from troth.sources.personal.vault import Passing, Tokens
from troth.sources.places import find_tables
from troth.sources.readers import reader_of

MARGIN_US = 400 * 86_400_000_000
FILTERED = "CREATE TABLE IF NOT EXISTS filtered (source VARCHAR, file VARCHAR, source_row BIGINT, reason VARCHAR, load INTEGER)"
CAME = "CREATE TABLE IF NOT EXISTS came (source VARCHAR, object_type VARCHAR, id VARCHAR, load INTEGER)"


@dataclass(frozen=True, slots=True)
class Piece:
    """Rows of a table that were taken in together. file: its name in messages; load: the number of the intake.

    place: number of the table among the source's, by their names.
    """

    file: str
    load: int
    place: int


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """Rows that were left out before any was judged: their own file replaced them or, being an extract of the whole, has them no more."""

    duplicate: int = 0
    superseded: int = 0
    retracted: int = 0


@dataclass(frozen=True, slots=True)
class Staged:
    """A source in the engine as table `staged_<name>`: _file, _row, _content, then the cells of `cells` and texts of `texts`.

    pieces: what _file counts, the later superseding the earlier. files: names of the tables that they are of.
    read: records counted without the reader. rejected: records that it could not split into the header's columns.
    filtered: rows that are no records, such as totals; the table `filtered` has their reasons.
    naive: some of its instants bear no offset. marked: cells may come without a usable value, as text e<n> beside t<n>.
    checked: cells that the contract reads and the mapping does not. columns: of each table that is there, read or not, by its name.
    held: places of columns of which cells are held; h<n> says why.
    """

    name: str
    source: Source
    pieces: tuple[Piece, ...]
    files: tuple[str, ...]
    texts: dict[str, int]
    cells: tuple[Cell, ...]
    read: int
    rejected: int
    filtered: int
    naive: bool
    marked: bool
    withdrawn: Withdrawn = Withdrawn()
    checked: tuple[Cell, ...] = ()
    columns: tuple[tuple[str, tuple[str, ...]], ...] = ()
    held: frozenset[int] = frozenset()

    @property
    def table(self) -> str:
        return f"staged_{self.name}"

    def cell(self, column: str, kind: str) -> Cell:
        return next(c for c in (*self.cells, *self.checked) if c.column == column and c.kind == kind)

    def file_sql(self, *, of: str = "") -> str:
        """The name of the file that a row stands in. of: alias of the table."""
        return self._piece_sql([literal_text(piece.file) for piece in self.pieces], "VARCHAR", of)

    def load_sql(self, *, of: str = "") -> str:
        """The number of the intake that a row came with. of: alias of the table."""
        return self._piece_sql([str(piece.load) for piece in self.pieces], "INTEGER", of)

    def place_sql(self, *, of: str = "") -> str:
        """The number of the table that a row stands in: an order in which a row stays where it is when it is taken in anew."""
        return self._piece_sql([str(piece.place) for piece in self.pieces], "INTEGER", of)

    def _piece_sql(self, values: Sequence[str], type: str, of: str) -> str:
        return f"CAST([{', '.join(values)}][{of}{'.' if of else ''}_file + 1] AS {type})"

    def where_sql(self, where: Where, *, of: str = "") -> str:
        """Whether a row is one of those that an entry is about. of: alias of the table."""
        said = []
        for column, words in where.items():
            text = f"{of}{'.' if of else ''}t{self.texts[column]}"
            said.append(f"{text} IS NOT NULL" if words == "any" else f"{text} IN ({', '.join(map(literal_text, words))})")
        return " AND ".join(said) or "TRUE"

    def id_sql(self, columns: Sequence[str], *, of: str = "") -> str:
        """The id that these columns make, NULL when one is blank. of: alias of the table.

        Several texts are joined by '/'; one that stands inside a text is written %2F, so that no two rows share an id by chance.
        """
        texts = [f"{of}{'.' if of else ''}t{self.texts[column]}" for column in columns]
        if len(texts) == 1:
            return texts[0]
        return " || '/' || ".join(f"replace(replace({text}, '%', '%25'), '/', '%2F')" for text in texts)


def files_of(source: Source, folder: Path, engine: Callable[[], Engine] | None = None) -> tuple[Address, ...]:
    """The source's tables in the order of their names: the later supersedes the earlier. A file's own name is no pattern.

    engine: opens one, for files that it alone can look into. Refuses a source that lies in a database: it has no files until it is fetched.
    """
    if source.database is not None and not source.files:
        raise SourceError(f"a table of {source.database.variable} lies in no file", next_step="Fetch it first, as a build does.")
    found = {address for pattern in source.files for address in find_tables(folder, pattern, engine)}
    return tuple(sorted(found, key=lambda address: (address.name, address.path.as_posix())))


@dataclass(frozen=True, slots=True)
class Plan:
    """How a source's texts become cells. zone: IANA name of the clock by which times without an offset are read.

    checked: cells that the contract reads and the mapping does not.
    """

    name: str
    source: Source
    texts: dict[str, int]
    cells: tuple[Cell, ...]
    zone: str
    derived: Mapping[str, Derived]
    marked: bool
    checked: tuple[Cell, ...] = ()

    @property
    def read(self) -> tuple[Cell, ...]:
        return (*self.cells, *self.checked)


def plan_of(name: str, source: Source, zone: str, *, marked: bool, also: Collection[str] = ()) -> Plan:
    """also: columns of which the text is wanted though the mapping does not carry it."""
    wanted = sorted(source.needed().union(also))
    texts = {column: position for position, column in enumerate(wanted)}
    numbers = Numbers(source.decimal, source.thousands)
    made = {column: source.derived[column] for column in wanted if column in source.derived}

    def cells_of(kinds: Mapping[str, set[CellType]]) -> tuple[Cell, ...]:
        return tuple(_cell(texts[c], c, kind, source, numbers) for c in wanted for kind in sorted(kinds.get(c, ())))

    cells, contract = cells_of(source.cells()), source.contract
    checked = tuple(cell for cell in cells_of(contract.cells()) if cell not in cells) if contract else ()
    return Plan(name, source, texts, cells, zone, made, marked or (contract is not None and contract.holds), checked)


def _cell(position: int, column: str, kind: CellType, source: Source, numbers: Numbers) -> Cell:
    made = source.derived.get(column)
    written = source.formats.get(made.column if made and made.plus else column)
    return Cell(position, column, kind, written, numbers, made.elapsed_us if made else None)


def stage(engine: Engine, name: str, source: Source, folder: Path, zone: str, vault: Tokens | None = None) -> Staged:
    """Read every file of a source as text, cast with checks, and keep what did not fit beside it.

    zone: IANA name of the clock by which times without an offset are read. vault: of the tokens in place of
    personal cells; without one they lead nowhere, which is enough for a look.
    Raises SourceError for a file that is missing, unreadable, or lacks a mapped column.
    """
    files = files_of(source, folder, lambda: engine)
    plan = plan_of(name, source, zone, marked=any(reader_of(file.path).marks for file in files))
    begin(engine, name)
    read, naive, columns = 0, False, []
    passing = Passing(normalised)
    for index, file in enumerate(files):
        texts = read_texts(engine, f"{name}_{index}", source, file, vault or passing)
        read += texts.counted
        columns.append((file.name, texts.columns))
        naive |= append(engine, plan, texts, piece=str(index))
        keep_aside(engine, name, index, texts.aside, Piece(file.name, 1, index))
        drop_texts(engine, texts)
    pieces = tuple(Piece(file.name, 1, index) for index, file in enumerate(files))
    staged = staged_of(engine, plan, pieces, tuple(file.name for file in files), read, naive=naive)
    return replace(staged, columns=tuple(columns))


def begin(engine: Engine, name: str) -> None:
    """Empty tables for what a reader set aside, and none of rows: the first that are appended make it."""
    engine.run(f"CREATE OR REPLACE TABLE rejected_{name} (_file INTEGER, line BIGINT, reason VARCHAR)")
    engine.run(f"DROP TABLE IF EXISTS staged_{name}")
    for made, table in ((FILTERED, "filtered"), (CAME, "came")):
        engine.run(made)
        engine.run(f"DELETE FROM {table} WHERE source = {literal_text(name)}")


def keep_came(engine: Engine, staged: Staged, rows: str) -> None:
    """came: with which intake an object was named by rows that do not stand any more. rows: a relation like the staged table."""
    for type, columns in sorted(set(staged.source.references())):
        engine.run(
            f"INSERT INTO came SELECT {literal_text(staged.name)}, {literal_text(type)}, {staged.id_sql(columns)}, min({staged.load_sql()})"
            f" FROM {rows} WHERE {staged.id_sql(columns)} IS NOT NULL GROUP BY ALL"
        )


def keep_aside(engine: Engine, name: str, index: int, aside: str, piece: Piece) -> None:
    """What the reader set aside of a table. aside: a relation (line, fate, reason)."""
    engine.run(f"INSERT INTO rejected_{name} SELECT {index}, line, reason FROM {aside} WHERE fate = 'rejected' ORDER BY line")
    said = f"{literal_text(name)}, {literal_text(piece.file)}, line, reason, {piece.load}"
    engine.run(f"INSERT INTO filtered SELECT {said} FROM {aside} WHERE fate = 'filtered' ORDER BY line")


def staged_of(engine: Engine, plan: Plan, pieces: tuple[Piece, ...], files: tuple[str, ...], read: int, *, naive: bool) -> Staged:
    name = plan.name
    rejected = int(engine.rows(f"SELECT count(*) FROM rejected_{name}")[0][0])
    filtered = int(engine.rows(f"SELECT count(*) FROM filtered WHERE source = {literal_text(name)}")[0][0])
    return Staged(
        name, plan.source, pieces, files, plan.texts, plan.cells, read, rejected, filtered, naive, plan.marked, checked=plan.checked
    )


def append(engine: Engine, plan: Plan, texts: Texts, *, piece: str) -> bool:
    """Add rows of text to the staged table; true where some instant bears no offset.

    piece: SQL of the piece that a row is of. A mapped column that the texts do not have is empty.
    """
    name = plan.name
    trimmed = [f"CAST({piece} AS INTEGER) AS _file", f"src.{identifier(texts.row)} AS _row", f"{content_sql(texts, of='src')} AS _content"]
    for column, position in plan.texts.items():
        trimmed += _text_columns(plan, texts, column, position)
    parsed = ", ".join(["*", *(p for cell in plan.read for p in parsed_columns(cell))])
    engine.run(f"CREATE OR REPLACE TABLE parsed_{name} AS SELECT {parsed} FROM (SELECT {', '.join(trimmed)} FROM {texts.rows} AS src)")
    zone = _zone_over(engine, f"parsed_{name}", plan)
    naive = _any_naive(engine, f"parsed_{name}", plan)
    ways = "te" if plan.marked else "t"
    kept = ["_file", "_row", "_content", *(f"{way}{p}" for p in sorted(plan.texts.values()) for way in ways)]
    typed = ", ".join([*kept, *(c for cell in plan.read for c in cell_columns(cell, zone, marked=plan.marked))])
    query = f"SELECT {typed} FROM parsed_{name}"
    there = engine.rows("SELECT 1 FROM duckdb_tables() WHERE table_name = ?", (f"staged_{name}",))
    engine.run(f"INSERT INTO staged_{name} {query}" if there else f"CREATE TABLE staged_{name} AS {query}")
    engine.run(f"DROP TABLE parsed_{name}")
    return naive


def _text_columns(plan: Plan, texts: Texts, column: str, position: int) -> list[str]:
    """The text of a column, of those that it is made of where it was not made when they were read, or nothing where they are not there."""
    made = None if column in texts.columns else plan.derived.get(column)
    if not set(made.columns if made else (column,)) <= set(texts.columns):
        nothing = [f"{way}{position}" for way in ("te" if plan.marked else "t")]
        nothing += [f"p{position}"] if made and made.plus is not None else []
        return [f"CAST(NULL AS VARCHAR) AS {name}" for name in nothing]
    bad = _bad_sql(texts, made.column if made else column) if plan.marked else None
    return text_columns(position, column, bad, marked=plan.marked, made=made)


def _bad_sql(texts: Texts, column: str) -> str | None:
    """Whether the cell of a row has no usable value; None where all have."""
    if not texts.places:
        return None
    place = texts.places[texts.columns.index(column)]
    return f"coalesce(contains(src.{identifier(texts.bad)}, ',{place},'), FALSE)"


def _any_naive(engine: Engine, table: str, plan: Plan) -> bool:
    walls = [f"bool_or(l{cell.name} IS NOT NULL)" for cell in plan.read if cell.kind == "instant"]
    return any(engine.rows(f"SELECT {', '.join(walls)} FROM {table}")[0]) if walls else False


def _zone_over(engine: Engine, table: str, plan: Plan) -> Transitions:
    """The zone's transitions around the wall-clock times that are there, so that their SQL stays short."""
    walls = [f"{way}{cell.name}" for cell in plan.read if cell.kind in ("instant", "day") for way in "lz"]
    if not walls:
        return transitions(plan.zone, 0, 0)
    inside = " UNION ALL ".join(
        f"SELECT {w} AS wall FROM {table} WHERE {w} BETWEEN TIMESTAMP '{EARLIEST}' AND TIMESTAMP '{LATEST}'" for w in walls
    )
    low, high = engine.rows(f"SELECT min(epoch_us(wall)), max(epoch_us(wall)) FROM ({inside})")[0]
    return transitions(plan.zone, int(low or 0) - MARGIN_US, int(high or 0) + MARGIN_US)
