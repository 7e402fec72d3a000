"""Rows to the record: objects and codes, events, relations, lent attributes, feedback, money, cells that could not be read."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sources.loaded import Loaded, load, load_all, record, source_of, write
from troth.kernel.errors import BookError
from troth.stores.lake.engine import DuckEngine

FILES = {
    "orders.csv": """id,customer,status,placed,delivered
o2,c1,delivered,2026-01-31 23:30,2026-02-03 10:00
o10,c2,lost,2026-02-01 08:00,never
o1,c1,delivered,2026-02-01 09:00,2026-02-01 09:00
""",
    "lines.csv": """order,line,ship_by,price
o1,1,2026-02-02,0.10
o1,2,2026-02-04,0.20
o9,1,2026-02-03,-7.0000
o2,1,soon,99999999999999.9999
""",
    "reviews.csv": """review,order,asked,answered,score
r1,o1,2026-02-02,2026-02-03 12:00,5
r2,o2,2026-02-04,,
r3,o8,,2026-02-05 12:00,3.5
""",
}
SOURCES = {
    "orders": """
key: [id]
object: {type: order, id: [id], attributes: {status: {column: status}}}
relations: [{to: customer, id: [customer]}]
events: [{type: placed, at: placed}, {type: delivered, at: delivered}]
""",
    "lines": """
key: [order, line]
object: {type: line, id: [order, line]}
relations: [{to: order, id: [order]}]
lends:
  - {to: order, id: [order], attribute: first_limit, column: ship_by, as: day, take: first}
  - {to: order, id: [order], attribute: last_limit, column: ship_by, as: day, take: last}
money: [{about: order, id: [order], kind: price, amount: price}]
""",
    "reviews": """
key: [review]
feedback: [{about: order, id: [order], instrument: stars, asked: asked, answered: answered, score: score, scale: [1, 5]}]
""",
}


@pytest.fixture
def shop(engine: DuckEngine, tmp_path: Path) -> Loaded:
    write(tmp_path, FILES)
    return record(load_all(engine, tmp_path, {name: source_of(text, files=[f"{name}.csv"]) for name, text in SOURCES.items()}))


def test_codes_are_the_ranks_of_ids_and_whoever_is_referred_to_exists(shop: Loaded) -> None:
    #  o8 and o9 have no row of their own
    assert shop.rows("SELECT code, id, status FROM object_order") == [
        (0, "o1", "delivered"), (1, "o10", "lost"), (2, "o2", "delivered"), (3, "o8", None), (4, "o9", None)
    ]  # fmt: skip
    assert shop.rows("SELECT code, id FROM object_customer") == [(0, "c1"), (1, "c2")]
    assert [row[0] for row in shop.rows("SELECT id FROM object_line")] == ["o1/1", "o1/2", "o2/1", "o9/1"]


def test_an_object_stands_in_the_month_in_which_it_began(shop: Loaded) -> None:
    assert shop.rows("SELECT id, month FROM object_order") == [
        ("o1", 202602), ("o10", 202602), ("o2", 202601), ("o8", 0), ("o9", 0)
    ]  # fmt: skip


def test_events_stand_by_object_and_instant(shop: Loaded) -> None:
    assert shop.rows("SELECT month, object, type::VARCHAR, occurred, source_row FROM event") == [
        (202601, 2, "placed", datetime(2026, 1, 31, 23, 30), 1),
        (202601, 2, "delivered", datetime(2026, 2, 3, 10), 1),
        (202602, 0, "delivered", datetime(2026, 2, 1, 9), 3),  # of one instant: in the order of their names
        (202602, 0, "placed", datetime(2026, 2, 1, 9), 3),
        (202602, 1, "placed", datetime(2026, 2, 1, 8), 2),
    ]


def test_steps_know_what_came_before_and_how_long_ago(shop: Loaded) -> None:
    hours = 3_600_000_000
    assert shop.rows("SELECT object, ordinal, type::VARCHAR, before::VARCHAR, since_us FROM step") == [
        (2, 1, "placed", None, None),
        (2, 2, "delivered", "placed", (58 * 2 + 1) * hours // 2),
        (0, 1, "delivered", None, None),
        (0, 2, "placed", "delivered", 0),
        (1, 1, "placed", None, None),
    ]


def test_relations_follow_their_columns(shop: Loaded) -> None:
    assert shop.rows("SELECT * FROM relation") == [
        ("line", 0, "order", 0, "order"), ("line", 1, "order", 0, "order"), ("line", 2, "order", 2, "order"),
        ("line", 3, "order", 4, "order"), ("order", 0, "customer", 0, "customer"), ("order", 1, "customer", 1, "customer"),
        ("order", 2, "customer", 0, "customer"),
    ]  # fmt: skip


def test_a_relation_that_every_row_repeats_is_one(engine: DuckEngine, tmp_path: Path) -> None:
    mapping = "{key: [], object: {type: case, id: [case]}, relations: [{to: customer, id: [customer]}], events: [{type_from: a, at: at}]}"
    text = "case,customer,a,at\nA,c1,open,2026-01-05\nA,c1,close,2026-01-06\nA,c2,paid,2026-01-07\n"

    got = record(load(engine, tmp_path, {"log.csv": text}, mapping))

    assert got.rows("SELECT from_code, to_code FROM relation") == [(0, 0), (0, 1)]


def test_lines_lend_their_order_the_first_and_the_last_limit(shop: Loaded) -> None:
    assert shop.rows("SELECT id, first_limit::VARCHAR, last_limit::VARCHAR FROM object_order WHERE first_limit IS NOT NULL") == [
        ("o1", "2026-02-02", "2026-02-04"), ("o9", "2026-02-03", "2026-02-03")
    ]  # fmt: skip


def test_answers_keep_their_scale_and_rows_without_a_score_are_none(shop: Loaded) -> None:
    assert shop.rows("SELECT about, asked, answered, score, low, high, instrument FROM feedback") == [
        (0, datetime(2026, 2, 2), datetime(2026, 2, 3, 12), Decimal(5), 1, 5, "stars"),
        (3, None, datetime(2026, 2, 5, 12), Decimal("3.5"), 1, 5, "stars"),
    ]


def test_amounts_add_up_to_the_last_decimal(shop: Loaded) -> None:
    assert shop.rows("SELECT about, sum(amount), any_value(currency) FROM money GROUP BY about ORDER BY about") == [
        (0, Decimal("0.3000"), "EUR"), (2, Decimal("99999999999999.9999"), "EUR"), (4, Decimal(-7), "EUR")
    ]  # fmt: skip


def test_a_cell_that_could_not_be_read_is_told_of_its_object(shop: Loaded) -> None:
    assert shop.rows("SELECT object_type, object, name FROM bad_cell ORDER BY ALL") == [
        ("order", 1, "delivered"), ("order", 2, "first_limit"), ("order", 2, "last_limit")
    ]  # fmt: skip


@given(st.lists(st.text(min_size=1, max_size=5).map(str.strip).filter(lambda s: s and "\0" not in s), min_size=1, max_size=20))
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_codes_follow_the_bytes_of_any_ids(engine: DuckEngine, tmp_path: Path, ids: list[str]) -> None:
    quoted = ['"' + text.replace('"', '""') + '"' for text in ids]
    got = record(
        load(engine, tmp_path, {"t.csv": "id,v\n" + "".join(f"{id},x\n" for id in quoted)}, "{key: [id], object: {type: o, id: [id]}}")
    )

    assert [row[0] for row in got.rows("SELECT id FROM object_o ORDER BY code")] == sorted(set(ids), key=str.encode)


@pytest.mark.parametrize("type", ["month", "type", "order", "group", "select"])
def test_types_may_be_called_what_sql_calls_its_words(engine: DuckEngine, tmp_path: Path, type: str) -> None:
    mapping = f"{{key: [id], object: {{type: {type}, id: [id], attributes: {{from: {{column: v}}}}}}, events: [{{type: end, at: at}}]}}"
    got = record(load(engine, tmp_path, {"t.csv": "id,at,v\n1,2026-01-05,x\n"}, mapping))

    assert got.rows(f'SELECT id, month, "from" FROM object_{type}') == [("1", 202601, "x")]
    assert got.rows("SELECT object_type::VARCHAR, type::VARCHAR FROM event") == [(type, "end")]


def test_an_object_of_several_rows_takes_the_first_value_that_is_there(engine: DuckEngine, tmp_path: Path) -> None:
    mapping = """{key: [], object: {type: case, id: [case], attributes: {due: {column: due, as: day}}},
                  events: [{type_from: activity, at: at}]}"""
    text = """case,activity,at,due
A,open,2026-01-05,
A,work,2026-01-06,2026-01-09
A,close,2026-01-07,2026-01-10
,x,2026-01-07,
B,,2026-01-08,
"""

    got = record(load(engine, tmp_path, {"log.csv": text}, mapping))

    assert got.rows("SELECT id, due::VARCHAR FROM object_case") == [("A", "2026-01-09"), ("B", None)]
    assert [row[0] for row in got.rows("SELECT type::VARCHAR FROM step ORDER BY ordinal")] == ["open", "work", "close"]


def test_an_attribute_has_one_giver(engine: DuckEngine, tmp_path: Path) -> None:
    write(tmp_path, {"a.csv": "id,v\n", "b.csv": "id,v\n"})
    mapping = "{key: [id], object: {type: o, id: [id], attributes: {v: {column: v}}}}"

    with pytest.raises(BookError, match="attribute 'v' of 'o' is given by two sources"):
        record(load_all(engine, tmp_path, {name: source_of(mapping, files=[f"{name}.csv"]) for name in "ab"}))


def test_sources_without_any_fact_leave_empty_tables(engine: DuckEngine, tmp_path: Path) -> None:
    got = record(load(engine, tmp_path, {"t.csv": "id\n1\n"}, "key: [id]"))

    for table in ("event", "step", "relation", "feedback", "money", "bad_cell"):
        assert got.rows(f"SELECT * FROM {table}") == []
