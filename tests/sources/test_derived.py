"""Columns made of others, rows chosen by a word, and relations by another name: small worlds in mental arithmetic."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.sources.loaded import load, load_all, record, source_of, write
from troth.sources.matches import alike_sql
from troth.stores.lake.engine import DuckEngine

TICKET = "key: [id], object: {type: ticket, id: [id]}"


def test_elapsed_minutes_are_added_across_a_change_of_clocks(engine: DuckEngine, tmp_path: Path) -> None:
    """01:30 on 29 March 2026 in Berlin is 00:30 UTC; an hour and a half later it is 02:00 UTC, though clocks show 04:00."""
    rows = "id,made,minutes\na,2026-03-29 01:30,90\nb,2026-03-30 10:00,\nc,2026-03-30 10:00,soon\nd,,5\ne,2026-03-30T10:00:00Z,0.5\n"
    mapping = f"{{{TICKET}, derived: {{done: {{column: made, plus: minutes}}}}, events: [{{type: done, at: done}}]}}"

    got = record(load(engine, tmp_path, {"t.csv": rows}, mapping, zone="Europe/Berlin"))

    assert got.rows("SELECT o.id, occurred FROM event e JOIN object_ticket o ON o.code = e.object ORDER BY 1") == [
        ("a", datetime(2026, 3, 29, 2)), ("e", datetime(2026, 3, 30, 10, 0, 30)),
    ]  # fmt: skip
    assert [(row, column) for row, column, _, _ in got.quarantine()] == [(3, "done")]


def test_a_part_of_a_text_is_read_and_one_that_is_no_date_is_held_back(engine: DuckEngine, tmp_path: Path) -> None:
    rows = 'id,note\na,"Door: 3\nDate: 2026-03-05"\nb,nothing\nc,Date: 2026-99-99\n'
    mapping = (
        "{key: [id], object: {type: ticket, id: [id], attributes: {day: {column: day, as: day}}},"
        " derived: {day: {column: note, find: 'Date: *([0-9-]+)'}}, personal: {note: free_text}}"
    )

    got = record(load(engine, tmp_path, {"t.csv": rows}, mapping))

    assert got.rows('SELECT id, "day" FROM object_ticket ORDER BY 1') == [("a", date(2026, 3, 5)), ("b", None), ("c", None)]
    assert got.quarantine() == [(3, "day", "not a value of type day", None)]


def test_words_are_read_as_numbers_and_unknown_ones_are_held_back(engine: DuckEngine, tmp_path: Path) -> None:
    rows = "id,how\na,Good\nb,bad\nc,Offered\nd,\ne,splendid\n"
    mapping = (
        f"{{{TICKET}, derived: {{score: {{column: how, values: {{good: 1, bad: 0, offered: ''}}}}}},"
        " feedback: [{about: ticket, id: [id], instrument: csat, score: score, scale: [0, 1]}]}"
    )

    got = record(load(engine, tmp_path, {"t.csv": rows}, mapping))

    assert got.rows("SELECT CAST(score AS INTEGER) FROM feedback ORDER BY about") == [(1,), (0,)]
    assert got.quarantine() == [(5, "score", "not a value of type number", "splendid")]


def test_events_and_lent_attributes_are_of_the_rows_that_are_meant(engine: DuckEngine, tmp_path: Path) -> None:
    rows = "ticket,metric,at,until\na,reply,2026-03-01,2026-03-02\na,solve,2026-03-01,2026-03-09\nb,solve,2026-03-01,\n"
    mapping = """
key: [ticket, metric]
object: {type: ticket, id: [ticket]}
events: [{type: asked, at: at, where: {metric: [reply]}}, {type: dated, at: at, where: {until: any}}]
lends: [{to: ticket, id: [ticket], attribute: reply_by, column: until, as: day, where: {metric: [reply]}}]
"""

    got = record(load(engine, tmp_path, {"t.csv": rows}, mapping))

    assert got.rows("SELECT id, reply_by FROM object_ticket ORDER BY 1") == [("a", date(2026, 3, 2)), ("b", None)]
    assert got.rows("SELECT type, count(*) FROM event GROUP BY 1 ORDER BY 1") == [("asked", 1), ("dated", 2)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("derived: {x: {column: a}}", "give one of"),
        ("derived: {x: {column: a, find: '(b)', plus: c}}", "give one of"),
        ("derived: {x: {column: a, find: 'b'}}", "exactly one group"),
        ("derived: {x: {column: a, find: '(b'}}", "no regular expression"),
        ("derived: {x: {column: a, find: '(b)(?=c)'}}", "neither looks around"),
        ("object: {type: o, id: [k]}, relations: [{to: p, id: [a, b], by: mail}]", "one column"),
        (
            "object: {type: o, id: [k], attributes: {w: {column: x}}}, derived: {x: {column: m, find: '(.)'}}, personal: {m: email}",
            "'x' is personal",
        ),
    ],
)
def test_what_cannot_be_made_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        source_of(f"{{key: [k], {text}}}")


CUSTOMERS = "id,erp,mail\nc1,0000004711,Ann@Example.com\nc2,0000004712,bo@example.com\nc3,0000004713,bo@example.com\n"
ORDERS = "id,erp,mail\no1,4711,ann@example.com\no2,4712,BO@example.com\no3,9,x@example.com\no4,,\n"


@pytest.mark.parametrize(
    ("relation", "links"),
    [
        ("{to: customer, by: erp, id: [erp], ignoring: [leading_zeros]}", [("o1", "c1"), ("o2", "c2")]),
        ("{to: customer, by: erp, id: [erp]}", []),
        ("{to: customer, by: mail, id: [mail], ignoring: [case]}", [("o1", "c1")]),
    ],
    ids=["zeros in front", "as they are", "a mail of two customers names neither"],
)
def test_an_object_is_found_by_another_name(engine: DuckEngine, tmp_path: Path, relation: str, links: list[tuple[str, str]]) -> None:
    sources = {
        "customers": source_of(
            "{key: [id], object: {type: customer, id: [id], known_as: {erp: erp, mail: mail}}}", files=["customers.csv"]
        ),
        "orders": source_of(f"{{key: [id], object: {{type: order, id: [id]}}, relations: [{relation}]}}", files=["orders.csv"]),
    }

    got = record(load_all(engine, write(tmp_path, {"customers.csv": CUSTOMERS, "orders.csv": ORDERS}), sources))

    found = got.rows("SELECT f.id, t.id FROM relation, object_order f, object_customer t WHERE f.code = from_code AND t.code = to_code")
    assert sorted(found) == links
    assert got.rows("SELECT count(*) FROM object_customer") == [(3,)]


@pytest.mark.parametrize(
    ("one", "other", "ignoring", "same"),
    [
        ("0000004711", "4711", ("leading_zeros",), True),
        ("0000", "0", ("leading_zeros",), True),
        ("4710", "471", ("leading_zeros",), False),
        ("0015g00000K02xA", "0015g00000K02xAAAQ", ("salesforce_suffix",), True),
        ("0015g00000K02xa", "0015g00000K02xAAAQ", ("salesforce_suffix",), False),
        ("Ann@X.de", "ann@x.DE", ("case",), True),
        ("00AB", "ab", ("case", "leading_zeros"), True),
    ],
)
def test_ids_are_alike_but_for_what_is_left_aside(
    engine: DuckEngine, one: str, other: str, ignoring: tuple[str, ...], same: bool  # noqa: FBT001
) -> None:  # fmt: skip
    sides = ", ".join(alike_sql(f"'{side}'", ignoring) for side in (one, other))  # type: ignore[arg-type]

    a, b = engine.rows(f"SELECT {sides}")[0]
    assert (a == b) is same


@pytest.mark.slow
@given(st.integers(0, 10**12), st.integers(0, 12))
def test_padding_with_zeros_never_changes_what_is_alike(number: int, zeros: int) -> None:
    engine = DuckEngine()
    plain, padded = (alike_sql(f"'{text}'", ["leading_zeros"]) for text in (str(number), "0" * zeros + str(number)))

    a, b = engine.rows(f"SELECT {plain}, {padded}")[0]
    assert a == b
