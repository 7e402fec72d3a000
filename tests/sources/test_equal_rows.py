"""Rows of a source without a key that are equal in every cell: copies of one, or as many facts as one file has."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sources.loaded import load, record, source_of
from tests.sources.taken import Taken
from troth.stores.lake.engine import DuckEngine

ONCE = """
key: []
object: {type: customer, id: [who]}
events: [{type: purchase, at: day}]
money: [{about: customer, id: [who], kind: amount, amount: amount}]
"""
KEEP = f"{ONCE}equal_rows: keep\n"
#  A bought the same twice on the 5th, once on the 6th; B the same three times
JANUARY = "who,day,amount\nA,2026-01-05,9.50\nA,2026-01-05,9.50\nA,2026-01-06,9.50\n" + "B,2026-01-07,1.00\n" * 3
#  the next file begins with what the last one ended with, and B bought once more
FEBRUARY = "who,day,amount\n" + "B,2026-01-07,1.00\n" * 4


def _amount(engine: DuckEngine) -> object:
    return engine.rows("SELECT sum(amount) FROM money")[0][0]


def test_without_a_word_equal_rows_are_copies(engine: DuckEngine, tmp_path: Path) -> None:
    got = record(load(engine, tmp_path, {"a.csv": JANUARY}, ONCE))

    assert got.fates() == (6, 3, 0, 3, 0)
    assert float(str(_amount(engine))) == 20.0


def test_kept_equal_rows_are_as_many_facts_as_the_file_has(engine: DuckEngine, tmp_path: Path) -> None:
    got = record(load(engine, tmp_path, {"a.csv": JANUARY}, KEEP))

    assert got.fates() == (6, 6, 0, 0, 0)
    assert float(str(_amount(engine))) == 31.5
    assert got.rows("SELECT count(*) FROM event") == [(6,)]


def test_what_two_files_both_have_counts_once_all_the_same(engine: DuckEngine, tmp_path: Path) -> None:
    got = record(load(engine, tmp_path, {"a.csv": JANUARY, "b.csv": FEBRUARY}, KEEP))

    # of B's 3 + 4 rows 4 stand: as many as the file with most of them has
    assert got.fates() == (10, 7, 0, 3, 0)
    assert float(str(_amount(engine))) == 32.5


def test_an_equal_row_that_comes_later_in_the_same_file_is_new(engine: DuckEngine, tmp_path: Path) -> None:
    taken = Taken(engine, tmp_path / "in", KEEP)
    before = "who,day,amount\n" + "A,2026-01-05,9.50\n" * 2
    taken.intake({"a.csv": before})
    (load,) = taken.intake({"a.csv": f"{before}A,2026-01-05,9.50\n"})

    assert (load.taken, load.unchanged) == (1, 2)
    assert taken.balance().stored == 3


def test_a_key_and_equal_rows_do_not_go_together() -> None:
    with pytest.raises(ValueError, match="rows of one key are one"):
        source_of(KEEP.replace("key: []", "key: [who]"))
