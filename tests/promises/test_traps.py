"""Mistakes that operations make with promises, each in a world of a few rows."""

from __future__ import annotations

from datetime import datetime

from tests.promises.worlds import judge

DELIVER = """
deliver:
  subject: order
  words: delivered by the day given
  anchor: placed
  fulfil: {event: delivered, claimed_by: order.status = 'delivered'}
  due: end_of_day(attr(promised))
  void_when: order.status = 'canceled'
"""
WITHIN_TWO_DAYS = """
answer: {subject: order, words: answered within two days, anchor: placed, fulfil: {event: delivered}, due: placed + 2d}
"""


def test_undelivered_orders_stay_in_the_denominator() -> None:
    world = judge(
        DELIVER,
        """
        order  promised    placed            delivered         status
        A      2026-03-05  2026-03-01 10:00  2026-03-05 23:59  delivered
        B      2026-03-05  2026-03-01 10:00  2026-03-06 00:00  delivered
        C      2026-03-05  2026-03-01 10:00  -                 shipped
        """,
        promised="day",
        status="text",
    )
    assert world.states() == {"A": "kept", "B": "broken", "C": "broken"}
    assert world.states("2026-03-05 12:00") == {"A": "open", "B": "open", "C": "open"}


def test_delivered_before_placed_is_kept_and_known_when_placed() -> None:
    world = judge(
        DELIVER,
        """
        order  promised    placed            delivered         status
        A      2026-03-05  2026-03-01 10:00  2026-02-28 10:00  delivered
        """,
        promised="day",
        status="text",
    )
    assert world.states("2026-02-28 12:00") == {"A": None}
    assert world.states("2026-03-01 10:00") == {"A": "kept"}
    assert world.column("known_from") == {"A": datetime(2026, 3, 1, 10)}


def test_cancelled_after_it_was_broken_is_void_and_flagged_for_want_of_an_instant() -> None:
    world = judge(
        DELIVER,
        """
        order  promised    placed            delivered  status
        A      2026-03-05  2026-03-01 10:00  -          canceled
        B      2026-03-05  2026-03-01 10:00  -          shipped
        """,
        promised="day",
        status="text",
    )
    assert world.states() == {"A": "void", "B": "broken"}
    assert world.rows("voided, void_flag") == {"A": (datetime(2026, 3, 1, 10), "undated"), "B": (None, None)}


def test_cancelled_though_delivered_is_void_from_the_anchor() -> None:
    world = judge(
        DELIVER,
        """
        order  promised    placed            delivered         status
        A      2026-03-05  2026-03-01 10:00  2026-03-04 10:00  canceled
        """,
        promised="day",
        status="text",
    )
    assert world.states("2026-03-01 10:00") == {"A": "void"}


def test_of_two_scans_the_first_counts() -> None:
    world = judge(
        DELIVER,
        """
        order  promised    placed                               delivered                            status
        A      2026-03-05  2026-03-01 10:00                     2026-03-09 10:00 / 2026-03-05 10:00  delivered
        B      2026-03-05  2026-03-02 10:00 / 2026-03-01 10:00  2026-03-04 10:00 / 2026-03-04 10:00  delivered
        """,
        promised="day",
        status="text",
    )
    assert world.states() == {"A": "kept", "B": "kept"}
    assert world.rows("made, fulfilled")["B"] == (datetime(2026, 3, 1, 10), datetime(2026, 3, 4, 10))


def test_claimed_without_an_instant_is_unknown() -> None:
    world = judge(
        DELIVER,
        """
        order  promised    placed            delivered  status
        A      2026-03-05  2026-03-01 10:00  -          delivered
        """,
        promised="day",
        status="text",
    )
    assert world.states("2026-03-01 10:00") == {"A": "unknown"}
    assert world.column("unknown_reason") == {"A": "claimed, but no instant on record"}


def test_a_quarantined_needed_cell_is_unknown_and_not_absent() -> None:
    world = judge(
        DELIVER,
        """
        order  promised    placed            delivered         status   packed
        A      2026-03-05  2026-03-01 10:00  ?                 shipped  -
        B      ?           2026-03-01 10:00  2026-03-04 10:00  shipped  -
        C      -           2026-03-01 10:00  2026-03-04 10:00  shipped  -
        D      2026-03-05  2026-03-01 10:00  2026-03-04 10:00  shipped  ?
        """,
        promised="day",
        status="text",
    )
    assert world.states() == {"A": "unknown", "B": "unknown", "C": "unknown", "D": "kept"}
    assert world.column("unknown_reason") == {
        "A": "quarantined: delivered", "B": "quarantined: promised", "C": "due cannot be computed", "D": None,
    }  # fmt: skip


def test_a_quarantined_claim_matters_only_where_nothing_is_on_record() -> None:
    world = judge(
        DELIVER.replace("order.status = 'delivered'", "order.signed = true"),
        """
        order  promised    placed            delivered         status  signed
        A      2026-03-05  2026-03-01 10:00  -                 -       ?
        B      2026-03-05  2026-03-01 10:00  2026-03-04 10:00  -       ?
        C      2026-03-05  2026-03-01 10:00  -                 -       -
        """,
        promised="day",
        status="text",
        signed="bool",
    )
    assert world.states() == {"A": "unknown", "B": "kept", "C": "broken"}
    assert world.column("unknown_reason")["A"] == "quarantined: signed"


def test_a_subject_without_its_anchor_made_no_promise() -> None:
    world = judge(
        DELIVER,
        """
        order  promised    placed            delivered         status
        A      2026-03-05  -                 2026-03-04 10:00  delivered
        B      2026-03-05  -                 -                 shipped
        C      2026-03-05  2026-03-01 10:00  2026-03-04 10:00  delivered
        """,
        promised="day",
        status="text",
    )
    assert world.states() == {"C": "kept"}


def test_a_clock_change_inside_the_promise_moves_the_due_with_the_wall() -> None:
    # Berlin, clocks forward on 29 March: noon to noon two days on is 47 hours.
    world = judge(
        WITHIN_TWO_DAYS,
        """
        order  placed            delivered
        A      2026-03-28 11:00  2026-03-30 10:00
        B      2026-03-28 11:00  2026-03-30 10:30
        """,
        zone="Europe/Berlin",
    )
    assert world.column("due") == {"A": datetime(2026, 3, 30, 10), "B": datetime(2026, 3, 30, 10)}
    assert world.states() == {"A": "kept", "B": "broken"}


def test_the_promised_day_is_the_customers_day() -> None:
    # The 5th in Sao Paulo ends at 03:00 UTC on the 6th.
    world = judge(
        DELIVER,
        """
        order  promised    placed            delivered            status
        A      2026-03-05  2026-03-01 10:00  2026-03-06 02:59:59  delivered
        B      2026-03-05  2026-03-01 10:00  2026-03-06 03:00:00  delivered
        """,
        zone="America/Sao_Paulo",
        promised="day",
        status="text",
    )
    assert world.states() == {"A": "kept", "B": "broken"}
