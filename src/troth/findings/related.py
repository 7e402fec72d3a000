"""Which objects belong to a subject: those it refers to, those that refer to it, and one step further."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from troth.findings.context import Context
from troth.promises import Promise
from troth.query import literal_text

CUSTOMER = "customer"


@dataclass(frozen=True, slots=True, order=True)
class Hop:
    """One relation. forward: from the near type to the far one; else the far one refers to the near one.

    shared: the two types have relations of other qualifiers, too.
    """

    near: str
    far: str
    forward: bool
    qualifier: str
    shared: bool


Route = tuple[Hop, ...]


def routes(context: Context, subject: str) -> list[Route]:
    """Every way from a subject to another type, shortest first.

    The first step goes either way, the second only to what the middle object refers to: what else refers to it need not
    belong to this subject.
    """
    if not context.has("relation"):
        return []
    known = [
        (str(from_type), str(to_type), str(qualifier))
        for from_type, to_type, qualifier in context.engine.rows(
            "SELECT DISTINCT from_type, to_type, coalesce(qualifier, to_type) FROM relation ORDER BY ALL"
        )
    ]
    ways = Counter((f, t) for f, t, _ in known)
    out = [Hop(f, t, True, q, ways[f, t] > 1) for f, t, q in known if f == subject and t != subject]
    back = [Hop(t, f, False, q, ways[f, t] > 1) for f, t, q in known if t == subject and f != subject]
    first = sorted(out + back)
    onward = [Hop(f, t, True, q, ways[f, t] > 1) for f, t, q in known if t not in (subject, f)]
    second = [(hop, further) for hop in first for further in onward if further.near == hop.far]
    return [*((hop,) for hop in first), *second]


def shortest(found: list[Route]) -> list[Route]:
    least = min((len(route) for route in found), default=0)
    return [route for route in found if len(route) == least]


def to_customer(context: Context, promise: Promise) -> list[Route]:
    """The shortest ways to what is called customer or is a customer's in some system, else to whom the promise says it is owed."""
    found = routes(context, promise.subject)
    owed = promise.promisee.rpartition(".")[2] if promise.promisee else CUSTOMER
    for called in (context.types_of_party(CUSTOMER) | {CUSTOMER}, {owed}):
        ways = [route for route in found if called & {route[-1].far, route[-1].qualifier}]
        if ways:
            return shortest(ways)
    return []


def by_type(found: list[Route]) -> dict[str, list[Route]]:
    """Type -> the shortest ways to it; near types first."""
    types = dict.fromkeys(route[-1].far for route in found)
    return {type: shortest([route for route in found if route[-1].far == type]) for type in types}


def pairs_sql(found: list[Route], indent: str = "    ") -> str:
    """SQL of (subject, code): each subject with each object that one of the ways leads to, once."""
    return f"\n{indent}UNION\n".join(indent + _route_sql(route, indent) for route in found)


def owned_sql(context: Context, found: list[Route], indent: str = "    ") -> str:
    """SQL of (subject, code): the same with whose each object is, where several may be one party's; else as `pairs_sql`."""
    if not any(context.has_parties(route[-1].far) for route in found):
        return pairs_sql(found, indent)
    return f"\n{indent}UNION\n".join(indent + _owned(context, route, indent) for route in found)


def _owned(context: Context, route: Route, indent: str) -> str:
    far = route[-1].far
    whose = "x.party" if context.has_parties(far) else f"{literal_text(far + ':')} || x.id"
    inside = indent + "  "
    return (
        f"SELECT p.subject, {whose} AS code FROM (\n{inside}{_route_sql(route, inside)}\n{indent}) p JOIN object_{far} x ON x.code = p.code"
    )


def _route_sql(route: Route, indent: str) -> str:
    first = route[0]
    near, far = ("from", "to") if first.forward else ("to", "from")
    if len(route) == 1:
        select, join = f"SELECT a.{near}_code AS subject, a.{far}_code AS code FROM relation a", ""
    else:
        select = f"SELECT a.{near}_code AS subject, b.to_code AS code FROM relation a"
        join = f"\n{indent}JOIN relation b ON b.from_code = a.{far}_code AND {_is('b', route[1])}"
    return f"{select}{join}\n{indent}WHERE {_is('a', first)}"


def _is(alias: str, hop: Hop) -> str:
    from_type, to_type = (hop.near, hop.far) if hop.forward else (hop.far, hop.near)
    types = f"{alias}.from_type = {literal_text(from_type)} AND {alias}.to_type = {literal_text(to_type)}"
    return types + (f" AND coalesce({alias}.qualifier, {alias}.to_type) = {literal_text(hop.qualifier)}" if hop.shared else "")
