from __future__ import annotations

import logging
from threading import Event

import pytest

from troth.faces.web.ticking import ticking
from troth.kernel.errors import BookError, Busy


def test_work_goes_on_whatever_goes_wrong_and_the_same_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    over = Event()
    turns = iter([Busy("somebody builds"), BookError("line 3"), BookError("line 3"), ValueError("ours"), BookError("line 3")])

    def work() -> None:
        error = next(turns, None)
        if error is None:
            over.set()
            return
        raise error

    with caplog.at_level(logging.ERROR, "troth.sending"), ticking(work, 0.001):
        assert over.wait(20)

    said = [record.getMessage() for record in caplog.records]
    assert said == [f"what is due could not be sent: {what}" for what in ("line 3", "ours", "line 3")]
    assert [bool(record.exc_info) for record in caplog.records] == [False, True, False]


def test_nothing_is_done_once_it_is_over() -> None:
    done, first = [], Event()

    def work() -> None:
        done.append(1)
        first.set()

    with ticking(work, 0.001):
        assert first.wait(20)
    after = len(done)

    assert not Event().wait(0.05)
    assert len(done) == after
