"""What a server does beside serving: every so often it sends what is due."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

from troth.kernel.errors import Busy, TrothError

EVERY = 20.0
log = logging.getLogger("troth.sending")


@contextmanager
def ticking(work: Callable[[], object], every: float = EVERY) -> Iterator[None]:
    """Do the work now and then every so many seconds, in a thread of its own, as long as the context lasts.

    What goes wrong in it is logged, the same thing once, and does not stop what comes next.
    """
    over = Event()
    thread = Thread(target=_work, args=(work, over, every), name="sending", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(every)


def _work(work: Callable[[], object], over: Event, every: float) -> None:
    said = ""
    while not over.is_set():
        try:
            work()
            said = ""
        except Busy:
            pass  # another process sends or builds; what is due then is due next time as well
        except Exception as error:
            if repr(error) != said:
                log.exception("what is due could not be sent: %s", error, exc_info=not isinstance(error, TrothError))
            said = repr(error)
        over.wait(every)
