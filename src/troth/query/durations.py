"""Durations: what their literals count, how they move an instant, and which of them can be compared and added."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from troth.kernel.errors import ExpressionError
from troth.kernel.instant import DAY_US
from troth.query.nodes import call, cast, paren
from troth.query.printing import show
from troth.query.scope import BESIDE, Scope, Typed, Unit
from troth.query.tree import Duration, Node
from troth.query.zone import civil_interval, interval, to_local, to_utc

HOUR_US = 3_600_000_000
COUNTS: dict[str, tuple[Unit, int]] = {
    "s": ("us", 1_000_000), "min": ("us", 60_000_000), "h": ("us", HOUR_US), "d": ("days", 1), "w": ("days", 7),
    "mo": ("months", 1), "y": ("months", 12), "wh": ("wh", HOUR_US), "wd": ("wd", 1),
}  # fmt: skip
LONGEST: dict[Unit, int] = {"us": 365_000 * DAY_US, "days": 365_000, "months": 12_000, "wh": 365_000 * DAY_US, "wd": 365_000}
WORDS: dict[Unit, str] = {"us": "hours", "days": "days", "months": "months", "wh": "working hours", "wd": "working days"}
ONE = {"d": "a day", "w": "a week", "mo": "a month", "y": "a year", "wd": "a working day"}
ADDS: dict[str, Callable[..., exp.Expression]] = {"+": exp.Add, "-": exp.Sub}


def counted(node: Duration) -> tuple[Unit, int]:
    """What a literal counts and how many: hours by the clock in microseconds, weeks in days, years in months.

    Refuses more than 1,000 years, parts of a day, week, month or year, and what is finer than a microsecond.
    """
    unit, size = COUNTS[node.unit]
    count, text = node.amount * size, show(node)
    if count > LONGEST[unit]:
        raise ExpressionError("a duration is too long", column=node.column, got=text, allowed="1,000 years")
    if count != count.to_integral_value() and unit in ("us", "wh"):
        raise ExpressionError("a duration is finer than a microsecond", column=node.column, got=text)
    if node.amount != node.amount.to_integral_value() and unit not in ("us", "wh"):
        raise ExpressionError("days, weeks, months and years are whole", column=node.column, got=text)
    return unit, int(count)


def duration(unit: Unit, count: exp.Expression) -> Typed:
    return Typed(count, "working" if unit in ("wh", "wd") else "duration", unit=unit)


def moved(start: Typed, by: Typed, operator: str, scope: Scope) -> Typed:
    """An instant so much later ("+") or earlier ("-"): days and months by the wall clock, working time by the scope's
    calendar, the rest exactly.
    """
    if by.kind == "working":
        assert scope.calendar is not None, "refuse_without_calendar comes first"
        return Typed(scope.calendar.moved(start.node, by, operator), "instant")
    if by.unit == "us":
        return Typed(paren(ADDS[operator](this=start.node, expression=as_interval(by))), "instant")
    local = ADDS[operator](this=to_local(start.node, scope.zone), expression=as_interval(by))
    return Typed(paren(to_utc(paren(local), scope.zone)), "instant")


def refuse_without_calendar(node: Node, typed: Typed, scope: Scope) -> None:
    if typed.kind == "working" and scope.calendar is None:
        raise ExpressionError(
            "working time needs a calendar",
            column=node.column, got=show(node), allowed=f"{BESIDE}; or s, min, h, d, w, mo, y",
        )  # fmt: skip


def as_interval(by: Typed) -> exp.Expression:
    """The interval that a duration by the clock counts."""
    if by.unit == "us":
        return interval(by.node)
    if isinstance(by.node, exp.Literal):
        return civil_interval(int(by.node.this), "DAY" if by.unit == "days" else "MONTH")
    return call(f"to_{by.unit}", by.node)


def between(later: Typed, earlier: Typed) -> Typed:
    """The exact time from one instant to another."""
    ends = [call("epoch_us", instant.node) for instant in (later, earlier)]
    return duration("us", paren(exp.Sub(this=ends[0], expression=ends[1])))


def added(left: Typed, right: Typed, operator: str, column: int) -> Typed:
    """The sum or difference of two durations that count the same."""
    if left.unit != right.unit or left.unit is None:
        units = [WORDS[typed.unit] for typed in (left, right) if typed.unit]
        raise ExpressionError(
            "durations of two kinds do not add up",
            column=column, got=" and ".join(units), allowed="one after the other, as in x + 1mo + 3d + 2h",
        )  # fmt: skip
    sides = [cast(typed.node, "BIGINT") if left.unit in ("us", "wh") else paren(typed.node) for typed in (left, right)]
    return duration(left.unit, paren(ADDS[operator](this=sides[0], expression=sides[1])))


def refuse_without_length(node: Node, typed: Typed) -> None:
    """What the wall clock or a calendar measures is longer on one day than on another, so it compares with nothing."""
    if typed.unit in (None, "us", "wh"):
        return
    hours = "8wh" if typed.unit == "wd" else "72h" if typed.unit == "days" else "720h"
    allowed = f"hours, such as {hours}"
    if isinstance(node, Duration) and typed.unit == "days":
        allowed = f"{counted(node)[1] * 24}h"
    one = ONE[node.unit] if isinstance(node, Duration) else {"days": "a day", "months": "a month"}.get(str(typed.unit), "a working day")
    raise ExpressionError(f"{one} has no fixed length", column=node.column, got=show(node), allowed=allowed)
