"""Suppliers side by side: where the delay of what they had a part in arose, and how good they are, drawn towards each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from troth.findings.context import Context
from troth.findings.weighing import strata
from troth.findings.words import spoken
from troth.kernel.refusal import Refusal
from troth.metrics.units import Cell, Unit, compared
from troth.promises.lanes import Lanes
from troth.query import literal_text

SEVERAL, NOBODY = "several", "not on record"
WORDS = {"plan": "the promise itself was too tight", "gap": "time in no stage", "cannot_assign": "cannot be assigned"}


@dataclass(frozen=True, slots=True)
class Supplier:
    """n, broken: of what fell due with it and is told kept or broken, in the file; unknown: of what fell due and cannot be told. missed:
    broken by delay, in all, estimated where the file is a sample.

    borne: by stage, and by plan, gap and cannot_assign, the share of all missed promises of everybody that arose there with this one's: all
    of them over all suppliers sum to 1. quality: the kept share drawn towards the others, with its verdict; None where it cannot be told.
    """

    name: str
    n: int
    broken: int
    unknown: int
    missed: float
    borne: dict[str, float]
    quality: Unit | None


@dataclass(frozen=True, slots=True)
class Suppliers:
    """Suppliers of a promise, in the order of their names. players: who can bear delay, in words.

    apart: what is of several suppliers, or of none on record, which no quality is told of. whole: by player, over everybody. centre: what
    suppliers are like. says: how many are as usual. missed: broken by delay, in all. quality: the metric that says how good each is, None
    for what was kept of the promise; unit: of its values.
    """

    promise: str
    words: str
    by: str
    players: dict[str, str]
    suppliers: tuple[Supplier, ...]
    apart: tuple[Supplier, ...]
    whole: dict[str, float]
    missed: float
    says: str
    centre: float | None
    estimated: bool
    sql: str
    refusal: Refusal | None = None
    quality: str | None = None
    quality_words: str = "kept of what fell due"
    unit: str = "share"


def suppliers_of(context: Context, promise: str, by: str, part: Lanes, rng: np.random.Generator) -> Suppliers:
    """by: what tells suppliers apart, as asked. part: its SQL over the subject's row `o`, as `lanes_of` and `linked` give it.

    Shares are those of promises that were broken by delay, each counted once and divided among its stages (Shapley). Quality is the share
    kept of n = kept + broken, drawn towards the others by the beta-binomial model; of a sample it is refused.
    """
    terms = context.promises[promise]
    players = {**{key: one.words or spoken(key) for key, one in terms.stages.items()}, **WORDS}
    if "share_of" not in context.tables.get(f"outcome_{promise}", ()):
        players = {}
    known = strata(context, terms.subject)
    sql = _sql(context, promise, part, tuple(players))
    borne: dict[str, dict[str, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    missed: dict[str, Fraction] = defaultdict(Fraction)
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for name, stratum, kept, broken, unknown, late, of, *shares in context.engine.rows(sql):
        counts[name][0] += int(kept) + int(broken)
        counts[name][1] += int(broken)
        counts[name][2] += int(unknown)
        weight = known[stratum].weight
        missed[name] += weight * int(late)
        for player, share in zip(players, shares, strict=True):
            if of is not None:
                borne[name][player] += weight * Fraction(int(share or 0), int(of))
    total = sum(missed.values(), Fraction(0))
    estimated = any(one.weight != 1 for one in known.values())
    named = sorted(set(counts) - {SEVERAL, NOBODY})
    cells: dict[str, dict[tuple[str, ...], Cell]] = {
        name: {(): Cell(n, n - broken)} for name, (n, broken, _) in sorted(counts.items()) if name in named
    }
    units: dict[str, Unit] = {}
    says, centre, refusal = "", None, None
    if estimated:
        refusal = Refusal("quality of suppliers of a sample", "strata with weights", "all of the cases", "Load all of them.")
    else:
        found = compared(cells, better="higher", rng=rng)
        says, centre, refusal = found.says, found.centre, found.refusal
        units = {} if refusal else {one.name: one for one in found.units}

    def told(name: str) -> Supplier:
        own = {player: float(borne[name][player] / total) if total else 0.0 for player in players}
        n, broken, unknown = counts[name]
        return Supplier(name, n, broken, unknown, float(missed[name]), own, units.get(name))

    whole = {player: float(sum((one[player] for one in borne.values()), Fraction(0)) / total) if total else 0.0 for player in players}
    return Suppliers(
        promise, terms.words, by, players, tuple(told(name) for name in named),
        tuple(told(name) for name in (SEVERAL, NOBODY) if name in counts), whole, float(total), says, centre, estimated, sql, refusal,
    )  # fmt: skip


def linked(subject: str, type: str) -> Lanes:
    """Objects of a type that a subject is linked to, itself or through what belongs to it, as an order's items have their sellers.

    A subject of several is nobody's alone: it stands under 'several'.
    """
    own, other = literal_text(subject), literal_text(type)
    found = (
        "SELECT subject, CASE WHEN count(DISTINCT party) = 1 THEN any_value(t.id) ELSE "
        f"{literal_text(SEVERAL)} END AS name FROM ("
        f"SELECT from_code AS subject, to_code AS party FROM relation WHERE (from_type, to_type) = ({own}, {other})"
        " UNION ALL SELECT up.to_code, side.to_code FROM relation up JOIN relation side ON (side.from_type, side.from_code) ="
        f" (up.from_type, up.from_code) WHERE up.to_type = {own} AND side.to_type = {other}"
        f" UNION ALL SELECT to_code, from_code FROM relation WHERE (from_type, to_type) = ({other}, {own})) pairs"
        f' JOIN "object_{type}" t ON t.code = pairs.party GROUP BY subject'
    )
    return Lanes(("linked.name", "''"), f"LEFT JOIN ({found}) linked ON linked.subject = o.code")


def _sql(context: Context, promise: str, part: Lanes, players: Sequence[str]) -> str:
    """A row for each supplier and stratum: how many were kept and broken, how many by delay, and the sums that each player bears."""
    state, terms = context.state("p"), context.promises[promise]
    sums = "".join(f', sum(p."share_{player}") AS "{player}"' for player in players)
    of = "max(p.share_of)" if players else "NULL"
    late = "count(p.share_of)" if players else "0"
    return (
        f"SELECT coalesce(CAST({part.columns[0]} AS VARCHAR), {literal_text(NOBODY)}) AS supplier, p.stratum,\n"
        f"  count(*) FILTER ({state} = 'kept') AS kept, count(*) FILTER ({state} = 'broken') AS broken,\n"
        f"  count(*) FILTER ({state} = 'unknown') AS unknown,\n"
        f"  {late} AS late, {of} AS share_of{sums}\n"
        f'FROM outcome_{promise} p JOIN "object_{terms.subject}" o ON o.code = p.subject {part.joined}\n'
        f"WHERE p.due <= {context.now} AND {state} IN ('kept', 'broken', 'unknown')\nGROUP BY 1, 2\nORDER BY 1, 2"
    )
