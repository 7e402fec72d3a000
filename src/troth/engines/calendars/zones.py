"""Every change of a zone's offset inside a range, as integers, so that each engine converts by the same table.

The zone data are those of the `tzdata` package, never the machine's own: a build gives the same bytes everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from troth.kernel.errors import CannotEstimate, nearest
from troth.kernel.installed import release

Instants = npt.NDArray[np.int64]

SECOND_US = 1_000_000
MICROSECOND = timedelta(microseconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# No zone changes its offset twice within 167 hours (Recife, October 2000, is the closest), so a look every three days
# misses none; a test holds every zone file to it.
LOOK_S = 3 * 86_400
# The years in which `datetime` can still add an offset.
EARLIEST_US = (datetime(2, 1, 1, tzinfo=UTC) - EPOCH) // MICROSECOND
LATEST_US = (datetime(9999, 1, 1, tzinfo=UTC) - EPOCH) // MICROSECOND


@dataclass(frozen=True, slots=True)
class Transitions:
    """What a zone's clocks show between two instants.

    first_us, last_us: the range, UTC microseconds since 1970, both included.
    instants: UTC microseconds at which the offset changes, ascending.
    offsets: local time minus UTC, microseconds; offsets[i] holds before instants[i], offsets[i + 1] from it on.
    """

    zone: str
    first_us: int
    last_us: int
    instants: tuple[int, ...]
    offsets: tuple[int, ...]

    def __post_init__(self) -> None:
        if len(self.offsets) != len(self.instants) + 1:
            raise CannotEstimate(f"transitions of '{self.zone}'", got=f"{len(self.offsets)} offsets", need=len(self.instants) + 1)
        cuts = [cut for cut, _ in self.local_cuts()]
        if any(later <= earlier for earlier, later in pairwise(cuts)):
            raise CannotEstimate(f"transitions of '{self.zone}'", got="changes closer than the change itself", need="ascending instants")

    def local_cuts(self) -> list[tuple[int, int]]:
        """(local_us_from, offset_us): utc = local - offset from that local time until the next cut.

        A repeated local time is its first occurrence; a missing one keeps the offset before the gap.
        The first cut is the local time of `first_us`, or earlier where clocks were just set back.
        Source: PEP 495, fold=0.
        """
        at = [instant + max(pair) for instant, pair in zip(self.instants, pairwise(self.offsets), strict=True)]
        return list(zip([self.first_us + self.offsets[0], *at], self.offsets, strict=True))

    def utc_cuts(self) -> list[tuple[int, int]]:
        """(utc_us_from, offset_us): local = utc + offset from that instant until the next cut."""
        return list(zip([self.first_us, *self.instants], self.offsets, strict=True))


def transitions(zone: str, first_us: int, last_us: int) -> Transitions:
    """Every change of offset of an IANA zone after first_us and up to last_us, found to the second.

    first_us, last_us: UTC microseconds since 1970; take them a day wider than the local times to be converted.
    Refuses an unknown zone, an empty range, and years outside 2 to 9998.

    >>> year_2026 = transitions("Europe/Berlin", 1_767_225_600_000_000, 1_798_761_600_000_000)
    >>> [str(np.datetime64(us, "us"))[:16] for us in year_2026.instants]
    ['2026-03-29T01:00', '2026-10-25T01:00']
    >>> [us // 3_600_000_000 for us in year_2026.offsets]
    [1, 2, 1]
    """
    if not EARLIEST_US <= first_us <= last_us <= LATEST_US:
        raise CannotEstimate("time zone range", got=(first_us, last_us), need="first <= last, in years 2 to 9998")
    clock = _load(zone)
    first_s, last_s = first_us // SECOND_US, last_us // SECOND_US
    looks = [*range(first_s, last_s, LOOK_S), last_s]
    offset = _offset_us(clock, first_s)
    instants, offsets = [], [offset]
    for earlier, later in pairwise(looks):
        offset_later = _offset_us(clock, later)
        if offset_later != offset:
            instants.append(_changes_at(clock, earlier, later) * SECOND_US)
            offsets.append(offset_later)
            offset = offset_later
    return Transitions(zone, first_us, last_us, tuple(instants), tuple(offsets))


def local_to_utc(local_us: Instants, zone: Transitions) -> Instants:
    """UTC of naive local times, any shape, microseconds since 1970.

    A repeated local time is its first occurrence; a missing one keeps the offset before the gap (PEP 495, fold=0).
    Refuses local times outside the range of `zone`: their offset is not known.

    >>> zone = transitions("Europe/Berlin", 1_767_225_600_000_000, 1_798_761_600_000_000)
    >>> repeated = np.array(["2026-10-25T02:30"], "M8[us]").astype(np.int64)
    >>> local_to_utc(repeated, zone).astype("M8[us]").astype("M8[m]")
    array(['2026-10-25T00:30'], dtype='datetime64[m]')
    """
    utc = local_us - _in_force(local_us, zone.local_cuts())
    _refuse_outside(utc, zone)
    return utc


def utc_to_local(utc_us: Instants, zone: Transitions) -> Instants:
    """Naive local times of instants, any shape, microseconds since 1970.

    Refuses instants outside the range of `zone`: their offset is not known.

    >>> zone = transitions("Asia/Kathmandu", 0, 1_798_761_600_000_000)
    >>> utc_to_local(np.array([1_767_225_600_000_000]), zone).astype("M8[us]").astype("M8[m]")
    array(['2026-01-01T05:45'], dtype='datetime64[m]')
    """
    _refuse_outside(utc_us, zone)
    return utc_us + _in_force(utc_us, zone.utc_cuts())


def utc_of(local: datetime, zone: str) -> datetime:
    """Naive UTC of one local time of a zone; one that bears an offset goes by that.

    A repeated local time is its first occurrence; a missing one keeps the offset before the gap (PEP 495, fold=0).

    >>> utc_of(datetime(2026, 3, 29), "Europe/Berlin")
    datetime.datetime(2026, 3, 28, 23, 0)
    """
    aware = local if local.tzinfo is not None else local.replace(tzinfo=_load(zone), fold=0)
    return aware.astimezone(UTC).replace(tzinfo=None)


def tz_version() -> str:
    """Version of the zone data in use: that of the `tzdata` package.

    >>> tz_version().split(".")[0] >= "2025"
    True
    """
    return release("tzdata")


@cache
def zone_names() -> frozenset[str]:
    """Names of all zones that can be asked for.

    >>> "Australia/Lord_Howe" in zone_names()
    True
    """
    return frozenset(files("tzdata").joinpath("zones").read_text(encoding="ascii").split())


@cache
def _load(zone: str) -> ZoneInfo:
    if zone not in zone_names():
        raise CannotEstimate("time zone", got=f"'{zone}'", need="a name of the IANA database", settle=f"{nearest(zone, zone_names())}")
    with files("tzdata").joinpath("zoneinfo", *zone.split("/")).open("rb") as data:
        return ZoneInfo.from_file(data, key=zone)


def _offset_us(clock: ZoneInfo, second: int) -> int:
    utc = (EPOCH + timedelta(seconds=second)).replace(tzinfo=clock)
    offset = clock.fromutc(utc).utcoffset()
    assert offset is not None, "a ZoneInfo gives every instant an offset"
    return offset // MICROSECOND


def _changes_at(clock: ZoneInfo, earlier: int, later: int) -> int:
    """First second with the offset of `later`; earlier and later differ, with one change between them."""
    before = _offset_us(clock, earlier)
    while later - earlier > 1:
        middle = (earlier + later) // 2
        if _offset_us(clock, middle) == before:
            earlier = middle
        else:
            later = middle
    return later


def _in_force(at: Instants, cuts: Sequence[tuple[int, int]]) -> Instants:
    starts = np.array([start for start, _ in cuts[1:]], dtype=np.int64)
    offsets = np.array([offset for _, offset in cuts], dtype=np.int64)
    return offsets[np.searchsorted(starts, at, side="right")]


def _refuse_outside(utc: Instants, zone: Transitions) -> None:
    if utc.size and (utc.min() < zone.first_us or utc.max() > zone.last_us):
        raise CannotEstimate(
            f"offset in '{zone.zone}'",
            got=f"{np.datetime64(int(utc.min()), 'us')} to {np.datetime64(int(utc.max()), 'us')}",
            need=f"{np.datetime64(zone.first_us, 'us')} to {np.datetime64(zone.last_us, 'us')}",
        )
