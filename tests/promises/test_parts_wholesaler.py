"""The example with three regions, two segments, five customers' own terms and a crisis, against SQL over its two files."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from tests.needs import ROOT
from tools.parts_wholesaler import files
from troth.app.answers.timeline import why_not
from troth.app.bootstrap import open_workspace
from troth.app.building.build import build
from troth.app.operation import Operation
from troth.app.reading import open_reading
from troth.app.rulebook.rulebook import why

EXAMPLE = ROOT / "examples" / "parts-wholesaler"
# The terms as README.md of the example has them, most specific first; written without looking at how Troth joins them.
DUE = """
    CASE
      WHEN region = 'islands' AND placed >= '2026-02-08' AND placed < '2026-02-22' THEN placed + INTERVAL 14 DAY
      WHEN customer = 'acme' AND placed >= '2026-02-01' AND placed < '2026-04-01' THEN placed + INTERVAL 2 DAY
      WHEN customer = 'borealis' THEN date_trunc('day', placed) + INTERVAL 3 DAY - INTERVAL 1 MICROSECOND
      WHEN customer = 'cobalt' THEN requested_for + INTERVAL 1 DAY - INTERVAL 1 MICROSECOND
      WHEN region = 'islands' AND segment = 'key' THEN placed + INTERVAL 6 DAY
      WHEN segment = 'key' THEN placed + INTERVAL 3 DAY
      WHEN region = 'islands' THEN placed + INTERVAL 8 DAY
      WHEN placed >= '2026-03-01' THEN placed + INTERVAL 4 DAY
      ELSE placed + INTERVAL 5 DAY
    END
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wholesaler") / "parts-wholesaler"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns(".troth", "pages"))
    build(open_workspace(folder / "book"))
    return folder


def test_its_files_are_those_that_its_rules_make() -> None:
    for name, text in files().items():
        assert (EXAMPLE / "data" / name).read_text(encoding="utf-8") == text


def test_every_due_and_verdict_is_what_sql_over_the_files_says(built: Path) -> None:
    data = built / "data"
    expected = (
        duckdb.connect()
        .execute(
            f"SELECT \"order\", due, delivered <= due FROM (SELECT *, {DUE} AS due FROM read_csv('{data / 'orders.csv'}') o"
            f" JOIN read_csv('{data / 'customers.csv'}') c USING (customer)) ORDER BY 1"
        )
        .fetchall()
    )
    found = Operation(open_workspace(built / "book")).sql(
        "SELECT o.id, p.due, p.fulfilled <= p.due FROM outcome_deliver p JOIN object_order o ON o.code = p.subject ORDER BY 1"
    )
    assert len(expected) == 160
    assert found == expected


@pytest.mark.parametrize(
    ("keys", "at", "layer", "change", "says"),
    [
        ("", "2026-01-05", "the standard", None, "placed + 5d"),
        ("", "2026-03-05", "the standard", None, "placed + 4d"),
        ("region=north,segment=key", "2026-01-05", "segment=key", "CHG-0002", "placed + 3d"),
        ("region=south,segment=standard", "2026-01-05", "the standard", None, "placed + 5d"),
        ("region=islands,segment=standard", "2026-01-05", "region=islands", "CHG-0001", "placed + 8d"),
        ("region=islands,segment=key", "2026-01-05", "region=islands,segment=key", "CHG-0003", "placed + 6d"),
        ("region=islands,segment=key", "2026-02-10", "region=islands", "CHG-0009", "placed + 14d"),
        ("customer=acme,region=north,segment=key", "2026-02-10", "customer=acme", "CHG-0004", "placed + 2d"),
        ("customer=acme,region=north,segment=key", "2026-04-10", "segment=key", "CHG-0002", "placed + 3d"),
        ("customer=borealis,region=north,segment=key", "2026-01-05", "customer=borealis", "CHG-0005", "end_of_day(placed + 2d)"),
        ("customer=cobalt,region=south", "2026-01-05", "customer=cobalt", "CHG-0006", "end_of_day(attr(requested_for))"),
        ("customer=delta,region=south,segment=key", "2026-01-05", "segment=key", "CHG-0002", "placed + 3d"),
        ("customer=ember,region=islands,segment=key", "2026-02-10", "region=islands", "CHG-0009", "placed + 14d"),
    ],
)  # fmt: skip
def test_each_why_names_who_won(built: Path, keys: str, at: str, layer: str, change: str | None, says: str) -> None:
    found = why(open_workspace(built / "book"), "promises.deliver.due", keys=keys, at=at)

    won = found.candidates[0]
    assert (won.layer, won.change, won.says, found.value) == (layer, change, says, says)
    assert won.verdict.startswith("counts")
    assert not any(other.verdict.startswith("counts") for other in found.candidates[1:])


def test_an_order_says_by_whose_terms_it_was_judged(built: Path) -> None:
    reading = open_reading(open_workspace(built / "book"))
    (timeline,) = why_not(reading, "PW-1055")  # ember, 8 February: in the storm

    (judged,) = timeline.promises
    assert (judged.layer, judged.change) == ("region=islands; customer=ember", "CHG-0009; CHG-0008")


def test_a_day_in_between_two_changes_belongs_to_the_later(built: Path) -> None:
    rows = Operation(open_workspace(built / "book")).sql(
        "SELECT made, layer FROM outcome_deliver p JOIN object_order o ON o.code = p.subject WHERE o.id = 'PW-1075'"
    )
    assert rows == [(datetime(2026, 2, 22, 9), "customer=ember; region=islands,segment=key")]
