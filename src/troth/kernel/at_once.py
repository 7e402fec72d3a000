"""Several pieces of work that wait for one another in nothing, two at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import TypeVar

Made = TypeVar("Made")
Other = TypeVar("Other")
HANDS = 2


def at_once(makes: Sequence[Callable[[], Made]]) -> list[Made]:
    """What each makes, in their order. Once one raises no other is begun; what the first of them in this order raises is raised when
    those that were begun are done.

    Worth it where they wait for an engine that works outside of Python. None may ask for what another makes.

    >>> at_once([lambda: 1, lambda: 2])
    [1, 2]
    """
    if len(makes) < 2:
        return [make() for make in makes]
    with ThreadPoolExecutor(HANDS, "at-once") as threads:
        begun = [threads.submit(make) for make in makes]
        try:
            wait(begun, return_when=FIRST_EXCEPTION)
        finally:
            threads.shutdown(wait=False, cancel_futures=True)
    return [one.result() for one in begun]


def both(make: Callable[[], Made], other: Callable[[], Other]) -> tuple[Made, Other]:
    """The same of two that are not alike."""
    with ThreadPoolExecutor(1, "at-once") as threads:
        begun = threads.submit(other)
        made = make()
    return made, begun.result()
