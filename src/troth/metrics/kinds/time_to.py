"""time_to: how long it takes from one event to another, with what has not ended yet counted for as long as it has lasted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from troth.engines.comparing.waiting import Waits
from troth.engines.statistics.survival import survival
from troth.kernel.errors import CannotEstimate
from troth.kernel.refusal import Refusal
from troth.metrics.asking import Asked, Counted, Estimate, MetricKind, Number, belonging, counting, known_event, known_type
from troth.metrics.definition import SECOND_US, Metric
from troth.metrics.ground import Cut, Ground
from troth.metrics.rows import happened, objects

STEPS = {"hours": 3_600, "days": 86_400, "minutes": 60}
ENDED, OPEN = "ended_", "open_"
MEDIAN = 0.5


def asked(metric: Metric, ground: Ground, cut: Cut) -> Asked:  # noqa: ARG001  every kind is asked alike
    rows = objects(known_type(metric.of, "of", ground))
    begins = happened(rows, known_event(metric.from_, "from", rows.subject, ground), ground)
    ends = happened(begins.rows, known_event(metric.to, "to", rows.subject, ground), ground)
    found = belonging(metric, ground, ends.rows, begins.node, begins.cells | ends.cells)
    over = f"coalesce({ends.sql} <= {ground.now}, FALSE)"
    # An end that is on file and cannot be read is no case that lasts still.
    known = f"{found.unusable[0]} IS NULL"
    counts = f"{found.belongs} AND {begins.sql} <= {ground.now} AND coalesce({ends.sql} >= {begins.sql}, TRUE) AND {known}"
    last = f"CASE WHEN {over} THEN {ends.sql} ELSE {ground.now} END"
    step = STEPS[KIND.convention(metric)] * SECOND_US
    whole = f"(epoch_us({last}) - epoch_us({begins.sql}) + {step - 1}) // {step}"
    tallied = f"CASE WHEN {counts} THEN CASE WHEN {over} THEN '{ENDED}' ELSE '{OPEN}' END || CAST({whole} AS VARCHAR) END"
    return replace(found.asked({"n": counting(counts), "y": counting(f"{counts} AND {over}")}, "seconds"), tallied=tallied)


def judged(found: Sequence[Counted], metric: Metric) -> Estimate:
    if len(found) > 1 or any(one.stratum.population != one.stratum.seen for one in found):
        raise CannotEstimate("how long a sample lasts", got="strata with weights", need="all of them", settle="Load all of them.")
    (one,) = found
    step, share = STEPS[KIND.convention(metric)], metric.quantile or MEDIAN
    lasted, ended = lasting(one.sums)
    if not ended.any():
        raise CannotEstimate(
            "how long it takes", got=f"{lasted.size:,} of which none has ended", need="at least one that did", settle="Ask again later."
        )
    curve = survival(lasted, ended)
    wait = curve.quantile(share)
    value, low, high = (None if each is None else each * step for each in (wait.value, wait.low, wait.high))
    if value is None:
        got = f"{curve.n - curve.open:,} of {curve.n:,} that have ended"
        return Estimate(None, n=curve.n, refusal=Refusal("how long it takes", got, f"{100 * share:g} in 100 of them", "Ask again later."))
    return Estimate(value, low, high, curve.n)


def lasting(sums: Mapping[str, Number]) -> tuple[np.ndarray, np.ndarray]:
    """From counts by how long: how many steps each took, or has taken so far, and whether it ended. Shape (n,) both."""
    waits = waits_of(sums)
    return np.repeat(waits.lasted, waits.count), np.repeat(waits.ended, waits.count)


def waits_of(sums: Mapping[str, Number]) -> Waits:
    """From counts by how long: a row for each length of those that ended, and of those that are open, the shortest first."""
    each = sorted(
        (int(name.rpartition("_")[2]), name.startswith(ENDED), int(n)) for name, n in sums.items() if name.startswith((ENDED, OPEN))
    )
    lasted, ended, n = (np.array(column, dtype=np.int64) for column in (zip(*each, strict=True) if each else ((), (), ())))
    return Waits(lasted, ended.astype(bool), n)


KIND = MetricKind(
    "time_to", "within what time so large a share has ended, with what lasts still", asked, judged,
    needs=frozenset({"of", "from", "to"}), takes=frozenset({"quantile"}),
    conventions={
        "hours": "in hours begun, by Kaplan and Meier",
        "days": "in days of 24 hours begun",
        "minutes": "in minutes begun",
    },
)  # fmt: skip
