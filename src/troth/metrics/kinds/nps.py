"""nps: of every hundred answers the promoters less the detractors, from -100 to 100."""

from __future__ import annotations

from collections.abc import Sequence

from troth.engines.statistics.normal import two_sided_z
from troth.engines.statistics.ratio import ratio_of_sums
from troth.metrics.asking import Asked, Counted, Estimate, MetricKind, counting, differences, in_points
from troth.metrics.definition import Metric
from troth.metrics.ground import Cut, Ground
from troth.metrics.kinds.answered import answered

PROMOTER, DETRACTOR = 9, 6


def asked(metric: Metric, ground: Ground, cut: Cut) -> Asked:  # noqa: ARG001  every kind is asked alike
    found, counts = answered(metric, ground, (0, 10))
    sums = {"promoters": counting(f"{counts} AND f.score >= {PROMOTER}"), "detractors": counting(f"{counts} AND f.score <= {DETRACTOR}")}
    return found.asked({"n": counting(counts), **sums}, "points")


def judged(found: Sequence[Counted], metric: Metric) -> Estimate:  # noqa: ARG001  every kind is judged alike
    score = ratio_of_sums(differences(found, "promoters", "detractors"))
    return in_points(Estimate(score.value, *_adjusted(found, score.low, score.high), score.n))


def _adjusted(found: Sequence[Counted], low: float | None, high: float | None) -> tuple[float | None, float | None]:
    """The adjusted Wald interval of what is no sample: three answers more, three quarters of one a promoter and as much a detractor.

    Source: Rocks 2016.
    """
    if any(one.stratum.population != one.stratum.seen for one in found):
        return low, high
    n, promoters, detractors = (sum(int(one.sums[name]) for one in found) for name in ("n", "promoters", "detractors"))
    p, d = (promoters + 0.75) / (n + 3), (detractors + 0.75) / (n + 3)
    half = two_sided_z(0.95) * ((p + d - (p - d) ** 2) / (n + 3)) ** 0.5
    return max(-1.0, p - d - half), min(1.0, p - d + half)


KIND = MetricKind("nps", "promoters less detractors, as shares of all that answered", asked, judged, bases=frozenset({"instrument"}))
