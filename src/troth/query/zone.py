"""Local time and UTC in SQL: a balanced CASE over the zone's transitions, so that no engine's own zone tables count."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from troth.engines.calendars import Transitions
from troth.kernel.instant import from_us

MICROSECONDS = 1_000_000


def literal_instant(us: int) -> exp.Expression:
    return exp.cast(exp.Literal.string(from_us(us).isoformat(sep=" ")), "TIMESTAMP")


def to_utc(local: exp.Expression, zone: Transitions) -> exp.Expression:
    """UTC of a naive local timestamp; a repeated local time is its first occurrence, a missing one keeps the offset before the gap."""
    return _shifted(local, zone.local_cuts(), sign=-1)


def to_local(instant: exp.Expression, zone: Transitions) -> exp.Expression:
    return _shifted(instant, zone.utc_cuts(), sign=1)


def _shifted(value: exp.Expression, cuts: Sequence[tuple[int, int]], *, sign: int) -> exp.Expression:
    return exp.Add(this=value.copy(), expression=interval(_offset(value, list(cuts)), sign))


def _offset(value: exp.Expression, cuts: list[tuple[int, int]]) -> exp.Expression:
    if len({offset for _, offset in cuts}) == 1:
        return exp.Literal.number(cuts[0][1])
    middle = len(cuts) // 2
    return (
        exp.Case()
        .when(exp.LT(this=value.copy(), expression=literal_instant(cuts[middle][0])), _offset(value, cuts[:middle]))
        .else_(_offset(value, cuts[middle:]))
    )


def interval(us: exp.Expression, sign: int = 1) -> exp.Expression:
    if isinstance(us, exp.Literal):
        return exp.Anonymous(this="to_microseconds", expressions=[_signed_literal(int(us.this) * sign)])
    amount = us if sign == 1 else exp.Mul(this=_signed_literal(-1), expression=exp.paren(us))
    return exp.Anonymous(this="to_microseconds", expressions=[amount])


def _signed_literal(number: int) -> exp.Expression:
    return exp.Literal.number(number) if number >= 0 else exp.Neg(this=exp.Literal.number(-number))
