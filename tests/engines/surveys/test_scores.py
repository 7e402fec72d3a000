"""NPS, CSAT and CES."""

from __future__ import annotations

import numpy as np
import pytest

from tests.engines.oracles import too_few
from troth.engines.surveys import Answers, difference_of_nets, mean_answer, net, nps, top_boxes
from troth.kernel.errors import CannotEstimate

# paper: the CYS help page on effort scores, counts of 1 to 7.
EFFORT = Answers(1, (80, 210, 140, 110, 160, 180, 120))


@pytest.mark.parametrize(
    ("promoters", "passives", "detractors", "value", "se", "low", "high"),
    [(50, 30, 20, 30, 7.8102, 14.051, 44.201), (5, 2, 3, 20, 27.5681, -30.33, 61.10), (10, 0, 0, 100, 0, 47.50, 100.0)],
)
def test_net_promoter_scores(promoters: int, passives: int, detractors: int, value: float, se: float, low: float, high: float) -> None:
    # paper: Rocks 2016, adjusted Wald, three answers more; arithmetic. The third is cut off at 100; a plain interval would have no width.
    score = net(promoters, detractors, promoters + passives + detractors)

    assert (score.value, score.se) == pytest.approx((value, se), abs=5e-5)
    assert (score.low, score.high) == pytest.approx((low, high), abs=5e-3)


def test_a_change_of_fifteen_points_is_no_change() -> None:
    # paper: arithmetic of two trinomial means.
    found = difference_of_nets(net(50, 20, 100), net(40, 25, 100))

    assert (found.value, found.se, found.z) == pytest.approx((15.0, 11.1243, 1.3484), abs=5e-5)
    assert found.p == pytest.approx(0.1775, abs=5e-5)
    assert found.low < 0 < found.high


def test_nps_is_nine_and_ten_less_nought_to_six() -> None:
    score = nps(Answers(0, (1, 2, 3, 4, 5, 6, 7, 80, 90, 10, 20)))

    assert (score.upper, score.lower, score.n) == (30, 28, 228)
    assert score.value == pytest.approx(100 * 2 / 228)


def test_one_survey_of_effort_has_three_scores() -> None:
    # paper: CYS help page: mean 4.08, top three 46 %, index -13, top two 30 %.
    assert mean_answer(EFFORT).value == pytest.approx(4.08)
    assert top_boxes(EFFORT, 3).value == pytest.approx(0.46)
    assert top_boxes(EFFORT, 2).value == pytest.approx(0.30)
    assert net(EFFORT.between(6, 7), EFFORT.between(1, 3), EFFORT.n).value == pytest.approx(-13)


def test_a_mean_is_that_of_the_answers_written_out() -> None:
    # brute force: 1,000 answers.
    answers = np.repeat(np.arange(1, 8), EFFORT.counts)
    found = mean_answer(EFFORT)

    assert (found.value, found.se) == pytest.approx((answers.mean(), answers.std(ddof=1) / 1_000**0.5))


def test_the_error_of_a_net_score_is_that_of_a_mean_of_ones() -> None:
    # brute force: 1, 0 and -1 written out; divided by n, as printed.
    ones = np.repeat([1, 0, -1], [50, 30, 20])

    assert net(50, 20, 100).se == pytest.approx(100 * ones.std() / 10)


@pytest.mark.parametrize("n", [12, 60])
def test_intervals_hold_the_true_score(n: int) -> None:
    # planted truth: 2,000 surveys of customers of whom 60 % promote and 15 % detract; and two such groups that differ by 20 points.
    rng = np.random.default_rng(n)
    first, second = rng.multinomial(n, [0.6, 0.25, 0.15], 2_000), rng.multinomial(n, [0.5, 0.25, 0.25], 2_000)
    held = [0, 0]
    for one, two in zip(first.tolist(), second.tolist(), strict=True):
        score, other = net(one[0], one[2], n), net(two[0], two[2], n)
        held[0] += score.low <= 45 <= score.high
        difference = difference_of_nets(score, other)
        held[1] += difference.low <= 20 <= difference.high

    assert not too_few(held[0], 2_000, 0.94)
    assert not too_few(held[1], 2_000, 0.94)


@pytest.mark.parametrize(
    ("made", "need"),
    [
        (lambda: Answers(0, (0, 0)), "an answer"),
        (lambda: Answers(0, (3,)), "two scores"),
        (lambda: Answers(0, (3, -1)), "at least 0"),
        (lambda: EFFORT.between(0, 3), "scores from 1 to 7"),
        (lambda: nps(EFFORT), "a scale of 0 to 10"),
        (lambda: net(3, 4, 6), "no more at the ends"),
        (lambda: net(0, 0, 0), "at least one answer"),
        (lambda: top_boxes(EFFORT, 7), "not all"),
        (lambda: top_boxes(EFFORT, 0), "at least one"),
        (lambda: mean_answer(Answers(1, (0, 5))), "scores that differ"),
        (lambda: difference_of_nets(net(5, 0, 5), net(7, 0, 7)), "answers that differ"),
    ],
)
def test_what_is_no_score_is_refused(made: object, need: str) -> None:
    with pytest.raises(CannotEstimate, match=need):
        made()  # type: ignore[operator]
