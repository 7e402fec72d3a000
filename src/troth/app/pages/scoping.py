"""A reading cut to what somebody may see: what is in scope is found once, and every table is seen through it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from troth.access import Scope, fenced
from troth.access.fence import IN_SCOPE
from troth.app.answers.metrics import dimensions_of, metric_ground
from troth.app.reading import Reading
from troth.app.workspace import Workspace
from troth.kernel.errors import BadValue, nearest
from troth.metrics.compiling import sliced_by
from troth.metrics.rows import Least, objects
from troth.query import identifier, literal_text
from troth.record import Engine

WHOLE = "whole"
OBJECT = "object_"

# What the lake has beside its tables: the outcomes of all promises in one.
OUTCOME, ABOUT = "outcome", ("subject_type", "subject")


def scoped(workspace: Workspace, whole: Reading, scope: Scope) -> Reading:
    """The reading of a scope, on an engine of its own whose tables hold what is in scope and nothing else.

    In scope is an object of which every named dimension says so, and of a type of which not all can be told, one that is linked with
    such an object and that no dimension speaks against. Raises BadValue for a dimension that the company does not have.
    """
    if scope.whole:
        return whole
    tables = whole.context.tables
    engine = workspace.engine()
    workspace.lake.attach(engine, whole.snapshot, WHOLE)
    _fill(engine, whole, scope)
    for statement in fenced({**tables, OUTCOME: ABOUT}, WHOLE):
        engine.run(statement)
    # What is kept beside the lake is of the whole operation.
    return replace(whole, context=replace(whole.context, engine=engine), rollups=None, findings=None, cut=True)


def _fill(engine: Engine, whole: Reading, scope: Scope) -> None:
    """in_scope: object_type, code and id of everything that may be seen."""
    dimensions = dimensions_of(whole)
    for dimension in scope.values:
        if dimension not in dimensions:
            raise BadValue("no dimension of the company", got=f"'{dimension}'", allowed=nearest(dimension, dimensions))
    engine.run(f"CREATE TABLE {IN_SCOPE} (object_type VARCHAR, code INTEGER, id VARCHAR)")
    types = sorted(name.removeprefix(OBJECT) for name in whole.context.tables if name.startswith(OBJECT))
    told = [type for type in types if all(type in dimensions[one] for one in scope.values)]
    for type in told:
        _load(engine, type, whole, scope, dimensions)
        engine.run(f"INSERT INTO {IN_SCOPE} {_named(type)}")
    for type in types:
        if type not in told:
            _load(engine, type, whole, scope, dimensions)
    links = " UNION ".join(
        f"SELECT r.{there}_type AS object_type, r.{there}_code AS code FROM {WHOLE}.relation r"
        f" JOIN {IN_SCOPE} s ON s.object_type = r.{here}_type AND s.code = r.{here}_code"
        for here, there in (("from", "to"), ("to", "from"))
    )
    if "relation" not in whole.context.tables:
        return
    engine.run(f"CREATE TABLE linked AS {links}")
    for type in types:
        if type not in told:
            engine.run(
                f"INSERT INTO {IN_SCOPE} SELECT n.* FROM ({_named(type)}) n"
                f" JOIN linked l ON l.object_type = {literal_text(type)} AND l.code = n.code"
            )


def _named(type: str) -> str:
    """SQL of what was found of a type, with its ids."""
    return (
        f"SELECT {literal_text(type)} AS object_type, o.code, o.id FROM {WHOLE}.{identifier(OBJECT + type)} o"
        f" WHERE o.code IN (SELECT code FROM {identifier(f'found_{type}')})"
    )


def _load(engine: Engine, type: str, whole: Reading, scope: Scope, dimensions: Mapping[str, Mapping[str, str]]) -> None:
    """found_<type>: the codes of the objects that none of the dimensions which their type has speaks against."""
    rows, ground = objects(type), metric_ground(whole)
    conditions = []
    for dimension, values in scope.values.items():
        if type in dimensions[dimension]:
            rows, sql = sliced_by(rows, dimension, ground, dimensions)
            conditions.append(f"{sql} IN ({', '.join(literal_text(value) for value in sorted(values))})")
    relations = ",\n".join(f"{identifier(name)} AS ({one.sql if isinstance(one, Least) else one})" for name, one in rows.relations.items())
    query = f"SELECT o.code FROM {' '.join((rows.base, *rows.joins))} WHERE {' AND '.join(conditions) or 'TRUE'}"
    codes = whole.context.engine.columns(f"WITH {relations} {query}" if relations else query)["code"]
    engine.load(f"found_{type}", {"code": np.asarray(codes, dtype=np.int32)})
