"""Local time and UTC in SQL: a balanced CASE over the zone's transitions, so that no engine's own zone tables count."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from sqlglot import exp

from troth.engines.calendars import Transitions
from troth.kernel.instant import from_us
from troth.query.nodes import call, cast, paren


def literal_instant(us: int) -> exp.Expression:
    return cast(exp.Literal.string(from_us(us).isoformat(sep=" ")), "TIMESTAMP")


def to_utc(local: exp.Expression, zone: Transitions) -> exp.Expression:
    """UTC of a naive local timestamp; a repeated local time is its first occurrence, a missing one keeps the offset before the gap."""
    return _shifted(local, zone.local_cuts(), sign=-1)


def to_local(instant: exp.Expression, zone: Transitions) -> exp.Expression:
    return _shifted(instant, zone.utc_cuts(), sign=1)


def day_begins(midnight: exp.Expression, zone: Transitions) -> exp.Expression:
    """UTC of the first instant after the whole local day that ends at a naive midnight.

    That is another instant than the midnight's own where its last hour comes twice and midnight lies between: such a day ends
    with the second.
    """
    return _shifted(midnight, _day_cuts(zone), sign=-1)


def civil_interval(amount: int, unit: str) -> exp.Expression:
    return exp.Interval(this=exp.Literal.string(str(amount)), unit=exp.var(unit))


def _day_cuts(zone: Transitions) -> list[tuple[int, int]]:
    """As Transitions.local_cuts, but of two midnights the second, unless the first begins the time that comes twice."""
    changes = zip(zone.instants, pairwise(zone.offsets), strict=True)
    cuts = [(instant + (after if after > before else after + 1), after) for instant, (before, after) in changes]
    return [zone.local_cuts()[0], *cuts]


def _shifted(value: exp.Expression, cuts: Sequence[tuple[int, int]], *, sign: int) -> exp.Expression:
    """The value moved by the offset in force. A value that is itself an expression is named first, since the CASE repeats it
    at every cut: four conversions inside each other would otherwise repeat it cuts to the fourth times.
    """
    if isinstance(value, exp.Column) or len({offset for _, offset in cuts}) == 1:
        return exp.Add(this=value, expression=interval(_offset(value, list(cuts)), sign))
    moment = exp.column("moment")
    moved = exp.Add(this=moment.copy(), expression=interval(_offset(moment, list(cuts)), sign))
    body = exp.Lambda(this=moved, expressions=[exp.to_identifier("moment")], colon=True)
    listed = call("list_transform", exp.Array(expressions=[value]), body)
    return call("list_extract", listed, exp.Literal.number(1))


def _offset(value: exp.Expression, cuts: list[tuple[int, int]]) -> exp.Expression:
    if len({offset for _, offset in cuts}) == 1:
        return exp.Literal.number(cuts[0][1])
    middle = len(cuts) // 2
    before = exp.LT(this=value.copy(), expression=literal_instant(cuts[middle][0]))
    return exp.Case(ifs=[exp.If(this=before, true=_offset(value, cuts[:middle]))], default=_offset(value, cuts[middle:]))


def interval(us: exp.Expression, sign: int = 1) -> exp.Expression:
    if isinstance(us, exp.Literal):
        return call("to_microseconds", _signed_literal(int(us.this) * sign))
    amount = us if sign == 1 else exp.Mul(this=_signed_literal(-1), expression=paren(us))
    return call("to_microseconds", amount)


def _signed_literal(number: int) -> exp.Expression:
    return exp.Literal.number(number) if number >= 0 else exp.Neg(this=exp.Literal.number(-number))
