"""Events observed and awaited: the log-rank test of published sets, by strata, and what a sum of unlike chances is taken for."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tests.engines.oracles import too_many
from tests.engines.statistics.test_survival import CONTROL, TREATED, flies
from troth.engines.comparing.funnel import event_funnel, rate_funnel
from troth.engines.comparing.judging import verdicts
from troth.engines.comparing.waiting import Awaited, Waits, awaited
from troth.engines.statistics.discoveries import adjusted
from troth.kernel.errors import CannotEstimate

# Weeks in remission of children with leukaemia, + for who was still: Freireich et al. 1963.
ON_6_MP = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
PLACEBO = "1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23"
WORLDS = 2_000


def rows(*groups: str) -> tuple[np.ndarray, Waits]:
    words = [(at, word) for at, group in enumerate(groups) for word in group.split()]
    lasted = np.array([int(word.rstrip("+")) for _, word in words])
    ended = np.array([not word.endswith("+") for _, word in words])
    return np.array([at for at, _ in words]), Waits(lasted, ended, np.ones(len(words), dtype=np.int64))


def test_remission_of_children_is_that_of_the_paper() -> None:
    # paper: Kleinbaum and Klein, Survival Analysis, chapter 2: O 9 and 21, E 19.25 and 10.75, variance 6.2570, chi-square 16.79
    unit, waits = rows(ON_6_MP, PLACEBO)
    found = awaited(unit, np.zeros(42, dtype=np.int64), waits, 2)

    assert found.observed.tolist() == [9, 21]
    assert found.expected == pytest.approx([19.25, 10.75], abs=0.005)
    assert found.variance == pytest.approx([6.2570, 6.2570], abs=5e-5)
    assert float((21 - found.expected[1]) ** 2 / found.variance[1]) == pytest.approx(16.79, abs=0.005)


def test_waltons_flies() -> None:
    # reference: lifelines 0.30.3, logrank_test on its data set waltons: 122.249
    (control, died), (treated, fell) = (flies(*groups) for groups in ((CONTROL,), (TREATED,)))
    unit, none = np.repeat([0, 1], [control.size, treated.size]), np.zeros(control.size + treated.size, dtype=np.int64)
    waits = Waits(np.concatenate((control, treated)), np.concatenate((died, fell)), np.ones(none.size, dtype=np.int64))
    found = awaited(unit, none, waits, 2)

    assert float((found.observed[0] - found.expected[0]) ** 2 / found.variance[0]) == pytest.approx(122.249, abs=0.001)


def test_the_statistic_is_that_of_another_library() -> None:
    # reference: scipy.stats.logrank, on cases with many ties and a third open
    rng = np.random.Generator(np.random.PCG64(4))
    lasted, ended, unit = rng.integers(0, 12, 200), rng.random(200) < 0.7, rng.integers(0, 2, 200)
    found = awaited(unit, np.zeros(200, dtype=np.int64), Waits(lasted, ended, np.ones(200, dtype=np.int64)), 2)
    samples = [stats.CensoredData(lasted[(unit == at) & ended], right=lasted[(unit == at) & ~ended]) for at in range(2)]
    z = (found.observed[0] - found.expected[0]) / np.sqrt(found.variance[0])

    assert abs(float(z)) == pytest.approx(abs(stats.logrank(*samples).statistic), rel=1e-9)


def test_by_brute_force_over_strata_and_whatever_the_order_of_rows() -> None:
    rng = np.random.Generator(np.random.PCG64(5))
    n = 300
    unit, stratum, lasted, ended = rng.integers(0, 4, n), rng.integers(0, 3, n), rng.integers(0, 20, n), rng.random(n) < 0.6
    expected, variance = np.zeros(4), np.zeros(4)
    for one in range(3):
        for time in sorted(set(lasted[ended & (stratum == one)].tolist())):
            there = [int(((unit == u) & (stratum == one) & (lasted >= time)).sum()) for u in range(4)]
            died, of = int((ended & (stratum == one) & (lasted == time)).sum()), sum(there)
            for u in range(4):
                expected[u] += died * there[u] / of
                variance[u] += died * there[u] / of * (1 - there[u] / of) * (of - died) / (of - 1) if of > 1 else 0
    ones = np.ones(n, dtype=np.int64)
    found = awaited(unit, stratum, Waits(lasted, ended, ones), 4)
    turned = rng.permutation(n)
    again = awaited(unit[turned], stratum[turned], Waits(lasted[turned], ended[turned], ones), 4)

    assert found.expected == pytest.approx(expected)
    assert found.variance == pytest.approx(variance)
    assert found.observed.tolist() == [int((ended & (unit == u)).sum()) for u in range(4)]
    assert float(found.expected.sum()) == pytest.approx(float(found.observed.sum()))
    assert again.expected.tobytes() == found.expected.tobytes()
    assert again.variance.tobytes() == found.variance.tobytes()


def test_so_many_cases_in_one_row_are_as_many_rows_and_parts_of_the_table_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.Generator(np.random.PCG64(6))
    unit, lasted, ended, count = rng.integers(0, 3, 80), rng.integers(0, 40, 80), rng.random(80) < 0.5, rng.integers(1, 4, 80)
    one = awaited(unit, np.zeros(80, dtype=np.int64), Waits(lasted, ended, count), 3)
    monkeypatch.setattr("troth.engines.comparing.waiting.TOGETHER", 12)
    each = Waits(np.repeat(lasted, count), np.repeat(ended, count), np.ones(int(count.sum()), dtype=np.int64))
    other = awaited(np.repeat(unit, count), np.zeros(int(count.sum()), dtype=np.int64), each, 3)

    assert one.observed.tolist() == other.observed.tolist()
    assert one.expected == pytest.approx(other.expected)
    assert one.variance == pytest.approx(other.variance)


def test_a_unit_outside_the_reference_has_no_part_in_its_own_expectation() -> None:
    # placebo alone: of 21 one in 10.5 ends at week 1, and so on; those on 6-MP would have had as many by that hazard
    unit, waits = rows(ON_6_MP, PLACEBO)
    found = awaited(unit, np.zeros(42, dtype=np.int64), waits, 2, reference=np.array([False, True]))
    hazard = {time: (PLACEBO.split().count(str(time)), sum(int(w) >= time for w in PLACEBO.split())) for time in range(1, 24)}
    by_hand = sum(d / n * sum(int(w.rstrip("+")) >= time for w in ON_6_MP.split()) for time, (d, n) in hazard.items() if d)

    assert found.expected == pytest.approx([by_hand, 21.0])
    assert found.variance[0] == found.expected[0]
    assert found.observed.tolist() == [9, 21]


def test_what_cannot_be_awaited_is_refused() -> None:
    unit, waits = rows("6+ 7+", "8+")

    with pytest.raises(CannotEstimate, match="none that has ended"):
        awaited(unit, np.zeros(3, dtype=np.int64), waits, 2)
    with pytest.raises(CannotEstimate, match="do not agree"):
        awaited(unit[:2], np.zeros(3, dtype=np.int64), waits, 2)
    with pytest.raises(CannotEstimate, match="funnel of events"):
        event_funnel(np.array([1, 2, 3]), np.array([1.0, 2.0, 0.0]), np.array([1.0, 1.0, 1.0]))
    with pytest.raises(CannotEstimate, match="2 units"):
        event_funnel(np.array([1, 2]), np.array([1.0, 2.0]), np.array([1.0, 1.0]))


def test_a_sum_of_unlike_chances_is_as_near_to_a_binomial_as_its_limits_need() -> None:
    # 40 events; the chance that each is the unit's own falls from 0.6 to 0.2 as its cases end: exact by adding one at a time
    chances = np.linspace(0.6, 0.2, 40)
    exact = np.array([1.0])
    for one in chances:
        exact = np.convolve(exact, [1 - one, one])
    mean, variance = float(chances.sum()), float((chances * (1 - chances)).sum())
    for count in (4, 8, 16, 22, 27):
        found = event_funnel(np.array([count] * 3), np.full(3, mean), np.full(3, variance)).p[0]
        below = exact[:count].sum() + exact[count] / 2
        # where Poisson's chance of 8 is a hundred times too great
        assert found == pytest.approx(2 * min(below, 1 - below), rel=0.2, abs=1e-5)
    # of variance as great as the mean it is the Poisson count of any rate
    expected = np.array([4.0, 9.0, 2.5])
    poisson = rate_funnel(np.array([9, 3, 2]), expected, target=1.0)
    assert event_funnel(np.array([9, 3, 2]), expected, expected).p == pytest.approx(poisson.p)


def test_of_units_alike_few_are_unusual_and_of_a_large_part_no_fewer_are_found() -> None:
    # 2,000 worlds of five units that end alike, one with half of all cases, a third still open: any is unusual in at most 5 of 100
    rng = np.random.Generator(np.random.PCG64(20_261_201))
    unit = np.repeat(np.arange(5), [200, 50, 50, 60, 40])
    worlds = [_world(unit, rng) for _ in range(WORLDS)]
    parts = (np.concatenate([getattr(one, name) for one in worlds]) for name in ("observed", "expected", "variance"))
    chances = event_funnel(*parts).p.reshape(WORLDS, 5)
    any_odd = sum(min(adjusted(one)) <= 0.05 for one in chances.tolist())

    assert not too_many(any_odd, WORLDS, 0.05)
    assert any_odd > WORLDS * 0.02  # as often as is promised, not much less


def test_a_unit_that_takes_twice_as_long_is_found() -> None:
    rng = np.random.Generator(np.random.PCG64(20_261_202))
    unit = np.repeat(np.arange(5), 100)
    found = _world(unit, rng, slow=3)

    assert verdicts(event_funnel(found.observed, found.expected, found.variance)).low.tolist() == [3]


def _world(unit: np.ndarray, rng: np.random.Generator, slow: int | None = None) -> Awaited:
    scale = np.where(unit == slow, 40.0, 20.0)
    takes, seen = np.ceil(rng.exponential(scale)).astype(np.int64), rng.integers(1, 60, unit.size)
    waits = Waits(np.minimum(takes, seen), takes <= seen, np.ones(unit.size, dtype=np.int64))
    return awaited(unit, np.zeros(unit.size, dtype=np.int64), waits, 5)
