"""Books whose sources lie in databases or come over HTTP, as somebody builds them; the address of a database is nowhere."""

from __future__ import annotations

import csv
import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from tests.app.small_book import BOOK, FILES, ORDERS, PAYMENTS, built, lake_files, write_book
from tests.needs import ROOT
from tests.postgres import Postgres
from tests.sources.http_system import System, by_page, running, said
from tests.stores.databases import fresh
from troth.app.building.build import unchanged
from troth.app.past.known import as_known_at
from troth.app.reading import open_reading
from troth.app.starting.start import Said, propose, start
from troth.app.starting.start_database import start_database
from troth.faces.cli.commands import app
from troth.kernel.errors import ConservationError, NotFound, SourceError, TrothError
from troth.query import identifier
from troth.sources.databases.extract import Extract

CANARY = "canary-4711"
SHOP = ROOT / "examples" / "corner-shop"


def tables(folder: Path) -> dict[str, tuple[list[str], list[list[str | None]]]]:
    """CSV files as tables: a blank cell is NULL."""
    found = {}
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        found[path.stem] = (header, [[cell or None for cell in row] for row in rows])
    return found


def into_sqlite(folder: Path, file: Path) -> str:
    with closing(sqlite3.connect(file)) as connection, connection:
        for name, (header, rows) in tables(folder).items():
            connection.execute(f"CREATE TABLE {name} ({', '.join(map(identifier, header))})")
            connection.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(header))})", rows)
    return f"sqlite:///{file}"


def into_postgres(postgres: Postgres, folder: Path) -> str:
    """A database with these tables; instants are such, but for a column in which one is none."""
    statements = []
    for name, (header, rows) in tables(folder).items():
        kinds = [f"{identifier(c)} {'timestamp' if c in ('placed', 'delivered', 'paid', 'asked_at') else 'text'}" for c in header]
        values = ", ".join("(" + ", ".join("NULL" if c is None else "'" + c.replace("'", "''") + "'" for c in row) + ")" for row in rows)
        statements += [f"CREATE TABLE {name} ({', '.join(kinds)})", f"INSERT INTO {name} VALUES {values}"]
    return fresh(postgres, *statements)


def in_database(mapping: str, table: str) -> str:
    return mapping.replace(f"files: [{table}.csv]", f"database: {{url: env:SHOP_URL, table: {table}}}")


DATABASE_BOOK = {**BOOK, "sources/orders.yaml": in_database(ORDERS, "orders"), "sources/payments.yaml": in_database(PAYMENTS, "payments")}


@pytest.fixture(params=["sqlite", "postgres"])
def book(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = write_book(tmp_path, book=DATABASE_BOOK)
    if request.param == "postgres":
        postgres: Postgres = request.getfixturevalue("postgres")
        url = postgres.url(database=into_postgres(postgres, tmp_path / "data"), password=CANARY)
    else:
        url = into_sqlite(tmp_path / "data", tmp_path / f"{CANARY}.db")
    monkeypatch.setenv("SHOP_URL", url)
    return root


def outcomes(root: Path) -> list[tuple[object, ...]]:
    return open_reading(built(root)[0]).context.engine.rows("SELECT * EXCLUDE (terms) FROM outcome_deliver ORDER BY ALL")


def test_a_database_gives_the_outcomes_of_the_same_rows_in_files(book: Path, tmp_path: Path) -> None:
    files = write_book(tmp_path / "files", book=BOOK)

    assert outcomes(book) == outcomes(files)
    assert len(outcomes(book)) == 3


def test_rows_are_named_by_variable_and_table_and_balance(book: Path) -> None:
    _, build = built(book)

    assert [(b.source, b.files, b.read, b.stored) for b in build.balances] == [
        ("orders", ("SHOP_URL#orders",), 3, 3), ("payments", ("SHOP_URL#payments",), 3, 3),
    ]  # fmt: skip


def test_the_same_rows_are_the_same_snapshot_and_a_changed_one_another(book: Path) -> None:
    _, first = built(book)
    before = lake_files(book)
    _, second = built(book)
    assert (first.fresh, second.fresh, second.snapshot.id) == (True, False, first.snapshot.id)

    url = os.environ["SHOP_URL"]
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection, connection:
            connection.execute("UPDATE payments SET amount = '99' WHERE payment = '1'")
        _, third = built(book)
        assert third.fresh
        assert lake_files(book) != before


def test_the_address_stands_nowhere(book: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for command in (["monday"], ["build", "--json"], ["book", "lint"], ["book", "show", "sources.orders"]):
        done = CliRunner().invoke(app, [*command, "--book", str(book)])
        assert CANARY not in done.output
    assert CANARY not in "".join(capfd.readouterr())
    for path in book.rglob("*"):
        assert path.is_dir() or CANARY.encode() not in path.read_bytes(), path


def test_an_address_in_the_book_is_refused_and_not_repeated(tmp_path: Path) -> None:
    for url in (f"postgresql://me:{CANARY}@host/shop", f"host=db password={CANARY}", CANARY):
        mapping = DATABASE_BOOK["sources/orders.yaml"].replace("env:SHOP_URL", f"'{url}'")
        root = write_book(tmp_path, book={**DATABASE_BOOK, "sources/orders.yaml": mapping})
        with pytest.raises(TrothError, match="env:NAME") as refused:
            built(root)
        assert CANARY not in str(refused.value)


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ("{key: [id]}", "give either 'files' or 'database'"),
        ("{key: [id], files: [a.csv], database: {url: env:A, table: t}}", "give either 'files' or 'database'"),
        ("{key: [id], database: {url: env:A}}", "give either 'table' or 'query'"),
        ("{key: [id], database: {url: env:A, table: t, query: SELECT 1}}", "give either 'table' or 'query'"),
        ("{key: [id], database: {url: env:A, tabel: t}}", "did you mean 'table'"),
    ],
)
def test_a_place_that_is_none_is_a_mistake_of_the_book(tmp_path: Path, mapping: str, said: str) -> None:
    root = write_book(tmp_path, book={**BOOK, "sources/orders.yaml": f"orders: {mapping}\n"})
    with pytest.raises(TrothError, match=said):
        built(root)


def test_a_column_that_is_gone_is_named_with_its_table(book: Path) -> None:
    mapping = book / "sources" / "orders.yaml"
    mapping.write_text(mapping.read_text(encoding="utf-8").replace("column: due", "column: dew"), encoding="utf-8")

    with pytest.raises(SourceError, match="'SHOP_URL#orders' has no column 'dew'; allowed: did you mean 'due'"):
        built(book)


def test_a_row_that_the_reader_would_lose_is_found_out(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Extract.relation.__get__
    monkeypatch.setattr(Extract, "relation", property(lambda extract: f"(SELECT * FROM {whole(extract)} LIMIT 2)"))
    with pytest.raises(ConservationError, match="does not balance; got 3 rows counted, 2 accounted"):
        built(book)


def in_sqlite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, orders: str = DATABASE_BOOK["sources/orders.yaml"]) -> tuple[Path, Path]:
    """A book and the file that its database is."""
    root = write_book(tmp_path, book={**DATABASE_BOOK, "sources/orders.yaml": orders})
    monkeypatch.setenv("SHOP_URL", into_sqlite(tmp_path / "data", tmp_path / "shop.db"))
    return root, tmp_path / "shop.db"


def changed(file: Path, statement: str) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(statement)


def stored(root: Path) -> int:
    return next(b.stored for b in built(root)[1].balances if b.source == "orders")


def test_the_past_is_known_without_the_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root, file = in_sqlite(tmp_path, monkeypatch)
    workspace, first = built(root)
    changed(file, "UPDATE orders SET delivered = '2026-01-09 09:00' WHERE id = 'B'")
    _, second = built(root)
    monkeypatch.delenv("SHOP_URL")

    assert as_known_at(workspace, first.loads[0].known_from).snapshot.id == first.snapshot.id
    assert as_known_at(workspace, second.loads[0].known_from).snapshot.id == second.snapshot.id
    assert [(load.name, load.taken, load.unchanged) for load in second.loads] == [("SHOP_URL#orders", 1, 2)]


def test_a_row_that_is_deleted_stays_unless_the_table_is_said_to_be_the_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root, file = in_sqlite(tmp_path, monkeypatch)
    assert stored(root) == 3
    changed(file, "DELETE FROM orders WHERE id = 'C'")
    assert stored(root) == 3

    mapping = root / "sources" / "orders.yaml"
    mapping.write_text(mapping.read_text(encoding="utf-8") + "  contract: {full_extract: true}\n", encoding="utf-8")
    assert stored(root) == 2


def test_another_query_leaves_nothing_of_the_former(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    query = DATABASE_BOOK["sources/orders.yaml"].replace("table: orders", "query: SELECT * FROM orders")
    root, _ = in_sqlite(tmp_path, monkeypatch, orders=query)
    assert stored(root) == 3

    mapping = root / "sources" / "orders.yaml"
    mapping.write_text(query.replace("FROM orders", "FROM orders WHERE id <> 'C'"), encoding="utf-8")
    assert stored(root) == 2


def test_where_nothing_changed_a_build_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root, file = in_sqlite(tmp_path, monkeypatch)
    workspace, first = built(root)
    now = unchanged(workspace)
    assert now is not None
    assert now.id == first.snapshot.id

    build = ["build", "--if-changed", "--json", "--book", str(root)]
    assert json.loads(CliRunner().invoke(app, build).stdout)["snapshot"] == first.snapshot.id

    changed(file, "UPDATE payments SET amount = '99' WHERE payment = '1'")
    assert unchanged(workspace) is None
    assert json.loads(CliRunner().invoke(app, build).stdout)["snapshot"] != first.snapshot.id


def without_place(text: str) -> object:
    (definition,) = yaml.safe_load(text).values()
    return {name: value for name, value in definition.items() if name not in ("files", "database", "formats")}


def test_a_start_on_a_database_proposes_what_a_start_on_its_files_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_URL", into_sqlite(SHOP, tmp_path / "shop.db"))
    folder = propose(SHOP, Said())

    started = start_database("env:SHOP_URL", into=tmp_path / "book", said=Said("Europe/Berlin", "EUR"))

    written = {p.relative_to(started.book).as_posix(): p.read_text(encoding="utf-8") for p in started.book.rglob("*.yaml")}
    assert yaml.safe_load(written["promises/promises.yaml"]) == yaml.safe_load(folder.files["promises/promises.yaml"])
    for name in ("orders", "customers", "order_lines", "reviews"):
        assert without_place(written[f"sources/{name}.yaml"]) == without_place(folder.files[f"sources/{name}.yaml"])
        assert yaml.safe_load(written[f"sources/{name}.yaml"])[name]["database"] == {"url": "env:SHOP_URL", "table": name}


def test_a_start_on_postgres_shows_the_page_of_its_files(postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_URL", postgres.url(database=into_postgres(postgres, SHOP), password=CANARY))
    asked = [
        "start",
        "--database",
        "env:SHOP_URL",
        "--into",
        str(tmp_path / "book"),
        "--zone",
        "Europe/Berlin",
        "--currency",
        "EUR",
        "--json",
    ]
    done = CliRunner().invoke(app, asked)
    files = start(SHOP, into=tmp_path / "files", said=Said("Europe/Berlin", "EUR"))

    assert done.exit_code == 0, done.output
    got = [(one["headline"], one["paragraph"]) for one in json.loads(done.stdout)["page"]["statements"]]
    assert got == [(one["headline"], one["paragraph"]) for one in files.page["statements"]]
    assert len(got) > 3
    assert CANARY not in done.output


def test_a_start_says_what_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SourceError, match="env:NAME") as refused:
        start_database(f"postgresql://me:{CANARY}@host/shop", into=tmp_path / "book")
    assert CANARY not in str(refused.value)
    with closing(sqlite3.connect(tmp_path / "empty.db")) as connection, connection:
        connection.execute("PRAGMA user_version = 1")
    monkeypatch.setenv("SHOP_URL", f"sqlite:///{tmp_path / 'empty.db'}")
    with pytest.raises(NotFound, match="no table in the database of SHOP_URL; got an empty database"):
        start_database("env:SHOP_URL", into=tmp_path / "book")
    assert CliRunner().invoke(app, ["start"]).exit_code == 2
    assert CliRunner().invoke(app, ["start", str(tmp_path), "--database", "env:SHOP_URL"]).exit_code == 2


TICKETS = """tickets:
  files: ["tickets-*.jsonl"]
  pull:
    url: {url}
    path: tickets
    rows: data.tickets
    pages: {{by: page, parameter: page}}
    auth: {{bearer: env:DESK_TOKEN}}
    newer: {{field: updated, parameter: since}}
  key: [id]
  object: {{type: ticket, id: [id]}}
  events: [{{type: closed, at: updated}}]
"""


@pytest.fixture
def system() -> Iterator[System]:
    with running() as made:
        yield made


def test_what_is_pulled_is_built_and_a_later_pull_supersedes(system: System, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_TOKEN", CANARY)
    rows = [{"id": n, "updated": f"2026-03-0{n}T10:00:00Z"} for n in (1, 2)]
    system.answer = by_page(rows, 5, since="since")
    root = write_book(tmp_path, book={**BOOK, "sources/tickets.yaml": TICKETS.format(url=system.url)})
    pull = ["sources", "pull", "--book", str(root), "--json"]

    first = CliRunner().invoke(app, pull)
    assert json.loads(first.stdout)[0] | {"file": ""} == {"source": "tickets", "file": "", "rows": 2, "pages": 2, "known": 0}
    rows[0] = {"id": 1, "updated": "2026-03-05T10:00:00Z"}
    for made in (tmp_path / "data").glob("tickets-*.jsonl"):
        made.rename(made.with_name("tickets-20260101T000000Z.jsonl"))
    second = CliRunner().invoke(app, [*pull[:2], "tickets", *pull[2:4]])
    assert second.stdout.startswith("tickets: 1 rows in tickets-2"), second.output
    assert "1 came again" in second.stdout
    assert "tickets: nothing new" in CliRunner().invoke(app, pull[:4]).stdout
    assert [q.parameters.get("since") for q in system.asked if q.parameters["page"] == "1"] == [
        None,
        rows[1]["updated"],
        rows[0]["updated"],
    ]
    assert {q.headers["authorization"] for q in system.asked} == {f"Bearer {CANARY}"}

    _, build = built(root)
    balance = next(b for b in build.balances if b.source == "tickets")
    assert (balance.read, balance.stored, balance.superseded) == (3, 2, 1)
    for path in [*root.rglob("*"), *(tmp_path / "data").rglob("*")]:
        assert path.is_dir() or CANARY.encode() not in path.read_bytes(), path


def test_a_pull_that_fails_leaves_files_and_state_as_they_were(system: System, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_TOKEN", CANARY)
    system.answer = lambda _: said({}, 403)
    root = write_book(tmp_path, book={**BOOK, "sources/tickets.yaml": TICKETS.format(url=system.url)})

    done = CliRunner().invoke(app, ["sources", "pull", "--book", str(root)])

    assert isinstance(done.exception, SourceError)
    assert "it does not let us in (403)" in str(done.exception)
    assert sorted(p.name for p in (tmp_path / "data").iterdir()) == sorted(FILES)
    assert not (root / ".troth" / "pulls").exists()


def test_a_source_without_a_pull_is_named(tmp_path: Path) -> None:
    root = write_book(tmp_path)
    done = CliRunner().invoke(app, ["sources", "pull", "orders", "--book", str(root)])

    assert isinstance(done.exception, NotFound)
    assert "source 'orders' has no `pull:`" in str(done.exception)
