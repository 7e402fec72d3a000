"""Open cases on Data, on Monday and by REST, for those who see the whole operation."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from tests.app.small_book import built, write_book
from tests.app.test_cases import HELD, WRONG
from tests.app.test_contracts import orders
from tests.web.conftest import Known, text_of
from troth.access import EVERYTHING, Role, Scope, Viewer
from troth.app.bootstrap import open_workspace
from troth.app.building.build import build
from troth.app.pages.served import Served
from troth.faces.cli.commands import app as commands
from troth.faces.web import web_app
from troth.kernel.errors import SourceError

SAYS = "orders.due: not between 2026-01-01 and 2026-12-31 in 1 of 3 rows, held in quarantine"
COMPANY = {"company.yaml": "dimensions: [{id: customer, read: order.customer}]\n"}


@pytest.fixture
def book(tmp_path: Path) -> Path:
    root = write_book(tmp_path, files=WRONG, book={**HELD, **COMPANY})
    built(root)
    return root


def browser(root: Path, scope: Scope = EVERYTHING) -> TestClient:
    return TestClient(web_app(Served(open_workspace(root)), Known(Viewer("somebody", Role.viewer, scope, "en"))))


def test_monday_counts_them_by_steward_and_leads_to_data(book: Path) -> None:
    page = browser(book).get("/").text

    assert "One check of the data fails, and its case is open. steward: data desk" in text_of(page)
    assert 'href="/data#cases"' in page
    data = text_of(browser(book).get("/data").text)
    (case,) = open_workspace(book).cases.all()
    opened = case.opened.replace(tzinfo=UTC).astimezone(ZoneInfo("Europe/Berlin"))
    assert "One case is open" in data
    assert f"CASE-0001 data_desk {opened:%a} {opened.day} {opened:%b %Y %H:%M} {SAYS}" in data


def test_monday_and_data_tell_a_refused_build_without_a_new_snapshot(book: Path, tmp_path: Path) -> None:
    client = browser(book)
    client.get("/")
    write_book(tmp_path, files={}, book=orders("{columns: {customer: {matches: 'x'}}}", "  owner: sales\n  steward: planner\n"))
    with pytest.raises(SourceError):
        build(open_workspace(book))

    assert "steward: planner" in text_of(client.get("/").text)
    assert "orders.customer: not of the form 'x' in 3 of 3 rows" in text_of(client.get("/data").text)


def test_who_sees_a_part_is_told_of_no_case(book: Path) -> None:
    client = browser(book, Scope({"customer": frozenset(("c1",))}))

    assert "case is open" not in text_of(client.get("/").text)
    assert client.get("/api/v1/cases").status_code == 403


def test_rest_and_the_command_line_list_what_waits_for_a_steward(book: Path) -> None:
    client = browser(book)
    (one,) = client.get("/api/v1/cases?steward=data_desk").json()
    assert (one["id"], one["steward"], one["owner"], one["says"], one["closed"]) == ("CASE-0001", "data_desk", "sales", SAYS, None)
    assert client.get("/api/v1/cases", headers={"accept": "text/csv"}).text.startswith("id,source,column,check,says,steward,owner,opened")

    listed = CliRunner().invoke(commands, ["cases", "--book", str(book)])
    assert "CASE-0001  data_desk" in listed.stdout
    wrong = client.get("/api/v1/cases?steward=data_dest")
    assert wrong.status_code == 404
    assert "did you mean 'data_desk'?" in wrong.text


def test_a_case_that_was_closed_is_listed_with_both_instants_where_asked(book: Path, tmp_path: Path) -> None:
    from tests.app.small_book import FILES

    write_book(tmp_path, files={"orders.csv": FILES["orders.csv"]}, book={})
    build(open_workspace(book))

    assert CliRunner().invoke(commands, ["cases", "--book", str(book)]).stdout == "No case is open.\n"
    (one,) = browser(book).get("/api/v1/cases?closed=true").json()
    assert one["opened"] < one["closed"]
    assert one["closing"] == "kept"
    assert "UTC, kept" in CliRunner().invoke(commands, ["cases", "--closed", "--book", str(book)], env={"COLUMNS": "200"}).stdout
