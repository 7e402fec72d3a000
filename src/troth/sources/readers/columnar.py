"""Parquet: typed columns as the text that a CSV export of them would have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from troth.kernel.errors import SourceError, StoreError
from troth.query import identifier
from troth.sources.address import Address
from troth.sources.readers.named import path_sql
from troth.sources.readers.opened import Asked, Listed, Opened, Reader

TEXT = "VARCHAR"
BAD = "#bad"


def _tables(path: Path) -> Sequence[Listed]:
    return [Listed(Address(path), ())]


def _open(asked: Asked) -> Opened:
    path = path_sql(asked.address.path)
    with _refusing(asked):
        described = asked.engine.rows(f"DESCRIBE SELECT * FROM read_parquet({path})")
        count = asked.engine.rows(f"SELECT sum(num_rows) FROM parquet_file_metadata({path})")[0][0]
        groups = f"SELECT DISTINCT row_group_id, row_group_num_rows AS n FROM parquet_metadata({path})"
        held = asked.engine.rows(f"SELECT coalesce(sum(n), 0) FROM ({groups})")[0][0]
    if held != count:
        what, got = f"'{asked.address.name}' cannot be read", f"{count:,} rows by its own count, {held:,} in its parts"
        raise SourceError(what, got=got, next_step="It is damaged: export it again.")
    columns = tuple(str(name) for name, *_ in described)
    texts = ", ".join(f"CAST({identifier(c)} AS VARCHAR) AS {identifier(c)}" for c in columns)
    opened = Opened(asked.address, columns, f"(SELECT {texts} FROM read_parquet({path}))", int(count))
    with _refusing(asked):
        return _without_nul(asked, opened, [place for place, (_, type, *_) in enumerate(described) if type == TEXT])


@contextmanager
def _refusing(asked: Asked) -> Iterator[None]:
    try:
        yield
    except StoreError as error:
        said = str(error.got).splitlines()[0]
        raise SourceError(f"'{asked.address.name}' cannot be read", got=said, next_step="Export it again.") from error


def _without_nul(asked: Asked, opened: Opened, texts: Sequence[int]) -> Opened:
    """Texts with a NUL, which neither a page nor a line of SQL can hold, have no usable value. Most files have none."""
    names = {place: identifier(opened.columns[place]) for place in texts}
    any_nul = " OR ".join(f"contains({name}, chr(0))" for name in names.values())
    if not any_nul or not asked.engine.rows(f"SELECT 1 FROM {opened.relation} WHERE {any_nul} LIMIT 1"):
        return opened
    clean = ", ".join(f"replace({name}, chr(0), '\ufffd') AS {name}" for name in names.values())
    listed = " || ".join(f"CASE WHEN contains({name}, chr(0)) THEN '{place},' ELSE '' END" for place, name in names.items())
    relation = f"(SELECT * REPLACE ({clean}), ',' || {listed} AS {identifier(BAD)} FROM {opened.relation})"
    return replace(opened, relation=relation, bad=BAD, places=tuple(range(len(opened.columns))))


PARQUET = Reader(frozenset({".parquet"}), _tables, _open, marks=True)
