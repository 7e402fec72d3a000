"""`troth sql`: one query, answered for eyes, as CSV, as JSON; what is no query is refused and changes nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import troth
from troth.app.starting.examples import corner_shop
from troth.app.starting.start import Said, start
from troth.faces.cli import app
from troth.kernel.errors import BadValue, NotFound


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return start(corner_shop(), into=tmp_path_factory.mktemp("books") / "shop", said=Said("Europe/Berlin", "EUR")).book


def run(shop: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["sql", *arguments, "--book", str(shop)])


LATE = "SELECT count(*) AS late FROM outcome WHERE fulfilled > due"


def test_a_query_is_answered_in_three_forms(shop: Path) -> None:
    ((late,),) = troth.open(shop).sql(LATE)

    assert late > 0
    assert run(shop, LATE).stdout.split() == ["late", str(late), "1", "row"]
    assert run(shop, LATE, "--csv").stdout == f"late\n{late}\n"
    assert json.loads(run(shop, LATE, "--json").stdout) == {"columns": ["late"], "rows": [[late]]}


def test_where_nobody_met_the_table_of_huddles_is_empty(shop: Path) -> None:
    assert run(shop, "SELECT unit, day, due, fulfilled, state FROM huddle", "--csv").stdout == "unit,day,due,fulfilled,state\n"


def test_exact_numbers_instants_and_nothing_are_written_as_they_are(shop: Path) -> None:
    query = "SELECT 1.10::DECIMAL(9, 2) AS amount, TIMESTAMP '2026-03-01 10:00' AS at, NULL AS nothing, 'a,\"b' AS words;"

    assert run(shop, query, "--csv").stdout == 'amount,at,nothing,words\n1.10,2026-03-01T10:00:00Z,,"a,""b"\n'
    assert json.loads(run(shop, query, "--json").stdout)["rows"] == [["1.10", "2026-03-01T10:00:00Z", None, 'a,"b']]


def test_no_cell_is_a_formula_to_a_spreadsheet(shop: Path) -> None:
    assert run(shop, "SELECT '=1+1' AS f, -1 AS n", "--csv").stdout == "f,n\n'=1+1,-1\n"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT * FROM outcomes", "Table with name outcomes does not exist"),
        ("SELECT FROM", "Parser Error"),
        ("DROP TABLE outcome", "Parser Error"),
        ("SELECT 1; SELECT 2", "Parser Error"),
        ("COPY outcome TO 'out.csv'", "Parser Error"),
        ("SELECT 1); COPY outcome TO 'out.csv'; SELECT * FROM (SELECT 1", "Parser Error: Only SELECT"),
        ("SELECT 1); SELECT 2; SELECT * FROM (SELECT 3", "3 statements"),
        ("", "Parser Error"),
    ],
)
def test_what_is_no_query_is_refused(shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, query: str, said: str) -> None:
    monkeypatch.chdir(tmp_path)
    done = run(shop, query)

    assert isinstance(done.exception, BadValue)
    assert said in str(done.exception)
    assert "troth sql" in done.exception.next_step
    assert list(tmp_path.iterdir()) == []


def test_before_anything_was_built(tmp_path: Path) -> None:
    (tmp_path / "troth.yaml").write_text("name: Nothing yet\n", encoding="utf-8")

    with pytest.raises(NotFound, match="nothing was built yet"):
        troth.open(tmp_path).sql("SELECT 1")
