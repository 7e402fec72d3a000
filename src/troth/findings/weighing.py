"""Counts by sampling stratum, and totals scaled up by what the source declared; exact until the last division."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from troth.findings.context import Context
from troth.record.strata import Stratum, strata_of


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows of one stratum by the names of the query's counts."""

    stratum: Stratum
    by: dict[str, int]


def strata(context: Context, subject_type: str) -> dict[str | None, Stratum]:
    """Every stratum of an object type; objects in no declared one are complete and stand under None."""
    return strata_of(context.engine, subject_type)


def is_sample(context: Context, subject_type: str) -> bool:
    return any(s.population > s.seen for s in strata(context, subject_type).values())


def counts(context: Context, promise: str, measures: dict[str, str], where: str = "TRUE") -> list[Counts]:
    """Counts by stratum over a promise's outcomes (alias o). measures: name -> SQL condition."""
    return counts_by(context, promise, (), measures, where).get((), [])


def counts_by(
    context: Context, promise: str, by: tuple[str, ...], measures: dict[str, str], where: str = "TRUE"
) -> dict[tuple[object, ...], list[Counts]]:
    """The same for each group of outcomes, in the order of the groups. by: SQL of what they are grouped by."""
    known = strata(context, context.promises[promise].subject)
    listed = ", ".join(f"count(*) FILTER ({condition}) AS {name}" for name, condition in measures.items())
    keys = "".join(f"{key}, " for key in by)
    grouped = ", ".join(str(n + 1) for n in range(len(by) + 1))
    rows = context.counted(f"SELECT {keys}o.stratum, {listed} FROM outcome_{promise} o WHERE {where} GROUP BY {grouped} ORDER BY {grouped}")
    found: dict[tuple[object, ...], list[Counts]] = {}
    for row in rows:
        stratum, *numbers = row[len(by) :]
        counted = Counts(known[stratum], dict(zip(measures, map(int, numbers), strict=True)))
        found.setdefault(tuple(row[: len(by)]), []).append(counted)
    return found


def merged(found: Iterable[Counts]) -> list[Counts]:
    """Counts of several parts of one whole, such as its weeks, put together by stratum; those in none last."""
    sums: dict[Stratum, dict[str, int]] = {}
    for one in found:
        into = sums.setdefault(one.stratum, dict.fromkeys(one.by, 0))
        for what, count in one.by.items():
            into[what] += count
    ordered = sorted(sums.items(), key=lambda one: (one[0].name is None, one[0].name or ""))
    return [Counts(stratum, by) for stratum, by in ordered]


def total(found: list[Counts], name: str) -> Fraction:
    """Estimated total in the whole population."""
    return sum((c.by[name] * c.stratum.weight for c in found), Fraction(0))


def seen(found: list[Counts], name: str) -> int:
    return sum(c.by[name] for c in found)


def weighted_sql(promise: str, numerator: str, denominator: str, where: str = "TRUE") -> str:
    """SQL of a weighted share, as an analyst would write it on the lake's views."""
    return (
        f"WITH counted AS (\n  SELECT o.stratum, count(*) FILTER ({numerator}) AS num, count(*) FILTER ({denominator}) AS den\n"
        f"  FROM outcome_{promise} o WHERE {where} GROUP BY o.stratum\n), weighed AS (\n"
        "  SELECT num, den, coalesce(s.population, 1) AS population, coalesce(s.seen, 1) AS seen\n"
        "  FROM counted c LEFT JOIN (SELECT DISTINCT stratum, population, seen FROM stratum\n"
        f"    WHERE object_type = (SELECT any_value(subject_type) FROM outcome_{promise})) s ON s.stratum = c.stratum\n)\n"
        "SELECT sum(num * population / seen) / sum(den * population / seen) AS value FROM weighed"
    )
