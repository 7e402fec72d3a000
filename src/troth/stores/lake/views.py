"""The SQL by which a snapshot's files are read: a view a table, columns cast to the manifest's types, not inferred."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from troth.record.ports import Column, Snapshot
from troth.stores.lake.engine import literal, quoted

OUTCOME = "outcome"
BREACHED = Column("breached", "TIMESTAMP")
LATER = (BREACHED,)
OUTCOME_COLUMNS = (
    Column("promise", "VARCHAR"),
    Column("month", "INTEGER"),
    Column("subject_type", "VARCHAR"),
    Column("subject", "INTEGER"),
    Column("stratum", "VARCHAR"),
    Column("made", "TIMESTAMP"),
    Column("due", "TIMESTAMP"),
    Column("fulfilled", "TIMESTAMP"),
    Column("voided", "TIMESTAMP"),
    Column("waived", "TIMESTAMP"),
    Column("void_flag", "VARCHAR"),
    Column("unknown_reason", "VARCHAR"),
    BREACHED,
    Column("known_from", "TIMESTAMP"),
    Column("terms", "VARCHAR"),
    Column("layer", "VARCHAR"),
    Column("change", "VARCHAR"),
    Column("share_of", "INTEGER"),
)


def statements(snapshot: Snapshot, source: Callable[[str], str | None], within: str = "") -> list[str]:
    """CREATE VIEW for every table of the snapshot, then `outcome` over all promises' outcomes.

    source: table -> what its rows are read from, None when it has none. within: the schema of the views, made where it is not there.
    """
    inside = f"{quoted(within)}." if within else ""
    made = [f"CREATE SCHEMA IF NOT EXISTS {quoted(within)}"] if within else []
    made += [_view(table, inside, columns, source(table)) for table, columns in sorted(snapshot.schemas.items())]
    if OUTCOME not in snapshot.schemas:
        made.append(_outcome(snapshot.schemas, inside))
    return made


def parquet_source(paths: Sequence[str]) -> str | None:
    listed = ", ".join(literal(path) for path in paths)
    return f"read_parquet([{listed}], hive_partitioning = false)" if paths else None


def _view(table: str, inside: str, columns: Sequence[Column], source: str | None) -> str:
    """A column that outcomes have since then, and a snapshot of before has not, is empty."""
    later = [c for c in (LATER if table.startswith(f"{OUTCOME}_") else ()) if c not in columns]
    if source is None:
        return f"CREATE OR REPLACE VIEW {inside}{quoted(table)} AS {_nothing((*columns, *later))}"
    cells = ", ".join(
        [*(f"CAST({quoted(c.name)} AS {c.type}) AS {quoted(c.name)}" for c in columns),
         *(f"CAST(NULL AS {c.type}) AS {quoted(c.name)}" for c in later)]
    )  # fmt: skip
    return f"CREATE OR REPLACE VIEW {inside}{quoted(table)} AS SELECT {cells} FROM {source}"


def _outcome(schemas: Mapping[str, Sequence[Column]], inside: str) -> str:
    tables = [
        f"SELECT {_common(columns)} FROM {inside}{quoted(table)}"
        for table, columns in sorted(schemas.items())
        if table.startswith(f"{OUTCOME}_")
    ]
    return f"CREATE OR REPLACE VIEW {inside}{OUTCOME} AS {' UNION ALL '.join(tables) or _nothing(OUTCOME_COLUMNS)}"


def _common(columns: Sequence[Column]) -> str:
    present = {column.name for column in columns}
    return ", ".join(f"CAST({quoted(c.name) if c.name in present else 'NULL'} AS {c.type}) AS {quoted(c.name)}" for c in OUTCOME_COLUMNS)


def _nothing(columns: Sequence[Column]) -> str:
    cells = ", ".join(f"CAST(NULL AS {c.type}) AS {quoted(c.name)}" for c in columns)
    return f"SELECT {cells} WHERE false"
