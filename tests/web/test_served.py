"""An operation that many ask at once: each thing is made once, a failure is forgotten, and the oldest goes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from troth.access import EVERYTHING, Scope
from troth.app.answers.margins import margin
from troth.app.bootstrap import open_workspace
from troth.app.pages.measure_pages import Asked, measure_told
from troth.app.pages.monday import monday_page
from troth.app.pages.served import Kept, Served
from troth.app.reading import Reading
from troth.faces.web import pages
from troth.faces.web.warming import warm
from troth.kernel.errors import NotFound
from troth.metrics import Request

GERMANY = Scope({"country": frozenset({"DE"})})


def test_what_many_want_at_once_is_made_once() -> None:
    kept, made, gate = Kept(4), [], threading.Barrier(8)

    def ask() -> None:
        gate.wait()
        kept.get("page", lambda: made.append(1))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert made == [1]


def test_one_that_is_slow_keeps_nobody_from_another() -> None:
    kept, slow, told = Kept(4), threading.Event(), threading.Event()

    def wait() -> None:
        told.set()
        slow.wait(10)

    thread = threading.Thread(target=lambda: kept.get("slow", wait))
    thread.start()
    assert told.wait(10)

    assert kept.get("quick", lambda: 7) == 7
    slow.set()
    thread.join()


def test_what_failed_is_tried_again() -> None:
    kept = Kept(4)

    def fail() -> None:
        raise NotFound("nothing yet")

    for _ in range(2):
        with pytest.raises(NotFound):
            kept.get("page", fail)
    assert kept.get("page", lambda: "there") == "there"


def test_the_one_that_was_asked_for_longest_ago_goes_first() -> None:
    kept, made = Kept(2), []

    def make(name: str) -> None:
        kept.get(name, lambda: made.append(name))

    for name in ("a", "b", "a", "c", "a", "b"):
        make(name)

    assert made == ["a", "b", "c", "b"]


def test_whoever_asks_a_reading_may_not_ask_what_is_served(served: Served) -> None:
    """Two that do so could wait for each other for ever."""
    with pytest.raises(RuntimeError, match="may not ask"):
        served.asked(EVERYTHING, lambda _: served.kept(EVERYTHING, "nested", lambda reading: reading))
    with pytest.raises(RuntimeError, match="may not ask"):
        served.kept(EVERYTHING, "nested too", lambda _: served.asked(GERMANY, lambda reading: reading))

    whole = served.asked(GERMANY, lambda _: served.asked(EVERYTHING, lambda reading: reading.cut))
    assert whole is False
    assert served.asked(EVERYTHING, lambda reading: reading.snapshot.id) == served.snapshot()


def test_many_questions_at_once_to_a_server_that_has_made_nothing_are_all_answered(meridian: Path) -> None:
    """Questions make tables of the same names on one engine."""
    cold = Served(open_workspace(meridian / "book"))
    metrics = ("lead_time", "lead_time_95", "orders", "revenue", "solve_time", "order_again", "visits", "called_back")
    asked = [Asked(name, Request(by)) for name in metrics for by in ((), ("country",))]
    gate, failed = threading.Barrier(len(asked) + 2), []

    def ask(make: Callable[[], object]) -> None:
        gate.wait()
        try:
            make()
        except Exception as error:  # noqa: BLE001  # whatever it is
            failed.append(error)

    def measure(one: Asked) -> object:
        return cold.kept(EVERYTHING, one, lambda reading: measure_told(reading, one))

    makes: list[Callable[[], object]] = [partial(measure, one) for one in asked]
    makes += [lambda: cold.kept(EVERYTHING, "monday", monday_page)]
    makes += [lambda: cold.asked(EVERYTHING, lambda reading: margin(reading, "deliver", ("warehouse",)))]
    threads = [threading.Thread(target=ask, args=(make,)) for make in makes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed == []


def test_what_is_warmed_is_what_the_pages_ask_for(served: Served) -> None:
    warm(served)

    def refuse(_: Reading) -> None:
        raise AssertionError("made anew")

    for key in pages.FIRST:
        assert served.kept(EVERYTHING, key, refuse) is not None
