"""Why not: one order at a time, through files, build and lake."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

import troth
from tests.app.small_book import write_book
from tests.app.test_revisions import built_at
from troth.app.answers.timeline import Judged, Timeline, why_not
from troth.app.bootstrap import open_workspace
from troth.app.building.build import build
from troth.app.reading import Reading, open_reading
from troth.faces.cli import app
from troth.kernel.errors import NotFound

BOOK = {
    "troth.yaml": "{name: shop, folder: data, zone: Europe/Berlin, currency: EUR}",
    "sources/orders.yaml": """
orders:
  files: [orders*.csv]
  key: [id]
  object: {type: order, id: [id], attributes: {status: {column: status}, promised: {column: promised, as: day}}}
  events: [{type: placed, at: placed}, {type: paid, at: paid}, {type: delivered, at: delivered}]
""",
    "sources/lines.yaml": """
lines:
  files: [lines.csv]
  key: [line]
  lends: [{to: order, id: [order], attribute: leave_by, column: leave_by, as: instant}]
""",
    "promises/promises.yaml": """
deliver:
  subject: order
  words: delivered by the date given
  anchor: placed
  fulfil: {event: delivered, claimed_by: order.status = 'delivered'}
  due: end_of_day(attr(promised))
  void_when: order.status = 'canceled'
leave:
  subject: order
  words: gone by the limit
  anchor: paid
  fulfil: {event: delivered}
  due: attr(leave_by)
""",
}
DATA = {
    "orders.csv": """id,status,promised,placed,paid,delivered
unread-1,shipped,2026-03-05,2026-03-01 10:00,,soon
kept-1,delivered,2026-03-05,2026-03-01 10:00,2026-03-01 11:00,2026-03-05 23:59
late-1,delivered,2026-03-05,2026-03-01 10:00,,2026-03-08 12:00
silent-1,shipped,2026-03-05,2026-03-01 10:00,,
void-1,canceled,2026-03-05,2026-03-01 10:00,,
claimed-1,delivered,2026-03-05,2026-03-01 10:00,,
undated-1,shipped,31st of March,2026-03-01 10:00,,
never-1,shipped,2026-03-05,,2026-03-01 11:00,
blank-1,shipped,2026-03-05,sometime,,
limit-1,shipped,2026-03-20,2026-03-01 10:00,2026-03-01 11:00,
""",
    "orders_2.csv": """id,status,promised,placed,paid,delivered
open-1,shipped,2026-04-30,2026-03-10 09:00,2026-03-15 12:00,
""",
    "orders_3.csv": """id,status,promised,placed,paid,delivered
unpaid-3,shipped,2026-03-20,2026-03-10 09:00,later,
""",
    "lines.csv": """line,order,leave_by
1,kept-1,2026-03-06 00:00
2,limit-1,early
""",
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Reading:
    root = tmp_path_factory.mktemp("shop")
    for name, text in (BOOK | {f"data/{name}": text for name, text in DATA.items()}).items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    workspace = open_workspace(root)
    build(workspace)
    return open_reading(workspace)


def asked(shop: Reading, id: str) -> Timeline:
    (timeline,) = why_not(shop, id)
    assert (timeline.subject_type, timeline.id) == ("order", id)
    return timeline


def judged(shop: Reading, id: str, promise: str = "deliver") -> Judged:
    return next(one for one in asked(shop, id).promises if one.promise == promise)


@pytest.mark.parametrize(
    ("id", "state", "says"),
    [
        ("kept-1", "kept", "kept"),
        ("late-1", "broken", "broken; it came 2 days late"),
        ("silent-1", "broken", "broken; nothing recorded 9 days after the due"),
        ("void-1", "void", "does not count: it was void (no time on record for that, so from the beginning)"),
        ("claimed-1", "unknown", "cannot tell: claimed, but no instant on record"),
        ("unread-1", "unknown", "cannot tell: quarantined: delivered"),
        ("undated-1", "unknown", "cannot tell: quarantined: promised"),
        ("never-1", "not made", "never made: no 'placed' on record"),
        ("open-1", "open", "open; due in 46 days"),
    ],
)
def test_what_became_of_the_promise_is_said(shop: Reading, id: str, state: str, says: str) -> None:
    found = judged(shop, id)
    assert (found.state, found.says, found.words) == (state, says, "delivered by the date given")


def test_the_clock_shows_events_and_the_due_in_local_time(shop: Reading) -> None:
    assert [(line.at, line.what) for line in judged(shop, "late-1").clock] == [
        ("2026-03-01 10:00:00", "placed"),
        ("2026-03-05 23:59:59", "due"),
        ("2026-03-08 12:00:00", "delivered"),
        ("2026-03-15 12:00:00", "the record ends here"),
    ]


def test_a_promise_of_the_same_subject_has_an_answer_of_its_own(shop: Reading) -> None:
    assert judged(shop, "kept-1", "leave").says == "kept"
    assert judged(shop, "late-1", "leave").says == "never made: no 'paid' on record"


@pytest.mark.parametrize(
    ("id", "cell"),
    [
        ("undated-1", "orders.csv, row 7, promised: not a value of type day ('31st of March')"),
        # a row that gave no event, and a row of another source that lends the order its limit
        ("blank-1", "orders.csv, row 9, placed: not a value of type instant ('sometime')"),
        ("limit-1", "lines.csv, row 2, leave_by: not a value of type instant ('early')"),
    ],
)
def test_a_cell_that_could_not_be_read_is_shown_with_its_place(shop: Reading, id: str, cell: str) -> None:
    assert asked(shop, id).quarantined == (cell,)


def test_a_row_of_the_same_number_in_another_file_is_not_taken_for_it(shop: Reading) -> None:
    assert asked(shop, "unread-1").quarantined == ("orders.csv, row 1, delivered: not a value of type instant ('soon')",)
    assert asked(shop, "unpaid-3").quarantined == ("orders_3.csv, row 1, paid: not a value of type instant ('later')",)


def test_an_order_that_was_read_whole_has_nothing_quarantined(shop: Reading) -> None:
    assert asked(shop, "kept-1").quarantined == ()


def test_an_id_that_nobody_knows_is_answered_with_the_nearest(shop: Reading) -> None:
    with pytest.raises(NotFound, match=r"no order 'kept-2' on record; allowed: did you mean 'kept-1'\?"):
        why_not(shop, "kept-2")
    with pytest.raises(NotFound, match=r"no order 'zebra' on record\. Give an id"):
        why_not(shop, "zebra")


#  C was placed on 5 February and came on the 8th, of which the files said nothing on 1 March: only on the 3rd. By then A is said to have
#  come an hour earlier, and D is new: it was placed and came after all that was known on the 1st, which spoke up to 15 February.
AFTER = """id,customer,placed,due,delivered
A,c1,2026-01-05 10:00,2026-01-09,2026-01-08 08:00
B,c2,2026-01-05 11:00,2026-01-09,2026-01-10 09:00
C,c1,2026-02-05 12:00,2026-02-09,2026-02-08 09:00
D,c1,2026-02-16 12:00,2026-02-20,2026-02-17 09:00
"""


def test_an_event_that_was_recorded_late_says_so_and_one_whose_row_was_corrected_besides_does_not(tmp_path: Path) -> None:
    root = write_book(tmp_path)
    built_at(root, 0)
    built_at(root, 48, {"orders.csv": AFTER})
    operation = troth.open(root)

    def late(id: str) -> dict[str, tuple[str | None, str | None]]:
        (timeline,) = operation.explain(id)
        return {line.what: (line.recorded, line.later) for line in timeline.promises[0].clock if line.later}

    assert late("C") == {"delivered": ("2026-03-03 07:00:00", "22 days")}, "its clock is that of Berlin"
    assert late("A") == {"delivered": ("2026-03-03 07:00:00", "53 days")}
    assert late("B") == late("D") == {}
    words = CliRunner().invoke(app, ["explain", "C", "--book", str(root)]).output
    assert "2026-02-08 09:00:00  delivered, recorded 22 days later" in words
    then = CliRunner().invoke(app, ["why-not", "C", "--as-known-at", "2026-03-01T08:00", "--book", str(root)]).output
    assert "recorded" not in then.replace("nothing recorded", "")
