"""Burn rates, their signals and how often these are false."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from tests.engines.oracles import covers, too_many
from troth.engines.statistics.burn import Signal, burn_rate, chance_on, days_until_gone, days_until_seen, threshold_of
from troth.kernel.errors import CannotEstimate

KEPT = Fraction(95, 100)
STEADY = Signal(Fraction(2), Fraction(7), Fraction(2), KEPT)


@pytest.mark.parametrize(
    ("spent", "hours", "threshold"),
    [(2, 1, 14.4), (5, 6, 6.0), (10, 72, 1.0)],
)
def test_the_thresholds_of_the_workbook(spent: int, hours: int, threshold: float) -> None:
    # paper: The Site Reliability Workbook, table 5-8: 2 % of a 30-day budget in an hour, 5 % in six, 10 % in three days.
    assert float(threshold_of(Fraction(spent, 100), Fraction(hours), Fraction(30 * 24))) == threshold


@pytest.mark.parametrize(
    ("objective", "hours", "times", "seconds"),
    [("0.999", Fraction(1, 6), 1000, 0.6), ("0.999", Fraction(36), 1000, 129.6), ("0.999", Fraction(1), 1000, 3.6)],
)
def test_detection_times_of_the_workbook(objective: str, hours: Fraction, times: int, seconds: float) -> None:
    # paper: the same chapter on a total outage: alert 1 (10 minutes) 0.6 seconds, alert 2 (36 hours) 2 minutes and 10 seconds.
    signal = Signal(Fraction(1), hours / 24, hours / 24, Fraction(objective))

    assert float(days_until_seen(signal, Fraction(times)) or 0) * 86_400 == pytest.approx(seconds)


def test_a_budget_of_five_in_a_hundred() -> None:
    assert burn_rate(5, 100, KEPT) == 1
    assert burn_rate(13, 130, KEPT) == 2


def test_the_chance_is_that_of_all_cases_counted_out() -> None:
    # brute force: every way in which seven can break, in fractions.
    signal, broken = Signal(Fraction(1), Fraction(7), Fraction(3), Fraction(2, 3)), Fraction(1, 3)
    found = Fraction(0)
    for each in product((0, 1), repeat=7):
        if signal.on((sum(each), 7), (sum(each[4:]), 3)):
            found += broken ** sum(each) * (1 - broken) ** (7 - sum(each))

    assert chance_on(signal, 7, 3, 1 / 3) == pytest.approx(float(found), rel=1e-12)


def test_on_the_threshold_is_off_and_one_broken_alone_is_no_signal() -> None:
    signal = Signal(Fraction(2), Fraction(4), Fraction(1), KEPT)

    assert signal.fewest == 10
    assert not signal.on((4, 40), (1, 10))
    assert not signal.on((5, 40), (1, 10))
    assert signal.on((5, 40), (2, 10))


def test_planted_truth_false_alarms_come_as_often_as_said() -> None:
    # 1,500 companies that just meet the objective, 30 due a day, each looked at once.
    rng = np.random.Generator(np.random.PCG64(7))
    broken = rng.binomial(30, 0.05, size=(1_500, 7))
    on = sum(STEADY.on((int(row.sum()), 210), (int(row[-2:].sum()), 60)) for row in broken)

    assert covers(on, 1_500, chance_on(STEADY, 210, 60, 0.05))


def test_planted_truth_an_alarm_begins_no_more_often_than_it_is_on() -> None:
    # Five hundred years of one company that just meets the objective: windows that overlap, an alarm is its first day.
    rng, days = np.random.Generator(np.random.PCG64(11)), 500 * 365
    total = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(rng.binomial(30, 0.05, size=days + 6))])
    long, short = total[7:] - total[:-7], (total[2:] - total[:-2])[5:]
    on = (long > STEADY.share * 210) & (short > STEADY.share * 60)
    begins = int((on[1:] & ~on[:-1]).sum())
    said = chance_on(STEADY, 210, 60, 0.05)

    assert on.mean() == pytest.approx(said, rel=0.2)
    assert not too_many(begins, 500 * 365 // 7, min(1.0, said * 7))
    assert 0 < begins < on.sum()


def test_planted_truth_a_break_is_seen_when_the_formula_says() -> None:
    # A break of five times, nothing broken before, so many due that counting is all but certain: 7 * 2 / 5 = 2.8 days, so on the third.
    rng = np.random.Generator(np.random.PCG64(3))
    said = days_until_seen(STEADY, Fraction(5))
    assert said == Fraction(14, 5)
    for _ in range(50):
        broken = np.concatenate([np.zeros(7, dtype=np.int64), rng.binomial(3_000, 0.25, size=6)])
        seen = next(
            day
            for day in range(1, 7)
            if STEADY.on((int(broken[day : day + 7].sum()), 21_000), (int(broken[day + 5 : day + 7].sum()), 6_000))
        )
        assert seen == 3


def test_what_is_slower_than_the_threshold_is_never_seen() -> None:
    assert days_until_seen(STEADY, Fraction(2)) is None


def test_when_a_budget_is_gone() -> None:
    # Ten due a day for four days, half may be broken: 20. 8 of 10 a day make 24 on the third; if 6 were broken on each day before,
    # 24 are now; at 5 a day never.
    ten, none = [Fraction(10)] * 4, [Fraction(0)] * 4
    assert days_until_gone(ten, none, Fraction(1, 2), (Fraction(8), Fraction(10))) == 3
    assert days_until_gone(ten, [Fraction(6)] * 4, Fraction(1, 2), (Fraction(0), Fraction(10))) == 0
    assert days_until_gone(ten, none, Fraction(1, 2), (Fraction(5), Fraction(10))) is None
    # 0 0 9 9 are 18 of 20; two good days leave first, but 4 more a day are 22 after one.
    assert days_until_gone(ten, [Fraction(b) for b in (0, 0, 9, 9)], Fraction(1, 2), (Fraction(4), Fraction(10))) == 1


@pytest.mark.parametrize(
    "refused",
    [
        lambda: STEADY.on((10, 100), (1, 9)),
        lambda: chance_on(STEADY, 100, 9, 0.05),
        lambda: chance_on(STEADY, 10, 20, 0.05),
        lambda: burn_rate(0, 0, KEPT),
        lambda: burn_rate(1, 10, Fraction(1)),
        lambda: Signal(Fraction(20), Fraction(2), Fraction(1), KEPT),
        lambda: Signal(Fraction(2), Fraction(1), Fraction(2), KEPT),
        lambda: days_until_seen(STEADY, Fraction(21)),
        lambda: threshold_of(Fraction(1), Fraction(0), Fraction(1)),
        lambda: days_until_gone([], [], KEPT, (Fraction(0), Fraction(1))),
    ],
)
def test_too_little_is_refused(refused: object) -> None:
    with pytest.raises(CannotEstimate) as caught:
        refused()  # type: ignore[operator]
    assert caught.value.need
