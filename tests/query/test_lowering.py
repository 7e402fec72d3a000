"""Types and their errors, and that the SQL means what a small interpreter says."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import cache
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from tests.query import interpreter
from tests.query.test_parse import fuzz_texts, refused_at
from troth.engines.calendars import transitions
from troth.kernel.errors import ExpressionError
from troth.kernel.instant import to_us
from troth.query import Kind, Scope, Typed, compile_expression, lower, parse
from troth.stores.lake.engine import DuckEngine

CLOCK = "America/Sao_Paulo"
KINDS: dict[str, Kind] = {
    "n": "num", "m": "num", "price": "money", "status": "text", "note": "text", "paid": "bool", "until": "instant", "on": "day",
}  # fmt: skip
SQL = {"num": "DECIMAL(18,4)", "money": "DECIMAL(18,4)", "text": "VARCHAR", "bool": "BOOLEAN", "instant": "TIMESTAMP", "day": "DATE"}


@cache
def scope() -> Scope:
    attributes = {name: Typed(exp.column(name, quoted=True), kind, "EUR" if kind == "money" else "") for name, kind in KINDS.items()}
    names = {f"order.{name}": typed for name, typed in attributes.items()} | {"placed": Typed(exp.column("placed"), "instant")}
    return Scope(names, attributes, transitions(CLOCK, to_us(datetime(2016, 1, 1)), to_us(datetime(2029, 1, 1))), "due")


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
        ("order.n = 'x'", "bool", 9, "one type; got num and text"),
        ("true and order.n", "bool", 10, "this must be of type bool; got num"),
        ("not placed", "bool", 5, "this must be of type bool; got instant"),
        ("order.paid < true", "bool", 12, "have no order"),
        ("-placed", "instant", 1, "only a number or money can be negative; got instant"),
        ("order.price > 5", "bool", 13, "one type; got money and num"),
        ("order.price > 5 BRL", "bool", 13, "two currencies; got EUR and BRL"),
        ("order.price + 5 BRL > 1 EUR", "bool", 13, "two currencies"),
        ("order.price * order.price > 1 EUR", "bool", 13, "got money and money"),
        ("1 / order.price > 1 EUR", "bool", 3, "got num and money"),
        ("order.status in ['a', 3]", "bool", 23, "one type; got text and num"),
        ("placed + 2wd", "instant", 10, "working time needs a calendar"),
        ("placed + 1.5d", "instant", 10, "are whole; got 1.5d"),
        ("placed + 0.0000001s", "instant", 10, "finer than a microsecond"),
        ("placed + 99999y", "instant", 10, "a duration is too long; got 99999y; allowed: 1,000 years"),
    ],
)
def test_a_wrong_type_is_named_by_its_column(text: str, want: Kind, column: int, says: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        compile_expression(text, scope(), want=want)
    assert caught.value.column == column
    assert says in str(caught.value)


def test_a_day_asked_for_as_an_instant_is_its_local_midnight() -> None:
    assert judged("attr(on)", [{"on": date(2026, 7, 1)}], want="instant") == [datetime(2026, 7, 1, 3)]


NUMBERS = st.one_of(st.none(), st.sampled_from([Decimal(n) for n in ("0", "1", "-1", "2.5", "0.25", "1000")]))
TEXTS = st.one_of(st.none(), st.sampled_from(["", "a", "b", "it's"]))
DATETIMES = st.one_of(st.none(), st.datetimes(datetime(2018, 1, 1), datetime(2027, 1, 1)))
ROWS = st.fixed_dictionaries(
    {
        "n": NUMBERS, "m": NUMBERS, "price": NUMBERS, "status": TEXTS, "note": TEXTS, "paid": st.one_of(st.none(), st.booleans()),
        "until": DATETIMES, "placed": DATETIMES, "on": st.one_of(st.none(), st.dates(date(2018, 1, 1), date(2027, 1, 1))),
    }
)  # fmt: skip

NUM = st.recursive(
    st.sampled_from(["order.n", "attr(m)", "2", "0", "0.5", "25%", "10.25"]),
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from(["+", "-", "*"]), inner),
        st.builds("-({})".format, inner),
        st.builds("({} / 4)".format, inner),
    ),
    max_leaves=4,
)
MONEY = st.one_of(
    st.sampled_from(["order.price", "5 EUR", "0.25 EUR", "-5 EUR", "order.price * 2", "order.price / 4", "3 * order.price"]),
    st.just("(order.price + 2.5 EUR)"),
)
INSTANT = st.recursive(
    st.sampled_from(["placed", "attr(until)", "end_of_day(attr(on))", "attr(on) + 3d"]).map(
        lambda text: text if "+" not in text else f"end_of_day({text})"
    ),
    lambda inner: st.one_of(
        st.builds(
            "({} {} {})".format, inner, st.sampled_from(["+", "-"]), st.sampled_from(["3d", "1mo", "36h", "1.5min", "2w", "1y", "7s"])
        ),
        st.builds("end_of_day({})".format, inner),
    ),
    max_leaves=2,
)
TEXT = st.sampled_from(["order.status", "attr(note)", "'a'", "''", "'it''s'"])
ORDERED = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
PLAIN = st.one_of(
    st.sampled_from(["true", "false", "order.paid", "order.n / 0 > 1", "order.n / order.m >= order.n", "order.m / 0 != 1"]),
    *(st.builds("{} {} {}".format, kind, ORDERED, kind) for kind in (NUM, MONEY, INSTANT, TEXT)),
    *(st.builds("{} in [{}, {}]".format, kind, kind, kind) for kind in (NUM, TEXT, INSTANT)),
    *(st.builds("({}) is {}known".format, kind, st.sampled_from(["", "not "])) for kind in (NUM, TEXT, INSTANT)),
)
BOOL = st.recursive(
    PLAIN,
    lambda inner: st.one_of(
        st.builds("{} {} {}".format, inner, st.sampled_from(["and", "or"]), inner),
        st.builds("({} {} {})".format, inner, st.sampled_from(["and", "or"]), inner),
        st.builds("not {}".format, inner),
    ),
    max_leaves=4,
)


@cache
def engine() -> DuckEngine:
    return DuckEngine(threads=1)


def judged(text: str, rows: list[dict[str, Any]], *, want: Kind) -> list[Any]:
    node = compile_expression(text, scope(), want=want)
    kinds = {**KINDS, "placed": "instant"}
    listed = " UNION ALL ".join(
        f"SELECT {number} AS row, " + ", ".join(f'CAST(? AS {SQL[kind]}) AS "{name}"' for name, kind in kinds.items())
        for number in range(len(rows))
    )
    values = [row.get(name) for row in rows for name in kinds]
    return [found for (found,) in engine().rows(f"SELECT {node.sql('duckdb')} FROM ({listed}) ORDER BY row", values)]


@settings(max_examples=100)
@given(BOOL, st.lists(ROWS, min_size=1, max_size=5))
def test_a_condition_means_what_the_interpreter_says(text: str, rows: list[dict[str, Any]]) -> None:
    tree = parse(text)
    assert judged(text, rows, want="bool") == [interpreter.value(tree, row, ZoneInfo(CLOCK)) for row in rows]


@settings(max_examples=40)
@given(INSTANT, st.lists(ROWS, min_size=1, max_size=5))
def test_an_instant_is_what_the_interpreter_says(text: str, rows: list[dict[str, Any]]) -> None:
    tree = parse(text)
    assert judged(text, rows, want="instant") == [interpreter.value(tree, row, ZoneInfo(CLOCK)) for row in rows]


def test_nothing_is_more_than_what_cannot_be_divided() -> None:
    #  n  by   n / by > 1
    #  5   0   unknown: DuckDB itself would say infinity
    #  5   2   yes
    rows = [{"n": Decimal(5), "m": Decimal(0)}, {"n": Decimal(5), "m": Decimal(2)}]
    assert judged("order.n / order.m > 1", rows, want="bool") == [None, True]


def test_a_missing_value_makes_a_comparison_unknown() -> None:
    #  status  is a     is not a  is one of a  is known
    #  a       yes      no        yes          yes
    #  -       unknown  unknown   unknown      no
    rows: list[dict[str, Any]] = [{"status": "a"}, {"status": None}]
    assert judged("order.status = 'a'", rows, want="bool") == [True, None]
    assert judged("order.status != 'a'", rows, want="bool") == [False, None]
    assert judged("order.status in ['a']", rows, want="bool") == [True, None]
    assert judged("order.status is known", rows, want="bool") == [True, False]


def test_no_tree_gives_anything_but_sql_or_an_expression_error() -> None:
    for text in fuzz_texts(Random(5), 5_000):
        column = refused_at(text, lambda text: lower(parse(text), scope()).node.sql("duckdb"))
        assert column is None or 1 <= column <= len(text) + 1, text


@pytest.mark.parametrize("text", ["1+" * 59 + "1", "true and " * 59 + "true", "not " * 59 + "true", "-(" * 29 + "1" + ")" * 29])
def test_the_tallest_tree_is_lowered_deep_in_the_stack(text: str) -> None:
    def deep(frames: int) -> str:
        return deep(frames - 1) if frames else lower(parse(text), scope()).node.sql("duckdb")

    assert deep(200)
