"""What every history of a book must do when something is undone."""

from __future__ import annotations

import pytest

from tests.stores.history.books import ANA, BO, BOOK, DELIVER, LANES, NOW, ORDER, ROOT, Bench, filled, minutes
from troth.kernel.errors import NotFound

SOONER = DELIVER.replace(b"2d", b"1d")


def test_undo_restores_what_was_before_the_last_revision(bench: Bench) -> None:
    filled(bench).history.save("first", ANA, NOW)
    bench.write(ORDER, SOONER)
    bench.write(LANES, b"lanes: {}\n")
    bench.write(ROOT, None)
    second = bench.history.save("second\n\nwith reasons", ANA, minutes(1))
    third = bench.history.undo(BO, minutes(2))

    assert (third.author, third.message, third.changed) == ("Bo Søe", "Undo: second", (LANES, ORDER, ROOT))
    assert bench.files() == BOOK == bench.history.texts(third.id)
    assert bench.history.revisions()[1:] == (second, third)


def test_undoing_an_undo_brings_back_what_was_undone(bench: Bench) -> None:
    filled(bench).history.save("first", ANA, NOW)
    bench.write(ORDER, SOONER)
    bench.history.save("second", ANA, minutes(1))
    words = [bench.history.undo(ANA, minutes(2 + n)).message for n in range(3)]

    assert words == ["Undo: second", "Redo: second", "Undo: second"]
    assert bench.files() == BOOK
    bench.history.undo(ANA, minutes(6))
    assert bench.files() == {**BOOK, ORDER: SOONER}


def test_edits_that_were_not_saved_are_kept_when_they_are_undone(bench: Bench) -> None:
    filled(bench).history.save("first", ANA, NOW)
    bench.write(ORDER, SOONER)
    bench.history.undo(ANA, minutes(1))

    kept = bench.history.revisions()[1]
    assert bench.files() == BOOK
    assert bench.history.unsaved() == {}
    assert bench.history.texts(kept.id) == {**BOOK, ORDER: SOONER}
    bench.history.undo(ANA, minutes(2))
    assert bench.files() == {**BOOK, ORDER: SOONER}


def test_the_first_revision_cannot_be_undone(bench: Bench) -> None:
    first = filled(bench).history.save("first", ANA, NOW)

    with pytest.raises(NotFound, match="nothing to undo"):
        bench.history.undo(ANA, minutes(1))

    assert bench.history.revisions() == (first,)
    assert bench.files() == BOOK


def test_a_book_that_was_never_saved_is_left_alone_by_undo(bench: Bench) -> None:
    filled(bench)

    with pytest.raises(NotFound, match="nothing to"):
        bench.history.undo(ANA, NOW)

    assert bench.files() == BOOK
    assert bench.history.revisions() == ()


def test_what_removed_every_file_can_be_undone(bench: Bench) -> None:
    filled(bench).history.save("first", ANA, NOW)
    bench.write(ORDER, None)
    bench.write(ROOT, None)
    bench.history.save("gone", ANA, minutes(1))
    bench.history.undo(ANA, minutes(2))

    assert bench.files() == BOOK


def test_edits_after_everything_was_removed_are_left_alone_by_undo(bench: Bench) -> None:
    #  saved: the book, then nothing; in the folder: one file that is not saved
    filled(bench).history.save("first", ANA, NOW)
    bench.write(ORDER, None)
    bench.write(ROOT, None)
    bench.history.save("gone", ANA, minutes(1))
    bench.write(ROOT, b"name: not saved\n")

    with pytest.raises(NotFound, match="nothing to undo"):
        bench.history.undo(ANA, minutes(2))

    assert bench.files() == {ROOT: b"name: not saved\n"}
    assert len(bench.history.revisions()) == 2
