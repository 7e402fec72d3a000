"""Promises that come again: every Friday, every day, the 31st of each month."""

from __future__ import annotations

from datetime import date

import pytest

from tests.book.books import CHECKS, opened
from tests.book.test_layers import change
from tests.promises.worlds import Company, judge_company
from troth.book import Checks
from troth.kernel.errors import BookError
from troth.promises import lint

REPORT = """weekly_report:
  kind: contract
  subject: contract
  words: a report every Friday
  anchor: signed
  until: ended
  every: friday
  fulfil: {event: report_sent}
"""
# 2026-03-06, 13, 20 and 27 are Fridays.
CONTRACTS = """
    contract  signed            ended             report_sent
    good      2026-03-02 09:00  -                 2026-03-06 16:00 / 2026-03-12 10:00 / 2026-03-20 23:30
    missed    2026-03-02 09:00  -                 2026-03-06 16:00 / 2026-03-14 08:00 / 2026-03-20 08:00
    ended     2026-03-02 09:00  2026-03-16 12:00  2026-03-05 16:00
    late      2026-03-19 09:00  -                 -
"""


def judged(book: str = REPORT, drawing: str = CONTRACTS, now: str = "2026-03-24 12:00") -> Company:
    return judge_company(book, {"contract": drawing}, now=now)


def test_each_friday_is_a_promise_of_its_own() -> None:
    states = judged().states("weekly_report")

    assert states == {
        "ended 2026-03-06": "kept", "ended 2026-03-13": "broken",
        "good 2026-03-06": "kept", "good 2026-03-13": "kept", "good 2026-03-20": "kept", "good 2026-03-27": "open",
        "late 2026-03-20": "broken", "late 2026-03-27": "open",
        "missed 2026-03-06": "kept", "missed 2026-03-13": "broken", "missed 2026-03-20": "kept", "missed 2026-03-27": "open",
    }  # fmt: skip


def test_what_comes_after_a_turn_s_day_counts_for_the_next() -> None:
    rows = judged().rows("weekly_report", "CAST(made AS DATE), fulfilled")

    assert rows["missed 2026-03-13"][1] is None
    assert rows["missed 2026-03-20"][0] == date(2026, 3, 14)
    assert str(rows["missed 2026-03-20"][1]) == "2026-03-14 08:00:00", "the first in its span"


def test_a_due_of_its_own_within_the_day_may_be_missed_by_hours() -> None:
    world = judged(REPORT + "  due: end_of_day(attr(day)) - 7h\n")

    assert world.states("weekly_report")["good 2026-03-20"] == "broken"
    assert world.rows("weekly_report", "fulfilled IS NOT NULL")["good 2026-03-20"] == (True,)


def test_the_end_of_the_record_does_not_change_what_was_due_before() -> None:
    early, later = judged(now="2026-03-14 12:00").states("weekly_report"), judged().states("weekly_report", at="2026-03-14 12:00")

    assert early["good 2026-03-13"] == "kept"
    for turn, state in early.items():
        assert later[turn] == state or turn.startswith("missed 2026-03-20"), "a report that had not been sent by then"


@pytest.mark.parametrize(
    ("every", "days"),
    [
        ("31", ["2026-01-31", "2026-02-28", "2026-03-31"]),
        ("1", ["2026-02-01", "2026-03-01", "2026-04-01"]),
        ("monday", ["2026-03-23", "2026-03-30"]),
        ("day", ["2026-03-23", "2026-03-24"]),
    ],
)
def test_days_on_which_it_falls_due(every: str, days: list[str]) -> None:
    begins = {"monday": "2026-03-17", "day": "2026-03-23"}.get(every, "2026-01-15")
    world = judged(
        REPORT.replace("friday", every).replace("  until: ended\n", ""), f"contract  signed  report_sent\nA  {begins}  2026-03-24 10:00"
    )

    assert list(world.rows("weekly_report", "due")) == [f"A {day}" for day in days]


def test_the_terms_of_a_customer_bind_the_turns_of_its_contracts() -> None:
    company = "dimensions:\n  - {id: segment, read: {contract: attr(segment)}}\n  - {id: customer, read: {contract: contract.customer}}\n"
    book = {
        "company.yaml": company + "roles: [head_of_ops]\n",
        "promises/report.yaml": REPORT.replace("  until: ended\n", ""),
        "changes/CHG-1.yaml": change('"overlays/customer=acme"'),
        "overlays/customer=acme/promises/report.yaml": "change: CHG-1\nweekly_report: {due: end_of_day(attr(day)) - 7h}\n",
    }
    world = judge_company(
        book,
        {
            "customer": "customer  since\nacme  2020-01-01\nbee  2020-01-01",
            "contract": """
                contract  customer  segment  signed            report_sent
                A         acme      key      2026-03-02 09:00  2026-03-06 18:00
                B         bee       key      2026-03-02 09:00  2026-03-06 18:00
            """,
        },
        segment="text", now="2026-03-07",
    )  # fmt: skip

    assert {id: row for id, row in world.rows("weekly_report", "layer, change").items() if "03-06" in id} == {
        "A 2026-03-06": ("customer=acme", "CHG-1"), "B 2026-03-06": ("standard", None),
    }  # fmt: skip
    assert (world.states("weekly_report")["A 2026-03-06"], world.states("weekly_report")["B 2026-03-06"]) == ("broken", "kept")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (REPORT.replace("friday", "fryday"), "weekly_report.every"),
        (REPORT.replace("friday", "32"), "weekly_report.every"),
        (REPORT.replace("  every: friday\n", "  due: signed + 1d\n"), "'until' says how long"),
        (REPORT.replace("report_sent}", "report_sent, absent: true}"), "kept by an event of its own"),
    ],
)
def test_what_cannot_come_again_is_refused(text: str, said: str) -> None:
    _, problems = opened({"promises/world.yaml": text}, checks=Checks(CHECKS.kinds, (lint,)))
    assert any(said in problem for problem in problems), problems


def test_a_name_that_the_sources_have_already_is_refused() -> None:
    with pytest.raises(BookError, match="of the type 'contract', which the sources have already"):
        judged(REPORT.replace("weekly_report", "contract"))
