"""Business time against the oracle that walks through minutes, and what must hold of it whatever the calendar."""

from __future__ import annotations

import subprocess
import sys
from functools import cache

import numpy as np
import pytest

from tests.engines.calendars.cases import ZONES, Case, differences, drawn, pattern_of
from tests.engines.calendars.minutes import clock_of
from troth.engines.calendars import (
    Calendar,
    calendar_of,
    due,
    due_each,
    elapsed,
    elapsed_each,
    intersection,
    minus,
    pack,
    transitions,
    union,
    windows_of,
    worked_until,
)
from troth.engines.calendars.windows import merged
from troth.kernel.errors import CannotEstimate

SECOND = 1_000_000
SHARES = [range(first, first + 250) for first in range(0, 2_000, 250)]


@cache
def made(seed: int) -> tuple[Case, Calendar]:
    case = drawn(seed)
    begin, end = (at * SECOND for at in case.span())
    pattern = pattern_of(case.doors)
    return case, calendar_of(windows_of(pattern, begin, end), pattern.zone, begin, end)


@pytest.mark.parametrize("seeds", SHARES, ids=lambda seeds: f"{seeds.start}-{seeds.stop - 1}")
def test_no_form_differs_from_the_walk(seeds: range) -> None:
    wrong, met = differences(seeds)

    assert wrong == []
    assert met["cases"] == 250
    assert min(met["gaps"], met["folds"]) > 0


@pytest.mark.parametrize("zone", ZONES[::12])
def test_the_oracle_reads_the_same_clocks(zone: str) -> None:
    """Two readings of a zone's file, so that a difference in a case is one of business time."""
    first, last = 0, 2_145_916_800
    ours, theirs = transitions(zone, first * SECOND, last * SECOND), clock_of(zone)
    inside = (theirs.changes > first) & (theirs.changes <= last)
    moved = inside & (np.diff(theirs.offsets) != 0)

    assert [at // SECOND for at in ours.instants] == theirs.changes[moved].tolist()


@pytest.mark.parametrize("seed", range(60))
def test_monotone_and_additive(seed: int) -> None:
    _, calendar = made(seed)
    at = np.sort(np.random.default_rng(seed).integers(calendar.first_us, calendar.last_us, 200))
    worked = worked_until(calendar, at)
    amounts = np.sort(np.random.default_rng(-seed - 1 & 0xFFFF).integers(0, max(calendar.total // 3, 1), 50))
    starts = at[:50][worked[:50] + amounts[-1] <= calendar.total]

    assert np.all(np.diff(worked) >= 0)
    assert np.all(np.diff(worked) <= np.diff(at))
    assert np.array_equal(elapsed(calendar, at[:-2], at[1:-1]) + elapsed(calendar, at[1:-1], at[2:]), elapsed(calendar, at[:-2], at[2:]))
    for start in starts[:5]:
        found = due(calendar, np.full(len(amounts), start), amounts)
        assert np.all(np.diff(found) >= 0)
        assert np.array_equal(elapsed(calendar, np.full(len(amounts), start), found), amounts)
    if len(starts):
        assert np.all(np.diff(due(calendar, starts, np.full(len(starts), amounts[-1]))) >= 0)


@pytest.mark.parametrize("seed", range(40))
def test_composition_is_that_of_sets(seed: int) -> None:
    """Union, intersection and difference, minute by minute."""
    (case, _), (other, _) = made(seed), made(seed + 1_000)
    begin, end = (at * SECOND for at in case.span())
    left, right = (windows_of(pattern_of(doors), begin, end) for doors in (case.doors, other.doors))
    minutes = np.arange(begin, end, 60 * SECOND)

    def is_open(windows: object) -> np.ndarray:
        opens, closes = merged(windows)  # type: ignore[arg-type]
        return np.searchsorted(opens, minutes, side="right") > np.searchsorted(closes, minutes, side="right")

    assert np.array_equal(is_open(union(left, right)), is_open(left) | is_open(right))
    assert np.array_equal(is_open(intersection(left, right)), is_open(left) & is_open(right))
    assert np.array_equal(is_open(minus(left, right)), is_open(left) & ~is_open(right))


def test_many_calendars_at_once_are_each_their_own() -> None:
    patterns = [pattern_of(drawn(seed).doors) for seed in range(30)]
    begin, end = 946_684_800 * SECOND, 951_782_400 * SECOND
    calendars = [calendar_of(windows_of(one, begin, end), one.zone, begin, end) for one in patterns]
    chance = np.random.default_rng(5)
    codes = chance.integers(0, len(calendars), 5_000).astype(np.int32)
    a, b = (chance.integers(begin, end, 5_000) for _ in range(2))
    together = pack(calendars)
    found = elapsed_each(together, codes, a, b)
    amounts = np.maximum(found, 0)
    dues = due_each(together, codes, a, amounts)

    for code, calendar in enumerate(calendars):
        mine = codes == code
        assert np.array_equal(found[mine], elapsed(calendar, a[mine], b[mine]))
        assert np.array_equal(dues[mine], due(calendar, a[mine], amounts[mine]))


def test_what_lies_outside_the_range_is_refused() -> None:
    _, calendar = made(3)
    together = pack([calendar])
    code, outside, inside = np.zeros(1, dtype=np.int32), np.array([calendar.last_us + 1]), np.array([calendar.first_us])

    with pytest.raises(CannotEstimate, match="working time; got"):
        worked_until(calendar, outside)
    with pytest.raises(CannotEstimate, match="working time; got"):
        elapsed_each(together, code, inside, outside)
    with pytest.raises(CannotEstimate, match="more working time than"):
        due(calendar, inside, np.array([calendar.total + 1]))
    with pytest.raises(CannotEstimate, match="more working time than"):
        due_each(together, code, inside, np.array([calendar.total + 1]))
    with pytest.raises(CannotEstimate, match="code of a calendar; got 1 to 1"):
        elapsed_each(together, code + np.int32(1), inside, inside)
    with pytest.raises(CannotEstimate, match="calendars together; got 0"):
        pack([])


def test_neither_zone_nor_locale_of_the_server_counts() -> None:
    told = {
        subprocess.run(
            [sys.executable, "-m", "tests.engines.calendars.cases", "--cases", "40", "--seed", "77"],
            env={"TZ": zone, "LC_ALL": locale, "PYTHONPATH": "."}, capture_output=True, text=True, check=True,
        ).stdout
        for zone, locale in (("UTC", "C"), ("America/St_Johns", "tr_TR.UTF-8"), ("Asia/Kathmandu", "de_DE.UTF-8"))
    }  # fmt: skip

    assert len(told) == 1
    assert "0 differences" in told.pop()
