"""What changed between two snapshots and why: one reason planted at a time, in a book of three orders."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

import troth
from tests.app.small_book import BOOK, FILES, ORDERS, PROMISE, ROOT, write_book
from tests.app.test_promises import REPORTS, WEEKLY
from tests.app.test_revisions import B_MENDED, FIRST, WHOLE, at, built_at
from tests.app.two_systems import BOOK as TWO_BOOK
from tests.app.two_systems import write_two_systems
from troth.app.answers import parties
from troth.app.bootstrap import collect_garbage, open_workspace
from troth.app.building.build import build
from troth.app.past.outcome_diff import Change, Diff, outcome_diff
from troth.app.rulebook import revisions
from troth.app.workspace import Workspace
from troth.faces.cli import app
from troth.kernel.errors import BadValue, NotFound
from troth.promises.compile import Query, compile_shape
from troth.record import Snapshot

RUN = CliRunner()
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Mended:
    """Two snapshots: B's delivery was corrected an hour after the first."""

    root: Path
    first: Snapshot
    second: Snapshot


@pytest.fixture(scope="module")
def mended(tmp_path_factory: pytest.TempPathFactory) -> Mended:
    root = write_book(tmp_path_factory.mktemp("mended"))
    return Mended(root, built_at(root, 0).snapshot, built_at(root, 1, {"orders.csv": B_MENDED}).snapshot)


def _only(found: Diff) -> Change:
    (change,) = found.changes
    return change


def _states(workspace: Workspace, id: str) -> Counter[str]:
    """As plain SQL on the snapshot's own files has it."""
    engine, snapshot = workspace.engine(), workspace.lake.snapshot(id)
    assert snapshot is not None
    workspace.lake.attach(engine, snapshot)
    now = f"TIMESTAMP '{snapshot.as_of}'"
    return Counter(
        state
        for (state,) in engine.rows(
            f"SELECT CASE WHEN fulfilled <= due THEN 'kept' WHEN due <= {now} THEN 'broken' ELSE 'open' END FROM outcome_deliver"
        )
    )


def _assert_adds_up(workspace: Workspace, found: Diff) -> None:
    (one,) = found.promises
    before, after = Counter[str](), Counter[str]()
    for state_before, state_after, count in one.transitions:
        before[state_before or ""] += count
        after[state_after or ""] += count
    assert (before.pop("", 0), after.pop("", 0)) == (one.new, one.gone)
    assert (before, after) == (_states(workspace, found.older), _states(workspace, found.newer))
    assert one.made == (sum(before.values()), sum(after.values()))
    assert one.made[1] == one.made[0] + one.new - one.gone
    assert sum(count for *_, count in one.why) == len(found.changes)


def test_a_corrected_row_is_named_with_its_file_its_row_and_its_intake(mended: Mended) -> None:
    root, first = mended.root, mended.first

    found = outcome_diff(at(root, 9), first.id[:8], "now")

    change = _only(found)
    assert (change.id, change.before, change.after, change.reasons) == ("B", "broken", "kept", ("data",))
    assert [(r.source, r.file, r.row, r.load, r.known_from, r.fate) for r in change.rows] == [
        ("orders", "orders.csv", 2, 2, FIRST + HOUR, "corrected")
    ]
    assert change.cells == ("order B delivered: 2026-01-10T08:00:00.000000 -> 2026-01-09T08:00:00.000000",)
    assert (change.known_from, change.happened, change.late) == (FIRST + HOUR, datetime(2026, 1, 9, 8), True)
    _assert_adds_up(at(root), found)


def test_a_new_order_a_late_arrival_and_one_taken_back(tmp_path: Path) -> None:
    """C came on 8 Feb and is entered only now; A is struck out; D is new, and its clock has not run out."""
    root = write_book(tmp_path, book=WHOLE)
    first = built_at(root, 0).snapshot
    lines = FILES["orders.csv"].splitlines()
    later = [lines[0], lines[2], lines[3] + "2026-02-08 09:00", "D,c1,2026-02-15 12:30,2026-02-20,"]
    built_at(root, 1, {"orders.csv": "\n".join(later) + "\n"})

    found = outcome_diff(at(root), first.id, "now")

    told = {c.id: (c.before, c.after, c.reasons, [(r.row, r.fate) for r in c.rows], c.late) for c in found.changes}
    assert told == {
        "A": ("kept", None, ("data",), [(1, "taken back")], False),
        "C": ("broken", "kept", ("data",), [(2, "corrected")], True),
        "D": (None, "open", ("data",), [(3, "arrived")], False),
    }
    assert (found.promises[0].made, found.promises[0].new, found.promises[0].gone) == ((3, 3), 1, 1)
    assert next(c for c in found.changes if c.id == "C").known_from == FIRST + HOUR
    _assert_adds_up(at(root), found)


def test_where_nothing_is_recorded_of_an_order_only_the_clock_moved_on(tmp_path: Path) -> None:
    root = write_book(tmp_path, files={**FILES, "payments.csv": "payment,order,paid,amount\n1,A,2026-01-05 10:05,10.50\n"})
    first = built_at(root, 0).snapshot
    built_at(root, 1, {"payments.csv": FILES["payments.csv"]})

    found = outcome_diff(at(root), first.id, "now")

    change = _only(found)
    assert (change.id, change.before, change.after, change.reasons) == ("C", "open", "broken", ("time",))
    assert (change.cells, change.rows, change.known_from) == ((), (), None)
    _assert_adds_up(at(root), found)


def test_a_promise_that_ran_out_and_was_delivered_since_changed_for_both_reasons(tmp_path: Path) -> None:
    root = write_book(tmp_path, files={**FILES, "payments.csv": "payment,order,paid,amount\n1,A,2026-01-05 10:05,10.50\n"})
    first = built_at(root, 0).snapshot
    built_at(root, 1, {"orders.csv": FILES["orders.csv"].rstrip() + "2026-02-12 09:00\n"})

    change = _only(outcome_diff(at(root), first.id, "now"))

    assert (change.id, change.before, change.after, change.reasons) == ("C", "open", "broken", ("data", "time"))


def test_terms_that_were_corrected(tmp_path: Path) -> None:
    root = write_book(tmp_path)
    revisions.save(at(root, -1), "first")
    first = built_at(root, 0).snapshot
    write_book(tmp_path, files={}, book={"promises/deliver.yaml": PROMISE.replace("attr(due)", "attr(due) + 1d") + "  restates: true\n"})
    revisions.save(at(root, 2), "a day later counts too")
    build(at(root, 3))

    found = outcome_diff(at(root), first.id, "now")

    assert {(c.id, c.before, c.after, c.reasons, c.rows) for c in found.changes} == {
        ("A", "kept", "kept", ("terms",), ()), ("B", "broken", "kept", ("terms",), ()), ("C", "broken", "broken", ("terms",), ()),
    }  # fmt: skip
    assert {c.known_from for c in found.changes} == {FIRST + 2 * HOUR}
    _assert_adds_up(at(root), found)


def test_other_hours_of_a_calendar(tmp_path: Path) -> None:
    """B is placed on a Monday at 11 and due three working days later: a holiday in between makes it four days by the wall clock."""
    hours = "desk: {zone: Europe/Berlin, hours: 'Mon-Fri 09:00-17:00', closed: []}\n"
    promise = PROMISE.replace("due: end_of_day(attr(due))", "within: 24wh\n  calendar: desk")
    root = write_book(tmp_path, book={**BOOK, "promises/deliver.yaml": promise, "calendars/desk.yaml": hours})
    first = built_at(root, 0).snapshot
    write_book(tmp_path, files={}, book={"calendars/desk.yaml": hours.replace("closed: []", "closed: [2026-01-06]")})
    built_at(root, 1)

    found = outcome_diff(at(root), first.id, "now")

    assert {(c.id, c.reasons) for c in found.changes} == {("A", ("calendar",)), ("B", ("calendar",))}
    assert all(c.due[0] and c.due[1] and c.due[1] - c.due[0] == timedelta(days=1) for c in found.changes)
    _assert_adds_up(at(root), found)


def test_a_merge_of_parties_brings_a_customer_under_its_own_terms(tmp_path: Path) -> None:
    """Debtor 500 is nobody's account until somebody says that it is a4, whose terms give an hour."""
    book = {
        "company.yaml": "dimensions: [{id: customer, read: order.debtor}]\n"
        "roles: [sales, sales_ops, finance_ops, service_desk, data_desk]\n",
        "changes/CHG-0001.yaml": "kind: exception\ntitle: One day\nowner: sales\nreason: agreed\nsince: 2025-01-01\nexpires: 2030-01-01\n"
        "overlays: ['overlays/customer=a4']\n",
        "overlays/customer=a4/promises/deliver.yaml": "change: CHG-0001\ndeliver: {due: placed + 1h}\n",
    }
    root = write_two_systems(tmp_path, book=book)
    assert "promises/deliver.yaml" in TWO_BOOK
    first = build(at(root)).snapshot
    made = parties.merge(at(root, 1), "a4", "500", reason="same tax office letter")
    build(at(root, 2))

    found = outcome_diff(at(root), first.id, "now")

    change = _only(found)
    assert (change.reasons, change.layer, change.change[1]) == (("identity",), ("standard", "customer=a4"), "CHG-0001")
    assert change.known_from == made.known_from
    _assert_adds_up(at(root), found)


@pytest.mark.parametrize(
    ("path", "text"),
    [("troth.yaml", ROOT.replace("Berlin", "Lisbon")), ("sources/orders.yaml", ORDERS.replace("files:", "zone: Asia/Tokyo\n  files:"))],
)
def test_a_book_that_reads_the_files_otherwise_is_no_news_of_the_files(tmp_path: Path, path: str, text: str) -> None:
    root = write_book(tmp_path)
    first = built_at(root, 0).snapshot
    write_book(tmp_path, files={}, book={path: text})
    built_at(root, 1)

    found = outcome_diff(at(root), first.id, "now")

    assert found.changes
    assert {(c.reasons, c.rows) for c in found.changes} == {(("book",), ())}


def test_another_version_of_troth_that_judges_otherwise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the version of then made is planted: B's fulfilment, an hour after its due, counted."""
    root = write_book(tmp_path)
    with monkeypatch.context() as then:
        then.setattr("troth.app.building.judging.__version__", "0.0.0")
        then.setattr("troth.app.building.build.__version__", "0.0.0", raising=False)
        then.setattr("troth.promises.outcome.compile_shape", lambda *given: _a_day_more(compile_shape(*given)))
        first = built_at(root, 0).snapshot
    built_at(root, 1)

    found = outcome_diff(at(root), first.id, "now")

    assert {c.id: (c.before, c.after, c.reasons) for c in found.changes}["B"] == ("kept", "broken", ("version",))
    _assert_adds_up(at(root), found)


def _a_day_more(query: Query) -> Query:
    return replace(query, select=f"SELECT * REPLACE (due + INTERVAL 1 DAY AS due) FROM ({query.select})")


def test_an_attribute_by_which_other_terms_bind_is_data_and_the_terms_are_told(tmp_path: Path) -> None:
    book = {
        **BOOK,
        "company.yaml": "dimensions: [{id: customer}]\nroles: [sales]\n",
        "changes/CHG-0001.yaml": "kind: exception\ntitle: One day\nowner: sales\nreason: agreed\nsince: 2025-01-01\nexpires: 2030-01-01\n"
        "overlays: ['overlays/customer=c1']\n",
        "overlays/customer=c1/promises/deliver.yaml": "change: CHG-0001\ndeliver: {due: placed + 30d}\n",
    }
    root = write_book(tmp_path, book=book)
    first = built_at(root, 0).snapshot
    built_at(root, 1, {"orders.csv": FILES["orders.csv"].replace("B,c2", "B,c1")})

    change = _only(outcome_diff(at(root), first.id, "now"))

    assert (change.before, change.after, change.reasons, change.layer) == ("broken", "kept", ("data",), ("standard", "customer=c1"))
    assert change.cells == ("order B customer: c2 -> c1",)


def test_a_row_that_says_nothing_of_the_promise_changes_nothing(tmp_path: Path) -> None:
    root = write_book(tmp_path)
    first = built_at(root, 0).snapshot
    built_at(root, 1, {"payments.csv": FILES["payments.csv"].replace("20.00", "21.00")})

    found = outcome_diff(at(root), first.id, "now")

    assert found.changes == ()
    assert found.promises[0].transitions == (("broken", "broken", 2), ("kept", "kept", 1))


def test_instants_stand_for_what_was_known_then(mended: Mended) -> None:
    root, first, second = mended.root, mended.first, mended.second

    found = outcome_diff(at(root, 9), "2026-03-01T07:30", FIRST + HOUR)

    assert (found.older, found.newer, found.known_at[1]) == (first.id, second.id, FIRST + HOUR)
    assert found == replace(outcome_diff(at(root, 9), first.id, second.id), known_at=found.known_at)


def test_what_cannot_be_compared_is_said(mended: Mended, tmp_path: Path) -> None:
    root, first, second = mended.root, mended.first, mended.second
    unknown = "beef" if not any(one.id.startswith("beef") for one in (first, second)) else "feed"

    with pytest.raises(NotFound, match=rf"no snapshot '{unknown}'; allowed: one of '\w{{12}}'"):
        outcome_diff(at(root), unknown, "now")
    with pytest.raises(BadValue, match="the first is later than the second"):
        outcome_diff(at(root), "now", first.id)
    with pytest.raises(NotFound, match="no promise 'deliverr'; allowed: did you mean 'deliver'"):
        outcome_diff(at(root), first.id, "now", promise="deliverr")
    with pytest.raises(NotFound, match="nothing was built yet"):
        outcome_diff(open_workspace(write_book(tmp_path / "other")), "beef", "now")


def test_a_promise_that_only_one_of_them_has_is_named(tmp_path: Path) -> None:
    root = write_book(tmp_path)
    first = built_at(root, 0).snapshot
    pay = "pay: {subject: payment, words: paid, anchor: paid, fulfil: {event: paid}, due: paid + 1d}\n"
    write_book(tmp_path, files={}, book={"promises/pay.yaml": pay})
    built_at(root, 1)

    assert outcome_diff(at(root), first.id, "now").one_sided == (("pay", "newer"),)
    with pytest.raises(NotFound, match="'pay' is not in both snapshots"):
        outcome_diff(at(root), first.id, "now", promise="pay")


def test_a_snapshot_that_was_collected_is_told_apart_from_one_that_never_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = write_book(tmp_path)
    first = built_at(root, 0).snapshot
    built_at(root, 1, {"orders.csv": B_MENDED})
    monkeypatch.setattr("troth.app.bootstrap.now", lambda: FIRST + timedelta(days=20))
    assert collect_garbage(root, dry_run=False).snapshots == (first.id,)

    with pytest.raises(NotFound, match=f"snapshot {first.id[:12]} was collected"):
        outcome_diff(at(root, 9), first.id[:10], "now")

    assert _only(outcome_diff(at(root, 9), FIRST, "now")).id == "B"


def test_the_terminal_and_python_say_the_same(mended: Mended) -> None:
    root, first = mended.root, mended.first
    asked = ["diff", first.id[:12], "now", "--book", str(root)]

    said, as_json, csv = RUN.invoke(app, asked), RUN.invoke(app, [*asked, "--json"]), RUN.invoke(app, [*asked, "--csv"])

    assert "3 made before + 0 new - 0 gone = 3 made" in said.stdout
    assert "1  broken -> kept: rows came, were corrected or taken back" in said.stdout
    assert "orders.csv row 2, corrected, known since 2026-03-01 07:00 UTC (intake 2)" in said.stdout
    assert "recorded 49 days after it happened" in said.stdout.replace("50 days", "49 days")
    told = json.loads(as_json.stdout)
    assert told["changes"][0]["rows"][0]["fate"] == "corrected"
    assert csv.stdout.splitlines()[1].startswith("deliver,B,broken,kept,data,2026-01-09T22:59:59.999999Z,")
    assert troth.open(root).diff(first.id, "now").changes[0].id == "B"


def test_a_turn_of_a_promise_that_comes_again_is_traced_to_the_row_of_its_contract(tmp_path: Path) -> None:
    rows = "contract,customer,signed,sent\nK-1,c1,2026-01-02 09:00,\nK-1,c1,,2026-01-02 16:00\nK-1,c1,,2026-01-12 08:00\n"
    book = {**BOOK, "sources/reports.yaml": REPORTS, "promises/weekly.yaml": WEEKLY}
    root = write_book(tmp_path, files={**FILES, "reports.csv": rows}, book=book)
    first = built_at(root, 0).snapshot
    built_at(root, 1, {"reports.csv": rows + "K-1,c1,,2026-01-09 16:00\n"})

    change = _only(outcome_diff(at(root), first.id, "now", promise="weekly_report"))

    assert (change.id, change.before, change.after, change.reasons) == ("K-1 2026-01-09", "broken", "kept", ("data",))
    assert [(row.file, row.row, row.fate) for row in change.rows] == [("reports.csv", 4, "arrived")]
    assert change.late


LINES = """lines:
  files: [lines.csv]
  key: [line]
  object: {type: line, id: [line]}
  relations: [{to: order, id: [order]}]
  events:
    - {type: ordered, at: ordered, anchor: true}
    - {type: arrived, at: arrived}
  contract: {full_extract: true}
"""
WHOLE_ORDER = """arrive:
  subject: line
  words: every line within five days
  anchor: ordered
  fulfil: {event: arrived}
  due: ordered + 5d
complete:
  subject: order
  words: on time, with all of it
  anchor: placed
  fulfil: {all_of: [deliver, {promise: arrive, of: line}]}
"""
#  line  of  arrived
#  A1    A   in time
#  A2    A   not on record; on the second day it turns out that it came in time, too
#  B1    B   in time, but B itself was late
OF_LINES = """line,order,ordered,arrived
A1,A,2026-01-05 10:00,2026-01-07 09:00
A2,A,2026-01-05 10:00,{a2}
B1,B,2026-01-05 11:00,2026-01-07 09:00
"""


@pytest.mark.slow
def test_a_whole_changed_since_a_part_of_it_arrived_late_and_since_the_terms_of_a_part_are_others(tmp_path: Path) -> None:
    book = {**BOOK, "sources/lines.yaml": LINES, "promises/whole.yaml": WHOLE_ORDER}
    root = write_book(tmp_path, files={**FILES, "lines.csv": OF_LINES.format(a2="")}, book=book)
    first = built_at(root, 0).snapshot
    second = built_at(root, 24, {"lines.csv": OF_LINES.format(a2="2026-01-07 09:00")}).snapshot

    change = _only(outcome_diff(at(root, 25), first.id, "now", promise="complete"))

    assert (change.id, change.before, change.after, change.reasons, change.late) == ("A", "broken", "kept", ("data",), True)
    assert change.cells == ("line A2 arrived: - -> 2026-01-07T08:00:00.000000",)
    assert [(row.source, row.row, row.fate, row.known_from) for row in change.rows] == [("lines", 2, "corrected", FIRST + 24 * HOUR)]
    assert change.fulfilled == (None, datetime(2026, 1, 8, 8)), "with the last of its parts, which is the delivery"

    (root / "promises/whole.yaml").write_text(WHOLE_ORDER.replace("+ 5d", "+ 1d"), encoding="utf-8")
    built_at(root, 48)

    changes = outcome_diff(at(root, 49), second.id, "now", promise="complete").changes
    told = [(one.id, one.before, one.after, one.reasons, one.due[1], one.rows) for one in changes]
    # The whole falls due with the last of its parts, which is the delivery now: B is as late as it was, by another due.
    end_of_day = datetime(2026, 1, 9, 22, 59, 59, 999_999)
    assert told == [("A", "kept", "broken", ("terms",), end_of_day, ()), ("B", "broken", "broken", ("terms",), end_of_day, ())]
