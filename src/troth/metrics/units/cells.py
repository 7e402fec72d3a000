"""By what units can be compared, and what a reading says of one of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from troth.engines.statistics.normal import two_sided_z
from troth.engines.statistics.ratio import student_t
from troth.kernel.errors import BadValue
from troth.metrics.answering import Answer, Reading
from troth.metrics.asking import MetricKind
from troth.metrics.charting import basis_of
from troth.metrics.kinds import KINDS
from troth.metrics.kinds.time_to import waits_of
from troth.metrics.units.unit import Cell, Measure

# What an average over a unit's cases says of the unit; a count, a sum and a stock say how big it is.
AVERAGES = frozenset({"mean", "ratio", "nps", "ces", "otif"})
SHARES = frozenset({"kept", "csat", "repeat", "referral", "first_contact", "rework", "continuity"})
# What is no average is compared by what its cases do beside those of all.
MEASURES: Mapping[str, Measure] = {"quantile": "share_above", "time_to": "ended_of_expected"}
Basis = Literal["share", "average", "quantile", "time_to"]


def comparable(answer: Answer, *, averaged: bool = False) -> Basis:
    """By what units are compared. averaged: a share or an average is needed. Raises BadValue for what says how big a unit is."""
    kind = answer.definition.kind
    basis: Basis = "average"
    if kind in MEASURES:
        basis = "quantile" if kind == "quantile" else "time_to"
    elif answer.estimated or basis_of(answer, arrivals=KINDS[kind].arrivals) == "share":
        basis = "share"
    if (averaged and kind in MEASURES) or (basis == "average" and kind not in AVERAGES):
        allowed = ("a share", "a mean", "a ratio", *(() if averaged else ("a quantile", "a time to an end")))
        what = "is no share and no average" if kind in MEASURES else "cannot be compared between units"
        raise BadValue(
            f"'{answer.metric}' {what}",
            got=f"a metric of kind '{kind}'", allowed=f"{', '.join(allowed)} or a score of answers", next_step=_instead(KINDS[kind]),
        )  # fmt: skip
    return basis


def cell_of(one: Reading, basis: Basis) -> Cell:
    """A reading of a unit, or of its part of one stratum, as what is compared."""
    n, sums = one.n or 0, one.sums or {}
    if basis == "time_to":
        return Cell(n, waits=waits_of(sums))
    if basis == "share":
        return Cell(n, int(sums.get("kept", sums.get("y", 0))))
    weight = float(sums["x"]) if "x" in sums else None
    if one.value is None or one.low is None or one.high is None:
        return Cell(n, None, one.value, None, weight)
    df = df_of(one)
    half = two_sided_z(0.95) if df is None else student_t(df)
    return Cell(n, None, one.value, (one.high - one.low) / (2 * half), weight)


def df_of(one: Reading) -> int | None:
    """Degrees of freedom by which the interval of an average is Student's; None where it is a normal one."""
    n = one.n or 0
    return n - 1 if one.sums is not None and "yy" in one.sums and n > 1 else None


def _instead(kind: MetricKind) -> str:
    if kind.composed:
        return "Compare units by each metric that it is made of."
    if kind.zero:
        return "What grows with a unit says how big it is; declare it by what it is counted by, with 'denominator'."
    return "Declare its mean, or the share that ends in time."
