"""A node as SQL of DuckDB."""

from __future__ import annotations

from threading import local

from sqlglot import Generator, exp
from sqlglot.dialects.duckdb import DuckDB

_kept = local()


def written(node: exp.Expression) -> str:
    """As node.sql("duckdb") says it, in less than half the time: with one generator for a thread, and of the node itself, no copy."""
    generator: Generator | None = getattr(_kept, "generator", None)
    if generator is None:
        generator = _kept.generator = DuckDB().generator()
    return generator.generate(node, copy=False)
