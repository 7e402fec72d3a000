"""JSON as systems give it: a list, a page of an API, lines; nested objects flattened, lists inside of records as tables."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sources.loaded import Loaded, load, load_all, record, source_of, trimmed
from troth.kernel.errors import SourceError
from troth.sources.address import Address
from troth.sources.places import find_tables
from troth.sources.readers import elements, opened, tables_in
from troth.sources.readers.elements import Document, count_objects
from troth.stores.lake.engine import DuckEngine

ORDERS = """{key: [id], object: {type: order, id: [id], attributes:
  {n: {column: n, as: number}, who: {column: customer.name}, due: {column: due, as: day}}}}"""
ONE = {"id": "A", "n": 1.5, "customer": {"name": "x", "address": {"city": "Köln"}}, "due": "2026-01-31"}
TWO = {"id": "B", "n": 10**17, "customer": {"name": None}, "due": None, "tags": ["a", "b"]}
FACTS = [("A", Decimal("1.5"), "x", dt.date(2026, 1, 31)), ("B", None, None, None)]


def _facts(loaded: Loaded) -> list[tuple[object, ...]]:
    return record(loaded).rows("SELECT id, n, who, due FROM object_order ORDER BY id")


def _rows(engine: DuckEngine, path: Path, part: str | None = None) -> tuple[tuple[str, ...], list[tuple[Any, ...]], int]:
    with opened(engine, Address(path, part), "x") as table:
        rows = engine.rows(f"SELECT * FROM {table.relation}")
        return table.columns, [row[: len(table.columns)] for row in rows], table.records


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("t.json", json.dumps([ONE, TWO])),
        ("t.json", json.dumps([ONE, TWO], indent=2)),
        ("t.json", json.dumps({"count": 2, "data": [ONE, TWO], "next": None})),
        ("t.json", json.dumps({"meta": {"page": 1}, "result": {"orders": [ONE, TWO], "warnings": [{"text": "x"}]}})),
        ("t.jsonl", json.dumps(ONE) + "\n\n" + json.dumps(TWO) + "\n"),
        ("t.json", json.dumps(ONE) + "\r\n" + json.dumps(TWO)),
        ("t.ndjson", "\ufeff" + json.dumps(TWO, ensure_ascii=False) + "\n" + json.dumps(ONE, ensure_ascii=False)),
    ],
    ids=["list", "indented", "api-page", "two-levels", "lines", "lines-called-json", "lines-with-a-mark"],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_objects_are_records_wherever_they_stand(engine: DuckEngine, tmp_path: Path, name: str, text: str, encoding: str) -> None:
    got = load(engine, tmp_path, {name: text.encode(encoding)}, ORDERS)

    assert got.fates() == (2, 2, 0, 0, 0)
    assert _facts(got) == FACTS
    assert [(column, value) for _, column, _, value in got.quarantine()] == [("n", "100000000000000000")]


def test_nested_objects_are_columns_with_dots(engine: DuckEngine, tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text(json.dumps([ONE, TWO]))

    columns, rows, records = _rows(engine, tmp_path / "t.json")

    assert columns == ("id", "n", "customer.name", "customer.address.city", "due", "tags")
    assert rows == [("A", "1.5", "x", "Köln", "2026-01-31", None), ("B", str(10**17), None, None, None, '["a","b"]')]
    assert records == 2


def test_lists_inside_of_records_are_tables_with_the_key_of_their_record(engine: DuckEngine, tmp_path: Path) -> None:
    #  order 1: two items, the first with two parcels of its own list; order 2: none; order 3: one
    orders = [
        {"id": 1, "items": [{"sku": "a", "qty": 2}, {"sku": "b", "price": {"amount": 5}}]},
        {"id": 2, "items": []},
        {"id": 3, "items": [{"sku": "a"}], "ship": {"parcels": [{"no": "p1"}]}},
    ]
    (tmp_path / "orders.json").write_text(json.dumps({"data": orders}))

    assert [t.address.name for t in tables_in(tmp_path / "orders.json")] == ["orders.json", "orders.json#items", "orders.json#ship.parcels"]
    assert [a.name for a in find_tables(tmp_path, "orders.json")] == ["orders.json"]
    assert _rows(engine, tmp_path / "orders.json", "items") == (
        ("order_id", "sku", "qty", "price.amount"),
        [("1", "a", "2", None), ("1", "b", None, "5"), ("3", "a", None, None)],
        3,
    )
    assert _rows(engine, tmp_path / "orders.json", "ship.parcels")[:2] == (("order_id", "no"), [("3", "p1")])
    mapping = "{key: [order_id, sku], object: {type: item, id: [order_id, sku]}, relations: [{to: order, id: [order_id]}]}"
    got = load_all(engine, tmp_path, {"rows": source_of(mapping, files=["orders.json#items"])})
    assert got.fates() == (3, 3, 0, 0, 0)


def test_a_childs_own_column_keeps_its_name(engine: DuckEngine, tmp_path: Path) -> None:
    (tmp_path / "orders.json").write_text(json.dumps([{"id": 1, "items": [{"order_id": 9}]}, {"id": 2}]))

    assert _rows(engine, tmp_path / "orders.json", "items")[:2] == (("parent.id", "order_id"), [("1", "9")])


def test_the_longest_list_is_read_and_the_others_are_named(engine: DuckEngine, tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text(json.dumps({"included": [{"a": 1}], "data": [{"id": 1}, {"id": 2}], "n": [1, 2, 3]}))

    assert [(t.address.name, t.hidden) for t in tables_in(tmp_path / "t.json")] == [
        ("t.json", ""), ("t.json#included", "a shorter list than the one that is read"),
    ]  # fmt: skip
    with opened(engine, Address(tmp_path / "t.json"), "x") as table:
        assert [(t.what, t.evidence) for t in table.told] == [
            ("records are those of 'data'", "2 objects, the longest list at the top two levels; 'included' has 1")
        ]
    assert _rows(engine, tmp_path / "t.json", "included") == (("a",), [("1",)], 1)


def test_numbers_are_what_is_written(engine: DuckEngine, tmp_path: Path) -> None:
    #  a double would make 0.1 + 0.2 of the first, another id of the second, infinity of the third
    text = '[{"id":"a","n":0.1},{"id":"b","n":9007199254740993},{"id":"c","n":1e400},{"id":"d","n":NaN},{"id":"e","n":-Infinity}]'

    got = load(engine, tmp_path, {"t.json": text}, "{key: [id], object: {type: o, id: [id], attributes: {n: {column: n, as: number}}}}")

    assert record(got).rows("SELECT n FROM object_o ORDER BY id") == [(Decimal("0.1"),), (None,), (None,), (None,), (None,)]
    assert [(value, reason) for _, _, reason, value in got.quarantine()] == [
        ("9007199254740993", "not a value of type number"), ("1e400", "not a value of type number"),
        ("NaN", "the cell has no usable value"), ("-Infinity", "the cell has no usable value"),
    ]  # fmt: skip


def test_lines_that_are_no_record_cost_themselves_only(engine: DuckEngine, tmp_path: Path) -> None:
    deep = "[" * 10_000 + "]" * 10_000
    lines = [
        b'{"id": 1}', b'{"id": 2', b"[1]", b'{"id": 3, "id": 4}', b'{"id": "\xff"}', b'{"id": "\\ud800"}', b'{"id": 5,}',
        b'{"id": ' + deep.encode() + b"}", b"", b'{"id": 6, "x": "a\\u0000b"}', b"null",
    ]  # fmt: skip

    got = load(engine, tmp_path, {"t.jsonl": b"\n".join(lines)}, "{key: [id], object: {type: o, id: [id], attributes: {x: {column: x}}}}")

    assert got.fates() == (10, 2, 8, 0, 0)
    #  what is wrong inside of a line is said in Python's words, which differ by version
    said = [(row, reason.partition(":")[0]) for row, _, reason, _ in got.quarantine()]
    assert said == [
        (2, "no JSON"),
        (3, "no object"),
        (4, "the key 'id' stands twice"),
        (5, "invalid encoding"),
        (6, "invalid encoding"),
        (7, "no JSON"),
        (8, "nested deeper than any record"),
        (10, "the cell has no usable value"),
        (11, "no object"),
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b'[{"id": 1},\n{"id": 2},]', "line 2; got expecting value"),
        (b'[{"id": 1}\n{"id": 2}]', "line 2; got ']' is missing"),
        (b'[{"id": 1}', "line 1; got ']' is missing"),
        (b'[{"id": 1}] x', "something behind the end"),
        (b'{"data": [{"id": 1}], 3: 4}', "a key in quotes is missing"),
        (b"[1, 2, 3]", "no list of objects"),
        (b'{"id": 1}', "no list of objects"),
        (b'"text"', "no list of objects"),
        (b"id,n\n1,2\n", "line 1; got expecting value"),
        (b'[{"id": ' + b"[" * 10_000, "nested deeper than any record"),
        (b'{"a": {"b": {"c": ' + b'{"d": ' * 10_000 + b"1", "nested deeper than any record"),
        (b"\x00" * 50, "is"),
    ],
    ids=[
        "empty",
        "blank",
        "trailing-comma",
        "no-comma",
        "cut",
        "more",
        "key",
        "numbers",
        "one-object",
        "text",
        "csv",
        "deep",
        "deep-object",
        "nul",
    ],
)
def test_what_is_no_json_table_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "t.json").write_bytes(content)

    with pytest.raises(SourceError, match=r"t\.json") as refused:
        tables_in(tmp_path / "t.json")

    assert said in str(refused.value)
    assert refused.value.next_step


def test_an_element_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elements, "LONGEST", 10_000)
    (tmp_path / "t.json").write_text('[{"id": "' + "x" * (3 << 20))

    with pytest.raises(SourceError, match="an element longer than 32 MB"):
        tables_in(tmp_path / "t.json")


def test_keys_that_are_values_are_no_columns(tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text(json.dumps([{f"k{n}": 1} for n in range(5000)]))

    with pytest.raises(SourceError, match="more than 4,000 different keys"):
        tables_in(tmp_path / "t.json")


SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=6) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3), max_leaves=8
)


@pytest.mark.slow
@given(
    st.lists(st.dictionaries(st.text(max_size=3), VALUES, max_size=3), max_size=5),
    VALUES,
    st.sampled_from([1, 2, 3, 7, 1 << 20]),
    st.booleans(),
)
@settings(max_examples=200, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_elements_are_those_of_the_document_whatever_the_pieces(
    tmp_path: Path,
    rows: list[dict[str, Any]],
    beside: Any,
    chunk: int,
    escaped: bool,  # noqa: FBT001
) -> None:
    path = tmp_path / "t.json"
    path.write_text(json.dumps({"first": beside, "rows": rows}, ensure_ascii=escaped), encoding="utf-8", errors="surrogatepass")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(elements, "CHUNK", chunk)
        found = [e for e in Document(path).elements() if e.list == ("rows",)]
        if found:
            assert count_objects(path, found[0].ordinal) == len(rows)

    assert len(found) == len(rows)


WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=10)
ROW = st.tuples(
    WORDS,
    st.none() | st.integers(-(10**9), 10**9).map(lambda n: Decimal(n) / 10_000),
    st.none() | st.dates(dt.date(1900, 1, 1), dt.date(2199, 12, 31)),
)


@pytest.mark.slow
@given(st.lists(ROW, min_size=1, max_size=8), st.sampled_from(["lines", "list", "page"]), st.booleans())
@settings(max_examples=80, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_table_written_as_json_comes_back(
    engine: DuckEngine,
    tmp_path: Path,
    rows: list[tuple[str, Decimal | None, dt.date | None]],
    way: str,
    escaped: bool,  # noqa: FBT001
) -> None:
    objects = [
        {"id": f"k{i}", "customer": {"name": who}, **({} if n is None else {"n": float(n)}), "due": due and due.isoformat()}
        for i, (who, n, due) in enumerate(rows)
    ]
    dumped = [json.dumps(o, ensure_ascii=escaped) for o in objects]
    text = {"lines": "\n".join(dumped), "list": f"[{','.join(dumped)}]", "page": '{"data":[' + ",\n".join(dumped) + "]}"}[way]
    for old in tmp_path.iterdir():
        old.unlink()

    got = load(
        engine,
        tmp_path,
        {"t.jsonl" if way == "lines" else "t.json": text},
        ORDERS.replace("{n: {column: n, as: number}, ", "{" if all(n is None for _, n, _ in rows) else "{n: {column: n, as: number}, "),
    )

    columns = "id, who, due" if all(n is None for _, n, _ in rows) else "id, who, due, n"
    found = record(got).rows(f"SELECT {columns} FROM object_order ORDER BY CAST(id[2:] AS INT)")
    expected = [(f"k{i}", trimmed(who), due, n)[: len(columns.split(", "))] for i, (who, n, due) in enumerate(rows)]
    assert found == expected
