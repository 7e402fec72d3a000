"""A table read as text into the engine: the rows that are kept, each with its number, and what the reader set aside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from troth.kernel.errors import SourceError, StoreError, nearest
from troth.query import identifier
from troth.record import Engine
from troth.sources.address import Address
from troth.sources.mapping import Source
from troth.sources.personal.protecting import protected
from troth.sources.personal.redaction import redact
from troth.sources.personal.vault import Tokens
from troth.sources.readers import Opened, opened, reader_of


@dataclass(frozen=True, slots=True)
class Texts:
    """A table in the engine.

    rows: table of the kept columns by their names, and of `row`, the number people see in the file; `bad`, the places without a
    usable value between commas, where cells may be marked; `twin`, which of the rows that are equal in all that is kept, and
    differ in what is not. aside: table (line, fate, reason). places: of the columns, for `bad`; () where none is marked.
    """

    rows: str
    aside: str
    columns: tuple[str, ...]
    places: tuple[int, ...]
    counted: int

    @property
    def row(self) -> str:
        return free("#row", self.columns)

    @property
    def bad(self) -> str:
        return free("#bad", self.columns)

    @property
    def twin(self) -> str:
        return free("#twin", self.columns)


def free(name: str, taken: Iterable[str]) -> str:
    """A name for a column of ours that none of theirs has."""
    lower = {other.lower() for other in taken}
    while name in lower:
        name += "#"
    return name


def read_texts(engine: Engine, name: str, source: Source, file: Address, vault: Tokens | None = None, *, counted: bool = True) -> Texts:
    """Read a table of a source as tables `rows_<name>` and `aside_<name>`, tokens and redacted texts in place of personal cells.

    vault: where the tokens lead; without one a source with personal columns is refused.
    Raises SourceError for a file that is unreadable, changes meanwhile, or lacks a mapped column.
    """
    with ExitStack() as held:
        table = held.enter_context(opened(engine, file, name, source.written, counted=counted))
        require(table.columns, source.in_files(), file.name, shy=bool(source.personal))
        table = held.enter_context(protected(engine, table, name, source, vault))
        marked = reader_of(file.path).marks and table.bad is not None
        places = table.places if marked else ()
        texts = Texts(f"rows_{name}", f"aside_{name}", table.columns, places, table.records)
        cells = [f"{table.row} AS {identifier(texts.row)}"]
        cells.append(f"{f'src.{identifier(table.bad)}' if marked and table.bad else 'CAST(NULL AS VARCHAR)'} AS {identifier(texts.bad)}")
        cells.append(f"CAST(0 AS INTEGER) AS {identifier(texts.twin)}")
        cells += [f"src.{identifier(column)}" for column in table.columns]
        whole = free("#whole", table.columns)
        if table.print is not None:
            cells.append(f"{table.print} AS {identifier(whole)}")
        create = f"CREATE OR REPLACE TABLE {texts.rows} AS SELECT {', '.join(cells)} FROM {table.relation} AS src"
        aside = f"CREATE OR REPLACE TABLE {texts.aside} (line BIGINT, fate VARCHAR, reason VARCHAR)"
        try:
            engine.together([aside, create, *set_aside(texts, table)])
        except StoreError as error:
            said = str(error.got).splitlines()[0]
            raise SourceError(f"'{file.name}' cannot be read", got=said, next_step="Mend the file, or leave it out.") from error
        if table.rejects is not None:
            _leave_room_for_rejects(engine, texts)
        if table.print is not None:
            _tell_twins_apart(engine, texts, whole)
    return texts


def content_sql(texts: Texts, *, of: str = "") -> str:
    """A number that rows share only if all that is kept of them is equal. of: alias of the table."""
    prefix = f"{of}." if of else ""
    cells = [*sorted(texts.columns), texts.twin, texts.bad]
    return f"hash({', '.join(f'{prefix}{identifier(c)}' for c in cells)})"


def drop_texts(engine: Engine, texts: Texts) -> None:
    for table in (texts.rows, texts.aside):
        engine.run(f"DROP TABLE IF EXISTS {table}")


def set_aside(texts: Texts, table: Opened) -> list[str]:
    """What the reader set aside lives as long as its session: it is kept in the same one, by the number of its record."""
    kept = []
    if table.rejects is not None:
        rejects = f"SELECT line - {table.skip}, 'rejected', lower(any_value(error_type)) FROM rejects_{table.rejects} GROUP BY line"
        kept.append(f"INSERT INTO {texts.aside} {rejects} ORDER BY line")
    if table.fates is not None:
        kept.append(f"INSERT INTO {texts.aside} SELECT line, fate, why FROM {table.fates} ORDER BY line")
    return kept


def require(columns: Sequence[str], wanted: Iterable[str], file: str, *, shy: bool = False) -> None:
    """shy: of a file with personal columns, whose first row may be somebody's, only a name that is like the wanted one is told."""
    for column in sorted(wanted):
        if column not in columns:
            raise SourceError(
                f"'{file}' has no column '{column}'",
                allowed=_like(column, columns) if shy else nearest(column, columns),
                next_step="Mend the mapping in sources/, or the file.",
            )


def _like(column: str, columns: Sequence[str]) -> str:
    said = nearest(column, [name for name in columns if redact(name) == name])
    return said if said.startswith("did you mean") else "none of its columns is like it"


def _leave_room_for_rejects(engine: Engine, texts: Texts) -> None:
    """Number the rows that were read as they stand in the file, those between them that were rejected included."""
    rejected = f"SELECT line, row_number() OVER (ORDER BY line) AS before FROM {texts.aside} WHERE fate = 'rejected'"
    if not engine.rows(f"SELECT 1 FROM ({rejected}) LIMIT 1"):
        return
    row = identifier(texts.row)
    steps = f"SELECT line - before + 1 AS upto, max(before) AS before FROM ({rejected}) GROUP BY upto"
    engine.run(
        f"CREATE OR REPLACE TABLE {texts.rows} AS SELECT p.* REPLACE (p.{row} + coalesce(r.before, 0) AS {row})"
        f" FROM {texts.rows} p ASOF LEFT JOIN ({steps}) r ON p.{row} >= r.upto ORDER BY p.{row}"
    )


def _tell_twins_apart(engine: Engine, texts: Texts, whole: str) -> None:
    """Number rows that differ only in what is not kept, so that they stay two; the number says nothing of what it was."""
    content, all_of_it, twin = content_sql(texts), identifier(whole), identifier(texts.twin)
    differ = f"SELECT {content} AS content FROM {texts.rows} GROUP BY 1 HAVING count(DISTINCT {all_of_it}) > 1"
    if engine.rows(f"SELECT 1 FROM ({differ}) LIMIT 1"):
        number = f"dense_rank() OVER (PARTITION BY {content} ORDER BY {all_of_it}) - 1"
        engine.run(
            f"CREATE OR REPLACE TABLE {texts.rows} AS SELECT * REPLACE (CAST({number} AS INTEGER) AS {twin})"
            f" FROM {texts.rows} ORDER BY {identifier(texts.row)}"
        )
    engine.run(f"ALTER TABLE {texts.rows} DROP COLUMN {all_of_it}")
