"""`troth metric NAME --chart` and `troth units`: text, JSON, CSV, SVG, Python, and what they refuse."""

from __future__ import annotations

import csv
import json
import xml.etree.ElementTree as ET
from math import sqrt
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

import troth
from tests.metrics.depots import depots
from troth.faces.cli.commands import app
from troth.kernel.errors import BadValue

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return depots(tmp_path_factory.mktemp("depots")).workspace.root


def said(*words: str) -> str:
    done = CliRunner().invoke(app, list(words), catch_exceptions=True)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.stdout


def test_limits_are_what_sql_says(book: Path) -> None:
    (chart,) = json.loads(said("metric", "late", "--chart", "--json", "--book", str(book)))["charts"]
    path = book.parent / "data" / "orders.csv"
    rows = duckdb.execute(f"""
        WITH m AS (SELECT placed[:7] AS month, count(*) AS n, count(*) FILTER (late = 'yes') AS late
            FROM read_csv('{path}', all_varchar = true) GROUP BY 1)
        SELECT month, late / n, n, (SELECT sum(late) / sum(n) FROM m WHERE month < '2026-02') AS centre FROM m ORDER BY 1
    """).fetchall()

    assert chart["kind"] == "p"
    assert [point["value"] for point in chart["points"]] == [pytest.approx(value) for _, value, *_ in rows]
    for point, (_, _, n, centre) in list(zip(chart["points"], rows, strict=True))[:13]:
        half = 3 * sqrt(centre * (1 - centre) / n)
        assert [point["low"], point["centre"], point["high"]] == [pytest.approx(one) for one in (centre - half, centre, centre + half)]
    assert (chart["points"][13]["state"], chart["points"][13]["high"]) == ("so far", None)
    assert [(one["rule"], one["until"], one["good"]) for one in chart["signals"]] == [("one beyond 3 sigma", "2025-10-01", False)]


def test_the_chart_of_text_marks_the_signal_and_says_it(book: Path) -> None:
    found = said("metric", "late", "--chart", "--book", str(book)).splitlines()
    october = next(line for line in found if line.startswith("Oct 2025"))
    february = next(line for line in found if line.startswith("Feb 2026"))

    assert "38.3 %  120" in october
    assert october.index("\u2502") < october.index("\u250a", october.index("\u2502")) < october.index("\u25c6")
    assert october.endswith(" 1")
    assert "\u25cb" in february
    assert february.endswith("so far")
    assert "1  Oct 2025 lies above the limits: chance alone does that in 1 of 370 months; for the worse." in found
    assert any(line.startswith("1 signal in 13 points by the rules of Western Electric; if nothing changed, about 0.1") for line in found)


def test_slices_have_a_chart_each_and_only_those_with_something_are_drawn(book: Path) -> None:
    found = said("metric", "late", "--chart", "--by", "depot", "--book", str(book))

    assert found.count("period") == sum(line.startswith(tuple("ABCDEF")) and len(line) == 1 for line in found.splitlines()) + 1
    assert "\nF\n" not in found  # six of twenty in every month
    assert "\nall together\n" in found


def test_a_file_has_the_chart_with_its_text_alternative(book: Path, tmp_path: Path) -> None:
    path = tmp_path / "late.svg"
    rows = list(csv.DictReader(said("metric", "late", "--chart", "--csv", "--svg", str(path), "--book", str(book)).splitlines()))
    assert len(rows) == 14
    assert (rows[0]["period"], rows[-1]["state"]) == ("2025-01-01", "so far")
    root = ET.parse(path).getroot()

    assert root.find(f"{SVG}title") is not None
    described = root.findtext(f"{SVG}desc") or ""
    assert "Oct 2025 lies above the limits" in described
    assert "prefers-color-scheme: dark" in (root.findtext(f"{SVG}style") or "")
    assert [one.get("class") for one in root.iter(f"{SVG}circle")].count("fill-missed") == 1
    assert [one.get("class") for one in root.iter(f"{SVG}circle")].count("stroke-soft fill-paper") == 1  # the month so far


def test_what_does_not_move_or_is_not_enough_is_refused_and_said(book: Path) -> None:
    assert "Cannot say: XmR chart; got the same value at every point" in said("metric", "minutes", "--chart", "--book", str(book))
    assert "got 3 whole months, needs at least 12" in said(
        "metric", "late", "--chart", "--since", "2025-11-01", "--book", str(book)
    )  # fmt: skip
    for words, error in (
        (("late", "--chart", "--rules", "mine"), BadValue),
        (("late", "--rules", "nelson"), BadValue),
        (("late", "--chart", "--sql"), BadValue),
    ):
        with pytest.raises(error):
            said("metric", *words, "--book", str(book))


def test_units_are_no_league_table(book: Path) -> None:
    found = [" ".join(line.split()) for line in said("units", "late", "--by", "depot", "--book", str(book)).splitlines()]

    assert "5 as usual, 1 unusual" in found
    assert next(line for line in found if line.startswith("F 280 30.0 %")).count("unusual, worse") == 1
    assert [line[0] for line in found if line[:2] in {f"{depot} " for depot in "ABCDEF"}] == list("ABCDEF")  # by name, not by rank
    assert "Of 15 pairs of units 5 can be told apart by rank; of the others ranks overlap, and say no difference." in found


def test_units_of_peers_with_their_mix_taken_out(book: Path) -> None:
    found = json.loads(said("units", "late", "--by", "depot", "--adjust", "segment", "--peers", "region", "--json", "--book", str(book)))
    north, south = found["groups"]

    assert (north["peers"], north["says"], south["says"]) == ("north", "3 as usual, 0 unusual", "2 as usual, 1 unusual")
    # all depots of a region have the same mix, so that each is expected to be as its region: 40 late of 280 in each
    assert [unit["expected"] for unit in north["units"]] == [pytest.approx((7 * 2 + 6 * 3 + 8) / 280)] * 3


def test_units_by_an_average_in_csv_and_python(book: Path) -> None:
    rows = list(csv.DictReader(said("units", "minutes", "--by", "depot", "--csv", "--book", str(book)).splitlines()))
    (group,) = troth.open(book).units("minutes", "depot").groups

    assert [(row["unit"], row["value"], row["verdict"]) for row in rows][-1] == ("F", "40.5", "unusual")
    assert [unit.value for unit in group.units] == [10.5] * 5 + [40.5]


def test_what_says_how_big_a_unit_is_is_refused(book: Path) -> None:
    for words in (("orders", "--by", "depot"), ("late", "--by", "depot", "--efficiency", "minutes"), ("--by", "depot")):
        with pytest.raises(BadValue):
            said("units", *words, "--book", str(book))
    assert "Cannot say: funnel of shares; got 0 in all units" in said("units", "never", "--by", "depot", "--book", str(book))
