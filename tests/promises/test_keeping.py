"""By what a promise is kept, where that is more than the first event of its own: every item, enough of a line, nothing at all, others."""

from __future__ import annotations

from fractions import Fraction

import pytest

from tests.book.books import CHECKS, opened
from tests.book.test_layers import change
from tests.promises.worlds import Company, judge_company
from troth.book import Checks
from troth.promises import lint

ORDER = """deliver:
  subject: order
  words: delivered in time
  anchor: placed
  due: end_of_day(attr(promised))
  fulfil: {event: delivered, all: item}
"""
VISIT = """fixed:
  subject: visit
  words: fixed at the first visit
  anchor: done
  within: 7d
  fulfil: {event: called_back, absent: true}
"""


def test_an_order_is_delivered_with_its_last_item_and_one_without_items_never() -> None:
    world = judge_company(
        ORDER,
        {
            "order": """
                order     promised    placed
                all       2026-03-05  2026-03-01
                one_late  2026-03-05  2026-03-01
                one_out   2026-03-05  2026-03-01
                empty     2026-03-05  2026-03-01
                untold    2026-03-05  2026-03-01
            """,
            "item": """
                item  order     delivered
                1     all       2026-03-04
                2     all       2026-03-05 23:00
                3     one_late  2026-03-02
                4     one_late  2026-03-06 01:00
                5     one_out   2026-03-02
                6     one_out   -
                7     untold    2026-03-02
                8     untold    ?
            """,
        },
        promised="day",
    )
    assert world.states("deliver") == {"all": "kept", "empty": "broken", "one_late": "broken", "one_out": "broken", "untold": "unknown"}
    assert world.rows("deliver", "fulfilled IS NULL") == {
        "all": (False,), "empty": (True,), "one_late": (False,), "one_out": (True,), "untold": (True,),
    }  # fmt: skip
    assert world.rows("deliver", "unknown_reason")["untold"] == ("quarantined: item.delivered",)


def test_the_first_of_what_belongs_to_it_is_enough_where_the_book_says_of() -> None:
    world = judge_company(
        ORDER.replace("all: item", "of: item"),
        {
            "order": "order  promised    placed\nA      2026-03-05  2026-03-01\nB      2026-03-05  2026-03-01",
            "item": "item  order  delivered\n1     A      2026-03-09\n2     A      2026-03-02\n3     B      2026-03-09",
        },
        promised="day",
    )
    assert world.states("deliver") == {"A": "kept", "B": "broken"}


def test_what_must_not_happen_breaks_when_it_does_and_is_kept_at_the_due() -> None:
    visits = """
        visit    done              called_back
        quiet    2026-03-01 10:00  -
        soon     2026-03-01 10:00  2026-03-03 09:00
        at_due   2026-03-01 10:00  2026-03-08 10:00
        after    2026-03-01 10:00  2026-03-08 10:01
        before   2026-03-01 10:00  2026-02-20 09:00
        twice    2026-03-01 10:00  2026-02-20 09:00 / 2026-03-04 09:00
        recent   2026-03-27 10:00  -
        untold   2026-03-01 10:00  ?
    """
    world = judge_company(VISIT, {"visit": visits}, now="2026-03-29")
    assert world.states("fixed") == {
        "after": "kept", "at_due": "broken", "before": "kept", "quiet": "kept", "recent": "open", "soon": "broken", "twice": "broken",
        "untold": "unknown",
    }  # fmt: skip
    early = world.states("fixed", at="2026-03-03 09:00")
    assert early["soon"] == "broken", "it cannot be kept any more, whatever its due"
    assert early["quiet"] == early["twice"] == "open"
    assert world.rows("fixed", "fulfilled = due")["quiet"] == (True,)
    assert world.rows("fixed", "fulfilled")["recent"] == (None,)


def test_a_pause_moves_the_end_of_the_time_in_which_it_must_not_happen() -> None:
    world = judge_company(
        VISIT + "  pause_while: [{from: away, to: back}]\n",
        {
            "visit": """
                visit  done        away        back        called_back
                A      2026-03-01  2026-03-02  2026-03-05  2026-03-09
                B      2026-03-01  -           -           2026-03-09
            """
        },
    )
    assert world.states("fixed") == {"A": "broken", "B": "kept"}


def test_what_came_in_time_and_was_not_as_promised_is_broken_by_what_came() -> None:
    world = judge_company(
        ORDER.replace("{event: delivered, all: item}", "{event: delivered, where: attr(defects) = 0}"),
        {
            "order": """
                order    promised    defects  placed      delivered
                sound    2026-03-05  0        2026-03-01  2026-03-04
                flawed   2026-03-05  2        2026-03-01  2026-03-04
                late     2026-03-05  0        2026-03-01  2026-03-08
                untold   2026-03-05  -        2026-03-01  2026-03-04
                open     2026-12-31  -        2026-03-01  -
                hidden   2026-03-05  ?        2026-03-01  2026-03-04
            """
        },
        promised="day", defects="number", now="2026-06-01",
    )  # fmt: skip
    assert world.states("deliver") == {
        "flawed": "broken", "hidden": "unknown", "late": "broken", "open": "open", "sound": "kept", "untold": "unknown",
    }  # fmt: skip
    assert world.rows("deliver", "breached = fulfilled")["flawed"] == (True,)
    assert world.states("deliver", at="2026-03-04")["flawed"] == "broken"


def test_what_a_customer_calls_a_defect_is_a_layer_of_its_own() -> None:
    """The standard lets two pass, acme one, bee none and asks for papers, too: one shape with amounts, and another."""
    book = {
        "company.yaml": "dimensions:\n  - {id: customer, read: order.customer}\nroles: [head_of_ops]\n",
        "promises/order.yaml": ORDER.replace("{event: delivered, all: item}", "{event: delivered, where: attr(defects) <= 2}"),
        "changes/CHG-1.yaml": change('"overlays/customer=acme", "overlays/customer=bee"'),
        "overlays/customer=acme/promises/order.yaml": "change: CHG-1\ndeliver: {fulfil: {where: attr(defects) <= 1}}\n",
        "overlays/customer=bee/promises/order.yaml": (
            "change: CHG-1\ndeliver: {fulfil: {where: attr(defects) = 0 and attr(papers) = 'there'}}\n"
        ),
    }
    orders = "\n".join(
        f"{who}{defects}{papers[0]}  {who}  2026-03-05  {defects}  {papers}  2026-03-01  2026-03-04"
        for who in ("acme", "bee", "cod") for defects in (0, 1, 2, 3) for papers in ("there", "missing")
    )  # fmt: skip
    world = judge_company(
        book,
        {
            "customer": "customer  since\nacme  2020-01-01\nbee  2020-01-01\ncod  2020-01-01",
            "order": f"order  customer  promised  defects  papers  placed  delivered\n{orders}",
        },
        promised="day", defects="number", papers="text",
    )  # fmt: skip

    kept = {id for id, state in world.states("deliver").items() if state == "kept"}
    assert kept == {"acme0t", "acme0m", "acme1t", "acme1m", "bee0t", "cod0t", "cod0m", "cod1t", "cod1m", "cod2t", "cod2m"}


LINE = """in_full:
  subject: line
  words: the whole line within its window
  anchor: ordered
  due: {due}
  fulfil:
    event: arrived
    of: lot
    amount: {{each: attr(units), reach: attr(qty){more}}}
otif:
  subject: order
  words: on time in full
  anchor: placed
  fulfil: {{all_of: [{{promise: in_full, of: line}}]}}
"""
# KNOWN_ANSWERS: lots of units, hours after the promised instant, 2026-03-10 12:00.
LINES = {
    "A1": (10, [(10, 0)]), "A2": (5, [(5, 0)]), "A3": (5, [(3, 0), (2, 30)]), "B1": (100, [(100, -2)]), "C1": (20, [(20, 1)]),
    "C2": (20, [(20, -1)]), "D1": (50, [(45, -1)]), "E1": (8, []), "F1": (30, [(33, 0)]),
}  # fmt: skip


def toy_book(late: int, early: int, more: str = "", now: str = "2026-12-31") -> Company:
    due = "attr(promised)" if not late else f"attr(promised) + {late}h"
    lots = [
        (f"{line}.{n}", line, units, f"2026-03-{10 + (12 + after) // 24:02} {(12 + after) % 24:02}:00")
        for line, (_, came) in LINES.items()
        for n, (units, after) in enumerate(came)
    ]
    return judge_company(
        LINE.format(due=due, more=f", early: {late + early}h{more}"),
        {
            "order": "\n".join(["order  placed", *(f"{name}  2026-03-01" for name in "ABCDEF")]),
            "line": "\n".join(
                ["line  order  qty  promised  ordered", *(f"{n}  {n[0]}  {q}  2026-03-10 12:00  2026-03-01" for n, (q, _) in LINES.items())]
            ),
            "lot": "\n".join(["lot  line  units  arrived", *("  ".join(map(str, lot)) for lot in lots)]),
        },
        promised="instant", qty="number", units="number", now=now,
    )  # fmt: skip


def kept(world: Company, promise: str) -> Fraction:
    states = list(world.states(promise).values())
    return Fraction(states.count("kept"), len(states))


def units(world: Company) -> Fraction:
    ((good, wanted),) = world.engine.rows("SELECT sum(good), sum(wanted) FROM outcome_in_full")
    return Fraction(good) / Fraction(wanted)


@pytest.mark.parametrize(
    ("late", "early", "more", "orders", "lines", "of_units"),
    [
        (0, 24, "", (2, 6), (5, 9), (213, 248)),
        (0, 1, "", (1, 6), (4, 9), (113, 248)),
        (2, 24, "", (3, 6), (6, 9), (233, 248)),
        (24, 24, "", (3, 6), (6, 9), (233, 248)),
        (48, 24, "", (4, 6), (7, 9), (235, 248)),
        (0, 24, ", over: 0%", None, (4, 9), None),
        (0, 24, ", short: 10%", (3, 6), (6, 9), (213, 248)),
    ],
)
def test_the_toy_book_at_the_level_of_order_line_and_unit(
    late: int, early: int, more: str, orders: tuple[int, int] | None, lines: tuple[int, int], of_units: tuple[int, int] | None
) -> None:
    world = toy_book(late, early, more)
    assert kept(world, "in_full") == Fraction(*lines)
    if orders is not None:
        assert kept(world, "otif") == Fraction(*orders)
    if of_units is not None:
        assert units(world) == Fraction(*of_units)


def test_the_order_that_nothing_came_of_is_open_before_its_window_closed_and_broken_after() -> None:
    world = toy_book(0, 24)
    assert world.states("otif", at="2026-03-10 11:59")["E"] == "open"
    assert world.states("otif", at="2026-03-10 12:00")["E"] == "broken"
    assert world.states("in_full", at="2026-03-10 12:00")["E1"] == "broken"


def test_on_time_times_in_full_is_not_on_time_in_full() -> None:
    """The share that came in time, whatever the amount, times the share that came in full, whenever, against what is both."""
    world = toy_book(0, 24)
    in_full = Fraction(sum(sum(u for u, _ in came) >= qty for qty, came in LINES.values()), len(LINES))
    on_time = Fraction(sum(bool(came) and all(-24 <= after <= 0 for _, after in came) for _, came in LINES.values()), len(LINES))
    assert (on_time, in_full) == (Fraction(6, 9), Fraction(7, 9))
    assert on_time * in_full == Fraction(14, 27) != kept(world, "in_full") == Fraction(15, 27)


def test_a_whole_of_promises_about_one_subject_is_kept_with_the_last_and_broken_with_the_first() -> None:
    perfect = (
        ORDER.replace("{event: delivered, all: item}", "{event: delivered}\n  void_when: attr(gone)")
        + """sound:
  subject: order
  words: without a defect
  anchor: placed
  within: 30d
  fulfil: {event: inspected, where: attr(defects) = 0}
perfect:
  subject: order
  words: a perfect order
  anchor: placed
  fulfil: {all_of: [deliver, sound]}
"""
    )
    world = judge_company(
        perfect,
        {
            "order": """
                order    promised    defects  gone   placed      delivered   inspected
                both     2026-03-05  0        false  2026-03-01  2026-03-04  2026-03-20
                late     2026-03-05  0        false  2026-03-01  2026-03-08  2026-03-20
                flawed   2026-03-05  1        false  2026-03-01  2026-03-04  2026-03-20
                half     2026-03-05  -        false  2026-03-01  2026-03-04  -
                untold   2026-03-05  -        false  2026-03-01  2026-03-04  2026-03-20
                certain  2026-03-05  -        false  2026-03-01  2026-03-08  2026-03-20
                gone     2026-03-05  0        true   2026-03-01  -           2026-03-20
            """
        },
        promised="day", defects="number", gone="bool", now="2026-03-25",
    )  # fmt: skip
    assert world.states("perfect") == {
        "both": "kept", "certain": "broken", "flawed": "broken", "gone": "kept", "half": "open", "late": "broken", "untold": "unknown",
    }  # fmt: skip
    assert world.states("perfect", at="2026-03-07")["late"] == "broken", "with the first of its parts, not with the last due"
    assert [str(due) for due in world.rows("perfect", "CAST(due AS DATE)")["both"]] == ["2026-03-31"]


def test_a_whole_with_a_due_of_its_own_waits_for_what_was_not_promised_yet() -> None:
    """Delivered in time, and not invoiced: without a due of its own the whole is what was promised so far."""
    book = (
        ORDER.replace("{event: delivered, all: item}", "{event: delivered}")
        + """invoiced:
  subject: order
  words: invoiced in time
  anchor: packed
  within: 30d
  fulfil: {event: invoiced}
whole:
  subject: order
  words: delivered and invoiced
  anchor: placed
  fulfil: {all_of: [deliver, invoiced]}
"""
    )
    drawing = {
        "order": """
            order   promised    placed      packed      delivered   invoiced
            both    2026-03-05  2026-03-01  2026-03-02  2026-03-04  2026-03-10
            half    2026-03-05  2026-03-01  -           2026-03-04  -
        """
    }

    assert judge_company(book, drawing, promised="day").states("whole") == {"both": "kept", "half": "kept"}
    assert judge_company(f"{book}  within: 60d\n", drawing, promised="day").states("whole") == {"both": "kept", "half": "broken"}


WRONG = [
    ("fulfil: {event: delivered, all_of: [deliver]}", "give 'event' or 'all_of'"),
    ("fulfil: {absent: true}", "give 'event' or 'all_of'"),
    ("fulfil: {event: delivered, of: item, all: item}", "not both"),
    ("fulfil: {event: delivered, absent: true, where: attr(x) = 1}", "what must not happen has no 'where'"),
    ("fulfil: {event: delivered, amount: {each: attr(units), reach: 3}}", "an 'amount' needs 'of'"),
    ("fulfil: {all_of: [nobody]}", "no promise 'nobody'"),
    ("fulfil: {all_of: [deliver]}", "is made of itself"),
]


@pytest.mark.parametrize(("fulfil", "said"), WRONG, ids=[said for _, said in WRONG])
def test_what_cannot_keep_a_promise_is_refused_with_its_place(fulfil: str, said: str) -> None:
    book = {"promises/world.yaml": ORDER.replace("fulfil: {event: delivered, all: item}", fulfil)}
    _, problems = opened(book, checks=Checks(CHECKS.kinds, (lint,)))
    assert any(said in problem for problem in problems), problems
