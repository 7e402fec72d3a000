"""`troth start --pull`: Zendesk and Google sheets, from systems on this machine in their places."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.needs import ROOT
from tests.sources.http_system import Answer, Asked, System, running, said
from troth.app.operation import open_operation
from troth.app.starting.start import start
from troth.app.starting.start_pull import start_pull, wanted_of
from troth.faces.cli.commands import app
from troth.kernel.errors import NotFound, SourceError
from troth.sources.pulls.asking import Patience

EXPORTS = ROOT / "tests" / "sources" / "templates" / "exports" / "zendesk-json"
CANARY = "canary-4711"
WHO = {"ZENDESK_EMAIL": "mara@example.org", "ZENDESK_TOKEN": CANARY}
QUICK = Patience(attempts=3, backoff=0.001, longest=2.0, answer=5.0)
LINK = "https://docs.google.com/spreadsheets/d/1AbCdEfGhIjKlMnOpQrStUvWxYz/edit#gid=0"
Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture
def system() -> Iterator[System]:
    with running() as made:
        yield made


@pytest.fixture
def rows() -> Rows:
    read = {name: json.loads((EXPORTS / f"incremental_{name}.json").read_text()) for name in ("tickets", "users", "organizations")}
    return {name: found[name] for name, found in read.items()}


def zendesk(rows: Rows) -> Any:
    """20 tickets a page from the start time on, by cursor after it; the last page has a cursor too, and behind it there is nothing."""

    def answer(asked: Asked) -> Answer:
        if asked.path.endswith("/incremental/tickets/cursor.json"):
            assert ("cursor" in asked.parameters) != ("start_time" in asked.parameters)
            since, first = (int(n) for n in asked.parameters.get("cursor", f"{asked.parameters.get('start_time')}/0").split("/"))
            found = [row for row in rows["tickets"] if row["generated_timestamp"] >= since]
            if first and first >= len(found):
                return said({}, 404)
            return said(
                {"tickets": found[first : first + 20], "after_cursor": f"{since}/{first + 20}", "end_of_stream": first + 20 >= len(found)}
            )
        if asked.path.endswith("/incremental/users/cursor.json"):
            assert asked.parameters["start_time"].isdecimal()
            return said({"users": rows["users"], "after_cursor": "x", "end_of_stream": True})
        assert asked.parameters["page[size]"] == "100"
        first = int(asked.parameters.get("page[after]", "0"))
        one = rows["organizations"][first : first + 3]
        if first and not one:
            return said({}, 404)
        return said({"organizations": one, "meta": {"after_cursor": str(first + 3), "has_more": first + 3 < len(rows["organizations"])}})

    return answer


def _outcomes(book: Path) -> list[tuple[Any, ...]]:
    sql = open_operation(book).sql
    return [
        row
        for name in ("reply_first", "resolve")
        for row in sql(f"SELECT id, due, fulfilled FROM outcome_{name} JOIN object_ticket ON subject = code ORDER BY 1")
    ]


def test_zendesk_gives_the_promises_of_its_export_with_one_command(system: System, rows: Rows, tmp_path: Path) -> None:
    system.answer = zendesk(rows)
    system.failures = {2: said({}, 429, Retry_After="1")}

    started = start_pull("zendesk:acme", into=tmp_path / "book", address=system.url, environment=WHO, patience=QUICK)
    start(EXPORTS, into=tmp_path / "export")

    assert started.recognised == "Zendesk"
    assert _outcomes(tmp_path / "book") == _outcomes(tmp_path / "export") != []
    assert {s["source"]: s["read"] for s in started.page["sources"]} == {
        "zendesk_tickets_json": 36, "zendesk_sla": 50, "zendesk_users": 9, "zendesk_organizations": 4
    }  # fmt: skip
    assert {q.headers["authorization"] for q in system.asked} == {
        "Basic bWFyYUBleGFtcGxlLm9yZy90b2tlbjpjYW5hcnktNDcxMQ=="
    }  # mara@example.org/token:canary-4711
    assert not any(name.startswith(".troth-") for name in (p.name for p in tmp_path.iterdir()))


def test_the_same_command_again_brings_what_is_new(system: System, rows: Rows, tmp_path: Path) -> None:
    system.answer = zendesk(rows)
    start_pull("zendesk:acme", into=tmp_path / "book", address=system.url, environment=WHO, patience=QUICK)
    newest = rows["tickets"][-1]
    rows["tickets"].append({**rows["tickets"][0], "status": "deleted", "generated_timestamp": newest["generated_timestamp"] + 60})
    asked = len(system.asked)

    start_pull("zendesk:acme", into=tmp_path / "book", environment=WHO, patience=QUICK)

    assert all("authorization" in q.headers for q in system.asked[asked:])
    held = {file.stem: "full_extract: true" in file.read_text() for file in (tmp_path / "book" / "sources").iterdir()}
    assert held == {"zendesk_tickets_json": False, "zendesk_sla": False, "zendesk_users": False, "zendesk_organizations": True}
    since = [q.parameters["start_time"] for q in system.asked[asked:] if "start_time" in q.parameters]
    assert since == [str(newest["generated_timestamp"]), "1746093600"]  # the users' latest updated_at, 2025-05-01T10:00:00Z
    sql = open_operation(tmp_path / "book").sql
    assert sql("SELECT status, count(*) FROM object_ticket WHERE status = 'deleted' GROUP BY 1") == [("deleted", 1)]
    assert sql("SELECT count(*) FROM object_ticket") == [(36,)]
    assert len(list((tmp_path / "book" / "data").glob("tickets-*.jsonl"))) == 2


def test_no_secret_stands_in_the_book_its_state_its_pages_or_an_error(system: System, rows: Rows, tmp_path: Path) -> None:
    system.answer = zendesk(rows)
    start_pull("zendesk:acme", into=tmp_path / "book", address=system.url, environment=WHO, patience=QUICK)
    system.answer = lambda _: said({"error": f"{CANARY} is not known"}, 401)
    with pytest.raises(SourceError, match=r"does not let us in \(401\)") as refused:
        start_pull("zendesk:acme", into=tmp_path / "other", address=system.url, environment=WHO, patience=QUICK)

    assert CANARY not in str(refused.value) + repr(refused.value.__cause__)
    held = [
        file for file in tmp_path.rglob("*") if file.is_file() and any(word in file.read_bytes() for word in (CANARY.encode(), b"bWFyYUBl"))
    ]
    assert held == []
    assert not (tmp_path / "other").exists()
    with pytest.raises(SourceError, match="ZENDESK_TOKEN is not set in the environment"):
        start_pull("zendesk:acme", into=tmp_path / "other", address=system.url, environment={"ZENDESK_EMAIL": "a"}, patience=QUICK)


def test_a_list_without_rows_is_left_out_but_for_the_first(system: System, rows: Rows, tmp_path: Path) -> None:
    system.answer = zendesk({**rows, "organizations": []})
    started = start_pull("zendesk:acme", into=tmp_path / "book", address=system.url, environment=WHO, patience=QUICK)
    assert "zendesk_organizations" not in {s["source"] for s in started.page["sources"]}

    system.answer = zendesk({**rows, "tickets": []})
    with pytest.raises(SourceError, match="'tickets' gave no rows"):
        start_pull("zendesk:acme", into=tmp_path / "other", address=system.url, environment=WHO, patience=QUICK)
    assert [p.name for p in tmp_path.iterdir()] == ["book"]


def test_a_system_that_fails_in_the_middle_leaves_nothing(system: System, rows: Rows, tmp_path: Path) -> None:
    system.answer = zendesk(rows)
    system.failures = {n: said({}, 500) for n in range(3, 9)}

    with pytest.raises(SourceError, match=r"'users' cannot be pulled; got it is out of order"):
        start_pull("zendesk:acme", into=tmp_path / "book", address=system.url, environment=WHO, patience=QUICK)

    assert list(tmp_path.iterdir()) == []


def _orders(system: System, count: int = 60) -> None:
    """Every third order is a day late."""
    lines = ["order_id,ordered_on,promised_date,delivered_on"]
    lines += [f"O{n:03d},2026-01-{n % 20 + 1:02d},2026-02-05,2026-02-0{6 if n % 3 == 0 else 4}" for n in range(count)]
    body = "\r\n".join(lines).encode()
    system.answer = lambda _: (200, {"Content-Type": "text/csv", "Content-Disposition": 'attachment; filename="Shop - Orders.csv"'}, body)


def test_a_sheet_becomes_a_book_that_can_be_pulled_again(system: System, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    _orders(system)
    address = f"http://127.0.0.1:{system.port}"

    started = start_pull(LINK, address=address, environment={}, patience=QUICK)

    assert started.book == tmp_path / "shop_orders-book"
    assert "67 of every 100" in started.page["headline"]
    assert [(s["source"], s["read"]) for s in started.page["sources"]] == [("shop_orders", 60)]
    _orders(system, 90)
    again = start_pull(LINK, address=address, environment={}, patience=QUICK)
    assert [s["stored"] for s in again.page["sources"]] == [90]
    assert [p.name for p in (started.book / "data").iterdir()] == ["shop_orders.csv"]


def test_a_link_in_the_environment_stands_nowhere_in_the_book(system: System, tmp_path: Path) -> None:
    _orders(system)

    start_pull("env:SHEET", into=tmp_path / "book", address=f"http://127.0.0.1:{system.port}", environment={"SHEET": LINK}, patience=QUICK)

    assert "sheet: env:SHEET" in (tmp_path / "book" / "sources" / "shop_orders.yaml").read_text().replace("'", "")
    assert not [f for f in tmp_path.rglob("*") if f.is_file() and b"1AbCdEfGhIj" in f.read_bytes()]


@pytest.mark.parametrize(
    ("what", "error", "words"),
    [
        ("zendesc:acme", NotFound, "did you mean 'zendesk'"),
        ("zendesk", SourceError, "'zendesk' needs a name; allowed: zendesk:NAME"),
        ("zendesk:acme.example.com/x", SourceError, "needs a name"),
        ("https://docs.google.com/document/d/1AbCdEfGhIj", SourceError, "no link of a Google sheet"),
        ("https://example.com/secret-1AbCdEfGhIj", NotFound, "allowed: zendesk:NAME, the link of a Google sheet"),
    ],
)
def test_what_is_not_ready_made_is_refused_and_not_repeated(what: str, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words) as refused:
        wanted_of(what)
    assert "1AbCdEfGhIj" not in str(refused.value)


def test_secrets_go_over_https_only() -> None:
    assert {pull.url for _, pull in wanted_of("zendesk:acme").lists.values()} == {"https://acme.zendesk.com/api/v2"}
    with pytest.raises(SourceError, match="write https"):
        wanted_of("zendesk:acme", "http://acme.example.com")


def test_the_command_pulls(system: System, tmp_path: Path) -> None:
    _orders(system)
    asked = ["start", "--pull", LINK, "--address", f"http://127.0.0.1:{system.port}", "--into", str(tmp_path / "book")]

    done = CliRunner().invoke(app, asked)
    both = CliRunner().invoke(app, [*asked, str(tmp_path)])

    assert (done.exit_code, "67 of every 100" in done.output) == (0, True)
    assert (both.exit_code, "give a folder" in both.output) == (2, True)
