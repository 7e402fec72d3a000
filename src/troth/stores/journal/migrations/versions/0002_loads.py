"""What was taken in: a projection of the entries, in rows."""

from alembic import op

revision = "0002"
down_revision = "0001"

LOAD = """
    CREATE TABLE load (
        seq INTEGER NOT NULL,
        source TEXT NOT NULL,
        place TEXT NOT NULL,
        entry INTEGER NOT NULL REFERENCES entry (seq),
        known_from TEXT NOT NULL,
        said TEXT NOT NULL,
        PRIMARY KEY (seq, source, place)
    )
    """


def upgrade() -> None:
    op.execute(LOAD)
