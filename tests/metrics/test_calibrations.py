"""Leaders calibrated: a hard mix taken out, regional feedback apart, and no difference where there is none to be told."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import pytest
from typer.testing import CliRunner

from tests.app.small_book import write_book
from tests.metrics.calibrated import BOOK, CALIBRATION, calibrated
from troth.app.answers.calibrations import Calibrated
from troth.app.bootstrap import open_workspace
from troth.app.operation import Operation
from troth.app.rulebook.rulebook import lint
from troth.faces.cli.commands import app
from troth.kernel.errors import CannotEstimate, NotFound
from troth.metrics.calibrating import Measured, Placed, placed
from troth.metrics.units import Cell, compared


@pytest.fixture(scope="module")
def depots(tmp_path_factory: pytest.TempPathFactory) -> Operation:
    return calibrated(tmp_path_factory.mktemp("calibrated"))


@pytest.fixture(scope="module")
def found(depots: Operation) -> Calibrated:
    (one,) = depots.calibrations("depots")
    return one


def by_name(found: Calibrated) -> dict[str, Placed]:
    return {one.name: one for one in found.units}


def test_a_unit_with_hard_cases_goes_from_the_ninth_of_ten_to_the_second(found: Calibrated) -> None:
    hard = by_name(found)["B"]

    assert len(found.units) == 10
    assert hard.before.rank == 9
    assert hard.fair.rank <= 3
    assert hard.fair.last < hard.before.first
    assert hard.globally is not None
    assert hard.globally.score > 0


def test_the_parts_stand_apart_with_what_they_weigh(found: Calibrated) -> None:
    assert [(one.part, one.metric, one.share, one.why) for one in found.items] == [
        ("global", "wrong", 0.6, "it is what customers pay for"), ("regional", "stars", 0.4, "what customers say is theirs to say")
    ]  # fmt: skip
    assert (found.regional, found.owner) == (0.4, "head")
    units = by_name(found)
    assert all(one.globally is not None and one.regionally is not None for one in units.values())


def test_what_customers_say_is_compared_with_their_region_alone(found: Calibrated) -> None:
    """The south answers a star lower; a depot there that is as its peers is neither good nor bad."""
    units = by_name(found)
    inside = {name: units[name].regionally for name in "ABDEFGHJ"}

    assert all(part is not None and abs(part.score) < 1 for part in inside.values())
    for name, sign in (("C", -1), ("I", 1)):
        part = units[name].regionally
        assert part is not None
        assert sign * part.score > 1.5


def test_without_regional_feedback_the_result_is_another(found: Calibrated, tmp_path: Path) -> None:
    alone = calibrated(tmp_path, "\n".join(line for line in CALIBRATION.splitlines() if not line.startswith(("  feedback", "  regional"))))
    (dropped,) = alone.calibrations()
    units, without = by_name(found), by_name(dropped)

    assert (dropped.regional, [one.part for one in dropped.items]) == (0.0, ["global"])
    assert all(one.regionally is None for one in dropped.units)
    assert {name: one.fair.rank for name, one in units.items()} == {name: one.whole.rank for name, one in without.items()}
    # C does well and its customers are the least content; I does badly and its customers are the most.
    assert units["C"].whole.first > without["C"].whole.last
    assert units["I"].whole.last < without["I"].whole.first
    assert units["C"].moved
    assert not without["C"].moved


def test_counts_are_those_of_sql_and_scores_those_of_mental_arithmetic(depots: Operation, found: Calibrated) -> None:
    file = depots.workspace.root.parent / "data" / "orders.csv"
    rows = dict(duckdb.execute(f"SELECT depot, count(*) FROM read_csv('{file}', all_varchar = true) GROUP BY 1 ORDER BY 1").fetchall())

    assert {one.name: one.n for one in found.units} == rows
    # brute force: failures over what the mix would give in all, in spreads between units.
    observed, expected = duckdb.execute(f"""
        WITH s AS (SELECT segment, avg(CAST(wrong = 'yes' AS INTEGER)) AS share FROM read_csv('{file}', all_varchar = true) GROUP BY 1)
        SELECT list(o ORDER BY depot), list(e ORDER BY depot) FROM (SELECT depot, count(*) FILTER (wrong = 'yes') AS o, sum(share) AS e
        FROM read_csv('{file}', all_varchar = true) JOIN s USING (segment) GROUP BY 1)""").fetchall()[0]
    ratio = np.array(observed) / np.array(expected)
    scores = -(ratio - ratio.mean()) / ratio.std()
    told = [one.globally.score for one in found.units if one.globally is not None]
    # Each is drawn towards the others, by little: of 2,000 orders much is known.
    assert told == pytest.approx(scores.tolist(), abs=0.12)


Cells = dict[str, dict[tuple[str, ...], Cell]]
ALIKE: Cells = {f"u{at}": {(): Cell(40, 36 + at % 2)} for at in range(8)}


def measured(units: Cells, weight: float = 1.0) -> Measured:
    one = compared(units, better="higher", rng=np.random.Generator(np.random.PCG64(2)))
    return Measured(weight, "higher", (one,), (one,))


def test_units_that_do_not_differ_are_no_difference() -> None:
    units = placed([measured(ALIKE)], [], 0.0, np.random.Generator(np.random.PCG64(3)))

    assert all(one.said.endswith("no difference") for one in units)
    assert all((one.ahead, one.behind) == ((), ()) for one in units)


def test_what_is_not_known_of_a_unit_makes_its_place_wide_and_not_bad() -> None:
    cells: Cells = {f"u{at}": {(): Cell(4_000, 2_000 + 200 * at)} for at in range(8)}
    full, part = measured(cells), measured({name: cell for name, cell in cells.items() if name != "u7"})
    rng = np.random.Generator(np.random.PCG64(4))
    told = {one.name: one for one in placed([full], [part], 0.5, rng)}

    assert told["u7"].regionally is None
    assert told["u6"].regionally is not None
    assert told["u7"].whole.first == 1
    assert told["u7"].whole.last - told["u7"].whole.first > told["u6"].whole.last - told["u6"].whole.first


def test_weights_are_of_their_sum() -> None:
    cells: Cells = {f"u{at}": {(): Cell(4_000, 2_000 + 200 * at)} for at in range(8)}
    other: Cells = {f"u{at}": {(): Cell(4_000, 3_400 - 200 * at)} for at in range(8)}
    rng = np.random.Generator(np.random.PCG64(5))

    def ranked(first: float, second: float) -> list[int]:
        return [one.whole.rank for one in placed([measured(cells, first), measured(other, second)], [], 0.0, rng)]

    assert ranked(30, 10) == ranked(3, 1) == [8, 7, 6, 5, 4, 3, 2, 1]
    assert ranked(1, 3) == [1, 2, 3, 4, 5, 6, 7, 8]


def test_fewer_than_four_units_are_refused() -> None:
    with pytest.raises(CannotEstimate) as refused:
        placed([measured({name: ALIKE[name] for name in ("u0", "u1", "u2")})], [], 0.0, np.random.Generator(np.random.PCG64(6)))
    assert refused.value.need == "at least 4"


def said(depots: Operation, *words: str) -> str:
    return CliRunner().invoke(app, ["calibration", *words, "--book", str(depots.workspace.root)]).stdout


def test_the_pack_says_ranks_before_and_after(depots: Operation, found: Calibrated) -> None:
    text = said(depots)
    (data,) = json.loads(said(depots, "--json"))
    rows = {row["unit"]: row for row in csv.DictReader(io.StringIO(said(depots, "--csv")))}
    hard = by_name(found)["B"]

    assert "60 of 100 global: orders that went wrong, the mix of segment taken out; tells of 10 units. it is what customers pay for" in text
    assert "40 of 100 regional: stars, among units of one region; tells of 10 units." in text
    assert "of the others ranks overlap, and say no difference" in text
    assert f"! B stands surely elsewhere: before {hard.before.first}" in text
    (unit,) = [one for one in data["units"] if one["name"] == "B"]
    assert (unit["before"]["rank"], unit["fair"]["rank"], unit["moved"]) == (9, hard.fair.rank, True)
    assert (rows["B"]["before"], rows["B"]["fair"], rows["B"]["last"]) == ("9", str(hard.fair.rank), str(hard.whole.last))


def problems(under: Path, calibration: str) -> list[str]:
    return [str(one) for one in lint(open_workspace(write_book(under, files={}, book={**BOOK, "calibrations/depots.yaml": calibration})))]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("metric: wrong", "metric: wrnog"), "no metric 'wrnog' in metrics/; did you mean 'wrong'?"),
        (("metric: stars", "metric: plain"), "the metric 'plain' does not say which way is up: write its `better`"),
        (("  regional: 0.4\n", ""), "'feedback' and 'regional', how much of the whole it weighs, stand together or not at all"),
        (("metric: stars", "metric: wrong"), "the metric 'wrong' stands here twice"),
        (("weight: 1, adjust", "weight: 0, adjust"), "greater than 0"),
        (("regional: 0.4", "regional: 1"), "less than 1"),
    ],
)
def test_a_calibration_that_is_none_is_refused(change: tuple[str, str], words: str, tmp_path: Path) -> None:
    assert any(words in one for one in problems(tmp_path, CALIBRATION.replace(*change)))


def test_what_there_is_not_is_refused(depots: Operation, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no calibration 'depot' in the book; allowed: did you mean 'depots'"):
        depots.calibrations("depot")
    (one,) = calibrated(tmp_path, CALIBRATION.replace("by: depot", "by: region")).calibrations()
    assert one.refusal is not None
    assert one.units == ()
    assert replace(one, refusal=None).apart == 0
