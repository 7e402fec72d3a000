"""Tables and queries of a database to extracts, all of them in one transaction that sees one instant and cannot write."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from troth.kernel.errors import SourceError, nearest
from troth.sources.databases.database import TableThere, Wanted
from troth.sources.databases.extract import path_of, writing
from troth.sources.databases.selecting import require_select
from troth.stores.databases import postgres, sqlite
from troth.stores.databases.column import Column
from troth.stores.databases.outside import Outside, outside

if TYPE_CHECKING:
    from sqlalchemy import Connection

DIALECTS: Mapping[str, ModuleType] = {"postgresql": postgres, "sqlite": sqlite}


class SqlDatabases:
    """Implements `sources.database.Databases` over SQLAlchemy. environment: where addresses stand, that of the process if not given."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self._environment = os.environ if environment is None else environment

    def tables(self, url: str) -> Sequence[TableThere]:
        there = outside(self._environment, url)
        with _connected(there, "its tables") as connection:
            listed: Sequence[TableThere] = DIALECTS[there.dialect].tables(connection)[1]
            return listed

    def extract(self, wanted: Sequence[Wanted], folder: Path) -> list[Path]:
        there = outside(self._environment, wanted[0].database.url)
        for one in wanted:
            if one.database.query is not None:
                require_select(one.database.query, there.dialect, one.name)
        with _connected(there, "its tables") as connection:
            names, _ = DIALECTS[there.dialect].tables(connection)
            return [_extracted(connection, there, one, names, path_of(folder, n, one.name)) for n, one in enumerate(wanted)]


def _extracted(connection: Connection, there: Outside, wanted: Wanted, names: Mapping[str, str], path: Path) -> Path:
    dialect = DIALECTS[there.dialect]
    relation = f"{_relation(wanted, names)} AS src"
    with _refusing(there, f"'{wanted.name}'"):
        columns: list[Column] = dialect.columns(connection, relation)
        listed = [column.name for column in columns]
        if not listed:
            raise SourceError(f"'{wanted.name}' has no columns", next_step="Mend `database:` of the source.")
        keys = [columns[listed.index(key)] for key in wanted.key if key in listed]
        records = int(connection.exec_driver_sql(f"SELECT count(*) FROM {relation}").scalar_one())
        with writing(path, wanted.name, listed, records) as written:
            dialect.write(connection, relation, columns, keys, written)
    return path


def _relation(wanted: Wanted, names: Mapping[str, str]) -> str:
    if wanted.database.query is not None:
        # A comment at the query's end must not reach what follows it.
        return f"(\n{wanted.database.query.strip().rstrip(';')}\n)"
    table = wanted.database.table or ""
    if table not in names:
        raise SourceError(
            f"{wanted.database.variable} has no table '{table}'", allowed=nearest(table, names), next_step="Mend `database:` of the source."
        )
    return names[table]


@contextmanager
def _connected(there: Outside, what: str) -> Iterator[Connection]:
    with DIALECTS[there.dialect].connected(there) as connection, _refusing(there, f"{what} in {there.variable}"):
        yield connection


@contextmanager
def _refusing(there: Outside, what: str) -> Iterator[None]:
    """What a database said is told without what it was asked, and without its address."""
    try:
        yield
    except DBAPIError as error:
        got = DIALECTS[there.dialect].reason(error) or there.scrubbed(error.orig)
        raise SourceError(f"{what} cannot be read", got=got, next_step=_next_step(got)) from None
    except SQLAlchemyError as error:
        raise SourceError(f"{what} cannot be read", got=type(error).__name__, next_step=_next_step("")) from None


def _next_step(got: str) -> str:
    match got:
        case "the query writes":
            return "Give a SELECT that only reads."
        case "this user may not read it":
            return "Ask for the right to read it: GRANT SELECT."
        case "the connection broke" | "somebody is writing it" | "the database ended the query":
            return "Try again. Nothing was published."
        case _:
            return "Mend `database:` of the source, or the view."
