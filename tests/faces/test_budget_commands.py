"""`troth budget` and `troth margin`: what eyes see, what programs read, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import troth
from tests.app.small_book import BOOK, FILES, PROMISE, built, write_book
from troth.faces.cli import app
from troth.kernel.errors import BadValue, NotFound

OBJECTIVE = "  objective: {kept: 0.9, over: 60d}\n"
CALM = """calm:
  subject: order
  words: not delivered at all
  anchor: placed
  fulfil: {event: delivered, absent: true}
  within: 3d
"""
#  99 of each town's orders in the first week of January, due on the 9th; each eighth of the hill's comes a day late.
ORDERS = "id,customer,placed,due,delivered\n" + "".join(
    f"{town}{n},{town},2026-01-0{1 + n % 7} 10:00,2026-01-09,2026-01-{'10' if town == 'hill' and n % 8 == 0 else '08'} 09:00\n"
    for town in ("dale", "hill")
    for n in range(99)
)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    under = tmp_path_factory.mktemp("small")
    promises = {"promises/deliver.yaml": PROMISE + OBJECTIVE, "promises/calm.yaml": CALM}
    root = write_book(under, files={**FILES, "orders.csv": ORDERS}, book={**BOOK, **promises})
    built(root)
    return root


def run(book: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "--book", str(book)])


def _json(book: Path, *arguments: str) -> Any:
    done = run(book, *arguments, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_a_budget_is_said_and_is_data(book: Path) -> None:
    (found,) = _json(book, "budget")

    assert (found["due"], found["broken"], found["allowed"]) == (198, 13, 19.8)
    assert found["left"] == pytest.approx([6.8, 6.8])
    assert [signal["name"] for signal in found["signals"]] == ["fast", "steady", "slow"]
    said = run(book, "budget", "deliver").stdout
    assert "198 fell due, so 19.8 may be broken; 13 were." in said
    assert "6.8 left." in said
    assert troth.open(book).budget("deliver").left == (found["left"][0], found["left"][1])


def test_a_margin_is_said_by_lane_and_is_data(book: Path) -> None:
    found = _json(book, "margin", "deliver", "--by", "order.customer", "--back-test")
    lanes = {lane["lane"]: lane for lane in found["margins"]["lanes"]}

    # Dale is there on the 8th at nine, that is a day and 15 hours before the 9th ends; of hill's, 13 of 99 are nine hours late.
    assert lanes["dale"]["recent"]["margin"] == pytest.approx(1 + 15 / 24, abs=1e-9)
    assert lanes["hill"]["recent"]["margin"] == pytest.approx(-9 / 24, abs=1e-9)
    assert [lane for lane, one in lanes.items() if one["out"]] == ["hill"]
    assert found["back_test"]["all"]["thin"] == 198  # nothing had fallen due when they were made
    said = run(book, "margin", "deliver", "--by", "order.customer", "--back-test").stdout
    assert "Out of margin: hill." in said
    assert "nowhere had 72 fallen due and come by then" in said
    judged = troth.open(book).margin("deliver", "order.customer")
    assert [lane.lane for lane in judged.margins.lanes] == ["hill", "dale"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("budget", "delver"), "did you mean 'deliver'"),
        (("margin", "delver"), "did you mean 'deliver'"),
        (("margin", "calm"), "'calm' has no margin"),
        (("margin", "deliver", "--by", "banana"), "cannot be told apart by 'banana'"),
        (("margin", "deliver", "--by", "placed"), "cannot be told apart by 'placed'"),
        (("margin", "deliver", "--window", "3h"), "whole days"),
        (("margin", "deliver", "--window", "long"), "whole days"),
        (("margin", "deliver", "--quantile", "1"), "0.95"),
    ],
)
def test_what_cannot_be_asked_is_refused(book: Path, arguments: tuple[str, ...], said: str) -> None:
    done = run(book, *arguments)

    assert isinstance(done.exception, BadValue | NotFound)
    assert said in str(done.exception)


def test_without_an_objective_it_says_how_to_write_one(tmp_path: Path) -> None:
    root = write_book(tmp_path)
    built(root)

    assert "objective: {kept: 0.95, over: 28d}" in str(run(root, "budget").exception)
    assert "has no objective" in str(run(root, "budget", "deliver").exception)


@pytest.mark.parametrize(
    ("objective", "said"),
    [("{kept: 1.0}", "less than 1"), ("{kept: 0.9, over: 36h}", "whole days"), ("{kept: 0.9, over: 1mo}", "d or w")],
)
def test_an_objective_that_is_none_is_told_at_its_place(tmp_path: Path, objective: str, said: str) -> None:
    root = write_book(tmp_path, book={**BOOK, "promises/deliver.yaml": f"{PROMISE}  objective: {objective}\n"})

    done = run(root, "book", "lint")
    assert "promises/deliver.yaml:7" in done.output
    assert said in done.output


def test_an_objective_has_no_part_in_the_terms(book: Path, tmp_path: Path) -> None:
    other = write_book(tmp_path, files={**FILES, "orders.csv": ORDERS})
    built(other)

    terms = "SELECT DISTINCT terms FROM outcome_deliver"
    assert troth.open(book).sql(terms) == troth.open(other).sql(terms)
