"""Peers by their mix, the frontier that doubt leaves, and the Changes that hold there."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest
from typer.testing import CliRunner

import troth
from tests.app.small_book import write_book
from tests.engines.oracles import too_many
from tests.metrics.calibrated import BOOK, calibrated
from troth.app.operation import Operation
from troth.faces.cli.commands import app
from troth.kernel.errors import BadValue
from troth.metrics.benchmarks import Elsewhere, Gap, apart, benchmarked, peers_of
from troth.metrics.units import Cell, Compared, compared

Cells = dict[str, dict[tuple[str, ...], Cell]]
Mixes = dict[str, dict[tuple[str, ...], int]]


def of(cells: Cells, seed: int = 1) -> Compared:
    return compared(cells, better="higher", rng=np.random.Generator(np.random.PCG64(seed)))


def alone(found: Compared) -> dict[str, dict[tuple[str, ...], int]]:
    return {one.name: {(): one.n} for one in found.units}


def by_name(gaps: tuple[Gap, ...]) -> dict[str, Gap]:
    return {one.unit: one for one in gaps}


# Nine of 85 in 100, the best of 95, and one who had three cases and luck.
PLANTED: Cells = {
    **{f"u{at}": {(): Cell(1_000, 850)} for at in range(9)}, "best": {(): Cell(1_000, 950)}, "lucky": {(): Cell(3, 3)},
}  # fmt: skip


def test_the_planted_frontier_is_found_and_luck_is_none() -> None:
    found = of(PLANTED)
    gaps = by_name(benchmarked(found, alone(found), "higher"))

    assert {one.frontier for name, one in gaps.items() if name != "best"} == {"best"}
    assert [name for name, one in gaps.items() if one.told] == [f"u{at}" for at in range(9)]
    assert gaps["u0"].gap == pytest.approx(0.1, abs=0.02)
    assert gaps["best"].frontier != "lucky"
    assert not gaps["best"].told
    assert (gaps["lucky"].told, gaps["lucky"].why) == (False, "it is too small to judge")


def test_less_is_better_where_the_metric_says_so() -> None:
    found = of({name: {(): Cell(cell[()].n, cell[()].n - (cell[()].events or 0))} for name, cell in PLANTED.items()})
    gaps = by_name(benchmarked(found, alone(found), "lower"))

    assert gaps["u0"].frontier == "best"
    assert gaps["u0"].told
    assert gaps["u0"].gap == pytest.approx(0.1, abs=0.02)


@pytest.mark.slow
def test_units_that_do_not_differ_have_no_gap() -> None:
    # planted truth: 150 worlds of 12 units that are alike, sizes from 20 to 400; a gap is told in at most 5 of 100 of them.
    rng, wrong = np.random.default_rng(2), 0
    for _ in range(150):
        n = rng.integers(20, 400, 12)
        k = rng.binomial(n, 0.85)
        found = of({f"u{at}": {(): Cell(int(n[at]), int(k[at]))} for at in range(12)})
        wrong += any(one.told for one in benchmarked(found, alone(found), "higher"))

    assert not too_many(wrong, 150, 0.05)


def test_peers_are_those_of_a_like_mix() -> None:
    mixes: Mixes = {
        "a": {("easy",): 80, ("hard",): 20}, "b": {("easy",): 30, ("hard",): 20}, "c": {("hard",): 10}, "d": {("easy",): 85, ("hard",): 15}
    }  # fmt: skip

    assert apart(mixes["a"], mixes["b"]) == 0.2
    assert apart(mixes["a"], mixes["c"]) == 0.8
    assert apart(mixes["a"], {}) == 1.0
    assert peers_of(mixes, "a") == ("b", "d")
    assert peers_of(mixes, "c") == ()
    assert peers_of(mixes, "c", like=0.8) == ("a", "b")


def test_who_has_no_peers_has_no_frontier() -> None:
    found = of(PLANTED)
    mixes: Mixes = {**{one.name: {("easy",): one.n} for one in found.units}, "u0": {("hard",): 1_000}}
    gaps = by_name(benchmarked(found, mixes, "higher"))

    assert gaps["u0"].frontier is None
    assert gaps["u0"].why == "0 peers of a like mix, of 4 needed"
    assert "u0" not in gaps["u1"].peers


@pytest.mark.parametrize(
    ("elsewhere", "changes", "why"),
    [
        ([], (), "no Change about it holds at a peer and not here"),
        ([Elsewhere("CHG-1", "x", frozenset({"best"}), None)], (), "no finding grades what CHG-1 did"),
        ([Elsewhere("CHG-1", "x", frozenset({"best"}), "D")], (), "CHG-1 is graded D"),
        ([Elsewhere("CHG-1", "x", frozenset({"best"}), "C")], ("CHG-1",), ""),
        ([Elsewhere("CHG-1", "x", frozenset({"best", "u0"}), "A")], (), "no Change about it holds at a peer and not here"),
        (
            [Elsewhere("CHG-1", "x", frozenset({"best"}), "B"), Elsewhere("CHG-2", "y", frozenset({"u3"}), None)],
            ("CHG-1",), "",
        ),
    ],
    ids=["none", "not graded", "graded too low", "proven", "holds here", "one of two"],
)  # fmt: skip
def test_each_gap_names_a_change_or_says_why_none(elsewhere: list[Elsewhere], changes: tuple[str, ...], why: str) -> None:
    found = of(PLANTED)
    gaps = benchmarked(found, alone(found), "higher", elsewhere)

    assert (by_name(gaps)["u0"].changes, by_name(gaps)["u0"].why) == (changes, why)
    assert all(bool(one.changes) != bool(one.why) for one in gaps)


CHANGE = """kind: kaizen
title: Two people look at each order
owner: head
hypothesis: {cause: second look, outcome: wrong, expect: -0.02}
since: 2026-01-01
expires: 2027-01-01
scope: {units: depot, design: matched}
arms: {treated: {units: [A, C]}, control: {units: [D]}}
"""


@pytest.fixture(scope="module")
def depots(tmp_path_factory: pytest.TempPathFactory) -> Operation:
    under = tmp_path_factory.mktemp("benchmarked")
    calibrated(under)
    operation = troth.open(write_book(under, files={}, book={**BOOK, "changes/CHG-0001.yaml": CHANGE}))
    operation.build()
    return operation


def test_a_depot_learns_of_those_with_cases_like_its_own(depots: Operation) -> None:
    """B has other cases than all: it is nobody's peer. Of the rest A is the best."""
    found = depots.benchmark("wrong", "depot", mix=["segment"])
    gaps = by_name(found.gaps)

    assert gaps["B"].frontier is None
    assert {one.frontier for name, one in gaps.items() if name not in "AB"} == {"A"}
    assert all("B" not in one.peers for one in found.gaps)
    # by hand: of J's mix 12 of 100 go wrong in the mean of 1, and 1.6 times that at J, 0.6 at A; drawn a little towards the others
    told = gaps["J"]
    assert told.told
    assert told.gap == pytest.approx(0.12, abs=0.02)
    everybody = by_name(depots.benchmark("wrong", "depot").gaps)
    assert all(len(one.peers) == 9 for one in everybody.values())


def test_a_change_that_holds_at_a_peer_is_no_repair_before_a_finding_grades_it(depots: Operation) -> None:
    found = depots.benchmark("wrong", "depot", mix=["segment"])
    gaps = by_name(found.gaps)

    assert [(one.change, sorted(one.where), one.grade) for one in found.elsewhere] == [("CHG-0001", ["A", "C"], None)]
    assert (gaps["J"].changes, gaps["J"].why) == ((), "no finding grades what CHG-0001 did")
    assert (gaps["C"].changes, gaps["C"].why) == ((), "no Change about it holds at a peer and not here")
    assert depots.benchmark("stars", "depot").elsewhere == ()


def said(depots: Operation, *words: str) -> str:
    return CliRunner().invoke(app, ["benchmark", *words, "--book", str(depots.workspace.root)]).stdout


def test_it_is_said_in_text_json_and_csv(depots: Operation) -> None:
    asked = ("wrong", "--by", "depot", "--mix", "segment")
    text, data = said(depots, *asked), json.loads(said(depots, *asked, "--json"))
    rows = {row["unit"]: row for row in csv.DictReader(io.StringIO(said(depots, *asked, "--csv")))}
    gaps = by_name(depots.benchmark("wrong", "depot", mix=["segment"]).gaps)

    assert "none: no finding grades what CHG-0001 did" in text
    assert "Without enough peers, or unknown: B." in text
    assert {one["unit"]: one["gap"] for one in data["gaps"]} == {name: one.gap for name, one in gaps.items()}
    assert (rows["J"]["frontier"], rows["J"]["changes"], rows["B"]["frontier"]) == ("A", "none", "")


def test_what_says_not_which_way_is_up_is_refused(depots: Operation) -> None:
    with pytest.raises(BadValue, match="'plain' does not say which way is up"):
        depots.benchmark("plain", "depot")
    done = CliRunner().invoke(app, ["benchmark", "wrong", "--by", "depot", "--like", "2", "--book", str(depots.workspace.root)])
    assert isinstance(done.exception, BadValue)
