"""Which tables a template takes: by columns in any order, with or without the optional ones, in other languages; and which it leaves."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path
from typing import Any

import pytest

from troth.app.starting.start import Said, start
from troth.sources.guess import groups_of
from troth.sources.mapping import Source
from troth.sources.templates import Match, match
from troth.sources.templates.fitting import columns_of
from troth.sources.templates.template import NAMES, load_template
from troth.sources.vocabulary import vocabulary
from troth.stores.lake.engine import DuckEngine

EXPORTS = Path(__file__).with_name("exports")
TICKETS = EXPORTS / "zendesk-csv" / "export-2026-02-14-0900-tickets.csv"


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def written(path: Path, rows: list[dict[str, Any]], columns: list[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)


def found(engine: DuckEngine, folder: Path) -> list[Match]:
    return match(engine, groups_of(folder)[0])


@pytest.mark.parametrize("name", NAMES)
def test_a_template_is_a_book_that_holds_together(name: str) -> None:
    """Every column there: each promise has its events and attributes, and no attribute is given twice but by what stands instead."""
    template = load_template(name)
    aside = ("table", "instead_of", "money", "formats")
    plain = {source: {k: v for k, v in said.items() if k not in aside} for source, said in template.sources.items()}
    whole = {source: Source.model_validate({"files": ["x"], **said}) for source, said in plain.items()}
    held = vocabulary(whole)

    assert {said.get("table", source) for source, said in template.sources.items()} <= {form.name for form in template.forms}
    for form in template.forms:
        known = set().union(*(columns_of(s) for n, s in template.sources.items() if s.get("table", n) == form.name), form.needs)
        assert set(form.headings) <= known, form.name
        assert {*form.looks, *form.within} <= known, form.name
    for promise in template.promises.values():
        assert {promise["anchor"], promise["fulfil"]["event"]} <= held.events[promise["subject"]]


def test_columns_may_stand_in_any_order_and_others_between_them(engine: DuckEngine, tmp_path: Path) -> None:
    rows = rows_of(TICKETS)
    columns = sorted(rows[0], reverse=True)
    written(tmp_path / "t.csv", [{**row, "Shelf": str(n)} for n, row in enumerate(rows)], [*columns[:5], "Shelf", *columns[5:]])

    (one,) = found(engine, tmp_path)

    assert one.name == "Zendesk"
    assert "solve" in one.promises


def test_a_promise_goes_with_the_column_that_it_needs(engine: DuckEngine, tmp_path: Path) -> None:
    rows = rows_of(TICKETS)
    written(tmp_path / "t.csv", rows, [c for c in rows[0] if c not in ("Due date", "Satisfaction Score", "Organization")])

    (one,) = found(engine, tmp_path)

    assert one.promises == {}
    source = one.sources["zendesk_tickets"]
    assert "feedback" not in source
    assert [r["to"] for r in source["relations"]] == ["requester"]
    assert {e["type"] for e in source["events"]} == {"created", "assigned", "first_replied", "solved"}


def test_a_due_date_that_is_never_given_makes_no_promise(engine: DuckEngine, tmp_path: Path) -> None:
    rows = rows_of(TICKETS)
    written(tmp_path / "t.csv", [{**row, "Due date": ""} for row in rows], list(rows[0]))

    (one,) = found(engine, tmp_path)

    assert one.promises == {}


def test_without_a_needed_column_the_table_is_left_to_be_guessed(engine: DuckEngine, tmp_path: Path) -> None:
    rows = rows_of(TICKETS)
    written(tmp_path / "t.csv", rows, [c for c in rows[0] if c != "Solved at"])

    assert found(engine, tmp_path) == []


def test_an_id_that_does_not_look_like_the_systems_is_another_table(engine: DuckEngine, tmp_path: Path) -> None:
    rows = [{"Id": f"F{n}", "Name": f"Firm {n}", "Type": "x"} for n in range(9)]
    written(tmp_path / "firms.csv", rows, ["Id", "Name", "Type"])

    assert found(engine, tmp_path) == []


def test_files_of_one_header_are_one_source(engine: DuckEngine, tmp_path: Path) -> None:
    rows = rows_of(TICKETS)
    written(tmp_path / "open.csv", rows[:20], list(rows[0]))
    written(tmp_path / "closed.csv", rows[20:], list(rows[0]))

    (one,) = found(engine, tmp_path)

    assert one.sources["zendesk_tickets"]["files"] == ["closed.csv", "open.csv"]


def test_tickets_in_two_exports_are_read_from_one(engine: DuckEngine, tmp_path: Path) -> None:
    shutil.copy(TICKETS, tmp_path)
    shutil.copy(EXPORTS / "zendesk-json" / "incremental_tickets.json", tmp_path)

    (one,) = found(engine, tmp_path)

    assert "zendesk_tickets" not in one.sources
    assert [w for w in one.warnings if "left out" in w] == [f"{TICKETS.name}: another file tells about the same objects; it is left out."]


@pytest.mark.parametrize(
    ("headings", "vbeln"),
    [
        (("VBELN", "ERDAT", "WADAT", "WADAT_IST", "KUNNR"), "VBELN"),
        (("Lieferung", "Angelegt am", "Warenausgang", "Ist-Warenausgang", "Warenempfänger"), "Lieferung"),
        (("Delivery", "Created on", "Planned goods movement date", "Actual goods movement date", "Ship-to party"), "Delivery"),
    ],
)
def test_headings_may_be_technical_german_or_english(engine: DuckEngine, tmp_path: Path, headings: tuple[str, ...], vbeln: str) -> None:
    days = [[f"{n + after:02d}.03.2026" for after in (1, 5, 6)] for n in range(20)]
    lines = [";".join((f"8001{n:04d}", *days[n], f"1{n:04d}")) for n in range(20)]
    (tmp_path / "d.csv").write_text("\n".join([";".join(headings), *lines]) + "\n", encoding="utf-8")

    (one,) = found(engine, tmp_path)

    source = one.sources["sap_deliveries"]
    assert source["key"] == [vbeln]
    assert source["formats"] == dict.fromkeys(headings[1:4], "%d.%m.%Y")
    assert list(one.promises) == ["issue_goods"]


def test_a_question_is_the_nps_by_its_values_too(engine: DuckEngine, tmp_path: Path) -> None:
    """Answers of 1 to 100 to a question that speaks of recommending are none of 0 to 10."""
    rows = (EXPORTS / "surveymonkey" / "Shop survey.csv").read_text(encoding="utf-8").splitlines()
    (tmp_path / "s.csv").write_text("\n".join([*rows[:2], *(r.replace(",10,", ",100,") for r in rows[2:])]) + "\n", encoding="utf-8")

    (one,) = found(engine, tmp_path)

    assert "feedback" not in one.sources["surveymonkey_responses"]


def test_amounts_of_two_currencies_are_left_out_and_that_is_said(engine: DuckEngine, tmp_path: Path) -> None:
    rows = rows_of(EXPORTS / "shopify" / "orders_export_1.csv")
    mixed = [{**row, "Currency": row["Currency"] and ("EUR", "CHF")[n % 2]} for n, row in enumerate(rows)]
    written(tmp_path / "o.csv", mixed, list(rows[0]))

    (one,) = found(engine, tmp_path)

    assert "money" not in one.sources["shopify_orders"]
    assert any("'Total' is in CHF, EUR" in w or "'Total' is in EUR, CHF" in w for w in one.warnings)


def test_people_in_columns_that_the_template_does_not_know_are_marked(engine: DuckEngine, tmp_path: Path) -> None:
    rows = rows_of(TICKETS)
    more = [{**row, "Second contact [txt]": f"p{n}@example.net"} for n, row in enumerate(rows)]
    written(tmp_path / "t.csv", more, [*rows[0], "Second contact [txt]"])

    (one,) = found(engine, tmp_path)

    assert one.sources["zendesk_tickets"]["personal"]["Second contact [txt]"] == "email"


def test_a_header_without_rows_is_no_export(engine: DuckEngine, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(TICKETS.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")

    assert found(engine, tmp_path) == []


@pytest.mark.slow
def test_a_file_that_cannot_be_read_is_left_with_a_warning(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    shutil.copytree(EXPORTS / "salesforce", folder)
    text = TICKETS.read_text(encoding="utf-8")
    (folder / "t.csv").write_text(text + '"' + text.splitlines()[1], encoding="utf-8")

    started = start(folder, into=tmp_path / "book", said=Said("UTC"))

    assert started.recognised is not None
    assert "Salesforce" in started.recognised
