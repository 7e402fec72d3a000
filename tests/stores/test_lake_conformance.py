"""What every lake must do, whatever it keeps its tables in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.stores.world import NOW, PARTS, build, load_of, make_tables, snapshot_of
from troth.kernel.errors import Busy, StoreError
from troth.record.ports import Column, Lake, Part, Snapshot, StoredFile, Uncleared
from troth.stores.lake.engine import DuckEngine
from troth.stores.memory import MemoryLake

TABLES = [part.table for part in PARTS]


@pytest.fixture(params=["lake", "memory"])
def any_lake(request: pytest.FixtureRequest) -> Lake:
    return MemoryLake() if request.param == "memory" else request.getfixturevalue("lake")


def _rows(engine: DuckEngine, table: str) -> list[tuple[object, ...]]:
    return sorted(engine.rows(f"SELECT * FROM {table}"), key=repr)


def _attached(lake: Lake, snapshot: Snapshot, read: Callable[[DuckEngine], object]) -> object:
    with DuckEngine(threads=1) as reader:
        lake.attach(reader, snapshot)
        return read(reader)


def test_a_new_lake_has_nothing_in_force(any_lake: Lake) -> None:
    assert any_lake.current() is None


def test_what_was_published_is_in_force(any_lake: Lake, engine: DuckEngine) -> None:
    snapshot = build(engine, any_lake, "first", seed=1)

    assert any_lake.current() == snapshot


@pytest.mark.parametrize("table", TABLES)
def test_a_view_gives_back_the_rows_that_were_written(any_lake: Lake, engine: DuckEngine, table: str) -> None:
    snapshot = build(engine, any_lake, "first", seed=1)

    assert _attached(any_lake, snapshot, lambda reader: _rows(reader, table)) == _rows(engine, table)


@pytest.mark.parametrize("table", TABLES)
def test_a_view_has_the_types_of_the_manifest(any_lake: Lake, engine: DuckEngine, table: str) -> None:
    snapshot = build(engine, any_lake, "first", seed=1)

    def described(reader: DuckEngine) -> object:
        return tuple(Column(row[0], row[1]) for row in reader.rows(f"DESCRIBE {table}"))

    assert _attached(any_lake, snapshot, described) == snapshot.schemas[table]


def test_outcomes_of_before_have_what_came_later_empty(any_lake: Lake, engine: DuckEngine) -> None:
    make_tables(engine, 1)
    engine.run("ALTER TABLE outcome_deliver DROP COLUMN breached")
    with any_lake.building(NOW):
        snapshot = snapshot_of(engine, any_lake, "older", seed=1)

    def told(reader: DuckEngine) -> object:
        return [reader.rows(f"SELECT count(*) > 0, count(breached) FROM {table}") for table in ("outcome_deliver", "outcome")]

    assert _attached(any_lake, snapshot, told) == [[(True, 0)], [(True, 0)]]


def test_an_enumeration_is_kept_as_text(any_lake: Lake, engine: DuckEngine) -> None:
    snapshot = build(engine, any_lake, "first", seed=1)

    assert Column("type", "VARCHAR") in snapshot.schemas["event"]


def test_a_table_without_rows_has_no_files(any_lake: Lake, engine: DuckEngine) -> None:
    snapshot = build(engine, any_lake, "first", seed=1)

    assert [file for file in snapshot.files if file.table == "quarantine"] == []


def test_partitions_are_named_by_their_values(any_lake: Lake, engine: DuckEngine) -> None:
    snapshot = build(engine, any_lake, "first", seed=1)

    names = [file.partition for file in snapshot.files if file.table == "event"]
    assert names == ["order/201801", "order/201802"]


def test_each_row_is_in_one_partition(any_lake: Lake, engine: DuckEngine) -> None:
    snapshot = build(engine, any_lake, "first", seed=1)

    assert sum(file.rows for file in snapshot.files if file.table == "event") == 60 * 3


def test_outcomes_of_all_promises_are_one_view(any_lake: Lake, engine: DuckEngine) -> None:
    #  promise  subject  due         share_of
    #  deliver  60 orders 2 days on  -
    #  answer   7        -           6
    make_tables(engine, seed=1)
    engine.run("CREATE TABLE outcome_answer AS SELECT 'answer' AS promise, 201801 AS month, 7 AS subject, 6 AS share_of")
    with any_lake.building(NOW):
        files = any_lake.write(engine, [*PARTS, Part("outcome_answer", (), ("subject",))])
        columns = tuple(Column(name, "INTEGER") for name in ("month", "subject", "share_of"))
        snapshot = replace(
            snapshot_of(engine, any_lake, "first", seed=1),
            files=files,
        )
        schemas = {**snapshot.schemas, "outcome_answer": (Column("promise", "VARCHAR"), *columns)}
        snapshot = replace(snapshot, schemas=schemas)
        any_lake.publish(snapshot, NOW)

    def counted(reader: DuckEngine) -> object:
        return reader.rows("SELECT promise, count(*), count(due), max(share_of) FROM outcome GROUP BY ALL ORDER BY 1")

    assert _attached(any_lake, snapshot, counted) == [("answer", 1, 0, 6), ("deliver", 60, 60, None)]


def test_a_snapshot_without_promises_has_an_empty_outcome(any_lake: Lake) -> None:
    bare = Snapshot("bare", NOW, "b00c", "0.1.0", {"money": (Column("amount", "DECIMAL(18,4)"),)}, (), {})

    assert _attached(any_lake, bare, lambda reader: reader.rows("SELECT due, promise FROM outcome")) == []


def test_publishing_again_what_is_in_force_changes_nothing(any_lake: Lake, engine: DuckEngine) -> None:
    snapshot = build(engine, any_lake, "first", seed=1)

    with any_lake.building(NOW):
        any_lake.publish(snapshot_of(engine, any_lake, "first", seed=1), NOW)

    assert any_lake.current() == snapshot


def test_an_earlier_snapshot_can_be_put_in_force_again(any_lake: Lake, engine: DuckEngine) -> None:
    first = build(engine, any_lake, "first", seed=1)
    with DuckEngine(threads=1) as other:
        build(other, any_lake, "second", seed=2)

    with any_lake.building(NOW):
        any_lake.publish(first, NOW)

    assert any_lake.current() == first


def test_other_contents_under_a_published_id_are_refused(any_lake: Lake, engine: DuckEngine) -> None:
    first = build(engine, any_lake, "first", seed=1)

    with any_lake.building(NOW), pytest.raises(StoreError, match="other contents"):
        any_lake.publish(replace(first, files=first.files[1:]), NOW)

    assert any_lake.current() == first


def test_a_snapshot_whose_file_was_never_written_is_refused(any_lake: Lake, engine: DuckEngine) -> None:
    first = build(engine, any_lake, "first", seed=1)
    missing = StoredFile("event", "order/209901", "event/order/209901/absent.parquet", "0" * 64, 10, 1)

    with any_lake.building(NOW), pytest.raises(StoreError, match="absent"):
        any_lake.publish(replace(first, id="second", files=(*first.files, missing)), NOW)

    assert any_lake.current() == first


def test_a_row_without_its_partition_is_refused(any_lake: Lake, engine: DuckEngine) -> None:
    engine.run("CREATE TABLE event AS SELECT CAST(NULL AS INTEGER) AS month, 1 AS object")

    with any_lake.building(NOW), pytest.raises(StoreError, match="without"):
        any_lake.write(engine, [Part("event", ("month",), ("object",))])


def test_writing_outside_of_a_build_is_refused(any_lake: Lake, engine: DuckEngine) -> None:
    with pytest.raises(StoreError, match="outside of a build"):
        any_lake.write(engine, PARTS)


def test_a_second_builder_is_refused(any_lake: Lake) -> None:
    with any_lake.building(NOW), pytest.raises(Busy, match="2018-10-17T17:30:00"), any_lake.building(NOW):
        pass


def test_a_build_after_a_failed_one_may_begin(any_lake: Lake) -> None:
    with pytest.raises(ValueError, match="the sources"), any_lake.building(NOW):
        raise ValueError("the sources are broken")

    with any_lake.building(NOW):
        pass


def test_a_new_lake_was_given_nothing(any_lake: Lake) -> None:
    assert any_lake.loads() == ()


def test_loads_are_on_record_with_the_snapshot_they_were_taken_in_for(any_lake: Lake, engine: DuckEngine) -> None:
    build(engine, any_lake, "first", seed=1)
    with DuckEngine(threads=1) as another:
        build(another, any_lake, "second", seed=2, now=NOW + timedelta(hours=1))

    assert [(load.seq, load.known_from) for load in any_lake.loads()] == [(1, NOW), (2, NOW + timedelta(hours=1))]
    assert [load.content for load in any_lake.loads()] == [f"{1:064d}", f"{2:064d}"]


def test_rows_that_are_kept_are_read_as_they_were(any_lake: Lake, engine: DuckEngine) -> None:
    build(engine, any_lake, "first", seed=7)
    files = any_lake.loads()[0].files

    with DuckEngine(threads=1) as reader:
        assert reader.rows(f'SELECT CAST("#row" AS BIGINT), id FROM {any_lake.kept(files)} ORDER BY 1') == [
            (1, "o7"),
            (2, "o14"),
            (3, "o21"),
        ]


def test_a_load_that_is_not_the_next_one_is_refused(any_lake: Lake, engine: DuckEngine) -> None:
    build(engine, any_lake, "first", seed=1)
    with any_lake.building(NOW):
        load, snapshot = load_of(engine, any_lake, 2, NOW), replace(snapshot_of(engine, any_lake, "second", 2), id="second")

        for wrong in (replace(load, seq=1), replace(load, seq=3), replace(load, known_from=NOW - timedelta(microseconds=1))):
            with pytest.raises(StoreError, match="not the next ones"):
                any_lake.publish(snapshot, NOW, [wrong])

    assert len(any_lake.loads()) == 1
    current = any_lake.current()
    assert current is not None
    assert current.id == "first"


def test_a_snapshot_is_found_by_its_id_and_known_to_be_whole(any_lake: Lake, engine: DuckEngine) -> None:
    first = build(engine, any_lake, "first", seed=1)
    with DuckEngine(threads=1) as another:
        build(another, any_lake, "second", seed=2)

    assert any_lake.snapshot("first") == first
    assert any_lake.snapshot("third") is None
    assert any_lake.holds(first)
    assert not any_lake.holds(replace(first, files=(replace(first.files[0], path="event/none.parquet"),)))


def _build_second(any_lake: Lake) -> Snapshot:
    with DuckEngine(threads=1) as other:
        return build(other, any_lake, "second", seed=2)


def _rewritten(any_lake: Lake, engine: DuckEngine, uncleared: Uncleared | None) -> None:
    """The first load of the world, with other rows."""
    engine.run('CREATE OR REPLACE TABLE rows_orders AS SELECT 1 AS "#row", CAST(NULL AS VARCHAR) AS "#bad", 0 AS "#twin", \'other\' AS id')
    with any_lake.building(NOW):
        files = any_lake.keep(engine, [Part("rows_orders", (), ("#row",))])
        any_lake.rewrite([replace(any_lake.loads()[0], files=files, personal=(("id", "name"),), rewritten=1)], NOW, uncleared)


def test_a_load_that_is_rewritten_stands_in_its_place_with_other_rows(any_lake: Lake, engine: DuckEngine) -> None:
    build(engine, any_lake, "first", seed=1)
    _build_second(any_lake)
    before = any_lake.loads()

    _rewritten(any_lake, engine, None)

    first, second = any_lake.loads()
    assert (first.seq, first.known_from, first.personal, first.rewritten) == (1, before[0].known_from, (("id", "name"),), 1)
    assert engine.rows(f"SELECT id FROM {any_lake.kept(first.files)}") == [("other",)]
    assert second == before[1]
    assert any_lake.uncleared() is None


def test_a_load_that_is_not_known_cannot_be_rewritten(any_lake: Lake, engine: DuckEngine) -> None:
    build(engine, any_lake, "first", seed=1)
    (load,) = any_lake.loads()

    with any_lake.building(NOW), pytest.raises(StoreError, match="never taken in"):
        any_lake.rewrite([replace(load, seq=2)], NOW, None)
    assert any_lake.loads() == (load,)


def test_what_was_published_before_a_rewriting_goes_once_something_is_published_since(any_lake: Lake, engine: DuckEngine) -> None:
    first = build(engine, any_lake, "first", seed=1)
    _rewritten(any_lake, engine, Uncleared({"orders": ("id",)}, 1))
    _rewritten(any_lake, engine, Uncleared({"orders": ("mail",), "crm": ("id",)}, 2))
    assert any_lake.uncleared() == Uncleared({"crm": ("id",), "orders": ("id", "mail")}, 3)
    with any_lake.building(NOW), pytest.raises(StoreError, match="in force cannot be cleared"):
        any_lake.clear(NOW)
    second = _build_second(any_lake)

    with any_lake.building(NOW):
        gone = any_lake.clear(NOW)

    assert (gone, any_lake.uncleared()) == (1, None)
    assert (any_lake.snapshot(first.id), any_lake.current()) == (None, second)
    assert (any_lake.holds(first), any_lake.holds(second)) == (False, True)
    assert len(any_lake.loads()) == 2
    with any_lake.building(NOW):
        assert any_lake.clear(NOW) == 0
