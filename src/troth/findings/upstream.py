"""From broken customer promises upstream: which inner step broke first, and how often one was broken before those that were kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

import numpy as np

from troth.engines.statistics import Attributable, attributable
from troth.findings.context import Context
from troth.findings.links import Link, breach, links
from troth.findings.weighing import Counts, seen, strata, total
from troth.kernel.errors import CannotEstimate, NotFound, nearest
from troth.kernel.refusal import Refusal
from troth.query import identifier
from troth.record.strata import Stratum

MONTH = "month"
MEASURES = {
    "broken_after": "broken AND preceded",
    "broken_else": "broken AND NOT preceded AND NOT untold",
    "broken_untold": "broken AND NOT preceded AND untold",
    "kept_after": "NOT broken AND preceded",
    "kept_else": "NOT broken AND NOT preceded AND NOT untold",
    "kept_untold": "NOT broken AND NOT preceded AND untold",
}


@dataclass(frozen=True, slots=True)
class First:
    """A step, with how many broken promises it was the first to break before. in_all: scaled up by sampling weights."""

    link: Link
    in_file: int
    in_all: Fraction


@dataclass(frozen=True, slots=True)
class Upstream:
    """by: what those compared are alike in. found: counts by sampling stratum, named as MEASURES. firsts: most first.

    together: the relative risk and the attributable fractions, an association; refusal: why there are none.
    """

    promise: str
    by: tuple[str, ...]
    links: tuple[Link, ...]
    found: tuple[Counts, ...]
    firsts: tuple[First, ...]
    first_due: datetime | None
    last_due: datetime | None
    together: Attributable | None
    refusal: Refusal | None

    def seen(self, *names: str) -> int:
        """In the file."""
        return sum(seen(list(self.found), name) for name in names)

    def total(self, *names: str) -> Fraction:
        """Estimated in all."""
        return sum((total(list(self.found), name) for name in names), Fraction(0))


def upstream_of(context: Context, name: str, by: Sequence[str] = (MONTH,), *, only: str | None = None) -> Upstream | None:
    """What broke upstream of one customer promise, of all of it that fell due; None where it has no inner step.

    only: the key of one step; without it any of them counts. by: text attributes of the subject, and `month` of the due, local: only
    subjects alike in them are compared. Raises NotFound for an attribute that there is not.
    """
    steps = tuple(link for link in links(context, name) if only in (None, link.key))
    if not steps:
        return None
    alike = [_alike(context, name, one) for one in by]
    columns = "".join(f", {sql} AS by_{place}" for place, sql in enumerate(alike))
    groups = "".join(f", by_{place}" for place in range(len(alike)))
    counted = ", ".join(f"count(*) FILTER ({condition})" for condition in MEASURES.values())
    # By the step that broke first besides, which is what `_firsts` counts; the others add over it.
    rows = context.engine.rows(
        f"WITH {chain_sql(context, name, steps, columns)}\n"
        f"SELECT stratum{groups}, first, min(due), max(due), {counted} FROM chain GROUP BY stratum{groups}, first ORDER BY ALL"
    )
    known = strata(context, context.promises[name].subject)
    place = 1 + len(alike)
    by_stratum: dict[str | None, dict[str, int]] = {}
    for row in rows:
        counts = by_stratum.setdefault(row[0], dict.fromkeys(MEASURES, 0))
        for measure, count in zip(MEASURES, row[place + 3 :], strict=True):
            counts[measure] += int(count)
    together = refusal = None
    try:
        together = _together([(row[0], row[1:place], row[place + 3 :]) for row in rows], {n: float(s.weight) for n, s in known.items()})
    except CannotEstimate as error:
        sums = {name: sum(one[name] for one in by_stratum.values()) for name in ("broken_after", "broken_else")}
        refusal = Refusal(
            "Too few were late to say how the two go together.",
            got=f"{sums['broken_after']} late with an inner limit missed before, {sums['broken_else']} without",
            need=f"{error.need}, among such as are alike",
            settle=error.settle,
        )
    return Upstream(
        promise=name, by=tuple(by), links=steps,
        found=tuple(Counts(known[stratum], counts) for stratum, counts in by_stratum.items()),
        firsts=_firsts([(row[place], row[0], row[place + 3]) for row in rows if row[place] is not None], steps, known),
        first_due=min((row[place + 1] for row in rows), default=None), last_due=max((row[place + 2] for row in rows), default=None),
        together=together, refusal=refusal,
    )  # fmt: skip


def named_of(context: Context, name: str) -> dict[str, str]:
    """The broken ones by id, each with the key of the step that broke first upstream; those without one are left out."""
    steps = links(context, name)
    if not steps:
        return {}
    rows = context.engine.rows(
        f"WITH {chain_sql(context, name, steps)}\n"
        f"SELECT b.id, c.first FROM chain c JOIN object_{context.promises[name].subject} b ON b.code = c.subject\n"
        "WHERE c.broken AND c.preceded ORDER BY b.id"
    )
    return {str(id): steps[int(place)].key for id, place in rows}


def chain_sql(context: Context, name: str, steps: Sequence[Link], columns: str = "") -> str:
    """CTEs; the last, `chain`, has one row a customer promise that fell due and was kept or broken.

    preceded: an inner step broke after it was made and before it was itself kept or broken; first: the place among `steps`
    of the one that did so first, object: whose step; untold: of a step it cannot be told. columns: further ones, of o and b.
    """
    ends = f"least({breach(context, name, 'o')}, o.fulfilled)"
    state = context.state()
    subject = f" JOIN object_{context.promises[name].subject} b ON b.code = o.subject" if "b." in columns else ""
    customer = (
        f"customer AS (\n  SELECT o.subject, o.stratum, o.made, o.due, {ends} AS ended, {state} = 'broken' AS broken{columns}\n"
        f"  FROM outcome_{name} o{subject}\n"
        f"  WHERE {state} IN ('kept', 'broken') AND {breach(context, name, 'o')} <= {context.now}\n)"
    )
    # What was kept, or is open, breaks nothing after it: of a million steps a few are left to be put beside what they belong to.
    each = "\n  UNION ALL\n".join(
        f"  SELECT {place} AS place, t.* FROM (\n  {link.rows}\n  ) t WHERE t.state IN ('broken', 'unknown')"
        for place, link in enumerate(steps)
    )
    before = "s.state = 'broken' AND s.at > c.made AND s.at < c.ended"
    return (
        f"{customer}, steps AS (\n{each}\n), told AS (\n"
        f"  SELECT c.subject, min({{'at': s.at, 'place': s.place, 'object': s.object}}) FILTER ({before}) AS first,\n"
        f"    coalesce(bool_or(s.state = 'unknown'), FALSE) AS untold\n"
        "  FROM customer c JOIN steps s USING (subject) GROUP BY c.subject\n"
        "), chain AS (\n  SELECT c.*, t.first IS NOT NULL AS preceded, t.first.place AS first, t.first.object AS object,\n"
        "    coalesce(t.untold, FALSE) AS untold\n  FROM customer c LEFT JOIN told t USING (subject)\n)"
    )


def _firsts(rows: Sequence[tuple[int, str | None, int]], steps: Sequence[Link], known: Mapping[str | None, Stratum]) -> tuple[First, ...]:
    """rows: the step's place, the sampling stratum, and how many were broken after it."""
    found = []
    for place, link in enumerate(steps):
        mine = [(known[stratum], int(count)) for first, stratum, count in rows if first == place and count]
        if mine:
            found.append(First(link, sum(count for _, count in mine), sum((s.weight * count for s, count in mine), Fraction(0))))
    return tuple(sorted(found, key=lambda one: -one.in_all))


def _together(rows: Sequence[tuple[str | None, tuple[object, ...], Sequence[int]]], weights: dict[str | None, float]) -> Attributable:
    """Tables of those alike; the sampling stratum counts by its weight, and those of whom it cannot be told are in none."""
    alike = {group: place for place, group in enumerate(dict.fromkeys(group for _, group, _ in rows))}
    drawn = {stratum: place for place, stratum in enumerate(dict.fromkeys(stratum for stratum, _, _ in rows))}
    counts = np.zeros((len(alike), len(drawn), 2, 2), dtype=np.int64)
    for stratum, group, row in rows:
        told = dict(zip(MEASURES, map(int, row), strict=True))
        counts[alike[group], drawn[stratum]] += np.array(
            [[told["broken_after"], told["kept_after"]], [told["broken_else"], told["kept_else"]]], dtype=np.int64
        )
    if not rows:
        raise CannotEstimate("attributable fraction", got="nothing that fell due", need="at least 5 of each")
    return attributable(counts, np.array([weights[stratum] for stratum in drawn], dtype=np.float64))


def _alike(context: Context, name: str, by: str) -> str:
    if by == MONTH:
        return f"strftime({context.local('o.due')}, '%Y-%m')"
    table = f"object_{context.promises[name].subject}"
    named = [column for column in context.tables[table] if column not in ("code", "id", "month", "stratum", "party")]
    if by not in named:
        raise NotFound(f"no attribute '{by}' of {context.promises[name].subject}", allowed=nearest(by, [*named, MONTH]),
                       next_step="Name attributes of the subject, or month.")  # fmt: skip
    return f"CAST(b.{identifier(by)} AS VARCHAR)"
