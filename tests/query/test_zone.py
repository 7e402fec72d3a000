"""The clock in SQL against the standard library's and against the array engine's, over gaps, folds and half hours."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from tests.query import interpreter
from troth.engines.calendars import Transitions, local_to_utc, transitions, utc_to_local
from troth.kernel.instant import from_us, to_us
from troth.query import Place, Scope, Typed, compile_expression, parse, to_local, to_utc
from troth.stores.lake.engine import DuckEngine

FIRST, LAST = datetime(2005, 1, 1), datetime(2026, 1, 1)
# Clocks set forward at midnight; the usual; half an hour of summer time; no summer time and 45 minutes; set back across midnight.
ZONES = ["America/Sao_Paulo", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns", "UTC"]


@cache
def zone(name: str) -> Transitions:
    return transitions(name, to_us(datetime(2003, 1, 1)), to_us(datetime(2027, 1, 1)))


@cache
def engine() -> DuckEngine:
    return DuckEngine(threads=1)


def around_changes(name: str) -> list[int]:
    """Microseconds just before, at and after every change of offset, and up to a day around it."""
    hours = [0, 0.25, 0.5, 1, 2, 3, 12, 23, 24, 25]
    changes = [change for change in zone(name).instants if change > to_us(FIRST)]
    near = [int(sign * hour * 3_600_000_000) + us for hour in hours for sign in (-1, 1) for us in (-1, 0, 1)]
    return sorted({change + shift for change in changes[:12] for shift in near} | {to_us(FIRST), to_us(LAST)})


def in_sql(sql: str, values: Sequence[int], type: str = "TIMESTAMP") -> list[datetime]:
    listed = ", ".join(f"({number}, make_timestamp({us})::{type})" for number, us in enumerate(values))
    found = engine().rows(f"SELECT {sql} FROM (VALUES {listed}) t(n, x) ORDER BY n")
    return [value for (value,) in found]


@cache
def conversions(name: str) -> tuple[str, str]:
    """SQL of the local time and of the UTC of x."""
    x = exp.column("x")
    return to_local(x, zone(name)).sql("duckdb"), to_utc(x, zone(name)).sql("duckdb")


@cache
def expression(text: str, name: str, *, kind: str = "instant") -> str:
    x = Typed(exp.column("x"), "day" if kind == "day" else "instant")
    return compile_expression(text, Scope({"x": x}, {}, zone(name), Place("due", ("instant",)))).node.sql("duckdb")


def check(name: str, values: Sequence[int]) -> None:
    clock = ZoneInfo(name)
    array = np.array(values, dtype=np.int64)
    as_local, as_utc = conversions(name)
    found = in_sql(as_local, values)
    assert found == [from_us(int(us)) for us in utc_to_local(array, zone(name))]
    assert found == [interpreter.local(from_us(us), clock) for us in values]
    found = in_sql(as_utc, values)
    assert found == [from_us(int(us)) for us in local_to_utc(array, zone(name))]
    assert found == [interpreter.utc(from_us(us), clock) for us in values]


def check_expression(text: str, name: str, values: Sequence[int]) -> None:
    tree, clock = parse(text), ZoneInfo(name)
    found = in_sql(expression(text, name), values)
    for us, got in zip(values, found, strict=True):
        assert got == interpreter.value(tree, {"x": from_us(us)}, clock), f"{text} in {name} of {from_us(us)}"


@pytest.mark.parametrize("name", ZONES)
def test_conversions_agree_around_every_change(name: str) -> None:
    check(name, around_changes(name))


INSTANTS = st.integers(to_us(FIRST), to_us(LAST))


@pytest.mark.parametrize("name", ZONES)
@settings(max_examples=50)
@given(values=st.lists(INSTANTS, min_size=1, max_size=30))
def test_conversions_agree_at_any_instant(name: str, values: list[int]) -> None:
    check(name, values)


DUES = [
    "end_of_day(x)",
    "x + 3d",
    "x - 1d",
    "x + 1mo",
    "x + 2w",
    "x - 1y",
    "x + 36h",
    "end_of_day(x + 3d)",
    "end_of_day(x) + 90min",
    "x - -(1w + 1d)",
]


@pytest.mark.parametrize("name", ZONES)
@pytest.mark.parametrize("text", DUES)
def test_dues_agree_around_changes(text: str, name: str) -> None:
    check_expression(text, name, around_changes(name)[::7])


@pytest.mark.parametrize("name", ZONES)
@settings(max_examples=25)
@given(values=st.lists(INSTANTS, min_size=1, max_size=20))
def test_dues_agree_at_any_instant(name: str, values: list[int]) -> None:
    for text in ("x + 3d", "end_of_day(x + 1mo)"):
        check_expression(text, name, values)


@pytest.mark.parametrize(
    ("name", "day", "end"),
    [
        #  the day                              ends, in UTC
        ("Europe/Berlin", "2026-03-29", "2026-03-29 21:59:59.999999"),  # 23 hours long
        ("Europe/Berlin", "2026-10-25", "2026-10-25 22:59:59.999999"),  # 25 hours long
        ("America/Sao_Paulo", "2018-11-03", "2018-11-04 02:59:59.999999"),  # the next day has no midnight
        ("America/Sao_Paulo", "2018-02-17", "2018-02-18 02:59:59.999999"),  # its last hour comes twice
        ("America/St_Johns", "2010-11-06", "2010-11-07 03:29:59.999999"),  # 00:01 became 23:01 of the day before
        ("Asia/Kathmandu", "2026-01-01", "2026-01-01 18:14:59.999999"),
    ],
)
def test_what_happens_on_the_promised_day_is_in_time(name: str, day: str, end: str) -> None:
    midnight = to_us(datetime.fromisoformat(day))
    expected = datetime.fromisoformat(end)
    assert in_sql(expression("end_of_day(x)", name, kind="day"), [midnight], "DATE") == [expected]
    assert interpreter.end_of_day(date.fromisoformat(day), ZoneInfo(name)) == expected
    assert interpreter.local(expected, ZoneInfo(name)).date() == date.fromisoformat(day)
    assert interpreter.local(expected + timedelta(microseconds=1), ZoneInfo(name)).date() > date.fromisoformat(day)


@pytest.mark.parametrize("name", ZONES)
def test_a_column_of_days_and_one_of_instants_end_alike(name: str) -> None:
    days = [to_us(datetime(2018, 1, 1) + timedelta(days=n)) for n in range(0, 400, 3)]
    as_days = in_sql(expression("end_of_day(x)", name, kind="day"), days, "DATE")
    local_midnights = [int(us) for us in local_to_utc(np.array(days), zone(name))]
    assert as_days == in_sql(expression("end_of_day(x)", name), local_midnights)


def test_twenty_years_of_changes_do_not_multiply() -> None:
    assert len(expression("end_of_day(x + 3d)", "Europe/Berlin")) < 20_000
