"""Schema versions of the journal, run by Alembic."""
