from __future__ import annotations

from dataclasses import replace
from threading import Event, Thread
from time import sleep

import numpy as np
import pytest

from tests.findings.worlds import world
from troth.findings.context import Context
from troth.findings.lanes import Labels

COUNT = "SELECT count(*) FROM event"


def _context(orders: int) -> Context:
    named = [f"o{n}" for n in range(orders)]
    return world({"order": {name: {} for name in named}}, [("order", name, "placed", "2026-03-01 10:00") for name in named])


def test_what_was_counted_is_not_counted_again() -> None:
    made = _context(3)
    assert made.counted(COUNT) == [(3,)]
    made.engine.run("DELETE FROM event")
    assert made.counted(COUNT) == [(3,)]
    assert made.counted(f"{COUNT} WHERE type = 'placed'") == [(0,)]


def test_a_reading_that_is_cut_counts_what_it_sees_itself() -> None:
    whole, part = _context(3), _context(1)
    assert whole.counted(COUNT) == [(3,)]
    assert replace(whole, engine=part.engine).counted(COUNT) == [(1,)]


def test_long_answers_are_not_kept() -> None:
    made = _context(2)
    many = "SELECT n FROM range(1001) AS one(n)"
    assert made.counted(many) is not made.counted(many)
    assert made.counted(COUNT) is made.counted(COUNT)


def test_labels_keep_their_order_and_their_places() -> None:
    labels = Labels.of(np.array(["b", "a", "b", "c"], dtype=object))
    assert labels.names == ("a", "b", "c")
    assert [(name, here.tolist()) for name, here in labels.each()] == [
        ("a", [False, True, False, False]),
        ("b", [True, False, True, False]),
        ("c", [False, False, False, True]),
    ]
    assert labels.among("a", "c", "z").tolist() == [False, True, False, True]
    some = labels[np.array([True, False, True, True])]
    assert [name for name, _ in some.each()] == ["b", "c"]
    names, codes = some.dense()
    assert (names, codes.tolist()) == (("b", "c"), [0, 0, 1])


def test_a_label_that_is_not_on_record_is_called_so() -> None:
    labels = Labels.of(np.ma.array(["b", ""], mask=[False, True], dtype=object))
    assert [labels.names[code] for code in labels.codes] == ["b", "not on record"]


def test_parts_are_the_places_of_each_label() -> None:
    """However many labels there are: the narrow codes of few and the wide ones of many."""
    chance = np.random.default_rng(2)
    for different in (3, 40_000):
        codes = chance.integers(0, different, 5_000)
        labels = Labels(tuple(f"{code:05d}" for code in range(different)), codes)
        found = labels.parts()
        assert [int(name) for name, _ in found] == np.unique(codes).tolist()
        assert all(np.array_equal(places, np.flatnonzero(codes == int(name))) for name, places in found)


def test_what_is_made_once_is_made_by_one_while_another_waits() -> None:
    made, context, begun = [], _context(1), Event()

    def make() -> str:
        made.append("here")
        begun.set()
        sleep(0.05)
        return "found"

    first = Thread(target=lambda: context.once("key", make))
    first.start()
    begun.wait()
    assert context.once("key", make) == "found"
    first.join()
    assert made == ["here"]


def test_what_could_not_be_made_is_tried_again() -> None:
    context = _context(1)
    with pytest.raises(ZeroDivisionError):
        context.once("key", lambda: 1 // 0)
    assert context.once("key", lambda: 1) == 1
