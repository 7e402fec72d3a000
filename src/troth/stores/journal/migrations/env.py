"""Alembic runs this on a connection that `journal.database` hands over; there is no alembic.ini and no URL."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=False)
context.run_migrations()
