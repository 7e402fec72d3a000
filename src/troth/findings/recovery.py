"""Who comes back after a broken promise, by how fast it was put right, beside those to whom it was kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from troth.engines.statistics import ShareDifference, newcombe, wilson
from troth.engines.statistics.winning_back import WonBack, won_back
from troth.findings.context import Context
from troth.findings.links import belonging
from troth.findings.related import owned_sql, to_customer
from troth.findings.weighing import is_sample
from troth.kernel.errors import BadValue, CannotEstimate
from troth.kernel.refusal import Refusal, refuse
from troth.promises.lanes import Lanes
from troth.query import literal_text

SECOND_US, HOUR, DAY = 1_000_000, 3_600, 86_400
SOON = (24 * HOUR, 72 * HOUR)
WITHIN, NOT_BEFORE = 90 * DAY, 14 * DAY
FEWEST = 10


@dataclass(frozen=True, slots=True)
class Cases:
    """What is opened where a promise was broken, and what ends it: an object type and two of its events."""

    type: str
    begins: str
    ends: str


@dataclass(frozen=True, slots=True)
class Group:
    """Those whose case ended within a time; at_most_s is None for the others: it took longer, has no end, or there was none.

    n, back: how many there are, and how many came back. share, low, high: of 1, Wilson. usual: of 1, how many of those to whom it was kept
    come back, alike as they are. apart: from the others, of 1. kept: which part of what the others lose was kept; refusal: why that cannot
    be said.
    """

    at_most_s: int | None
    n: int
    back: int
    share: float | None
    low: float | None
    high: float | None
    usual: float | None
    apart: ShareDifference | None
    kept: WonBack | None
    refusal: Refusal | None


@dataclass(frozen=True, slots=True)
class Recovered:
    """groups: the fastest first, then the others. by: what those compared are alike in. beyond_s: what a broken one is late by at least.

    n: broken ones looked at, the first of each customer. young: whose time to come back is not over. alone: of whom no kept one is alike.
    unbroken, back: the kept ones they are compared with, and how many of those came back. since, until: of their dues. sql: of the counts.
    """

    promise: str
    cases: Cases
    by: tuple[str, ...]
    beyond_s: int
    within_s: int
    not_before_s: int
    groups: tuple[Group, ...]
    n: int
    young: int
    alone: int
    unbroken: int
    back: int
    since: datetime | None
    until: datetime | None
    sql: str


def recovered_of(
    context: Context, name: str, cases: Cases, by: Sequence[str], lanes: Lanes, *, beyond: int = 0,
    soon: Sequence[int] = SOON, within: int = WITHIN, not_before: int = NOT_BEFORE,
) -> Recovered | None:  # fmt: skip
    """The customers of a promise, by how fast what was broken was put right. None where nobody's or nothing opened is on record.

    Of each customer the first one broken by more than `beyond` counts, and from the end of its case, else from its due, on: who has another
    made after `not_before` and within `within` came back. What is on the way already says nothing of leaving, so the first days are left
    out. Beside them stand those kept to customers who had none broken until then, alike in `by` and in the month of the due. An
    association: who complains, and whose case is quick, may differ otherwise. lanes: SQL of `by`, as `lanes_of` gives it. Raises BadValue
    for times that are in no order, CannotEstimate for a sample.
    """
    promise = context.promises[name]
    if not 0 <= not_before < within or beyond < 0 or not soon or list(soon) != sorted(set(soon)) or soon[0] <= 0:
        raise BadValue(
            "times of a recovery in no order", got=f"soon {list(soon)}, back after {not_before} and within {within} seconds",
            allowed="soon: longer ones after shorter ones; back: within more than after",
        )  # fmt: skip
    if is_sample(context, promise.subject):
        raise CannotEstimate("who came back", got="a sample", need="all of a customer's", settle=f"Load all {promise.subject}s.")
    ways = to_customer(context, promise)
    opened = belonging(context, promise.subject, cases.type)
    if not ways or opened is None:
        return None
    sql = _sql(context, name, cases, (owned_sql(context, ways, "  "), opened), lanes, beyond, soon, within, not_before)
    rows = context.engine.rows(sql)
    return _told(Recovered(name, cases, tuple(by), beyond, within, not_before, (), 0, 0, 0, 0, 0, None, None, sql), rows, soon)


def _sql(
    context: Context, name: str, cases: Cases, whose: tuple[str, str], lanes: Lanes, beyond: int, soon: Sequence[int],
    within: int, not_before: int,
) -> str:  # fmt: skip
    """One row a stratum and kind: broken ones by how fast (0, 1, … fastest first), and kept ones (-1).

    What is usual of the broken ones of a kind is a sum over kept ones, of which a customer has many: last, how these sums vary together
    with that of the slowest kind and each alone, by the squares of what each customer adds to them. Sums in an order, so that their last
    digits do not hang on which thread came first.
    """
    owned, opened = whose
    kinds = range(len(soon) + 1)
    weights = ", ".join(f"count(*) FILTER (broken AND over AND took = {kind}) OVER stratum AS of_{kind}" for kind in kinds)
    added = ", ".join(f"sum((CAST(back AS INTEGER) - usual) * of_{kind} / kept ORDER BY subject) AS of_{kind}" for kind in kinds)
    apart = " ".join(f"WHEN {kind} THEN of_{kind}" for kind in kinds)
    slowest = kinds[-1]
    state, limits = context.state("t"), [SECOND_US * one for one in soon]
    cell = " || ' · ' || ".join(f"coalesce(CAST({column} AS VARCHAR), '')" for column in lanes.columns[:-1]) or "''"
    took = " ".join(f"WHEN epoch_us(c.solved) - epoch_us(c.opened) <= {limit} THEN {place}" for place, limit in enumerate(limits))
    events = f"object_type = {literal_text(cases.type)} AND type"
    return f"""WITH owned AS (
{owned}
), made AS (
  SELECT w.code AS whose, o.subject, o.made FROM outcome_{name} o JOIN owned w ON w.subject = o.subject WHERE o.made <= {context.now}
), cases AS (
  SELECT p.subject, min(b.occurred) AS opened, arg_min_null(e.occurred, b.occurred) AS solved FROM ({opened}) p
  JOIN (SELECT object, min(occurred) AS occurred FROM event WHERE {events} = {literal_text(cases.begins)} GROUP BY 1) b ON b.object = p.code
  LEFT JOIN (SELECT object, min(occurred) AS occurred FROM event WHERE {events} = {literal_text(cases.ends)} AND occurred <= {context.now}
    GROUP BY 1) e ON e.object = p.code
  WHERE b.occurred <= {context.now} GROUP BY 1
), due AS (
  SELECT w.code AS whose, t.subject, t.made, t.due, {cell} AS cell, date_trunc('month', {context.local("t.due")}) AS month,
    {state} = 'broken' AS broken,
    coalesce(coalesce(t.fulfilled, CASE WHEN c.opened IS NOT NULL THEN {context.now} END) > t.due
      + to_microseconds({SECOND_US * beyond}), FALSE) AS hit,
    CASE {took} ELSE {len(limits)} END AS took, greatest(t.due, coalesce(c.solved, t.due)) AS since
  FROM object_{context.promises[name].subject} o {lanes.joined} JOIN outcome_{name} t ON t.subject = o.code
  JOIN owned w ON w.subject = t.subject LEFT JOIN cases c ON c.subject = t.subject
  WHERE {state} IN ('kept', 'broken') AND t.due <= {context.now}
), first AS (
  SELECT * FROM due WHERE (hit AND broken) OR NOT broken
  QUALIFY count(*) FILTER (hit AND broken) OVER (PARTITION BY whose ORDER BY due RANGE BETWEEN UNBOUNDED PRECEDING
    AND INTERVAL 1 MICROSECOND PRECEDING) = 0
), alone AS (
  SELECT f.* FROM first f ANTI JOIN (SELECT * FROM due WHERE hit AND broken) h
    ON h.whose = f.whose AND h.subject <> f.subject AND h.made <= f.since AND h.due >= f.due
), told AS (
  SELECT f.*, epoch_us({context.now}) >= epoch_us(f.since) + {SECOND_US * within} AS over,
    coalesce(epoch_us(n.made) <= epoch_us(f.since) + {SECOND_US * within}, FALSE) AS back
  FROM alone f ASOF LEFT JOIN made n ON n.whose = f.whose AND n.made > f.since + to_microseconds({SECOND_US * not_before})
), beside AS (
  SELECT *, avg(CAST(back AS INTEGER)) FILTER (NOT broken AND over) OVER stratum AS usual,
    count(*) FILTER (NOT broken AND over) OVER stratum AS kept, {weights}
  FROM told WINDOW stratum AS (PARTITION BY cell, month)
), added AS (
  SELECT cell, whose, {added} FROM beside WHERE NOT broken AND over GROUP BY ALL
), errors AS (
  SELECT cell, kind, sum(own * own ORDER BY whose) AS own, sum(own * slowest ORDER BY whose) AS shared
  FROM (SELECT cell, kind, whose, CASE kind {apart} END AS own, of_{slowest} AS slowest FROM added, range({len(kinds)}) k(kind))
  GROUP BY ALL
)
SELECT cell, kind, counted.* EXCLUDE (cell, kind), coalesce(own, 0), coalesce(shared, 0) FROM (
  SELECT cell, CASE WHEN broken THEN took ELSE -1 END AS kind, count(*) FILTER (over AND usual IS NOT NULL),
    count(*) FILTER (over AND back AND usual IS NOT NULL), coalesce(sum(usual ORDER BY subject) FILTER (over), 0),
    count(*) FILTER (NOT over), count(*) FILTER (over AND usual IS NULL), min(due) FILTER (over), max(due) FILTER (over)
  FROM beside GROUP BY ALL
) counted LEFT JOIN errors USING (cell, kind) ORDER BY ALL"""


def _told(found: Recovered, rows: Sequence[tuple], soon: Sequence[int]) -> Recovered:  # type: ignore[type-arg]
    broken = [row for row in rows if row[1] >= 0]
    cells = {cell: place for place, cell in enumerate(sorted({row[0] for row in broken}))}
    shape = len(cells), len(soon) + 1
    n, back = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    usual, own, shared = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    for cell, kind, count, returned, expected, *_, alone, together in broken:
        at = cells[cell], kind
        n[at], back[at], usual[at], own[at], shared[at] = count, returned, float(expected), float(alone), float(together)
    groups = []
    for place, most in enumerate((*soon, None)):
        mine, came, would = (np.stack([one[:, place], one[:, -1]], axis=1) for one in (n, back, usual))
        errors = np.stack([own[:, place], shared[:, place], shared[:, place], own[:, -1]], axis=1).reshape(-1, 2, 2)
        groups.append(_group(most, mine, came, would, errors))
    kept = [row for row in rows if row[1] < 0]
    return replace(
        found, groups=tuple(groups), n=int(n.sum()), young=sum(int(row[5]) for row in broken), alone=sum(int(row[6]) for row in broken),
        unbroken=sum(int(row[2]) for row in kept), back=sum(int(row[3]) for row in kept),
        since=min((row[7] for row in broken if row[7]), default=None), until=max((row[8] for row in broken if row[8]), default=None),
    )  # fmt: skip


def _group(at: int | None, n: np.ndarray, back: np.ndarray, usual: np.ndarray, errors: np.ndarray) -> Group:
    """Each of shape (s, 2): of the group, and of the others."""
    (count, of_others), (came, came_others) = n.sum(axis=0).tolist(), back.sum(axis=0).tolist()
    if not count:
        return Group(at, 0, 0, None, None, None, None, None, None, None)
    share, expected = wilson(came, count), float(usual[:, 0].sum()) / count
    plain = Group(at, count, came, share.value, share.low, share.high, expected, None, None, None)
    if at is None:
        return plain
    if min(count, of_others) < FEWEST:
        got = f"{count} of them, {of_others} others"
        need = f"at least {FEWEST} of each"
        few = Refusal("Too few to say which part of the loss was kept.", got, need, "A longer time.")
        return replace(plain, refusal=few)
    apart = newcombe((came, count), (came_others, of_others))
    try:
        return replace(plain, apart=apart, kept=won_back(n, back, usual, errors))
    except CannotEstimate as error:
        return replace(plain, apart=apart, refusal=refuse(error))
