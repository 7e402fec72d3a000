"""The ways in which somebody might have counted a metric: each a few changes of how the house counts, evaluated unit by unit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations, product
from math import gcd, lcm
from typing import Any

import numpy as np

from troth.kernel.instant import to_us
from troth.metrics.ground import Cut
from troth.metrics.unit_rows import CODES, MISSING, Exact, UnitRows

Array = np.ndarray[Any, Any]
NOW = "now"
DAY_US = 86_400_000_000
SMALL = 2**61  # sums of whole numbers below stay exact in 64 bits
FELL = ("kept", "broken", "unknown")


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """One respect in which a way differs from the house's. axis: of what; option: what it is instead."""

    axis: str
    option: str


Way = frozenset[Change]
OURS: Way = frozenset()


@dataclass(frozen=True, slots=True)
class Version:
    """Rows as of one state of knowledge, ready to be added up. unit: of which unit each row is, its place in the whole list of ids.

    top, bottom: whole numbers in the yard's common unit; raw: without the weights of a sample. joined: by what is joined to it, how
    many rows each would become.
    """

    rows: UnitRows
    unit: Array
    top: Array
    bottom: Array
    raw_top: Array
    raw_bottom: Array
    joined: Mapping[str, Array] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Yard:
    """All that is counted, on one list of ids and in one common unit, so that comparing is exact.

    unit: of what every whole number is a multiple. changes: all that make some difference, in the order in which they are told.
    """

    ids: tuple[str, ...]
    versions: Mapping[str, Version]
    cut: Cut
    unit: Fraction
    changes: tuple[Change, ...]

    def rows(self, way: Way) -> tuple[Version, Array]:
        """The version that a way reads, and which of its rows count."""
        option = {change.axis: change.option for change in way}
        version = self.versions[option.get("version", NOW)]
        rows = version.rows
        at = option.get("at", rows.own)
        counts = rows.belongs | ("where" in option)
        counts &= rows.within | ("slice" in option)
        done = at == "fulfilled" and at != rows.own
        if rows.state.any():
            states = {*FELL, *(state for state in ("void", "waived", "open") if state in option)} | ({"open"} if done else set())
            states -= {"unknown"} if option.get("unknown") == "out" else set()
            allowed = np.array([state in states for state in CODES])
            counts &= allowed[rows.state]
            counts &= rows.fell | done | ("open" in option)
        utc, wall = rows.utc[at], (rows.utc if "clock" in option else rows.local)[at]
        counts &= utc != MISSING
        counts &= (utc <= rows.as_of) | ("open" in option)
        window = option.get("window", "")
        if self.cut.since is not None and window != "none":
            counts &= wall >= to_us(self.cut.since)
        if self.cut.until is not None and window != "none":
            counts &= wall < to_us(self.cut.until) - (DAY_US if window == "last_day" else 0)
        return version, counts

    def amounts(self, way: Way) -> tuple[Version, Array, Array, Array]:
        """Also what each row brings, above and below."""
        version, counts = self.rows(way)
        option = {change.axis: change.option for change in way}
        top, bottom = (version.raw_top, version.raw_bottom) if "weights" in option else (version.top, version.bottom)
        if option.get("unknown") == "kept":
            top = np.where(version.rows.state == CODES["unknown"], bottom, top)
        if "joined" in option:
            times = version.joined[option["joined"]]
            top, bottom = top * times, bottom * times
        return version, counts, top, bottom

    def by_unit(self, way: Way) -> tuple[Array, Array]:
        """What each unit brings by a way, above and below; shapes (len(ids),)."""
        version, counts, top, bottom = self.amounts(way)
        found = []
        for amounts in (top, bottom):
            whole = np.zeros(len(self.ids), dtype=amounts.dtype)
            np.add.at(whole, version.unit[counts], amounts[counts])
            found.append(whole)
        return found[0], found[1]

    def whole(self, way: Way) -> tuple[Fraction, Fraction]:
        """What all units bring together by a way, above and below."""
        _, counts, top, bottom = self.amounts(way)
        above, below = (Fraction(int(amounts[counts].sum())) if counts.any() else Fraction(0) for amounts in (top, bottom))
        return above * self.unit, below * self.unit


def laid_out(
    versions: Mapping[str, UnitRows], cut: Cut, theirs: Mapping[str, Sequence[Exact]], joined: Mapping[str, Mapping[str, int]]
) -> tuple[Yard, list[Array]]:  # fmt: skip
    """The yard of versions, `now` among them; and the amounts of theirs, each on the yard's list of ids and in its unit.

    theirs: by id, as many amounts of each. joined: by what would be joined, how many rows an id would become.
    """
    ids = sorted({*theirs, *(id for rows in versions.values() for id in rows.ids)})
    place = {id: number for number, id in enumerate(ids)}
    width = len(next(iter(theirs.values()), ()))
    lists: list[list[Exact]] = []
    for rows in versions.values():
        lists += [rows.top, rows.bottom]
        lists += [
            [value if weight == 1 else value * weight for value, weight in zip(values, rows.weight, strict=True)]
            for values in (rows.top, rows.bottom)
        ]
    nothing = (0,) * width
    lists += [[theirs.get(id, nothing)[number] for id in ids] for number in range(width)]
    whole, unit = common(lists)
    made = {}
    for number, (name, rows) in enumerate(versions.items()):
        raw_top, raw_bottom, top, bottom = whole[4 * number : 4 * number + 4]
        units = np.array([place[id] for id in rows.ids], dtype=np.int64)
        times = {what: np.array([many.get(id, 0) for id in rows.ids], dtype=top.dtype) for what, many in joined.items()}
        made[name] = Version(rows, units, top, bottom, raw_top, raw_bottom, times)
    return Yard(tuple(ids), made, cut, unit, tuple(_changes(made, cut, joined))), whole[4 * len(versions) :]


def _changes(versions: Mapping[str, Version], cut: Cut, joined: Iterable[str]) -> Iterator[Change]:
    rows = versions[NOW].rows
    every = [version.rows for version in versions.values()]
    yield from (Change("at", name) for name in rows.utc if name != rows.own)
    if cut.since is not None or cut.until is not None:
        if any((one.utc[name] != one.local[name]).any() for one in every for name in one.utc):
            yield Change("clock", "utc")
        if cut.until is not None:
            yield Change("window", "last_day")
        yield Change("window", "none")
    states = {state for state, code in CODES.items() if any((one.state == code).any() for one in every)}
    yield from (Change(state, "in") for state in ("void", "waived") if state in states)
    if not all(one.fell.all() for one in every):
        yield Change("open", "in")
    yield from (Change("unknown", option) for option in ("out", "kept") if "unknown" in states)
    if not all(one.belongs.all() for one in every):
        yield Change("where", "off")
    if not all(one.within.all() for one in every):
        yield Change("slice", "off")
    if any(weight != 1 for weight in rows.weight):
        yield Change("weights", "raw")
    yield from (Change("version", name) for name in versions if name != NOW)
    yield from (Change("joined", what) for what in joined)


def common(lists: Sequence[Sequence[Exact]]) -> tuple[list[Array], Fraction]:
    """Fractions as whole numbers of one unit."""
    below = lcm(*{value.denominator for values in lists for value in values}) if any(lists) else 1
    whole = [[value.numerator * (below // value.denominator) for value in values] for values in lists]
    most = gcd(*(value for values in whole for value in values)) or 1
    total = sum(abs(value) for values in whole for value in values) // most
    kind: Any = np.int64 if total < SMALL else object
    return [np.array([value // most for value in values], dtype=kind) for values in whole], Fraction(most, below)


def several(changes: Sequence[Change], most: int) -> Iterator[Way]:
    """Every way of up to so many changes, each of another axis, the fewest first."""
    axes: dict[str, list[Change]] = {}
    for change in changes:
        axes.setdefault(change.axis, []).append(change)
    for number in range(1, most + 1):
        for chosen in combinations(axes.values(), number):
            for way in product(*chosen):
                yield frozenset(way)
