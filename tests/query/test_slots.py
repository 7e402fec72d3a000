"""Shapes: which texts share one, and that a query with slots says what the texts say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from tests.query.test_printing import TREES
from tests.query.worlds import BOOL, DURATION, INSTANT, MONEY, ROWS, engine, judged, rows_sql, scope
from troth.kernel.errors import ExpressionError
from troth.query import Kind, compile_expression, parse, show
from troth.query.business import CalendarJoins
from troth.query.slots import filled, opened, slot_type, slot_value
from troth.query.tree import Duration, Literal, Money, Name, Node, Number, Slot, Text, parts


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("placed + 3d", "placed+14 d"),
        ("placed + 3d", "placed + 2w"),
        ("placed + 36h", "placed + 90min"),
        ("placed + 0.5s", "placed + 1h"),
        ("placed + 1mo", "placed + 2y"),
        ("placed + 2wh", "placed + 0.5wh"),
        ("placed + 2wd", "placed + 3wd"),
        ("order.price > 5 EUR", "order.price > 7.25 EUR"),
        ("order.n > 5%", "order.n > 0.05"),
        ("order.n > 5%", "order.n > 1000000"),
        ("order.status = ''", "order.status = 'it''s'"),
        ("order.status in ['a', 'b']", "(order.status)in['c','c']"),
    ],
)
def test_what_differs_in_amounts_alone_has_one_shape(ours: str, theirs: str) -> None:
    (one, _), (other, _) = opened(parse(ours)), opened(parse(theirs))
    assert one == other
    assert hash(one) == hash(other)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("placed + 3d", "placed - 3d"),
        ("placed + 3d", "placed + 72h"),
        ("placed + 30d", "placed + 1mo"),
        ("placed + 8wh", "placed + 8h"),
        ("placed + 8wh", "placed + 1wd"),
        ("placed + 1wd", "placed + 1d"),
        ("order.price > 5 EUR", "order.price > 5 BRL"),
        ("order.price > 5 EUR", "order.price > 5"),
        ("order.n > 5", "order.n > -5"),
        ("order.n > 5", "order.m > 5"),
        ("order.n > 5", "order.n >= 5"),
        ("order.n in [1]", "order.n in [1, 2]"),
        ("order.paid = true", "order.paid = false"),
        ("attr(n) = 1", "attr(m) = 1"),
        ("order.n is known", "order.n is not known"),
    ],
)
def test_what_differs_in_more_has_another_shape(ours: str, theirs: str) -> None:
    assert opened(parse(ours))[0] != opened(parse(theirs))[0]


def test_slots_are_numbered_in_the_order_of_the_text() -> None:
    shape, literals = opened(parse("attr(n) in [5%, f(2 EUR)] or 'a' = order.status and placed + 3d > placed + 1h"), start=4)
    assert show(shape) == "attr(n) in [{4}, f({5})] or {6} = order.status and placed + {7} > placed + {8}"
    assert [show(literal) for literal in literals] == ["5%", "2 EUR", "'a'", "3d", "1h"]


@pytest.mark.parametrize(
    ("literal", "value", "type"),
    [
        ("7", Decimal(7), "DECIMAL(38,10)"),
        ("2.5%", Decimal("0.025"), "DECIMAL(38,10)"),
        ("12.5 EUR", Decimal("12.5"), "DECIMAL(38,10)"),
        ("1.5s", 1_500_000, "BIGINT"),
        ("90min", 5_400_000_000, "BIGINT"),
        ("36h", 129_600_000_000, "BIGINT"),
        ("3d", 3, "INTEGER"),
        ("2w", 14, "INTEGER"),
        ("5mo", 5, "INTEGER"),
        ("2y", 24, "INTEGER"),
        ("1.5wh", 5_400_000_000, "BIGINT"),
        ("2wd", 2, "INTEGER"),
        ("'it''s'", "it's", "VARCHAR"),
    ],
)
def test_a_slot_holds_the_amount_in_the_unit_of_its_family(literal: str, value: object, type: str) -> None:
    _, (node,) = opened(parse(literal))
    assert slot_value(node) == value
    assert slot_type(node) == type


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("placed + 1001y", "column 10: a duration is too long; got 1001y; allowed: 1,000 years"),
        ("placed + 0.5d", "column 10: days, weeks, months and years are whole; got 0.5d"),
        ("placed + 0.0000001s", "column 10: a duration is finer than a microsecond; got 0.0000001s"),
        ("placed + 8760001wh", "column 10: a duration is too long; got 8760001wh; allowed: 1,000 years"),
    ],
)
def test_the_limits_of_literals_hold_for_slots(text: str, says: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        opened(parse(text))
    assert str(caught.value) == says


def leaves(tree: Node) -> list[Node]:
    below = parts(tree)
    return [leaf for part in below for leaf in leaves(part)] if below else [tree]


@settings(max_examples=200)
@given(TREES)
def test_a_shape_that_is_filled_is_the_tree_again(tree: Node) -> None:
    try:
        shape, literals = opened(tree)
    except ExpressionError:
        return
    assert filled(shape, literals) == tree
    assert filled(shape, [None] * len(literals)) == shape
    assert [leaf.index for leaf in leaves(shape) if isinstance(leaf, Slot)] == list(range(len(literals)))
    assert not any(isinstance(leaf, Literal) for leaf in leaves(shape))


def test_a_slot_is_filled_by_its_number_and_by_its_own_kind() -> None:
    shape, (_, hours) = opened(parse("placed + 3d + 36h"), start=1)
    assert show(filled(shape, [None, None, hours])) == "placed + {1} + 36h"
    with pytest.raises(ValueError, match="slot 1 is for another kind of literal"):
        filled(shape, [None, hours, None])


def doubled(literal: Literal) -> Literal:
    match literal:
        case Number(value=value, percent=percent):
            return Number(value * 2, percent)
        case Duration(amount=amount, unit=unit):
            return Duration(amount * 2, unit)
        case Money(amount=amount, currency=currency):
            return Money(amount * 2, currency)
        case Text(value=value):
            return Text(value + "'")


@settings(max_examples=200)
@given(TREES)
def test_other_amounts_keep_the_shape_and_another_tree_does_not(tree: Node) -> None:
    try:
        shape, literals = opened(tree)
        others = filled(shape, [doubled(literal) for literal in literals])
        other_shape, _ = opened(others)
    except ExpressionError:
        return
    assert other_shape == shape
    assert opened(Name(("another",)))[0] != shape or tree == Name(("another",))


def by_slots(texts: Sequence[str], rows: list[dict[str, Any]], want: Kind) -> list[list[Any]]:
    """What one query says of each row by each of the texts, whose amounts stand in a table with a row for each of them."""
    pairs = [opened(parse(text)) for text in texts]
    assert len({shape for shape, _ in pairs}) == 1
    with_slots = replace(scope(want), slot=lambda index: exp.column(f"slot_{index}", table="term"))
    node = compile_expression(pairs[0][0], with_slots).node
    listed, values = rows_sql(rows)
    terms = " UNION ALL ".join(
        f"SELECT {number} AS term" + "".join(f", CAST(? AS {slot_type(one)}) AS slot_{at}" for at, one in enumerate(literals))
        for number, (_, literals) in enumerate(pairs)
    )
    amounts = [slot_value(literal) for _, literals in pairs for literal in literals]
    found = engine().rows(
        f"SELECT term, {node.sql('duckdb')} FROM ({listed}) CROSS JOIN ({terms}) term ORDER BY term, row", [*values, *amounts]
    )
    return [[value for term, value in found if term == number] for number in range(len(texts))]


ASKED: list[tuple[st.SearchStrategy[str], Kind]] = [(BOOL, "bool"), (INSTANT, "instant"), (MONEY, "money"), (DURATION, "duration")]


@pytest.mark.slow
@pytest.mark.parametrize(("texts", "want"), ASKED, ids=[want for _, want in ASKED])
def test_a_query_with_slots_says_what_the_text_says(texts: st.SearchStrategy[str], want: Kind) -> None:
    @settings(max_examples=40)
    @given(texts, st.lists(ROWS, min_size=1, max_size=4))
    def holds(text: str, rows: list[dict[str, Any]]) -> None:
        assert by_slots([text], rows, want) == [judged(text, rows, want=want)]

    holds()


def test_terms_of_three_customers_share_one_query() -> None:
    #  placed              term         due, by the clock of the same place
    #  1 May 08:00 in UTC  3d and 0h    4 May 08:00
    #                      1w and 90min 8 May 09:30
    #                      0d and 36h   2 May 20:00
    texts = ["placed + 3d + 0h", "placed + 1w + 90min", "placed + 0d + 36h"]
    rows = [{"placed": datetime(2026, 5, 1, 8)}]
    assert by_slots(texts, rows, "instant") == [[datetime(2026, 5, 4, 8)], [datetime(2026, 5, 8, 9, 30)], [datetime(2026, 5, 2, 20)]]


def test_the_widest_amounts_fit_their_slots() -> None:
    for text in ("order.n < 9999999999999999999999999999", "order.n < 999999999999999999.0000000001", "order.n * 0.0000000001 = 0.1"):
        rows = [{"n": Decimal(1_000_000_000)}]
        assert by_slots([text], rows, "bool") == [[True]]
        assert judged(text, rows, want="bool") == [True]


def test_products_of_many_slots_have_a_scale() -> None:
    text = " * ".join(["0.5"] * 8) + " = 0.00390625"
    assert by_slots([text], [{}], "bool") == [judged(text, [{}], want="bool")] == [[True]]


def test_working_slots_go_through_the_calendar() -> None:
    joins = CalendarJoins("p.calendar")
    with_slots = replace(scope("instant"), slot=lambda index: exp.column(f"slot_{index}"), calendar=joins)
    shape, _ = opened(parse("placed + 2wd"))

    assert "slot_0" not in compile_expression(shape, with_slots).node.sql()
    assert any("slot_0" in join for join in joins.joins)


def test_a_shape_without_its_slots_is_a_mistake_of_ours() -> None:
    with pytest.raises(AssertionError, match="holds its slots"):
        compile_expression(opened(parse("placed + 3d"))[0], scope("instant"))
