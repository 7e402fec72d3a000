"""The meaning of an expression in plain Python: the second opinion on lowering. None is a missing value.

Instants are naive UTC datetimes, read by a `zoneinfo` clock where days count; numbers are Fractions; a duration is a timedelta,
or days or months that only a clock can measure.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from operator import add, eq, ge, gt, le, lt, mul, ne, sub
from typing import Any
from zoneinfo import ZoneInfo

from troth.query.tree import Binary, Call, Duration, Known, Money, Name, Node, Number, OneOf, Text, Truth, Unary

COMPARE: dict[str, Callable[[Any, Any], bool]] = {"=": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}
JOIN: dict[str, Callable[[Any, Any], Any]] = {"+": add, "-": sub, "*": mul}
EXACT = {"s": timedelta(seconds=1), "min": timedelta(minutes=1), "h": timedelta(hours=1)}
DAYS, MONTHS = {"d": 1, "w": 7}, {"mo": 1, "y": 12}
LAST = timedelta(microseconds=1)
TEN_PLACES = 10**10


@dataclass(frozen=True)
class Civil:
    """Days or months, never both."""

    days: int = 0
    months: int = 0

    def __neg__(self) -> Civil:
        return Civil(-self.days, -self.months)

    def __add__(self, other: Civil) -> Civil:
        assert not (self.days and other.months)
        assert not (self.months and other.days)
        return Civil(self.days + other.days, self.months + other.months)

    def __sub__(self, other: Civil) -> Civil:
        return self + -other


def value(node: Node, row: Mapping[str, Any], clock: ZoneInfo) -> Any:  # noqa: C901, PLR0912  one case a kind of node, as in lowering
    """row: attributes and events by name."""
    match node:
        case Number(value=number, percent=percent):
            return Fraction(number) / (100 if percent else 1)
        case Money(amount=amount):
            return Fraction(amount)
        case Text(value=text) | Truth(value=text):
            return text
        case Duration(amount=amount, unit=unit):
            return length(amount, unit)
        case Name():
            found = row[node.path[-1]]
            return Fraction(found) if isinstance(found, Decimal) else found
        case Call(function="attr", arguments=(argument,)):
            return value(argument, row, clock)
        case Call(arguments=(argument,)):
            return end_of_day(value(argument, row, clock), clock)
        case Known():
            return (value(node.operand, row, clock) is None) == node.negated
        case Unary(operator="not"):
            truth = value(node.operand, row, clock)
            return None if truth is None else not truth
        case Unary():
            number = value(node.operand, row, clock)
            return None if number is None else -number
        case OneOf():
            operand = value(node.operand, row, clock)
            return any_of(joined("=", operand, value(choice, row, clock), clock) for choice in node.choices)
        case Binary(operator="or"):
            return any_of(value(side, row, clock) for side in (node.left, node.right))
        case Binary(operator="and"):
            truths = [value(side, row, clock) for side in (node.left, node.right)]
            return False if False in truths else None if None in truths else True
        case Binary():
            return joined(node.operator, value(node.left, row, clock), value(node.right, row, clock), clock)
    raise AssertionError(node)


def any_of(truths: Any) -> bool | None:
    found = list(truths)
    return True if True in found else None if None in found else False


def length(amount: Decimal, unit: str) -> timedelta | Civil:
    if unit in EXACT:
        return timedelta(microseconds=int(amount * (EXACT[unit] // LAST)))
    return Civil(days=int(amount) * DAYS.get(unit, 0), months=int(amount) * MONTHS.get(unit, 0))


def joined(operator: str, left: Any, right: Any, clock: ZoneInfo) -> Any:
    if left is None or right is None:
        return None
    if operator in COMPARE:
        return COMPARE[operator](left, right)
    if isinstance(right, Civil) and not isinstance(left, Civil):
        return moved(left, right if operator == "+" else -right, clock)
    if operator == "/":
        return ten_places(left / right) if right else None
    found = JOIN[operator](left, right)
    return ten_places(found) if operator == "*" else found


def ten_places(number: Fraction) -> Fraction:
    """Rounded half away from nought."""
    rounded = int(abs(number) * TEN_PLACES + Fraction(1, 2))
    return Fraction(rounded if number >= 0 else -rounded, TEN_PLACES)


def moved(start: Any, by: Civil, clock: ZoneInfo) -> Any:
    if isinstance(start, datetime):
        return utc(along(local(start, clock), by), clock)
    return along(start, by)


def along(day: Any, by: Civil) -> Any:
    """A civil date or time so many days or months on; the 31st becomes the month's last."""
    if by.days:
        return day + timedelta(days=by.days)
    year, month = divmod(day.year * 12 + day.month - 1 + by.months, 12)
    return day.replace(year=year, month=month + 1, day=min(day.day, monthrange(year, month + 1)[1]))


def local(instant: datetime, clock: ZoneInfo) -> datetime:
    return instant.replace(tzinfo=UTC).astimezone(clock).replace(tzinfo=None)


def utc(wall: datetime, clock: ZoneInfo) -> datetime:
    """The first of two instants; where clocks left the time out, by the offset before."""
    return wall.replace(tzinfo=clock, fold=0).astimezone(UTC).replace(tzinfo=None)


def end_of_day(moment: datetime | date | None, clock: ZoneInfo) -> datetime | None:
    """By looking: the last quarter of an hour within three hours of midnight whose local date is not yet the next, then its last minute."""
    if moment is None:
        return None
    day = local(moment, clock).date() if isinstance(moment, datetime) else moment
    midnight = utc(datetime(day.year, day.month, day.day) + timedelta(days=1), clock)
    quarter = next(q for n in range(12, -13, -1) if local(q := midnight + n * timedelta(minutes=15), clock).date() <= day)
    minute = next(m for n in range(15, -1, -1) if local(m := quarter + n * timedelta(minutes=1), clock).date() <= day)
    return minute + timedelta(minutes=1) - LAST
