"""NPS, CSAT and CES with their intervals, each under the name of its definition."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from troth.engines.statistics.means import Mean, Sums, mean_of_scores
from troth.engines.statistics.normal import normal_cdf, two_sided_z
from troth.engines.statistics.proportion import Share, wilson
from troth.kernel.errors import CannotEstimate

HUNDRED = 100.0
# What the interval adds: three answers, a quarter of them at each end, the rest between.
ADDED, ADDED_AT_ENDS = 3, 0.75


@dataclass(frozen=True, slots=True)
class Answers:
    """How often each score of a scale was given; whoever gave none is not among them. least: the score of the first count.

    Raises CannotEstimate for counts below 0, fewer than two scores, and no answer.
    """

    least: int
    counts: tuple[int, ...]

    def __post_init__(self) -> None:
        if len(self.counts) < 2 or any(count < 0 for count in self.counts) or not any(self.counts):
            raise CannotEstimate("answers", got=f"counts {self.counts}", need="counts of at least 0 for two scores or more, and an answer")

    @property
    def n(self) -> int:
        return sum(self.counts)

    def between(self, low: int, high: int) -> int:
        """How many gave a score from low to high, both included. Refuses scores that are not on the scale.

        >>> Answers(1, (5, 0, 2, 3, 10)).between(4, 5)
        13
        """
        most = self.least + len(self.counts) - 1
        if not self.least <= low <= high <= most:
            raise CannotEstimate("answers", got=f"scores {low} to {high}", need=f"scores from {self.least} to {most}")
        return sum(self.counts[low - self.least : high - self.least + 1])


@dataclass(frozen=True, slots=True)
class Net:
    """Per cent at the upper end less per cent at the lower end, -100 to 100, with its interval; more is better.

    se: standard error, in points. n: answers. upper, lower: how many lie at either end.
    """

    value: float
    low: float
    high: float
    se: float
    n: int
    upper: int
    lower: int


@dataclass(frozen=True, slots=True)
class NetDifference:
    """First less second, in points, with its interval; z: in standard errors; p: chance of so much without a difference, two-sided."""

    value: float
    low: float
    high: float
    se: float
    z: float
    p: float


def nps(answers: Answers, level: float = 0.95) -> Net:
    """Net promoter score: per cent of 9 and 10 less per cent of 0 to 6, on a scale of 0 to 10.

    Interval as in `net`. Refuses any other scale.
    Source: Reichheld 2003; Rocks 2016 (the interval).

    >>> score = nps(Answers(0, (0, 0, 0, 0, 0, 5, 15, 10, 20, 30, 20)))
    >>> score.value, round(score.low, 1), round(score.high, 1)
    (30.0, 14.1, 44.2)
    """
    if answers.least != 0 or len(answers.counts) != 11:
        most = answers.least + len(answers.counts) - 1
        raise CannotEstimate(
            "NPS", got=f"a scale of {answers.least} to {most}", need="a scale of 0 to 10", settle="Use `net` and name the cut."
        )
    return net(answers.between(9, 10), answers.between(0, 6), answers.n, level)


def net(upper: int, lower: int, n: int, level: float = 0.95) -> Net:
    """Per cent at the upper end less per cent at the lower one, such as of any scale cut in three.

    The interval is the adjusted Wald one, around the score of three more answers, cut off at -100 and 100: unlike the plain one it
    has a width where all answers agree. The value is that of the answers themselves. se is that of a mean, with n.
    Refuses no answers, and more at the ends than answers.
    Source: Rocks 2016, Interval estimation for the net promoter score, The American Statistician 70.

    >>> score = net(10, 0, 10)
    >>> score.value, round(score.low, 1), score.high
    (100.0, 47.5, 100.0)
    """
    if n < 1 or upper < 0 or lower < 0 or upper + lower > n:
        raise CannotEstimate(
            "net score", got=f"{upper} above and {lower} below of {n}", need="at least one answer, no more at the ends than in all"
        )
    more = n + ADDED
    middle = (upper - lower) / more
    half = two_sided_z(level) * _error((upper + ADDED_AT_ENDS) / more, (lower + ADDED_AT_ENDS) / more, more)
    return Net(
        value=HUNDRED * (upper - lower) / n,
        low=HUNDRED * max(-1.0, middle - half),
        high=HUNDRED * min(1.0, middle + half),
        se=HUNDRED * _error(upper / n, lower / n, n),
        n=n,
        upper=upper,
        lower=lower,
    )


def difference_of_nets(first: Net, second: Net, level: float = 0.95) -> NetDifference:
    """Two independent net scores compared, by the standard errors of their answers.

    The interval is that of scores with three more answers, as in `net`. Refuses two scores that both have no spread.
    Source: Rocks 2016; the normal test of two means.

    >>> found = difference_of_nets(net(50, 20, 100), net(40, 25, 100))
    >>> round(found.value, 6), round(found.se, 4), round(found.z, 4)
    (15.0, 11.1243, 1.3484)
    """
    se = sqrt(first.se**2 + second.se**2)
    if se == 0:
        raise CannotEstimate(
            "difference of net scores", got="answers that all agree", need="answers that differ", settle="Compare the shares."
        )
    value = first.value - second.value
    parts = [net(one.upper, one.lower, one.n, level) for one in (first, second)]
    moved = [HUNDRED * (one.upper - one.lower) / (one.n + ADDED) for one in parts]
    errors = [
        HUNDRED * _error((one.upper + ADDED_AT_ENDS) / (one.n + ADDED), (one.lower + ADDED_AT_ENDS) / (one.n + ADDED), one.n + ADDED)
        for one in parts
    ]
    half = two_sided_z(level) * sqrt(errors[0] ** 2 + errors[1] ** 2)
    middle = moved[0] - moved[1]
    return NetDifference(value, middle - half, middle + half, se, value / se, 2 * normal_cdf(-abs(value / se)))


def top_boxes(answers: Answers, boxes: int = 2, level: float = 0.95) -> Share:
    """Share of those who answered that gave one of the best scores: CSAT with two of five, CES with three of seven.

    Wilson's interval. Refuses no box, and as many as there are scores.

    >>> found = top_boxes(Answers(1, (80, 210, 140, 110, 160, 180, 120)), 3)
    >>> found.value, found.n
    (0.46, 1000)
    """
    if not 0 < boxes < len(answers.counts):
        raise CannotEstimate("top boxes", got=f"{boxes} of {len(answers.counts)} scores", need="at least one, not all")
    most = answers.least + len(answers.counts) - 1
    return wilson(answers.between(most - boxes + 1, most), answers.n, level)


def mean_answer(answers: Answers, level: float = 0.95) -> Mean:
    """Mean score with a normal interval. Refuses fewer than 2 answers, and answers that all agree.

    >>> mean_answer(Answers(1, (80, 210, 140, 110, 160, 180, 120))).value
    4.08
    """
    scores = list(enumerate(answers.counts, start=answers.least))
    total = sum(score * count for score, count in scores)
    return mean_of_scores(Sums(answers.n, total, sum(score * score * count for score, count in scores)), level=level)


def _error(upper: float, lower: float, n: float) -> float:
    """Standard error of the mean of scores 1, 0 and -1."""
    return sqrt(max(0.0, upper + lower - (upper - lower) ** 2) / n)
