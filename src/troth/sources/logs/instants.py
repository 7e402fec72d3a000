"""Times as event logs write them, to UTC microseconds and back."""

from __future__ import annotations

import re
from datetime import datetime
from typing import NamedTuple

import numpy as np

from troth.engines.calendars import local_to_utc, transitions, zone_names
from troth.kernel.errors import SourceError, nearest
from troth.kernel.instant import DAY_US, from_us, to_us
from troth.record.log import Instants

_TIME = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:[.,]\d{1,18})?)?) ?(Z|z|[+-]\d\d(?::?[0-5]\d)?)?)?", re.ASCII)
DAY_EARLIER = 2 * DAY_US


class Moment(NamedTuple):
    """us: microseconds since 1970, UTC or, where `naive`, of a clock that the text does not name. finer: digits below them were cut."""

    us: int
    naive: bool
    finer: bool


def read_time(text: str) -> Moment | None:
    """A time in the form of ISO 8601 with seconds, minutes, or the day alone; None for anything else.

    >>> read_time("2022-01-09T15:00:00.5+01:00")
    Moment(us=1641736800500000, naive=False, finer=False)
    >>> read_time("2022-01-09").naive, read_time("9 January 2022")
    (True, None)
    """
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    day, clock, offset = found.groups()
    fraction = len(clock) - 9 if clock and len(clock) > 8 else 0
    try:
        moment = datetime.fromisoformat(f"{day}T{clock or '00:00'}{(offset or '').upper()}")
        return Moment(to_us(moment), offset is None, fraction > 6 and set(clock[15:]) != {"0"})
    except (ValueError, OverflowError):
        return None


def to_zone(local_us: Instants, zone: str) -> Instants:
    """UTC of times without an offset, by the clock of a zone. Refuses years in which no zone is known."""
    if not local_us.size or zone == "UTC":
        return local_us
    span = transitions(zone, int(local_us.min()) - DAY_EARLIER, int(local_us.max()) + DAY_EARLIER)
    return local_to_utc(local_us, span)


def require_zone(zone: str) -> None:
    if zone not in zone_names():
        raise SourceError("no such time zone", got=f"'{zone}'", allowed=nearest(zone, zone_names()), next_step="Name another.")


def written(us: int) -> str:
    """
    >>> written(1_641_736_800_500_000)
    '2022-01-09T14:00:00.500000Z'
    """
    return from_us(us).isoformat(timespec="microseconds") + "Z"


def all_written(us: Instants) -> list[str]:
    return [f"{text}Z" for text in np.datetime_as_string(us.astype("M8[us]"), unit="us").tolist()]
