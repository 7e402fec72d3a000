"""When not to look for garbage."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """No search for unreachable cycles meanwhile: while much is made that stays, each search walks all of it in vain.

    What is there at the end counts as old at once, so that the next search among the young does not walk it either. Who froze
    objects on purpose finds them frozen still, at the price of that walk.

    >>> with uncollected():
    ...     gc.isenabled()
    ...     made = [[]]
    False
    >>> gc.isenabled(), any(one is made for one in gc.get_objects(generation=0))
    (True, False)
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        if not gc.get_freeze_count():
            gc.freeze()
            gc.unfreeze()
        gc.enable()
