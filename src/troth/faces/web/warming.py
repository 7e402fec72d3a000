"""The pages that everybody opens, made before anybody does: when the server starts, and when a build has published."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from troth.access import EVERYTHING
from troth.app.pages.served import Served
from troth.faces.web import pages
from troth.kernel.errors import TrothError

EVERY = 5.0  # seconds
log = logging.getLogger("troth.web")


@contextmanager
def warmed(served: Served) -> Iterator[None]:
    """While this lasts, whatever snapshot is published is read for those who see the whole operation."""
    over = Event()
    thread = Thread(target=_watch, args=(served, over), name="warming", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()


def warm(served: Served) -> None:
    """Make what the first pages show. A page that cannot be made says so when it is asked for."""
    for key, make in pages.FIRST.items():
        try:
            served.kept(EVERYTHING, key, make)
        except TrothError as error:
            log.info("%s is not made: %s", key, error)


def _watch(served: Served, over: Event) -> None:
    known = None
    while not over.is_set():
        now = served.snapshot_or_none()
        if now is not None and now != known:
            warm(served)
        known = now
        over.wait(EVERY)
