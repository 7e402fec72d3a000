"""Random cases of business time, each drawn from a seed of its own, and what is asked of every form of it.

python -m tests.engines.calendars.cases --cases 1000000 --seed 7 --workers 2
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from tests.engines.calendars.minutes import DAY_S, FIRST_OF_ALL, Doors, clock_of, walked
from troth.engines.calendars import (
    Pattern,
    Week,
    Window,
    calendar_of,
    due,
    due_each,
    due_time,
    elapsed,
    elapsed_each,
    elapsed_time,
    pack,
    windows_of,
    zone_names,
)
from troth.kernel.instant import from_us, to_us

SECOND = 1_000_000
ZONES = sorted(zone_names())
FIRST_S, LAST_S = 0, (date(2038, 1, 1) - FIRST_OF_ALL).days * DAY_S
GRAINS = (60, 300, 900, 1800, 3600)
MARGIN_S = 2 * DAY_S


@dataclass(frozen=True, slots=True)
class Case:
    seed: int
    doors: Doors
    start_us: int
    end_us: int

    def span(self) -> tuple[int, int]:
        """Seconds from which and to which the oracle walks."""
        return self.start_us // SECOND // 60 * 60 - MARGIN_S, self.end_us // SECOND // 60 * 60 + MARGIN_S


@dataclass(frozen=True, slots=True)
class Asked:
    """A case with the oracle's answers, in microseconds.

    elapsed: from start to end. due: after an amount from the start; every third amount ends with a window. since: so much before the
    end. gaps, folds: changes of the clock between start and end.
    """

    case: Case
    amount: int
    answers: tuple[int, int, int]
    gaps: int
    folds: int


def drawn(seed: int) -> Case:
    """Zones, years, hours and closed days of any kind; every second start lies within two days of a change of the zone's clock."""
    chance = random.Random(seed)
    zone = chance.choice(ZONES)
    near = [int(at) for at in clock_of(zone).changes if FIRST_S + 3 * DAY_S < at < LAST_S - 14 * DAY_S]
    if near and chance.random() < 0.5:
        start = chance.choice(near) + chance.randrange(-2 * DAY_S, DAY_S)
    else:
        start = chance.randrange(FIRST_S + 3 * DAY_S, LAST_S - 14 * DAY_S)
    start_us = start * SECOND + chance.randrange(SECOND)
    start_us -= start_us % (chance.choice((1, 1, 60 * SECOND, 1_800 * SECOND)))
    end_us = start_us + chance.choice((3_600, DAY_S, 9 * DAY_S)) * chance.randrange(1, SECOND + 1)
    grain = chance.choice(GRAINS)
    week = tuple(_hours(chance, grain) if chance.random() < 0.8 else () for _ in range(7))
    day = FIRST_OF_ALL + timedelta(days=start // DAY_S)
    instead = {day + timedelta(days=chance.randrange(-2, 10)): _hours(chance, grain) if chance.random() < 0.3 else () for _ in range(2)}
    return Case(seed, Doors(zone, week, instead if chance.random() < 0.5 else {}), start_us, end_us)


def asked(case: Case) -> Asked:
    walk = walked(case.doors, *case.span())
    chance = random.Random(-case.seed - 1)
    closings = [at for at in walk.closings_us() if case.start_us < at <= case.end_us]
    end_us = chance.choice(closings) if closings and chance.random() < 1 / 3 else case.end_us
    passed, most = (walk.worked_us(at) - walk.worked_us(case.start_us) for at in (case.end_us, end_us))
    amount = most if end_us != case.end_us else chance.randint(1, most) if most else 0
    due = walk.due_us(case.start_us, amount) if amount else case.start_us
    since = walk.since_us(case.end_us, amount) if amount else case.end_us
    clock = clock_of(case.doors.zone)
    low, high = np.searchsorted(clock.changes, (case.start_us // SECOND, case.end_us // SECOND))
    steps = np.diff(clock.offsets[low : high + 1])
    return Asked(case, amount, (passed, due, since), int((steps > 0).sum()), int((steps < 0).sum()))


def answered(case: Case, amount: int) -> dict[str, tuple[int, int, int]]:
    """What every form that needs no engine says, in the order of the oracle's answers."""
    begin, end = (at * SECOND for at in case.span())
    pattern = pattern_of(case.doors)
    calendar = calendar_of(windows_of(pattern, begin, end), pattern.zone, begin, end)
    a, b, x = (np.array([value], dtype=np.int64) for value in (case.start_us, case.end_us, amount))
    both, second = pack([calendar, calendar]), np.array([1], dtype=np.int32)
    start, finish, length = from_us(case.start_us), from_us(case.end_us), timedelta(microseconds=amount)
    scalar = elapsed_time(calendar, start, finish) // timedelta(microseconds=1)
    return {
        "scalar": (scalar, to_us(due_time(calendar, start, length)), to_us(due_time(calendar, finish, -length))),
        "numpy": (int(elapsed(calendar, a, b)[0]), int(due(calendar, a, x)[0]), int(due(calendar, b, -x)[0])),
        "many": (
            int(elapsed_each(both, second, a, b)[0]), int(due_each(both, second, a, x)[0]), int(due_each(both, second, b, -x)[0]),
        ),
    }  # fmt: skip


def pattern_of(doors: Doors) -> Pattern:
    return Pattern(
        doors.zone, Week(tuple(_windows(day) for day in doors.week)), {day: _windows(some) for day, some in doors.instead.items()}
    )


def differences(seeds: range) -> tuple[list[str], Counter[str]]:
    """What differs from the oracle, and how many cases met a gap or a fold."""
    wrong, met = [], Counter[str]()
    for seed in seeds:
        one = asked(drawn(seed))
        met.update({"gaps": one.gaps, "folds": one.folds, "cases": 1, "with working time": int(one.amount > 0)})
        wrong += [
            f"seed {seed}: {form} says {got}, the oracle {one.answers}, for {one.amount} µs of {one.case}"
            for form, got in answered(one.case, one.amount).items()
            if got != one.answers
        ]
    return wrong, met


def _hours(chance: random.Random, grain: int) -> tuple[tuple[int, int], ...]:
    """Up to three stretches of a day, apart from each other, the last of which may reach into the next day."""
    if chance.random() < 0.1:
        return ((0, DAY_S),)
    times = sorted(chance.sample(range(0, DAY_S + 1, grain), 2 * chance.randint(1, 3)))
    hours = [(times[n], times[n + 1]) for n in range(0, len(times), 2)]
    if chance.random() < 0.3 and hours[-1][0] > 0:
        hours[-1] = (hours[-1][0], DAY_S + chance.randrange(grain, hours[0][0] + grain, grain) if hours[0][0] else DAY_S)
        hours[-1] = (hours[-1][0], min(hours[-1][1], hours[-1][0] + DAY_S))
    return tuple(hours)


def _windows(hours: tuple[tuple[int, int], ...]) -> tuple[Window, ...]:
    return tuple(Window(opens * SECOND, closes * SECOND) for opens, closes in hours)


def _shares(first: int, cases: int, size: int) -> Iterator[range]:
    for begin in range(first, first + cases, size):
        yield range(begin, min(begin + size, first + cases))


def main() -> None:
    parser = argparse.ArgumentParser(description="Business time against a walk through the minutes.")
    parser.add_argument("--cases", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=0, help="the seed of the first case; the others follow")
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args()
    met: Counter[str] = Counter()
    count = 0
    with ProcessPoolExecutor(options.workers) as pool:
        for wrong, some in pool.map(differences, _shares(options.seed, options.cases, 2_000)):
            met += some
            count += len(wrong)
            sys.stdout.writelines(f"{one}\n" for one in wrong)
    sys.stdout.write(f"seeds {options.seed} to {options.seed + options.cases - 1}: {dict(met)}; {count} differences\n")
    raise SystemExit(1 if count else 0)


if __name__ == "__main__":
    main()
