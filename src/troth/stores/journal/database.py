"""SQLite as the journal needs it: every acknowledged commit is on the disk, writers queue, readers do not wait."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import OperationalError

from troth.kernel.errors import Busy
from troth.stores.sqlite import configure

if TYPE_CHECKING:
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import ConnectionPoolEntry

CURRENT = "0002"
PRAGMAS = ("busy_timeout = 30000", "journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON")


def connect(path: Path) -> Engine:
    """Open or create the database at `path`, migrated to this version of the product."""
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(URL.create("sqlite", database=str(path)))
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    with reading(engine) as connection:
        version = _version(connection)
    if version != CURRENT:
        _migrate(engine)
    return engine


def reading(engine: Engine) -> Connection:
    """A connection whose transaction takes no lock that a writer would wait for."""
    return engine.connect().execution_options(reading=True)


def overwrite_deleted(engine: Engine) -> None:
    """Write the file anew without what was deleted, and the log before it too. Raises Busy while another process reads former pages."""
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("VACUUM")
        busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        cursor.close()
    finally:
        connection.close()
    if busy:
        raise Busy("former pages of the journal cannot be overwritten", got="another process that reads them", next_step="Build again.")


def _configure(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    # The driver's own idea of when a transaction begins would make BEGIN IMMEDIATE impossible.
    connection.isolation_level = None
    cursor = connection.cursor()

    def execute(pragma: str) -> None:
        cursor.execute(pragma)
        cursor.fetchall()

    configure(execute, PRAGMAS)
    cursor.close()


def _begin(connection: Connection) -> None:
    # A deferred transaction that turns writer fails at once with "database is locked", whatever busy_timeout says.
    reads = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _version(connection: Connection) -> str | None:
    try:
        return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    except OperationalError:
        return None


def _migrate(engine: Engine) -> None:
    from alembic import command
    from alembic.config import Config

    logging.getLogger("alembic").setLevel(logging.WARNING)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        if _version(connection) != CURRENT:  # another process may have been first
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
