"""Kaplan and Meier's estimate."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.duration.survfunc import SurvfuncRight

from tests.engines.oracles import too_few
from troth.engines.statistics.survival import survival
from troth.kernel.errors import CannotEstimate

# Days of 228 patients with advanced lung cancer, + for who was alive: Loprinzi et al. 1994, as in R's survival (lung).
LUNG = """
5 11 11 11 12 13 13 15 26 30 31 53 53 54 59 60 60 61 62 65 65 71 79 81 81 88 88 92+ 92 93 95 95 105 105+ 107 107 110 116 118 122 131 132
132 135 142 144 145 145 147 153 156 156 163 163 163 166 166 167 170 173+ 174+ 175+ 175 176 177 177+ 179 179 180 181 181 182 183 185+ 186
188+ 189 191+ 192+ 194 196+ 197 197+ 199 201 201 202 202+ 203+ 207 208 210 211+ 212 218 221+ 222 222+ 223 224+ 225+ 225+ 226 229 230 235+
237+ 239 239 240+ 243+ 245 246 252+ 259+ 266+ 267 268 269+ 269 270 272+ 276+ 279+ 283 284+ 284 285 285 286 288 291 292+ 292+ 293 296+ 300+
301+ 301 303+ 303 305 306 310 310 315+ 320 329 332+ 337 340 345 348 350 351 353 353 356+ 361 363 363 364+ 364 371 371 376+ 382+ 384+ 387
390 394 404+ 413+ 426 428 429 433 442 444 444+ 450 455 457 458+ 460 473 477 511+ 511+ 519 520 524 524 529+ 533 543+ 550 551+ 558 559+ 567
574 583 588+ 613 624 641 643 654 655 687 689 705 707 728 731 735 740+ 765 791 806+ 814 821+ 840+ 883 965+ 1010+ 1022+
"""
# (day, died, last seen) of flies in two groups: the data set waltons of lifelines, of Cordelia Walton.
CONTROL = [
    (7, 1, 1), (17, 1, 0), (32, 1, 0), (33, 1, 0), (38, 2, 0), (41, 7, 0), (45, 9, 1), (48, 8, 0), (51, 3, 0), (53, 7, 0), (54, 2, 0),
    (56, 18, 0), (58, 4, 0), (60, 15, 1), (61, 9, 2), (63, 9, 0), (66, 3, 0), (68, 9, 1), (69, 12, 1), (75, 1, 0),
]  # fmt: skip
TREATED = [
    (6, 1, 0), (9, 3, 0), (13, 3, 0), (15, 2, 0), (19, 3, 0), (22, 4, 0), (26, 5, 0), (29, 5, 0), (33, 2, 0), (36, 2, 0), (43, 1, 0),
    (47, 1, 0), (62, 2, 0),
]  # fmt: skip


def lung() -> tuple[np.ndarray, np.ndarray]:
    words = LUNG.split()
    return np.array([int(word.rstrip("+")) for word in words]), np.array([not word.endswith("+") for word in words])


def flies(*groups: list[tuple[int, int, int]]) -> tuple[np.ndarray, np.ndarray]:
    rows = [(day, ended) for group in groups for day, died, seen in group for ended in [True] * died + [False] * seen]
    return np.array([day for day, _ in rows]), np.array([ended for _, ended in rows])


def test_lung_cancer() -> None:
    # reference: R survival (limits on the log scale) and lifelines 0.30.3 (log-log).
    curve, by_log = survival(*lung()), survival(*lung(), scale="log")

    assert (curve.n, curve.n - curve.open) == (228, 165)
    middle, other = curve.quantile(), by_log.quantile()
    assert (middle.value, middle.low, middle.high) == (310, 284, 361)
    assert (other.value, other.low, other.high) == (310, 285, 363)
    assert curve.lasting(180)[0] == pytest.approx(0.7217, abs=5e-5)
    assert curve.lasting(365)[0] == pytest.approx(0.4092, abs=5e-5)


def test_waltons_flies() -> None:
    # reference: lifelines 0.30.3, KaplanMeierFitter (tests/reference/peers.py).
    both, control, treated = (survival(*flies(*groups)) for groups in ((CONTROL, TREATED), (CONTROL,), (TREATED,)))

    assert (both.n, both.open) == (163, 7)
    found = [curve.quantile() for curve in (both, control, treated)]
    assert [(one.value, one.low, one.high) for one in found] == [(56, 53, 58), (58, 56, 60), (26, 19, 29)]
    assert [both.lasting(day)[0] for day in (30, 56, 60)] == pytest.approx([0.82722393, 0.42990265, 0.31152366], abs=5e-9)
    assert both.lasting(56) == pytest.approx((0.42990265, 0.352689, 0.50467961), abs=5e-7)


def test_curves_and_their_errors_agree_with_statsmodels() -> None:
    # reference: statsmodels' SurvfuncRight, run here; its standard errors by Greenwood, ours from the limits on the log scale.
    lasted, ended = lung()
    curve, other = survival(lasted, ended, scale="log"), SurvfuncRight(lasted, ended.astype(int))

    assert curve.times.tolist() == other.surv_times.tolist()
    assert curve.share == pytest.approx(other.surv_prob)
    assert curve.there.tolist() == other.n_risk.astype(int).tolist()
    assert np.log(curve.share / curve.low) / 1.959963984540054 == pytest.approx(other.surv_prob_se / other.surv_prob)


def test_six_tickets() -> None:
    #  resolved after   1  2  -  4  -  6 hours; two still open at 3 and 5
    #  share open       5/6, 4/6, , 4/6 * 2/3, , 0
    curve = survival(np.array([1, 2, 3, 4, 5, 6]), np.array([True, True, False, True, False, True]))

    assert curve.times.tolist() == [1, 2, 4, 6]
    assert curve.there.tolist() == [6, 5, 3, 1]
    assert curve.share == pytest.approx([5 / 6, 4 / 6, 4 / 9, 0])
    assert (curve.quantile().value, curve.quantile(0.2).value) == (4, 2)
    assert curve.low[-1] == 0
    assert curve.high[-1] == curve.high[-2]
    assert curve.lasting(0.5) == (1.0, 1.0, 1.0)
    assert curve.lasting(7)[0] == 0


def test_what_is_open_is_not_left_out_nor_taken_as_resolved() -> None:
    lasted, ended = np.array([1, 2, 3, 50, 50, 50]), np.array([True, True, True, False, False, False])
    curve = survival(lasted, ended)

    assert curve.quantile().value == 3
    assert curve.quantile(0.6).value is None
    assert curve.quantile().high is None
    with pytest.raises(CannotEstimate, match="at most 50"):
        curve.lasting(51)


def test_limits_hold_the_share_and_the_median() -> None:
    # planted truth: 1,000 samples of 60 exponential times of mean 10, last seen after times of up to 30.
    rng = np.random.default_rng(3)
    held, middle = 0, 0
    for _ in range(1_000):
        lasted, seen = rng.exponential(10, 60), rng.uniform(0, 30, 60)
        curve = survival(np.minimum(lasted, seen), lasted <= seen)
        _, low, high = curve.lasting(8.0)
        held += low <= np.exp(-0.8) <= high
        wait = curve.quantile()
        middle += wait.low is not None and wait.low <= 10 * np.log(2) and (wait.high is None or 10 * np.log(2) <= wait.high)

    assert not too_few(held, 1_000, 0.94)
    assert not too_few(middle, 1_000, 0.94)


@pytest.mark.parametrize(
    ("lasted", "ended", "need"),
    [
        ([], [], "at least one that did"),
        ([1.0, 2.0], [False, False], "at least one that did"),
        ([1.0, -2.0], [True, True], "at least 0"),
        ([1.0, float("nan")], [True, True], "at least 0"),
        ([1.0, 2.0], [True], "at least 0"),
    ],
)
def test_what_has_no_curve_is_refused(lasted: list[float], ended: list[bool], need: str) -> None:
    with pytest.raises(CannotEstimate, match=need):
        survival(np.array(lasted), np.array(ended, dtype=bool))


def test_a_quantile_outside_0_to_1_is_refused() -> None:
    with pytest.raises(CannotEstimate, match="between 0 and 1"):
        survival(np.array([1.0]), np.array([True])).quantile(1.0)
