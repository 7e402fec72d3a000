"""The first tables: the chain, the manifest, one projection.

A migration is frozen: it repeats the tables as they were when it was written, not as `journal.tables` has them now.
"""

from alembic import op

revision = "0001"
down_revision = None

TABLES = (
    """
    CREATE TABLE entry (
        seq INTEGER NOT NULL PRIMARY KEY,
        at TEXT NOT NULL,
        actor TEXT NOT NULL,
        action TEXT NOT NULL,
        object TEXT NOT NULL,
        payload TEXT NOT NULL,
        prev_hash TEXT NOT NULL,
        hash TEXT NOT NULL UNIQUE
    )
    """,
    """
    CREATE TABLE snapshot (
        id TEXT NOT NULL PRIMARY KEY,
        seq INTEGER NOT NULL UNIQUE REFERENCES entry (seq),
        as_of TEXT NOT NULL,
        book_hash TEXT NOT NULL,
        version TEXT NOT NULL,
        facts TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE snapshot_file (
        snapshot TEXT NOT NULL REFERENCES snapshot (id) ON DELETE CASCADE,
        ordinal INTEGER NOT NULL,
        table_name TEXT NOT NULL,
        partition TEXT NOT NULL,
        path TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        bytes BIGINT NOT NULL,
        rows BIGINT NOT NULL,
        PRIMARY KEY (snapshot, ordinal)
    )
    """,
    """
    CREATE TABLE snapshot_schema (
        snapshot TEXT NOT NULL REFERENCES snapshot (id) ON DELETE CASCADE,
        table_name TEXT NOT NULL,
        ordinal INTEGER NOT NULL,
        name TEXT NOT NULL,
        type TEXT NOT NULL,
        PRIMARY KEY (snapshot, table_name, ordinal)
    )
    """,
    """
    CREATE TABLE source_state (
        source TEXT NOT NULL PRIMARY KEY,
        seq INTEGER NOT NULL REFERENCES entry (seq),
        snapshot TEXT NOT NULL,
        balance TEXT NOT NULL,
        files TEXT NOT NULL
    )
    """,
    """
    CREATE TRIGGER entry_is_never_changed BEFORE UPDATE ON entry
    BEGIN SELECT RAISE(ABORT, 'a journal entry is never changed'); END
    """,
    """
    CREATE TRIGGER entry_is_never_removed BEFORE DELETE ON entry
    BEGIN SELECT RAISE(ABORT, 'a journal entry is never removed'); END
    """,
)


def upgrade() -> None:
    for statement in TABLES:
        op.execute(statement)
