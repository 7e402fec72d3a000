"""Between the reader and everything that keeps: personal cells become tokens, free text is redacted, first of all."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np

from troth.kernel.errors import SourceError
from troth.query import identifier, literal_text
from troth.record import Engine
from troth.sources.mapping import FREE_TEXT, PersonalKind, Source
from troth.sources.personal.redaction import redact
from troth.sources.personal.shown import is_typed, slipped_sql
from troth.sources.personal.vault import TokenKind, Tokens, Vault, is_token
from troth.sources.readers import Opened
from troth.sources.readers.opened import ROW

BATCH = 50_000
REMEMBERED = 1_000_000
HIDDEN = "[personal]"
PLACE, PRINT = "#troth place", "#troth print"
CHANGED = "the file gave other rows when it was read again"


@contextmanager
def protected(engine: Engine, table: Opened, name: str, source: Source, vault: Tokens | None) -> Iterator[Opened]:
    """The same rows in the same order, without a personal value.

    Of a cell that is no date or number where one should be, its shape is left: the row may have slipped to the side.
    Free text that the mapping does not carry is left out: what nobody reads is not kept, redacted or not.
    Personal values pass through this process in batches and are never in a table of the engine, which may spill to the disk.
    `print` of what is given tells two rows apart that differ in a personal cell only; it is not to be stored.
    Raises SourceError where a source has personal columns and there is no vault.
    """
    personal = {column: kind for column, kind in source.personal.items() if column in table.columns}
    if not personal:
        yield table
        return
    if vault is None:
        raise SourceError(
            f"'{table.address.name}' has personal columns", got="no vault to keep them in", next_step="Open the book's workspace."
        )
    with _replaced(engine, table, name, source, personal, _Replacing(vault)) as protected:
        yield protected


@contextmanager
def protected_late(engine: Engine, table: Opened, name: str, source: Source, vault: Vault, done: Collection[str]) -> Iterator[Opened]:
    """The same of rows that were kept before some columns were personal. done: those that were already when they were kept.

    A token that stands in a column stays, and names that stand as tokens are known to the redaction. So doing it twice is doing it once.
    """
    personal = {column: kind for column, kind in source.personal.items() if column in table.columns and column not in done}
    with _replaced(engine, table, name, source, personal, _Late(vault)) as protected:
        yield protected


@contextmanager
def _replaced(
    engine: Engine, table: Opened, name: str, source: Source, personal: Mapping[str, PersonalKind], replacing: _Replacing
) -> Iterator[Opened]:
    tokens = f"protected_{name}"
    made = _made(source, personal, table.columns)
    try:
        _replace(engine, table, tokens, source, personal, replacing)
        left_out = {column for column, kind in personal.items() if kind == FREE_TEXT and column not in source.columns()}
        kept = {column: column for column in table.columns if column not in left_out} | made
        yield replace(
            table,
            columns=tuple(kept),
            places=tuple(table.places[table.columns.index(column)] for column in kept.values()) if table.places else (),
            relation=_joined(table, tokens, source, personal, made),
            row=_row(table),
            print=f"src.{identifier(PRINT)}",
        )
    finally:
        engine.run(f"DROP TABLE IF EXISTS {tokens}")


def _made(source: Source, personal: Mapping[str, PersonalKind], there: Collection[str]) -> dict[str, str]:
    """Columns that the mapping makes of personal ones, with those: they are made before these go. there: those that are made already."""
    made = {name: one.column for name, one in source.derived.items() if one.column in personal and name in source.needed()}
    return {name: column for name, column in made.items() if name not in there}


class _Replacing:
    """Columns of one batch to what is kept of them; values that were met before are not asked for again."""

    def __init__(self, vault: Tokens) -> None:
        self._vault = vault
        self._known: dict[tuple[TokenKind, str], str] = {}

    def tokens(self, kind: TokenKind, cells: Sequence[str | None]) -> list[str | None]:
        wanted = dict.fromkeys(cell for cell in cells if cell is not None and cell.strip())
        if len(self._known) > REMEMBERED:
            self._known.clear()
        new = [cell for cell in wanted if (kind, cell) not in self._known]
        self._known.update(zip(((kind, cell) for cell in new), self._vault.tokens(kind, new), strict=True))
        return [None if cell is None or cell not in wanted else self._known[kind, cell] for cell in cells]

    def names(self, cells: Sequence[str | None]) -> Sequence[str | None]:
        """A column of names as it is written in texts beside it."""
        return cells


class _Late(_Replacing):
    """Of columns in which tokens may stand already."""

    def __init__(self, vault: Vault) -> None:
        super().__init__(vault)
        self._values = vault.values

    def tokens(self, kind: TokenKind, cells: Sequence[str | None]) -> list[str | None]:
        given = super().tokens(kind, [None if cell is None or is_token(cell) else cell for cell in cells])
        return [cell if cell is not None and is_token(cell) else token for cell, token in zip(cells, given, strict=True)]

    def names(self, cells: Sequence[str | None]) -> Sequence[str | None]:
        tokens = list(dict.fromkeys(cell for cell in cells if cell is not None and is_token(cell)))
        values = self._values(tokens) if tokens else {}
        return [values.get(cell) if cell is not None and is_token(cell) else cell for cell in cells]


def _replace(
    engine: Engine, table: Opened, target: str, source: Source, personal: Mapping[str, PersonalKind], replacing: _Replacing
) -> None:
    """Fill `target`: a row's place, the hash of all its cells, and what is kept of each personal one, by its place among them.

    The hash is of every column, so that the reader takes the same rows here and when the table is read for good.
    """
    free = FREE_TEXT in personal.values()
    names = [column for column, kind in source.personal.items() if free and kind == "name" and column in table.columns]
    read = list(dict.fromkeys([*personal, *names]))
    chosen = ", ".join([_print(table), *(_usable(table, column) for column in read)])
    query = f"SELECT {chosen} FROM {_numbered(table)} src"
    columns = "".join(f", p{place} VARCHAR" for place in range(len(personal)))
    engine.run(f'CREATE OR REPLACE TABLE {target} (n BIGINT, "print" UBIGINT{columns})')
    first = 1
    for batch in engine.batches(query, BATCH):
        prints, *cells = (list(column) for column in zip(*batch, strict=True))
        by_column = dict(zip(read, cells, strict=True))
        people = list(zip(*(replacing.names(by_column[column]) for column in names), strict=True)) if names else [()] * len(batch)
        made: dict[str, np.ndarray[Any, Any]] = {
            "n": np.arange(first, first + len(batch), dtype=np.int64),
            "print": np.array(prints, dtype=np.uint64),
        }
        for place, (column, kind) in enumerate(personal.items()):
            given: list[str | None] = (
                [None if text is None else redact(text, known) for text, known in zip(by_column[column], people, strict=True)]
                if kind == FREE_TEXT
                else replacing.tokens(kind, by_column[column])
            )
            made[f"p{place}"] = np.array(given, dtype=object)
        engine.load(f"{target}_batch", made)
        engine.run(f"INSERT INTO {target} SELECT * FROM {target}_batch")
        engine.run(f"DROP TABLE {target}_batch")
        first += len(batch)


def _joined(table: Opened, tokens: str, source: Source, personal: Mapping[str, PersonalKind], made: Mapping[str, str]) -> str:
    """The rows without any personal column, joined to what is kept of them: a join may hold either side, and spill it."""
    kept = []
    for place, column in enumerate(personal):
        bad = table.bad_sql(column)
        cell = f"CASE WHEN {bad} THEN {literal_text(HIDDEN)} ELSE kept.p{place} END" if bad else f"kept.p{place}"
        kept.append(f"{cell} AS {identifier(column)}")
    left = f" EXCLUDE ({', '.join(identifier(column) for column in personal)})" if personal else ""
    also = "".join(f", {source.derived[name].text_sql()} AS {identifier(name)}" for name in made)
    rest = f"(SELECT src.*{left}, {_print(table)} AS {identifier(PRINT)}{also} FROM {_numbered(table)} src)"
    same = f'CASE WHEN kept."print" = src.{identifier(PRINT)} THEN kept."print" ELSE error({literal_text(CHANGED)}) END'
    unfit = [f"{slipped_sql(source, column)} AS {identifier(column)}" for column in (*table.columns, *made) if is_typed(source, column)]
    return (
        f"(SELECT src.* REPLACE ({', '.join([f'{same} AS {identifier(PRINT)}', *unfit])}){''.join(f', {cell}' for cell in kept)}"
        f" FROM {rest} src JOIN {tokens} kept ON kept.n = src.{identifier(PLACE)})"
    )


def _numbered(table: Opened) -> str:
    return f"(SELECT *, row_number() OVER () AS {identifier(PLACE)} FROM {table.relation})"


def _row(table: Opened) -> str:
    """What numbers the rows of the relation as it comes numbers them no more once they are joined."""
    return f"src.{identifier(PLACE)}" if table.row == ROW else table.row


def _usable(table: Opened, column: str) -> str:
    bad, cell = table.bad_sql(column), f"src.{identifier(column)}"
    return f"CASE WHEN NOT {bad} THEN {cell} END" if bad else cell


def _print(table: Opened) -> str:
    return f"hash({', '.join(f'src.{identifier(column)}' for column in sorted(table.columns))})"
