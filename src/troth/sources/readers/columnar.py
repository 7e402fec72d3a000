"""Parquet: typed columns as the text that a CSV export of them would have."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from troth.query import identifier, literal_text
from troth.sources.address import Address
from troth.sources.readers.opened import Asked, Listed, Opened, Reader


def _tables(path: Path) -> Sequence[Listed]:
    return [Listed(Address(path), ())]


def _open(asked: Asked) -> Opened:
    path = literal_text(str(asked.address.path))
    columns = tuple(asked.engine.names(f"SELECT * FROM read_parquet({path})"))
    texts = ", ".join(f"CAST({identifier(c)} AS VARCHAR) AS {identifier(c)}" for c in columns)
    count = asked.engine.rows(f"SELECT sum(num_rows) FROM parquet_file_metadata({path})")[0][0]
    return Opened(asked.address, columns, f"(SELECT {texts} FROM read_parquet({path}))", int(count))


PARQUET = Reader(frozenset({".parquet"}), _tables, _open)
