"""Work of two hands: in the order in which it was given, all of it done before anything is raised."""

from __future__ import annotations

from functools import partial
from threading import Barrier, current_thread

import pytest

from troth.kernel.at_once import at_once, both


def test_two_are_done_at_once() -> None:
    """Each waits for the other: one after the other they would wait for ever."""
    meet = Barrier(2, timeout=20)
    assert sorted(at_once([meet.wait, meet.wait])) == [0, 1]
    assert sorted(both(meet.wait, meet.wait)) == [0, 1]


def test_answers_come_in_the_order_of_the_questions() -> None:
    assert at_once([partial(pow, 2, n) for n in range(9)]) == [2**n for n in range(9)]
    assert at_once([]) == []
    assert at_once([lambda: current_thread().name]) == [current_thread().name]


def test_what_the_first_raises_is_raised_when_all_are_done() -> None:
    done = []

    def fail(what: str) -> None:
        done.append(what)
        raise ValueError(what)

    with pytest.raises(ValueError, match="one"):
        at_once([partial(fail, "one"), partial(done.append, "two"), partial(fail, "three")])
    assert sorted(done) == ["one", "three", "two"]
    with pytest.raises(ValueError, match="other"):
        both(partial(done.append, "mine"), partial(fail, "other"))
    with pytest.raises(ValueError, match="mine"):
        both(partial(fail, "mine"), partial(done.append, "other"))
