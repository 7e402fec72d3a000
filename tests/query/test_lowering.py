"""Types and their errors, and that the SQL means what a small interpreter says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from tests.query import interpreter
from tests.query.worlds import BOOL, CLOCK, DURATION, INSTANT, MONEY, NUM, ROWS, engine, judged, scope
from troth.kernel.errors import ExpressionError
from troth.query import Kind, Place, Typed, compile_expression, parse
from troth.query.lowering import lower
from troth.query.scope import BESIDE


@pytest.mark.parametrize(
    ("text", "want", "column", "says"),
    [
        ("placd", "instant", 1, "due: no such name; got 'placd'; allowed: did you mean 'placed'?"),
        ("order.staus = 'x'", "bool", 1, "did you mean 'order.status'?"),
        ("attr(untl)", "instant", 6, "no such attribute of the subject; got 'untl'; allowed: did you mean 'until'?"),
        ("attr(until, n)", "instant", 1, "takes the name of one attribute"),
        ("attr('until')", "instant", 1, "takes the name of one attribute"),
        ("placed + end_of_dya(placed)", "instant", 10, "no such function; got end_of_dya(); allowed: did you mean 'end_of_day'?"),
        ("end_of_day()", "instant", 1, "takes one instant or day; got 0 values"),
        ("end_of_day(order.n)", "instant", 12, "takes an instant or a day; got num"),
        ("order.n", "instant", 1, "due must be of type instant; got num"),
        ("order.n + 3d", "instant", 9, "'+' does not join these; got num and duration"),
        ("placed + placed", "instant", 8, "got instant and instant"),
        ("attr(on) + 3h", "instant", 10, "got day and duration"),
        ("attr(on) + 3wd", "instant", 10, "got day and working"),
        ("3d + placed", "instant", 4, "got duration and instant"),
        ("order.n = 'x'", "bool", 9, "one type; got num and text"),
        ("order.n = order.buyer", "bool", 9, "one type; got num and party"),
        ("placed < attr(on)", "bool", 8, "one type; got instant and day; allowed: end_of_day() of the day"),
        ("true and order.n", "bool", 10, "this must be of type bool; got num"),
        ("not placed", "bool", 5, "this must be of type bool; got instant"),
        ("order.paid < true", "bool", 12, "have no order"),
        ("-placed", "instant", 1, "only a number, money or a duration can be negative; got instant"),
        ("placed + -2wh", "instant", 10, "only a number, money or a duration can be negative; got working"),
        ("order.price > 5", "bool", 13, "one type; got money and num; allowed: an amount with its currency, such as 5 EUR"),
        ("order.price > 5 BRL", "bool", 13, "two currencies; got EUR and BRL"),
        ("order.price + 5 BRL > 1 EUR", "bool", 13, "two currencies"),
        ("order.price * order.price > 1 EUR", "bool", 13, "got money and money"),
        ("1 / order.price > 1 EUR", "bool", 3, "got num and money"),
        ("order.status in ['a', 3]", "bool", 23, "one type; got text and num"),
        ("placed + 2wd", "instant", 10, "working time needs a calendar; got 2wd"),
        ("placed + 1.5d", "instant", 10, "are whole; got 1.5d"),
        ("placed + 1.5wd", "instant", 10, "are whole; got 1.5wd"),
        ("placed + 0.0000001s", "instant", 10, "finer than a microsecond; got 0.0000001s"),
        ("placed + 1001y", "instant", 10, "a duration is too long; got 1001y; allowed: 1,000 years"),
        ("placed + 8760001wh", "instant", 10, "a duration is too long; got 8760001wh"),
        ("attr(until) - placed > 3d", "bool", 24, "a day has no fixed length; got 3d; allowed: 72h"),
        ("attr(until) - placed in [36h, 2w]", "bool", 31, "a week has no fixed length; got 2w; allowed: 336h"),
        ("1mo < attr(until) - placed", "bool", 1, "a month has no fixed length; got 1mo; allowed: hours, such as 720h"),
        ("1y in [1y]", "bool", 8, "a year has no fixed length"),
        ("3d in [72h]", "bool", 1, "a day has no fixed length"),
        ("2w - 1d > 0h", "bool", 4, "a day has no fixed length; got 2w - 1d; allowed: hours, such as 72h"),
        ("2wd > 1wd", "bool", 1, "a working day has no fixed length; got 2wd; allowed: hours, such as 8wh"),
        ("attr(until) - placed > 4wh", "bool", 22, "got duration and working; allowed: time by the clock, such as 4h"),
        ("placed + (2wh + 3h)", "instant", 15, "durations of two kinds do not add up; got working hours and hours; allowed: one after"),
        ("placed + (2wd - 3d)", "instant", 15, "got working days and days"),
        ("placed + (2wd - 3wh)", "instant", 15, "got working days and working hours"),
        ("placed + (1mo + 3d)", "instant", 15, "got months and days"),
        ("attr(until) - placed - 3d > 1h", "bool", 22, "got hours and days"),
    ],
)
def test_a_wrong_type_is_named_by_its_column(text: str, want: Kind, column: int, says: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        compile_expression(text, scope(want))
    assert caught.value.column == column
    assert says in str(caught.value)


BUDGET = Place("budget", ("instant", "duration", "working"))


@pytest.mark.parametrize(
    ("text", "kind"),
    [("attr(until)", "instant"), ("attr(on)", "instant"), ("36h", "duration"), ("1mo", "duration"), ("attr(until) - placed", "duration")],
)
def test_a_place_can_take_more_than_one_type(text: str, kind: Kind) -> None:
    assert compile_expression(text, scope().at(BUDGET)).kind == kind


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("order.paid", "column 1: budget must be of type instant, duration or working; got bool"),
        (
            " 2wd",
            f"column 2: working time needs a calendar; got 2wd; allowed: {BESIDE}; or s, min, h, d, w, mo, y",
        ),
    ],
)
def test_a_place_that_takes_more_than_one_type_refuses_the_rest(text: str, says: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        compile_expression(text, scope().at(BUDGET))
    assert str(caught.value) == says


@pytest.mark.parametrize(
    ("functions", "text", "says"),
    [
        ({"attr"}, "end_of_day(attr(on))", "this function cannot be used here; got end_of_day(); allowed: one of 'attr'"),
        ({"attr"}, "attrs(on)", "no such function; got attrs(); allowed: did you mean 'attr'?"),
        (set(), "end_of_day(attr(on))", "this function cannot be used here; got end_of_day(); allowed: none are known here"),
        ({"attr", "of_another_version"}, "of_another_version(on)", "no such function; got of_another_version(); allowed: one of 'attr'"),
    ],
)
def test_a_function_that_its_place_does_not_have_is_refused(functions: set[str], text: str, says: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        compile_expression(text, scope().at(Place("lane", ("instant",), frozenset(functions))))
    assert str(caught.value) == f"column 1: lane: {says}"


def test_text_and_party_stand_for_one_another() -> None:
    for text in ("order.status", "order.buyer", "'acme'"):
        for want in ("text", "party"):
            assert compile_expression(text, scope(want)).kind == want
    both = scope().at(Place("dimension", ("text", "party")))
    assert compile_expression("order.buyer", both).kind == "party"
    assert judged("order.buyer = order.status and order.buyer in ['a', 'b']", [{"buyer": "a", "status": "a"}], want="bool") == [True]


def test_a_day_asked_for_as_an_instant_is_its_local_midnight() -> None:
    assert judged("attr(on)", [{"on": date(2026, 7, 1)}], want="instant") == [datetime(2026, 7, 1, 3)]


def test_working_time_is_counted_by_the_calendar_of_the_scope() -> None:
    class EverySecondHour:
        def moved(self, start: exp.Expression, by: Typed, operator: str) -> exp.Expression:
            us = exp.Mul(this=exp.paren(by.node), expression=exp.Literal.number({"wd": 86_400_000_000, "wh": 2}[str(by.unit)]))
            return exp.paren(
                {"+": exp.Add, "-": exp.Sub}[operator](this=start, expression=exp.Anonymous(this="to_microseconds", expressions=[us]))
            )

        def elapsed(self, later: exp.Expression, earlier: exp.Expression) -> exp.Expression:
            raise NotImplementedError

        def counted_from(self, at: exp.Expression, cutoff: exp.Expression) -> exp.Expression:
            raise NotImplementedError

    with_calendar = replace(scope("instant"), calendar=EverySecondHour())
    for text, expected in [
        ("placed + 2wd", datetime(2026, 5, 3, 8)),
        ("placed - (1wh + 2.5wh)", datetime(2026, 5, 1, 1)),
        ("placed + 1wh + 1d", datetime(2026, 5, 2, 10)),
    ]:
        sql = compile_expression(text, with_calendar).node.sql("duckdb")
        assert engine().rows(f"SELECT {sql} FROM (SELECT TIMESTAMP '2026-05-01 08:00' AS placed)") == [(expected,)]
    assert compile_expression("2wd", with_calendar.at(BUDGET)).unit == "wd"


def test_working_hours_compare_without_a_calendar() -> None:
    assert judged("2wh > 1.5wh", [{}], want="bool") == [True]


@settings(max_examples=100)
@given(BOOL, st.lists(ROWS, min_size=1, max_size=5))
def test_a_condition_means_what_the_interpreter_says(text: str, rows: list[dict[str, Any]]) -> None:
    tree = parse(text)
    assert judged(text, rows, want="bool") == [interpreter.value(tree, row, ZoneInfo(CLOCK)) for row in rows]


@settings(max_examples=60)
@given(INSTANT, st.lists(ROWS, min_size=1, max_size=5))
def test_an_instant_is_what_the_interpreter_says(text: str, rows: list[dict[str, Any]]) -> None:
    tree = parse(text)
    assert judged(text, rows, want="instant") == [interpreter.value(tree, row, ZoneInfo(CLOCK)) for row in rows]


@settings(max_examples=60)
@given(DURATION, st.lists(ROWS, min_size=1, max_size=5))
def test_a_duration_is_what_the_interpreter_says_in_microseconds(text: str, rows: list[dict[str, Any]]) -> None:
    tree = parse(text)
    lengths = [interpreter.value(tree, row, ZoneInfo(CLOCK)) for row in rows]
    assert judged(text, rows, want="duration") == [None if one is None else one // interpreter.LAST for one in lengths]


@settings(max_examples=60)
@given(st.one_of(st.tuples(NUM, st.just("num")), st.tuples(MONEY, st.just("money"))), st.lists(ROWS, min_size=1, max_size=5))
def test_an_amount_is_what_the_interpreter_says(asked: tuple[str, Kind], rows: list[dict[str, Any]]) -> None:
    text, want = asked
    assert judged(text, rows, want=want) == [interpreter.value(parse(text), row, ZoneInfo(CLOCK)) for row in rows]


def test_nothing_is_more_than_what_cannot_be_divided() -> None:
    #  n  by   n / by > 1
    #  5   0   unknown: DuckDB itself would say infinity
    #  5   2   yes
    rows = [{"n": Decimal(5), "m": Decimal(0)}, {"n": Decimal(5), "m": Decimal(2)}]
    assert judged("order.n / order.m > 1", rows, want="bool") == [None, True]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("50000 * 50000", Decimal(2_500_000_000)),  # DuckDB's own literals are of 32 bits
        ("999999999 + 999999999 + 999999999", Decimal(2_999_999_997)),
        ("0.1 * 0.1 * 0.1 * 0.1 * 0.1 * 0.1 * 0.1 * 0.1 * 0.1 * 0.1 * 5", Decimal("5E-10")),
        ("0.00001 * 0.00001 / 2", Decimal("0.0000000001")),  # half a unit of the last place
        ("order.n * order.n * 0", None),  # the square has no room
        ("9999999999999999999999999999 + 1", None),
        ("order.n * 1000", Decimal("99999999999999999.9000")),
    ],
)
def test_what_has_no_room_is_unknown_and_stops_nothing(text: str, expected: Decimal | None) -> None:
    assert judged(text, [{"n": Decimal("99999999999999.9999")}], want="num") == [expected]


def test_the_longest_durations_add_up() -> None:
    assert judged("+".join(["8760000h"] * 59) + " > 999s + 999s + 999s", [{}], want="bool") == [True]


def test_a_missing_value_makes_a_comparison_unknown() -> None:
    #  status  is a     is not a  is one of a  is known
    #  a       yes      no        yes          yes
    #  -       unknown  unknown   unknown      no
    rows: list[dict[str, Any]] = [{"status": "a"}, {"status": None}]
    assert judged("order.status = 'a'", rows, want="bool") == [True, None]
    assert judged("order.status != 'a'", rows, want="bool") == [False, None]
    assert judged("order.status in ['a']", rows, want="bool") == [True, None]
    assert judged("order.status is known", rows, want="bool") == [True, False]


def test_late_by_more_than_a_day_and_a_half() -> None:
    #  placed       until        until - placed > 36h
    #  1 May 08:00  2 May 20:00  no: exactly 36 hours
    #  1 May 08:00  2 May 20:01  yes
    #  1 May 08:00  -            unknown
    placed = datetime(2026, 5, 1, 8)
    untils = [datetime(2026, 5, 2, 20), datetime(2026, 5, 2, 20, 1), None]
    assert judged("attr(until) - placed > 36h", [{"placed": placed, "until": until} for until in untils], want="bool") == [
        False,
        True,
        None,
    ]


@pytest.mark.parametrize("text", ["1+" * 59 + "1", "true and " * 59 + "true", "not " * 59 + "true", "-(" * 29 + "1" + ")" * 29])
def test_the_tallest_tree_is_lowered_deep_in_the_stack(text: str) -> None:
    def deep(frames: int) -> str:
        return deep(frames - 1) if frames else lower(parse(text), scope()).node.sql("duckdb")

    sql = deep(200)
    assert engine().rows(f"SELECT {sql}")
