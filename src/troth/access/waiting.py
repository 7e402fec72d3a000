"""How long whoever guessed wrong waits before the next guess is looked at."""

from __future__ import annotations

from datetime import datetime, timedelta

NONE = timedelta()
FIRST, LONGEST = timedelta(seconds=30), timedelta(minutes=15)
FORGOTTEN = timedelta(hours=24)

# An office shares an address, so that more may fail there before it waits.
FREE_BY_NAME, FREE_BY_ADDRESS = 5, 20
# What was refused and is asked for again is written down again after a wait.
FREE_BY_REFUSAL = 1


def wait_of(failures: int, free: int, last: datetime, now: datetime) -> timedelta:
    """What is left of the wait after so many failures, the last at `last`; each one beyond the free ones doubles it.

    >>> noon = datetime(2026, 3, 1, 12)
    >>> [wait_of(n, 5, noon, noon).seconds for n in (4, 5, 6, 7, 12)]
    [0, 30, 60, 120, 900]
    >>> wait_of(5, 5, noon, noon + timedelta(seconds=20)).seconds
    10
    """
    if failures < free or now - last >= FORGOTTEN:
        return NONE
    whole = LONGEST if failures - free > 5 else min(FIRST * 2 ** (failures - free), LONGEST)
    return max(last + whole - now, NONE)
