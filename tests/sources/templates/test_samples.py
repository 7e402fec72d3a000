"""Exports as the systems write them, recorded by hand with made-up people and firms: promises found without an edit.

Kept, broken, open, unknown and void were counted by hand when the samples were written: ticket 1 to 15 solved in time, and so on.
"""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest
import yaml

from troth.app.operation import Operation, open_operation
from troth.app.starting.start import Said, Started, start

pytestmark = pytest.mark.slow

EXPORTS = Path(__file__).with_name("exports")
Counts = dict[str, int]


@dataclass(frozen=True, slots=True)
class Sample:
    """promises: what became of each by the last event. kept: of a hundred that fell due, as the headline has it; None = no promise."""

    folder: str
    recognised: str | None
    promises: dict[str, Counts]
    kept: str | None
    filtered: int = 0


SAMPLES = [
    Sample("zendesk-csv", "Zendesk", {"solve": {"kept": 15, "broken": 8, "unknown": 1, "open": 1}}, "62"),
    Sample(
        "zendesk-json", "Zendesk",
        {"reply_first": {"kept": 20, "broken": 10, "void": 6}, "resolve": {"kept": 14, "broken": 6, "void": 16}}, "70",
    ),
    Sample("salesforce", "Salesforce", {"reach_milestone": {"kept": 26, "broken": 10, "unknown": 1, "open": 3}}, "70"),
    Sample("sap-alv", "SAP", {"issue_goods": {"kept": 28, "broken": 9, "open": 3}}, "76", filtered=4),
    Sample("sap-tables", "SAP", {"issue_goods": {"kept": 28, "broken": 9, "open": 3}}, "76", filtered=4),
    Sample("sap-spreadsheet", "SAP", {"deliver_item": {"kept": 25, "broken": 12, "open": 1, "void": 2}}, "68"),
    Sample(
        "shopify", "Shopify",
        {"send": {"kept": 20, "broken": 7, "void": 1, "open": 2}, "pay": {"kept": 6, "broken": 4}}, "74",
    ),
    Sample("qualtrics", "Qualtrics", {}, None, filtered=2),
    Sample("surveymonkey", "SurveyMonkey", {}, None, filtered=1),
    Sample("google-forms", None, {"complete": {"kept": 22, "broken": 8, "open": 6}}, "73"),
    Sample("google-forms-de", None, {"complete": {"kept": 22, "broken": 8, "open": 6}}, "73"),
    Sample("microsoft-forms", None, {"complete": {"kept": 22, "broken": 8, "open": 6}}, "73"),
    Sample("google-sheets", None, {"deliver": {"kept": 24, "broken": 10, "open": 6}}, "71"),
    Sample("google-sheets-published", None, {"deliver": {"kept": 24, "broken": 10, "open": 6}}, "71"),
]  # fmt: skip
BY_NAME = {sample.folder: sample for sample in SAMPLES}


@cache
def started(folder: str) -> Started:
    """Built once for all tests of this file; the folder goes with the session's temporary ones."""
    return start(EXPORTS / folder, into=Path(mkdtemp(prefix="troth-sample-")) / "book", said=Said("Europe/Berlin"))


@pytest.fixture(scope="module", autouse=True)
def _swept() -> object:
    yield
    for sample in SAMPLES:
        shutil.rmtree(started(sample.folder).book.parent, ignore_errors=True)


def operation(folder: str) -> Operation:
    return open_operation(started(folder).book)


def states(opened: Operation, promise: str) -> Counts:
    """What became of each by the last event on record, in SQL of its own."""
    rows = opened.sql(f"""
        WITH now AS (SELECT max(occurred) AS seen FROM event), o AS (SELECT * FROM outcome_{promise}, now)
        SELECT CASE WHEN voided IS NOT NULL THEN 'void' WHEN unknown_reason IS NOT NULL THEN 'unknown'
                    WHEN fulfilled <= due THEN 'kept' WHEN due <= seen THEN 'broken' ELSE 'open' END, count(*) FROM o GROUP BY 1""")
    return {str(state): int(count) for state, count in rows}


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.folder)
def test_an_export_gives_its_promises_without_an_edit(sample: Sample) -> None:
    found = started(sample.folder)
    opened = operation(sample.folder)

    assert found.recognised == sample.recognised
    assert {str(name) for (name,) in opened.sql("SELECT DISTINCT promise FROM outcome")} == set(sample.promises)
    assert {name: states(opened, name) for name in sample.promises} == sample.promises
    said = f"{sample.kept} of every 100 promises that fell due were kept." if sample.kept else "We found no promise in these files."
    assert found.page["headline"] == said


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.folder)
def test_no_row_and_no_cell_of_an_export_is_lost(sample: Sample) -> None:
    balances = started(sample.folder).page["sources"]

    assert sum(b["filtered"] for b in balances) == sample.filtered
    assert [(b["quarantined"], b["duplicate"], b["superseded"], b["cells"]) for b in balances] == [(0, 0, 0, 0)] * len(balances)
    assert all(b["read"] == b["stored"] + b["filtered"] for b in balances)


@pytest.mark.parametrize("folder", [s.folder for s in SAMPLES if s.recognised])
def test_columns_with_mails_are_marked_personal_and_no_mail_reaches_the_lake(folder: str) -> None:
    book = started(folder).book
    marked: set[str] = set()
    for path in (book / "sources").glob("*.yaml"):
        for source in yaml.safe_load(path.read_text(encoding="utf-8")).values():
            marked |= set(source.get("personal", {}))
    for path in (EXPORTS / folder).glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        for column in rows[-1]:
            if any("@example" in str(row.get(column) or "") for row in rows[2:]):
                assert column in marked, f"{path.name}: {column}"
    opened = operation(folder)
    for (table,) in opened.sql("SELECT table_name FROM information_schema.tables"):
        assert opened.sql(f"SELECT count(*) FROM \"{table}\" t WHERE contains(CAST(t AS VARCHAR), '@example')") == [(0,)], table


def test_the_first_reply_is_so_many_minutes_after_the_ticket() -> None:
    rows = operation("zendesk-json").sql("""
        SELECT o.id, epoch(max(occurred) FILTER (type = 'first_replied') - max(occurred) FILTER (type = 'created')) / 60
        FROM event e JOIN object_ticket o ON o.code = e.object WHERE e.object_type = 'ticket' GROUP BY ALL ORDER BY 1""")

    assert [minutes for _, minutes in rows] == [120.0] * 20 + [300.0] * 6 + [None] * 4 + [600.0] * 6


@pytest.mark.parametrize(
    ("folder", "instrument", "scores"),
    [
        ("zendesk-csv", "csat", {1: 12, 0: 4}),
        ("zendesk-json", "csat", {1: 10, 0: 4}),
        ("qualtrics", "nps", {10: 6, 9: 12, 7: 6, 3: 6}),
        ("surveymonkey", "nps", {10: 6, 9: 6, 8: 6, 6: 6, 2: 6}),
    ],
)
def test_answers_are_read_and_what_is_none_is_not(folder: str, instrument: str, scores: dict[int, int]) -> None:
    rows = operation(folder).sql("SELECT instrument, CAST(score AS INTEGER) FROM feedback")

    assert {name for name, _ in rows} == {instrument}
    assert dict(Counter(score for _, score in rows)) == scores


def test_the_zone_that_qualtrics_writes_into_its_header_counts() -> None:
    """The first response was recorded on 20 February 2026 at 14:03 in Denver, which is seven hours behind UTC."""
    first = operation("qualtrics").sql("SELECT CAST(min(occurred) AS VARCHAR) FROM event WHERE type = 'recorded'")

    assert first == [("2026-02-20 21:03:00",)]


def test_a_minus_behind_an_amount_is_a_credit() -> None:
    """Invoices n = 1 to 32 are 1234.56 + 100 n each; every eighth is a credit."""
    truth = sum((1234.56 + 100 * n) * (1 if n % 8 else -1) for n in range(1, 33))

    ((total, currencies),) = operation("sap-alv").sql("SELECT sum(amount), count(DISTINCT currency) FROM money WHERE kind = 'billed'")

    assert float(total) == pytest.approx(truth)
    assert currencies == 1


def test_the_rows_of_further_items_add_neither_money_nor_orders() -> None:
    """Order i costs 24.90 + i; every third has a second row, which says nothing of the whole order."""
    opened = operation("shopify")

    assert opened.sql("SELECT count(*) FROM object_order") == [(40,)]
    ((total,),) = opened.sql("SELECT sum(amount) FROM money WHERE kind = 'total'")
    assert float(total) == pytest.approx(40 * 24.9 + sum(range(1, 41)))
    assert opened.sql("SELECT count(*) FROM event WHERE type = 'placed'") == [(40,)]


def test_buyers_are_found_by_their_mail_whatever_its_capitals() -> None:
    opened = operation("shopify")

    assert opened.sql("SELECT count(DISTINCT from_code), count(DISTINCT to_code) FROM relation WHERE to_type = 'buyer'") == [(40, 14)]
