"""SQL nodes put together without a copy: SQLGlot's own helpers copy what they are given, at every level once more."""

from __future__ import annotations

from functools import cache

from sqlglot import exp


def paren(node: exp.Expression) -> exp.Expression:
    return exp.Paren(this=node)


def cast(node: exp.Expression, type: str) -> exp.Expression:
    return exp.Cast(this=node, to=_type(type).copy())


def call(function: str, *arguments: exp.Expression) -> exp.Expression:
    return exp.Anonymous(this=function, expressions=list(arguments))


@cache
def _type(name: str) -> exp.DataType:
    return exp.DataType.build(name)
