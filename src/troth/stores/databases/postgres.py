"""PostgreSQL: one read-only transaction that sees one instant, every value as the server itself writes it exactly."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from troth.kernel.errors import SourceError
from troth.query import identifier, literal_text
from troth.sources.databases.database import TableThere
from troth.sources.databases.extract import Writing, require_short
from troth.stores.databases.column import Column
from troth.stores.databases.outside import Outside

if TYPE_CHECKING:
    from sqlalchemy import Connection

CONNECT_S = 10
EXTRA = "Install what speaks to it: pip install 'troth[postgres]'"
# How values are written as text; local to the transaction. psycopg keeps its own settings.
WRITTEN = ("timezone = 'UTC'", "datestyle = 'ISO, YMD'", "intervalstyle = 'iso_8601'", "bytea_output = 'hex'", "extra_float_digits = 1")
TABLES = """
SELECT n.nspname, c.relname, c.relkind IN ('v', 'm'), has_any_column_privilege(c.oid, 'SELECT'), pg_table_is_visible(c.oid)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
  AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY pg_table_is_visible(c.oid) DESC, n.nspname COLLATE "C", c.relname COLLATE "C"
"""
KINDS = "SELECT oid, typname, typcategory, typtype FROM pg_type"
UNIQUE = """
SELECT array_agg(a.attname::text ORDER BY a.attnum) FROM pg_index i
JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey[:i.indnkeyatts - 1])
WHERE i.indrelid = {table}::regclass AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
GROUP BY i.indexrelid, i.indisprimary HAVING bool_and(a.attnotnull) ORDER BY i.indisprimary DESC, i.indexrelid
"""
# What a server says when it lets nobody in, in the words of one that speaks English; another tongue falls through to the last line.
REASONS = (
    (
        re.compile(r"password authentication failed|authentication failed", re.IGNORECASE),
        "it does not know this user with this password",
        "Mend the address.",
    ),
    (re.compile(r"no password supplied", re.IGNORECASE), "it asks for a password and the address has none", "Mend the address."),
    (re.compile(r"no pg_hba\.conf entry", re.IGNORECASE), "it does not let this computer in", "Ask for the right to reach it."),
    (re.compile(r'database ".*" does not exist', re.IGNORECASE), "it has no database of this name", "Mend the address."),
    (re.compile(r'role ".*" does not exist', re.IGNORECASE), "it does not know this user", "Mend the address."),
    (
        re.compile(r"resolve|Name or service|getaddrinfo|nodename", re.IGNORECASE),
        "its host has no such name",
        "Mend the address, or look at the network.",
    ),
    (re.compile(r"refused", re.IGNORECASE), "nobody listens at its host and port", "Mend the address, or start it."),
    (
        re.compile(r"timeout|timed out", re.IGNORECASE),
        f"it did not answer within {CONNECT_S} seconds",
        "Mend the address, or look at the network.",
    ),
    (
        re.compile(r"too many (clients|connections)|remaining connection slots", re.IGNORECASE),
        "it has no connection free",
        "Try again later.",
    ),
)
Names = dict[str, str]


@contextmanager
def connected(outside: Outside) -> Iterator[Connection]:
    """A connection inside a transaction that reads one instant and cannot write."""
    url = outside.url.set(drivername="postgresql+psycopg")
    try:
        engine = create_engine(url, poolclass=NullPool, connect_args={"application_name": "troth"} | _timeout(outside))
    except ModuleNotFoundError as error:
        raise SourceError(
            f"the database of {outside.variable} cannot be reached", got="no driver for PostgreSQL", next_step=EXTRA
        ) from error
    try:
        connection = engine.connect()
    except DBAPIError as error:
        raise _no_way_in(outside, str(error.orig)) from None
    except (TypeError, ValueError, LookupError):
        # A parameter of the address that the driver does not know; its error may repeat the address.
        raise SourceError(f"what {outside.variable} holds is no address of a database", next_step="Mend the address.") from None
    with connection:
        connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True, no_parameters=True)
        for setting in WRITTEN:
            connection.exec_driver_sql(f"SET LOCAL {setting}")
        yield connection


def tables(connection: Connection) -> tuple[Names, Sequence[TableThere]]:
    """SQL of each table by every name it may be called, and the list of them."""
    names: Names = {}
    there = []
    rows = connection.exec_driver_sql(TABLES).fetchall()
    for schema, table, is_view, allowed, visible in rows:
        sql = f"{identifier(schema)}.{identifier(table)}"
        shown = table if visible and table not in names else f"{schema}.{table}"
        names.setdefault(shown, sql)
        names.setdefault(f"{schema}.{table}", sql)
        hidden = "it may not be read by this user" if not allowed else "it is a view" if is_view else ""
        there.append(TableThere(shown, hidden))
    if there and all(t.hidden for t in there):
        there = [replace(t, hidden="") if t.hidden == "it is a view" else t for t in there]
    return names, there


def columns(connection: Connection, relation: str) -> list[Column]:
    found = connection.exec_driver_sql(f"SELECT * FROM {relation} LIMIT 0")
    described = [(str(c[0]), cast("int", c[1])) for c in found.cursor.description or ()]
    found.close()
    oids = ",".join(str(oid) for oid in {oid for _, oid in described})
    kinds = {oid: said for oid, *said in connection.exec_driver_sql(f"{KINDS} WHERE oid = ANY('{{{oids}}}')")}
    return [_column(name, *kinds[oid]) for name, oid in described]


def write(connection: Connection, relation: str, columns: Sequence[Column], keys: Sequence[Column], to: Writing) -> None:
    """All rows in a total order: by key as the database orders it, which an index may give for nothing, then by all texts.

    The server writes the lines itself. It sends each row as a message of its own, so that memory is bounded by the longest row.
    """
    import psycopg

    if unique := _unique_key(connection, relation, columns, keys):
        order = [f"src.{identifier(key.name)}" for key in unique]
    else:
        order = [f"src.{identifier(key.name)}" for key in keys if key.orders] + [f'{column.text} COLLATE "C"' for column in columns]
    texts = "".join(f", {column.text} AS c{n}" for n, column in enumerate(columns))
    quoted = ", ".join(f"c{n}" for n in range(len(columns)))
    copy = f"COPY (SELECT NULL AS use{texts} FROM {relation} ORDER BY {', '.join(order)}) TO STDOUT (FORMAT csv, FORCE_QUOTE ({quoted}))"
    driver = connection.connection.driver_connection
    assert driver is not None
    try:
        with driver.cursor() as cursor:
            with cursor.copy(copy) as lines:
                for number, line in enumerate(lines, start=1):
                    require_short(to.name, number, len(line))
                    to.file.write(line)
            to.rows = cursor.rowcount
    except psycopg.Error as error:
        raise DBAPIError(None, None, error) from None


def _unique_key(connection: Connection, relation: str, columns: Sequence[Column], keys: Sequence[Column]) -> Sequence[Column]:
    """The key where the database itself sees to it that no two rows share it; without a key such a one of the table's own.

    Empty where there is none; of a query nothing is known.
    """
    table = relation.removesuffix(" AS src")
    if table.startswith("("):
        return ()
    known = {column.name: column for column in columns if column.orders}
    unique = [names for (names,) in connection.exec_driver_sql(UNIQUE.format(table=literal_text(table))) if set(names) <= set(known)]
    if keys:
        orderly = [key for key in keys if key.orders]
        return orderly if any(set(names) <= {key.name for key in orderly} for names in unique) else ()
    return [known[name] for name in unique[0]] if unique else ()


def reason(error: DBAPIError) -> str | None:
    """What a refusal means where its code says so."""
    match getattr(error.orig, "sqlstate", None):
        case "25006":
            return "the query writes"
        case "42501":
            return "this user may not read it"
        case "57014" | "57P01":
            return "the database ended the query"
        case None if "connection" in str(error.orig).lower():
            return "the connection broke"
        case _:
            return None


def _column(column: str, type: str, category: str, kind: str) -> Column:
    sql = f"src.{identifier(column)}"
    if category == "A" or kind == "c":
        return Column(column, f"to_json({sql})::text", orders=False)
    if type == "money":
        return Column(column, f"{sql}::numeric::text")
    return Column(column, f"{sql}::text", orders=type not in ("json", "xml") and category != "G")


def _timeout(outside: Outside) -> dict[str, int]:
    return {} if "connect_timeout" in outside.url.query else {"connect_timeout": CONNECT_S}


def _no_way_in(outside: Outside, said: str) -> SourceError:
    got, next_step = next(
        ((why, step) for looks, why, step in REASONS if looks.search(said)),
        (outside.scrubbed(said.rpartition("FATAL:")[2] or said), "Mend the address."),
    )
    return SourceError(
        f"the database of {outside.variable} cannot be reached", got=got, next_step=next_step.replace("the address", outside.variable)
    )
