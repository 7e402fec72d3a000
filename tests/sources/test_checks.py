"""Each check of a contract on a handful of rows, counted by hand."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from tests.sources.judged import ORDERS, judged
from troth.kernel.errors import SourceError
from troth.record import Engine
from troth.sources.contracts.judging import fresh, refuse_broken

#  1  fine    2  amount below 0    3  amount of no money, state blank    4  due before placed, state unknown    5  twice the state of 1
ROWS = """id,placed,due,amount,state,mail
1,2026-01-05 10:00,2026-01-09,10.50,open,ada@example.org
2,2026-01-05 11:00,2026-01-09,-0.01,done,bob@example.org
3,2026-01-06 11:00,2026-01-09,lots,,eve@example.org
4,2026-01-07 11:00,2026-01-06,100,odd,nobody
5,2026-01-08 11:00,2026-04-09,100.01,open,kim@example.org
"""


@pytest.mark.parametrize(
    ("rules", "failed"),
    [
        ("amount: {type: money}", {"amount: an amount": (1, 5)}),
        ("amount: {type: money, between: [0, 100], severity: warn}", {"amount: an amount": (1, 5), "amount: between 0 and 100": (2, 4)}),
        ("amount: {type: money, between: [null, 100]}", {"amount: an amount": (1, 5), "amount: at most 100": (1, 4)}),
        ("amount: {type: money, in: [10.5, 100]}", {"amount: an amount": (1, 5), "amount: one of 10.5, 100": (2, 4)}),
        ("state: {required: true}", {"state: filled": (1, 5)}),
        ("amount: {type: money, required: true}", {"amount: an amount": (1, 5)}),
        ("state: {in: [open, done]}", {"state: one of open, done": (1, 4)}),
        ("state: {unique: true}", {"state: unique": (2, 4)}),
        ("state: {matches: '[a-z]{4}'}", {"state: of the form '[a-z]{4}'": (1, 4)}),
        ("due: {type: day, after: {column: placed}}", {"due: on or after placed": (1, 5)}),
        ("due: {type: day, after: {column: placed, at_most: 60d}}", {"due: 0s to 60d after placed": (2, 5)}),
        ("due: {type: day, after: {column: placed, at_least: 3d}}", {"due: 3d or more after placed": (1, 5)}),
        ("due: {type: day, between: [2026-01-09, 2026-01-31]}", {"due: between 2026-01-09 and 2026-01-31": (2, 5)}),
        ("placed: {type: instant, between: [2026-01-05 11:00, 2026-01-07]}", {"placed: between 2026-01-05 11:00 and 2026-01-07": (2, 5)}),
        ("mail: {matches: '[^@]+@[^@]+'}", {"mail: of the form '[^@]+@[^@]+'": (1, 5)}),
        ("amount: {type: number}", {"amount: a number": (1, 5)}),
        ("state: {type: bool}", {"state: yes or no": (4, 4)}),
        ("id: {unique: true, required: true, matches: '[0-9]'}", {}),
    ],
)
def test_a_check_counts_the_cells_that_fail(engine: Engine, tmp_path: Path, rules: str, failed: dict[str, tuple[int, int]]) -> None:
    assert judged(engine, tmp_path, {"a.csv": ROWS}, f"{{columns: {{{rules}}}}}").failed() == failed


@pytest.mark.parametrize(("rows", "failed"), [("{at_least: 5, at_most: 5}", 0), ("{at_least: 6}", 1), ("{at_most: 4, severity: warn}", 1)])
def test_the_number_of_rows_is_judged(engine: Engine, tmp_path: Path, rows: str, failed: int) -> None:
    got = judged(engine, tmp_path, {"a.csv": ROWS}, f"{{rows: {rows}}}")

    assert len(got.failed()) == failed
    assert [v.got for v in got.judged.verdicts if not v.kept] == ["5"] * failed


def test_rows_are_named_by_file_and_number_and_the_value_stands_beside_them(engine: Engine, tmp_path: Path) -> None:
    got = judged(engine, tmp_path, {"a.csv": ROWS}, "{columns: {amount: {type: money, between: [0, 100]}}}")

    first = got.verdict("between 0 and 100").first
    assert [(place.file, place.row, place.value) for place in first] == [("a.csv", 2, "-0.01"), ("a.csv", 5, "100.01")]


def test_a_personal_value_is_named_by_its_place_only(engine: Engine, tmp_path: Path) -> None:
    again = ROWS.replace("kim@example.org", "bob@example.org")
    got = judged(engine, tmp_path, {"a.csv": again}, "{columns: {mail: {unique: true}}}", mapping=ORDERS + "personal: {mail: email}\n")

    assert [(p.file, p.row, p.value) for p in got.verdict("unique").first] == [("a.csv", 2, None), ("a.csv", 5, None)]
    with pytest.raises(SourceError) as error:
        refuse_broken([got.judged])
    assert "a.csv, row 5" in str(error.value)
    assert "bob" not in str(error.value)
    assert "email-" not in str(error.value)


def test_what_a_later_file_mended_does_not_fail_any_more(engine: Engine, tmp_path: Path) -> None:
    header = ROWS.splitlines()[0]
    mended = f"{header}\n2,2026-01-05 11:00,2026-01-09,0.01,done,bob@example.org\n5,2026-01-08 11:00,2026-04-09,100.01,gone,k@example.org\n"
    rules = "{columns: {amount: {type: money, between: [0, 100]}, state: {unique: true}, id: {unique: true}}}"

    got = judged(engine, tmp_path, {"a.csv": ROWS, "b.csv": mended}, rules)

    assert got.failed() == {"amount: an amount": (1, 5), "amount: between 0 and 100": (1, 4)}
    assert [(p.file, p.row) for p in got.verdict("between 0 and 100").first] == [("b.csv", 2)]


def test_a_key_is_unique_inside_each_file(engine: Engine, tmp_path: Path) -> None:
    again = ROWS + "1,2026-01-05 10:00,2026-01-09,11.00,open,ada@example.org\n"
    rules = "{columns: {id: {unique: true}}}"

    assert judged(engine, tmp_path, {"a.csv": ROWS, "b.csv": ROWS}, rules).failed() == {}
    assert judged(engine, tmp_path, {"a.csv": ROWS + ROWS.splitlines()[1] + "\n"}, rules).failed() == {}
    assert judged(engine, tmp_path, {"a.csv": again}, rules).failed() == {"id: unique": (2, 6)}


def test_a_day_that_bounds_instants_ends_at_midnight_of_the_source_s_clock(engine: Engine, tmp_path: Path) -> None:
    rules = "{columns: {placed: {type: instant, between: [2026-01-07, 2026-01-07]}}}"
    rows = "id,placed,due,amount,state\n1,2026-01-07 00:00,,,\n2,2026-01-07 23:59,,,\n3,2026-01-08 00:00,,,\n4,2026-01-07T23:30:00Z,,,\n"

    got = judged(engine, tmp_path, {"a.csv": rows}, rules, zone="Europe/Berlin")

    # 23:30 UTC is 0:30 of the next day in Berlin.
    assert got.failed() == {"placed: between 2026-01-07 and 2026-01-07": (2, 4)}


def test_old_data_are_told_and_stop_nothing(engine: Engine, tmp_path: Path) -> None:
    got = judged(engine, tmp_path, {"a.csv": ROWS}, "{fresh_within: 2d}")

    in_time = fresh(got.judged, got.staged, datetime(2026, 1, 10, 11), "the clock")
    late = fresh(got.judged, got.staged, datetime(2026, 1, 10, 11, 0, 1), "the clock")

    assert in_time is not None
    assert in_time.kept
    assert late is not None
    assert (late.failed, late.severity, late.got) == (1, "warn", "newest 2026-01-08 11:00 UTC, 2 days behind the clock")
    refuse_broken([got.judged])


def test_a_refusal_names_source_column_check_rows_steward_and_the_next_step(engine: Engine, tmp_path: Path) -> None:
    got = judged(engine, tmp_path, {"a.csv": ROWS}, "{columns: {amount: {type: money, between: [0, 100]}}, rows: {at_least: 9}}")

    with pytest.raises(SourceError) as error:
        refuse_broken([got.judged])

    for words in (
        "the contract of 'rows' is not kept",
        "rows.amount: not between 0 and 100 in 2 of 4 rows (ask data_desk)",
        "a.csv, row 2: -0.01",
        "rows: not at least 9 rows; got 5 (ask data_desk)",
        "the snapshot before stays in force. Look closer with: troth sources check",
    ):
        assert words in str(error.value)


def test_a_warning_stops_nothing(engine: Engine, tmp_path: Path) -> None:
    refuse_broken([judged(engine, tmp_path, {"a.csv": ROWS}, "{columns: {state: {required: true, severity: warn}}}").judged])
