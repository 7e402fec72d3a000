"""The relational form of business time against the oracle that walks through minutes, and against the form in numpy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from sqlglot import exp

from tests.engines.calendars.cases import SECOND, asked, drawn, pattern_of
from troth.engines.calendars import (
    Calendar,
    Hours,
    calendar_by,
    counted_from,
    cutoff_rows,
    day_rows,
    due_in_days,
    due_rows,
    elapsed,
    parse_time,
    time_rows,
    transitions,
    working_day_rows,
)
from troth.kernel.errors import ExpressionError
from troth.kernel.instant import DAY_US
from troth.promises.clocks import load_table
from troth.query import CalendarJoins, Scope, Typed, compile_expression, parse
from troth.query.business import CUTOFF, DAY, DUE, TIME, WORKING_DAY
from troth.query.scope import Place
from troth.query.slots import opened
from troth.stores.lake.engine import DuckEngine

Whole = Sequence[int] | npt.NDArray[np.int64]
ANY = Place("any", ("instant", "working", "bool"))
CASES = range(600)
TIMES = ("14:00", "09:30", "24:00")


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckEngine]:
    with DuckEngine() as made:
        yield made


def load(engine: DuckEngine, calendars: Sequence[Calendar]) -> None:
    load_table(engine, TIME, time_rows(calendars))
    load_table(engine, DUE, due_rows(calendars))
    load_table(engine, DAY, day_rows(calendars))
    load_table(engine, WORKING_DAY, working_day_rows(calendars))
    load_table(engine, CUTOFF, cutoff_rows(calendars, TIMES))


def said(engine: DuckEngine, text: str, codes: Whole, a: Whole, b: Whole, x: Whole) -> list[Any]:
    """The value of an expression over the instants a and b for each row; every amount in it is the row's own x."""
    columns: dict[str, npt.NDArray[Any]] = {
        "place": np.arange(len(codes)),
        "calendar": np.array(codes, dtype=np.int32),
        "x": np.array(x, dtype=np.int64),
        "a": np.array(a).astype("datetime64[us]"),
        "b": np.array(b).astype("datetime64[us]"),
    }
    engine.run("DROP TABLE IF EXISTS asked")
    engine.load("asked", columns)
    clock = CalendarJoins("i.calendar")
    names = {name: Typed(exp.column(name, table="i"), "instant") for name in ("a", "b")}
    scope = Scope(names, {}, transitions("UTC", 0, 0), ANY, clock)
    tree = parse(text)
    if "'" not in text:
        tree, scope = opened(tree)[0], replace(scope, slot=lambda _: exp.column("x", table="i"))
    typed = compile_expression(tree, scope)
    sql = typed.node.sql("duckdb")
    value = f"epoch_us({sql})" if typed.kind == "instant" else sql
    found = engine.rows(f"SELECT {value} FROM asked i {' '.join(clock.joins)} ORDER BY i.place")
    assert len(found) == len(codes)
    return [row[0] for row in found]


@pytest.mark.slow
def test_no_row_differs_from_the_walk(engine: DuckEngine) -> None:
    """600 calendars of as many zones and years, one query a question."""
    cases = [asked(drawn(seed)) for seed in CASES]
    calendars = []
    for one in cases:
        pattern = pattern_of(one.case.doors)
        begin, end = (at * SECOND for at in one.case.span())
        calendars.append(calendar_by(Hours(pattern.zone, pattern.week, (), tuple(sorted(pattern.instead.items()))), begin, end))
    load(engine, calendars)
    codes, amounts = list(CASES), [one.amount for one in cases]
    starts, ends = [one.case.start_us for one in cases], [one.case.end_us for one in cases]

    got = [said(engine, text, codes, starts, ends, amounts) for text in ("elapsed(a, b)", "a + 1wh", "b - 1wh", "a + (1wh - 1wh)")]

    assert list(zip(*got[:3], strict=True)) == [one.answers for one in cases]
    assert got[3] == starts
    assert sum(amount > 0 for amount in amounts) > 400


def world() -> tuple[list[Calendar], npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Twenty calendars over five years and 4,000 rows: codes, instants, numbers of days."""
    begin, end = 946_684_800 * SECOND, 1_104_537_600 * SECOND
    patterns = [pattern_of(drawn(seed).doors) for seed in range(2_000, 2_020)]
    calendars = [calendar_by(Hours(one.zone, one.week), begin, end) for one in patterns]
    chance = np.random.default_rng(11)
    codes = chance.integers(0, len(calendars), 4_000)
    return calendars, codes, chance.integers(begin + 200 * DAY_US, end - 200 * DAY_US, 4_000), chance.integers(0, 12, 4_000)


def test_working_days_and_cut_offs_as_in_numpy(engine: DuckEngine) -> None:
    calendars, codes, at, days = world()
    load(engine, calendars)
    forward, back = said(engine, "a + 1wd", codes, at, at, days), said(engine, "a - 1wd", codes, at, at, days)
    cut = {time: said(engine, f"cutoff(a, '{time}')", codes, at, at, days) for time in TIMES}

    for code, calendar in enumerate(calendars):
        mine = np.flatnonzero(codes == code)
        assert [forward[n] for n in mine] == due_in_days(calendar, at[mine], days[mine]).tolist()
        assert [back[n] for n in mine] == due_in_days(calendar, at[mine], -days[mine]).tolist()
        for time in TIMES:
            assert [cut[time][n] for n in mine] == counted_from(calendar, at[mine], parse_time(time)).tolist()


def test_one_after_another(engine: DuckEngine) -> None:
    """What is computed of what is computed: the working time from a to two working days later is that of the form in numpy."""
    calendars, codes, at, days = world()
    load(engine, calendars)
    got = said(engine, "elapsed(a, a + 1wd)", codes, at, at, days)

    for code, calendar in enumerate(calendars):
        mine = np.flatnonzero(codes == code)
        later = due_in_days(calendar, at[mine], days[mine])
        assert [got[n] for n in mine] == elapsed(calendar, at[mine], later).tolist()


def test_beyond_the_range_there_is_no_value(engine: DuckEngine) -> None:
    """Where the tables end nothing is guessed."""
    calendar = calendar_by(Hours("UTC"), 0, 10 * DAY_US)
    load(engine, [calendar])

    assert said(engine, "a + 1wh", [0, 0], [11 * DAY_US, DAY_US], [0, 0], [1, 30 * DAY_US]) == [None, None]
    assert said(engine, "elapsed(a, b)", [0], [DAY_US], [12 * DAY_US], [0]) == [None]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("elapsed(a)", "column 1: elapsed() takes two instants; got 1 values"),
        ("elapsed(a, 3h)", "column 12: elapsed() takes two instants; got duration"),
        ("cutoff(a)", "column 1: cutoff() takes an instant and a time of day; got 1 values"),
        ("cutoff(3h, '14:00')", "column 8: cutoff() takes an instant first; got duration"),
        ("cutoff(a, 14)", "column 11: cutoff() takes a time of day second; allowed: a time such as '14:00'"),
        ("cutoff(a, '2 pm')", "column 11: no time of day; got '2 pm'; allowed: a time such as '14:00'"),
    ],
)
def test_what_is_refused(text: str, message: str) -> None:
    names = {name: Typed(exp.column(name, table="i"), "instant") for name in ("a", "b")}
    with pytest.raises(ExpressionError) as caught:
        compile_expression(text, Scope(names, {}, transitions("UTC", 0, 0), ANY, CalendarJoins("0")))

    assert str(caught.value) == message


@pytest.mark.parametrize("text", ["elapsed(a, a)", "cutoff(a, '14:00')", "a + 4wh"])
def test_without_a_calendar(text: str) -> None:
    names = {"a": Typed(exp.column("a", table="i"), "instant")}
    with pytest.raises(ExpressionError, match="needs a calendar"):
        compile_expression(text, Scope(names, {}, transitions("UTC", 0, 0), ANY))
