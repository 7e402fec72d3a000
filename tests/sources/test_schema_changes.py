"""Columns against those of the last snapshot: what is wider is told, what is narrower is never silent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.sources.judged import ORDERS, Got, judged
from troth.kernel.errors import SourceError
from troth.record import Engine
from troth.sources.contracts.judging import refuse_broken
from troth.sources.contracts.schema import Seen, read_back, written

Change = Callable[[list[list[str]]], list[list[str]]]
HEADER = ["id", "placed", "due", "amount", "state"]


def rows(change: Change = lambda table: table) -> str:
    """Thirty orders, amounts with two decimals, placed at half past nine; and what is done to them."""
    table = [HEADER, *([str(n), f"2026-01-{n:02d} 09:30", "2026-02-09", f"{n}.25", "open"] for n in range(1, 31))]
    return "".join(",".join(row) + "\n" for row in change(table))


def column(name: str, value: Callable[[str], str]) -> Change:
    place = HEADER.index(name)
    return lambda table: [table[0], *([value(c) if at == place else c for at, c in enumerate(row)] for row in table[1:])]


NEW: Change = lambda table: [[*row, "note" if n == 0 else "x"] for n, row in enumerate(table)]  # noqa: E731
STATES = "{schema: %s, columns: {state: {in: [open]}}}"


def two_looks(engine: Engine, folder: Path, change: Change, mode: str = "evolve", first: Change = lambda table: table) -> Got:
    contract = STATES % mode
    before = judged(engine, folder, {"a.csv": rows(first)}, contract)
    return judged(engine, folder, {"a.csv": rows(change)}, contract, before=read_back(written(before.judged.columns)))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda table: table, []),
        (lambda table: table[:16], []),
        (NEW, [("note", "is new in a.csv", False)]),
        (column("amount", lambda v: v[:-1]), [("amount", "has 1 decimals and had 2", True)]),
        (column("amount", lambda v: v + "5"), [("amount", "has 3 decimals and had 2", False)]),
        (column("placed", lambda v: v[:10]), [("placed", "has lost its time of day", True)]),
        (column("amount", lambda _: "much"), [("amount", "is text and no longer money", True)]),
        (column("amount", lambda _: ""), [("amount", "is blank in every row", True)]),
    ],
    ids=["same", "fewer-rows", "new", "fewer-decimals", "more-decimals", "no-clock", "text", "blank"],
)
def test_a_change_is_told_with_its_direction(engine: Engine, tmp_path: Path, change: Change, said: list[tuple[str, str, bool]]) -> None:
    assert two_looks(engine, tmp_path, change).changes() == said


def test_what_was_narrow_and_is_wide_again_is_told_as_wider(engine: Engine, tmp_path: Path) -> None:
    got = two_looks(engine, tmp_path, lambda table: table, first=column("amount", lambda _: "much"))
    assert got.changes() == [("amount", "is money now", False)]


def test_few_values_say_nothing_of_decimals_or_clocks(engine: Engine, tmp_path: Path) -> None:
    few: Change = lambda table: column("amount", lambda v: v[:-3])(column("placed", lambda v: v[:10])(table))[:20]  # noqa: E731
    assert two_looks(engine, tmp_path, few).changes() == []


def test_a_column_that_is_gone_or_missing_in_some_files_is_told(engine: Engine, tmp_path: Path) -> None:
    before = judged(engine, tmp_path, {"a.csv": rows(NEW)}).judged.columns

    gone = judged(engine, tmp_path, {"a.csv": rows()}, before=before)
    partly = judged(engine, tmp_path, {"a.csv": rows(NEW), "b.csv": rows()}, before=before)
    renamed = judged(engine, tmp_path, {"a.csv": rows(NEW).replace("note", "notes", 1)}, before=before)

    assert gone.changes() == [("note", "is gone", True)]
    assert partly.changes() == [("note", "is missing in b.csv", True)]
    assert renamed.changes() == [("note", "is gone; did you mean 'notes'?", True), ("notes", "is new in a.csv", False)]


def test_a_mapped_column_that_is_gone_is_refused_with_the_nearest_name(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"'a\.csv' has no column 'amount'.*did you mean 'amounts'\?"):
        judged(engine, tmp_path, {"a.csv": rows().replace("amount", "amounts", 1)})


def test_a_type_that_the_book_changed_is_no_change_of_the_data(engine: Engine, tmp_path: Path) -> None:
    before = judged(engine, tmp_path, {"a.csv": rows()}).judged.columns
    as_text = ORDERS.replace("{column: amount, as: money}", "{column: amount}")
    as_number = ORDERS.replace("{column: state}", "{column: state, as: number}")

    assert judged(engine, tmp_path, {"a.csv": rows()}, mapping=as_text, before=before).changes() == []
    assert judged(engine, tmp_path, {"a.csv": rows()}, mapping=as_number, before=before).changes() == []


def test_frozen_columns_refuse_any_change_and_stay_as_they_were(engine: Engine, tmp_path: Path) -> None:
    got = two_looks(engine, tmp_path, NEW, "freeze")

    with pytest.raises(SourceError) as error:
        refuse_broken([got.judged])

    assert "rows.note is new in a.csv, and its columns are frozen (ask data_desk)" in str(error.value)
    assert "build once with `schema: evolve`" in str(error.value)
    assert "note" not in got.judged.columns
    refuse_broken([two_looks(engine, tmp_path, lambda table: table, "freeze").judged])


def test_growing_columns_are_what_the_next_snapshot_is_compared_with(engine: Engine, tmp_path: Path) -> None:
    got = two_looks(engine, tmp_path, NEW)

    refuse_broken([got.judged])
    assert got.judged.columns["note"] == Seen()
    again = judged(engine, tmp_path, {"a.csv": rows(NEW)}, STATES % "evolve", before=got.judged.columns)
    assert again.changes() == []


@pytest.mark.parametrize(
    ("change", "held"),
    [
        (column("amount", lambda v: v[:-1]), 30),
        (column("amount", lambda v: v + "5" if v == "7.25" else v), 1),
        (column("placed", lambda v: v[:10]), 30),
        (column("due", lambda _: ""), 30),
    ],
    ids=["fewer-decimals", "more-decimals-in-one", "no-clock", "blank"],
)
def test_in_quarantine_what_does_not_fit_is_held_until_it_fits_again(engine: Engine, tmp_path: Path, change: Change, held: int) -> None:
    mapping = ORDERS.replace("{type: placed, at: placed}", "{type: placed, at: placed}, {type: due, at: due}")
    contract = STATES % "quarantine"
    before = judged(engine, tmp_path, {"a.csv": rows()}, contract, mapping=mapping).judged.columns

    got = judged(engine, tmp_path, {"a.csv": rows(change)}, contract, mapping=mapping, before=before)
    cells = engine.rows("SELECT count(DISTINCT source_row) FROM quarantine WHERE starts_with(reason, 'held')")[0][0]
    again = judged(engine, tmp_path, {"a.csv": rows(change)}, contract, mapping=mapping, before=got.judged.columns)
    mended = judged(engine, tmp_path, {"a.csv": rows()}, contract, mapping=mapping, before=again.judged.columns)

    assert cells == held
    assert again.changes() == got.changes() != []
    assert mended.changes() == []
    assert mended.quarantine() == []


def test_in_quarantine_a_column_that_came_or_went_is_one_line(engine: Engine, tmp_path: Path) -> None:
    got = two_looks(engine, tmp_path, NEW, "quarantine")
    assert got.quarantine() == [(None, "note", "the column is new in a.csv", False, None)]
    back = two_looks(engine, tmp_path, lambda table: table, "quarantine", first=NEW)
    assert back.quarantine() == [(None, "note", "the column is gone", False, None)]
