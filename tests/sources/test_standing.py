"""What stands of a source is a fold of its loads: against dictionaries, against one reading of it all, and case by case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sources.loaded import source_of
from tests.sources.taken import START, Taken, csv
from troth.kernel.errors import ConservationError, SourceError
from troth.sources import Staged, settle, splitter, stage
from troth.sources.places import names
from troth.sources.readers import delimited
from troth.stores.lake.engine import DuckEngine

ROWS = "{key: [id], object: {type: thing, id: [id], attributes: {value: {column: value}}}}"
WHOLE = ROWS.replace("{key", "{contract: {full_extract: true}, key")
LOG = ROWS.replace("key: [id]", "key: []")
FEW = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

Folder = Mapping[str, Mapping[str, str]]


def standing(history: Sequence[Folder], *, full: bool) -> dict[str, str]:
    """The oracle: which file said what last, and since when; of several files the one that said it last counts."""
    said: dict[tuple[str, str], tuple[int, str, str]] = {}
    before: Folder = {}
    for number, folder in enumerate(history):
        for file in sorted({*folder, *before}):
            now, then = folder.get(file, {}), before.get(file, {})
            said |= {(file, key): (number, file, value) for key, value in now.items() if then.get(key) != value}
            for key in then.keys() - now.keys() if full else ():
                del said[file, key]
        before = folder
    return {key: value for (_, key), (_, _, value) in sorted(said.items(), key=lambda one: one[1][:2])}


FOLDERS = st.lists(
    st.dictionaries(
        st.sampled_from(["a.csv", "b.csv", "c.csv"]),
        st.dictionaries(st.sampled_from("KLMN"), st.sampled_from("123"), min_size=1, max_size=4),
        min_size=1,
        max_size=3,
    ),
    min_size=1,
    max_size=5,
)


@pytest.mark.parametrize("full", [False, True])
@given(history=FOLDERS)
@FEW
def test_what_stands_is_what_each_file_said_last(engine: DuckEngine, tmp_path: Path, full: bool, history: list[Folder]) -> None:  # noqa: FBT001
    taken = Taken(engine, tmp_path / "in", WHOLE if full else ROWS)
    for folder in history:
        taken.intake({name: [*rows.items()] for name, rows in folder.items()})

    upto = len(history)
    intakes = sorted({one.load.seq for one in taken.known})
    assert taken.standing() == standing(history, full=full)
    assert taken.balance().stored == len(standing(history, full=full))
    if len(intakes) == upto:  # an intake in which nothing arrived has no number
        assert taken.standing(upto=1) == standing(history[:1], full=full)


@given(rows=st.dictionaries(st.sampled_from("ABCDEFGH"), st.sampled_from("123"), min_size=1), data=st.data())
@FEW
def test_any_split_in_any_order_stands_as_the_whole_read_at_once(
    engine: DuckEngine, tmp_path: Path, rows: dict[str, str], data: st.DataObject
) -> None:
    table = data.draw(st.permutations(list(rows.items())))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(table)), max_size=3)))
    parts = [part for first, last in zip([0, *cuts], [*cuts, len(table)], strict=True) if (part := table[first:last])]
    taken = Taken(engine, tmp_path / "in", ROWS)
    folder: dict[str, list[tuple[str, str]]] = {}
    for number, part in enumerate(parts):
        folder[f"{number}.csv"] = part
        taken.intake(folder)
    in_parts, kept = taken.standing(), taken.balance().stored

    at_once = taken.again(tmp_path / "whole")
    at_once.intake({"all.csv": table})

    assert at_once.standing() == in_parts == rows
    assert kept == len(rows)


@given(
    contents=st.lists(st.lists(st.tuples(st.sampled_from("KLM"), st.sampled_from("12")), min_size=1, max_size=6), min_size=1, max_size=4)
)
@FEW
def test_one_file_that_is_the_whole_stands_as_it_lies_there(
    engine: DuckEngine, tmp_path: Path, contents: list[list[tuple[str, str]]]
) -> None:
    taken = Taken(engine, tmp_path / "in", WHOLE)
    for rows in contents:
        taken.intake({"a.csv": rows})
        assert taken.standing() == dict(rows)  # of one key the last row counts
        taken.balance()


@given(contents=st.lists(st.lists(st.tuples(st.sampled_from("KL"), st.sampled_from("12")), min_size=1, max_size=6), min_size=1, max_size=4))
@FEW
def test_rows_without_a_key_are_a_set_that_only_grows(engine: DuckEngine, tmp_path: Path, contents: list[list[tuple[str, str]]]) -> None:
    taken = Taken(engine, tmp_path / "in", LOG)
    for rows in contents:
        taken.intake({"a.csv": rows})

    balance = taken.balance()

    assert balance.stored == len({row for rows in contents for row in rows})
    assert balance.superseded == balance.retracted == 0


def test_a_file_that_is_as_it_was_is_not_taken_in(engine: DuckEngine, tmp_path: Path) -> None:
    taken = Taken(engine, tmp_path / "in", ROWS)
    taken.intake({"a.csv": [("A", "1")], "b.csv": [("B", "1")]})

    (load,) = taken.intake({"a.csv": [("A", "1")], "b.csv": [("B", "1"), ("C", "2")]})

    assert (load.name, load.seq, load.taken, load.unchanged, load.gone) == ("b.csv", 2, 1, 1, 0)
    assert load.known_from > START
    assert taken.standing() == {"A": "1", "B": "1", "C": "2"}


#           a.csv   b.csv    counts
#   load 1  A = 1            1
#   load 2          A = 2    2
#   load 3  A = 1, and B     2: a.csv says of A what it said before, so its word is as old as it was
def test_a_row_that_did_not_change_keeps_its_place_when_its_file_is_touched(engine: DuckEngine, tmp_path: Path) -> None:
    taken = Taken(engine, tmp_path / "in", ROWS)
    taken.intake({"a.csv": [("A", "1")]})
    taken.intake({"a.csv": [("A", "1")], "b.csv": [("A", "2")]})
    taken.intake({"a.csv": [("B", "9"), ("A", "1")], "b.csv": [("A", "2")]})

    assert taken.standing() == {"A": "2", "B": "9"}
    balance = taken.balance()
    assert (balance.read, balance.stored, balance.superseded) == (3, 2, 1)


def test_of_one_intake_the_later_name_counts(engine: DuckEngine, tmp_path: Path) -> None:
    taken = Taken(engine, tmp_path / "in", ROWS)
    taken.intake({"b.csv": [("A", "2")], "a.csv": [("A", "1")]})

    assert taken.standing() == {"A": "2"}


@pytest.mark.parametrize(("mapping", "stands", "retracted"), [(ROWS, {"A": "1", "B": "1"}, 0), (WHOLE, {"A": "1"}, 1)])
def test_a_row_that_is_absent_was_taken_back_only_where_the_file_is_the_whole(
    engine: DuckEngine, tmp_path: Path, mapping: str, stands: dict[str, str], retracted: int
) -> None:
    taken = Taken(engine, tmp_path / "in", mapping)
    taken.intake({"a.csv": [("A", "1"), ("B", "1")]})
    taken.intake({"a.csv": [("A", "1")]})

    assert taken.standing() == stands
    assert taken.balance().retracted == retracted
    assert taken.standing(upto=1) == {"A": "1", "B": "1"}


@pytest.mark.parametrize(("mapping", "stands"), [(ROWS, {"A": "1", "B": "1"}), (WHOLE, {"A": "1"})])
def test_a_file_that_vanished_is_as_one_without_rows(engine: DuckEngine, tmp_path: Path, mapping: str, stands: dict[str, str]) -> None:
    taken = Taken(engine, tmp_path / "in", mapping)
    taken.intake({"a.csv": [("A", "1")], "b.csv": [("B", "1")]})

    (load,) = taken.intake({"a.csv": [("A", "1")]})

    assert (load.name, load.there) == ("b.csv", False)
    assert taken.standing() == stands
    assert taken.intake({"a.csv": [("A", "1")]}) == []
    taken.intake({"a.csv": [("A", "1")], "b.csv": [("B", "1")]})
    assert taken.standing() == {"A": "1", "B": "1"}


def test_files_that_are_archived_need_not_lie_there_any_more(engine: DuckEngine, tmp_path: Path) -> None:
    taken = Taken(engine, tmp_path / "in", ROWS, files=("orders_*.csv",))
    taken.intake({"orders_1.csv": [("A", "1")]})
    taken.intake({})

    assert taken.standing() == {"A": "1"}


@pytest.mark.parametrize(("mapping", "files"), [(WHOLE, ("orders_*.csv",)), (ROWS, ("other_*.csv",))])
def test_a_name_under_which_nothing_lies_is_refused_where_files_are_the_whole_or_nothing_ever_lay_there(
    engine: DuckEngine, tmp_path: Path, mapping: str, files: tuple[str, ...]
) -> None:
    taken = Taken(engine, tmp_path / "in", mapping, files=("orders_*.csv",))
    taken.intake({"orders_1.csv": [("A", "1")]})
    taken.files = files

    with pytest.raises(SourceError, match="no file"):
        taken.intake({"aside.txt": "x\n"})


#   load 1  A without its time is unusable      load 2  mended in place: nothing is left in quarantine
def test_a_row_that_was_mended_in_its_file_leaves_quarantine(engine: DuckEngine, tmp_path: Path) -> None:
    mapping = (
        "{key: [id], object: {type: thing, id: [id], attributes: {value: {column: value}}}, events: [{type: made, at: at, anchor: true}]}"
    )
    taken = Taken(engine, tmp_path / "in", mapping)
    taken.intake({"a.csv": "id,value,at\nA,1,\nB,1,2026-03-01\n"})
    assert (taken.balance().quarantined, taken.standing()) == (1, {"B": "1"})

    taken.intake({"a.csv": "id,value,at\nA,1,2026-03-02\nB,1,2026-03-01\n"})

    balance = taken.balance()
    assert (balance.read, balance.stored, balance.quarantined, balance.superseded) == (3, 2, 0, 1)
    assert taken.balance(upto=1).quarantined == 1


def test_lines_that_could_not_be_split_stand_as_long_as_their_file_has_them(engine: DuckEngine, tmp_path: Path) -> None:
    taken = Taken(engine, tmp_path / "in", ROWS)
    taken.intake({"a.csv": "id,value\nA,1\nB,1,2,3\nC,1\n"})
    balance = taken.balance()
    assert (balance.read, balance.stored, balance.quarantined) == (3, 2, 1)
    assert engine.rows("SELECT file, source_row, load FROM quarantine") == [("a.csv", 2, 1)]

    taken.intake({"a.csv": "id,value\nA,1\nB,1\nC,1\n"})

    balance = taken.balance()
    assert (balance.read, balance.stored, balance.quarantined) == (3, 3, 0)


def test_what_is_in_quarantine_leads_back_to_the_load_it_came_with(engine: DuckEngine, tmp_path: Path) -> None:
    mapping = "{key: [id], object: {type: thing, id: [id], attributes: {value: {column: value, as: number}}}}"
    taken = Taken(engine, tmp_path / "in", mapping)
    taken.intake({"a.csv": [("A", "one"), ("B", "2")]})
    taken.intake({"a.csv": [("A", "one"), ("B", "two")]})
    taken.settled()

    assert engine.rows('SELECT file, source_row, load, "value" FROM quarantine ORDER BY ALL') == [
        ("a.csv", 1, 1, "one"),
        ("a.csv", 2, 2, "two"),
    ]


def test_a_column_that_is_mapped_later_is_found_in_loads_of_before(engine: DuckEngine, tmp_path: Path) -> None:
    taken = Taken(engine, tmp_path / "in", ROWS, files=("a_*.csv",))
    taken.intake({"a_1.csv": "id,value,colour\nA,1,red\n"})
    taken.intake({})

    staged, _ = taken.settled(mapping=ROWS.replace("{value: ", "{colour: {column: colour}, value: "))

    assert engine.rows(f"SELECT t{staged.texts['id']}, t{staged.texts['colour']} FROM kept_rows") == [("A", "red")]


def test_a_column_that_only_later_files_have_is_empty_in_rows_that_stand_of_before(engine: DuckEngine, tmp_path: Path) -> None:
    taken = Taken(engine, tmp_path / "in", ROWS)
    taken.intake({"a.csv": "id,value\nA,1\nB,1\n"})
    taken.intake({"a.csv": "id,value,colour\nA,1,red\n"})

    staged, balance = taken.settled(mapping=ROWS.replace("{value: ", "{colour: {column: colour}, value: "))

    rows = engine.rows(f"SELECT t{staged.texts['id']}, t{staged.texts['colour']} FROM kept_rows ORDER BY ALL")
    assert rows == [("A", "red"), ("B", None)]
    assert (balance.read, balance.stored, balance.superseded) == (3, 2, 1)


def test_a_mapped_column_that_a_file_has_not_is_refused_though_the_file_is_as_it_was(engine: DuckEngine, tmp_path: Path) -> None:
    taken = Taken(engine, tmp_path / "in", ROWS)
    taken.intake({"a.csv": "id,value\nA,1\n"})

    with pytest.raises(SourceError, match=r"'a\.csv' has no column 'colour'"):
        taken.settled(mapping=ROWS.replace("{value: ", "{colour: {column: colour}, value: "))


#   the last of two rows of A counts, before and after the first of them changed
def test_a_row_behind_a_changed_one_of_its_key_still_counts(engine: DuckEngine, tmp_path: Path) -> None:
    taken = Taken(engine, tmp_path / "in", ROWS)
    taken.intake({"a.csv": [("A", "1"), ("A", "2")]})
    (load,) = taken.intake({"a.csv": [("A", "3"), ("A", "2")]})

    assert (load.taken, load.gone) == (2, 2)
    assert taken.standing() == {"A": "2"}
    balance = taken.balance()
    assert (balance.read, balance.stored, balance.duplicate, balance.superseded) == (4, 1, 1, 2)


def test_personal_columns_stay_behind_and_rows_that_differ_only_there_stay_two(engine: DuckEngine, tmp_path: Path) -> None:
    taken = Taken(engine, tmp_path / "in", LOG[:-1] + ", personal: {comment: free_text}}")
    taken.intake({"a.csv": "id,value,comment\nA,1,Anna Canary\nA,1,Ben Canary\nA,1,Anna Canary\n"})

    (one,) = taken.known
    balance = taken.balance()

    assert one.load.columns == ("id", "value")
    assert "Canary" not in str(engine.rows(f"SELECT * FROM {one.rows}"))
    assert (balance.read, balance.stored, balance.duplicate) == (3, 2, 1)
    assert taken.intake({"a.csv": "id,value,comment\nA,1,Ben Canary\nA,1,Anna Canary\nA,1,Anna Canary\n"})[0].taken == 0


def test_a_key_that_is_personal_is_kept_as_a_token(engine: DuckEngine, tmp_path: Path) -> None:
    mapping = "{key: [id], object: {type: thing, id: [value]}, personal: {id: email}}"
    taken = Taken(engine, tmp_path / "in", mapping)
    taken.intake({"a.csv": [("ann@canary.example", "1"), ("ann@canary.example", "2"), ("", "3")]})

    balance = taken.balance()

    assert "canary" not in str(engine.rows(f"SELECT * FROM {taken.known[0].rows}"))
    assert (balance.read, balance.stored, balance.superseded, balance.quarantined) == (3, 1, 1, 1)
    kept = engine.rows(f"SELECT id FROM {taken.known[0].rows} WHERE id IS NOT NULL")
    assert taken.vault.values([id for (id,) in kept]) == {kept[0][0]: "ann@canary.example"}


@pytest.mark.parametrize("change", ["written: {header: 1}", "personal: {colour: free_text}"])
def test_a_file_is_read_again_when_the_book_reads_it_otherwise(engine: DuckEngine, tmp_path: Path, change: str) -> None:
    files = {"a.csv": "id,value,colour\nA,1,red\n"}
    taken = Taken(engine, tmp_path / "in", ROWS)
    taken.intake(files)
    taken.mapping = f"{ROWS[:-1]}, {change}}}"

    assert [load.seq for load in taken.intake(files)] == [2]
    assert taken.intake(files) == []


def test_a_file_is_read_again_when_something_else_is_made_of_a_personal_column(engine: DuckEngine, tmp_path: Path) -> None:
    files = {"a.csv": "id,value,note\nA,1,Anna paid 17\n"}
    mapping = (
        "{key: [id], object: {type: thing, id: [id], attributes: {value: {column: paid, as: number}}}, personal: {note: free_text},"
        " derived: {paid: {column: note, find: '(\\d)'}}}"
    )
    taken = Taken(engine, tmp_path / "in", mapping)
    taken.intake(files)
    assert "Anna" not in str(engine.rows(f"SELECT * FROM {taken.known[0].rows}"))
    taken.mapping = mapping.replace("(\\d)", "(\\d+)")

    assert [load.taken for load in taken.intake(files)] == [1]
    staged, balance = taken.settled()
    assert engine.rows(f"SELECT t{staged.texts['paid']} FROM kept_rows") == [("17",)]
    assert (balance.read, balance.superseded) == (2, 1)


def test_all_files_are_read_again_when_asked_for(engine: DuckEngine, tmp_path: Path) -> None:
    taken = Taken(engine, tmp_path / "in", ROWS)
    taken.intake({"a.csv": [("A", "1")]})

    (load,) = taken.intake({"a.csv": [("A", "1")]}, full=True)

    assert (load.taken, load.unchanged) == (0, 1)
    assert taken.balance().read == 1


def test_a_table_that_the_splitter_counts_otherwise_is_not_taken_in(
    engine: DuckEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delimited, "split", lambda *_, **__: splitter.Split(4, mixed=False))

    with pytest.raises(ConservationError, match="'rows' does not balance"):
        Taken(engine, tmp_path / "in", ROWS).intake({"a.csv": [("A", "1")]})


def test_a_row_that_the_lake_lost_does_not_balance(engine: DuckEngine, tmp_path: Path) -> None:
    taken = Taken(engine, tmp_path / "in", ROWS)
    taken.intake({"a.csv": [("A", "1"), ("B", "2")]})
    engine.run(f"DELETE FROM {taken.known[0].rows} WHERE id = 'B'")

    with pytest.raises(ConservationError, match="2 rows counted, 1 accounted for"):
        taken.settled()


def test_loads_give_the_rows_that_one_reading_gives(engine: DuckEngine, tmp_path: Path) -> None:
    source = source_of(ROWS)
    taken = Taken(engine, tmp_path / "in", ROWS)
    taken.intake({"a.csv": csv([("A", "1"), ("B", "2")]), "b.csv": csv([("B", "3"), ("B", "3")])})
    staged, balance = taken.settled()
    listed = _rows(engine, staged)

    at_once = stage(engine, "rows", source, tmp_path / "in", "UTC")

    assert (settle(engine, at_once), _rows(engine, at_once)) == (balance, listed)


def _rows(engine: DuckEngine, staged: Staged) -> list[tuple[object, ...]]:
    return engine.rows(f"SELECT * FROM kept_{staged.name} ORDER BY ALL")


@pytest.mark.parametrize(
    ("pattern", "place", "meant"),
    [
        ("orders.csv", "orders.csv", True),
        ("./orders.csv", "orders.csv", True),
        ("*.csv", "orders.csv", True),
        ("*.csv", "2026/orders.csv", False),
        ("*/*.csv", "2026/orders.csv", True),
        ("**/*.csv", "orders.csv", True),
        ("**/*.csv", "2026/03/orders.csv", True),
        ("orders[1].csv", "orders[1].csv", True),
        ("book.xlsx#March", "book.xlsx#March", True),
        ("book.xlsx#March", "book.xlsx#April", False),
        ("*.xlsx#*", "book.xlsx#April", True),
        ("*.xlsx", "book.xlsx#April", False),
        ("../in/a.csv", "../in/a.csv", True),
    ],
)
def test_a_pattern_means_a_place_as_the_folder_does(pattern: str, place: str, meant: bool, tmp_path: Path) -> None:  # noqa: FBT001
    assert names(pattern, place, tmp_path) is meant
