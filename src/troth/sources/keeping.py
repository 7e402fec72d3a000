"""Which columns of a table are kept of what was read, and as what: the one place where personal data stay behind."""

from __future__ import annotations

from troth.query import identifier
from troth.sources.mapping import Source


def kept_sql(source: Source, column: str) -> str | None:
    """SQL over `src` of what is kept of a column, None where nothing is.

    A personal column that a key is made of is kept as a digest, since rows are told apart by it; one that the mapping carries
    into the record, as a number or a day, is kept as it is carried.
    """
    read = f"src.{identifier(column)}"
    if column not in source.personal or column in source.cells():
        return read
    if column in source.key:
        return f"md5(NULLIF(trim({read}), ''))"
    return None
