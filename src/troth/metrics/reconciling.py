"""Why somebody else's number of a metric is another one: unit by unit and exactly, or by the ways of counting that give it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Any

import numpy as np

from troth.metrics.unit_rows import CODES, MISSING, Exact
from troth.metrics.ways import NOW, OURS, Change, Way, Yard, several

Array = np.ndarray[Any, Any]
Pair = tuple[Exact, Exact]
ONCE = Change("rows", "once")
MOST_CHANGES, MOST_ROWS_OF_THREE = 3, 200_000
BROKEN = 3
NEAR = 1_000_000_000  # a float has about so many parts of itself to go by


@dataclass(frozen=True, slots=True)
class Side:
    """What one side counts: value = top / bottom, or top where the metric has no bottom; None where bottom is 0. units: that bring
    something, or that are listed.
    """

    value: Fraction | None
    top: Fraction
    bottom: Fraction | None
    units: int


@dataclass(frozen=True, slots=True)
class Differing:
    """A unit on which the two differ. ours, theirs: what it brings, above and below. gives: its part of the difference of the values."""

    id: str
    ours: tuple[Fraction, Fraction]
    theirs: tuple[Fraction, Fraction]
    rows: int
    cause: int
    gives: Fraction | None


@dataclass(frozen=True, slots=True)
class Cause:
    """Units on which the two differ for one reason. changes: of how the house counts that make each of them what they have; of none
    where `found` says what the record knows of them instead.

    units: how many; of: on how many the change would make a difference at all. gives: their part of the difference; the parts of all
    causes sum to it. explained: whether the reason is one, or only where they lie.
    """

    changes: tuple[Change, ...]
    found: str
    units: int
    of: int | None
    top: Fraction
    bottom: Fraction
    gives: Fraction | None
    explained: bool


@dataclass(frozen=True, slots=True)
class Compared:
    """difference: theirs less ours; None where one of them has no value. alike: units that both count alike."""

    ours: Side
    theirs: Side
    difference: Fraction | None
    alike: int
    causes: tuple[Cause, ...]
    differing: tuple[Differing, ...]


@dataclass(frozen=True, slots=True)
class Theirs:
    """Rows of theirs by id. whole: all rows of an id together; once: what one of them brings, where a join repeated it; rows: how many;
    near: whether their numbers are floats, so that what is that near is alike.
    """

    whole: Mapping[str, Pair]
    once: Mapping[str, Pair]
    rows: Mapping[str, int]
    near: bool = False


def once(rows: Sequence[Pair], has: int, ours: Pair | None) -> Pair:
    """What rows of one id bring without those that a join repeated. has: how many rows the record has of it; ours: what they bring
    if they count.

    Rows that all come several times come once; of rows that differ, where the record has one, the one that is like it is left, else the
    first.

    >>> once([(Fraction(1), Fraction(1))] * 3, 1, None)
    (Fraction(1, 1), Fraction(1, 1))
    """
    if len(rows) <= max(has, 1):
        return added(rows)
    whole, often = added(rows), Counter(rows)
    times = int(np.gcd.reduce(list(often.values())))
    if times > 1:
        by = len(rows) // has if has and len(rows) % has == 0 and times % (len(rows) // has) == 0 else times
        return Fraction(whole[0]) / by, Fraction(whole[1]) / by
    return whole if has > 1 else ours if ours is not None and ours in rows else rows[0]


def added(rows: Sequence[Pair]) -> Pair:
    """What rows bring together, above and below."""
    return rows[0] if len(rows) == 1 else (sum(top for top, _ in rows), sum(bottom for _, bottom in rows))


def compare(yard: Yard, theirs: Theirs, amounts: Sequence[Array], *, bottomless: bool, unknown: Mapping[str, str]) -> Compared:
    """The difference by units and by cause. amounts: of theirs in the yard: whole above and below, once above and below.

    bottomless: the value has nothing below. unknown: by id, what is known of those that the record does not have.
    Of all ways the one is taken that leaves the fewest units unlike, where one that was alike before weighs as much as three; what no
    part of it makes like theirs is said by what the record knows of the unit. With r the mean of both values and D that of what is
    below, a unit gives (its top - r its bottom) / D of the difference, so that parts sum to it exactly, in whatever order
    (Marshall 1890, Edgeworth 1925).
    """
    judge = _Judge(yard, theirs, amounts)
    best = judge.best()
    cause = np.full(len(yard.ids), -1)
    causes: list[tuple[tuple[Change, ...], str, bool]] = []
    order = {change: number for number, change in enumerate((*yard.changes, ONCE))}
    for size in range(1, len(best) + 1):
        for chosen in combinations(sorted(best, key=order.__getitem__), size):
            fits = judge.alike(frozenset(chosen)) & judge.differs & (cause == -1)
            if fits.any():
                cause[fits] = len(causes)
                causes.append((chosen, "", True))
    named = {number: judge.known(int(number), unknown) for number in np.flatnonzero(judge.differs & (cause == -1))}
    for said in sorted(set(named.values())):
        for number in (number for number, mine in named.items() if mine == said):
            cause[number] = len(causes)
        causes.append(((), *said))
    return _told(yard, theirs, judge, causes, cause, bottomless=bottomless)


class _Judge:
    """Which units a way makes like theirs; each way is counted once."""

    def __init__(self, yard: Yard, theirs: Theirs, amounts: Sequence[Array]) -> None:
        self.yard, self.theirs, self.amounts = yard, theirs, amounts
        self.found: dict[Way, tuple[Array, Array]] = {}
        self.ours = self.by_unit(OURS)
        self.unlike = (self.ours[0] != amounts[0]) | (self.ours[1] != amounts[1])
        self.differs = self.unlike & ~self.alike(OURS)
        self.left_out = _left_out(yard)

    def by_unit(self, way: Way) -> tuple[Array, Array]:
        if way not in self.found:
            self.found[way] = self.yard.by_unit(way)
        return self.found[way]

    def alike(self, way: Way) -> Array:
        top, bottom = self.by_unit(way - {ONCE})
        above, below = self.amounts[2:] if ONCE in way else self.amounts[:2]
        if not self.theirs.near:
            return np.asarray((top == above) & (bottom == below))
        return np.asarray((abs(top - above) <= abs(above) // NEAR) & (abs(bottom - below) <= abs(below) // NEAR))

    def best(self) -> Way:
        """From ours on, whichever change, or whichever two, bring it nearest to theirs; until none does. Of units that the record does
        not have, or that theirs does not list, no way of counting tells anything.
        """
        if not any(id in self.theirs.whole for version in self.yard.versions.values() for id in version.rows.ids):
            return OURS
        changes = [change for change in self.yard.changes if change.axis != "joined"]
        if any((self.amounts[0] != self.amounts[2]) | (self.amounts[1] != self.amounts[3])):
            changes.append(ONCE)
        way, left = OURS, self._left(OURS)
        while left:
            for most in (1, 2):
                tried = [(self._left(one), number, one) for number, one in enumerate(_changed(way, changes, most))]
                fewest = min(tried, key=lambda one: one[:2], default=(left, 0, way))
                if fewest[0] < left:
                    left, _, way = fewest
                    break
            else:
                break
        return self._needed(way, left)

    def _needed(self, way: Way, left: int) -> Way:
        """Without what makes no difference any more."""
        for change in sorted(way):
            if self._left(way - {change}) <= left:
                way, left = way - {change}, self._left(way - {change})
        return way

    def _left(self, way: Way) -> int:
        """Units that a way leaves unlike; those that were alike before weigh more, since who counts so would have them so too."""
        unlike = ~self.alike(way)
        return int(unlike.sum()) + (BROKEN - 1) * int((unlike & ~self.differs).sum())

    def known(self, number: int, unknown: Mapping[str, str]) -> tuple[str, bool]:
        """What the record knows of a unit that no way makes like theirs, and whether that is why."""
        id = self.yard.ids[number]
        if id in unknown:
            return unknown[id], True
        if self.ours[0][number] or self.ours[1][number]:
            return ("both count it, with other amounts" if id in self.theirs.whole else "only the house counts it"), False
        return self.left_out[number], True


def _changed(way: Way, changes: Sequence[Change], most: int) -> Iterator[Way]:
    for more in several(changes, most):
        if len(more) == most:
            axes = {change.axis for change in more}
            yield frozenset(change for change in way if change.axis not in axes) | more


def _left_out(yard: Yard) -> list[str]:
    """Of each unit, why the house does not count it: the first reason that holds for all its rows."""
    version, counts = yard.rows(OURS)
    rows = version.rows
    has = np.bincount(version.unit, minlength=len(yard.ids))
    said = np.full(len(yard.ids), "outside the window", dtype=object)
    for reason, wrong in reversed((
        ("on record only as it was known before", np.zeros(len(rows.ids), dtype=bool)),
        ("what it would bring is not known to the house", counts),
        ("not in the slice that was asked for", ~rows.within), ("left out by 'where'", ~rows.belongs),
        *((f"{state} for the house", rows.state == CODES[state]) for state in ("void", "waived")), ("not due yet", ~rows.fell),
        (f"without an instant '{rows.own}'", rows.utc[rows.own] == MISSING),
        ("after the end of the record", rows.utc[rows.own] > rows.as_of),
    )):  # fmt: skip
        said[np.bincount(version.unit[wrong], minlength=len(yard.ids)) == has] = reason
    return said.tolist()


def _told(
    yard: Yard, theirs: Theirs, judge: _Judge, causes: Sequence[tuple[tuple[Change, ...], str, bool]], cause: Array, *, bottomless: bool
) -> Compared:  # fmt: skip
    above, below = judge.ours
    their_above, their_below = judge.amounts[:2]
    ours, other = (
        _side(Fraction(int(top.sum())) * yard.unit, Fraction(int(bottom.sum())) * yard.unit, _counted((top, bottom)), bottomless=bottomless)
        for top, bottom in ((above, below), (their_above, their_below))
    )
    difference = None if ours.value is None or other.value is None else other.value - ours.value
    differing, rounded = [], Fraction(0)
    for number in np.flatnonzero(judge.unlike):
        mine, others = (
            (Fraction(int(top[number])) * yard.unit, Fraction(int(bottom[number])) * yard.unit)
            for top, bottom in ((above, below), (their_above, their_below))
        )
        top, bottom = others[0] - mine[0], others[1] - mine[1]
        gives = _gives(top, bottom, ours, other)
        if cause[number] == -1:
            rounded += gives or 0
            continue
        id = yard.ids[number]
        differing.append(Differing(id, mine, others, theirs.rows.get(id, 0), int(cause[number]), gives))
    found = [_cause(judge, one, [unit for unit in differing if unit.cause == place]) for place, one in enumerate(causes)]
    if rounded:
        found.append(Cause((), "rounding of floats", 0, None, Fraction(0), Fraction(0), rounded, True))
    alike = int((((above != 0) | (below != 0)) & ~judge.differs).sum())
    return Compared(ours, other, difference, alike, tuple(found), tuple(differing))


def _counted(amounts: Sequence[Array]) -> int:
    return int(((amounts[0] != 0) | (amounts[1] != 0)).sum())


def _side(top: Fraction, bottom: Fraction, units: int, *, bottomless: bool) -> Side:
    if bottomless:
        return Side(top, top, None, units)
    return Side(top / bottom if bottom else None, top, bottom, units)


def _gives(top: Fraction, bottom: Fraction, ours: Side, theirs: Side) -> Fraction | None:
    if ours.bottom is None or theirs.bottom is None:
        return top
    if ours.value is None or theirs.value is None:
        return None
    middle = (ours.value + theirs.value) / 2
    return (top - middle * bottom) * 2 / (ours.bottom + theirs.bottom)


def _cause(judge: _Judge, said: tuple[tuple[Change, ...], str, bool], units: Sequence[Differing]) -> Cause:
    changes, found, explained = said
    of = None
    if len(changes) == 1 and changes[0] != ONCE:
        top, bottom = judge.by_unit(frozenset(changes))
        of = int(((top != judge.ours[0]) | (bottom != judge.ours[1])).sum())
    known = [unit.gives for unit in units if unit.gives is not None]
    return Cause(
        changes, found, len(units), of, sum((unit.theirs[0] - unit.ours[0] for unit in units), Fraction(0)),
        sum((unit.theirs[1] - unit.ours[1] for unit in units), Fraction(0)),
        sum(known, Fraction(0)) if len(known) == len(units) else None, explained,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tried:
    """A way of counting and what it gives; None where it gives nothing. gives: whether that is their number, to its last digit."""

    changes: tuple[Change, ...]
    value: Fraction | None
    gives: bool


def tried(yard: Yard, theirs: Fraction, digits: int | None, *, bottomless: bool) -> tuple[Tried, ...]:
    """Every way of up to three changes, the fewest first, ours before all. digits: after the point, to which theirs is known; None for a
    float.
    """
    most = MOST_CHANGES if len(yard.versions[NOW].rows.ids) <= MOST_ROWS_OF_THREE else MOST_CHANGES - 1
    found = []
    order = {change: number for number, change in enumerate(yard.changes)}
    for way in (OURS, *several(yard.changes, most)):
        top, bottom = yard.whole(way)
        value = top if bottomless else top / bottom if bottom else None
        found.append(Tried(tuple(sorted(way, key=order.__getitem__)), value, value is not None and _same(value, theirs, digits)))
    return tuple(found)


def _same(value: Fraction, theirs: Fraction, digits: int | None) -> bool:
    if digits is None:
        return abs(value - theirs) * NEAR <= abs(theirs)
    return abs(value - theirs) * 2 <= Fraction(1, 10**digits)
