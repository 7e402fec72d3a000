"""How many of what fell due was kept: the one place that counts it, weighted where the file is a sample."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TypeVar

import numpy as np

from troth.engines.statistics import StratifiedShare, superpopulation_share
from troth.findings.context import Context
from troth.findings.weighing import Counts, counts_by, merged, seen, total

STANDING = ("kept", "broken", "unknown")
Group = TypeVar("Group")


@dataclass(frozen=True, slots=True)
class Kept:
    """Of what fell due: counts by stratum, of n = kept + broken + unknown, and of how a broken one was broken.

    late: it came after the due. silent: nothing is on record. other: it was breached, and not by delay. came, came_broken: of the kept and
    broken, and of the broken, those of which a fulfilment is on record.
    """

    found: list[Counts]

    @property
    def seen(self) -> int:
        """How many of them are in the file."""
        return seen(self.found, "n")

    def total(self, what: str) -> Fraction:
        """How many there are in all, estimated where the file is a sample."""
        return total(self.found, what)

    @property
    def low(self) -> Fraction:
        """The kept share if none of the unknown was; 0 of nothing."""
        return self.total("kept") / self.total("n") if self.seen else Fraction(0)

    @property
    def high(self) -> Fraction:
        """The kept share if all of the unknown were."""
        return (self.total("kept") + self.total("unknown")) / self.total("n") if self.seen else Fraction(1)

    @property
    def share(self) -> StratifiedShare:
        """The kept share with an interval for the process behind it, strata weighed by what was declared."""
        return share_of(self.found, "kept", "n")


def share_of(found: Sequence[Counts], numerator: str, denominator: str) -> StratifiedShare:
    """The share with an interval for the process behind it, strata weighed by what was declared."""
    columns = [[c.by[numerator], c.by[denominator], c.stratum.seen, c.stratum.population] for c in found]
    num, den, in_file, population = (np.array(column, dtype=np.int64) for column in zip(*columns, strict=True))
    return superpopulation_share(num, den, in_file, population)


def kept_of(context: Context, name: str, where: str = "TRUE") -> Kept:
    """What was kept of a promise, of what fell due by now. where: SQL over its outcomes `o`."""
    return summed(kept_by_day(context, name).values()) if where == "TRUE" else kept_by(context, name, (), where).get((), Kept([]))


def kept_by_day(context: Context, name: str) -> Mapping[date, Kept]:
    """The same by the local day of the due, in their order: asked once, and weeks and months are sums of it."""

    def asked() -> dict[date, Kept]:
        found = kept_by(context, name, (f"CAST({context.local('o.due')} AS DATE)",))
        return {day: kept for (day,), kept in found.items() if isinstance(day, date)}

    return context.once(("kept by day", name), asked)


def kept_by_dates(context: Context, name: str, of: Callable[[date], Group]) -> dict[Group, Kept]:
    """The same by what a day belongs to, such as its week, in the order of the days."""
    days: dict[Group, list[Kept]] = {}
    for day, kept in kept_by_day(context, name).items():
        days.setdefault(of(day), []).append(kept)
    return {group: summed(each) for group, each in days.items()}


def summed(parts: Iterable[Kept]) -> Kept:
    """What several parts of one promise are together."""
    return Kept(merged(counts for kept in parts for counts in kept.found))


def kept_by(context: Context, name: str, by: tuple[str, ...], where: str = "TRUE") -> dict[tuple[object, ...], Kept]:
    """The same for each group of outcomes, in the order of the groups. by: SQL of what they are grouped by."""
    state = context.state()
    unbreached = f"coalesce(o.breached > {context.now}, TRUE)"
    conditions = {
        "n": f"{state} IN ('kept', 'broken', 'unknown')",
        **{one: f"{state} = '{one}'" for one in (*STANDING, "void", "waived")},
        "came": f"{state} IN ('kept', 'broken') AND o.fulfilled IS NOT NULL",
        "came_broken": f"{state} = 'broken' AND o.fulfilled IS NOT NULL",
        "late": f"{state} = 'broken' AND o.fulfilled > o.due",
        "silent": f"{state} = 'broken' AND o.fulfilled IS NULL AND {unbreached}",
        "other": f"{state} = 'broken' AND NOT ({unbreached}) AND coalesce(o.fulfilled <= o.due, TRUE)",
    }
    found = counts_by(context, name, by, conditions, f"o.due <= {context.now} AND ({where})")
    return {group: Kept(counted) for group, counted in found.items()}
