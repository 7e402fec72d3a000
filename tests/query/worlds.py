"""The small world that expressions are tried in: one order a row, its columns, what they may say, and texts over them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from hypothesis import strategies as st
from sqlglot import exp

from troth.engines.calendars import transitions
from troth.kernel.instant import to_us
from troth.query import Kind, Place, Scope, Typed, compile_expression, identifier
from troth.query.tree import Node
from troth.stores.lake.engine import DuckEngine

CLOCK = "America/Sao_Paulo"
KINDS: dict[str, Kind] = {
    "n": "num", "m": "num", "price": "money", "status": "text", "note": "text", "buyer": "party", "paid": "bool", "until": "instant",
    "on": "day", "placed": "instant",
}  # fmt: skip
SQL = {
    "num": "DECIMAL(18,4)", "money": "DECIMAL(18,4)", "text": "VARCHAR", "party": "VARCHAR", "bool": "BOOLEAN", "instant": "TIMESTAMP",
    "day": "DATE",
}  # fmt: skip


@cache
def scope(*want: Kind) -> Scope:
    """The order's attributes by attr(x) and order.x, and its event `placed`, at a place called due."""
    attributes = {
        name: Typed(exp.column(name, quoted=True), kind, "EUR" if kind == "money" else "")
        for name, kind in KINDS.items()
        if name != "placed"
    }
    names = {f"order.{name}": typed for name, typed in attributes.items()} | {"placed": Typed(exp.column("placed"), "instant")}
    zone = transitions(CLOCK, to_us(datetime(2016, 1, 1)), to_us(datetime(2029, 1, 1)))
    return Scope(names, attributes, zone, Place("due", want or ("instant",)))


NUMBERS = st.one_of(st.none(), st.sampled_from([Decimal(n) for n in ("0", "1", "-1", "3", "2.5", "0.25", "1000")]))
TEXTS = st.one_of(st.none(), st.sampled_from(["", "a", "b", "it's"]))
DATETIMES = st.one_of(st.none(), st.datetimes(datetime(2018, 1, 1), datetime(2027, 1, 1)))
DATES = st.one_of(st.none(), st.dates(date(2018, 1, 1), date(2027, 1, 1)))
ROWS = st.fixed_dictionaries(
    {
        "n": NUMBERS, "m": NUMBERS, "price": NUMBERS, "status": TEXTS, "note": TEXTS, "buyer": TEXTS,
        "paid": st.one_of(st.none(), st.booleans()), "until": DATETIMES, "placed": DATETIMES, "on": DATES,
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
            "({} {} {})".format,
            inner,
            st.sampled_from(["+", "-"]),
            st.sampled_from(["3d", "1mo", "36h", "1.5min", "2w", "1y", "7s", "(2w - 1d)", "-1mo", "(1y - -1mo)", "(placed - attr(until))"]),
        ),
        st.builds("end_of_day({})".format, inner),
    ),
    max_leaves=2,
)
TEXT = st.sampled_from(["order.status", "attr(note)", "order.buyer", "'a'", "''", "'it''s'"])
DURATION = st.recursive(
    st.one_of(st.builds("({} - {})".format, INSTANT, INSTANT), st.sampled_from(["36h", "0s", "1.5min", "999s", "8760000h"])),
    lambda inner: st.one_of(st.builds("({} {} {})".format, inner, st.sampled_from(["+", "-"]), inner), st.builds("-({})".format, inner)),
    max_leaves=3,
)
ORDERED = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
PLAIN = st.one_of(
    st.sampled_from(["true", "false", "order.paid", "order.n / 0 > 1", "order.n / order.m >= order.n", "order.m / 0 != 1"]),
    *(st.builds("{} {} {}".format, kind, ORDERED, kind) for kind in (NUM, MONEY, INSTANT, TEXT, DURATION)),
    *(st.builds("{} in [{}, {}]".format, kind, kind, kind) for kind in (NUM, TEXT, INSTANT, DURATION)),
    *(st.builds("({}) is {}known".format, kind, st.sampled_from(["", "not "])) for kind in (NUM, TEXT, INSTANT, DURATION)),
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


def rows_sql(rows: list[dict[str, Any]]) -> tuple[str, list[Any]]:
    """A table of the rows, numbered, and its parameters."""
    listed = " UNION ALL ".join(
        f"SELECT {number} AS row, " + ", ".join(f"CAST(? AS {SQL[kind]}) AS {identifier(name)}" for name, kind in KINDS.items())
        for number in range(len(rows))
    )
    return listed, [row.get(name) for row in rows for name in KINDS]


def judged(source: str | Node, rows: list[dict[str, Any]], *, want: Kind) -> list[Any]:
    """What DuckDB says of each row."""
    node = compile_expression(source, scope(want)).node
    listed, values = rows_sql(rows)
    return [found for (found,) in engine().rows(f"SELECT {node.sql('duckdb')} FROM ({listed}) ORDER BY row", values)]
