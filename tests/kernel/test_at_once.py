"""Work of two hands: in the order in which it was given, and nothing is begun once something went wrong."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from threading import Barrier, Event, current_thread
from time import sleep

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


def test_what_the_first_raises_is_raised_when_those_begun_are_done() -> None:
    done: list[str] = []
    failed = Event()

    def fail(what: str) -> None:
        done.append(what)
        failed.set()
        raise ValueError(what)

    def slow() -> None:
        assert failed.wait(20)
        sleep(0.05)
        fail("slow")

    makes: list[Callable[[], object]] = [slow, partial(fail, "quick"), *(partial(done.append, "never") for _ in range(200))]
    with pytest.raises(ValueError, match="slow"):
        at_once(makes)
    assert done[0] == "quick"
    assert "slow" in done
    assert len(done) < 202
    with pytest.raises(ValueError, match="other"):
        both(partial(done.append, "mine"), partial(fail, "other"))
    with pytest.raises(ValueError, match="mine"):
        both(partial(fail, "mine"), partial(done.append, "other"))
