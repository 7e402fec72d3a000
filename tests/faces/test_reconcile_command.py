"""`troth reconcile`: what it prints, writes and refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.app.small_book import write_book
from tests.app.test_revisions import built_at
from tests.faces.test_metric_commands import lines, said
from tests.metrics.test_reconcile import BOOK, BY_DONE, BY_DUE, LIVE, ONE, ORDERS, PAYMENTS
from troth.kernel.errors import NotFound


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = write_book(tmp_path_factory.mktemp("shop"), files={"orders.csv": ORDERS, "payments.csv": PAYMENTS}, book=BOOK)
    built_at(root, 0)
    return root


def asked(book: Path, *words: str) -> str:
    return said("reconcile", "in_time", "--since", "2026-02-01", "--until", "2026-02-28", "--book", str(book), *words)


def test_causes_are_a_table_with_their_parts(book: Path, tmp_path: Path) -> None:
    query = tmp_path / "mine.sql"
    query.write_text(f"{ONE}\nWHERE {BY_DONE} AND {LIVE};\n", encoding="utf-8")
    found = lines(asked(book, "--sql", str(query), "--to", str(tmp_path / "differing.csv")))

    assert found[:4] == [
        "in_time: in time; 2026-02-01 to 2026-02-28", "ours 50.00 % (3 of 6)", "theirs 60.00 % (3 of 5)", "+10.00 points"
    ]  # fmt: skip
    assert found[4] == "why units of gives such as"
    assert found[5].endswith("3 3 +10.00 points C, D, E")
    assert "4 units count alike. `of` says on how many units each way of counting would differ." in found  # A, B, G and H
    assert "Every unit is explained." in found
    table = (tmp_path / "differing.csv").read_text("utf-8").splitlines()
    assert table[0] == "id,ours_numerator,ours_denominator,theirs_numerator,theirs_denominator,theirs_rows,why,gives"
    assert table[1] == "C,0.0,1.0,0.0,0.0,0,by 'fulfilled' in place of 'due': what never came is left out,0.1"


def test_json_has_every_id_and_exact_numbers(book: Path) -> None:
    found = json.loads(asked(book, "--sql", f"{ONE} WHERE {BY_DONE} AND {LIVE}", "--json"))

    assert found["difference"] == {"value": 0.1, "exact": "1/10"}
    assert found["causes"] == [
        {
            "why": "by 'fulfilled' in place of 'due': what never came is left out",
            "changes": [{"what": "at", "to": "fulfilled"}],
            "units": 3, "of": 3, "gives": {"value": 0.1, "exact": "1/10"}, "explained": True, "ids": ["C", "D", "E"],
        }
    ]  # fmt: skip


def test_a_file_without_a_reason_leaves_a_rest(book: Path, tmp_path: Path) -> None:
    file = tmp_path / "theirs.csv"
    file.write_text("id,counted\nB,false\nC,0\nD,0\nG,1\nH,true\n", encoding="utf-8")
    found = lines(asked(book, "--csv", str(file)))

    assert any(line.startswith("not explained: only the house counts it 1") for line in found)
    assert "1 units are not explained by anything that is known here." in found


def test_one_number_is_told_by_the_ways_that_give_it(book: Path) -> None:
    assert "void ones count" in asked(book, "--value", "57.1%")
    assert "No difference to the digits that they gave." in asked(book, "--value", "50%")
    assert "ways of counting gives it. Give one row for each unit" in asked(book, "--value", "0.0123456")


def test_no_difference_and_no_shared_ids_are_said(book: Path, tmp_path: Path) -> None:
    file = tmp_path / "theirs.csv"
    file.write_text("id,counted\nx1,1\n", encoding="utf-8")

    assert "No difference: 6 units count alike." in asked(book, "--sql", f"{ONE} WHERE {BY_DUE} AND {LIVE}")
    assert "None of their ids is on record" in asked(book, "--csv", str(file))
    with pytest.raises(NotFound, match=r"no file 'mine\.sql'"):
        asked(book, "--sql", "mine.sql")
