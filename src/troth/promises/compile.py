"""A shape of a promise to one query over the record: instants, due, what voids it, what cannot be told."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from troth.promises.keeping import amount_lines, arrivals, brought, check_keeping, each_sql, held_back
from troth.promises.naming import (
    BUDGET,
    CLAIM,
    DUE,
    EARLY,
    REACH,
    SHARE,
    VOID,
    WHERE,
    WITHIN,
    Record,
    cells_in,
    column,
    instant_column,
    joins,
    owners_in,
    quarantined,
    scope_of,
)
from troth.promises.places import Places
from troth.promises.shape import Shape, StageShape
from troth.query import CalendarJoins, Place, Scope, Typed, moved
from troth.query.tree import Node

STAGE = ("from", "to", "budget_us")


@dataclass(frozen=True, slots=True)
class Query:
    """select: subject, stratum, the instants, why it cannot be told, the stages; for rows of `assigned`, if one is named.

    absolute: stages whose budget is an instant. budgeted: stages that have one. calendar: SQL of a row's calendar; amounts: the table of
    its variant's amounts, as p, if there is one. each: SQL of what one object brings, where amounts keep the promise.
    """

    select: str
    stages: tuple[str, ...]
    absolute: tuple[bool, ...]
    budgeted: tuple[bool, ...]
    calendar: str | None = None
    amounts: str | None = None
    each: str | None = None


@dataclass(frozen=True, slots=True)
class From:
    """Tables of subjects, and of their instants with the variants that bind them."""

    objects: str
    instants: str


@dataclass(frozen=True, slots=True)
class Assigned:
    """Table of instants with variant and undecided; and that of the amounts of its variants, a column p<slot> each."""

    table: str
    parameters: str


def compile_shape(
    shape: Shape, places: Places, assigned: Assigned | None = None, calendar: str | None = None, source: From | None = None
) -> Query:
    """The query of one shape. What is wrong is told to `places`, and then the query is not to be run.

    calendar: SQL of the place of a row's calendar in the tables of business time. source: where subjects are read; without it
    where they all are.
    """
    record, subject = places.record, places.definition.value.subject
    clock = CalendarJoins(calendar) if calendar is not None else None
    source = source or From(f"object_{subject}", assigned.table if assigned else f"instants_{subject}")
    scope = _scope(subject, record, clock)
    places.event(shape.anchor, "anchor")
    check_keeping(shape.keeping, places)
    made = f"i.{column(shape.anchor)}"
    fulfilled, arrived = _fulfilled(shape, subject)
    due = _due(shape, scope, places)
    void = _condition(shape.void, scope.at(VOID), places, "void_when")
    claim = _condition(shape.claim, scope.at(CLAIM), places, "fulfil", "claimed_by")
    where = _condition(shape.keeping.where, scope.at(WHERE), places, "fulfil", "where") if shape.keeping.where is not None else "TRUE"
    stages = [_stage(stage, shape, scope, places) for stage in shape.stages]
    asked = amount_lines(shape.keeping.amount, due, scope, places) if shape.keeping.amount is not None else ()
    own = {(subject, shape.keeping.event)} if shape.keeping.event is not None and shape.keeping.parts is None else set()
    needed = own.union(*(cells_in(tree, subject, record) for tree in _needed(shape)))
    claims = cells_in(shape.claim, subject, record) - needed if shape.claim is not None else set()
    needed_names, needed_joins = quarantined(subject, needed, "q")
    claim_names, claim_joins = quarantined(subject, claims, "c")
    reached = owners_in(shape.trees(), subject, record)
    each = each_sql(shape.keeping, places) if shape.keeping.amount is not None and not places.problems else None
    if places.problems:
        return Query("", (), (), ())
    untold = "" if shape.due is None else " WHEN due IS NULL THEN 'due cannot be computed'"
    select = f"""
        WITH judged AS (
            SELECT o.code AS subject, o.stratum, {made} AS made, {due.sql("duckdb")} AS due, {fulfilled} AS fulfilled,
                   coalesce({void}, FALSE) AS is_void, coalesce({claim}, FALSE) AS is_claimed, {where} AS as_promised,
                   {needed_names if shape.keeping.parts is None else f"nullif(concat_ws(', ', {needed_names}, wq.names), '')"} AS needed,
                   {claim_names} AS claims,
                   {"i.variant, i.undecided" if assigned else "0 AS variant, CAST(NULL AS VARCHAR) AS undecided"}
                   {"".join(f", {line}" for stage in stages for line in stage.lines)}
                   {"".join(f", {line}" for line in asked)}
            FROM {source.objects} o JOIN {source.instants} i ON i.object = o.code
            {f"JOIN {assigned.parameters} p ON p.variant = i.variant" if assigned else ""}
            {joins(subject, reached)} {needed_joins} {claim_joins} {arrived} {" ".join(clock.joins) if clock else ""}
            WHERE {made} IS NOT NULL
        )
        SELECT CAST(year(made) * 100 + month(made) AS INTEGER) AS month, subject, stratum, made, due, fulfilled,
               CASE WHEN is_void THEN made END AS voided, CAST(NULL AS TIMESTAMP) AS waived,
               CAST(CASE WHEN is_void THEN 'undated' END AS ENUM ('undated')) AS void_flag,
               CASE WHEN NOT as_promised THEN fulfilled END AS breached,
               CASE WHEN undecided IS NOT NULL THEN 'quarantined: ' || undecided
                    WHEN needed IS NOT NULL THEN 'quarantined: ' || needed
                    {untold}
                    WHEN is_claimed AND fulfilled IS NULL THEN 'claimed, but no instant on record'
                    WHEN claims IS NOT NULL AND fulfilled IS NULL THEN 'quarantined: ' || claims
                    WHEN as_promised IS NULL AND fulfilled <= due THEN 'cannot tell whether what came was as promised'
               END AS unknown_reason, variant{"".join(f", {name}" for stage in shape.stages for name in stage_columns(stage.key))}
               {", wanted, opens, least, most" if asked else ""}
        FROM judged"""
    return Query(
        select,
        tuple(stage.key for stage in shape.stages),
        tuple(stage.absolute for stage in stages),
        tuple(stage.budget is not None for stage in shape.stages),
        calendar,
        assigned.parameters if assigned else None,
        each,
    )


def _fulfilled(shape: Shape, subject: str) -> tuple[str, str]:
    """SQL of the instant of fulfilment, as far as it needs no due, and the joins that it takes."""
    keeping = shape.keeping
    if keeping.parts is None:
        known = keeping.at_once and keeping.event is not None
        return (f"i.{column(str(keeping.event))}" if known else "CAST(NULL AS TIMESTAMP)"), ""
    arrived = f"LEFT JOIN ({held_back(subject, keeping, brought(keeping))}) wq ON wq.subject = o.code"
    if not keeping.at_once:
        return "CAST(NULL AS TIMESTAMP)", arrived
    return "w.fulfilled", f"{arrived} LEFT JOIN ({arrivals(subject, keeping)}) w ON w.subject = o.code"


def _needed(shape: Shape) -> tuple[Node, ...]:
    """What a promise cannot be told without."""
    amount = shape.keeping.amount
    trees = (shape.due, shape.void, shape.keeping.where, *((amount.reach, amount.early, amount.short, amount.over) if amount else ()))
    return tuple(tree for tree in trees if tree is not None)


def check_shape(shape: Shape, places: Places) -> None:
    """Tell `places` what is wrong with a shape, without making its query."""
    promise = places.definition.value
    scope = _scope(promise.subject, places.record, CalendarJoins("0") if promise.calendar else None)
    places.event(shape.anchor, "anchor")
    check_keeping(shape.keeping, places)
    expressions: list[tuple[Node | None, Place, tuple[str, ...]]] = [
        (shape.due, WITHIN if shape.within else DUE, ("within" if shape.within else "due",)),
        (shape.void, VOID, ("void_when",)),
        (shape.claim, CLAIM, ("fulfil", "claimed_by")),
        (shape.keeping.where, WHERE, ("fulfil", "where")),
        *_asked(shape),
        *((stage.budget, BUDGET, ("stages", stage.key, "budget")) for stage in shape.stages),
    ]
    for tree, place, path in expressions:
        if tree is not None:
            places.expression(tree, scope.at(place), *path)
    for stage in shape.stages:
        places.event(stage.begins, "stages", stage.key, "from")
        places.event(stage.ends, "stages", stage.key, "to")


def _asked(shape: Shape) -> list[tuple[Node | None, Place, tuple[str, ...]]]:
    """The expressions of an amount, with their places."""
    amount = shape.keeping.amount
    if amount is None:
        return []
    named = (("reach", amount.reach, REACH), ("early", amount.early, EARLY), ("short", amount.short, SHARE), ("over", amount.over, SHARE))
    return [(tree, place, ("fulfil", "amount", name)) for name, tree, place in named]


def stage_columns(key: str) -> tuple[str, ...]:
    return tuple(f'"{key}_{part}"' for part in STAGE)


def _due(shape: Shape, scope: Scope, places: Places) -> exp.Expression:
    if shape.due is None:
        return exp.cast(exp.null(), "TIMESTAMP")
    if not shape.within:
        return places.expression(shape.due, scope.at(DUE), "due").node
    typed = places.expression(shape.due, scope.at(WITHIN), "within")
    anchor = Typed(instant_column(shape.anchor), "instant")
    return anchor.node if places.problems else moved(anchor, typed, "+", scope).node


def _scope(subject: str, record: Record, clock: CalendarJoins | None) -> Scope:
    scope = scope_of(subject, record)
    return Scope(scope.names, scope.attributes, scope.zone, scope.place, clock, lambda slot: exp.column(f"p{slot}", table="p"))


def _condition(tree: Node | None, scope: Scope, places: Places, *path: str) -> str:
    return "FALSE" if tree is None else places.expression(tree, scope, *path).node.sql("duckdb")


@dataclass(frozen=True, slots=True)
class _StageSql:
    lines: tuple[str, ...]
    absolute: bool


def _stage(stage: StageShape, shape: Shape, scope: Scope, places: Places) -> _StageSql:
    places.event(stage.begins, "stages", stage.key, "from")
    places.event(stage.ends, "stages", stage.key, "to")
    budget, absolute = _budget(stage, shape, scope, places)
    begins, ends = f"i.{column(stage.begins)}", f"i.{column(stage.ends)}"
    named = zip((begins, ends, budget), stage_columns(stage.key), strict=True)
    return _StageSql(tuple(f"{sql} AS {name}" for sql, name in named), absolute)


def _budget(stage: StageShape, shape: Shape, scope: Scope, places: Places) -> tuple[str, bool]:
    """SQL of a stage's budget in microseconds, and whether the book gives it as an instant.

    A stage that has not begun still has its duration, counted from the anchor; an instant gives it none before it begins.
    """
    if stage.budget is None:
        return "CAST(NULL AS BIGINT)", False
    begins = instant_column(stage.begins)
    typed = places.expression(stage.budget, scope.at(BUDGET), "stages", stage.key, "budget")
    if typed.kind == "instant":
        return f"(epoch_us({typed.node.sql('duckdb')}) - epoch_us({begins.sql('duckdb')}))", True
    start = exp.Coalesce(this=begins, expressions=[instant_column(shape.anchor)])
    end = moved(Typed(start, "instant"), typed, "+", scope)
    return f"(epoch_us({end.node.sql('duckdb')}) - epoch_us({start.sql('duckdb')}))", False
