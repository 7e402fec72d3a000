"""From the SQL of DuckDB to that of another engine: SQLGlot's own translation, and before it what that does not know or gets wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from troth.kernel.errors import BadValue, nearest
from troth.query.dialects import clickhouse, postgres, spark

Rewritten = Callable[[exp.Expression], exp.Expression | None]


@dataclass(frozen=True, slots=True)
class Dialect:
    """An engine that our SQL can be written for. name: as SQLGlot calls it.

    rewritten: what stands for a node there, None where it may stay. settings: what a session must be told, or its figures are others.
    """

    name: str
    rewritten: Rewritten
    settings: Mapping[str, str] = field(default_factory=dict)


DIALECTS: Mapping[str, Dialect] = {
    one.name: one
    for one in (
        Dialect("postgres", postgres.rewritten),
        Dialect("spark", spark.rewritten, spark.SETTINGS),
        Dialect("clickhouse", clickhouse.rewritten, clickhouse.SETTINGS),
    )
}


def translated(sql: str, dialect: str) -> str:
    """One statement of DuckDB's SQL as another engine says it. Raises BadValue for an engine that we do not know, and for no SQL.

    >>> translated("SELECT epoch_us(a) FROM t", "postgres")
    'SELECT CAST(EXTRACT(EPOCH FROM a) * 1000000 AS BIGINT) FROM t'
    """
    if dialect not in DIALECTS:
        raise BadValue("no SQL for this engine", got=f"'{dialect}'", allowed=nearest(dialect, DIALECTS))
    return _changed(parsed(sql, "duckdb"), DIALECTS[dialect].rewritten).sql(dialect)


def _changed(tree: exp.Expression, rewritten: Rewritten) -> exp.Expression:
    """A tree with what stands for its nodes, the inner ones first."""
    for node in reversed(list(tree.walk())):
        assert isinstance(node, exp.Expression)
        instead = rewritten(node)
        if instead is not None:
            tree = instead if node is tree else tree
            node.replace(instead)
    return tree


def parsed(sql: str, dialect: str) -> exp.Expression:
    """SQL as an engine's own grammar reads it. Raises BadValue for what it does not."""
    try:
        tree = sqlglot.parse_one(sql, read=dialect)
    except SqlglotError as error:
        raise BadValue("this is no SQL", got=str(error)) from error
    assert isinstance(tree, exp.Expression)
    return tree
