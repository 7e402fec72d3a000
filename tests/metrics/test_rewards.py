"""Which teams a reward proposes, what luck alone would give, and which rewards are none."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, t
from statsmodels.stats.proportion import proportion_confint

import troth
from tests.metrics.rewarded import PROMPT, written
from troth.app.operation import Operation
from troth.kernel.errors import BadValue, BookError, NotFound
from troth.metrics.rewards import Decision, Draft, decide, standings
from troth.metrics.rewards.deciding import Act
from troth.stores.memory import MemoryAwards

NOW = datetime(2026, 4, 2, 9)
DRAFT = Draft("prompt", date(2026, 2, 1), "green", "approved", "all in time", 40, 1.0, 0.91, "on record", "s1", "r1")
FAST = (
    "fast: {words: teams that are fast, by: team, metric: solve, at_most: 3h, cycle: month, since: 2026-01-01, least: 20, level: 0.9,"
    " counter: {metric: in_time, at_least: 0.95}}\n"
    "busy: {words: much done, by: attr(team), metric: solve, at_most: 3h, cycle: month, since: 2026-01-01}\n"
)


@pytest.fixture(scope="module")
def operation(tmp_path_factory: pytest.TempPathFactory) -> Operation:
    found = troth.open(written(tmp_path_factory.mktemp("desk"), PROMPT + FAST))
    found.build()
    return found


def by_sql(operation: Operation) -> dict[date, dict[str, tuple[int, int]]]:
    """By month and team how many tickets there were, and how many of them were solved within four hours, of the file itself."""
    rows = duckdb.execute(
        "SELECT date_trunc('month', opened)::DATE, team, count(*), count(*) FILTER (solved - opened <= INTERVAL 4 HOUR)"
        f" FROM read_csv('{next(operation.workspace.root.parent.rglob('tickets.csv'))}') GROUP BY ALL"
    ).fetchall()
    found: dict[date, dict[str, tuple[int, int]]] = {}
    for month, team, n, kept in rows:
        found.setdefault(month, {})[team] = (n, kept)
    return found


def test_teams_are_proposed_whose_interval_by_another_package_lies_beyond_the_threshold(operation: Operation) -> None:
    (told,) = operation.rewards("prompt")
    counted = by_sql(operation)

    assert [one.begins for one in told.cycles] == [date(2026, 3, 1), date(2026, 2, 1)]
    for cycle in told.cycles:
        for one in cycle.teams:
            n, kept = counted[cycle.begins][one.team.name]
            low, high = proportion_confint(kept, n, method="wilson")
            assert [one.team.n, one.team.value] == pytest.approx([n, kept / n])
            assert one.team.proposed == (n >= 20 and low >= 0.8)
            if n >= 20:
                assert [one.team.low, one.team.high, one.team.near] == pytest.approx([low, high, low])
    assert [[one.team.name for one in cycle.teams if one.team.proposed] for cycle in told.cycles] == [["green"], ["green"]]


def test_more_than_the_threshold_by_the_value_alone_is_not_enough_and_neither_are_few_cases(operation: Operation) -> None:
    teams = {one.team.name: one.team for one in operation.rewards("prompt")[0].cycles[0].teams}

    assert (teams["blue"].value, teams["blue"].proposed) == (0.9, False)
    assert (teams["gold"].value, teams["gold"].proposed) == (1.0, False)
    assert teams["gold"].refusal is not None
    assert (teams["gold"].refusal.got, teams["gold"].refusal.need) == ("10", "20 or more")


def test_a_cycle_that_is_not_over_is_none_yet_and_nothing_is_awarded_by_itself(operation: Operation) -> None:
    (told,) = operation.rewards("prompt")

    assert told.open == date(2026, 4, 1)
    assert date(2026, 4, 1) not in [one.begins for one in told.cycles]
    assert all(one.approved is None and not one.awarded for cycle in told.cycles for one in cycle.teams)


def test_the_back_test_says_what_luck_alone_would_have_given_and_what_was_left(operation: Operation) -> None:
    """Luck: of each month the binomial of another package, at the share of all teams together; leads by hand."""
    (told,) = operation.reward_back_tests("prompt")
    expected = 0.0
    for teams in by_sql(operation).values():
        if sum(n for n, _ in teams.values()) < 100:
            continue  # April
        pooled = sum(kept for _, kept in teams.values()) / sum(n for n, _ in teams.values())
        enough = [k for k in range(41) if proportion_confint(k, 40, method="wilson")[0] >= 0.8]
        expected += 3 * float(binom.pmf(enough, 40, pooled).sum())

    assert [one.rewarded for one in told.test.cycles] == [("red",), ("green",), ("green",)]
    assert told.test.luck.expected == pytest.approx(expected)
    assert sum(one.luck for one in told.test.cycles) == pytest.approx(expected)
    # Red led by 1 - 116/130 in January and was behind, 34/40 - 120/130, in February; green led by 1 - 120/130, then by 1 - 122/130.
    first, second = told.test.after
    assert [first.lead, first.then, second.lead, second.then] == pytest.approx([14 / 130, 34 / 40 - 120 / 130, 10 / 130, 8 / 130])
    assert (first.team, second.team) == ("red", "green")
    assert told.test.kept is not None
    assert told.test.kept.value == pytest.approx((34 / 40 - 120 / 130 + 8 / 130) / (24 / 130))
    assert told.test.lasting == "went back"


def test_an_average_is_judged_by_its_own_interval_and_only_while_what_customers_get_holds(operation: Operation) -> None:
    """Of 40 tickets 4 took ten hours and 36 two: a mean of 2.8 hours, more than the 3 hours of the rule by its upper limit."""
    fast = {one.team.name: one.team for one in operation.rewards("fast")[0].cycles[0].teams}

    assert fast["blue"].value == pytest.approx(2.8 * 3600)
    assert fast["blue"].high is not None
    assert fast["blue"].high > 3 * 3600
    assert not fast["blue"].proposed
    assert fast["green"].refusal is not None
    assert fast["green"].refusal.reason == "no interval can be drawn"
    ((mean, spread),) = duckdb.execute(
        "SELECT avg(epoch(solved - opened)), stddev_samp(epoch(solved - opened))"
        f" FROM read_csv('{next(operation.workspace.root.parent.rglob('tickets.csv'))}') WHERE team = 'blue' AND month(opened) = 3"
    ).fetchall()
    half = t.ppf(0.95, 39) * spread / 40**0.5
    assert [fast["blue"].low, fast["blue"].high] == pytest.approx([mean - half, mean + half])
    assert {one.team.name for one in operation.rewards("busy")[0].cycles[0].teams} == {"red", "blue", "green", "gold"}


def test_what_customers_get_is_not_paid_with(tmp_path: Path) -> None:
    """All solve within five hours on the average; of blue's and red's 4 of 40 took ten."""
    rule = (
        "fast: {words: fast, by: team, metric: solve, at_most: 5h, cycle: month, since: 2026-03-01, least: 20,"
        " counter: {metric: in_time, at_least: LEAST}}\n"
    )
    proposed = []
    for least in ("0.9", "0.95"):
        found = troth.open(written(tmp_path / least, rule.replace("LEAST", least)))
        found.build()
        teams = [one.team for one in found.rewards()[0].cycles[0].teams]
        proposed.append({one.name: (one.proposed, one.counter) for one in teams if one.value and one.name in ("red", "blue")})
        chances = {one.name: one.luck for one in teams}

    assert proposed == [{"red": (True, 0.9), "blue": (True, 0.9)}, {"red": (False, 0.9), "blue": (False, 0.9)}]
    assert chances["red"] == 0.0


def test_a_cell_that_is_too_small_to_be_shown_tells_nothing_and_is_in_nothing_told(tmp_path: Path) -> None:
    """Gold has 10 tickets and nobody sees cells of fewer than 20, so that one more is hidden with it: that of fewest."""
    small = "few: {kind: ratio, words: few, of: ticket, at: opened, numerator: solved - opened < 4h, better: higher, minimum: 20}\n"
    found = troth.open(written(tmp_path, PROMPT.replace("in_time", "few"), {"metrics/more": small}))
    found.build()
    cycle = found.rewards()[0].cycles[0]
    teams = {one.team.name: one.team for one in cycle.teams}
    shown = [one for one in teams.values() if one.value is not None]

    assert (teams["gold"].n, teams["gold"].value, teams["gold"].proposed, teams["gold"].luck) == (0, None, False, None)
    assert teams["gold"].refusal is not None
    assert teams["gold"].refusal.reason == "too few were counted to be shown"
    assert cycle.pooled == pytest.approx(sum(one.n * (one.value or 0) for one in shown) / sum(one.n for one in shown))


def test_a_team_of_seven_would_be_rewarded_as_persons_and_is_not_looked_at(tmp_path: Path) -> None:
    """Of green in February a1 makes them eight."""
    found = troth.open(written(tmp_path, PROMPT, crew=7))
    found.build()
    march, february = ({one.team.name: one.team for one in cycle.teams} for cycle in found.rewards()[0].cycles)

    assert [one.proposed for one in march.values()] == [False] * 4
    assert march["green"].refusal is not None
    assert (march["green"].refusal.got, march["green"].refusal.need) == ("7", "8 or more who had a case of it")
    assert [name for name, one in february.items() if one.proposed] == ["green"]


def test_a_reward_that_there_is_not_is_named_with_the_nearest(operation: Operation) -> None:
    with pytest.raises(NotFound, match="did you mean 'prompt'"):
        operation.rewards("promt")
    with pytest.raises(NotFound, match="did you mean 'prompt'"):
        operation.reward_back_tests("promt")


@pytest.mark.parametrize(
    ("rewards", "others", "said"),
    [
        (PROMPT.replace("by: team", "by: ticket.agent"), {}, "person-grain"),
        (PROMPT.replace("metric: in_time, at_least: 0.8", "metric: grade, at_least: 3"), {}, "person-grain"),
        (PROMPT, {"results": "own: {words: own, person: ticket.agent, team: attr(team), metrics: [in_time]}\n"}, "own-results"),
        (PROMPT.replace("metric: in_time", "metric: own"),
         {"results": "own: {words: own, person: ticket.agent, team: attr(team), metrics: [solve]}\n"}, "own-results"),
        (PROMPT.replace("in_time, at_least: 0.8", "done, at_least: 1"), {}, "productivity-pair"),
        (PROMPT.replace("in_time, at_least: 0.8", "done, at_least: 1, counter: {metric: solve, at_most: 3h}"), {}, "productivity-pair"),
        (PROMPT.replace("0.8", "0.8, counter: {metric: done, at_least: 1}"), {}, "productivity-pair"),
        (PROMPT.replace("in_time, at_least: 0.8", "tickets, at_least: 9"), {}, "not how big"),
        (PROMPT.replace("in_time", "by_phone"), {}, "which way is up"),
        (PROMPT.replace("at_least", "at_most"), {}, "write 'at_least' in place of 'at_most'"),
        (PROMPT.replace("at_least: 0.8, ", ""), {}, "either 'at_least'"),
        (PROMPT.replace("in_time", "intime"), {}, "did you mean 'in_time'"),
        (PROMPT.replace("ticket.agent", "attr(team)"), {}, "tells no single person"),
        (PROMPT.replace("by: team", "by: attr(tea"), {}, "column"),
        (PROMPT.replace("person: ticket.agent", "person: ticket.agent, approved_by: viewer"), {}, "manager"),
    ],
)  # fmt: skip
def test_a_reward_of_persons_or_for_how_much_was_done_is_none(
    tmp_path: Path, rewards: str, others: dict[str, str], said: str
) -> None:  # fmt: skip
    with pytest.raises(BookError, match=said):
        troth.open(written(tmp_path, rewards, others)).build()


def test_a_share_of_more_than_all_can_be_reached_by_nobody(tmp_path: Path) -> None:
    metrics = "answers: {kind: first_contact, words: one, of: ticket, belongs_to: agent, event: opened, within: 7d, better: higher}\n"
    rewards = PROMPT.replace("in_time, at_least: 0.8", "answers, at_least: 95")

    with pytest.raises(BookError, match="between 0 and 1; got 95"):
        troth.open(written(tmp_path, rewards, {"metrics/more": metrics})).build()


def test_the_same_decision_again_is_the_one_that_was_written_and_another_is_refused() -> None:
    awards = MemoryAwards()
    first = decide(awards, DRAFT, "x1", NOW)

    assert (decide(awards, DRAFT, "x1", NOW), len(awards.all())) == (first, 1)
    assert first.awarded
    for draft, by, said in (
        (DRAFT, "x2", "was approved already; got by account x1"),
        (replace(DRAFT, reason="other"), "x1", "was approved already"),
        (replace(DRAFT, team="red", reason=""), "x1", "a reason is needed"),
    ):
        with pytest.raises(BadValue, match=said):
            decide(awards, draft, by, NOW)
    assert len(awards.all()) == 1


def test_what_was_withdrawn_stays_so_whether_it_was_approved_or_not() -> None:
    awards, back = MemoryAwards(), replace(DRAFT, act="withdrawn", reason="counted twice")
    decide(awards, DRAFT, "x1", NOW)
    gone = decide(awards, back, "x2", NOW)

    assert (gone.awarded, gone.approved is not None) == (False, True)
    assert decide(awards, back, "x2", NOW) == gone
    for draft, by in ((DRAFT, "x1"), (replace(DRAFT, reason="again"), "x3"), (back, "x3")):
        with pytest.raises(BadValue, match="withdrawn"):
            decide(awards, draft, by, NOW)
    other = replace(back, team="red")
    assert not decide(awards, other, "x1", NOW).awarded
    with pytest.raises(BadValue, match="was withdrawn"):
        decide(awards, replace(DRAFT, team="red"), "x1", NOW)


ACTS: tuple[Act, ...] = ("approved", "withdrawn")


@given(st.lists(st.tuples(st.sampled_from(ACTS), st.sampled_from(["x1", "x2"]), st.sampled_from(["red", "green"])), max_size=12))
def test_of_decisions_that_came_at_once_the_first_counts_and_no_withdrawn_one_is_awarded(acts: list[tuple[Act, str, str]]) -> None:
    found = standings(
        Decision(seq, NOW, by, replace(DRAFT, act=act, team=team)) for seq, (act, by, team) in enumerate(acts)
    )  # fmt: skip

    for (_, _, team), one in found.items():
        mine = [(act, by) for act, by, of in acts if of == team]
        assert one.awarded == (("withdrawn" not in {act for act, _ in mine}) and bool(mine))
        if mine[0][0] == "approved":
            assert one.approved is not None
            assert one.approved.by == mine[0][1]
        else:
            assert one.approved is None
