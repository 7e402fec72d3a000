"""Units by a quantile and by how soon cases end: what SQL counts, what was planted, and what is refused."""

from __future__ import annotations

import csv
import json
from collections.abc import Collection, Mapping
from pathlib import Path

import duckdb
import numpy as np
import pytest
from scipy import stats
from typer.testing import CliRunner

from tests.engines.oracles import too_many
from tests.metrics.desks import DESKS, desks
from troth.app.answers.units import UnitsTold
from troth.app.operation import Operation
from troth.engines.comparing import share_funnel
from troth.engines.comparing.waiting import Waits
from troth.engines.statistics.discoveries import adjusted
from troth.faces.cli.commands import app
from troth.kernel.errors import BadValue
from troth.metrics.units import Above, Cell, Compared, Unit, compared, compared_above

pytestmark = pytest.mark.slow

WORLDS, FEWER = 2_000, 100
Cells = Mapping[str, Mapping[tuple[str, ...], Cell]]


@pytest.fixture(scope="module")
def operation(tmp_path_factory: pytest.TempPathFactory) -> Operation:
    return desks(tmp_path_factory.mktemp("desks"))


@pytest.fixture(scope="module")
def alike(tmp_path_factory: pytest.TempPathFactory) -> Operation:
    return desks(tmp_path_factory.mktemp("alike"), slow="", hard="")


def said(*words: str) -> str:
    done = CliRunner().invoke(app, list(words), catch_exceptions=True)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.stdout


def table(operation: Operation) -> str:
    """Tickets with how long each took, in seconds, and in hours begun by the end of the record."""
    path, as_of = operation.workspace.root.parent / "data" / "tickets.csv", "TIMESTAMP '2026-03-31 12:00'"
    return f"""(SELECT desk, half, kind, opened, solved, epoch(solved - opened) AS took, solved IS NOT NULL AS ended,
        ceil(epoch(coalesce(solved, {as_of}) - opened) / 3600) AS lasted
        FROM read_csv('{path}', types = {{'opened': 'TIMESTAMP', 'solved': 'TIMESTAMP'}}) WHERE desk IS NOT NULL)"""


def units(told: UnitsTold) -> dict[str, Unit]:
    (group,) = told.groups
    return {one.name: one for one in group.units}


def test_what_lies_above_the_quantile_is_what_sql_counts(alike: Operation) -> None:
    told = alike.units("nine_in_ten", "desk")
    rows = duckdb.execute(f"""
        WITH t AS {table(alike)}, q AS (SELECT quantile_disc(took, 0.9) AS q FROM t)
        SELECT desk, count(took), count(*) FILTER (took > q), quantile_disc(took, 0.9), any_value(q) FROM t, q GROUP BY 1 ORDER BY 1
    """).fetchall()

    assert (told.measure, told.unit, told.better, told.groups[0].beyond) == ("share_above", "share", "lower", rows[0][-1])
    assert [(one.name, one.n, one.events, one.own and one.own.value) for one in told.groups[0].units] == [row[:-1] for row in rows]
    assert [one.value for one in told.groups[0].units] == [above / n for _, n, above, *_ in rows]
    # what all together have above is shared out by cases
    assert sum(one.awaited or 0 for one in told.groups[0].units) == pytest.approx(sum(row[2] for row in rows))


def test_the_middle_is_moods_median_test(alike: Operation) -> None:
    # reference: scipy.stats.median_test; its chi-square over both rows of its table is the sum of squared scores of the shares
    rows = duckdb.execute(f"SELECT desk, list(took) FROM {table(alike)} WHERE ended GROUP BY 1 ORDER BY 1").fetchall()
    found = stats.median_test(*(took for _, took in rows), ties="below", correction=False)
    (group,) = alike.units("middle", "desk").groups
    target = sum(one.events or 0 for one in group.units) / sum(one.n for one in group.units)
    scores = [((one.value or 0.0) - target) ** 2 / (target * (1 - target) / one.n) for one in group.units]

    assert [one.events for one in group.units] == found.table[0].tolist()
    assert sum(scores) == pytest.approx(found.statistic)
    assert group.centre == pytest.approx(target)


def test_what_is_expected_by_its_own_mix_is_what_sql_counts_by_stratum(operation: Operation) -> None:
    told = operation.units("nine_in_ten", "desk", adjust=["kind"])
    # desk E is far off: the quantile and what is usual are of the others
    rows = duckdb.execute(f"""
        WITH t AS {table(operation)}, q AS (SELECT quantile_disc(took, 0.9) AS q FROM t WHERE desk <> 'E'),
        s AS (SELECT kind, count(*) FILTER (took > q) / count(took) AS share FROM t, q WHERE desk <> 'E' GROUP BY 1)
        SELECT desk, count(took), count(*) FILTER (took > q), sum(share) FROM t JOIN s USING (kind), q WHERE ended GROUP BY 1 ORDER BY 1
    """).fetchall()

    found = units(told)
    assert found["E"].verdict == "unusual"
    assert told.groups[0].left_out == ("E",)
    assert [(one.name, one.n, one.events) for one in told.groups[0].units] == [row[:3] for row in rows]
    assert [one.awaited for one in told.groups[0].units] == [pytest.approx(row[3]) for row in rows]


@pytest.mark.parametrize("adjust", [(), ("kind",)])
def test_events_and_those_awaited_are_what_sql_counts(operation: Operation, adjust: tuple[str, ...]) -> None:
    told = operation.units("solve_time", "desk", adjust=adjust)
    usual = [one.name for one in told.groups[0].units if one.verdict != "unusual"]
    stratum = "kind" if adjust else "'any'"
    listed = ", ".join(f"'{name}'" for name in usual)
    # the log-rank table by hand: at each hour in which something ended, who was there and what ended, of usual desks and of each
    rows = duckdb.execute(f"""
        WITH t AS (SELECT * REPLACE ({stratum} AS kind) FROM {table(operation)}),
        e AS (SELECT DISTINCT kind, lasted AS h FROM t WHERE ended),
        r AS (SELECT e.kind, h, desk, count(*) FILTER (lasted >= h) AS there, count(*) FILTER (lasted = h AND ended) AS died
              FROM e JOIN t USING (kind) GROUP BY ALL),
        w AS (SELECT kind, h, sum(there) AS there, sum(died) AS died FROM r WHERE desk IN ({listed}) GROUP BY ALL)
        SELECT desk, sum(r.died), sum(w.died * r.there / w.there) FROM r JOIN w USING (kind, h) WHERE w.there > 0 GROUP BY 1 ORDER BY 1
    """).fetchall()

    assert (told.measure, told.unit, told.better) == ("ended_of_expected", "", "higher")
    assert "E" not in usual
    assert [(one.name, one.events) for one in told.groups[0].units] == [(name, int(events)) for name, events, _ in rows]
    assert [one.awaited for one in told.groups[0].units] == [pytest.approx(float(row[2])) for row in rows]
    of_usual = [one for one in told.groups[0].units if one.name in usual]
    assert sum(one.awaited or 0 for one in of_usual) == pytest.approx(sum(one.events or 0 for one in of_usual))


def test_what_a_desk_takes_alone_stands_beside_it(operation: Operation) -> None:
    for metric in ("solve_time", "nine_in_ten"):
        alone = {one.slice[0]: one for one in operation.metric(metric, by=["desk"]).answer.readings if one.slice is not None}
        for name, one in units(operation.units(metric, "desk")).items():
            assert one.own is not None
            assert (one.own.value, one.own.low, one.own.high) == (alone[name].value, alone[name].low, alone[name].high)


def test_the_slow_desk_is_found_and_the_one_with_hard_tickets_is_not_blamed(operation: Operation, alike: Operation) -> None:
    for metric in ("solve_time", "nine_in_ten"):
        raw, fair = units(operation.units(metric, "desk")), units(operation.units(metric, "desk", adjust=["kind"]))
        assert (raw["E"].verdict, raw["E"].good) == ("unusual", False)
        assert (fair["E"].verdict, fair["E"].good) == ("unusual", False)
        assert (raw["F"].verdict, fair["F"].verdict) == ("unusual", "as usual")
        assert all(fair[name].verdict == "as usual" for name in "ABCD")
        assert fair["E"].rank == 6
        assert fair["E"].behind
        assert {one.verdict for one in units(alike.units(metric, "desk")).values()} == {"as usual"}


def test_peers_have_a_quantile_of_their_own(operation: Operation) -> None:
    north, south = operation.units("nine_in_ten", "desk", peers="half").groups

    assert (north.peers, south.peers) == ("north", "south")
    assert north.beyond != south.beyond
    assert [one.name for one in (*north.units, *south.units)] == list(DESKS)


def test_which_way_is_better_turns_verdicts_and_ranks_and_no_figure(operation: Operation, tmp_path: Path) -> None:
    (low,) = operation.units("nine_in_ten", "desk").groups
    cells: Cells = {one.name: {(): Cell(one.n, one.events)} for one in low.units}
    rng = np.random.Generator(np.random.PCG64(1))
    high = compared(cells, better="higher", rng=rng, beyond=low.beyond, typical=[one.name for one in low.units if one.verdict != "unusual"])

    assert high.units[4].good is True
    assert (high.units[4].rank, low.units[4].rank) == (1, 6)
    assert [one.value for one in high.units] == [one.value for one in low.units]


def test_one_far_off_does_not_own_all_that_lies_above() -> None:
    # of five alike one in ten lies above; the sixth lies above with all: with its cases in the quantile the others would have none above
    asked: list[Collection[tuple[str, ...]]] = []

    def counted(without: Collection[tuple[str, ...]]) -> Mapping[tuple[str, ...], Above]:
        asked.append(without)
        others, limit = (10, 18.0) if without else (0, 38.0)
        return {**{(name,): Above(100, others, limit) for name in "ABCDE"}, ("F",): Above(100, 100 if without else 60, limit)}

    (found,) = compared_above(counted, 0, better="lower", rng=np.random.Generator(np.random.PCG64(1)), own={})

    assert asked == [[], [("F",)]]
    assert (found.says, found.beyond, found.centre) == ("5 as usual, 1 unusual", 18.0, 0.1)
    assert found.left_out == ("F",)


def test_where_no_rest_is_alike_the_quantile_is_of_all() -> None:
    def counted(without: Collection[tuple[str, ...]]) -> Mapping[tuple[str, ...], Above]:
        return {(name,): Above(400, events, 7.0) for name, events in zip("ABCD", (4, 8, 150, 190), strict=True)}

    (found,) = compared_above(counted, 0, better="lower", rng=np.random.Generator(np.random.PCG64(1)), own={})

    assert found.centre == pytest.approx(352 / 1600)
    assert found.left_out == ()
    assert found.says == "0 as usual, 4 unusual"


def test_of_ten_and_more_one_far_off_is_left_out_too() -> None:
    asked: list[Collection[tuple[str, ...]]] = []

    def counted(without: Collection[tuple[str, ...]]) -> Mapping[tuple[str, ...], Above]:
        asked.append(sorted(without))
        found: dict[tuple[str, ...], Above] = {
            (name,): Above(100, (10 if without else 2) + at % 3, 18.0) for at, name in enumerate("ABCDEFGHIJK")
        }
        return found | {("Z",): Above(100, 90, 18.0)}

    (found,) = compared_above(counted, 0, better="lower", rng=np.random.Generator(np.random.PCG64(1)), own={})

    assert asked == [[], [("Z",)]]
    assert (found.spread, found.says, found.centre) == ("added", "11 as usual, 1 unusual", 120 / 1100)


def test_whose_cases_alone_are_there_is_compared_with_nobody() -> None:
    waits = Waits(np.arange(1, 41), np.ones(40, dtype=bool), np.ones(40, dtype=np.int64))
    cells: Cells = {**{name: {("all",): Cell(40, waits=waits)} for name in "ABCD"}, "own": {("its own",): Cell(40, waits=waits)}}
    found = compared(cells, better="lower", rng=np.random.Generator(np.random.PCG64(1)))

    assert found.refusal is None
    assert (found.units[4].verdict, found.units[4].value, found.units[4].p) == ("too small to judge", None, None)


def test_what_is_of_no_desk_is_counted_apart(alike: Operation) -> None:
    for metric, cases in (("nine_in_ten", 1), ("solve_time", 2)):
        told = alike.units(metric, "desk")

        assert told.unplaced == cases
        assert [one.name for one in told.groups[0].units] == list(DESKS)


def test_few_events_are_too_few_to_judge() -> None:
    waits = Waits(np.arange(1, 41), np.ones(40, dtype=bool), np.ones(40, dtype=np.int64))
    tiny = Waits(np.array([3]), np.array([True]), np.array([1]))
    late = Waits(np.array([90]), np.array([False]), np.array([1]))
    cells: Cells = {
        **{name: {(): Cell(40, waits=waits)} for name in "ABCD"},
        "T": {(): Cell(1, waits=tiny)},
        "Z": {(): Cell(1, waits=late)},
    }
    found = compared(cells, better="lower", rng=np.random.Generator(np.random.PCG64(1)))

    assert {one.name: one.verdict for one in found.units} == dict.fromkeys("ABCD", "as usual") | {
        "T": "too small to judge", "Z": "too small to judge",
    }  # fmt: skip
    assert found.fewest is not None
    assert found.fewest > (found.units[4].awaited or 0)


def test_of_desks_alike_few_are_unusual_by_a_quantile() -> None:
    # 2,000 worlds of six desks of like times: any is called unusual in at most 5 of 100
    rng = np.random.Generator(np.random.PCG64(20_261_204))
    n = np.array([40, 60, 80, 80, 120, 200])
    takes = rng.exponential(24, (WORLDS, 580))
    over = takes > np.quantile(takes, 0.9, axis=1, method="inverted_cdf", keepdims=True)
    events = np.add.reduceat(over, [0, *np.cumsum(n)[:-1]], axis=1, dtype=np.int64)
    chances = share_funnel(events.ravel(), np.tile(n, WORLDS), target=0.1).p.reshape(WORLDS, 6)

    assert set(events.sum(axis=1).tolist()) == {58}
    assert not too_many(sum(min(adjusted(one)) <= 0.05 for one in chances.tolist()), WORLDS, 0.05)


def test_nor_where_many_cases_are_equal_and_one_left_out_moves_the_quantile() -> None:
    rng = np.random.Generator(np.random.PCG64(20_261_203))
    unit, any_odd = np.repeat(np.arange(6), [40, 60, 80, 80, 120, 200]), 0
    nobody = np.random.Generator(np.random.PCG64(1))
    for _ in range(FEWER):
        takes = np.ceil(rng.exponential(24, unit.size))

        def counted(without: Collection[tuple[str, ...]], takes: np.ndarray = takes) -> Mapping[tuple[str, ...], Above]:
            left = ~np.isin(unit, [int(name) for (name,) in without])
            limit = float(np.quantile(takes[left], 0.9, method="inverted_cdf"))
            return {(str(at),): Above(int((unit == at).sum()), int((takes[unit == at] > limit).sum()), limit) for at in range(6)}

        (found,) = compared_above(counted, 0, better=None, rng=nobody, own={})
        any_odd += any(one.verdict == "unusual" for one in found.units)

    assert not too_many(any_odd, FEWER, 0.05)


def test_what_cannot_be_compared_says_what_would_settle_it(operation: Operation) -> None:
    few, one = operation.units("few", "desk"), operation.units("one", "desk")

    assert few.refusal is not None
    assert few.refusal.got == "cells too small to be shown"
    assert one.groups[0].refusal is not None
    assert one.groups[0].refusal.got == "no case above it: too many equal it"
    assert one.groups[0].refusal.settle == "Declare the share that exceeds what was meant."
    with pytest.raises(BadValue, match="'nine_in_ten' is no share and no average"):
        operation.efficient_falling("nine_in_ten", "solve_time", "desk")


def test_text_says_what_units_are_compared_by(operation: Operation) -> None:
    book = str(operation.workspace.root)
    above = [
        " ".join(line.split()) for line in said("units", "nine_in_ten", "--by", "desk", "--adjust", "kind", "--book", book).splitlines()
    ]
    ended = [
        " ".join(line.split()) for line in said("units", "solve_time", "--by", "desk", "--adjust", "kind", "--book", book).splitlines()
    ]

    heading = next(line for line in above if line.startswith("desk"))
    assert heading.startswith("desk n alone, 95 % interval above ")
    assert "which 90 in 100 of all do not exceed." in "\n".join(above)
    assert "Far off, and no part of that quantile: E. What equals it is not above." in above
    assert next(line for line in above if line.startswith("E ")).count("unusual, worse") == 1
    assert next(line for line in ended if line.startswith("desk")).startswith("desk n alone, 95 % interval ended of expected usual")
    assert "Units are compared by how many cases have ended for each that would have, if they went as in all: above 1 is sooner." in ended
    assert next(line for line in ended if line.startswith("E ")).count("unusual, worse") == 1


def test_json_and_csv_have_it(operation: Operation) -> None:
    book = str(operation.workspace.root)
    found = json.loads(said("units", "solve_time", "--by", "desk", "--json", "--book", book))
    rows = list(csv.DictReader(said("units", "solve_time", "--by", "desk", "--csv", "--book", book).splitlines()))

    (group,) = found["groups"]
    assert (found["measure"], group["measure"], group["better"], group["beyond"]) == ("ended_of_expected",) * 2 + ("higher", None)
    assert [(one["name"], str(one["events"]), str(one["own"]["value"])) for one in group["units"]] == [
        (row["unit"], row["events"], row["alone"]) for row in rows
    ]


def test_a_benchmark_goes_the_way_of_what_units_are_compared_by(operation: Operation) -> None:
    """Sooner is more ended for each expected, and fewer above the quantile."""
    for metric in ("solve_time", "nine_in_ten"):
        told = {one.unit: one for one in operation.benchmark(metric, "desk").gaps}

        assert told["E"].told
        assert told["E"].frontier != "E"
        assert told["E"].gap is not None
        assert told["E"].gap > 0


def test_a_group_without_anything_that_ended_is_refused() -> None:
    open_ones = Waits(np.array([5]), np.array([False]), np.array([30]))
    found: Compared = compared(
        {name: {(): Cell(30, waits=open_ones)} for name in "ABC"}, better="lower", rng=np.random.Generator(np.random.PCG64(1))
    )

    assert found.refusal is not None
    assert (found.refusal.got, found.refusal.settle) == ("none that has ended", "Ask again later.")
