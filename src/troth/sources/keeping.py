"""Which columns of a table are kept of what was read, and as what: the one place where personal data stay behind."""

from __future__ import annotations

from collections.abc import Sequence

from troth.query import identifier
from troth.sources.mapping import Source


def kept_columns(source: Source, columns: Sequence[str]) -> dict[str, tuple[str, str]]:
    """By the name under which it is kept: the column that was read, and SQL over `src` of what is kept of it.

    What the mapping makes of a personal column is made now, since that column is not there later.
    """
    kept = {column: (column, sql) for column in columns if (sql := _kept_sql(source, column)) is not None}
    made = {name: one for name, one in source.derived.items() if one.column in source.personal and name in source.needed()}
    return {**kept, **{name: (one.column, one.text_sql()) for name, one in made.items()}}


def _kept_sql(source: Source, column: str) -> str | None:
    """A personal column by which rows are told apart or found is kept as a digest; one that the mapping carries into the record, as
    a number or a day, as it is carried; another not at all.
    """
    read = f"src.{identifier(column)}"
    if column not in source.personal or column in source.cells():
        return read
    if column in source.columns():
        alike = f"lower({read})" if source.personal[column] == "email" else read
        return f"md5(NULLIF(trim({alike}), ''))"
    return None
