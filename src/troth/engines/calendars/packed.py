"""Many calendars as one set of arrays, for instants of which each has a calendar of its own.

Two ways in, neither of which searches through a calendar's years: by the UTC day of an instant, and by the bucket of W in which a
working time lies. The tables of the relational form are made of the same arrays.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from troth.engines.calendars.calendar import Calendar
from troth.engines.calendars.windows import Instants
from troth.kernel.errors import CannotEstimate
from troth.kernel.instant import DAY_US

Codes = npt.NDArray[np.int32]

BUCKET_US = 4 * 3_600_000_000
CHUNK = 1 << 16  # rows at a time, so that what they need stays in the processor's cache
FAR = np.iinfo(np.int64).max // 4


@dataclass(frozen=True, slots=True)
class Packed:
    """Calendars by their place in a sequence; the code of an instant is the place of its calendar.

    first_us, last_us: the range that all of them know. days: its UTC days. totals: the working time of each.
    opens, closes, worked, finished: their intervals, one calendar after another, each behind an interval of no length at the range's
    begin and before some that lie beyond all time. worked, finished: W at an opening and at a closing.
    day_first: by calendar and UTC day, the first interval that opens in it or later. bucket_first: by calendar and bucket of W, the
    first that ends after the bucket's begin; bucket_of: where each calendar's buckets begin. day_most, bucket_most: intervals of the
    fullest.
    """

    first_us: int
    last_us: int
    days: int
    totals: Instants
    opens: Instants
    closes: Instants
    worked: Instants
    finished: Instants
    day_first: Instants
    day_most: int
    bucket_first: Instants
    bucket_of: Instants
    bucket_most: int


def pack(calendars: Sequence[Calendar]) -> Packed:
    """One set of arrays. Refuses none at all, and calendars of different ranges.

    >>> import numpy as np
    >>> from datetime import datetime
    >>> from troth.engines.calendars import Pattern, calendar_of, parse_week, windows_of
    >>> from troth.kernel.instant import to_us
    >>> first, last = to_us(datetime(2026, 4, 1)), to_us(datetime(2026, 5, 1))
    >>> desk = windows_of(Pattern("Europe/Berlin", parse_week("Mon-Fri 09:00-17:00")), first, last)
    >>> calendar = calendar_of(desk, "Europe/Berlin", first, last)
    >>> both = pack([calendar, calendar])
    >>> both.totals // 3_600_000_000
    array([176, 176])
    """
    ranges = {(one.first_us, one.last_us) for one in calendars}
    if len(ranges) != 1:
        raise CannotEstimate("calendars together", got=f"{len(calendars)} of {len(ranges)} ranges", need="one range for all")
    first_us, last_us = calendars[0].first_us, calendars[0].last_us
    edges = np.arange(first_us // DAY_US, last_us // DAY_US + 2, dtype=np.int64) * DAY_US
    in_day = [np.searchsorted(one.opens, edges) for one in calendars]
    totals = np.array([one.total for one in calendars], dtype=np.int64)
    buckets = np.maximum(totals - 1, 0) // BUCKET_US + 1
    ends = [one.finished for one in calendars]
    in_bucket = [
        np.searchsorted(end, np.arange(count, dtype=np.int64) * BUCKET_US, side="right") for end, count in zip(ends, buckets, strict=True)
    ]
    day_most = max(int(np.diff(places).max(initial=0)) for places in in_day)
    bucket_most = max(
        int(np.diff(places, append=len(end)).max(initial=0)) for places, end in zip(in_bucket, ends, strict=True)
    )  # fmt: skip
    beyond = 2 << max(day_most, bucket_most).bit_length()
    sizes = np.array([1 + len(one.opens) + beyond for one in calendars], dtype=np.int64)
    begins = np.cumsum(sizes) - sizes + 1

    def joined(before: Callable[[Calendar], int], those: Sequence[Instants], after: Callable[[Calendar], int]) -> Instants:
        parts = [
            part
            for one, some in zip(calendars, those, strict=True)
            for part in (np.array([before(one)], dtype=np.int64), some, np.full(beyond, after(one), dtype=np.int64))
        ]
        return np.concatenate(parts)

    return Packed(
        first_us,
        last_us,
        len(edges) - 1,
        totals,
        joined(lambda one: one.first_us, [one.opens for one in calendars], lambda _: FAR),
        joined(lambda one: one.first_us, [one.closes for one in calendars], lambda _: FAR),
        joined(lambda _: 0, [one.worked for one in calendars], lambda one: one.total),
        joined(lambda _: 0, ends, lambda one: one.total),
        np.concatenate([places[:-1] + begin for places, begin in zip(in_day, begins, strict=True)]),
        day_most,
        np.concatenate([places + begin for places, begin in zip(in_bucket, begins, strict=True)]),
        np.cumsum(buckets) - buckets,
        bucket_most,
    )


def worked_until_each(calendars: Packed, codes: Codes, at_us: Instants) -> Instants:
    """W at instants, each on the calendar of its code. Refuses instants outside the range and codes that no calendar has.

    >>> import numpy as np
    >>> from datetime import datetime
    >>> from troth.engines.calendars import Pattern, calendar_of, parse_week, windows_of
    >>> from troth.kernel.instant import to_us
    >>> first, last = to_us(datetime(2026, 4, 1)), to_us(datetime(2026, 5, 1))
    >>> desk = windows_of(Pattern("Europe/Berlin", parse_week("Mon-Fri 09:00-17:00")), first, last)
    >>> calendar = calendar_of(desk, "Europe/Berlin", first, last)
    >>> both = pack([calendar, calendar])
    >>> codes, noon = np.array([0, 1], dtype=np.int32), np.repeat(to_us(datetime(2026, 4, 10, 10)), 2)
    >>> worked_until_each(both, codes, noon) // 3_600_000_000
    array([59, 59])
    """
    _refuse(calendars, codes, at_us)
    return _by_chunks(lambda some, at: _worked(calendars, some, at), codes, at_us)


def elapsed_each(calendars: Packed, codes: Codes, from_us: Instants, to_us: Instants) -> Instants:
    """Working microseconds between instants, each pair on the calendar of its code, as `elapsed`.

    >>> import numpy as np
    >>> from datetime import datetime
    >>> from troth.engines.calendars import Pattern, calendar_of, parse_week, windows_of
    >>> from troth.kernel.instant import to_us
    >>> first, last = to_us(datetime(2026, 4, 1)), to_us(datetime(2026, 5, 1))
    >>> desk = windows_of(Pattern("Europe/Berlin", parse_week("Mon-Fri 09:00-17:00")), first, last)
    >>> calendar = calendar_of(desk, "Europe/Berlin", first, last)
    >>> both = pack([calendar, calendar])
    >>> codes, noon = np.array([0, 1], dtype=np.int32), np.repeat(to_us(datetime(2026, 4, 10, 10)), 2)
    >>> elapsed_each(both, codes, noon, noon + 86_400_000_000 * 3) // 3_600_000_000
    array([8, 8])
    """
    _refuse(calendars, codes, from_us, to_us)
    return _by_chunks(lambda some, a, b: _worked(calendars, some, b) - _worked(calendars, some, a), codes, from_us, to_us)


def due_each(calendars: Packed, codes: Codes, start_us: Instants, amount_us: Instants) -> Instants:
    """When so much working time has passed, each on the calendar of its code, as `due`. Refuses what its calendar does not hold.

    >>> import numpy as np
    >>> from datetime import datetime
    >>> from troth.engines.calendars import Pattern, calendar_of, parse_week, windows_of
    >>> from troth.kernel.instant import to_us
    >>> first, last = to_us(datetime(2026, 4, 1)), to_us(datetime(2026, 5, 1))
    >>> desk = windows_of(Pattern("Europe/Berlin", parse_week("Mon-Fri 09:00-17:00")), first, last)
    >>> calendar = calendar_of(desk, "Europe/Berlin", first, last)
    >>> both = pack([calendar, calendar])
    >>> codes, noon = np.array([0, 1], dtype=np.int32), np.repeat(to_us(datetime(2026, 4, 10, 10)), 2)
    >>> due_each(both, codes, noon, np.array([1, 5]) * 3_600_000_000).astype("M8[us]").astype("M8[m]")
    array(['2026-04-10T11:00', '2026-04-10T15:00'], dtype='datetime64[m]')
    """
    _refuse(calendars, codes, start_us)
    return _by_chunks(lambda some, start, amount: _due(calendars, some, start, amount), codes, start_us, amount_us)


def _worked(calendars: Packed, codes: Codes, at: Instants) -> Instants:
    row = codes * np.int64(calendars.days) + at // DAY_US - calendars.first_us // DAY_US
    place = calendars.day_first[row] - 1
    for step in _steps(calendars.day_most):
        place += np.where(calendars.opens[place + step] <= at, step, 0)
    worked: Instants = calendars.worked[place] + np.minimum(at, calendars.closes[place]) - calendars.opens[place]
    return worked


def _due(calendars: Packed, codes: Codes, start: Instants, amount: Instants) -> Instants:
    target = _worked(calendars, codes, start) + amount
    if np.any((target > calendars.totals[codes]) & (amount > 0)) or np.any((target < 0) & (amount < 0)):
        raise CannotEstimate("due instant", got="more working time than its calendar holds", need="a longer range")
    begin = calendars.bucket_of[codes]
    place = calendars.bucket_first[begin + np.maximum(target - 1, 0) // BUCKET_US]
    for step in _steps(calendars.bucket_most):
        place += np.where(calendars.finished[place + (step - 1)] < target, step, 0)
    if np.any(amount < 0):
        behind = calendars.bucket_first[begin + np.where(amount < 0, target, 0) // BUCKET_US]
        for step in _steps(calendars.bucket_most):
            behind += np.where(calendars.worked[behind + step] <= target, step, 0)
        place = np.where(amount < 0, behind, place)
    reached: Instants = np.where(amount == 0, start, calendars.opens[place] + target - calendars.worked[place])
    return reached


def _steps(most: int) -> list[int]:
    """Steps by which a place among at most so many is found: 4, 2, 1 among up to seven."""
    return [1 << power for power in reversed(range(most.bit_length()))]


def _by_chunks(compute: Callable[..., Instants], codes: Codes, *arrays: Instants) -> Instants:
    found = np.empty(len(codes), dtype=np.int64)
    for begin in range(0, len(codes), CHUNK):
        rows = slice(begin, begin + CHUNK)
        found[rows] = compute(codes[rows], *(array[rows] for array in arrays))
    return found


def _refuse(calendars: Packed, codes: Codes, *instants: Instants) -> None:
    if len(codes) and not 0 <= codes.min() <= codes.max() < len(calendars.totals):
        raise CannotEstimate("code of a calendar", got=f"{codes.min()} to {codes.max()}", need=f"0 to {len(calendars.totals) - 1}")
    for some in instants:
        if len(some) and (some.min() < calendars.first_us or some.max() > calendars.last_us):
            raise CannotEstimate(
                "working time",
                got=f"{np.datetime64(int(some.min()), 'us')} to {np.datetime64(int(some.max()), 'us')}",
                need=f"{np.datetime64(calendars.first_us, 'us')} to {np.datetime64(calendars.last_us, 'us')}",
            )
