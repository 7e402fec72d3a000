"""From the SQL of DuckDB to that of another engine: SQLGlot's own translation, and before it what that does not know or gets wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from troth.kernel.errors import BadValue, nearest
from troth.query.dialects import clickhouse, postgres, spark

Rewritten = Callable[[exp.Expression], exp.Expression | None]


@dataclass(frozen=True, slots=True)
class Dialect:
    """An engine that our SQL can be written for. name: as SQLGlot calls it.

    rewritten: what stands for a node there, None where it may stay. held: whether tests hold its figures to those of DuckDB.
    """

    name: str
    rewritten: Rewritten
    held: bool


DIALECTS: Mapping[str, Dialect] = {
    one.name: one
    for one in (
        Dialect("postgres", postgres.rewritten, held=True),
        Dialect("spark", spark.rewritten, held=False),
        Dialect("clickhouse", clickhouse.rewritten, held=False),
    )
}


def translated(sql: str, dialect: str) -> str:
    """One statement of DuckDB's SQL as another engine says it. Raises BadValue for an engine that we do not know, and for no SQL.

    >>> translated("SELECT epoch_us(a) FROM t", "postgres")
    'SELECT CAST(EXTRACT(EPOCH FROM a) * 1000000 AS BIGINT) FROM t'
    """
    if dialect not in DIALECTS:
        raise BadValue("no SQL for this engine", got=f"'{dialect}'", allowed=nearest(dialect, DIALECTS))
    tree = _changed(parsed(sql, "duckdb"), _inlined)
    return _changed(tree, DIALECTS[dialect].rewritten).sql(dialect)


def _changed(tree: exp.Expression, rewritten: Rewritten) -> exp.Expression:
    """A tree with what stands for its nodes, the inner ones first."""
    for node in reversed(list(tree.walk())):
        assert isinstance(node, exp.Expression)
        instead = rewritten(node)
        if instead is not None:
            tree = instead if node is tree else tree
            node.replace(instead)
    return tree


def _inlined(node: exp.Expression) -> exp.Expression | None:
    """list_extract(list_transform([x], lambda moment: f(moment)), 1), by which a value gets a name, is f(x)."""
    if not (isinstance(node, exp.Anonymous) and str(node.this).lower() == "list_extract"):
        return None
    transform = next((one for one in node.iter_expressions() if isinstance(one, exp.Transform)), None)
    if transform is None:
        return None
    (value,), function = transform.this.expressions, transform.expression
    name = function.expressions[0].name
    return exp.paren(
        function.this.transform(lambda one: exp.paren(value) if isinstance(one, exp.Identifier | exp.Column) and one.name == name else one)
    )


def parsed(sql: str, dialect: str) -> exp.Expression:
    """SQL as an engine's own grammar reads it. Raises BadValue for what it does not."""
    try:
        tree = sqlglot.parse_one(sql, read=dialect)
    except SqlglotError as error:
        raise BadValue("this is no SQL", got=str(error)) from error
    assert isinstance(tree, exp.Expression)
    return tree
