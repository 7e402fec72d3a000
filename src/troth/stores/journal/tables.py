"""The journal's tables. `entry` is the truth; the manifest and the projections are written in the same transaction."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, MetaData, Table, Text

METADATA = MetaData()

ENTRY = Table(
    "entry",
    METADATA,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("object", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("prev_hash", Text, nullable=False),
    Column("hash", Text, nullable=False, unique=True),
)

SNAPSHOT = Table(
    "snapshot",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("seq", Integer, ForeignKey("entry.seq"), nullable=False, unique=True),
    Column("as_of", Text, nullable=False),
    Column("book_hash", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("facts", Text, nullable=False),
)

SNAPSHOT_FILE = Table(
    "snapshot_file",
    METADATA,
    Column("snapshot", Text, ForeignKey("snapshot.id", ondelete="CASCADE"), primary_key=True),
    Column("ordinal", Integer, primary_key=True, autoincrement=False),
    Column("table_name", Text, nullable=False),
    Column("partition", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("rows", BigInteger, nullable=False),
)

SNAPSHOT_SCHEMA = Table(
    "snapshot_schema",
    METADATA,
    Column("snapshot", Text, ForeignKey("snapshot.id", ondelete="CASCADE"), primary_key=True),
    Column("table_name", Text, primary_key=True),
    Column("ordinal", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("type", Text, nullable=False),
)

SOURCE_STATE = Table(
    "source_state",
    METADATA,
    Column("source", Text, primary_key=True),
    Column("seq", Integer, ForeignKey("entry.seq"), nullable=False),
    Column("snapshot", Text, nullable=False),
    Column("balance", Text, nullable=False),
    Column("files", Text, nullable=False),
)

LOAD = Table(
    "load",
    METADATA,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("source", Text, primary_key=True),
    Column("place", Text, primary_key=True),
    Column("entry", Integer, ForeignKey("entry.seq"), nullable=False),
    Column("known_from", Text, nullable=False),
    Column("said", Text, nullable=False),
)
