"""A column that becomes personal after loads were taken: its values leave every file that Troth wrote, and every figure stays."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
import xlsxwriter

from tests.app.small_book import BOOK, ORDERS, built, write_book
from tests.app.test_personal_data import run
from troth.app.answers import parties
from troth.app.bootstrap import open_workspace
from troth.app.building.build import build
from troth.app.pages.data_page import read_data
from troth.app.past.known import as_known_at
from troth.app.people import people
from troth.app.reading import read_page
from troth.app.workspace import FINDINGS, SUMS, Workspace
from troth.faces.cli.pages import write_data, write_statements
from troth.findings.statement import Evidence, Statement, Table
from troth.kernel.errors import Busy, SourceError
from troth.metrics.ports import Rolled
from troth.stores import failpoints
from troth.stores.journal import database
from troth.stores.journal.journal import Journal

#  load 1: A, B, C; load 2: B mended, C gone, D new; load 3: the same file but for another column of E
CANARIES = ("canary.anna", "canary.bert", "canary.cleo", "canary.bad", "quibblefort", "zyxwina", "brambleby", "77001234567")
HEADER = "id,customer,who,comment,placed,due,delivered\n"
A = "A,canary.anna@example.org,Zyxwina Quibblefort,Zyxwina rang from +44 77001234567,2026-01-05 10:00,2026-01-09,2026-01-08 09:00\n"
B = "B,canary.bert@example.org,Brambleby Ott,out,2026-01-05 11:00,2026-01-09,\n"
B_MENDED = "B,Canary.Bert@example.org,Brambleby Ott,out,2026-01-05 11:00,2026-01-09,2026-01-10 09:00\n"
C = "C,canary.cleo@example.org,Cleo Quibblefort,,2026-02-05 12:00,2026-02-09,canary.bad@example.org\n"
D = "D,canary.anna@example.org,Zyxwina Quibblefort,zyxwina took it,2026-02-05 12:00,2026-02-09,2026-02-06 10:00\n"
LOADS = (HEADER + A + B + C, HEADER + A + B_MENDED + D)
MAPPED = ORDERS.replace(
    "attributes: {due: {column: due, as: day}}",
    "attributes: {due: {column: due, as: day}, who: {column: who}, comment: {column: comment}}",
)
PERSONAL = "  personal: {customer: email, who: name, comment: free_text}\n"
PLAIN = {"payments.csv": "payment,order,paid,amount\n1,A,2026-01-05 10:05,10.50\n"}
PLAIN_BOOK = {**BOOK, "sources/orders.yaml": MAPPED}


def plain_in(folder: Path, canaries: tuple[str, ...] = CANARIES) -> list[tuple[str, str]]:
    """Each canary and the file that holds it: every byte of every file, free pages of SQLite too, and the cells of Parquet."""
    import duckdb

    found = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        texts = [path.read_bytes().decode("latin-1")]
        if path.suffix == ".parquet":
            texts.append(repr(duckdb.execute(f"SELECT * FROM read_parquet('{path}')").fetchall()))
        found += [(canary, str(path.relative_to(folder))) for canary in canaries if any(canary in text.lower() for text in texts)]
    return found


def taken(under: Path, mapping: str = MAPPED, **book: str) -> Path:
    """Two loads, their pages and a page of what was known after the first."""
    root = write_book(under, files={**PLAIN, "orders.csv": LOADS[0]}, book={**PLAIN_BOOK, "sources/orders.yaml": mapping, **book})
    workspace, first = built(root)
    write_book(under, files={"orders.csv": LOADS[1]}, book={})
    build(workspace)
    write_statements(read_page(workspace), workspace.pages, "monday")
    write_data(read_data(workspace), workspace.pages)
    as_known_at(workspace, first.loads[0].known_from)
    keep_sums(workspace)
    keep_findings(workspace)
    return root


def keep_sums(workspace: Workspace) -> None:
    """Sums of a metric by one who is named, as a question about it would keep them."""
    snapshot, engine = workspace.lake.current(), workspace.engine()
    assert snapshot is not None
    engine.run(f"CREATE TABLE rolled AS SELECT TRUE AS dated, '{CANARIES[0]}' AS slice_1, 1 AS s1")
    workspace.rollups(snapshot.id).keep(engine, "rolled", Rolled("orders", {"o.who": "slice_1"}, {"count": "s1"}, 1))
    assert len(list((workspace.state / SUMS).iterdir())) == 2


def keep_findings(workspace: Workspace) -> None:
    """A statement of one who is named, as it would be kept of a large record."""
    snapshot = workspace.lake.current()
    assert snapshot is not None
    evidence = Evidence("1", "today", "certain as a count")
    said = Statement("deliver", "kept", CANARIES[0], "", evidence, 1.0, "of 1", "SELECT 1", Table((), ()), 1.0)
    workspace.findings(snapshot.id).keep("of all", [said])
    assert len(list((workspace.state / FINDINGS).iterdir())) == 1


def declared(root: Path, mapping: str = MAPPED, personal: str = PERSONAL) -> None:
    (root / "sources" / "orders.yaml").write_text(mapping + personal, encoding="utf-8")


def figures(root: Path) -> str:
    """All that a page says but the names of what it is made of."""
    page = read_page(open_workspace(root))
    return json.dumps({name: said for name, said in page.items() if name not in ("snapshot", "book_hash")}, sort_keys=True, default=str)


def test_a_column_declared_personal_later_leaves_no_value_in_any_file(tmp_path: Path) -> None:
    root = taken(tmp_path)
    before = figures(root)
    assert {canary for canary, _ in plain_in(root)} >= set(CANARIES)  # the check can see what it looks for
    declared(root)

    after = build(open_workspace(root))

    assert plain_in(root) == []
    assert [list((root / ".troth" / cache).iterdir()) for cache in (SUMS, FINDINGS)] == [[], []]
    assert figures(root) == before
    assert after.cleared is not None
    assert str(after.cleared).startswith(
        "orders.comment, orders.customer and orders.who are personal now: 2 loads that were taken in earlier have tokens in their place,"
        " and 2 earlier snapshots and "
    )
    assert Journal(root / ".troth" / "journal.db").verify() is None


def test_it_is_said_once_and_then_nothing_is_left_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = taken(tmp_path)
    declared(root, personal="  personal: {customer: email}\n")

    _, said = run(monkeypatch, capsys, "build", "--book", str(root))
    _, again = run(monkeypatch, capsys, "build", "--json", "--book", str(root))
    _, unchanged = run(monkeypatch, capsys, "build", "--if-changed", "--book", str(root))

    words = "! orders.customer is personal now: 2 loads that were taken in earlier have tokens in their place, and 2 earlier snapshots"
    assert said.count(words) == 1
    assert json.loads(again)["cleared"] is None
    assert "Nothing changed" in unchanged


def test_what_was_known_at_an_earlier_time_is_the_same_but_for_the_tokens(tmp_path: Path) -> None:
    root = taken(tmp_path)
    workspace = open_workspace(root)
    first = workspace.lake.loads()[0].known_from

    def then() -> tuple[str, list[tuple[object, ...]]]:
        known = as_known_at(open_workspace(root), first)
        engine = workspace.engine()
        workspace.lake.attach(engine, known.snapshot)
        rows = engine.rows("SELECT id, due FROM object_order ORDER BY id")
        page = read_page(open_workspace(root), known)
        return json.dumps([page["statements"], page["sources"]], default=str).replace(known.snapshot.id[:12], "-"), rows

    before = then()
    declared(root)
    build(open_workspace(root))

    assert then() == before
    assert plain_in(root) == []


def test_a_file_that_is_there_no_more_leaves_no_value_either(tmp_path: Path) -> None:
    several = MAPPED.replace("[orders.csv]", "['orders*.csv']")
    root = taken(tmp_path, several)
    write_book(tmp_path, files={"orders2.csv": LOADS[1]}, book={})
    (tmp_path / "data" / "orders.csv").unlink()
    build(open_workspace(root))
    before = figures(root)
    declared(root, several)

    build(open_workspace(root))

    assert plain_in(root) == []
    assert figures(root) == before


def test_rows_that_differ_in_nothing_that_is_kept_any_more_stay_as_many(tmp_path: Path) -> None:
    #  two facts differ in a comment that nobody maps; the third is equal in every cell; then one goes and another comes
    source = "visits:\n  files: [visits.csv]\n  key: []\n  money: [{about: order, id: [order], kind: visit, amount: amount}]\n"
    rows = "order,amount,said\nA,1,zyxwina was in\nA,1,brambleby was in\nA,1,zyxwina was in\nB,1,quibblefort\n"
    later = "order,amount,said\nA,1,zyxwina was in\nA,1,quibblefort was in\nB,1,quibblefort\nB,1,brambleby\n"
    root = write_book(
        tmp_path, files={**PLAIN, "orders.csv": LOADS[0], "visits.csv": rows}, book={**PLAIN_BOOK, "sources/visits.yaml": source}
    )
    built(root)
    write_book(tmp_path, files={"visits.csv": later}, book={})
    build(open_workspace(root))

    def money() -> list[tuple[object, ...]]:
        workspace = open_workspace(root)
        engine, snapshot = workspace.engine(), workspace.lake.current()
        assert snapshot is not None
        workspace.lake.attach(engine, snapshot)
        return engine.rows("SELECT about_type, o.id, amount, source_row FROM money m JOIN object_order o ON o.code = m.about ORDER BY ALL")

    before = money(), figures(root)
    (root / "sources" / "visits.yaml").write_text(source + "  personal: {said: free_text}\n", encoding="utf-8")
    declared(root)

    build(open_workspace(root))

    assert (money(), figures(root)) == before
    assert plain_in(root) == []


def test_columns_that_become_personal_one_after_the_other_know_the_names_before_them(tmp_path: Path) -> None:
    root = taken(tmp_path)
    before = figures(root)
    declared(root, personal="  personal: {who: name, customer: email}\n")
    build(open_workspace(root))
    assert {canary for canary, _ in plain_in(root)} == {"zyxwina", "77001234567"}  # in comments
    declared(root)

    build(open_workspace(root))

    assert plain_in(root) == []
    assert figures(root) == before
    workspace = open_workspace(root)
    engine, snapshot = workspace.engine(), workspace.lake.current()
    assert snapshot is not None
    workspace.lake.attach(engine, snapshot)
    comments = dict(engine.rows("SELECT id, comment FROM object_order"))
    assert (comments["A"], comments["D"]) == ("[name] rang from [phone]", "[name] took it")
    who = [str(token) for (token,) in engine.rows("SELECT who FROM object_order WHERE id = 'A'")]
    assert workspace.vault.values(who) == {who[0]: "Zyxwina Quibblefort"}


def test_a_date_made_of_a_column_that_becomes_personal_stays(tmp_path: Path) -> None:
    made = MAPPED.replace("at: placed", "at: began").replace(
        "  relations", "  derived: {began: {column: noted, find: '(....-..-.. ..:..)'}}\n  relations"
    )
    texts = [
        text.replace("placed,", "noted,").replace(",2026-01-05", ",Zyxwina 2026-01-05").replace(",2026-02-05", ",Zyxwina 2026-02-05")
        for text in LOADS
    ]
    root = write_book(tmp_path, files={**PLAIN, "orders.csv": texts[0]}, book={**PLAIN_BOOK, "sources/orders.yaml": made})
    built(root)
    write_book(tmp_path, files={"orders.csv": texts[1]}, book={})
    build(open_workspace(root))
    before = figures(root)
    declared(root, made, PERSONAL.replace("{", "{noted: name, "))

    build(open_workspace(root))

    assert plain_in(root) == []
    assert figures(root) == before


def test_a_source_that_got_another_name_meanwhile_is_cleaned_under_both(tmp_path: Path) -> None:
    root = taken(tmp_path)
    (root / "sources" / "orders.yaml").write_text(MAPPED.replace("orders:", "sales:", 1) + PERSONAL, encoding="utf-8")

    build(open_workspace(root))

    assert plain_in(root) == []


def test_cells_in_verdicts_are_in_no_entry_of_the_journal_and_leave_the_manifest(tmp_path: Path) -> None:
    checks = "{customer: {matches: 'c\\d+', severity: warn}, delivered: {type: instant, severity: warn}}"
    checked = MAPPED + f"  owner: sales\n  steward: desk\n  contract: {{columns: {checks}}}\n"
    root = taken(tmp_path, checked)
    journal = Journal(root / ".troth" / "journal.db")
    told = "".join(entry.payload for entry in journal.entries())
    assert [canary for canary in CANARIES if canary in told] == []
    assert {canary for canary, file in plain_in(root) if file.startswith(".troth/journal")} >= {"canary.anna", "canary.bad"}
    declared(root)

    done = build(open_workspace(root))

    assert plain_in(root) == []
    assert done.cleared is not None
    assert done.cleared.entries == 0
    assert journal.verify() is None
    loads = journal.loads()
    journal.rebuild()
    assert (journal.loads(), journal.verify()) == (loads, None)


def test_decisions_about_ids_that_become_personal_stay_in_force(tmp_path: Path) -> None:
    #  canary.anna of the one system is 100 of the other: somebody said so
    rows = (
        "{kind}:\n  files: [{kind}.csv]\n  key: [{id}]\n  object: {{type: {kind}_man, id: [{id}], attributes: {{zip: {{column: zip}}}}}}\n"
    )
    book = {
        "sources/crm.yaml": rows.format(kind="crm", id="mail"),
        "sources/erp.yaml": rows.format(kind="erp", id="number"),
        "identity/customer.yaml": "customer:\n  fields: {crm: {postcode: zip}, erp: {postcode: zip}}\n  match: [[postcode]]\n",
    }
    files = {"crm.csv": "mail,zip\ncanary.anna@example.org,1\ncanary.bert@example.org,2\n", "erp.csv": "number,zip\n100,8\n200,2\n"}
    root = write_book(tmp_path, files={**PLAIN, "orders.csv": LOADS[0], **files}, book={**PLAIN_BOOK, **book})
    workspace, _ = built(root)
    parties.merge(workspace, "canary.anna@example.org", "100", reason="canary.anna@example.org wrote that 100 is Zyxwina Quibblefort")
    build(workspace)
    (before,) = parties.status(workspace)
    assert before.parties == 2
    with (root / "sources" / "crm.yaml").open("a", encoding="utf-8") as file:
        file.write("  personal: {mail: email}\n")
    declared(root)

    done = build(open_workspace(root))

    (after,) = parties.status(open_workspace(root))
    assert (after.parties, after.joined, after.waiting) == (before.parties, before.joined, ())
    assert [one.stands for one in after.decisions] == [True]
    assert after.decisions[0].reason.startswith("[mail] wrote that 100 is")
    # An entry of the journal is never changed: that is said.
    assert {file for _, file in plain_in(root)} <= {".troth/journal.db"}
    assert done.cleared is not None
    assert done.cleared.entries == 1
    assert "1 entry of the journal names them yet, since an entry is never changed" in str(done.cleared)


def test_marked_cells_of_a_workbook_stay_marked(tmp_path: Path) -> None:
    root = write_book(tmp_path, files=PLAIN, book={**PLAIN_BOOK, "sources/orders.yaml": MAPPED.replace("orders.csv", "orders.xlsx")})
    book = xlsxwriter.Workbook(tmp_path / "data" / "orders.xlsx")
    sheet = book.add_worksheet("Orders")
    for number, line in enumerate((HEADER + A + B_MENDED + D).splitlines()):
        sheet.write_row(number, 0, line.split(","))
    sheet.write_formula(2, 2, "=NA()", None, "#N/A")
    sheet.write_formula(2, 5, "=NA()", None, "#N/A")
    book.close()
    built(root)
    before = figures(root)
    declared(root, MAPPED.replace("orders.csv", "orders.xlsx"))

    build(open_workspace(root))

    assert plain_in(root) == []
    assert figures(root) == before


def test_somebody_who_was_erased_does_not_come_back_by_a_column_that_becomes_personal(tmp_path: Path) -> None:
    root = taken(tmp_path)
    payments = BOOK["sources/payments.yaml"] + "  personal: {payer: email}\n"
    write_book(
        tmp_path, files={"payments.csv": "payment,order,paid,amount,payer\n1,A,2026-01-05 10:05,10.50,canary.anna@example.org\n"},
        book={"sources/payments.yaml": payments},
    )  # fmt: skip
    workspace = open_workspace(root)
    build(workspace)
    (token,) = people.find(workspace, "canary.anna@example.org")
    people.erase(workspace, token, "asked in writing")
    declared(root)

    build(open_workspace(root))

    assert plain_in(root) == []
    assert workspace.vault.values([str(workspace.vault.find("email", "canary.anna@example.org"))]) == {}


def test_where_the_build_fails_the_snapshot_stays_and_the_next_build_clears(tmp_path: Path) -> None:
    root = taken(tmp_path)
    before, current = figures(root), open_workspace(root).lake.current()
    declared(root)
    payments = (tmp_path / "data" / "payments.csv").read_text()
    (tmp_path / "data" / "payments.csv").write_text("payment,paid\n1,2026-01-05 10:05\n")

    with pytest.raises(SourceError):
        build(open_workspace(root))
    assert open_workspace(root).lake.current() == current
    (tmp_path / "data" / "payments.csv").write_text(payments)
    done = build(open_workspace(root))

    assert done.cleared is not None
    assert plain_in(root) == []
    assert figures(root) == before


def test_former_pages_that_another_process_reads_are_told_and_overwritten_by_the_next_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "PRAGMAS", ("busy_timeout = 50", *database.PRAGMAS[1:]))
    root = taken(tmp_path)
    declared(root)

    def read(hit: str) -> None:
        if hit == "gc.remove.before" and not reader.in_transaction:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM entry").fetchall()

    reader = sqlite3.connect(root / ".troth" / "journal.db", isolation_level=None)
    with closing(reader), failpoints.install(read), pytest.raises(Busy, match="former pages of the journal cannot be overwritten"):
        build(open_workspace(root))
    assert open_workspace(root).lake.uncleared() is not None

    assert build(open_workspace(root)).cleared is not None
    assert plain_in(root) == []


def test_a_load_that_an_older_version_kept_is_cleaned_where_it_was_read_another_way(tmp_path: Path) -> None:
    root = taken(tmp_path)
    with closing(sqlite3.connect(root / ".troth" / "journal.db")) as connection, connection:
        connection.execute("UPDATE load SET said = replace(said, '\"personal\":[],', '')")
    assert [load.personal for load in open_workspace(root).lake.loads() if load.source == "orders"] == [None, None]
    declared(root)

    build(open_workspace(root))

    assert plain_in(root) == []


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL, which this platform has not")
def test_killed_at_any_failpoint_the_next_build_ends_it(tmp_path: Path) -> None:
    root = taken(tmp_path / "lives")
    before = figures(root)
    declared(root)
    shutil.copytree(tmp_path / "lives", tmp_path / "measured")
    hits: list[str] = []
    with failpoints.install(hits.append):
        build(open_workspace(tmp_path / "measured" / "book"))
    often = Counter(hits)
    assert often["entry.before"] == 3  # loads rewritten, a snapshot published, what was before cleared
    assert "gc.remove.before" in hits
    moments = [(name, time) for name in often for time in range(min(often[name], 3 if name.startswith("entry") else 1))]

    left: list[tuple[str, int, object]] = []
    for name, time in moments:
        tried = tmp_path / "tried"
        shutil.rmtree(tried, ignore_errors=True)
        shutil.copytree(tmp_path / "lives", tried)
        if _killed(tried / "book", name, time) != signal.SIGKILL:
            left.append((name, time, "was not killed"))
        build(open_workspace(tried / "book"))
        left += [(name, time, found) for found in plain_in(tried / "book")]
        left += [(name, time, "other figures")] if figures(tried / "book") != before else []

    assert left == []


def _killed(root: Path, name: str, time: int) -> int:
    """Build in a process that kills itself when it passes a failpoint for that time, from 0; the signal that ended it."""
    child = os.fork()
    if child == 0:
        passed = 0

        def die(hit: str) -> None:
            nonlocal passed
            if hit == name and passed == time:
                os.kill(os.getpid(), signal.SIGKILL)
            passed += hit == name

        try:
            with failpoints.install(die):
                build(open_workspace(root))
        finally:
            os._exit(0)
    return os.WTERMSIG(os.waitpid(child, 0)[1])
