"""nps: of every hundred answers the promoters less the detractors, from -100 to 100."""

from __future__ import annotations

from collections.abc import Sequence

from troth.engines.statistics.ratio import ratio_of_sums
from troth.engines.surveys import net
from troth.metrics.asking import Asked, Counted, Estimate, MetricKind, Parts, counting, differences, in_points
from troth.metrics.definition import Metric
from troth.metrics.ground import Cut, Ground
from troth.metrics.kinds.answered import answered

PROMOTER, DETRACTOR = 9, 6
HUNDRED = 100


def asked(metric: Metric, ground: Ground, cut: Cut) -> Asked:  # noqa: ARG001  every kind is asked alike
    found, counts = answered(metric, ground, (0, 10))
    sums = {"promoters": counting(f"{counts} AND f.score >= {PROMOTER}"), "detractors": counting(f"{counts} AND f.score <= {DETRACTOR}")}
    return found.asked({"n": counting(counts), **sums}, "points")


def judged(found: Sequence[Counted], metric: Metric) -> Estimate:  # noqa: ARG001  every kind is judged alike
    score = ratio_of_sums(differences(found, "promoters", "detractors"))
    return in_points(Estimate(score.value, *_adjusted(found, score.low, score.high), score.n))


def _adjusted(found: Sequence[Counted], low: float | None, high: float | None) -> tuple[float | None, float | None]:
    """The adjusted Wald interval of what is no sample, as shares."""
    if any(one.stratum.population != one.stratum.seen for one in found):
        return low, high
    n, promoters, detractors = (sum(int(one.sums[name]) for one in found) for name in ("n", "promoters", "detractors"))
    score = net(promoters, detractors, n)
    return score.low / HUNDRED, score.high / HUNDRED


def parts(metric: Metric) -> Parts:  # noqa: ARG001  every kind is asked alike
    return Parts({"promoters": 1, "detractors": -1}, factor=100)


KIND = MetricKind(
    "nps",
    "promoters less detractors, as shares of all that answered",
    asked,
    judged,
    bases=frozenset({"instrument"}),
    parts=parts,
)
