"""What fails is held and what is good is not: on rows by hand, and with truth planted in thousands."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.sources.judged import ORDERS, judged
from tests.sources.test_checks import ROWS
from troth.record import Engine
from troth.sources import make_facts

HELD = """{columns: {
  amount: {type: money, required: true, between: [0, 100], hold: true},
  due: {type: day, after: {column: placed}, hold: true}}}"""


def test_cells_that_fail_are_quarantined_with_the_check_and_their_rows_stay(engine: Engine, tmp_path: Path) -> None:
    got = judged(engine, tmp_path, {"a.csv": ROWS}, HELD)

    assert got.quarantine() == [
        (2, "amount", "held: not between 0 and 100", False, "-0.01"),
        (3, "amount", "held: not an amount", False, "lots"),
        (4, "due", "held: not on or after placed", False, "2026-01-06"),
        (5, "amount", "held: not between 0 and 100", False, "100.01"),
    ]
    assert (got.balance.stored, got.balance.cells) == (5, 4)


def test_a_held_cell_is_a_bad_cell_of_its_object_so_that_its_promise_is_unknown(engine: Engine, tmp_path: Path) -> None:
    got = judged(engine, tmp_path, {"a.csv": ROWS}, HELD)
    make_facts(engine, [got.staged], currency="EUR")

    assert engine.rows("SELECT id, name FROM bad_cell JOIN id_order ON code = object ORDER BY ALL") == [
        ("2", "amount"), ("3", "amount"), ("4", "due"), ("5", "amount"),
    ]  # fmt: skip
    assert engine.rows("SELECT id, CAST(amount AS VARCHAR) FROM object_order WHERE amount IS NOT NULL ORDER BY ALL")[0][0] == "1"


def test_a_blank_cell_that_is_required_is_held_too(engine: Engine, tmp_path: Path) -> None:
    got = judged(engine, tmp_path, {"a.csv": ROWS}, "{columns: {state: {required: true, hold: true}}}")
    make_facts(engine, [got.staged], currency="EUR")

    assert got.quarantine()[0] == (3, "amount", "not a value of type money", False, "lots")
    assert got.quarantine()[1] == (3, "state", "held: not filled", False, "")
    assert engine.rows("SELECT id FROM bad_cell JOIN id_order ON code = object WHERE name = 'state'") == [("3",)]


def test_a_row_whose_key_is_held_is_quarantined_whole_with_the_reason(engine: Engine, tmp_path: Path) -> None:
    got = judged(engine, tmp_path, {"a.csv": ROWS}, "{columns: {id: {matches: '[1-4]', hold: true}}}")

    assert (5, None, "held: not of the form '[1-4]'", True, None) in got.quarantine()
    assert (got.balance.stored, got.balance.quarantined) == (4, 1)


def test_a_personal_value_that_is_held_is_not_written_down(engine: Engine, tmp_path: Path) -> None:
    mapping = "key: [id]\nobject: {type: order, id: [id], attributes: {buyer: {column: mail}}}\npersonal: {mail: email}\n"
    mapping += "events: [{type: placed, at: placed}]\n"
    rows = "id,placed,mail\n1,2026-01-05,ada@example.org\n2,2026-01-05,bob@example.org\n3,2026-01-05,Bob@Example.org\n"

    got = judged(engine, tmp_path, {"a.csv": rows}, "{columns: {mail: {unique: true, hold: true}}}", mapping=mapping)

    assert got.quarantine() == [(2, "mail", "held: not unique", False, None), (3, "mail", "held: not unique", False, None)]


LOG = """
key: [n]
object: {type: order, id: [case]}
events: [{type_from: what, at: at}]
"""
LOG_ROWS = "n,case,what,at\n1,A,placed,2026-01-05 10:00\n2,A,delivered,2062-01-09 10:00\n3,B,placed,2026-01-05 10:00\n"
LOG_HELD = "{columns: {at: {type: instant, between: [2026-01-01, 2026-12-31], hold: true}}}"


def test_a_held_instant_of_an_event_log_leaves_its_event_unknown_and_not_absent(engine: Engine, tmp_path: Path) -> None:
    got = judged(engine, tmp_path, {"a.csv": LOG_ROWS}, LOG_HELD, mapping=LOG)
    make_facts(engine, [got.staged], currency=None)

    assert got.balance.quarantined == 1
    assert engine.rows("SELECT id, name FROM bad_cell JOIN id_order ON code = object") == [("A", "delivered")]


def test_a_held_row_of_an_event_log_is_released_when_a_later_file_mends_it(engine: Engine, tmp_path: Path) -> None:
    mended = "n,case,what,at\n2,A,delivered,2026-01-09 10:00\n"
    got = judged(engine, tmp_path, {"a.csv": LOG_ROWS, "b.csv": mended}, LOG_HELD, mapping=LOG)
    make_facts(engine, [got.staged], currency=None)

    assert engine.rows("SELECT count(*) FROM bad_cell") == [(0,)]
    assert engine.rows("SELECT count(*) FROM event WHERE type = 'delivered'") == [(1,)]


def test_a_held_correction_leaves_the_event_unknown_though_an_earlier_row_is_in_force(engine: Engine, tmp_path: Path) -> None:
    good, bad = (LOG_ROWS.replace("2062", year) for year in ("2026", "2062"))
    got = judged(engine, tmp_path, {"a.csv": good, "b.csv": bad}, LOG_HELD, mapping=LOG)
    make_facts(engine, [got.staged], currency=None)

    assert engine.rows("SELECT id, name FROM bad_cell JOIN id_order ON code = object") == [("A", "delivered")]


@dataclass
class Order:
    """One row as it is in truth; spoil changes one cell in a way that people do."""

    id: int
    placed: str
    due: str
    amount: str
    state: str

    def row(self) -> str:
        return f"{self.id},{self.placed},{self.due},{self.amount},{self.state}"


SPOILERS: tuple[tuple[str, Callable[[Order], None]], ...] = (
    ("due", lambda o: setattr(o, "due", o.due.replace("2026", "2062"))),  # digits swapped
    ("due", lambda o: setattr(o, "due", o.due.replace("2026", "2025"))),  # the year before, in January
    ("due", lambda o: setattr(o, "due", "")),
    ("due", lambda o: setattr(o, "due", "asap")),
    ("amount", lambda o: setattr(o, "amount", "-" + o.amount)),
    ("amount", lambda o: setattr(o, "amount", o.amount.replace(".", ""))),  # the point is lost: a hundred times as much
    ("state", lambda o: setattr(o, "state", o.state[:-1])),
    ("placed", lambda o: setattr(o, "placed", o.placed.replace("2026", "1926"))),
)
PLANTED = """{columns: {
  due: {type: day, required: true, after: {column: placed, at_most: 60d}, hold: true},
  amount: {type: money, required: true, between: [0, 1000], hold: true},
  state: {required: true, in: [open, shipped, returned], hold: true},
  placed: {type: instant, between: [2026-01-01, 2026-12-31], hold: true}}}"""


def _world(orders: int, share: float, seed: int) -> tuple[list[Order], set[tuple[int, str]]]:
    """Orders of which a share has one spoiled cell; which these are."""
    draw = random.Random(seed)
    made, spoiled = [], set()
    for id in range(1, orders + 1):
        day, hour = draw.randint(1, 200), draw.randint(0, 23)
        placed = f"2026-{day // 31 + 1:02d}-{day % 28 + 1:02d} {hour:02d}:15"
        due = f"2026-{day // 31 + 2:02d}-{day % 28 + 1:02d}"
        one = Order(id, placed, due, f"{draw.randint(1_100, 90_000) / 100:.2f}", draw.choice(("open", "shipped", "returned")))
        if draw.random() < share:
            column, spoil = draw.choice(SPOILERS)
            spoil(one)
            spoiled.add((id, column))
        made.append(one)
    return made, spoiled


def _held(engine: Engine, folder: Path, orders: list[Order]) -> set[tuple[int, str]]:
    text = "id,placed,due,amount,state\n" + "\n".join(one.row() for one in orders) + "\n"
    got = judged(engine, folder, {"a.csv": text}, PLANTED, mapping=ORDERS)
    assert got.balance.read == got.balance.accounted == len(orders)
    return {(int(row), str(column)) for row, column, *_ in got.quarantine()}


def test_of_planted_errors_nearly_all_are_held_and_of_good_inputs_nearly_none(engine: Engine, tmp_path: Path) -> None:
    """Spoiled days may make the order of two columns wrong, and then both rows hold but one: rows are what is counted."""
    orders, spoiled = _world(20_000, 0.01, seed=20260305)

    held = {id for id, _ in _held(engine, tmp_path, orders)}

    wrong = {id for id, _ in spoiled}
    assert len(wrong) > 150
    assert len(held & wrong) >= 0.99 * len(wrong)
    assert len(held - wrong) <= 0.005 * (len(orders) - len(wrong))


def test_nothing_is_released_that_is_not_mended(engine: Engine, tmp_path: Path) -> None:
    orders, spoiled = _world(4_000, 0.01, seed=7)
    truth, _ = _world(4_000, 0.0, seed=7)
    before = _held(engine, tmp_path, orders)
    wrong = sorted({id for id, _ in spoiled})
    mended = set(wrong[::2])

    after = _held(engine, tmp_path, [_mended(one) if one.id in mended else one for one in orders])

    assert truth
    assert {id for id, _ in before} >= set(wrong)
    assert {id for id, _ in after} == {id for id, _ in before} - mended
    assert _held(engine, tmp_path, orders) == before


def _mended(one: Order) -> Order:
    return Order(one.id, "2026-03-01 10:00", "2026-03-20", "10.00", "open")
