"""Zones against two independent readings of the same data: the standard library's, and the TZif files' own tables."""

from __future__ import annotations

import struct
import zoneinfo
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from itertools import pairwise

import numpy as np
import pytest

from troth.engines.calendars import (
    Transitions,
    local_to_utc,
    transitions,
    tz_version,
    utc_to_local,
    zone_names,
)
from troth.engines.calendars.zones import LOOK_S
from troth.kernel.errors import CannotEstimate
from troth.kernel.instant import from_us, to_us

MICROSECOND = timedelta(microseconds=1)
HOUR = 3_600_000_000
FIRST = 0
LAST = to_us(datetime.fromisoformat("2038-01-01"))


@pytest.fixture(scope="module")
def package_data_only() -> Iterator[None]:
    """The standard library prefers the machine's zone files; here both sides must read the same ones."""
    kept = zoneinfo.TZPATH
    zoneinfo.reset_tzpath(to=[])
    yield
    zoneinfo.reset_tzpath(to=kept)


@cache
def whole_range(zone: str) -> Transitions:
    return transitions(zone, FIRST, LAST)


def distinct_zones() -> list[str]:
    """One name of each group of aliases."""
    by_bytes = {tzif(zone): zone for zone in sorted(zone_names())}
    return sorted(by_bytes.values())


ODD = ["Africa/Casablanca", "Antarctica/Troll", "America/Recife", "Asia/Gaza", "Australia/Lord_Howe", "Pacific/Apia"]
EVERY_OR_SOME = pytest.mark.parametrize(
    "take", [pytest.param(1, marks=pytest.mark.slow, id="all zones"), pytest.param(10, id="one zone in ten")]
)


def chosen(take: int) -> list[str]:
    return sorted({*distinct_zones()[::take], *ODD})


def tzif(zone: str) -> bytes:
    return files("tzdata").joinpath("zoneinfo", *zone.split("/")).read_bytes()


def tabulated_changes(zone: str) -> list[tuple[int, int]]:
    """(second, new offset in seconds) of every real change in the 64-bit block of a TZif file. Source: RFC 8536."""
    data = tzif(zone)

    def counts(at: int) -> tuple[int, ...]:
        return struct.unpack(">6l", data[at + 20 : at + 44])

    isut, isstd, leap, times, types, chars = counts(0)
    at = 44 + times * 5 + types * 6 + chars + leap * 8 + isstd + isut
    isut, isstd, leap, times, types, chars = counts(at)
    at += 44
    seconds = struct.unpack(f">{times}q", data[at : at + 8 * times])
    kinds = data[at + 8 * times : at + 9 * times]
    at += 9 * times
    offsets = [struct.unpack(">l", data[at + 6 * kind : at + 6 * kind + 4])[0] for kind in range(types)]
    changes, offset = [], offsets[0]
    for second, kind in zip(seconds, kinds, strict=True):
        if offsets[kind] != offset:
            offset = offsets[kind]
            changes.append((second, offset))
    return changes


def by_standard_library(clock: zoneinfo.ZoneInfo, local_us: int) -> int:
    offset = from_us(local_us).replace(tzinfo=clock, fold=0).utcoffset()
    assert offset is not None
    return local_us - offset // MICROSECOND


def points(zone: Transitions, rng: np.random.Generator, count: int) -> list[int]:
    """Random local times, and those at and beside both edges of every gap and every repeated hour."""
    edges = [
        instant + offset + beside
        for instant, pair in zip(zone.instants, pairwise(zone.offsets), strict=True)
        for offset in pair
        for beside in (-1, 0, 1)
    ]
    drawn = rng.integers(FIRST + 48 * HOUR, LAST - 48 * HOUR, size=count)
    return [us for us in [*edges, *map(int, drawn)] if FIRST + 30 * HOUR < us < LAST - 30 * HOUR]


@pytest.mark.slow
@EVERY_OR_SOME
def test_local_times_agree_with_the_standard_library(take: int, package_data_only: None) -> None:
    rng = np.random.default_rng(1970)
    for name in chosen(take):
        zone = whole_range(name)
        clock = zoneinfo.ZoneInfo.no_cache(name)
        local = points(zone, rng, 40)
        expected = [by_standard_library(clock, us) for us in local]
        assert local_to_utc(np.array(local), zone).tolist() == expected, name


@EVERY_OR_SOME
def test_instants_agree_with_the_standard_library(take: int, package_data_only: None) -> None:
    rng = np.random.default_rng(2037)
    for name in chosen(take):
        zone = whole_range(name)
        clock = zoneinfo.ZoneInfo.no_cache(name)
        utc = [at + beside for at in zone.instants for beside in (-1, 0)] + [int(rng.integers(FIRST, LAST))]
        expected = []
        for us in utc:
            shown = clock.fromutc(from_us(us).replace(tzinfo=clock))
            expected.append(to_us(shown.replace(tzinfo=None)))
        assert utc_to_local(np.array(utc), zone).tolist() == expected, name


@EVERY_OR_SOME
def test_no_tabulated_change_is_missed(take: int) -> None:
    for name in chosen(take):
        tabulated = [change for change in tabulated_changes(name) if FIRST < change[0] * 1_000_000 <= LAST]
        zone = whole_range(name)
        ours = [(us // 1_000_000, offset // 1_000_000) for us, offset in zone.utc_cuts()[1:]]
        # After the last tabulated change the file's rule takes over, so ours may go on.
        assert ours[: len(tabulated)] == tabulated, name


def test_no_zone_changes_twice_within_the_time_between_two_looks() -> None:
    closest = min(later - earlier for name in distinct_zones() for (earlier, _), (later, _) in pairwise(tabulated_changes(name)))

    assert closest == 167 * 3600  # reference: the TZif files; Recife and others, 8 to 15 October 2000
    assert closest > LOOK_S


def test_lord_howe_moves_by_half_an_hour() -> None:
    # reference: minute-by-minute count: 5 April 2026 has 1470 minutes in Lord Howe.
    zone = transitions("Australia/Lord_Howe", us("2026-01-01"), us("2026-12-31"))

    midnights = local_to_utc(np.array([us("2026-04-05"), us("2026-04-06")]), zone)
    assert int(midnights[1] - midnights[0]) == 1470 * 60_000_000


@pytest.mark.parametrize(
    ("local", "utc"),
    [
        ("2026-03-08T01:59:59", "2026-03-08T06:59:59"),
        ("2026-03-08T02:30:00", "2026-03-08T07:30:00"),  # never shown by a clock: the offset before the gap
        ("2026-03-08T03:00:00", "2026-03-08T07:00:00"),
        ("2026-11-01T01:30:00", "2026-11-01T05:30:00"),  # shown twice: the first
        ("2026-11-01T02:00:00", "2026-11-01T07:00:00"),
    ],
)
def test_missing_and_repeated_local_times_follow_one_rule(local: str, utc: str) -> None:
    # paper: PEP 495, fold=0, by hand for New York (UTC-5, UTC-4 in summer).
    zone = transitions("America/New_York", us("2026-01-01"), us("2026-12-31"))

    assert local_to_utc(np.array([us(local)]), zone).tolist() == [us(utc)]


def test_offsets_of_less_than_a_minute_are_kept() -> None:
    # reference: IANA africa file: Monrovia stood at -0:44:30 until 7 January 1972.
    zone = transitions("Africa/Monrovia", us("1971-01-01"), us("1973-01-01"))

    assert zone.offsets == (-2_670_000_000, 0)
    assert zone.instants == (us("1972-01-07T00:44:30"),)


def test_cuts_walked_by_hand_give_the_same_as_the_arrays() -> None:
    zone = transitions("America/Sao_Paulo", us("2016-01-01"), us("2020-01-01"))
    local = np.arange(us("2016-02-01"), us("2019-12-01"), 7 * HOUR)

    def walk(at: int) -> int:
        offset = zone.local_cuts()[0][1]
        for start, this in zone.local_cuts()[1:]:
            offset = this if at >= start else offset
        return at - offset

    assert local_to_utc(local, zone).tolist() == [walk(int(at)) for at in local]


def test_a_day_that_a_zone_skipped_keeps_the_order_of_time() -> None:
    # reference: IANA australasia file: Samoa had no 30 December 2011.
    zone = transitions("Pacific/Apia", us("2011-12-01"), us("2012-01-31"))
    days = np.array([us("2011-12-29T12:00"), us("2011-12-31T12:00")])

    first, second = local_to_utc(days, zone).tolist()
    assert second - first == 24 * HOUR


def test_any_shape_keeps_its_shape_and_empty_stays_empty() -> None:
    zone = transitions("UTC", FIRST, LAST)

    assert local_to_utc(np.zeros((2, 3), dtype=np.int64), zone).shape == (2, 3)
    assert local_to_utc(np.zeros(0, dtype=np.int64), zone).size == 0
    assert zone.local_cuts() == [(FIRST, 0)]


def test_an_unknown_zone_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(CannotEstimate, match="did you mean 'Europe/Berlin'"):
        transitions("Europe/Berln", FIRST, LAST)


@pytest.mark.parametrize(("first", "last"), [(1, 0), (-(10**18), 0), (0, 10**18)])
def test_an_impossible_range_is_refused(first: int, last: int) -> None:
    with pytest.raises(CannotEstimate):
        transitions("UTC", first, last)


def test_times_outside_the_range_are_refused() -> None:
    zone = transitions("Europe/Berlin", us("2026-01-01"), us("2026-12-31"))

    with pytest.raises(CannotEstimate, match="2027"):
        local_to_utc(np.array([us("2027-01-02")]), zone)
    with pytest.raises(CannotEstimate, match="2025"):
        utc_to_local(np.array([us("2025-01-01")]), zone)


@pytest.mark.parametrize(
    ("instants", "offsets"),
    [((0,), (0,)), ((10, 20), (0, HOUR, 2 * HOUR, 0)), ((10, 20), (26 * HOUR, 0, 0)), ((20, 10), (0, 0, 0))],
)
def test_impossible_transitions_die_when_made(instants: tuple[int, ...], offsets: tuple[int, ...]) -> None:
    with pytest.raises(CannotEstimate):
        Transitions("Nowhere/Land", -100, 100, instants, offsets)


def test_the_version_is_that_of_the_data_in_use() -> None:
    assert tz_version() == __import__("tzdata").__version__


def us(text: str) -> int:
    return to_us(datetime.fromisoformat(text))
